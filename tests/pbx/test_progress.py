"""What a person sees of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ccserver.pbx.progress import terminal_progress


def seen(is_terminal: bool, *shares: float) -> str:
    """What is written while two pieces of work go on."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=is_terminal, width=100, color_system=None)
    with terminal_progress(console) as report:
        report.step("Downloading")
        for share in shares:
            report.at(share)
        report.step("Unpacking")
    return written.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_each_piece_of_work_is_told_to_its_end(is_terminal: bool) -> None:
    """With its title and its share; the next piece means that the one before is done."""
    lines = [line for line in seen(is_terminal, 0.25).splitlines() if "%" in line]
    assert any("Downloading" in line and "100%" in line for line in lines)
    assert any("Unpacking" in line and "100%" in line for line in lines)


def test_a_terminal_sees_a_bar() -> None:
    """It moves in place."""
    assert "\x1b[" in seen(True, 0.25)
    assert "━" in seen(True, 0.25)


def test_what_is_no_terminal_gets_no_control_characters() -> None:
    """A log file stays readable."""
    assert "\x1b" not in seen(False, 0.25)


def test_a_share_out_of_bounds_is_shown_within() -> None:
    """apt may say more than all."""
    assert "100%" in seen(False, -1.0, 7.0)
    assert "700%" not in seen(False, -1.0, 7.0)

"""The real Asterisk with the rendered configuration: it starts clean and has what the dialplan needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pbx.asterisk_fixture import PrivateAsterisk, private_asterisk

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

DIALPLAN = Path(__file__).parents[2] / "dialplan" / "extensions.conf"
APPLICATION = re.compile(r"^\s*(?:exten|same)\s*=>\s*(?:[^,]+,\s*)?[^,]*,(?P<name>[A-Z][A-Za-z]+)\(", re.MULTILINE)
FUNCTION = re.compile(r"\$\{([A-Z_]+)\(|Set\(([A-Z_]+)\(")


def test_log_has_no_error_and_no_warning(asterisk: PrivateAsterisk) -> None:
    """Nothing in the start deserves a person's attention."""
    with private_asterisk() as fresh:
        log = fresh.embedded.paths.messages.read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line] == []


async def test_every_listed_module_runs(asterisk: PrivateAsterisk) -> None:
    """A module that declined to load would be missed only when a call needs it."""
    listed = re.findall(
        r"^load = (\S+)", (DIALPLAN.parents[1] / "asterisk-config/modules.conf").read_text(), re.MULTILINE
    )
    shown = await asterisk.embedded.rx("module show")
    running = set(re.findall(r"^(\S+\.so) .* Running ", shown, re.MULTILINE))
    assert set(listed) - running == set()


async def test_every_application_of_the_dialplan_is_there(asterisk: PrivateAsterisk) -> None:
    """An explicit module list fails late: only when a call reaches the application."""
    names = set(APPLICATION.findall(DIALPLAN.read_text(encoding="utf-8")))
    assert len(names) > 8
    for name in sorted(names):
        assert "Provided By" in await asterisk.embedded.rx(f"core show application {name}"), name


async def test_every_function_of_the_dialplan_is_there(asterisk: PrivateAsterisk) -> None:
    """The same for functions."""
    found = FUNCTION.findall(DIALPLAN.read_text(encoding="utf-8"))
    names = {first or second for first, second in found}
    assert len(names) > 6
    for name in sorted(names):
        assert "Provided By" in await asterisk.embedded.rx(f"core show function {name}"), name

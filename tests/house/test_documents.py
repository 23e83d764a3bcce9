"""Documents are current: diagrams, links, data files, the changelog."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests.house.files import TOP, committed

from ccserver import __version__

REFUSING = (
    "services/runtime.py", "app/demo.py", "adapters/db/sessions.py", "adapters/db/passwords.py",
)  # fmt: skip


def run(*command: str) -> str:
    """Nothing when all is well, else what the tool complains about."""
    done = subprocess.run([sys.executable, *command], cwd=TOP, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_diagrams_are_those_of_the_tables() -> None:
    """`make docs` would change nothing."""
    assert run("tools/draw_machines.py", "--check") == ""


def test_every_link_leads_somewhere_and_every_data_file_parses() -> None:
    """Documents, YAML and JSON."""
    assert run("tools/check_documents.py") == ""


def test_every_reason_of_a_refusal_is_in_the_api_document() -> None:
    """Those that a request over HTTP can meet; the staffing calculator's are of the command line."""
    code = (*committed("src/ccserver/core/*.py"), *(TOP / "src/ccserver" / name for name in REFUSING))
    texts = [path.read_text() for path in code if "staffing" not in path.parts]
    reasons = {reason for text in texts for reason in re.findall(r'\bRefused\(\s*"(\w+)"', text)}
    told = set(re.findall(r"`(\w+)`", (TOP / "docs" / "api.md").read_text()))
    assert (len(reasons) > 20, reasons - told) == (True, set())


def test_the_changelog_has_the_version() -> None:
    """A version that is not told about is not released."""
    assert re.search(
        rf"^## \[?({re.escape(__version__)}|Unreleased)\b", (TOP / "CHANGELOG.md").read_text(), re.MULTILINE
    )


@pytest.mark.parametrize("target", ["run", "test", "test-fast", "lint", "format", "bench", "docs", "clean"])
def test_make_help_lists_every_target(target: str) -> None:
    """One word each."""
    listed = subprocess.run(["make", "help"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE)

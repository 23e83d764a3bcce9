"""Which files the house rules are about: those git knows or would add."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

TOP = Path(__file__).parents[2]


@cache
def committed(*patterns: str) -> tuple[Path, ...]:
    """Paths of the files that match; what is ignored is built, not written."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(path for name in sorted(set(names)) if (path := TOP / name).is_file())


def named(path: Path) -> str:
    return path.relative_to(TOP).as_posix()

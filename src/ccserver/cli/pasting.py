"""Commands as they can be pasted into another terminal in the same folder."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import fields
from pathlib import Path

from ccserver.config.settings import PREFIX
from ccserver.config.site import Network

DEFAULT_CONFIG, DEFAULT_DATA = Path("examples/demo"), Path("data")
NOT_SECRET = tuple(f"{PREFIX}{one.name.upper()}" for one in fields(Network))
"""The settings that a second server needs to be the same; none of them is a secret."""
TO_FIND_IT = tuple(f"{PREFIX}{name}" for name in ("WEB_HOST", "WEB_PORT", "SIP_HOST", "SIP_PORT"))
"""Those that other commands need to find the server."""


def command(*words: str, config: Path | None = None, data: Path | None = None) -> str:
    """`ccserver` with `words`, with the program's path, the folders and the network settings in use where they matter."""
    settings = NOT_SECRET if words[0] == "up" else TO_FIND_IT
    line = [shlex.join([f"{name}={os.environ[name]}"]) for name in settings if os.environ.get(name)]
    line += [*program(), *(shlex.quote(word) for word in words)]
    for option, folder, usual in (("--config", config, DEFAULT_CONFIG), ("--data", data, DEFAULT_DATA)):
        if folder is not None and folder.resolve() != usual.resolve():
            line += [option, shlex.quote(str(folder))]
    return " ".join(line)


def program() -> list[str]:
    """How this program was called: a name that the shell finds, or the shortest path to it from here."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [shlex.quote(_from_here(Path(sys.executable))), "-m", "ccserver"]
    if called.name != "ccserver" or str(called) == "ccserver" or shutil.which("ccserver") == str(called):
        return ["ccserver"]
    return [shlex.quote(_from_here(called))]


def _from_here(path: Path) -> str:
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)

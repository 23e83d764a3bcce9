"""Processes that outlive us: started in a session of their own, recognised again by id, start time and command line."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_TIME_FIELD = 19  # field 22 of /proc/PID/stat, counted from after the command in brackets (proc(5))
STATE_FIELD = 0
EXEC_MS = 1000
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH")


@dataclass(frozen=True)
class Started:
    """A process as its starter noted it. `ticks` is its start time since boot, so a reused id is told apart."""

    pid: int
    ticks: int

    @classmethod
    def read(cls, path: Path) -> Started | None:
        """What `write` noted, or None."""
        try:
            noted = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(noted["pid"]), int(noted["ticks"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Note it for the next run, whole or not at all."""
        partial = path.with_name(path.name + ".new")
        partial.write_text(json.dumps({"pid": self.pid, "ticks": self.ticks}), encoding="utf-8")
        partial.replace(path)

    def is_alive(self, argument: str) -> bool:
        """Whether that very process runs, and has `argument` on its command line."""
        _reap(self.pid)
        status = _status(self.pid)
        if status is None or status[0] != self.ticks or status[1] in "ZX":
            return False
        return argument in command(self.pid)


def start_detached(argv: Sequence[str], environment: Mapping[str, str], output: Path) -> Started:
    """Start a process that a signal to us or our end does not reach; its output is appended to `output` (0600)."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            list(argv),
            env=environment_of(environment),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=output.parent,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)
    status = _status(process.pid)
    for _ in range(EXEC_MS):
        if status is None or status[1] in "ZX" or any(command(process.pid)):
            break
        time.sleep(0.001)  # for an instant after exec the command line is empty, and it is what we are known by
    process.returncode = (
        0  # its end is found out by `is_alive`; Popen would warn about a child it was not told to wait for
    )
    return Started(process.pid, status[0] if status else 0)


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    """What a child process gets: the little it needs and `more`, not our settings, which may hold secrets."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | dict(more)


def command(pid: int) -> list[str]:
    """The command line of a process, empty when it is gone."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _status(pid: int) -> tuple[int, str] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return int(fields[START_TIME_FIELD]), fields[STATE_FIELD]
    except (OSError, ValueError, IndexError):
        return None


def _reap(pid: int) -> None:
    # Only a child of this very process can be waited for; for an adopted one the system does it.
    try:
        os.waitpid(pid, os.WNOHANG)
    except OSError:
        return

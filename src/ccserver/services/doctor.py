"""The doctor: looks at the machine and says what to do. It changes nothing.

A check is a callable that returns findings. Those of the machine are here; what needs a technology (the version of
Asterisk, the database's settings) is a probe handed in by the composition root. A check that breaks is itself a finding.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from ccserver import __version__

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
OLDEST_ASTERISK = (22, 10, 1)
OLDEST_CERTIFIED = (22, 8, 3)
FEWEST_FILES = 4_096
LEAST_SPACE = 2 * 1024**3
LEAST_SPACE_RATIO = 0.10
LARGEST_STEP = timedelta(seconds=2)
OLDEST_ZONES = timedelta(days=365)
BUILT_AFTER = datetime(2025, 1, 1, tzinfo=UTC)
TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised


class Level(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    """Works, but somebody should know."""
    RED = "red"
    """Does not work, or is not safe."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is the fact, `advice` the next step (empty when fine)."""

    name: str
    level: Level
    what: str
    advice: str = ""

    @property
    def is_broken(self) -> bool:
        return self.level is Level.RED

    def __str__(self) -> str:
        """One line for a terminal, and a second with the advice."""
        line = f"{self.level.value:<8} {self.name:<18} {self.what}"
        return f"{line}\n{'':<28}what to do: {self.advice}" if self.advice else line


Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Port:
    """A port ccserver listens on; `setting` is where to choose another.

    `held_by` names the process of ours that is known to run and to have it, such as "ccserver (process 17)".
    """

    name: str
    host: str
    number: int
    is_udp: bool = False
    setting: str = ""
    held_by: str = ""

    @property
    def told(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.number}/{'udp' if self.is_udp else 'tcp'}"


def run_checks(checks: Sequence[Check]) -> list[Finding]:
    """All findings, in the order of the checks. Never raises: a broken check is a red finding."""
    findings: list[Finding] = []
    for check in checks:
        try:
            findings.extend(check())
        except Exception as error:  # whatever a probe meets, the others must still be heard
            name = getattr(check, "__name__", type(check).__name__)
            findings.append(Finding(name, Level.RED, f"could not be checked: {error!r}", "see the error"))
    return findings


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Nothing is red."""
    return not any(finding.is_broken for finding in findings)


def machine_checks(data: Path, ports: Sequence[Port], secrets: Sequence[Path] = ()) -> list[Check]:
    """The checks that need nothing but this machine; `secrets` are files that only the owner may read."""
    return [
        lambda: check_python(sys.version_info[:2]),
        lambda: check_open_files(resource.getrlimit(resource.RLIMIT_NOFILE)),
        lambda: check_folder(data),
        lambda: check_secrets(secrets),
        lambda: check_space(data),
        lambda: check_ports(ports),
    ]


def check_python(version: tuple[int, int]) -> Iterable[Finding]:
    told = f"Python {version[0]}.{version[1]}, ccserver {__version__}"
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        yield Finding("python", Level.FINE, told)
    else:
        yield Finding("python", Level.RED, told, "use Python 3.11, 3.12 or 3.13")


def check_open_files(limits: tuple[int, int]) -> Iterable[Finding]:
    """Every call needs a few descriptors in Asterisk and every desktop one here; the soft limit is what counts."""
    soft, hard = limits
    if soft == resource.RLIM_INFINITY or soft >= FEWEST_FILES:
        yield Finding("open files", Level.FINE, f"{soft} allowed")
        return
    advice = f"ulimit -n {FEWEST_FILES}, or LimitNOFILE={FEWEST_FILES} in the systemd unit"
    yield Finding("open files", Level.WARNING, f"{soft} allowed (hard limit {hard}), {FEWEST_FILES} wanted", advice)


def check_folder(data: Path) -> Iterable[Finding]:
    """The data folder can be made or written, and no one else can write into it."""
    if not data.exists():
        parent = _nearest(data)
        can = os.access(parent, os.W_OK | os.X_OK)
        yield (
            Finding("data folder", Level.FINE, f"{data} will be made")
            if can
            else Finding(
                "data folder",
                Level.RED,
                f"{data} cannot be made: {parent} is not writable",
                f"choose another with --data, or chown {parent}",
            )
        )
        return
    mode = stat.S_IMODE(data.stat().st_mode)
    if not data.is_dir():
        yield Finding("data folder", Level.RED, f"{data} is not a folder", "choose another with --data")
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("data folder", Level.RED, f"{data} is not ours to write", f"chown it to user {os.getuid()}")
    elif mode & 0o022:
        yield Finding("data folder", Level.RED, f"{data} can be written by others ({mode:04o})", f"chmod go-w {data}")
    else:
        yield Finding("data folder", Level.FINE, f"{data} ({mode:04o})")


def check_secrets(files: Iterable[Path]) -> Iterable[Finding]:
    """Files with secrets are for their owner alone."""
    for file in files:
        if not file.exists():
            continue
        state = file.stat()
        mode = stat.S_IMODE(state.st_mode)
        if mode & 0o077:
            yield Finding("secrets", Level.RED, f"{file} can be read by others ({mode:04o})", f"chmod 600 {file}")
        elif state.st_uid != os.getuid():
            yield Finding(
                "secrets", Level.WARNING, f"{file} belongs to user {state.st_uid}", f"chown {os.getuid()} {file}"
            )
        else:
            yield Finding("secrets", Level.FINE, f"{file} ({mode:04o})")


def check_space(data: Path) -> Iterable[Finding]:
    usage = shutil.disk_usage(_nearest(data))
    told = f"{usage.free / 1024**3:.1f} GiB free of {usage.total / 1024**3:.1f} GiB"
    if usage.free >= LEAST_SPACE and usage.free >= usage.total * LEAST_SPACE_RATIO:
        yield Finding("disk", Level.FINE, told)
    else:
        level = Level.RED if usage.free < LEAST_SPACE / 10 else Level.WARNING
        yield Finding(
            "disk", level, told, "free some space: recordings and the journal grow; 2 GiB and 10 % are wanted"
        )


def check_ports(ports: Iterable[Port]) -> Iterable[Finding]:
    """Each port can be opened now, or a process of ours has it."""
    for port in ports:
        trouble = trouble_with(port)
        if trouble is None:
            yield Finding(f"port {port.name}", Level.FINE, f"{port.told} is free")
        elif port.held_by:
            yield Finding(f"port {port.name}", Level.FINE, f"{port.told} is in use by {port.held_by}")
        else:
            other = f", or choose another port: {port.setting}" if port.setting else ""
            advice = f"see who has it: ss -lnp | grep :{port.number}{other}"
            yield Finding(f"port {port.name}", Level.RED, f"{port.told}: {trouble}", advice)


def trouble_with(port: Port) -> str | None:
    """What keeps us from listening there now; None when nothing does."""
    kind = socket.SOCK_DGRAM if port.is_udp else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET6 if ":" in port.host else socket.AF_INET, kind) as trial:
        if not port.is_udp:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection in TIME_WAIT is no neighbour
        try:
            trial.bind((port.host, port.number))
        except OSError as error:
            return error.strerror or str(error)
    return None


def check_asterisk(version: str | None) -> Iterable[Finding]:
    """`version` as Asterisk tells it, such as `22.10.1` or `certified-22.8-cert3`; None: there is no Asterisk."""
    if version is None:
        yield Finding(
            "asterisk", Level.WARNING, "not there yet", "`make run` or `ccserver up` fetches it, no root needed"
        )
        return
    parsed = asterisk_version(version)
    oldest = OLDEST_CERTIFIED if "cert" in version else OLDEST_ASTERISK
    if parsed is None or parsed < oldest:
        advice = "22.10.1 or newer is needed; older ones lose calls in ways that are mended there"
        yield Finding("asterisk", Level.RED, f"version {version}", advice)
    elif parsed[0] != OLDEST_ASTERISK[0]:
        yield Finding("asterisk", Level.WARNING, f"version {version}", "never tried with ccserver; 22 is")
    else:
        yield Finding("asterisk", Level.FINE, f"version {version}")


def asterisk_version(text: str) -> tuple[int, int, int] | None:
    """`Asterisk 22.10.1~dfsg` is (22, 10, 1); of a certified release the third figure is that of `cert`."""
    certified = re.search(r"(\d+)\.(\d+)-cert(\d+)", text)
    found = certified or re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def check_audit(rows: int, last_hash: str, first_fault: int | None) -> Iterable[Finding]:
    """What the probe found of the audit trail: its length, the last hash, and the first row that is not as it was written."""
    if first_fault is not None:
        what = f"row {first_fault} of the audit trail is missing or not as it was written"
        yield Finding(
            "audit trail", Level.RED, what, "somebody changed the database past ccserver: compare with a backup"
        )
    elif rows:
        yield Finding("audit trail", Level.FINE, f"{rows} rows, unbroken; the last hash is {last_hash}")
    else:
        yield Finding("audit trail", Level.FINE, "empty")


def check_clock(now: datetime, step: timedelta = timedelta(), state: int | None = None) -> Iterable[Finding]:
    """`step` is how far the wall clock was set since the start, `state` what the kernel says of it (see kernel_clock)."""
    if now < BUILT_AFTER:
        yield Finding("clock", Level.RED, f"it says {now:%Y-%m-%d}", "set the clock: records and certificates need it")
    elif abs(step) > LARGEST_STEP:
        advice = "restart ccserver at a quiet moment, and let an NTP client slew the clock"
        yield Finding("clock", Level.WARNING, f"the wall clock was set by {step.total_seconds():+.1f} s", advice)
    elif state == TIME_ERROR:
        yield Finding("clock", Level.WARNING, "not synchronised", "run an NTP client such as systemd-timesyncd")
    else:
        yield Finding("clock", Level.FINE, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def kernel_clock() -> int | None:
    """The state of ntp_gettime(3): 5 is not synchronised; None where the system has no such call."""
    try:
        ask = ctypes.CDLL(None).ntp_gettime
    except (OSError, AttributeError):
        return None
    room = ctypes.create_string_buffer(256)  # struct ntptimeval is 72 bytes on 64-bit Linux; only the result is used
    state: int = ask(room)
    return state if state >= 0 else None


def check_zones(now: datetime, version: str | None = None) -> Iterable[Finding]:
    """The time zone rules are younger than a year; `version` such as `2025.2` is that of the tzdata package."""
    version = version or metadata.version("tzdata")
    year, part = (int(figure) for figure in version.split(".")[:2])
    released = datetime(year, min(12, part * 3), 1, tzinfo=UTC)  # a to d come about once a quarter
    if now - released > OLDEST_ZONES:
        yield Finding("time zones", Level.WARNING, f"rules of {version}", "pip install --upgrade tzdata")
    else:
        yield Finding("time zones", Level.FINE, f"rules of {version}")


def _nearest(path: Path) -> Path:
    """The path, or the folder nearest above it that exists."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())

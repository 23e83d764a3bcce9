"""Which mirror and which keyring this machine takes Debian's packages from.

Nothing here names a mirror: it is read from the machine's own sources (sources.list(5), both formats), or given by
the setting CCSERVER_DEBIAN_MIRROR where the machine is no Debian. The keyring is installed on a Debian; elsewhere it is
taken from the package of that name in the machine's own archive (Ubuntu has it in universe), which its own apt verifies.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccserver.pbx.errors import PbxError
from ccserver.pbx.install import machine_architecture

SUITE = "forky"
KEYRINGS = ("usr/share/keyrings/debian-archive-keyring.gpg", "usr/share/keyrings/debian-archive-keyring.pgp")
SUITES = frozenset(  # those that share one archive
    ("bullseye", "bookworm", "trixie", "forky", "duke", "sid", "oldstable", "stable", "testing", "unstable")
)
ONE_LINE = re.compile(r"^deb\s+(?:\[[^\]]*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$")
MIRROR = re.compile(r"(?:https?|file|copy|mirror\+(?:https?|file)|ftp)://?[^\s\[\]\"';]+")
WORD = re.compile(r"[a-z][a-z0-9.-]{0,40}")
KEYRING_PACKAGE = "debian-archive-keyring"
KEYRING_LIMIT = 120.0  # seconds for 180 kB, a slow mirror's retries included


@dataclass(frozen=True)
class DebianSource:
    """Where packages come from and whose signature they must bear."""

    mirror: str
    suite: str
    keyring: Path
    architecture: str


def debian_source(
    environment: Mapping[str, str], cache: Path, etc_apt: Path = Path("/etc/apt"), root: Path = Path("/")
) -> DebianSource:
    """The source to fetch Asterisk from.

    Settings: CCSERVER_DEBIAN_MIRROR, CCSERVER_DEBIAN_KEYRING, CCSERVER_DEBIAN_SUITE (default forky, the first with
    Asterisk 22.10.1). A keyring that the machine has not is fetched below `cache`, without root. Raises PbxError that says
    which of them is needed and why.
    """
    suite = environment.get("CCSERVER_DEBIAN_SUITE") or SUITE
    mirror = environment.get("CCSERVER_DEBIAN_MIRROR") or machine_mirror(etc_apt)
    if mirror is None:
        raise PbxError(
            "this machine's package sources name no Debian mirror, and Asterisk 22 is fetched from one",
            "give the address of a Debian mirror, its /debian folder: CCSERVER_DEBIAN_MIRROR=http://HOST/debian make run, "
            "or install Asterisk 22.10.1 or newer on the machine yourself",
        )
    if not MIRROR.fullmatch(mirror) or not WORD.fullmatch(suite):
        raise PbxError(
            f"CCSERVER_DEBIAN_MIRROR {mirror!r} or CCSERVER_DEBIAN_SUITE {suite!r} is not usable",
            "give the mirror as http(s)://host/path without blanks, and the suite as one word such as forky",
        )
    return DebianSource(mirror, suite, _keyring(environment, cache, root), machine_architecture())


def machine_mirror(etc_apt: Path) -> str | None:
    """The first source of the machine that is the Debian archive itself: one of its suites, component main."""
    for uri, suites, components in _entries(etc_apt):
        if "main" in components and any(suite.removesuffix("-updates") in SUITES for suite in suites):
            return uri
    return None


def _entries(etc_apt: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    parts = etc_apt / "sources.list.d"
    for path in (etc_apt / "sources.list", *sorted(parts.glob("*.list"))):
        yield from _one_line_entries(_read(path))
    for path in sorted(parts.glob("*.sources")):
        yield from _deb822_entries(_read(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _one_line_entries(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for line in text.splitlines():
        found = ONE_LINE.match(line.partition("#")[0].strip())
        if found:
            yield found["uri"], [found["suite"]], found["components"].split()


def _deb822_entries(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() not in {
            "no",
            "false",
            "0",
        }:
            for uri in fields.get("uris", "").split():
                yield uri, fields.get("suites", "").split(), fields.get("components", "").split()


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            key, _, value = line.partition(":")
            name = key.strip().lower()
            fields[name] = value.strip()
    return fields


def _keyring(environment: Mapping[str, str], cache: Path, root: Path) -> Path:
    chosen = environment.get("CCSERVER_DEBIAN_KEYRING")
    own = cache / "keyring"
    candidates = [Path(chosen)] if chosen else [folder / name for folder in (root, own) for name in KEYRINGS]
    found = _first_file(candidates)
    why = ""
    if found is None and not chosen:
        why = _fetch_keyring(own)
        found = _first_file(candidates)
    if found is not None:
        return found
    raise PbxError(
        f"the Debian archive keyring is not at {candidates[0]}{why}; "
        "without it nobody can tell Debian's packages from forged ones",
        "let `apt-get update` be run once (on Ubuntu with universe among its sources) and start again, or install the "
        "package debian-archive-keyring, or set CCSERVER_DEBIAN_KEYRING to a copy of it",
    )


def _first_file(candidates: Sequence[Path]) -> Path | None:
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _fetch_keyring(folder: Path) -> str:
    """Unpack the machine's package of the keyring to `folder`, which needs no root; answers why it cannot be done.

    `apt-get download` takes what the machine's own signed lists name, checksum included. Written whole or not at all.
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _run(["apt-get", "-q", "download", KEYRING_PACKAGE], partial)
        (package,) = partial.glob("*.deb")
        _run(["dpkg-deb", "-x", str(package), str(partial)], partial)
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.startswith("E:")]
        return f", and cannot be fetched ({' '.join(said)[:300]})"
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f", and cannot be fetched ({error})"
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
    return ""


def _run(argv: Sequence[str], folder: Path) -> None:
    subprocess.run(
        argv,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=KEYRING_LIMIT,
        check=True,
    )

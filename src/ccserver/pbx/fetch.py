"""Getting an Asterisk: the machine's own if it is new enough, else Debian's packages unpacked into the cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ccserver.pbx.apt import PrivateApt
from ccserver.pbx.debian import debian_source
from ccserver.pbx.errors import PbxError
from ccserver.pbx.install import AsteriskInstall, installed, machine_architecture, read_marker, unpacked, write_marker
from ccserver.pbx.progress import Progress

PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav")
UNPACKERS = 2


def default_cache(environment: Mapping[str, str] | None = None) -> Path:
    """$CCSERVER_CACHE, else ~/.cache/ccserver (or below $XDG_CACHE_HOME)."""
    known = os.environ if environment is None else environment
    if known.get("CCSERVER_CACHE"):
        return Path(known["CCSERVER_CACHE"])
    return Path(known.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ccserver"


def fetch_asterisk(cache: Path, report: Progress, machine: Path = Path("/")) -> AsteriskInstall:
    """An Asterisk of at least 22.10.1, ready to run; blocks until it is there. One installed below `machine` goes first.

    The second call answers from the cache without network. Needs no root. Two processes that ask at once share one
    download. Raises PbxError.
    """
    own = installed(machine)
    if own is not None:
        return own
    folder = cache.absolute() / "asterisk"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, report):
        root = read_marker(folder)
        if root is None:
            root = _fetch(folder, report)
    return unpacked(root, machine_architecture())


@contextmanager
def _alone(folder: Path, report: Progress) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report.step("Waiting for another ccserver that is fetching Asterisk")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(folder: Path, report: Progress) -> Path:
    apt = PrivateApt(folder / "apt", debian_source(os.environ, folder))
    apt.prepare()
    report.step("Reading the list of Debian's packages")
    apt.update(report)
    report.step("Downloading Asterisk 22 (about 110 MB, once)")
    archives = apt.download(PACKAGES, report)
    report.step("Unpacking Asterisk")
    root = unpack(archives, folder, report)
    unpacked(root, apt.source.architecture)
    write_marker(folder, root)
    return root


def unpack(archives: tuple[Path, ...], folder: Path, report: Progress) -> Path:
    """All archives into one new folder below `folder`; an older half-finished one is removed first."""
    partial = folder / "root.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with ThreadPoolExecutor(UNPACKERS) as pool:
        for done, _ in enumerate(pool.map(lambda archive: _extract(archive, partial), archives), start=1):
            report.at(done / len(archives))
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    partial.replace(root)
    os.sync()
    return root


def _extract(archive: Path, target: Path) -> None:
    try:
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True, capture_output=True, text=True)  # noqa: S607
    except OSError as error:
        raise PbxError(f"dpkg-deb cannot be run: {error}", "install the package dpkg") from None
    except subprocess.CalledProcessError as error:
        raise PbxError(
            f"{archive.name} cannot be unpacked: {error.stderr.strip()[-300:]}",
            "make room on the disk if it is full, else remove that file from ccserver's cache, and start again",
        ) from None

"""Downloads that break: they go on where they stopped, and what is not whole is never used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.house.needed import needs_program
from tests.pbx.archive import Archive
from tests.pbx.mirror import Mirror, serving

from ccserver.pbx import PbxError, Quiet
from ccserver.pbx.apt import PrivateApt

pytestmark = [
    pytest.mark.slow,
    needs_program("apt-get", "apt"),
    needs_program("dpkg-deb", "dpkg"),
    needs_program("gpg", "gnupg"),
]
FILLING = Random(7).randbytes(400_000)
"""Nothing that compresses, so that half a package is half of it."""


class Told:
    """Remembers what was told of the progress."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def step(self, title: str) -> None:
        """Not looked at."""

    def at(self, share: float) -> None:
        self.shares.append(share)


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Signed, with one package of 400 kB."""
    archive = Archive(tmp_path_factory.mktemp("a"), FILLING)
    archive.sign()
    archive.close()
    return archive


@pytest.fixture
def mirror(archive: Archive) -> Mirror:
    """It serves the archive; its line breaks in the middle of the package."""
    return Mirror(archive.folder)


@pytest.fixture
def apt(archive: Archive, mirror: Mirror, tmp_path: Path) -> Iterator[PrivateApt]:
    """A private apt that has read the list and lost the line in the middle of the package."""
    with serving(mirror) as address:
        apt = archive.apt(tmp_path, mirror=address)
        apt.prepare()
        apt.update(Quiet())
        mirror.is_broken = True
        with pytest.raises(PbxError, match="what was downloaded is kept"):
            apt.download(("tiny",), Quiet())
        mirror.is_broken = False
        yield apt


def test_a_broken_download_is_not_used(apt: PrivateApt, mirror: Mirror, archive: Archive) -> None:
    """What came of it waits in apt's folder `partial`."""
    kept = list((apt.archives / "partial").glob("*.deb"))
    assert not list(apt.archives.glob("*.deb"))
    assert [file.stat().st_size for file in kept] == [archive.deb.stat().st_size // 2]


def test_the_next_start_goes_on_where_it_stopped(apt: PrivateApt, mirror: Mirror, archive: Archive) -> None:
    """Not one byte of the first half is fetched again."""
    size = archive.deb.stat().st_size
    mirror.answers.clear()
    apt.prepare()
    apt.update(Quiet())
    (file,) = apt.download(("tiny",), Quiet())
    assert mirror.answers == [(size // 2, size - size // 2)]
    assert file.read_bytes() == archive.deb.read_bytes()


def test_a_third_start_fetches_nothing(apt: PrivateApt, mirror: Mirror) -> None:
    """The package is in the cache."""
    apt.download(("tiny",), Quiet())
    mirror.answers.clear()
    apt.download(("tiny",), Quiet())
    assert mirror.answers == []


def test_a_first_half_that_was_spoilt_is_not_used(apt: PrivateApt, mirror: Mirror, archive: Archive) -> None:
    """The sum over the whole tells, and the next start fetches all of it anew."""
    (kept,) = (apt.archives / "partial").glob("*.deb")
    was = kept.stat()
    spoilt = bytearray(kept.read_bytes())
    spoilt[1000] ^= 1
    kept.write_bytes(spoilt)
    os.utime(kept, ns=(was.st_atime_ns, was.st_mtime_ns))
    with pytest.raises(PbxError, match="differs from what Debian has signed"):
        apt.download(("tiny",), Quiet())
    mirror.answers.clear()
    (file,) = apt.download(("tiny",), Quiet())
    assert mirror.answers == [(0, archive.deb.stat().st_size)]
    assert file.read_bytes() == archive.deb.read_bytes()


def test_the_download_tells_its_progress(archive: Archive, tmp_path: Path) -> None:
    """Shares from 0 to 1, none smaller than the one before."""
    told = Told()
    with serving(Mirror(archive.folder)) as address:
        apt = archive.apt(tmp_path, mirror=address)
        apt.prepare()
        apt.update(Quiet())
        apt.download(("tiny",), told)
    assert told.shares == sorted(told.shares)
    assert 0 <= told.shares[0] <= told.shares[-1] <= 1


FULL_DISK = """
import subprocess, sys
from pathlib import Path
from ccserver.pbx import PbxError, Quiet
from ccserver.pbx.apt import PrivateApt
from ccserver.pbx.debian import DebianSource

folder, mirror, keyring, architecture = Path(sys.argv[1]), *sys.argv[2:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + "300k", "tmpfs", str(folder)], check=True)
apt = PrivateApt(folder, DebianSource(mirror, "forky", Path(keyring), architecture))
try:
    apt.prepare()
    apt.update(Quiet())
    apt.download(("tiny",), Quiet())
except PbxError as error:
    print(error)
"""


def test_a_full_disk_is_told_as_such(archive: Archive, tmp_path: Path) -> None:
    """And how to go on. A disk of 300 kB in a name space of its own."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this kernel does not let us mount a small disk")
    with serving(Mirror(archive.folder)) as address:
        source = archive.apt(tmp_path, mirror=address).source
        arguments = [str(tmp_path), source.mirror, str(source.keyring), source.architecture]
        command = ["unshare", "-rm", sys.executable, "-c", FULL_DISK, *arguments]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "the disk is full" in said
    assert "make room" in said

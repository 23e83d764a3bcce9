"""The private apt against a small archive on this disk: what is signed is taken, anything else is refused with advice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.house.needed import needs_program
from tests.pbx.archive import Archive

from ccserver.pbx import PbxError, Quiet
from ccserver.pbx import apt as pbx_apt
from ccserver.pbx.apt import PrivateApt, explain
from ccserver.pbx.debian import DebianSource

pytestmark = [needs_program("apt-get", "apt"), needs_program("dpkg-deb", "dpkg")]
needs_gpg = needs_program("gpg", "gnupg")


@pytest.fixture
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Unsigned as yet."""
    return Archive(tmp_path_factory.mktemp("a"))


@needs_gpg
def test_signed_package_is_downloaded(archive: Archive, tmp_path: Path) -> None:
    """Also a second time, when it is there already."""
    archive.sign()
    apt = archive.apt(tmp_path)
    apt.prepare()
    apt.update(Quiet())
    first = apt.download(("tiny",), Quiet())
    files = apt.download(("tiny",), Quiet())
    archive.close()
    assert first == files
    assert [file.name for file in files] == ["tiny_1.0_all.deb"]
    assert files[0].read_bytes() == archive.deb.read_bytes()


@needs_gpg
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_the_architecture_is_that_of_the_source(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, architecture: str
) -> None:
    """Whatever this machine is: the list of that architecture is read, and no other is there."""
    archive = Archive(tmp_path_factory.mktemp("a"), architecture=architecture)
    archive.sign()
    archive.close()
    apt = archive.apt(tmp_path)
    apt.prepare()
    apt.update(Quiet())
    assert [file.name for file in apt.download(("tiny",), Quiet())] == ["tiny_1.0_all.deb"]


def test_unsigned_archive_is_refused(archive: Archive, tmp_path: Path) -> None:
    """The message says what to do."""
    archive.keyring.write_bytes(b"")
    apt = archive.apt(tmp_path)
    apt.prepare()
    with pytest.raises(PbxError, match=r"signature .* cannot be verified"):
        apt.update(Quiet())


@needs_gpg
def test_archive_signed_by_somebody_else_is_refused(archive: Archive, tmp_path: Path) -> None:
    """A good signature of the wrong key."""
    archive.sign()
    archive.close()
    stranger = tmp_path / "stranger.gpg"
    shutil.copy("/usr/share/keyrings/debian-archive-keyring.gpg", stranger)
    apt = archive.apt(tmp_path / "apt", stranger)
    apt.prepare()
    with pytest.raises(PbxError, match=r"signature .* cannot be verified"):
        apt.update(Quiet())


@needs_gpg
def test_changed_package_is_refused(archive: Archive, tmp_path: Path) -> None:
    """The list is signed, the file is not what it says."""
    archive.sign()
    archive.close()
    content = bytearray(archive.deb.read_bytes())
    content[-1] ^= 1
    archive.deb.write_bytes(content)
    apt = archive.apt(tmp_path)
    apt.prepare()
    apt.update(Quiet())
    with pytest.raises(PbxError, match="differs from what Debian has signed"):
        apt.download(("tiny",), Quiet())


@needs_gpg
def test_package_that_is_not_there_names_the_suite(archive: Archive, tmp_path: Path) -> None:
    """Debian's testing suite may lose Asterisk for a while."""
    archive.sign()
    archive.close()
    apt = archive.apt(tmp_path)
    apt.prepare()
    apt.update(Quiet())
    with pytest.raises(PbxError, match="CCSERVER_DEBIAN_SUITE"):
        apt.download(("asterisk",), Quiet())


@needs_gpg
def test_changed_list_is_refused(archive: Archive, tmp_path: Path) -> None:
    """The key is right, the text under the signature is not what was signed."""
    archive.sign()
    archive.close()
    signed = archive.folder / "dists/forky/InRelease"
    signed.write_text(signed.read_text().replace("Origin: Test", "Origin: Evil"))
    apt = archive.apt(tmp_path)
    apt.prepare()
    with pytest.raises(PbxError, match=r"signature .* cannot be verified"):
        apt.update(Quiet())


def test_broken_network_says_that_nothing_is_lost() -> None:
    """The next start goes on where it stopped."""
    error = explain("E: Failed to fetch something  Connection timed out", "forky")
    assert "what was downloaded is kept" in error.advice


SLEEPS = "exec sleep 60"
CLOSES_FIRST = 'eval "exec $fd>&-"; exec sleep 60'
TALKS = "while :; do echo dlstatus:1:5.0:on >&$fd; done"


@pytest.mark.parametrize("hang", [SLEEPS, CLOSES_FIRST, TALKS])
def test_apt_that_hangs_is_told_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hang: str) -> None:
    """Whether it is silent, has closed the pipe that tells how far it is, or talks without end."""
    fake = tmp_path / "bin/apt-get"
    fake.parent.mkdir()
    number = tmp_path / "pid"
    fake.write_text(f'#!/bin/bash\necho $$ > {number}\nfd="${{4##*=}}"\n{hang}\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    monkeypatch.setattr(pbx_apt, "SLOWEST", 1.0)
    apt = PrivateApt(tmp_path, DebianSource("http://x.test/debian", "forky", tmp_path, "amd64"))
    with pytest.raises(PbxError, match="did not come to an end"):
        apt.update(Quiet())
    assert not Path(f"/proc/{number.read_text().strip()}").exists()

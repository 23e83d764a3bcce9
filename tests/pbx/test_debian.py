"""Where Debian's packages come from: the machine's own sources, in both formats, or a setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.house.needed import needs_program
from tests.pbx.archive import Archive

from ccserver.pbx import PbxError, Quiet
from ccserver.pbx.debian import debian_source, machine_mirror

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://security.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://one.test/debian
Suites: bookworm
 bookworm-updates
Components: contrib main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
OTHERS = """\
Types: deb
URIs: https://node.test/node_20.x
Suites: nodistro
Components: main

Types: deb
Enabled: no
URIs: http://off.test/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
# deb http://comment.test/debian bookworm main
deb-src http://source.test/debian bookworm main
deb [signed-by=/x.gpg arch=amd64] http://two.test/debian trixie main contrib # why
"""
UBUNTU = "deb http://ubuntu.test/ubuntu noble main universe\n"


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    """An empty /etc/apt."""
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where a keyring may be kept."""
    return tmp_path / "cache"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """A root with the archive keyring."""
    place = tmp_path / "root/usr/share/keyrings"
    place.mkdir(parents=True)
    (place / "debian-archive-keyring.gpg").write_bytes(b"key")
    return tmp_path / "root"


def test_deb822_sources_are_read(apt: Path) -> None:
    """Continuation lines and several stanzas; the security archive is not the archive."""
    (apt / "sources.list.d/debian.sources").write_text(DEB822)
    assert machine_mirror(apt) == "http://one.test/debian"


def test_one_line_sources_are_read(apt: Path) -> None:
    """Options, comments and source lines."""
    (apt / "sources.list").write_text(ONE_LINE)
    assert machine_mirror(apt) == "http://two.test/debian"


def test_other_and_disabled_archives_do_not_count(apt: Path) -> None:
    """A vendor's archive has no Asterisk signed by Debian."""
    (apt / "sources.list.d/others.sources").write_text(OTHERS)
    (apt / "sources.list").write_text(UBUNTU)
    assert machine_mirror(apt) is None


def test_ubuntu_is_told_which_setting_it_needs(apt: Path, keyring: Path, cache: Path) -> None:
    """No mirror is guessed."""
    (apt / "sources.list").write_text(UBUNTU)
    with pytest.raises(PbxError, match="CCSERVER_DEBIAN_MIRROR"):
        debian_source({}, cache, apt, keyring)


def test_setting_names_the_mirror(apt: Path, keyring: Path, cache: Path) -> None:
    """And the suite."""
    settings = {"CCSERVER_DEBIAN_MIRROR": "http://mine.test/debian", "CCSERVER_DEBIAN_SUITE": "sid"}
    source = debian_source(settings, cache, apt, keyring)
    assert (source.mirror, source.suite) == ("http://mine.test/debian", "sid")


@pytest.mark.parametrize(
    "mirror", ["http://x.test/d\nTypes: deb", "x.test", "http://x y", "http://x.test/[trusted=yes]"]
)
def test_hostile_mirror_is_refused(apt: Path, keyring: Path, cache: Path, mirror: str) -> None:
    """It becomes a line of a file that apt reads."""
    with pytest.raises(PbxError, match="not usable"):
        debian_source({"CCSERVER_DEBIAN_MIRROR": mirror}, cache, apt, keyring)


def test_keyring_can_be_given(apt: Path, tmp_path: Path, cache: Path) -> None:
    """Where the package cannot be had."""
    (apt / "sources.list").write_text(ONE_LINE)
    own = tmp_path / "own.gpg"
    own.write_bytes(b"key")
    assert debian_source({"CCSERVER_DEBIAN_KEYRING": str(own)}, cache, apt, tmp_path).keyring == own


# -- a machine without the keyring, such as Ubuntu ----------------------------------------------------------------------


@pytest.fixture
def own_archive(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """The machine's own archive, as its apt has it: there the keyring is a package like any other."""
    archive = Archive(
        tmp_path_factory.mktemp("a"),
        b"key",
        name="debian-archive-keyring",
        file="usr/share/keyrings/debian-archive-keyring.gpg",
    )
    archive.sign()
    archive.close()
    machine = archive.apt(tmp_path_factory.mktemp("m"))
    machine.prepare()
    machine.update(Quiet())
    monkeypatch.setenv("APT_CONFIG", str(machine.folder / "apt.conf"))
    return archive


@needs_program("gpg", "gnupg")
def test_missing_keyring_is_fetched_from_the_machines_own_archive(
    apt: Path, tmp_path: Path, cache: Path, own_archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Ubuntu, where it is a package; no root is needed. It is asked for once."""
    (apt / "sources.list").write_text(ONE_LINE)
    found = debian_source({}, cache, apt, tmp_path / "nothing").keyring
    assert found.read_bytes() == b"key"
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("ccserver.pbx.debian.machine_architecture", lambda: "amd64")
    assert debian_source({}, cache, apt, tmp_path / "nothing").keyring == found


@needs_program("gpg", "gnupg")
def test_a_forged_keyring_is_not_taken(apt: Path, tmp_path: Path, cache: Path, own_archive: Archive) -> None:
    """The machine's apt knows its checksum; nothing of it stays."""
    (apt / "sources.list").write_text(ONE_LINE)
    content = bytearray(own_archive.deb.read_bytes())
    content[-1] ^= 1
    own_archive.deb.write_bytes(content)
    with pytest.raises(PbxError, match="cannot be fetched"):
        debian_source({}, cache, apt, tmp_path / "nothing")
    assert not (cache / "keyring").exists()


def test_missing_keyring_is_explained(apt: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be fetched either, as before the first `apt-get update`."""
    (apt / "sources.list").write_text(ONE_LINE)
    empty = tmp_path / "apt.conf"
    empty.write_text(f'Dir::State "{tmp_path}/none"; Dir::Etc "{tmp_path}/none"; Dir::Cache "{tmp_path}/none";')
    monkeypatch.setenv("APT_CONFIG", str(empty))
    with pytest.raises(PbxError, match=r"(?s)cannot be fetched .*apt-get update.*CCSERVER_DEBIAN_KEYRING"):
        debian_source({}, cache, apt, tmp_path / "nothing")

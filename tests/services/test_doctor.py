"""The doctor: every fault is found, named, and comes with advice."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccserver.services import doctor
from ccserver.services.doctor import Finding, Level, Port, run_checks

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def level(findings: Iterable[Finding]) -> Level:
    """The one finding's level; a fault must have advice, a fine one none."""
    (finding,) = findings
    assert bool(finding.advice) is (finding.level is not Level.FINE)
    return finding.level


def test_this_machine_is_looked_at_without_a_broken_check(tmp_path: Path) -> None:
    """The real probes, on the real machine."""
    checks = doctor.machine_checks(tmp_path, [Port("web", "127.0.0.1", 0)])
    findings = run_checks([*checks, lambda: doctor.check_clock(NOON, state=doctor.kernel_clock())])
    assert {finding.name for finding in findings} == {
        "python",
        "open files",
        "data folder",
        "disk",
        "port web",
        "clock",
    }
    assert not [finding for finding in findings if "could not be checked" in finding.what]


def test_a_check_that_breaks_is_a_finding_and_the_others_are_heard() -> None:
    """A probe may meet anything."""

    def asterisk() -> Iterable[Finding]:
        raise OSError("no such file")

    findings = run_checks([asterisk, lambda: [Finding("b", Level.FINE, "ok")]])
    assert [(finding.name, finding.level) for finding in findings] == [("asterisk", Level.RED), ("b", Level.FINE)]
    assert not doctor.is_healthy(findings)


def test_warnings_are_healthy() -> None:
    """Only red is not."""
    assert doctor.is_healthy([Finding("a", Level.WARNING, "", "x")])


def test_a_finding_is_told_in_a_line_with_its_advice_below() -> None:
    """As the command prints it."""
    assert str(Finding("disk", Level.FINE, "9 GiB free")) == "fine     disk               9 GiB free"
    assert (
        str(Finding("disk", Level.RED, "full", "free some space")).splitlines()[1].strip()
        == "what to do: free some space"
    )


@pytest.mark.parametrize(
    ("version", "expected"), [((3, 10), Level.RED), ((3, 11), Level.FINE), ((3, 13), Level.FINE), ((3, 14), Level.RED)]
)
def test_python(version: tuple[int, int], expected: Level) -> None:
    """3.11 to 3.13."""
    assert level(doctor.check_python(version)) is expected


@pytest.mark.parametrize(("soft", "expected"), [(1024, Level.WARNING), (4096, Level.FINE), (-1, Level.FINE)])
def test_open_files(soft: int, expected: Level) -> None:
    """-1 is no limit."""
    assert level(doctor.check_open_files((soft, 8192))) is expected


def test_a_folder_that_can_be_made_is_fine(tmp_path: Path) -> None:
    """Even several levels deep."""
    assert level(doctor.check_folder(tmp_path / "a" / "b")) is Level.FINE


def test_a_folder_that_others_may_write_is_red(tmp_path: Path) -> None:
    """They could put a configuration there."""
    tmp_path.chmod(0o777)
    assert level(doctor.check_folder(tmp_path)) is Level.RED


def test_a_file_in_place_of_the_folder_is_red(tmp_path: Path) -> None:
    """--data names a file."""
    (tmp_path / "data").touch(0o600)
    assert level(doctor.check_folder(tmp_path / "data")) is Level.RED


@pytest.mark.parametrize(("mode", "expected"), [(0o600, Level.FINE), (0o640, Level.RED), (0o604, Level.RED)])
def test_secrets_are_for_their_owner(tmp_path: Path, mode: int, expected: Level) -> None:
    """Neither the group nor others."""
    file = tmp_path / "secrets.json"
    file.touch()
    file.chmod(mode)
    assert level(doctor.check_secrets([file])) is expected


def test_secrets_not_made_yet_are_no_finding(tmp_path: Path) -> None:
    """Before the first start."""
    assert list(doctor.check_secrets([tmp_path / "none"])) == []


@pytest.mark.parametrize("is_udp", [True, False])
def test_a_taken_port_is_red_and_says_where_to_choose_another(is_udp: bool) -> None:
    """A neighbour listens there."""
    with socket.socket(type=socket.SOCK_DGRAM if is_udp else socket.SOCK_STREAM) as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        if not is_udp:
            neighbour.listen()
        (finding,) = doctor.check_ports([Port("web", "127.0.0.1", neighbour.getsockname()[1], is_udp, "CCSERVER_PORT")])
    assert finding.level is Level.RED
    assert "CCSERVER_PORT" in finding.advice


def test_ports_are_taken_while_the_server_runs() -> None:
    """Asked beside a running ccserver, the doctor does not blame it."""
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        ours.listen()
        port = Port("web", "127.0.0.1", ours.getsockname()[1], held_by="ccserver (process 17)")
        assert level(doctor.check_ports([port])) is Level.FINE


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, Level.WARNING),
        ("22.10.0", Level.RED),
        ("20.15.2", Level.RED),
        ("Asterisk 22.10.1~dfsg+~cs6.15", Level.FINE),
        ("22.11.0", Level.FINE),
        ("certified-22.8-cert2", Level.RED),
        ("certified-22.8-cert3", Level.FINE),
        ("23.1.0", Level.WARNING),
        ("GIT-master", Level.RED),
    ],
)
def test_asterisk(version: str | None, expected: Level) -> None:
    """22.10.1, or certified 22.8-cert3, or later."""
    assert level(doctor.check_asterisk(version)) is expected


@pytest.mark.parametrize(
    ("now", "step", "state", "expected"),
    [
        (NOON, 0, 0, Level.FINE),
        (NOON, 0, None, Level.FINE),
        (datetime(1970, 1, 1, tzinfo=UTC), 0, 0, Level.RED),
        (NOON, -3600, 0, Level.WARNING),
        (NOON, 0, doctor.TIME_ERROR, Level.WARNING),
    ],
)
def test_the_clock(now: datetime, step: float, state: int | None, expected: Level) -> None:
    """A dead battery, a step since the start, no NTP."""
    assert level(doctor.check_clock(now, timedelta(seconds=step), state)) is expected


@pytest.mark.parametrize(("version", "expected"), [("2025.2", Level.FINE), ("2023.3", Level.WARNING)])
def test_zone_rules(version: str, expected: Level) -> None:
    """Countries change their rules every year."""
    assert level(doctor.check_zones(NOON, version)) is expected

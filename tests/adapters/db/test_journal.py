"""The journal on a disk: killed, short of space, damaged, and wanted by two."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from zlib import crc32

import pytest
import structlog.testing
from tests.adapters.db import journal_peer
from tests.adapters.db.journal_peer import PADDING, commit_one, until_refused
from tests.adapters.db.records import record

from ccserver.adapters.db.journal import SqliteJournal
from ccserver.core.errors import PortUnavailable, Refused

TOP = Path(__file__).parents[3]


def _peer(*arguments: str, wrapper: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*wrapper, sys.executable, "-m", journal_peer.__name__, *arguments],
        cwd=TOP,
        env={"PYTHONPATH": f"{TOP}:{TOP}/src", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _result(process: subprocess.Popen[str]) -> list[int]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return [int(word) for word in out.split()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[SqliteJournal]:
    opened = await SqliteJournal.open(path, reserve=0)
    yield opened
    await opened.close()


async def _reopened(path: Path) -> tuple[dict[str, bytes], int, int]:
    """State, records that wait, rows damaged."""
    journal = await SqliteJournal.open(path, reserve=0)
    found = dict(await journal.load()), len(await journal.pending(10_000)), journal.damaged
    await journal.close()
    return found


@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, path: Path) -> None:
    """Killed eight times at random instants: every acknowledged commit is there, and each commit is whole."""
    chance, acknowledged = Random(7), set[int]()
    for round_ in range(8):
        process = _peer("commit", str(tmp_path), str(round_ * 100_000))
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 120)):
            acknowledged.add(int(process.stdout.readline()))
        process.kill()
        acknowledged.update(int(line) for line in process.communicate()[0].splitlines(True) if line.endswith("\n"))
    journal = await SqliteJournal.open(path, reserve=0)
    state = await journal.load()
    records = {int(each.id[2:]) for _, each in await journal.pending(100_000)}
    await journal.close()
    first, second = ({int(key[2:]) for key in state if key.startswith(kind)} for kind in ("a/", "b/"))
    assert acknowledged <= first
    assert first == second == records
    assert journal.damaged == 0


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """The message names the process that has it and what to do."""
    process = _peer("hold", str(tmp_path))
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(Refused, match=rf"process {process.pid} has .*journal.db: stop it"):
        asyncio.run(SqliteJournal.open(tmp_path / "journal.db", reserve=0))
    process.communicate()


async def test_it_can_be_opened_again_when_the_first_is_closed(journal: SqliteJournal, path: Path) -> None:
    """The lock goes with its owner, and state stays."""
    await journal.commit({"a": b"1"}, [record()], [])
    with pytest.raises(Refused, match="journal_in_use"):
        await SqliteJournal.open(path, reserve=0)
    await journal.close()
    assert await _reopened(path) == ({"a": b"1"}, 1, 0)


async def test_the_file_is_private(journal: SqliteJournal, path: Path) -> None:
    """Names and numbers of customers are in it."""
    await journal.commit({"a": b"1"}, [], [])
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}


async def test_at_its_limit_it_refuses_and_keeps_what_it_has(path: Path) -> None:
    """Nothing half; after a delivery it takes again."""
    journal = await SqliteJournal.open(path, size_limit=200_000, reserve=0)
    serial = await until_refused(journal, 0)
    assert "full" in journal.last_error
    await journal.delivered([key for key, _ in await journal.pending(1000)])
    await journal.commit({f"a/{n}": None for n in range(serial)}, [record(10**5)], [])
    await journal.close()
    state, waiting, _ = await _reopened(path)
    assert (set(state), waiting) == ({*(f"b/{n}" for n in range(serial)), "last"}, 1)


def test_a_full_disk_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The reserve lets it go on for a while; then it refuses; with room again it works."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let us mount a small disk")
    acknowledged, first, second, waiting = _result(_peer("full", str(tmp_path), wrapper=("unshare", "-rm")))
    assert acknowledged + 1 == first == second == waiting


def test_a_failing_disk_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """After an I/O error the handle is not believed; a new one works when the disk does."""
    acknowledged, first, second, waiting = _result(_peer("failing", str(tmp_path)))
    assert acknowledged + 1 == first == second == waiting


@pytest.mark.slow
async def test_one_flipped_bit_is_detected_or_harmless(path: Path) -> None:
    """Whatever bit of the file: it opens, and no altered row is ever given out."""
    journal = await SqliteJournal.open(path, reserve=0)
    for serial in range(40):
        await commit_one(journal, serial)
    await journal.close()
    whole, chance = path.read_bytes(), Random(3)
    true_state = (await _reopened(path))[0]
    for _ in range(120):
        bit = chance.randrange(len(whole) * 8)
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        for old in path.parent.iterdir():
            old.unlink()
        path.write_bytes(damaged)
        state, waiting, lost = await _reopened(path)
        assert state.items() <= true_state.items()
        assert lost or (state, waiting) == (true_state, 40)


async def test_a_damaged_file_gives_what_can_be_read(path: Path) -> None:
    """One page overwritten: the others' rows are taken over, the old file stays for study."""
    journal = await SqliteJournal.open(path, reserve=0)
    for serial in range(100):
        await commit_one(journal, serial)
    await journal.close()
    with path.open("r+b") as file:
        file.seek(4096 * 40)
        file.write(b"\xa5" * 4096)
    state, waiting, lost = await _reopened(path)
    assert (len(state) > 100 or waiting > 50, lost) == (True, 1)
    assert path.with_name("journal.db.damaged-1").exists()


async def test_a_file_that_is_no_journal_is_put_beside(path: Path) -> None:
    """The centre starts, and the loss is counted."""
    path.write_bytes(b"this is a letter" * 1000)
    assert await _reopened(path) == ({}, 0, 1)


async def test_a_record_that_cannot_be_read_is_set_aside(journal: SqliteJournal, path: Path) -> None:
    """A record of an unknown form does not hold up the others."""
    await journal.commit({}, [record(1), record(2)], [])
    await journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE outbox SET record = '{}', crc = 2745614147 WHERE seq = 1")
    again = await SqliteJournal.open(path, reserve=0)
    found = [each for _, each in await again.pending(10)]
    figures = again.depth, again.set_aside_count, again.damaged
    await again.close()
    assert (found, figures) == ([record(2)], (1, 0, 1))


async def test_what_is_set_aside_or_damaged_is_told(journal: SqliteJournal, path: Path) -> None:
    """In the log: a record of an unknown form, and rows that do not match their checksum; the second again at each start."""
    await journal.commit({"agent/ann": b"{}"}, [record(1), record(2), record(3)], [])
    await journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE outbox SET record = '{}' WHERE seq = 1")
        data = b'{"no": "record"}'
        connection.execute("UPDATE outbox SET record = ?, crc = ? WHERE seq = 2", (data, crc32(data)))
        connection.execute("UPDATE state SET value = x'00'")
    with structlog.testing.capture_logs() as told:
        again = await SqliteJournal.open(path, reserve=0)
        await again.load()
        await again.pending(10)
        figures = again.set_aside_count, again.damaged
        await again.close()
        await _reopened(path)
    assert figures == (1, 2)
    assert [(line["event"].split(";")[0], line.get("key")) for line in told if line["log_level"] == "error"] == [
        ("the journal is damaged", "agent/ann"),
        ("the journal is damaged", "1"),
        ("a record was set aside", 2),
        ("the journal keeps what was damaged", None),
        ("a record was set aside", 2),
    ]


async def test_what_was_set_aside_is_offered_again_after_a_restart(journal: SqliteJournal, path: Path) -> None:
    """A new version may have mended it."""
    await journal.commit({}, [record(1)], [])
    await journal.set_aside(1, "why")
    await journal.close()
    assert (await _reopened(path))[1] == 1


async def test_notes_are_kept_with_their_instant(journal: SqliteJournal) -> None:
    """The last ones, oldest first."""
    await journal.commit({}, [], ["hang up l1: done", "hang up l2: done"])
    await journal.commit({}, [], ["hang up l3: \ud800"])
    assert [note.partition(" ")[2] for note in await journal.notes(2)] == ["hang up l2: done", "hang up l3: ?"]


async def test_commits_that_nobody_waits_for_are_made(journal: SqliteJournal) -> None:
    """A caller that goes away undoes nothing and stops nothing."""
    waiting = asyncio.get_running_loop().create_task(journal.commit({"a": PADDING}, [], []))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await journal.load() == {"a": PADDING}


async def test_what_cannot_be_written_holds_up_nobody_else(journal: SqliteJournal) -> None:
    """One commit of a group is refused, the others are made."""
    odd: dict[str, bytes | None] = {"b": object()}  # type: ignore[dict-item]
    results = await asyncio.gather(
        journal.commit({"a": b"1"}, [], []),
        journal.commit(odd, [], []),
        journal.commit({}, [record(revision=2**70)], []),
        journal.commit({"c": b"1"}, [], []),
        return_exceptions=True,
    )
    assert [isinstance(each, PortUnavailable) for each in results] == [False, True, True, False]
    assert await journal.load() == {"a": b"1", "c": b"1"}


async def test_a_closed_journal_refuses(journal: SqliteJournal) -> None:
    """Nobody waits for a thread that is gone."""
    await journal.close()
    with pytest.raises(PortUnavailable, match="closed"):
        await journal.load()


async def test_close_writes_what_waits(journal: SqliteJournal, path: Path) -> None:
    """Commits handed in before the end are on disk."""
    waiting = [asyncio.get_running_loop().create_task(journal.commit({str(n): b"x"}, [], [])) for n in range(500)]
    await asyncio.sleep(0)
    await journal.close()
    await asyncio.gather(*waiting)
    assert len((await _reopened(path))[0]) == 500


async def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    """Not an error of the driver, but of the port."""
    (tmp_path / "file").touch()
    with pytest.raises(PortUnavailable, match="journal"):
        await SqliteJournal.open(tmp_path / "file" / "journal.db")


async def test_the_reserve_is_made_and_given_up(path: Path) -> None:
    """At the limit it goes first."""
    journal = await SqliteJournal.open(path, size_limit=100_000, reserve=5000)
    reserve = path.with_name("journal.db.reserve")
    assert reserve.stat().st_size == 5000
    with pytest.raises(PortUnavailable):
        await journal.commit({"a": b"x" * 200_000}, [], [])
    assert not reserve.exists()
    await journal.close()

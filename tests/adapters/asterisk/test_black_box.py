"""Reading the black box: every line once, in order, from where it was left, whatever becomes of the file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.adapters.asterisk.facts import until

from ccserver.adapters.asterisk import black_box
from ccserver.adapters.asterisk.black_box import BlackBox, Position
from ccserver.adapters.asterisk.translate import Context
from ccserver.core.events import Event
from ccserver.core.fallback_events import FallbackLeft, FallbackRead
from ccserver.core.ids import NodeName
from ccserver.services.tasks import TaskTable

CONTEXT = Context(NodeName("ast01"), {})


def line(number: int) -> bytes:
    return f"1795313849|ast01-1795313845.{number}|fallback|NONE|CCLEFT|1795313849176\n".encode()


class Shelf:
    """A log that grows, and what was told of it."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "queue_log"
        self.told: list[Event] = []
        self.room = 1_000_000
        self.refused_count = 0
        self.opened = 0
        self.box = self.reader()

    def reader(self, position: str = "") -> BlackBox:
        return BlackBox(self.log, CONTEXT, self.take, position, self.open_anew)

    def take(self, event: Event) -> bool:
        """As long as there is room."""
        if len(self.told) >= self.room:
            self.refused_count += 1
            return False
        self.told.append(event)
        return True

    async def open_anew(self) -> None:
        self.opened += 1
        self.log.touch()

    def write(self, *numbers: int) -> None:
        with self.log.open("ab") as file:
            file.write(b"".join(line(number) for number in numbers))

    @property
    def legs(self) -> list[int]:
        return [int(e.leg.rpartition(".")[2]) for e in self.told if isinstance(e, FallbackLeft)]

    @property
    def position(self) -> str:
        return [e for e in self.told if isinstance(e, FallbackRead)][-1].position


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


async def test_a_log_that_is_not_there_is_empty(shelf: Shelf) -> None:
    """Asterisk has not started yet."""
    await shelf.box.catch_up()
    assert shelf.told == []


async def test_each_line_is_told_once(shelf: Shelf) -> None:
    """However often it is asked for."""
    shelf.write(1, 2)
    await shelf.box.catch_up()
    shelf.write(3)
    await shelf.box.catch_up()
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2, 3]


async def test_the_position_comes_behind_what_was_read(shelf: Shelf) -> None:
    """They are journalled in this order."""
    shelf.write(1)
    await shelf.box.catch_up()
    assert [type(event) for event in shelf.told] == [FallbackLeft, FallbackRead]


async def test_another_run_goes_on_where_the_last_one_stopped(shelf: Shelf) -> None:
    """The position is all it needs."""
    shelf.write(1)
    await shelf.box.catch_up()
    shelf.write(2)
    await shelf.reader(shelf.position).catch_up()
    assert shelf.legs == [1, 2]


@pytest.mark.parametrize("position", ["", "x", "1", "-1:5", "9" * 100 + ":1", "1:" + "²"])
async def test_a_position_that_is_none_is_the_start(shelf: Shelf, position: str) -> None:
    """Rather twice than not at all."""
    shelf.write(1)
    await shelf.reader(position).catch_up()
    assert shelf.legs == [1]


async def test_half_a_line_waits_for_its_end(shelf: Shelf) -> None:
    """Asterisk is still writing it."""
    shelf.log.write_bytes(line(1) + line(2)[:20])
    await shelf.box.catch_up()
    assert shelf.legs == [1]
    shelf.log.write_bytes(line(1) + line(2))
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2]


async def test_refused_lines_are_counted_and_the_rest_is_read(shelf: Shelf) -> None:
    """One bad line hides none that follows."""
    shelf.log.write_bytes(b"nonsense\n\xff|||||\n\n" + line(1))
    await shelf.box.catch_up()
    assert shelf.legs == [1]
    assert [e.refused for e in shelf.told if isinstance(e, FallbackRead)] == [2]


async def test_a_line_without_end_is_one_refused_line(shelf: Shelf) -> None:
    """It takes no more memory than a piece."""
    shelf.log.write_bytes(b"x" * (black_box.PIECE + 10) + b"\n" + line(1))
    await shelf.box.catch_up()
    assert shelf.legs == [1]


async def test_a_long_log_is_read_in_pieces(shelf: Shelf) -> None:
    """Whole lines each, and the position behind each piece."""
    count = 2 * black_box.PIECE // len(line(0))
    shelf.write(*range(count))
    await shelf.box.catch_up()
    assert shelf.legs == list(range(count))
    assert sum(isinstance(event, FallbackRead) for event in shelf.told) >= 2


async def test_a_renamed_log_is_read_to_its_end(shelf: Shelf) -> None:
    """Whoever renames it: the new one follows."""
    shelf.write(1)
    await shelf.box.catch_up()
    shelf.write(2)
    shelf.log.rename(shelf.log.with_name("queue_log.0"))
    await shelf.box.catch_up()
    shelf.write(3)
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2, 3]


async def test_a_log_that_was_taken_away_begins_anew(shelf: Shelf) -> None:
    """What is there now is read from its start."""
    shelf.write(1, 2)
    await shelf.box.catch_up()
    shelf.log.rename(shelf.log.with_name("elsewhere"))
    shelf.write(3)
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2, 3]


async def test_a_log_that_was_cut_is_read_from_its_start(shelf: Shelf) -> None:
    """The position lies behind its end."""
    shelf.write(1, 2)
    await shelf.box.catch_up()
    shelf.log.write_bytes(line(3))
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2, 3]


async def test_a_large_log_is_put_aside(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """One old file is kept; Asterisk is asked to open a new one, and nothing is read twice."""
    monkeypatch.setattr(black_box, "ROTATE_AT", 100)
    shelf.write(1, 2)
    tasks = TaskTable()
    tasks.spawn("follow", shelf.box.follow())
    await until(lambda: shelf.opened == 1 and shelf.log.exists())
    shelf.write(3)
    await until(lambda: shelf.legs == [1, 2, 3])
    await tasks.close()
    assert (shelf.log.with_name("queue_log.1")).read_bytes() == line(1) + line(2)


async def test_a_log_that_asterisk_does_not_open_is_read_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asterisk writes on to the renamed file."""
    monkeypatch.setattr(black_box, "ROTATE_AT", 100)
    asked = asyncio.Event()

    async def refuse() -> None:
        asked.set()
        raise RuntimeError("not now")

    box = BlackBox(shelf.log, CONTEXT, shelf.take, "", refuse)
    shelf.write(1, 2)
    tasks = TaskTable()
    tasks.spawn("follow", box.follow())
    await asyncio.wait_for(asked.wait(), 5)
    with shelf.log.with_name("queue_log.1").open("ab") as file:
        file.write(line(3))
    await until(lambda: shelf.legs == [1, 2, 3])
    await tasks.close()


@pytest.mark.parametrize("room", [0, 1, 2])
async def test_the_position_stays_before_what_there_was_no_room_for(shelf: Shelf, room: int) -> None:
    """Neither later lines nor the position behind them are told; another run reads them again."""
    shelf.room = room
    shelf.write(1, 2, 3)
    tasks = TaskTable()
    tasks.spawn("follow", shelf.box.follow())
    await until(lambda: shelf.refused_count > 0)
    await tasks.close()
    assert (shelf.legs, [e for e in shelf.told if isinstance(e, FallbackRead)]) == ([1, 2, 3][:room], [])


async def test_what_there_was_no_room_for_is_told_when_there_is(shelf: Shelf) -> None:
    """Each line once and in order, then the position."""
    shelf.room = 1
    shelf.write(1, 2)
    tasks = TaskTable()
    tasks.spawn("follow", shelf.box.follow())
    await until(lambda: shelf.refused_count > 0)
    shelf.write(3)
    shelf.room = 100
    await until(lambda: shelf.legs == [1, 2, 3])
    await tasks.close()
    assert [type(event) for event in shelf.told][:3] == [FallbackLeft, FallbackLeft, FallbackRead]


async def test_who_did_not_wait_for_room_loses_nothing(shelf: Shelf) -> None:
    """The node waits some seconds for the black box at the most; the next look goes on where that one stopped."""
    shelf.room = 1
    shelf.write(1, 2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await shelf.box.catch_up()
    shelf.room = 100
    await shelf.box.catch_up()
    assert shelf.legs == [1, 2]


async def test_a_log_that_may_not_be_read_stops_nobody(shelf: Shelf) -> None:
    """It is logged, and tried again."""
    shelf.log.mkdir()
    await shelf.box.catch_up()
    assert shelf.told == []


def test_a_position_is_written_as_it_is_read() -> None:
    """In one word for the journal."""
    assert Position.parse(str(Position(7, 9))) == Position(7, 9)

"""The task table: named, referenced, heard."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from ccserver.services.tasks import TaskTable, spawn


async def _raise(error: Exception) -> None:
    raise error


async def test_a_failure_is_reported_once_with_its_name() -> None:
    """Nobody awaits the task, and still its failure is told."""
    told: list[tuple[str, BaseException]] = []
    table = TaskTable(lambda name, error: told.append((name, error)))
    error = ValueError("boom")
    task = table.spawn("relay", _raise(error))
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert told == [("relay", error)]


async def test_without_a_report_the_loop_is_told() -> None:
    """The default voice is the loop's exception handler."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    task = spawn("relay", _raise(ValueError("boom")))
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert [context["message"] for context in told] == ["task 'relay' failed"]


async def test_a_running_task_survives_the_garbage_collector() -> None:
    """The table, not the caller, holds the reference."""
    table = TaskTable()
    go: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        await go

    table.spawn("waiter", wait())
    await asyncio.sleep(0)
    gc.collect()
    assert table.names() == ["waiter"]
    await table.close()


async def test_close_ends_every_task_and_reports_no_cancellation() -> None:
    """After close nothing runs, and being cancelled is not a failure."""
    told: list[str] = []
    table = TaskTable(lambda name, _error: told.append(name))
    tasks = [table.spawn(f"t{n}", asyncio.sleep(3600)) for n in range(3)]
    await asyncio.sleep(0)
    await table.close()
    assert all(task.cancelled() for task in tasks)
    assert (table.names(), told) == ([], [])


async def test_the_result_can_be_awaited() -> None:
    """spawn gives the task itself."""

    async def answer() -> int:
        return 42

    assert await spawn("answer", answer()) == 42


@pytest.mark.parametrize("error", [ValueError("x"), RuntimeError("y")])
async def test_an_awaited_failure_reaches_the_waiter_too(error: Exception) -> None:
    """Reporting does not swallow."""
    table = TaskTable(lambda _name, _error: None)
    with pytest.raises(type(error)):
        await table.spawn("relay", _raise(error))

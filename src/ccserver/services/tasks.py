"""Background tasks with a name, an owner and a voice: the only place that may start a bare asyncio task.

The event loop keeps weak references to tasks only, and tells of an exception nobody awaits when the task is collected,
if ever. A `TaskTable` holds its tasks and reports a failure at once. It decides nothing about restarting.
Where the lifetime of the work is that of a block, an `asyncio.TaskGroup` is the better tool.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

FailureReport = Callable[[str, BaseException], None]
_Result = TypeVar("_Result")


class TaskTable:
    """The tasks of one owner.

    `on_failure(name, error)` is called once for each task that ends by an exception, cancellation excepted; without
    it the loop's exception handler is told.
    """

    def __init__(self, on_failure: FailureReport | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_failure = on_failure or _tell_the_loop

    def spawn(self, name: str, work: Coroutine[Any, Any, _Result]) -> asyncio.Task[_Result]:
        """Start `work` on the running loop; the name is what a failure is reported under."""
        task = asyncio.create_task(work, name=name)  # noqa: TID251 - this module is the named, referenced, supervised way
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def names(self) -> list[str]:
        """The names of the tasks still running, sorted."""
        return sorted(task.get_name() for task in self._tasks)

    async def close(self) -> None:
        """Cancel every task and wait until each has ended; tasks started meanwhile are ended too."""
        while self._tasks:
            ending = list(self._tasks)
            for task in ending:
                task.cancel()
            await asyncio.wait(ending)
            await asyncio.sleep(0)  # let the done callbacks take them off the table

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_failure(task.get_name(), error)


def _tell_the_loop(name: str, error: BaseException) -> None:
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": f"task {name!r} failed", "exception": error})


_process_table = TaskTable()
spawn = _process_table.spawn
"""Start a task that belongs to the process as a whole; its failure goes to the loop's exception handler."""

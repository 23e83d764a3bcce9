"""Programs for the journal's tests: each runs in a process of its own, so that it can be killed or kept short of disk.

python journal_peer.py commit FOLDER FIRST   commits for ever, one line for each commit when it is acknowledged
python journal_peer.py hold FOLDER           holds the journal until its standard input ends
python journal_peer.py short FOLDER          fills a disk that is too small; then makes room; prints what was acknowledged
"""

from __future__ import annotations

import asyncio
import resource
import signal
import subprocess
import sys
from pathlib import Path

from tests.adapters.db.records import record

from ccserver.adapters.db.journal import SqliteJournal
from ccserver.core.errors import PortUnavailable

PADDING = b"x" * 2000


async def commit_one(journal: SqliteJournal, serial: int) -> None:
    """Two rows of state and a record that belong together."""
    value = str(serial).encode() + PADDING
    await journal.commit({f"a/{serial}": value, f"b/{serial}": value, "last": value}, [record(serial)], [f"n{serial}"])


async def commit(folder: Path, first: int) -> None:
    journal = await SqliteJournal.open(folder / "journal.db", reserve=0)

    async def writer(serial: int) -> None:
        while True:
            await commit_one(journal, serial)
            print(serial, flush=True)
            serial += 4

    async with asyncio.TaskGroup() as group:
        for start in range(4):
            group.create_task(writer(first + start))


async def hold(folder: Path) -> None:
    journal = await SqliteJournal.open(folder / "journal.db", reserve=0)
    print("held", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await journal.close()


async def until_refused(journal: SqliteJournal, serial: int) -> int:
    """The first serial that was not acknowledged."""
    try:
        while True:
            await commit_one(journal, serial)
            serial += 1
    except PortUnavailable:
        return serial


async def full(folder: Path) -> None:
    """A disk of 1 MiB: full, then some room."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=True)
    (folder / "other").write_bytes(b"x" * 300_000)
    journal = await SqliteJournal.open(folder / "journal.db", reserve=100_000)
    refused = await until_refused(journal, 0)
    again = await until_refused(journal, refused)
    (folder / "other").unlink()
    await commit_one(journal, again)
    await _report(journal, folder, again)


async def failing(folder: Path) -> None:
    """Writes beyond a size fail with an error that SQLite takes for the disk's; then they no longer do."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = await SqliteJournal.open(folder / "journal.db", reserve=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    refused = await until_refused(journal, 0)
    print(journal.last_error, file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await commit_one(journal, refused)
    await _report(journal, folder, refused)


async def _report(journal: SqliteJournal, folder: Path, acknowledged: int) -> None:
    await journal.close()
    journal = await SqliteJournal.open(folder / "journal.db", reserve=0)
    state = await journal.load()
    print(
        acknowledged,
        sum(key.startswith("a/") for key in state),
        sum(key.startswith("b/") for key in state),
        journal.depth,
    )
    await journal.close()


async def main(program: str, folder: str, first: str = "0") -> None:
    if program == "commit":
        await commit(Path(folder), int(first))
    await {"hold": hold, "full": full, "failing": failing}[program](Path(folder))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

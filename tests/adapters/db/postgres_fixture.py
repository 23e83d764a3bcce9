"""A private PostgreSQL server for the tests, from the machine's own binaries, reached over a Unix socket only.

PostgreSQL refuses to run as root: as root it runs as `postgres` where that user exists, otherwise as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.needed import missing

_NEWEST_FIRST = sorted(
    Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]), reverse=True
)


def binaries() -> Path | None:
    """The folder of the newest server binaries of this machine."""
    if _NEWEST_FIRST:
        return _NEWEST_FIRST[0].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _server_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class PrivatePostgres:
    """One server in a folder of its own; it can be stopped, started, frozen and thawed."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = _server_user()
        self.folder = Path(tempfile.mkdtemp(prefix="ccpg"))
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-N", "-A", "trust", "-U", "cc", "-E", "UTF8", "--locale=C.UTF-8", "-D", self._data)
        self._serial = 0
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            check=True,
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        settings = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off -c max_connections=50"
        )
        self._run("pg_ctl", "start", "-w", "-t", "30", "-D", self._data, "-l", str(self.folder / "log"), "-o", settings)

    def stop(self) -> None:
        """At once, as in a crash."""
        self._run("pg_ctl", "stop", "-w", "-t", "30", "-m", "immediate", "-D", self._data)

    def freeze(self) -> None:
        """The server hangs: connections stay open and nothing answers."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def _processes(self) -> list[int]:
        parent = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]

    def url(self, database: str) -> str:
        return f"postgresql://cc@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database that nobody else uses."""
        self._serial += 1
        name = f"test{self._serial}"
        self._run("createdb", "-h", str(self.folder), "-U", "cc", "-T", template, name)
        return self.url(name)

    def drop(self, url: str) -> None:
        self._run("dropdb", "-h", str(self.folder), "-U", "cc", "--force", url.partition("@/")[2].partition("?")[0])

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """The server of this test run; without binaries tests fail, or are skipped where that was asked for."""
    where = binaries()
    if where is None:
        missing("postgresql", "the PostgreSQL server")
    server = PrivatePostgres(where)
    yield server
    server.remove()

"""Sign-in sessions and API tokens in their local file."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.adapters.db.clock import StandingClock
from tests.adapters.db.records import NOON

from ccserver.adapters.db import sessions as module
from ccserver.adapters.db.sessions import MOST_OF_USER, SignInStore
from ccserver.adapters.db.sign_in_file import Limits
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User

ANN = User("ann", Role.AGENT, AgentId("ann"))
EVE = User("eve", Role.ADMIN)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ISSUE = """
import asyncio, sys
from pathlib import Path
from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.system_clock import SystemClock
from ccserver.services.office import Role, User
async def main():
    store = await SignInStore.open_file(Path(sys.argv[1]), SystemClock())
    print((await store.open(User("eve", Role.ADMIN))).token)
    await store.close_file()
asyncio.run(main())
"""


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture
async def store(path: Path, clock: StandingClock) -> AsyncIterator[SignInStore]:
    opened = await SignInStore.open_file(path, clock)
    yield opened
    await opened.close_file()


async def test_a_token_finds_its_session(store: SignInStore) -> None:
    """User, role, agent, and the absolute end."""
    opened = await store.open(ANN)
    assert await store.find(opened.token) == opened
    assert (opened.user, opened.expires_at) == (ANN, NOON + 12 * HOUR)


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
async def test_any_other_token_finds_nothing(store: SignInStore, token: str) -> None:
    """Whatever it looks like."""
    await store.open(ANN)
    assert await store.find(token) is None


async def test_tokens_have_256_bits(store: SignInStore) -> None:
    """43 letters of base64, never the same."""
    tokens = {(await store.open(ANN)).token for _ in range(20)}
    assert {len(token) for token in tokens} == {43}
    assert len(tokens) == 20


async def test_the_file_has_no_token_and_is_private(store: SignInStore, path: Path) -> None:
    """Whoever copies it cannot sign in."""
    token = (await store.open(ANN)).token
    content = b"".join(each.read_bytes() for each in path.parent.iterdir())
    modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert (token.encode() in content, modes) == (False, {0o600})


async def test_idle_ends_it(store: SignInStore, clock: StandingClock) -> None:
    """Half an hour without use."""
    token = (await store.open(ANN)).token
    clock.move(30 * MINUTE)
    assert await store.find(token) is None


async def test_use_keeps_it_alive_until_the_absolute_end(store: SignInStore, clock: StandingClock) -> None:
    """Twelve hours, whatever is done."""
    token = (await store.open(ANN)).token
    alive = 0
    while await store.find(token):
        alive += 1
        clock.move(20 * MINUTE)
    assert alive == 36


async def test_limits_can_be_set(path: Path, clock: StandingClock) -> None:
    """For the house, and for one token."""
    store = await SignInStore.open_file(path, clock, Limits(2 * HOUR, 5 * MINUTE))
    usual = await store.open(ANN)
    lasting = await store.open(ANN, Limits(90 * 24 * HOUR, idle=None))
    clock.move(48 * HOUR)
    assert (await store.find(usual.token), await store.find(lasting.token)) == (None, lasting)
    await store.close_file()


async def test_sign_out_ends_it_at_once(store: SignInStore) -> None:
    """And only this one; again is no error."""
    first, second = await store.open(ANN), await store.open(ANN)
    await store.close(first.token)
    await store.close(first.token)
    assert (await store.find(first.token), await store.find(second.token)) == (None, second)


async def test_all_of_a_user_can_be_ended(store: SignInStore) -> None:
    """Not those of others."""
    tokens = [(await store.open(ANN)).token for _ in range(3)]
    other = await store.open(EVE)
    assert await store.close_all("ann") == 3
    assert [await store.find(token) for token in (*tokens, other.token)] == [None, None, None, other]


async def test_sessions_survive_a_restart(store: SignInStore, path: Path, clock: StandingClock) -> None:
    """Nobody signs in again after an update."""
    opened = await store.open(ANN)
    again = await SignInStore.open_file(path, clock)
    assert await again.find(opened.token) == opened
    await again.close_file()


async def test_another_process_issues_and_ends(store: SignInStore, path: Path, clock: StandingClock) -> None:
    """`ccserver token` beside the running server: its token holds at once, and can be ended here."""
    clock.move((await asyncio.to_thread(_machine_now)) - clock.now())
    out = await asyncio.to_thread(subprocess.check_output, [sys.executable, "-c", ISSUE, str(path)], text=True)
    found = await store.find(out.strip())
    assert found is not None
    assert found.user == EVE
    await store.close(out.strip())
    assert await store.find(out.strip()) is None


def _machine_now():  # type: ignore[no-untyped-def]
    from ccserver.adapters.system_clock import SystemClock

    return SystemClock().now()


async def test_of_one_user_the_oldest_makes_room(store: SignInStore, clock: StandingClock) -> None:
    """Somebody who signs in over and over fills nothing up."""
    first = (await store.open(ANN)).token
    for _ in range(MOST_OF_USER):
        clock.move(timedelta(seconds=1))
        last = (await store.open(ANN)).token
    assert (await store.find(first), (await store.find(last)) is None) == (None, False)


async def test_altogether_they_are_bounded(
    store: SignInStore, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended ones make room; when there are none, opening is refused."""
    monkeypatch.setattr(module, "MOST_SESSIONS", 3)
    for _ in range(3):
        await store.open(ANN)
    with pytest.raises(Refused, match="too_many_sessions"):
        await store.open(EVE)
    clock.move(HOUR)
    assert (await store.open(EVE)).user == EVE


async def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, clock: StandingClock) -> None:
    """As the port's error, not the driver's."""
    (tmp_path / "file").write_bytes(b"no database at all" * 100)
    with pytest.raises(PortUnavailable, match="sessions"):
        await SignInStore.open_file(tmp_path / "file", clock)


async def test_a_writer_in_another_process_is_waited_for(store: SignInStore, path: Path) -> None:
    """Readers do not wait at all."""
    opened = await store.open(ANN)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await store.find(opened.token) == opened
    closing = asyncio.get_running_loop().create_task(store.close(opened.token))
    other.execute("COMMIT")
    other.close()
    await closing
    assert await store.find(opened.token) is None

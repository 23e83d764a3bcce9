"""Users and passwords."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from tests.adapters.db.clock import StandingClock

from ccserver.adapters.db.audit import SqlAudit
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.passwords import AT_ONCE, MOST_WAITING, Passwords
from ccserver.adapters.db.tables import users as table
from ccserver.adapters.db.users import SqlUsers
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User

CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
ANN = User("ann", Role.AGENT, AgentId("ann"))
RIGHT = "correct horse"


@pytest.fixture
async def users(database: Database) -> AsyncIterator[SqlUsers]:
    passwords = Passwords(CHEAP)
    yield SqlUsers(database, StandingClock(), passwords)
    passwords.close()


async def _hash(database: Database, name: str) -> str:
    query = select(table.c.password_hash).where(table.c.name == name)
    return str(await database.read(lambda connection: connection.scalar(query)))


async def test_the_right_password_gives_the_user(users: SqlUsers) -> None:
    """With role and agent; the case of the name does not matter."""
    await users.add(ANN, RIGHT, "local")
    assert (await users.check("ann", RIGHT), await users.check(" Ann ", RIGHT)) == (ANN, ANN)


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("ann", ""), ("bob", RIGHT), ("", RIGHT), ("ann", "\ud800")]
)
async def test_anything_else_gives_nobody(users: SqlUsers, name: str, password: str) -> None:
    """Wrong, empty, unknown or no text at all: the same answer."""
    await users.add(ANN, RIGHT, "local")
    assert await users.check(name, password) is None


async def test_a_disabled_user_cannot_sign_in(users: SqlUsers) -> None:
    """Until enabled again."""
    await users.add(ANN, RIGHT, "local")
    await users.set_disabled("ann", True, "local")
    disabled = await users.check("ann", RIGHT)
    await users.set_disabled("ann", False, "local")
    assert (disabled, await users.check("ann", RIGHT)) == (None, ANN)


@pytest.mark.slow
async def test_unknown_names_take_as_long(database: Database) -> None:
    """With the real parameters: who is a user here cannot be told by the clock."""
    passwords = Passwords()
    users = SqlUsers(database, StandingClock(), passwords)
    await users.add(ANN, RIGHT, "local")
    await users.check("nobody", RIGHT)
    times: dict[str, list[float]] = {"ann": [], "nobody": []}
    for _ in range(5):
        for name, each in times.items():
            started = perf_counter()
            await users.check(name, "wrong")
            each.append(perf_counter() - started)
    passwords.close()
    assert 0.4 < median(times["ann"]) / median(times["nobody"]) < 2.5


async def test_the_hash_is_argon2id_with_its_own_salt(users: SqlUsers, database: Database) -> None:
    """The same password gives another hash."""
    await users.add(ANN, RIGHT, "local")
    await users.add(User("bob", Role.ADMIN), RIGHT, "local")
    first, second = await _hash(database, "ann"), await _hash(database, "bob")
    assert first.startswith("$argon2id$")
    assert first != second


async def test_an_old_hash_is_renewed_at_sign_in(users: SqlUsers, database: Database) -> None:
    """When the parameters have been raised."""
    await users.add(ANN, RIGHT, "local")
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1))
    assert await SqlUsers(database, StandingClock(), stronger).check("ann", RIGHT) == ANN
    stronger.close()
    assert "m=2048,t=2" in await _hash(database, "ann")


@pytest.mark.slow
async def test_the_event_loop_goes_on_while_passwords_are_checked(database: Database) -> None:
    """Hashes take tens of milliseconds each; calls do not wait for them."""
    passwords = Passwords()
    users = SqlUsers(database, StandingClock(), passwords)
    work = asyncio.gather(*(users.check("nobody", RIGHT) for _ in range(6)))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    passwords.close()
    assert turns > 20


async def test_a_flood_of_sign_ins_is_refused(users: SqlUsers) -> None:
    """Bounded: the others are served."""
    await users.check("nobody", RIGHT)
    passwords = users._passwords
    results = await asyncio.gather(
        *(passwords.is_right(None, RIGHT) for _ in range(MOST_WAITING + 10)), return_exceptions=True
    )
    refused = [each for each in results if isinstance(each, Refused)]
    assert (len(refused), AT_ONCE) == (10, 2)


@pytest.mark.parametrize("name", ["", "Ann", "a b", "-ann", "a" * 65, "ann\n", "é"])
async def test_odd_names_are_refused(users: SqlUsers, name: str) -> None:
    """Names are typed, logged and shown."""
    with pytest.raises(Refused, match="bad_user_name"):
        await users.add(User(name, Role.AGENT), RIGHT, "local")


async def test_a_short_password_is_refused(users: SqlUsers) -> None:
    """Also when it is set anew; the old one stays."""
    await users.add(ANN, RIGHT, "local")
    with pytest.raises(Refused, match="bad_password"):
        await users.set_password("ann", "short", "local")
    assert await users.check("ann", RIGHT) == ANN


async def test_a_name_is_taken_once(users: SqlUsers) -> None:
    """The first user keeps the password."""
    await users.add(ANN, RIGHT, "local")
    with pytest.raises(Refused, match="user_name_taken"):
        await users.add(User("ann", Role.ADMIN), "another one", "local")
    assert await users.check("ann", RIGHT) == ANN


async def test_changes_hold_at_the_next_sign_in(users: SqlUsers) -> None:
    """Role, agent and password."""
    await users.add(ANN, RIGHT, "local")
    await users.change(User("ann", Role.SUPERVISOR), "local")
    await users.set_password("ann", "another one", "local")
    assert (await users.check("ann", RIGHT), await users.check("ann", "another one")) == (
        None,
        User("ann", Role.SUPERVISOR),
    )


async def test_a_user_that_is_not_there_is_refused(users: SqlUsers) -> None:
    """And leaves no line in the audit trail."""
    with pytest.raises(Refused, match="no_such_user"):
        await users.set_disabled("nobody", True, "local")
    assert (await users.get("nobody"), await users.all()) == (None, [])


async def test_every_change_is_in_the_audit_trail(users: SqlUsers, database: Database) -> None:
    """Who did what to whom; never a password."""
    await users.add(ANN, RIGHT, "local")
    await users.change(User("ann", Role.ADMIN), "eve")
    await users.set_password("ann", "another one", "eve")
    await users.set_disabled("ann", True, "eve")
    trail = SqlAudit(database)
    rows = list(reversed(await trail.page(None, 10)))
    assert [(row.actor, row.action, row.about) for row in rows] == [
        ("local", "user-added", "user/ann"),
        ("eve", "user-changed", "user/ann"),
        ("eve", "password-set", "user/ann"),
        ("eve", "user-disabled", "user/ann"),
    ]
    assert await trail.first_fault() is None
    assert not any(secret in str(rows) for secret in (RIGHT, "another one", "argon2"))

"""The demo's people: made once, from what its configuration shows."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ccserver.adapters.db.customers import SqlCustomers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.migrating import upgrade
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.db.users import SqlUsers
from ccserver.adapters.system_clock import SystemClock
from ccserver.app.accounts import (
    CUSTOMERS_FILE,
    furnish_demo,
    keep_locking_out,
    keep_people,
    lock_out_demo,
    opened_users,
)
from ccserver.config import Configuration, load_configuration
from ccserver.services.office import Role, User

DEMO = Path(__file__).parents[2] / "examples/demo"
FEW = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo with a few of its customers."""
    copy = tmp_path / "demo"
    shutil.copytree(DEMO, copy)
    rows = (DEMO / CUSTOMERS_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / CUSTOMERS_FILE).write_text("".join(rows[: FEW + 1]), encoding="utf-8")
    return copy


@pytest.fixture
def small(folder: Path) -> Configuration:
    """The demo with its named users only: hashing takes its time."""
    configuration = load_configuration(folder)
    users = tuple(user for user in configuration.site.users if not user.id.startswith("load"))
    return replace(configuration, site=replace(configuration.site, users=users))


@pytest.fixture
async def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/crm.db"
    await upgrade(made)
    return made


async def names_and_customers(url: str) -> tuple[set[str], int]:
    database, passwords = Database(url), Passwords()
    users = {account.user.name for account in await SqlUsers(database, SystemClock(), passwords).all()}
    customers = len(await SqlCustomers(database, SystemClock(), "GB").page("", None, 100))
    passwords.close()
    await database.close()
    return users, customers


async def test_users_and_customers_are_there_after_the_first_start(
    url: str, small: Configuration, folder: Path
) -> None:
    """Everybody with a password, and the customers of the CSV file."""
    await furnish_demo(url, small, folder)
    expected = {user.id for user in small.site.users if user.password}
    assert await names_and_customers(url) == (expected, FEW)
    assert {"ann", "bob"} <= expected


async def test_a_second_start_changes_nothing(url: str, small: Configuration, folder: Path) -> None:
    """Nobody is made twice, no customer comes again."""
    await furnish_demo(url, small, folder)
    before = await names_and_customers(url)
    await furnish_demo(url, small, folder)
    assert await names_and_customers(url) == before


async def test_a_user_who_was_added_later_is_made(url: str, small: Configuration, folder: Path) -> None:
    """Those who are there stay as they are."""
    first = replace(small, site=replace(small.site, users=small.site.users[:1]))
    await furnish_demo(url, first, folder)
    await furnish_demo(url, small, folder)
    assert (await names_and_customers(url))[0] == {user.id for user in small.site.users if user.password}


async def test_outside_the_demo_nobody_is_made(url: str, small: Configuration, folder: Path) -> None:
    """No default credentials."""
    await furnish_demo(url, replace(small, site=replace(small.site, is_demo=False)), folder)
    assert await names_and_customers(url) == (set(), 0)


@pytest.fixture
def few(small: Configuration) -> Configuration:
    """The administrator and ann: hashing takes its time."""
    users = tuple(user for user in small.site.users if user.id in {"admin", "ann"})
    return replace(small, site=replace(small.site, users=users))


async def may_sign_in(url: str) -> dict[str, bool]:
    async with opened_users(url) as users:
        return {account.user.name: not account.is_disabled for account in await users.all()}


async def signed_in(file: Path, *names: str) -> list[str]:
    """A token of each."""
    store = await SignInStore.open_file(file, SystemClock())
    tokens = [(await store.open(User(name, Role.ADMIN))).token for name in names]
    await store.close_file()
    return tokens


async def live(file: Path, tokens: list[str]) -> list[bool]:
    store = await SignInStore.open_file(file, SystemClock())
    found = [await store.find(token) is not None for token in tokens]
    await store.close_file()
    return found


async def test_outside_the_demo_its_passwords_open_nothing(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """On the demo's own data folder: they are public. Whoever has an own password by now, or is no demo's, stays."""
    await furnish_demo(url, few, folder)
    async with opened_users(url) as users:
        await users.set_password("ann", "an own password", "local")
        await users.add(User("zoe", Role.ADMIN), "an own password", "local")
    assert await lock_out_demo(url, tmp_path / "sessions")
    assert await may_sign_in(url) == {"admin": False, "ann": True, "zoe": True}
    async with opened_users(url) as users:
        assert await users.check("admin", "demo-admin") is None


async def test_a_demo_password_that_was_used_is_one_still(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """The first sign-in renews the hash."""
    await furnish_demo(url, few, folder)
    async with opened_users(url) as users:
        assert await users.check("admin", "demo-admin") is not None
    await lock_out_demo(url, tmp_path / "sessions")
    assert not (await may_sign_in(url))["admin"]


async def test_outside_the_demo_its_sessions_and_tokens_end(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """Those of agents who were in the demo's files alone too."""
    await furnish_demo(url, few, folder)
    async with opened_users(url) as users:
        await users.set_password("ann", "an own password", "local")
    tokens = await signed_in(tmp_path / "sessions", "admin", "ann", "load001")
    await lock_out_demo(url, tmp_path / "sessions")
    assert await live(tmp_path / "sessions", tokens) == [False, True, False]


async def test_who_was_locked_out_is_told_in_the_log(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """Once, with what helps."""
    await furnish_demo(url, few, folder)
    with capture_logs() as lines:
        await lock_out_demo(url, tmp_path / "sessions")
        await lock_out_demo(url, tmp_path / "sessions")
    assert [(line["users"], "user-add" in line["advice"]) for line in lines] == [(["admin", "ann"], True)]


async def test_the_demo_lets_in_again_whom_it_locked_out(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """Not whom an administrator disabled."""
    await furnish_demo(url, few, folder)
    async with opened_users(url) as users:
        await users.set_disabled("ann", True, "local")
    await lock_out_demo(url, tmp_path / "sessions")
    await furnish_demo(url, few, folder)
    assert await may_sign_in(url) == {"admin": True, "ann": False}


async def test_a_database_that_was_away_is_asked_again(
    url: str, few: Configuration, folder: Path, tmp_path: Path
) -> None:
    """Its users come back with it."""
    await furnish_demo(url, few, folder)
    there, away = tmp_path / "crm.db", tmp_path / "away.db"
    there.rename(away)
    assert not await lock_out_demo(url, tmp_path / "sessions")
    there.unlink(missing_ok=True)
    away.rename(there)
    await keep_locking_out(url, tmp_path / "sessions", 0.01)
    assert await may_sign_in(url) == {"admin": False, "ann": False}


async def test_a_user_whom_a_reload_brings_can_sign_in(url: str, few: Configuration) -> None:
    """Without a restart of the demo."""
    first = replace(few, site=replace(few.site, users=few.site.users[:1]))
    new, in_force = few.site.users[1].id, [first]
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(keep_people(url, lambda: in_force[0], 0.01))
        await until(url, first.site.users[0].id)
        assert new not in await may_sign_in(url)
        in_force[0] = few
        await until(url, new)
        keeping.cancel()
    assert set(await may_sign_in(url)) == {"admin", "ann"}


async def until(url: str, name: str) -> None:
    """Until there is such a user."""
    async with asyncio.timeout(10):
        while name not in await may_sign_in(url):
            await asyncio.sleep(0.01)


async def test_a_demo_without_customers_is_fine(url: str, small: Configuration, folder: Path) -> None:
    """The file may be missing."""
    (folder / CUSTOMERS_FILE).unlink()
    await furnish_demo(url, small, folder)
    assert (await names_and_customers(url))[1] == 0

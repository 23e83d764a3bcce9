"""The demo's people: users with the passwords that its configuration shows, and customers with a past.

Those passwords are public. Outside the demo whoever still has one is locked out, on whatever data folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import structlog
from argon2 import PasswordHasher

from ccserver.adapters.db.customers import MOST_IN_A_PAGE, SqlCustomers
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.history import SqlHistory
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.db.users import SqlUsers, UserAccount
from ccserver.adapters.system_clock import SystemClock
from ccserver.app.demo_past import past_of
from ccserver.config import Configuration
from ccserver.core.customer import CustomerCard
from ccserver.core.errors import PortUnavailable, Refused
from ccserver.services.imports import import_customers
from ccserver.services.office import User

_log = structlog.get_logger(__name__)

DEMO = "demo"
"""Who does it, in the audit trail."""
TRY_AGAIN_AFTER, LOOKED_AT_EVERY = 5.0, 2.0
CUSTOMERS_FILE = "customers.csv"
QUICK = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""The demo's passwords are printed anyway; the first sign-in renews the hash with the usual cost."""


async def furnish_demo(url: str, configuration: Configuration, folder: Path) -> None:
    """Users with a password in the configuration are made if they are missing, and the customers of the folder's CSV file
    are brought in with invented earlier contacts. Nothing that is there already is changed, but who was locked out
    because it was no demo (`lock_out_demo`) is let in again."""
    if not configuration.site.is_demo:
        return
    database, passwords, clock = Database(url), Passwords(QUICK), SystemClock()
    try:
        users = SqlUsers(database, clock, passwords)
        await _let_in_again(users)
        await _add_missing(users, configuration)
        customers = SqlCustomers(database, clock, configuration.site.default_region)
        file = folder / CUSTOMERS_FILE
        if file.exists() and not await customers.page("", None, 1):
            await import_customers(file, customers)
            await _invent_past(database, customers, clock.now())
    finally:
        passwords.close()
        await database.close()


async def keep_people(url: str, in_force: Callable[[], Configuration], every: float = LOOKED_AT_EVERY) -> None:
    """Make the users whom a configuration brings along that is put in force while the demo runs; without an end.

    While the database is away it is tried again; a user who cannot be is told in the log, and not tried again.
    """
    made: Configuration | None = None
    while True:
        fresh = in_force()
        if fresh is not made and await _have_made(url, fresh):
            made = fresh
        await asyncio.sleep(every)


async def _have_made(url: str, configuration: Configuration) -> bool:
    try:
        async with opened_users(url, QUICK) as users:
            await _add_missing(users, configuration)
    except PortUnavailable:
        return False
    except Refused as refusal:
        _log.warning("a user of the demo could not be made", why=str(refusal))
    return True


async def _add_missing(users: SqlUsers, configuration: Configuration) -> None:
    there = {account.user.name for account in await users.all()}
    for user in configuration.site.users:
        if user.password and user.id not in there:
            await users.add(User(user.id, user.role, user.agent), user.password, DEMO)


async def people_of_demo(url: str) -> list[UserAccount]:
    """The users who have the password that the demo gave them, disabled ones too. Raises PortUnavailable."""
    async with opened_users(url) as users:
        return await _people(users)


async def lock_out_demo(url: str, sessions: Path) -> bool:
    """Disable the users who still have a password of the demo, and end their sessions and tokens, as well as those of
    names that are no users: the demo gives tokens to agents of its files alone.

    It is told in the log. False when the database or the file of sessions cannot be used: then it must be tried again.
    """
    try:
        async with opened_users(url) as users:
            left = [account.user.name for account in await _people(users) if not account.is_disabled]
            for name in left:
                await users.set_disabled(name, True, DEMO)
            await _end_sessions(sessions, await users.all())
    except PortUnavailable as error:
        _log.warning("users with a password of the demo could not be looked for", why=str(error))
        return False
    if left:
        advice = "ccserver user-add NAME gives a new password"
        _log.warning("disabled, for this is no demo: users with a password of the demo", users=left, advice=advice)
    return True


async def keep_locking_out(url: str, sessions: Path, again_after: float = TRY_AGAIN_AFTER) -> None:
    """Until it is done: a database that was away at the start comes back with its users."""
    while not await lock_out_demo(url, sessions):  # noqa: ASYNC110  the database tells nobody that it is back
        await asyncio.sleep(again_after)


async def _people(users: SqlUsers) -> list[UserAccount]:
    given_by = await users.last_actors("user-added", "password-set")
    return [account for account in await users.all() if given_by.get(account.user.name) == DEMO]


async def _let_in_again(users: SqlUsers) -> None:
    disabled_by = await users.last_actors("user-disabled", "user-enabled")
    for account in await _people(users):
        if account.is_disabled and disabled_by.get(account.user.name) == DEMO:
            await users.set_disabled(account.user.name, False, DEMO)


async def _end_sessions(file: Path, accounts: Sequence[UserAccount]) -> None:
    able = {account.user.name for account in accounts if not account.is_disabled}
    store = await SignInStore.open_file(file, SystemClock())
    try:
        for name in await store.users() - able:
            await store.close_all(name)
    finally:
        await store.close_file()


@asynccontextmanager
async def opened_users(url: str, hasher: PasswordHasher | None = None) -> AsyncIterator[SqlUsers]:
    """The users of a database, for one piece of work."""
    database, passwords = Database(url), Passwords(hasher)
    try:
        yield SqlUsers(database, SystemClock(), passwords)
    finally:
        passwords.close()
        await database.close()


async def _invent_past(database: Database, customers: SqlCustomers, now: datetime) -> None:
    """Once, with the customers themselves: whoever deletes the contacts does not find them again."""
    book = sorted(await customers.page("", None, MOST_IN_A_PAGE), key=lambda customer: customer.external_id)
    records = [
        record
        for place, each in enumerate(book)
        if each.numbers
        for record in past_of(place, CustomerCard(each.id, each.name, each.tier, each.value, each.numbers), now)
    ]
    await SqlHistory(database).store(records)

"""Users, their roles and passwords. Every change is in the audit trail, in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ccserver.adapters.db.audit import add_audit_row
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.tables import audit, users
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId
from ccserver.services.office import AuditEntry, Role, User
from ccserver.services.ports import Clock

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 1024
_ABOUT: Final = "user/"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class UserAccount:
    """A user as an administrator sees it."""

    user: User
    is_disabled: bool


class SqlUsers:
    """The port `Users`, and what administrators do. `actor` is who does it: a user's name, or "local" for the shell.

    Whoever changes a role or a password, or disables a user, also ends the user's sessions (`SignInStore.close_all`).
    """

    def __init__(self, database: Database, clock: Clock, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords

    async def check(self, name: str, password: str) -> User | None:
        """The user whose password this is, unless disabled. Takes the same time for unknown and disabled users.

        A hash of older parameters is renewed. Raises PortUnavailable, and Refused when too many sign in at once.
        """
        row = await self._database.read(lambda connection: _row(connection, name))
        if not await self._passwords.is_right(row["password_hash"] if row else None, password):
            return None
        if row is None or row["is_disabled"]:
            return None
        if self._passwords.is_outdated(row["password_hash"]):
            await self._renew(row["name"], row["password_hash"], password)
        return _to_user(row)

    async def add(self, user: User, password: str, actor: str) -> None:
        """Raises Refused for a name that is taken or none, and for a password that is too short."""
        if not _NAME.fullmatch(user.name):
            raise Refused("bad_user_name", "1 to 64 of a-z, 0-9, dot, underscore, @ and hyphen")
        known, now = await self._hash(password), self._clock.now()
        row = _user_row(user) | {"is_disabled": False, "password_hash": known, "created_at": now, "updated_at": now}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(users).values(row))
            await self._note(connection, actor, "user-added", user.name, role=user.role)

        try:
            await self._database.write(work)
        except IntegrityError:
            raise Refused("user_name_taken", f"there is a user {user.name} already") from None

    async def change(self, user: User, actor: str) -> None:
        """Set role and agent. Raises Refused if there is no such user."""
        await self._set(user.name, _user_row(user), actor, "user-changed", role=user.role, agent=user.agent or "")

    async def set_password(self, name: str, password: str, actor: str) -> None:
        """Raises Refused if there is no such user, or for a password that is too short."""
        await self._set(name, {"password_hash": await self._hash(password)}, actor, "password-set")

    async def set_disabled(self, name: str, is_disabled: bool, actor: str) -> None:
        """A disabled user cannot sign in. Raises Refused if there is no such user."""
        action = "user-disabled" if is_disabled else "user-enabled"
        await self._set(name, {"is_disabled": is_disabled}, actor, action)

    async def note_token(self, name: str, actor: str) -> None:
        """Write down that a token was made for the user."""
        await self._database.write(lambda connection: self._note(connection, actor, "token-made", name))

    async def get(self, name: str) -> UserAccount | None:
        row = await self._database.read(lambda connection: _row(connection, name))
        return None if row is None else UserAccount(_to_user(row), row["is_disabled"])

    async def all(self) -> Sequence[UserAccount]:
        """By name."""
        query = select(users).order_by(users.c.name)
        rows = await self._database.read(lambda connection: connection.execute(query))
        return [UserAccount(_to_user(dict(row)), row["is_disabled"]) for row in rows.mappings()]

    async def last_actors(self, *actions: str) -> dict[str, str]:
        """By user: who did the latest of these actions to the user, as the audit trail has it."""
        query = select(audit.c.object, audit.c.user).where(audit.c.action.in_(actions)).order_by(audit.c.serial)
        rows = await self._database.read(lambda connection: connection.execute(query))
        return {about.removeprefix(_ABOUT): actor for about, actor in rows}

    async def _set(self, name: str, values: dict[str, Any], actor: str, action: str, **detail: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            now = self._clock.now()
            statement = update(users).where(users.c.name == name).values({**values, "updated_at": now})
            if not (await connection.execute(statement)).rowcount:
                raise Refused("no_such_user", name)
            await self._note(connection, actor, action, name, **detail)

        await self._database.write(work)

    async def _renew(self, name: str, old: str, password: str) -> None:
        new = await self._passwords.hash(password)
        # Only if it is still the old one: a password set in between stays.
        statement = update(users).where(users.c.name == name, users.c.password_hash == old).values(password_hash=new)
        await self._database.write(lambda connection: connection.execute(statement))

    async def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Refused("bad_password", f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
        return await self._passwords.hash(password)

    async def _note(self, connection: AsyncConnection, actor: str, action: str, name: str, **detail: str) -> None:
        await add_audit_row(connection, AuditEntry(self._clock.now(), actor, action, f"{_ABOUT}{name}", "", detail))


async def _row(connection: AsyncConnection, name: str) -> dict[str, Any] | None:
    row = (await connection.execute(select(users).where(users.c.name == name.strip().lower()))).mappings().one_or_none()
    return None if row is None else dict(row)


def _user_row(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role.value, "agent": user.agent}


def _to_user(row: dict[str, Any]) -> User:
    return User(row["name"], Role(row["role"]), None if row["agent"] is None else AgentId(row["agent"]))

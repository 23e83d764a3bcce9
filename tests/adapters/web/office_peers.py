"""The office in memory: users, sessions, customers, history, audit and the rest, by the contracts of services.office."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from ccserver.core.errors import PortUnavailable
from ccserver.core.ids import AgentId, CustomerId, InteractionId
from ccserver.core.records import InteractionRecord
from ccserver.services.office import (
    AuditEntry,
    AuditRow,
    Component,
    ConfigProblem,
    Customer,
    CustomerDraft,
    DemoCall,
    HistoryFilter,
    NumberTaken,
    PhoneAccount,
    RecordingFile,
    Reloaded,
    Role,
    Session,
    Sight,
    User,
)
from ccserver.services.ports import Clock

PASSWORD = "correct horse"
USERS = {
    user.name: user
    for user in (
        User("ann", Role.AGENT, AgentId("ann")),
        User("bob", Role.AGENT, AgentId("bob")),
        User("sue", Role.SUPERVISOR),
        User("max", Role.ADMIN),
        User("idle", Role.AGENT),
    )
}


class MemoryUsers:
    """One password for all; a check lasts while `gate` is closed."""

    def __init__(self) -> None:
        self.checks = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def check(self, name: str, password: str) -> User | None:
        self.checks += 1
        await self.gate.wait()
        return USERS.get(name) if password == PASSWORD else None


class MemorySessions:
    """Tokens are readable, "t-<user>-<n>": nothing here is secret. `is_away` makes the store unreachable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._serial = count(1)
        self.live: dict[str, Session] = {}
        self.looks = 0
        self.is_away = False

    async def open(self, user: User) -> Session:
        token = f"t-{user.name}-{next(self._serial)}"
        self.live[token] = Session(token, user, self._clock.now() + timedelta(hours=12))
        return self.live[token]

    async def find(self, token: str) -> Session | None:
        self.looks += 1
        if self.is_away:
            raise PortUnavailable("sessions")
        session = self.live.get(token)
        return session if session and self._clock.now() < session.expires_at else None

    async def close(self, token: str) -> None:
        self.live.pop(token, None)


class MemoryCustomers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.by_id: dict[CustomerId, Customer] = {}

    async def page(self, search: str, after: CustomerId | None, limit: int) -> Sequence[Customer]:
        found = [
            customer
            for key, customer in sorted(self.by_id.items())
            if (after is None or key > after)
            and (search.lower() in customer.name.lower() or any(search in number for number in customer.numbers))
        ]
        return found[:limit]

    async def get(self, customer: CustomerId) -> Customer | None:
        return self.by_id.get(customer)

    async def add(self, draft: CustomerDraft) -> Customer:
        self._check(draft.numbers, None)
        now = self._clock.now()
        customer = Customer(
            CustomerId(f"c-{len(self.by_id) + 1:04}"), draft.name, draft.numbers, draft.tier, draft.value, draft.language,
            draft.external_id, draft.notes, now, now, draft.account_manager,
        )  # fmt: skip
        self.by_id[customer.id] = customer
        return customer

    async def change(self, customer: CustomerId, changes: Mapping[str, object]) -> Customer | None:
        found = self.by_id.get(customer)
        if found is None:
            return None
        numbers = changes.get("numbers", ())
        assert isinstance(numbers, tuple)
        self._check(numbers, customer)
        self.by_id[customer] = replace(found, updated_at=self._clock.now(), **changes)  # type: ignore[arg-type]
        return self.by_id[customer]

    def _check(self, numbers: Sequence[str], owner: CustomerId | None) -> None:
        for other in self.by_id.values():
            for number in numbers:
                if other.id != owner and number in other.numbers:
                    raise NumberTaken(number)


class MemoryHistory:
    def __init__(self) -> None:
        self.records: list[InteractionRecord] = []
        self.is_away = False

    async def page(
        self, where: HistoryFilter, after: tuple[datetime, InteractionId] | None, limit: int
    ) -> Sequence[InteractionRecord]:
        if self.is_away:
            raise PortUnavailable("history")
        found = sorted(self.records, key=lambda record: (-record.started_at.timestamp(), record.id))
        found = [record for record in found if self._matches(record, where)]
        if after is not None:
            found = [r for r in found if (-r.started_at.timestamp(), r.id) > (-after[0].timestamp(), after[1])]
        return found[:limit]

    async def get(self, interaction: InteractionId, sight: Sight | None) -> InteractionRecord | None:
        if self.is_away:
            raise PortUnavailable("history")
        found = [record for record in self.records if record.id == interaction and self._is_seen(record, sight)]
        return found[0] if found else None

    def _matches(self, record: InteractionRecord, where: HistoryFilter) -> bool:
        return (
            where.customer in (None, record.customer)
            and (where.agent is None or self._had_part(where.agent, record))
            and where.queue in (None, record.queue)
            and (where.since is None or record.started_at >= where.since)
            and (where.until is None or record.started_at < where.until)
            and where.direction in (None, record.direction)
            and where.result in (None, record.result)
            and where.search.lower() in f"{record.customer_name} {record.customer_number}".lower()
            and self._is_seen(record, where.sight)
        )

    def _had_part(self, agent: AgentId, record: InteractionRecord) -> bool:
        return any(segment.agent == agent for segment in record.segments)

    def _is_seen(self, record: InteractionRecord, sight: Sight | None) -> bool:
        if sight is None or self._had_part(sight.agent, record):
            return True
        dealt = {each.customer for each in self.records if self._had_part(sight.agent, each)} | {sight.customer}
        return record.customer is not None and record.customer in dealt


class MemoryAudit:
    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.is_away = False

    async def write(self, entry: AuditEntry) -> None:
        if self.is_away:
            raise PortUnavailable("audit")
        self.entries.append(entry)

    async def page(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        if self.is_away:
            raise PortUnavailable("audit")
        rows = [
            AuditRow(e.at, e.actor, e.action, e.about, e.address, e.detail, serial, f"hash-{serial}")
            for serial, e in enumerate(self.entries, start=1)
        ]
        return [row for row in reversed(rows) if before is None or row.serial < before][:limit]

    def lines(self) -> list[tuple[str, str, str]]:
        return [(entry.actor, entry.action, entry.about) for entry in self.entries]


class MemoryReload:
    def __init__(self) -> None:
        self.problems: tuple[ConfigProblem, ...] = ()
        self.epoch = 1

    async def reload(self, actor: str) -> Reloaded:
        if not self.problems:
            self.epoch += 1
        return Reloaded(self.epoch, self.problems)


class MemoryReadiness:
    def __init__(self) -> None:
        self.parts = [Component("ari", True), Component("database", True, is_needed=False)]

    def components(self) -> Sequence[Component]:
        return self.parts


class MemoryPhones:
    def account(self, agent: AgentId) -> PhoneAccount | None:
        return PhoneAccount(agent, "phone-secret", "127.0.0.1:5060") if agent in ("ann", "bob") else None


class MemoryRecordings:
    """`asked` are the names that were looked for."""

    def __init__(self) -> None:
        self.files: dict[str, RecordingFile] = {}
        self.asked: list[str] = []
        self.is_away = False

    async def find(self, name: str) -> RecordingFile | None:
        self.asked.append(name)
        if self.is_away:
            raise PortUnavailable("recordings")
        return self.files.get(name)


class MemoryDemo:
    def __init__(self) -> None:
        self.phone_command: Callable[[AgentId], str] = lambda agent: f"ccserver demo phone {agent}"

    async def ring_in(self, caller: str, dialled: str) -> DemoCall:
        return DemoCall(caller or "+442079460200", dialled or "+448081570102")

"""A small centre behind the web: obeys the rules a desktop notices, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.errors import Refused
from ccserver.core.events import (
    DesktopAttached,
    DesktopDetached,
    Event,
    NotReadyRequested,
    ReadyRequested,
    SignInRequested,
    SignOutRequested,
)
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId, WorkItemId
from ccserver.core.notices import CustomerKnown, JoinedQueue, LeftQueue, Notice, OfferMade, PresenceChanged
from ccserver.services.callbacks import CallbackView
from ccserver.services.recent import InteractionView
from ccserver.services.views import AgentView, Names, QueueView, TierView, WaitingView, WorkItemView

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUPPORT = QueueId("support")
CARD = CustomerCard(
    CustomerId("c-1"),
    "Grace Hopper",
    "gold",
    1200.0,
    ("+442079460001",),
    "en",
    (PastContact(NOON - timedelta(days=3), "inbound", "support", "bob", "answered", "asked for a refund"),),
)


class ManualClock:
    """Noon until it is moved."""

    def __init__(self) -> None:
        self.instant = NOON

    def now(self) -> datetime:
        return self.instant

    def passes(self, length: timedelta) -> None:
        self.instant += length


def agent_view(name: str) -> AgentView:
    return AgentView(
        AgentId(name),
        name.title(),
        f"10{len(name):02}",
        "first",
        {"english": 7},
        "logged_out",
        "",
        NOON,
        True,
        False,
        None,
    )


def work_of(interaction: str, card: CustomerCard | None = CARD) -> WorkItemView:
    """A call offered at noon."""
    return WorkItemView(
        WorkItemId(f"{interaction}-w1"), InteractionId(interaction), "offered", "inbound", "support", "Support", "main",
        "+442079460001", "+448081570102", "G HOPPER", card, "billing", {"account": "42"}, 12.5, NOON, None, None,
        ("solved", "not solved"), "", "", "longest idle of 2",
    )  # fmt: skip


class CentrePeer:
    """The Desk. `refuses` maps an event type to the reason it is refused with; `is_stuck` never answers."""

    def __init__(self) -> None:
        self.by_id = {AgentId(name): agent_view(name) for name in ("ann", "bob")}
        self.lines: dict[QueueId, list[WaitingView]] = {SUPPORT: [], QueueId("sales"): []}
        self.asked: list[Event] = []
        self.refuses: dict[type[Event], str] = {}
        self.listeners: list[Callable[[Notice], None]] = []
        self.pictures_made = 0
        self.views: dict[InteractionId, InteractionView] = {}
        self.promises: list[CallbackView] = []

    async def ask(self, event: Event) -> None:
        reason = self.refuses.get(type(event))
        if reason:
            raise Refused(reason, "try something else")
        self.asked.append(event)
        presence = {SignInRequested: "not_ready", ReadyRequested: "ready", SignOutRequested: "logged_out"}.get(
            type(event)
        )
        if isinstance(event, NotReadyRequested):
            self.set_presence(event.agent, "not_ready", event.reason)
        elif isinstance(event, SignInRequested | ReadyRequested | SignOutRequested) and presence:
            if presence == "ready" and self.by_id[event.agent].presence == "logged_out":
                raise Refused("logged_out", "sign in first")
            self.set_presence(event.agent, presence)

    def agents(self) -> Sequence[AgentView]:
        return list(self.by_id.values())

    def agent(self, agent: AgentId) -> AgentView | None:
        return self.by_id.get(agent)

    def queues(self) -> Sequence[QueueView]:
        self.pictures_made += 1
        return [self._queue(queue) for queue in self.lines]

    def not_ready_reasons(self) -> Mapping[str, str]:
        return {"lunch": "Lunch", "training": "Training"}

    def callbacks(self) -> Sequence[CallbackView]:
        return self.promises

    def names(self) -> Names:
        return Names({each.id: each.name for each in self.by_id.values()}, {each: each.title() for each in self.lines})

    def interaction(self, interaction: InteractionId) -> InteractionView | None:
        return self.views.get(interaction)

    def subscribe(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    # -- what happens

    def tell(self, notice: Notice) -> None:
        for listener in tuple(self.listeners):
            listener(notice)

    def set_presence(self, agent: str, presence: str, reason: str = "") -> None:
        key = AgentId(agent)
        self.by_id[key] = replace(self.by_id[key], presence=presence, reason=reason, is_available=presence == "ready")
        self.tell(PresenceChanged(key, presence, reason, NOON))

    def offer(self, agent: str, interaction: str, card: CustomerCard | None = CARD) -> None:
        key, work = AgentId(agent), work_of(interaction, card)
        self.by_id[key] = replace(self.by_id[key], work=work)
        self.tell(OfferMade(work.interaction, work.id, key, SUPPORT, timedelta(seconds=12.5), work.explanation))

    def customer_becomes_known(self, agent: str) -> None:
        key = AgentId(agent)
        work = self.by_id[key].work
        assert work is not None
        self.by_id[key] = replace(self.by_id[key], work=replace(work, customer=CARD))
        self.tell(CustomerKnown(work.interaction))

    def caller_waits(self, interaction: str, queue: QueueId = SUPPORT) -> None:
        line = self.lines[queue]
        line.append(
            WaitingView(
                InteractionId(interaction), len(line) + 1, "+442079460002", "Alan Turing", "silver", 0, NOON, ""
            )
        )
        self.tell(JoinedQueue(InteractionId(interaction), queue, len(line)))

    def caller_leaves(self, interaction: str, queue: QueueId = SUPPORT) -> None:
        self.lines[queue] = [each for each in self.lines[queue] if each.interaction != interaction]
        self.tell(LeftQueue(InteractionId(interaction), queue, "silver", timedelta(seconds=3), "abandoned"))

    def desktop_events(self) -> list[Event]:
        return [event for event in self.asked if isinstance(event, DesktopAttached | DesktopDetached)]

    def _queue(self, queue: QueueId) -> QueueView:
        line = self.lines[queue]
        return QueueView(
            queue, queue.title(), len(line), 4.2 * len(line), 0, 1, 2, 20.0, 3, 2, 1, None,
            [TierView("gold", 0, 1, 1, 1)], list(line),
        )  # fmt: skip

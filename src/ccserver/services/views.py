"""What people and programs may see of the centre: plain read-only pictures, made on request, pushed when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ccserver.core.customer import CustomerCard
from ccserver.core.events import Event
from ccserver.core.forecast import Forecast, Told
from ccserver.core.ids import AgentId, InteractionId, QueueId, WorkItemId
from ccserver.core.notices import Notice
from ccserver.core.records import Document
from ccserver.core.why import Why
from ccserver.services.callbacks import CallbackView
from ccserver.services.recent import InteractionView


@dataclass(frozen=True, slots=True)
class Names:
    """Of agents and queues in the plan; what is no longer in it goes by its id."""

    agents: Mapping[AgentId, str]
    queues: Mapping[QueueId, str]

    def agent(self, agent: AgentId | None) -> str:
        return self.agents.get(agent, agent) if agent else ""

    def queue(self, queue: QueueId | None) -> str:
        return self.queues.get(queue, queue) if queue else ""


@dataclass(frozen=True, slots=True)
class AheadView:
    interaction: InteractionId
    urgency: float


@dataclass(frozen=True, slots=True)
class KeptView:
    agent: str
    """The name."""
    price: float


@dataclass(frozen=True, slots=True)
class PreferredView:
    agent: str
    """The name."""
    preferred_as: str
    """named (by the caller in the menu), account_manager, last_agent"""
    state: str
    """asked (got the call), free (too late), wraps_up, at_work, away, missed (this very call before)"""


@dataclass(frozen=True, slots=True)
class WhyView:
    """`core.why.Why` with people's names in place of their ids."""

    code: str
    """most_urgent, transferred, returned (a transfer of this agent that nobody took; `by` is the colleague, empty for a number),
    longest_idle (of earlier versions)"""
    qualified: int
    idle_since: datetime | None
    without_skill: Sequence[str]
    missed_before: Sequence[str]
    is_last_resort: bool
    by: str
    without_page: Sequence[str] = ()
    policy: str = ""
    tier: str = ""
    waited_seconds: float = 0.0
    level: int = 0
    """The agent's proficiency, 1 to 10; 0 where it had no say."""
    urgency: float = 0.0
    """What is lost by passing the interaction over once more, in the unit of the tiers' values."""
    price: float = 0.0
    """What is lost elsewhere while the agent takes it, in the same unit."""
    ahead: Sequence[AheadView] = ()
    """Interactions that wait longer and are less urgent for this agent."""
    kept: Sequence[KeptView] = ()
    """Agents who could take it too and are kept free for others."""
    queue: str = ""
    """The queue in which the agent takes it, where that is not the one in whose line the caller stands."""
    preferred: Sequence[PreferredView] = ()
    """Agents who should take the call if possible, the first choice first."""


def why_view(why: Why | None, names: Names) -> WhyView | None:
    """None where only the sentence is known."""
    if why is None:
        return None
    return WhyView(
        why.code.value,
        why.qualified,
        why.idle_since,
        [names.agent(each) for each in why.without_skill],
        [names.agent(each) for each in why.missed_before],
        why.is_last_resort,
        names.agent(why.by),
        [names.agent(each) for each in why.without_page],
        why.policy,
        why.tier,
        why.waited,
        why.level,
        why.urgency,
        why.price,
        [AheadView(each.interaction, each.urgency) for each in why.ahead],
        [KeptView(names.agent(each.agent), each.price) for each in why.kept],
        names.queue(why.queue),
        [PreferredView(names.agent(each.agent), each.preferred_as, each.state.value) for each in why.preferred],
    )


@dataclass(frozen=True, slots=True)
class ColleagueResultView:
    """What another agent, or the same in an earlier piece of work, wrote of the call so far."""

    agent: AgentId
    agent_name: str
    disposition: str
    notes: str


@dataclass(frozen=True, slots=True)
class WorkItemView:
    """The call in front of one agent, from the offer to the end of wrap-up. Everything the screen pop shows."""

    id: WorkItemId
    interaction: InteractionId
    state: str
    """offered, alerting, dialling (a call out, not answered yet), connected, held, wrap_up"""
    direction: str
    queue: str
    queue_name: str
    entry_point: str
    ani: str
    dnis: str
    caller_name: str
    customer: CustomerCard | None
    reason: str
    answers: Mapping[str, str]
    waited_seconds: float
    offered_at: datetime
    connected_at: datetime | None
    wrap_up_ends_at: datetime | None
    dispositions: Sequence[str]
    disposition: str
    notes: str
    explanation: str
    held_at: datetime | None = None
    """Since when the customer hears music; None while not held."""
    outcome: str = ""
    """Of a call out that reached nobody: busy, no_answer, rejected, unreachable, invalid_number, congestion, pbx_lost, unknown,
    or cancelled (the agent hung up first)."""
    documents: Sequence[Document] = ()
    """Those that this agent attached."""
    why: WhyView | None = None
    """`explanation` as a code and values, for a page in its reader's language."""
    transferred_by: str = ""
    """Name of the colleague who sent the customer on, straight or through a queue."""
    earlier_results: Sequence[ColleagueResultView] = ()
    """As saved up to now, in the order of the talks; it goes on changing while a colleague writes."""
    script: str = ""
    """Name of the script to follow; the text is kept elsewhere."""
    callback_of: InteractionId | None = None
    """This is a call back, promised in that interaction ..."""
    promised_at: datetime | None = None
    """... at that time."""


@dataclass(frozen=True, slots=True)
class AgentView:
    id: AgentId
    name: str
    extension: str
    team: str
    skills: Mapping[str, int]
    presence: str
    """logged_out, not_ready, ready, leaving"""
    reason: str
    since: datetime
    """Of the presence; while ready, of being idle: a call in between begins it anew."""
    is_phone_reachable: bool
    is_available: bool
    """Ready, reachable and without open work: the next call may come here."""
    work: WorkItemView | None
    team_name: str = ""
    lacks_page: bool = False
    """Would be available, were the page of the desktop open that was closed. False for agents who never had one open."""


@dataclass(frozen=True, slots=True)
class ExpectedView:
    """Of a hundred such callers 15 are answered within `low_seconds` and 85 within `high_seconds`; `confidence`, 0 to 1, is the
    chance that the typical figure is right within 30 s or 25 %."""

    typical_seconds: float
    low_seconds: float
    high_seconds: float
    confidence: float


def expected_view(forecast: Forecast | None) -> ExpectedView | None:
    """None where nothing can be said."""
    if forecast is None:
        return None
    return ExpectedView(
        round(forecast.typical), round(forecast.low), round(forecast.high), round(forecast.confidence, 2)
    )


def step_name(told: Told | None) -> str:
    """`from_2_to_4`; empty where nothing was told."""
    return told.step.name.lower() if told is not None else ""


@dataclass(frozen=True, slots=True)
class TierView:
    tier: str
    waiting: int
    offered_today: int
    answered_today: int
    within_target_today: int
    service_level_ratio: float | None = None
    """By the formula of the queue: those who gave up count against."""
    expected: ExpectedView | None = None
    """For a customer of the tier who came now; null when nothing can be said: nobody of the kind came yet, or nobody is signed in."""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One customer of the waiting line, in the order of service; `ani` is the customer's number."""

    interaction: InteractionId
    position: int
    ani: str
    customer_name: str
    tier: str
    priority: int
    waiting_since: datetime
    offered_to: str
    is_callback: bool = False
    """Nobody holds the line: the customer is called back when it is their turn."""
    expected: ExpectedView | None = None
    """When the wait began."""
    told: str = ""
    """What the caller heard last of the wait, as a step in minutes: under_1, from_1_to_2, ... over_12; empty: nothing."""
    also: Sequence[str] = ()
    """Names of the queues in which the caller waits too, at the same place; counted only here."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """`service_level_ratio`: answered within the target / (answered + abandoned) today; None before the first call."""

    id: QueueId
    name: str
    waiting: int
    longest_wait_seconds: float
    talking: int
    agents_ready: int
    agents_signed_in: int
    answer_target_seconds: float
    offered_today: int
    answered_today: int
    abandoned_today: int
    service_level_ratio: float | None
    tiers: Sequence[TierView]
    line: Sequence[WaitingView]
    callbacks: int = 0
    """Open promises to call back, those that rest included. In `waiting` and the wait only callers on the line count."""
    expected: ExpectedView | None = None
    """For a caller of the lowest tier who came now."""
    waiting_here_too: int = 0
    """Callers who are in the line of another queue and whom this queue's agents may take as well."""


class Desk(Protocol):
    """The centre as seen from a desktop or an API client."""

    async def ask(self, event: Event) -> None:
        """Hand in a request and wait until it is decided and durable. Raises Refused."""
        ...

    def agents(self) -> Sequence[AgentView]: ...

    def agent(self, agent: AgentId) -> AgentView | None: ...

    def queues(self) -> Sequence[QueueView]: ...

    def not_ready_reasons(self) -> Mapping[str, str]:
        """Code to label."""
        ...

    def callbacks(self) -> Sequence[CallbackView]:
        """Open promises to call back, in the order of service."""
        ...

    def names(self) -> Names: ...

    def interaction(self, interaction: InteractionId) -> InteractionView | None:
        """Of one that goes on, in whatever state, or that ended lately; the history has all the others."""
        ...

    def subscribe(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """Call `listener` after each change (it must not block); returns the way to stop it."""
        ...

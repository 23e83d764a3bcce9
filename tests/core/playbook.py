"""A small stage for the kernel alone: hand in events, look at commands, notices and state. No PBX, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ccserver.core import events
from ccserver.core.centre import Centre
from ccserver.core.commands import RingAgent
from ccserver.core.ids import AgentId, EntryPointId, FlowId, InteractionId, LegId, NodeId, NodeName, QueueId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.ivr.flow import (
    BranchNode,
    DigitsNode,
    Flow,
    HangUpNode,
    MenuNode,
    PlayNode,
    QueueNode,
    SetNode,
    VoicemailNode,
)
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.plan import (
    AgentProfile,
    Announcement,
    EntryPoint,
    Exit,
    ExitKind,
    Plan,
    QueuePlan,
)
from ccserver.core.skills import AtLeast
from ccserver.core.sounds import recorded

NODE = NodeName("ast01")
T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SALES, SUPPORT = QueueId("sales"), QueueId("support")
ANN, BOB, CEM = AgentId("ann"), AgentId("bob"), AgentId("cem")
IVR_DNIS, SUPPORT_DNIS, PRIVATE_DNIS, CLOSED_DNIS = "+448081570100", "+448081570102", "+448081570103", "+448081570104"
SALES_DNIS = "+448081570105"
SORRY = Exit(ExitKind.MESSAGE, sounds=recorded("sorry"))


class Closed:
    """Opening hours of a line that is never open."""

    def is_open(self, at: datetime) -> bool:
        return False


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def queue(key: QueueId, skill: str, **changes: Any) -> QueuePlan:
    """A queue with ordinary figures; `changes` replaces some."""
    figures: dict[str, Any] = {
        "id": key,
        "name": str(key).title(),
        "needs": AtLeast(skill, 3),
        "priority": 0,
        "music": "default",
        "announcement": Announcement(seconds(10), seconds(30)),
        "max_wait": seconds(300),
        "on_max_wait": Exit(ExitKind.VOICEMAIL),
        "max_length": 3,
        "on_full": SORRY,
        "ring_limit": seconds(15),
        "wrap_up_limit": seconds(20),
        "answer_target": seconds(20),
        "dispositions": ("sold", "not_sold"),
    }
    return QueuePlan(**{**figures, **changes})


def entry(
    dnis: str, flow: str | None = None, to: QueueId | None = None, hours: str = "", priority: int = 0
) -> EntryPoint:
    closed = Exit(ExitKind.MESSAGE, sounds=recorded("closed"))
    point, start = EntryPointId(dnis), FlowId(flow) if flow else None
    return EntryPoint(point, dnis, f"Line {dnis[-3:]}", "en", priority, hours, start, to, closed)


def flow() -> Flow:
    """Greeting, then a menu: 1 sales, 2 support, 3 voicemail, 4 order number, 8 a branch to support."""
    menu = MenuNode(
        recorded("menu"),
        {
            "1": NodeId("sales"),
            "2": NodeId("support"),
            "3": NodeId("message"),
            "4": NodeId("order"),
            "8": NodeId("either"),
        },
        seconds(5),
        2,
        recorded("wrong"),
        NodeId("support"),
        NodeId("bye"),
        "choice",
    )
    order = DigitsNode(
        recorded("order"), "order", 3, 6, seconds(4), 2, recorded("wrong"), NodeId("sales"), NodeId("bye")
    )
    return Flow(
        FlowId("main"),
        NodeId("greeting"),
        {
            NodeId("greeting"): PlayNode(recorded("welcome"), NodeId("menu")),
            NodeId("menu"): menu,
            NodeId("order"): order,
            NodeId("sales"): SetNode({"reason": "buying", "source": "ivr"}, NodeId("to_sales")),
            NodeId("to_sales"): QueueNode(SALES),
            NodeId("support"): QueueNode(SUPPORT),
            NodeId("either"): BranchNode((), NodeId("support")),
            NodeId("message"): VoicemailNode(),
            NodeId("bye"): HangUpNode(recorded("goodbye")),
        },
    )


def profile(agent: AgentId, **skills: int) -> AgentProfile:
    return AgentProfile(agent, str(agent).title(), "1001", skills)


def plan(**changes: Any) -> Plan:
    """Two queues, three agents, five numbers."""
    entries = [
        entry(IVR_DNIS, flow="main"),
        entry(SUPPORT_DNIS, to=SUPPORT),
        entry(PRIVATE_DNIS, to=SUPPORT, priority=10),
        entry(CLOSED_DNIS, to=SUPPORT, hours="never"),
        entry(SALES_DNIS, to=SALES),
    ]
    agents = [profile(ANN, sales=5, support=5), profile(BOB, support=5), profile(CEM, sales=2, support=3)]
    parts: dict[str, Any] = {
        "epoch": 1,
        "entry_points": {e.dnis: e for e in entries},
        "flows": {FlowId("main"): flow()},
        "queues": {SALES: queue(SALES, "sales"), SUPPORT: queue(SUPPORT, "support")},
        "agents": {a.id: a for a in agents},
        "hours": {"never": Closed()},
        "not_ready_reasons": {"lunch": "Lunch"},
        "default_exit": SORRY,
        "caller_number": "+448081570100",
        "voicemail_greeting": recorded("leave-a-message"),
    }
    return Plan(**{**parts, **changes})


class Play:
    """A centre with its kernel, and a time that only moves when told."""

    def __init__(self, the_plan: Plan | None = None, *, is_up: bool = True) -> None:
        self.centre = Centre(the_plan or plan())
        self.kernel = Kernel(self.centre)
        self.now = START
        self.outcomes: list[Outcome] = []
        if is_up:
            self.hand(events.TelephonyRestored(events.PbxSnapshot(NODE, boot="1")))

    def hand(self, event: events.Event, after: float = 0) -> Outcome:
        """One event, `after` seconds later; due timers fire first."""
        self.passes(after)
        outcome = self.kernel.handle(event, self.now)
        self.outcomes.append(outcome)
        return outcome

    def passes(self, length: float) -> list[Outcome]:
        """Let time pass; timers fire when they are due, in their order."""
        until, fired = self.now + seconds(length), []
        while due := sorted((at, repr(key), key) for key, at in self.centre.timers.items() if at <= until):
            self.now = max(self.now, due[0][0])
            fired.append(self.kernel.handle(events.TimerFired(due[0][2]), self.now))
            self.outcomes.append(fired[-1])
        self.now = until
        return fired

    # -- people -------------------------------------------------------------------------------------------------------

    def calls(self, dnis: str = SUPPORT_DNIS, name: str = "c1", ani: str = "+442079460007") -> Outcome:
        """A caller rings in; the leg is `leg-NAME`, the interaction NAME."""
        return self.hand(events.LegArrived(LegId(f"leg-{name}"), NODE, InteractionId(name), ani, dnis))

    def is_ready(self, *agents: AgentId) -> None:
        for agent in agents:
            self.hand(events.PhoneReachable(agent))
            self.hand(events.SignInRequested(agent))
            self.hand(events.ReadyRequested(agent), after=1)

    def agent_answers(self, name: str = "c1") -> Outcome:
        return self.hand(events.LegAnswered(self.agent_leg(name)))

    def talks(self, agent: AgentId = ANN, name: str = "c1", dnis: str = SUPPORT_DNIS) -> None:
        """Caller NAME talks with the agent."""
        self.is_ready(agent)
        self.calls(dnis, name)
        self.agent_answers(name)

    def leaves(self, name: str = "c1", cause: events.Cause = events.Cause.NORMAL) -> Outcome:
        return self.hand(events.LegEnded(LegId(f"leg-{name}"), cause))

    def prompt_ends(self, name: str = "c1", after: float = 0) -> Outcome:
        """What plays to the caller has come to its end."""
        interaction = self.interaction(name)
        assert interaction.prompt is not None
        assert interaction.customer_leg is not None
        return self.hand(events.PromptFinished(interaction.customer_leg, interaction.prompt), after)

    # -- looking ------------------------------------------------------------------------------------------------------

    def interaction(self, name: str = "c1") -> Interaction:
        return self.centre.interactions[InteractionId(name)]

    def state(self, name: str = "c1") -> InteractionState:
        return self.interaction(name).state

    def agent_leg(self, name: str = "c1") -> LegId:
        item = self.interaction(name).work_item
        assert item is not None
        return self.centre.work_items[item].leg

    def all(self, kind: type[T]) -> list[T]:
        """All commands and notices of a kind so far."""
        everything = [x for o in self.outcomes for x in (*o.telephony, *o.notices, *o.timers, *o.look_ups)]
        return [x for x in everything if isinstance(x, kind)]

    def rung(self) -> list[AgentId]:
        """Whose phones were rung, in order."""
        return [command.agent for command in self.all(RingAgent)]


def only(outcome: Outcome, kind: type[T]) -> T:
    """The one command or notice of the kind."""
    found = some(outcome, kind)
    assert len(found) == 1, found
    return found[0]


def some(outcome: Outcome, kind: type[T]) -> list[T]:
    everything = [*outcome.telephony, *outcome.notices, *outcome.timers, *outcome.look_ups]
    return [x for x in everything if isinstance(x, kind)]

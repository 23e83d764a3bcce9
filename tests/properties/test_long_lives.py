"""Long, busy lives of a centre, drawn by weight: mostly calls going their way, now and then a fault at a random instant.

Each life is one seed; a failure names it. `CCSERVER_PROPERTIES=large` plays many more of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from tests.properties.agreement import i15_they_come_to_agree
from tests.properties.test_router_machine import LINES
from tests.properties.world import AGENTS, OUTSIDE_NUMBERS, Phone, World
from tests.scenarios.stage import PROMISE_LINE

from ccserver.core import events
from ccserver.core.agent import Desktop
from ccserver.core.events import TransferKind, TransferTarget
from ccserver.core.ids import AgentId
from ccserver.core.notices import Notice

LIVES = 400 if os.environ.get("CCSERVER_PROPERTIES") == "large" else 12
MOVES = 600


class Life:
    """One seed, one life."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.world = World(seed)
        self.seen: Counter[str] = Counter()
        self.world.sim.subscribe(self._see)
        self.moves: list[tuple[int, Callable[[], None]]] = [
            (30, self.time_passes), (14, self.moment_passes), (14, self.caller_dials), (5, self.caller_hangs_up),
            (6, self.caller_presses), (14, self.phone_is_taken), (2, self.phone_refuses), (5, self.phone_hangs_up),
            (8, self.everybody_works), (3, self.agent_asks), (3, self.hold_or_retrieve), (4, self.agent_transfers),
            (3, self.agent_calls), (4, self.agent_wraps_up), (1, self.agent_leaves), (1, self.phone_comes_or_goes),
            (3, self.server_crashes), (4, self.call_control_breaks), (2, self.phone_states_break), (1, self.plan_changes),
            (2, self.event_comes_again), (6, self.caller_wants_to_be_called_back), (1, self.supervisor_cancels),
        ]  # fmt: skip

    def _see(self, notice: Notice, _now: object) -> None:
        self.seen[type(notice).__name__] += 1

    def live(self) -> None:
        """All of it, and the rest afterwards."""
        sim = self.world.sim
        sim.run_for(timedelta(milliseconds=100))
        weights = [weight for weight, _ in self.moves]
        for move in range(MOVES):
            if move % 40 == 39:
                self.settles()
            self.chance.choices(self.moves, weights)[0][1]()
            if self.chance.random() < 0.005:
                sim.restart_pbx(timedelta(seconds=self.chance.choice([0.1, 4.0])))
            self.mends()
        self.world.comes_to_rest()

    def settles(self) -> None:
        """Everything works again, and nobody does anything for a while."""
        sim = self.world.sim
        sim.start()
        sim.restore_calls_link()
        if not sim.pbx.registrations.is_up:
            sim.pbx.mend_registrations()
        i15_they_come_to_agree(sim)

    def mends(self) -> None:
        """No fault lasts for ever."""
        sim = self.world.sim
        if not sim.is_running and self.chance.random() < 0.3:
            sim.start()
        if sim.is_running and not sim.pbx.calls.is_up and self.chance.random() < 0.15:
            sim.restore_calls_link()
        if sim.is_running and not sim.pbx.registrations.is_up and self.chance.random() < 0.3:
            sim.pbx.mend_registrations()

    # -- moves ----------------------------------------------------------------------------------------------------------

    def agent(self) -> AgentId:
        return AgentId(self.chance.choice(AGENTS))

    def one(self, phones: list[Phone]) -> Phone | None:
        return self.chance.choice(phones) if phones else None

    def everybody(self) -> list[Phone]:
        return [*self.world.phones.values(), *self.world.outside.values()]

    def time_passes(self) -> None:
        self.world.sim.run_for(timedelta(seconds=self.chance.choice([0.3, 1.0, 1.0, 2.5, 5.0, 9.0])))

    def moment_passes(self) -> None:
        self.world.sim.run_for(timedelta(milliseconds=self.chance.uniform(0, 60)))

    def caller_dials(self) -> None:
        if len([caller for caller in self.world.callers if caller.talking]) < 8:
            self.world.arrives(f"+4420794603{self.chance.randrange(100):02}", self.chance.choice(LINES))

    def caller_wants_to_be_called_back(self) -> None:
        """Sometimes one who was promised it already, and sometimes without an end."""
        if len([caller for caller in self.world.callers if caller.talking]) < 8 and self.world.sim.is_running:
            caller = self.world.arrives(self.chance.choice(OUTSIDE_NUMBERS), PROMISE_LINE)
            self.world.sim.run_for(timedelta(milliseconds=200))
            for key in self.chance.choice(["11", "11", "11", "1", "12#", "1*"]):
                for leg in caller.talking[:1]:
                    self.world.sim.pbx.press(leg, key)
                self.world.sim.run_for(timedelta(milliseconds=100))

    def supervisor_cancels(self) -> None:
        promised = list(self.world.sim.centre.callbacks) if self.world.sim.is_running else []
        if promised:
            self.world.ask(events.CallbackCancelled(self.chance.choice(promised)))

    def caller_hangs_up(self) -> None:
        caller = self.one([caller for caller in self.world.callers if caller.talking])
        if caller is not None:
            self.world.hangs_up(caller)

    def caller_presses(self) -> None:
        caller = self.one([caller for caller in self.world.callers if caller.talking])
        for key in self.chance.choices("1234#9", k=self.chance.choice([1, 1, 5])):
            for leg in caller.talking[:1] if caller else ():
                self.world.sim.pbx.press(leg, key)

    def phone_is_taken(self) -> None:
        phone = self.one([phone for phone in self.everybody() if phone.ringing])
        if phone is not None:
            self.world.takes(phone)

    def phone_refuses(self) -> None:
        phone = self.one([phone for phone in self.everybody() if phone.ringing])
        if phone is not None:
            self.world.refuses(phone)

    def phone_hangs_up(self) -> None:
        phone = self.one([phone for phone in self.everybody() if phone.talking])
        if phone is not None:
            self.world.hangs_up(phone)

    def everybody_works(self) -> None:
        """Whoever has lost the page opens it again."""
        for name in AGENTS:
            state = self.world.sim.centre.agents.get(AgentId(name))
            if state is not None and state.desktop is Desktop.LOST:
                self.world.ask(events.DesktopAttached(AgentId(name)))
            self.world.ask(events.SignInRequested(AgentId(name)))
            self.world.ask(events.ReadyRequested(AgentId(name)))

    def agent_asks(self) -> None:
        agent = self.agent()
        asked: list[events.Event] = [events.SignInRequested(agent), events.ReadyRequested(agent)]
        asked += [events.DesktopAttached(agent), events.DesktopDetached(agent), events.HangUpRequested(agent)]
        self.world.ask(self.chance.choice(asked))

    def hold_or_retrieve(self) -> None:
        agent = self.agent()
        asked: list[events.Event] = [events.HoldRequested(agent), events.RetrieveRequested(agent)]
        self.world.ask(self.chance.choice(asked))

    def agent_transfers(self) -> None:
        kind = self.chance.choice(list(TransferKind))
        places = {
            TransferKind.QUEUE: ("support", "sales", "tiny"),
            TransferKind.AGENT: AGENTS,
            TransferKind.NUMBER: OUTSIDE_NUMBERS,
        }
        target = TransferTarget(kind, self.chance.choice(places[kind]))
        self.world.ask(events.BlindTransferRequested(self.agent(), target))

    def agent_calls(self) -> None:
        number = self.chance.choice([*OUTSIDE_NUMBERS, "+442079460111"])
        if self.chance.random() < 0.5:
            self.world.dials(self.agent(), number)
        elif self.world.sim.is_running:
            self.world.calls_out(self.agent(), number)

    def agent_wraps_up(self) -> None:
        if self.world.sim.is_running:
            agent = self.agent()
            item = self.world.sim.centre.agent(agent).work_item
            if item is not None:
                done = self.chance.random() < 0.7
                self.world.ask(events.WrapUpSaved(agent, item, self.chance.choice(["solved", ""]), "", done))

    def agent_leaves(self) -> None:
        agent = self.agent()
        asked: list[events.Event] = [events.SignOutRequested(agent), events.NotReadyRequested(agent, "break")]
        self.world.ask(self.chance.choice(asked))

    def phone_comes_or_goes(self) -> None:
        agent = self.agent()
        if agent in self.world.sim.pbx.registered and self.chance.random() < 0.5:
            self.world.sim.pbx.unregister(agent)
        else:
            self.world.sim.pbx.register(agent, self.world.phones[agent])

    def server_crashes(self) -> None:
        self.world.crashes()

    def call_control_breaks(self) -> None:
        self.world.sim.lose_calls_link(timedelta(seconds=self.chance.choice([0.0, 0.05, 4.0])))

    def phone_states_break(self) -> None:
        self.world.sim.pbx.registrations.cut()

    def plan_changes(self) -> None:
        queue, agent = (
            self.chance.choice([None, None, "tiny", "support", "lobby", "promise"]),
            self.chance.choice([None, None, "bob"]),
        )
        self.world.reloads(lost_queue=queue, lost_agent=agent)

    def event_comes_again(self) -> None:
        again = [e for e in self.world.recent if not isinstance(e, events.TelephonyRestored | events.PbxAudited)]
        if again:
            self.world.repeat(self.chance.choice(again))


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n > 2 else []) for n in range(LIVES)])
def test_long_life(seed: int) -> None:
    """The invariants hold after every step, and at the end everything is told and nothing is left."""
    life = Life(seed)
    life.live()
    assert life.seen["OfferMade"] > 0, "a life without an offer shows little"
    assert life.seen["CallbackChanged"] > 0, "nor does one without a promise"

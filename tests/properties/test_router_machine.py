"""Random lives of a centre: whatever callers, agents, lines and machines do, the invariants hold after every step.

`CCSERVER_PROPERTIES=large` draws many more and longer ones, with a new seed each time; the default is the same every time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.properties.plan import CORNER, CORNER_LINE, RELAY, RELAY_LINE
from tests.properties.world import AGENTS, OUTSIDE_NUMBERS, Phone, World
from tests.scenarios import stage as words

from ccserver.core import events
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import TransferKind, TransferTarget
from ccserver.core.ids import AgentId

IS_LARGE = os.environ.get("CCSERVER_PROPERTIES") == "large"
LINES = (
    words.SUPPORT_LINE,
    words.IVR_LINE,
    words.PRIVATE_LINE,
    words.CLOSED_LINE,
    words.TINY_LINE,
    words.BRIEF_LINE,
    words.LETTER_LINE,
    words.NO_LINE,
    words.PROMISE_LINE,
    RELAY_LINE,
    CORNER_LINE,
)
agents = st.sampled_from([AgentId(name) for name in AGENTS])
moments = st.sampled_from([0.001, 0.004, 0.01, 0.03, 0.2])
spans = st.sampled_from([1.0, 2.5, 4.0, 4.1, 9.0, 16.0, 61.0])
targets = st.one_of(
    st.sampled_from([words.SUPPORT, words.SALES, words.TINY, RELAY, CORNER, "nowhere"]).map(
        lambda queue: TransferTarget(TransferKind.QUEUE, queue)
    ),
    st.sampled_from(AGENTS).map(lambda agent: TransferTarget(TransferKind.AGENT, agent)),
    st.sampled_from([*OUTSIDE_NUMBERS, "+4420", "+442079460111"]).map(
        lambda number: TransferTarget(TransferKind.NUMBER, number)
    ),
)


class CentreMachine(RuleBasedStateMachine):
    """Every rule is a move of a person, of a line or of a machine."""

    @initialize(seed=st.integers(0, 2**16), ready=st.sets(st.sampled_from(AGENTS)))
    def opens(self, seed: int, ready: set[str]) -> None:
        self.world = World(seed)
        self.world.sim.run_for(timedelta(milliseconds=100))
        for name in sorted(ready):
            self.world.ask(events.SignInRequested(AgentId(name)))
            self.world.ask(events.ReadyRequested(AgentId(name)))

    def teardown(self) -> None:
        if hasattr(self, "world") and not self.world.is_broken:
            self.world.comes_to_rest()

    # -- time -----------------------------------------------------------------------------------------------------------

    @rule(seconds=moments)
    def moment_passes(self, seconds: float) -> None:
        self.world.sim.run_for(timedelta(seconds=seconds))

    @rule(seconds=spans)
    def time_passes(self, seconds: float) -> None:
        self.world.sim.run_for(timedelta(seconds=seconds))

    # -- callers --------------------------------------------------------------------------------------------------------

    @rule(dnis=st.sampled_from(LINES), ani=st.sampled_from([words.KNOWN_CALLER, "+442079460300", ""]))
    def caller_dials(self, dnis: str, ani: str) -> None:
        self.world.arrives(ani, dnis)

    @rule(dnis=st.sampled_from(LINES[:4]), seconds=moments)
    def caller_dials_and_is_heard(self, dnis: str, seconds: float) -> None:
        self.world.arrives("+442079460301", dnis)
        self.world.sim.run_for(timedelta(seconds=seconds))

    def _on_the_line(self) -> list[Phone]:
        return [caller for caller in self.world.callers if caller.talking]

    @precondition(lambda self: self._on_the_line())
    @rule(data=st.data())
    def caller_hangs_up(self, data: st.DataObject) -> None:
        self.world.hangs_up(data.draw(st.sampled_from(self._on_the_line())))

    @precondition(lambda self: self._on_the_line())
    @rule(data=st.data(), keys=st.text("1234#*9", min_size=1, max_size=6))
    def caller_presses(self, data: st.DataObject, keys: str) -> None:
        caller = data.draw(st.sampled_from(self._on_the_line()))
        for key in keys:
            for leg in caller.talking[:1]:
                self.world.sim.pbx.press(leg, key)

    # -- agents ---------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.sim.is_running)
    @rule(
        agent=agents,
        request=st.sampled_from(
            [
                events.SignInRequested,
                events.SignOutRequested,
                events.ReadyRequested,
                events.DesktopAttached,
                events.DesktopDetached,
                events.HoldRequested,
                events.RetrieveRequested,
                events.HangUpRequested,
            ]
        ),
    )
    def agent_asks(self, agent: AgentId, request: Callable[[AgentId], events.Event]) -> None:
        self.world.ask(request(agent))

    @precondition(lambda self: self.world.sim.is_running)
    @rule()
    def everybody_starts_work(self) -> None:
        for name in AGENTS:
            self.world.ask(events.SignInRequested(AgentId(name)))
            self.world.ask(events.ReadyRequested(AgentId(name)))

    @precondition(lambda self: self.world.sim.is_running)
    @rule(agent=agents, reason=st.sampled_from(["break", "", "nonsense"]))
    def agent_is_not_ready(self, agent: AgentId, reason: str) -> None:
        self.world.ask(events.NotReadyRequested(agent, reason))

    @precondition(lambda self: self.world.sim.is_running)
    @rule(agent=agents, where=targets)
    def agent_transfers(self, agent: AgentId, where: TransferTarget) -> None:
        self.world.ask(events.BlindTransferRequested(agent, where))

    @precondition(lambda self: self.world.sim.is_running)
    @rule(agent=agents, number=st.sampled_from([*OUTSIDE_NUMBERS, "+442079460111", "999"]), by_click=st.booleans())
    def agent_calls(self, agent: AgentId, number: str, by_click: bool) -> None:
        if by_click:
            self.world.calls_out(agent, number)
        else:
            self.world.dials(agent, number)

    @precondition(lambda self: self.world.sim.is_running)
    @rule(agent=agents, disposition=st.sampled_from(["solved", "", "nonsense"]), done=st.booleans())
    def agent_wraps_up(self, agent: AgentId, disposition: str, done: bool) -> None:
        item = self.world.sim.centre.agent(agent).work_item
        if item is not None:
            self.world.ask(events.WrapUpSaved(agent, item, disposition, "notes", done))

    def _ringing(self) -> list[Phone]:
        everybody = [*self.world.phones.values(), *self.world.outside.values()]
        return [phone for phone in everybody if phone.ringing]

    def _talking(self) -> list[Phone]:
        everybody = [*self.world.phones.values(), *self.world.outside.values()]
        return [phone for phone in everybody if phone.talking]

    @precondition(lambda self: self._ringing())
    @rule(data=st.data(), seconds=moments)
    def phone_is_taken(self, data: st.DataObject, seconds: float) -> None:
        self.world.takes(data.draw(st.sampled_from(self._ringing())))
        self.world.sim.run_for(timedelta(seconds=seconds))

    @precondition(lambda self: self._ringing())
    @rule(data=st.data())
    def phone_is_taken_unseen(self, data: st.DataObject) -> None:
        self.world.takes(data.draw(st.sampled_from(self._ringing())))

    @precondition(lambda self: self._ringing())
    @rule(data=st.data())
    def phone_refuses(self, data: st.DataObject) -> None:
        self.world.refuses(data.draw(st.sampled_from(self._ringing())))

    @precondition(lambda self: self._talking())
    @rule(data=st.data())
    def phone_hangs_up(self, data: st.DataObject) -> None:
        self.world.hangs_up(data.draw(st.sampled_from(self._talking())))

    @rule(agent=agents)
    def phone_vanishes(self, agent: AgentId) -> None:
        self.world.sim.pbx.unregister(agent)

    @rule(agent=agents)
    def phone_returns(self, agent: AgentId) -> None:
        self.world.sim.pbx.register(agent, self.world.phones[agent])

    # -- lines and machines ---------------------------------------------------------------------------------------------

    @rule(noticed_after=st.sampled_from([0.0, 0.02, 1.0, 4.0]))
    def call_control_is_lost(self, noticed_after: float) -> None:
        self.world.sim.lose_calls_link(timedelta(seconds=noticed_after))

    @precondition(lambda self: not self.world.sim.pbx.calls.is_up)
    @rule()
    def call_control_returns(self) -> None:
        self.world.sim.restore_calls_link()

    @rule()
    def phone_states_are_lost(self) -> None:
        self.world.sim.pbx.registrations.cut()

    @precondition(lambda self: not self.world.sim.pbx.registrations.is_up)
    @rule()
    def phone_states_return(self) -> None:
        if self.world.sim.is_running:
            self.world.sim.pbx.mend_registrations()

    @rule()
    def server_crashes(self) -> None:
        self.world.crashes()

    @precondition(lambda self: not self.world.sim.is_running)
    @rule()
    def server_starts(self) -> None:
        self.world.sim.start()

    @precondition(lambda self: not self.world.sim.is_running)
    @rule(seconds=spans)
    def server_starts_later(self, seconds: float) -> None:
        self.world.sim.run_for(timedelta(seconds=seconds))
        self.world.sim.start()

    @rule(seconds=st.sampled_from([0.0, 0.01, 1.0]))
    def server_crashes_and_starts(self, seconds: float) -> None:
        self.world.crashes()
        self.world.sim.run_for(timedelta(seconds=seconds))
        self.world.sim.start()

    @precondition(lambda self: self.world.sim.is_running)
    @rule(seconds=st.sampled_from([0.1, 5.0]))
    def pbx_restarts(self, seconds: float) -> None:
        self.world.sim.restart_pbx(timedelta(seconds=seconds))

    @rule(is_up=st.booleans())
    def customer_directory_comes_and_goes(self, is_up: bool) -> None:
        self.world.sim.is_directory_up = is_up

    @precondition(lambda self: self.world.sim.is_running)
    @rule(
        queue=st.sampled_from([None, None, words.SUPPORT, words.TINY, RELAY]),
        agent=st.sampled_from([None, None, "ann", "bob"]),
    )
    def plan_is_reloaded(self, queue: str | None, agent: str | None) -> None:
        self.world.reloads(lost_queue=queue, lost_agent=agent)

    @precondition(lambda self: self.world.recent)
    @rule(data=st.data())
    def event_comes_again(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(list(self.world.recent)), label="event")
        if not isinstance(event, events.TelephonyRestored | events.PbxAudited):
            self.world.repeat(event)

    # -- what holds after each of them; after every single step they were asked already -----------------------------------

    def _is_live(self) -> bool:
        return hasattr(self, "world") and self.world.sim.is_running

    @precondition(lambda self: self._is_live())
    @invariant()
    def i1_one_work_item_for_each_agent(self) -> None:
        self.world.watch.i1_one_work_item_for_each_agent()

    @precondition(lambda self: self._is_live())
    @invariant()
    def i2_every_interaction_is_in_one_place(self) -> None:
        self.world.watch.i2_every_interaction_is_in_one_place()

    @precondition(lambda self: self._is_live())
    @invariant()
    def i3_at_most_one_final_record(self) -> None:
        for key, records in self.world.sim.records.items():
            assert [record.is_final for record in records].count(True) <= 1, f"I3: final records of {key}"

    @precondition(lambda self: self._is_live())
    @invariant()
    def i5_every_transient_state_has_a_deadline(self) -> None:
        self.world.watch.i5_every_transient_state_has_a_deadline()

    @precondition(lambda self: self._is_live())
    @invariant()
    def i6_places_never_get_worse(self) -> None:
        self.world.watch.i6_places_never_get_worse()

    @precondition(lambda self: self._is_live())
    @invariant()
    def i7_nobody_waits_for_an_idle_agent(self) -> None:
        self.world.watch.i7_nobody_waits_for_an_idle_agent()

    @precondition(lambda self: self._is_live())
    @invariant()
    def i23_the_journal_is_the_memory(self) -> None:
        everything = self.world.sim.journal.everything()
        ended = {name.partition("/")[2] for name in everything if name.startswith("ended/")}
        assert ended == set(self.world.sim.centre.ended), "I23: other calls are over"
        kept = {name: row for name, row in everything.items() if not name.startswith(("boot/", "ended/"))}
        live = {name: row for name, row in self.world.rows().items() if not name.startswith("boot/")}
        assert kept == live, f"I23: {set(kept) ^ set(live)} or rows that differ"


CentreMachine.TestCase.settings = settings(
    max_examples=3000 if IS_LARGE else 60,
    stateful_step_count=100 if IS_LARGE else 50,
    deadline=None,
    derandomize=not IS_LARGE,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink] if IS_LARGE else [Phase.generate, Phase.shrink],
)
test_random_lives = pytest.mark.slow(pytest.mark.timeout(3600 if IS_LARGE else 120)(CentreMachine.TestCase))
__all__ = ["PortUnavailable", "test_random_lives"]

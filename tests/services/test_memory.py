"""Memory: what changed is written, what was written comes back."""

from __future__ import annotations

import pytest
from tests.core.playbook import ANN, IVR_DNIS, NODE, SUPPORT, SUPPORT_DNIS, Play, plan, queue, seconds, some

from ccserver.core import events
from ccserver.core.centre import Centre
from ccserver.core.commands import HangUpLeg
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Kernel, Outcome
from ccserver.core.plan import Exit, ExitKind, Figure, OverflowRule, Switch
from ccserver.core.timers import LookUpLimit
from ccserver.services import memory as memory_module
from ccserver.services.memory import Memory


class Disk:
    """Rows as a journal keeps them."""

    def __init__(self, play: Play) -> None:
        self.memory, self.rows = Memory(play.centre), dict[str, bytes]()

    def write(self, outcome: Outcome) -> set[str]:
        changes = self.memory.changes(outcome.touched, outcome.timers)
        for name, data in changes.items():
            if data is None:
                self.rows.pop(name, None)
            else:
                self.rows[name] = data
        return set(changes)


def test_a_call_comes_back_as_it_was() -> None:
    """Interaction, agent, work item and timers."""
    play = Play()
    disk = Disk(play)
    play.is_ready(ANN)
    play.calls()
    for outcome in play.outcomes:
        disk.write(outcome)
    again = Centre(plan())
    assert Memory(again).restore(disk.rows) == []
    assert again.interactions == play.centre.interactions
    assert again.agents == play.centre.agents
    assert again.work_items == play.centre.work_items
    assert again.timers == play.centre.timers
    assert again.legs == play.centre.legs
    assert again.waiting == play.centre.waiting


def test_the_restored_centre_goes_on() -> None:
    """The agent answers after the restart."""
    play = Play()
    disk = Disk(play)
    play.is_ready(ANN)
    play.calls()
    for outcome in play.outcomes:
        disk.write(outcome)
    again = Centre(plan())
    Memory(again).restore(disk.rows)
    again.nodes_up.add(NODE)
    Kernel(again).handle(events.LegAnswered(play.agent_leg()), play.now)
    assert again.interactions[InteractionId("c1")].state is InteractionState.CONNECTED


def test_an_ended_call_leaves_no_row() -> None:
    """But that of its id."""
    play = Play()
    disk = Disk(play)
    for outcome in (play.calls(IVR_DNIS), play.leaves()):
        disk.write(outcome)
    assert [name for name in disk.rows if not name.startswith("boot/")] == ["ended/c1"]


def test_a_leg_whose_hang_up_did_not_get_through_is_no_new_caller() -> None:
    """Ordered while the link was away, and then we died: it is hung up, and no second record takes the place of the first."""
    play = Play()
    disk = Disk(play)
    play.calls()
    play.hand(events.TelephonyLost(NODE))
    play.hand(events.InteractionGivenUp(InteractionId("c1"), events.Cause.NORMAL))
    play.passes(5)
    for outcome in play.outcomes:
        disk.write(outcome)
    again = Centre(plan())
    Memory(again).restore(disk.rows)
    leg = events.SnapshotLeg(LegId("leg-c1"), True, InteractionId("c1"), False, dnis=SUPPORT_DNIS)
    outcome = Kernel(again).handle(events.TelephonyRestored(events.PbxSnapshot(NODE, (leg,), boot="1")), play.now)
    assert [command.leg for command in some(outcome, HangUpLeg)] == ["leg-c1"]
    assert again.interactions == {}


def test_of_calls_that_are_over_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which they ended, over restarts; nothing grows for ever."""
    monkeypatch.setattr(memory_module, "MOST_ENDED", 3)
    play = Play()
    disk = Disk(play)
    for name in ("c1", "c2", "c3", "c4", "c5"):
        if name == "c5":
            disk.memory = Memory(play.centre)
            disk.memory.restore(disk.rows)
        disk.write(play.calls(IVR_DNIS, name))
        disk.write(play.leaves(name))
    assert sorted(name for name in disk.rows if name.startswith("ended/")) == ["ended/c3", "ended/c4", "ended/c5"]
    again = Centre(plan())
    Memory(again).restore(disk.rows)
    assert list(again.ended) == ["c3", "c4", "c5"]


def test_what_did_not_change_is_not_written_again() -> None:
    """Touched is not changed."""
    play = Play()
    disk = Disk(play)
    disk.write(play.calls())
    assert disk.write(play.hand(events.DigitReceived(play.interaction().customer_leg, "1"))) == set()  # type: ignore[arg-type]


def test_an_unreadable_row_is_named_and_left_out() -> None:
    """One bad row does not stop the start."""
    assert Memory(Centre(plan())).restore({"interaction/x": b"{", "agent/ann": b"[]", "ended/c1": b"x"}) == [
        "interaction/x",
        "agent/ann",
        "ended/c1",
    ]


def test_overflow_conditions_that_are_on_come_back() -> None:
    """A line that was too long is so till it is as short as the rule says, also over a restart."""
    long = Switch(SUPPORT, Figure.LENGTH, True, 2, 1)
    rule = OverflowRule(Exit(ExitKind.VOICEMAIL), seconds(3000), (long,))
    the_plan = plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=9, overflow=(rule,))})
    play = Play(the_plan)
    disk = Disk(play)
    play.calls(name="c1")
    play.calls(name="c2")
    play.leaves("c2")
    for outcome in play.outcomes:
        disk.write(outcome)
    again = Centre(the_plan)
    assert Memory(again).restore(disk.rows) == []
    assert again.switches == play.centre.switches == {long}
    kernel = Kernel(again)
    kernel.handle(events.TimerFired(LookUpLimit(InteractionId("c1"))), play.now)
    assert again.switches == {long}
    changed = disk.write(play.leaves("c1"))
    assert not play.centre.switches
    assert [name for name in changed if name.startswith("switch/")]
    assert not [name for name in disk.rows if name.startswith("switch/")]

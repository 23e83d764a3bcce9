"""The record: everything that is known, once and complete."""

from __future__ import annotations

from dataclasses import replace

from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    START,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    plan,
    queue,
    seconds,
)

from ccserver.core.customer import CustomerCard
from ccserver.core.events import (
    BlindTransferRequested,
    CustomerFound,
    DigitReceived,
    LegArrived,
    PlanChanged,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.ids import CustomerId, InteractionId, LegId
from ccserver.core.interaction import Interaction
from ccserver.core.notices import RecordMade
from ccserver.core.records import Direction, Document, InteractionRecord, Result
from ccserver.core.reporting.record import make_record

CARD = CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 12000.0)


def through_the_menu() -> Play:
    """A known customer talked with Ann and has just hung up."""
    play = Play()
    play.is_ready(ANN)
    play.calls(IVR_DNIS)
    play.hand(CustomerFound(InteractionId("c1"), CARD))
    play.prompt_ends(after=3)
    play.hand(DigitReceived(LegId("leg-c1"), "1"), after=1)
    play.agent_answers()
    play.passes(30)
    play.leaves()
    return play


def records(play: Play) -> list[InteractionRecord]:
    return [notice.record for notice in play.all(RecordMade)]


def test_the_record_carries_what_the_flow_collected() -> None:
    """Answers and the reason of contact."""
    record = records(through_the_menu())[0]
    assert (dict(record.ivr_answers), record.reason) == ({"choice": "1", "source": "ivr"}, "buying")


def test_the_record_names_the_customer() -> None:
    """As the directory knows the customer, not as the network does."""
    record = records(through_the_menu())[0]
    assert (record.customer, record.customer_name, record.tier) == ("7", "Wang Xiaoming", "gold")


def test_an_unknown_caller_is_named_by_the_network() -> None:
    """Better than nothing."""
    play = Play()
    play.hand(LegArrived(LegId("leg-c1"), NODE, InteractionId("c1"), "+4420", SUPPORT_DNIS, "W. Xiaoming"))
    play.leaves()
    record = records(play)[0]
    assert (record.customer, record.customer_name, record.customer_number) == (None, "W. Xiaoming", "+4420")


def test_the_first_revision_comes_with_the_customers_end() -> None:
    """The history does not wait for wrap-up."""
    (record,) = records(through_the_menu())
    assert (record.revision, record.is_final, record.result) == (1, False, Result.ANSWERED)


def test_wrap_up_adds_a_revision() -> None:
    """With disposition, notes and its segment; it is the last."""
    play = through_the_menu()
    item = play.interaction().open_work[0]
    play.hand(WrapUpSaved(ANN, item, "sold", "two of them", done=True), after=8)
    first, second = records(play)
    assert (second.revision, second.is_final) == (2, True)
    assert (second.disposition, second.notes) == ("sold", "two of them")
    assert second.length - first.length == seconds(8)


def test_the_end_is_that_of_the_last_work() -> None:
    """The customer left before."""
    play = through_the_menu()
    left = play.now
    play.passes(20)
    record = records(play)[-1]
    assert (record.customer_left_at, record.ended_at) == (left, left + seconds(20))


def test_an_interaction_without_a_stretch_ends_where_it_began() -> None:
    """The caller left in the instant of arrival."""
    one = Interaction(InteractionId("c1"), Direction.INBOUND, NODE, "", "", START)
    record = make_record(one, START)
    assert (record.started_at, record.customer_left_at, record.ended_at, record.length) == (
        START,
        START,
        START,
        seconds(0),
    )


def test_the_routing_decisions_are_in_the_record() -> None:
    """So every one can be explained later."""
    assert [d.outcome for d in records(through_the_menu())[0].decisions] == ["connected"]


def test_the_script_is_that_of_the_queue_of_the_talk() -> None:
    """As it was when the call was offered: a new plan does not change what the agent has in front."""
    play = Play(plan(queues={SUPPORT: replace(queue(SUPPORT, "support"), script="before")}))
    play.is_ready(ANN)
    play.calls()
    play.hand(PlanChanged(plan(epoch=2, queues={SUPPORT: replace(queue(SUPPORT, "support"), script="after")})))
    play.agent_answers()
    play.leaves()
    assert records(play)[0].script == "before"


def test_a_call_that_nobody_took_followed_no_script() -> None:
    """Though the queue has one."""
    play = Play(plan(queues={SUPPORT: replace(queue(SUPPORT, "support"), script="greeting")}))
    play.is_ready(ANN)
    play.calls()
    play.leaves()
    assert records(play)[0].script == ""


def test_attached_documents_are_in_the_record() -> None:
    """Of every agent who had the call, in their order."""
    play = Play()
    play.talks(ANN)
    play.is_ready(BOB)
    first, second = Document("Order", "A-7"), Document("Offer", "https://crm.example/o/1")
    play.hand(WrapUpSaved(ANN, play.interaction().open_work[0], "", "", False, (first,)))
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    play.agent_answers()
    play.hand(WrapUpSaved(BOB, play.interaction().open_work[1], "", "", False, (second, first)))
    play.leaves()
    assert records(play)[0].documents == (first, second)


def test_who_abandons_leaves_the_queue_in_the_record() -> None:
    """And no agent."""
    play = Play()
    play.calls()
    play.passes(5)
    play.leaves()
    record = records(play)[0]
    assert (record.queue, record.agent, record.result, record.end_cause) == (
        SUPPORT,
        None,
        Result.ABANDONED,
        "normal",
    )


def test_a_recorded_call_names_its_recording() -> None:
    """Only if it was ever connected: there is nothing to hear of the others."""
    recorded_entry = replace(entry(SUPPORT_DNIS, to=SUPPORT), is_recorded=True)
    play = Play(plan(entry_points={SUPPORT_DNIS: recorded_entry}))
    play.talks()
    play.calls(name="c2")
    play.leaves("c1")
    play.leaves("c2")
    by_name = {made.record.id: made.record.recordings for made in play.all(RecordMade)}
    assert by_name == {"c1": ("call-c1",), "c2": ()}

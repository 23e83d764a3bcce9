"""Work: withdrawn offers, the end of talk, wrap-up, its limits, the agent's result."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core.playbook import ANN, BOB, NODE, SUPPORT, Play, only, plan, queue, seconds, some

from ccserver.core.commands import RingAgent
from ccserver.core.errors import Refused
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    HangUpRequested,
    LegAnswered,
    PhoneReachable,
    SignInRequested,
    TimerFired,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.ids import InteractionId, LegId, QueueId, WorkItemId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import RecordMade, TalkEnded, WorkItemChanged
from ccserver.core.plan import AgentProfile, Plan
from ccserver.core.records import MOST_DOCUMENTS, Document, SegmentKind
from ccserver.core.timers import RingLimit, WrapUpLimit
from ccserver.core.work import wrap_up_limit
from ccserver.core.work_item import WorkItem, WorkState


def with_limits(support: float, own: float | None = None) -> Plan:
    agent = AgentProfile(ANN, "Ann", "1001", {"support": 5}, wrap_up_limit=None if own is None else seconds(own))
    return plan(agents={ANN: agent}, queues={SUPPORT: queue(SUPPORT, "support", wrap_up_limit=seconds(support))})


def talked(the_plan: Plan | None = None, length: float = 30) -> Play:
    """Ann talked; the caller has just hung up."""
    play = Play(the_plan)
    play.talks()
    play.passes(length)
    play.leaves()
    return play


def item_of(play: Play) -> WorkItem:
    item = play.centre.current_work(ANN)
    assert item is not None
    return item


def save(play: Play, disposition: str = "sold", *, done: bool = True, notes: str = "") -> None:
    play.hand(WrapUpSaved(ANN, item_of(play).id, disposition, notes, done))


# -- the end of talk ----------------------------------------------------------------------------------------------------


def test_the_end_of_the_talk_tells_its_length() -> None:
    """From the connection to the end."""
    assert only(talked().outcomes[-1], TalkEnded).talked == seconds(30)


def test_wrap_up_begins_with_the_end_of_the_talk() -> None:
    """Its limit is the queue's, and its end is known to the page."""
    play = talked()
    item = item_of(play)
    assert item.state is WorkState.WRAP_UP
    assert item.wrap_up_ends_at == play.now + seconds(20) == play.centre.timers[WrapUpLimit(item.id)]


def test_who_wraps_up_gets_no_call() -> None:
    """Not before its end."""
    play = talked()
    play.calls(name="c2")
    assert play.rung() == [ANN]
    play.passes(20)
    assert play.rung() == [ANN, ANN]


def test_without_wrap_up_the_agent_is_free_at_once() -> None:
    """The next caller is offered in the same step."""
    play = Play(with_limits(0))
    play.talks()
    play.calls(name="c2")
    assert only(play.leaves(), RingAgent).interaction == "c2"


def test_without_wrap_up_the_record_is_final_at_once() -> None:
    """One revision, no wrap-up segment."""
    (made,) = some(talked(with_limits(0)).outcomes[-1], RecordMade)
    assert made.record.is_final
    assert SegmentKind.WRAP_UP not in {segment.kind for segment in made.record.segments}


# -- limits -------------------------------------------------------------------------------------------------------------


def test_wrap_up_ends_by_its_limit() -> None:
    """The agent is free, the record complete."""
    play = talked()
    play.passes(20)
    assert play.centre.current_work(ANN) is None
    record = play.all(RecordMade)[-1].record
    assert record.is_final
    assert [s.length for s in record.segments if s.kind is SegmentKind.WRAP_UP] == [seconds(20)]


@pytest.mark.parametrize(("support", "own", "limit"), [(20, None, 20), (20, 90, 90), (20, 0, 0), (0, 10, 10)])
def test_an_agents_own_limit_goes_before_the_queues(support: float, own: float | None, limit: float) -> None:
    """Also when it is zero."""
    play = Play(with_limits(support, own))
    play.talks()
    assert wrap_up_limit(play.centre, item_of(play)) == seconds(limit)


@pytest.mark.parametrize("key", [None, QueueId("gone")])
def test_calls_through_no_queue_have_the_centres_limit(key: QueueId | None) -> None:
    """Also those of a queue that is gone."""
    play = Play()
    item = WorkItem(WorkItemId("w"), InteractionId("c1"), ANN, LegId("l"), key, play.now)
    assert wrap_up_limit(play.centre, item) == seconds(30)


def test_an_agent_who_is_gone_has_the_queues_limit() -> None:
    """Taken out of the plan while talking."""
    play = Play()
    play.talks()
    item = item_of(play)
    item.agent = BOB
    play.centre.plan = plan(agents={})
    assert wrap_up_limit(play.centre, item) == seconds(20)


def test_a_limit_that_fires_after_the_wrap_up_changes_nothing() -> None:
    """Its timer was on its way."""
    play = talked()
    key = WrapUpLimit(item_of(play).id)
    save(play)
    play.centre.timers[key] = play.now
    assert play.hand(TimerFired(key)).notices == []


# -- the agent's result -------------------------------------------------------------------------------------------------


def test_what_is_saved_goes_into_the_history() -> None:
    """Disposition and notes."""
    play = talked()
    save(play, "sold", notes="two of them")
    record = play.all(RecordMade)[-1].record
    assert (record.disposition, record.notes) == ("sold", "two of them")


def test_saving_ends_the_wrap_up_when_it_is_done() -> None:
    """No limit runs on."""
    play = talked()
    key = WrapUpLimit(item_of(play).id)
    save(play)
    assert play.centre.current_work(ANN) is None
    assert key not in play.centre.timers


def test_a_draft_does_not_end_it() -> None:
    """The page saves what is there so far."""
    play = talked()
    save(play, "", notes="two", done=False)
    assert item_of(play).state is WorkState.WRAP_UP
    play.passes(20)
    assert play.all(RecordMade)[-1].record.notes == "two"


def test_a_draft_may_be_saved_while_talking() -> None:
    """Agents write as they listen."""
    play = Play()
    play.talks()
    save(play, "sold", notes="t", done=False)
    assert (item_of(play).disposition, play.interaction().notes) == ("sold", "t")


def test_a_draft_without_a_disposition_keeps_the_one_there_is() -> None:
    """Only the notes are new."""
    play = talked()
    save(play, "sold", done=False)
    save(play, "", notes="more", done=False)
    assert (item_of(play).disposition, item_of(play).notes) == ("sold", "more")


def test_a_draft_tells_the_page() -> None:
    """Other pages of the agent redraw."""
    play = talked()
    outcome = play.hand(WrapUpSaved(ANN, item_of(play).id, "sold", "", done=False))
    assert only(outcome, WorkItemChanged).state == "wrap_up"


@pytest.mark.parametrize("disposition", ["anything", ""])
def test_where_no_dispositions_are_listed_any_will_do(disposition: str) -> None:
    """The plan decides how strict it is."""
    play = talked(plan(queues={SUPPORT: queue(SUPPORT, "support", dispositions=())}))
    save(play, disposition)
    assert play.all(RecordMade)[-1].record.disposition == disposition


def test_a_call_through_no_queue_takes_any_disposition() -> None:
    """There is no list for it."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("c1"), NODE))
    play.agent_answers()
    save(play, "anything", done=False)
    assert item_of(play).disposition == "anything"


def test_a_disposition_that_is_not_listed_is_refused() -> None:
    """With those that are."""
    play = talked()
    with pytest.raises(Refused, match="one of: sold, not_sold"):
        save(play, "nonsense")
    assert item_of(play).disposition == ""


def test_while_talking_nothing_is_done() -> None:
    """End the call first."""
    play = Play()
    play.talks()
    with pytest.raises(Refused, match="still_talking"):
        save(play)


@pytest.mark.parametrize("agent", [ANN, BOB])
def test_others_work_and_closed_work_are_refused(agent: str) -> None:
    """Bob's hand on Ann's call, or Ann's after the limit."""
    play = talked()
    item = item_of(play).id
    if agent == ANN:
        play.passes(20)
    with pytest.raises(Refused, match="no_such_work"):
        play.hand(WrapUpSaved(agent, item, "sold", "", done=True))  # type: ignore[arg-type]


# -- several agents -----------------------------------------------------------------------------------------------------


def test_the_wrap_up_of_a_transferred_call_ends_before_the_call() -> None:
    """It lies beside the second talk, and no record is written for it."""
    play = Play()
    play.talks()
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    play.agent_answers()
    play.passes(20)
    assert play.all(RecordMade) == []
    assert [s.agent for s in play.interaction().segments if s.kind is SegmentKind.WRAP_UP] == [ANN]


def test_the_record_is_final_when_the_last_wrap_up_is() -> None:
    """Two agents, one after the other."""
    play = Play()
    play.talks()
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    play.agent_answers()
    play.passes(5)
    play.leaves()
    play.passes(30)
    assert [made.record.is_final for made in play.all(RecordMade)] == [False, False, True]
    assert play.centre.interactions == {}


def test_a_withdrawn_offer_frees_the_agent_without_wrap_up() -> None:
    """Nobody talked."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    item = item_of(play).id
    play.leaves()
    assert play.centre.current_work(ANN) is None
    assert RingLimit(item) not in play.centre.timers
    assert play.centre.work_items == {}


def test_who_paused_before_is_not_free_after_the_call() -> None:
    """A call of one's own during a pause ends in the pause."""
    play = Play()
    play.hand(PhoneReachable(ANN))
    play.hand(SignInRequested(ANN))
    play.calls(name="c2")
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("c1"), NODE))
    play.agent_answers()
    play.hand(HangUpRequested(ANN))
    save(play, "")
    assert play.state("c2") is InteractionState.QUEUED


def test_an_agent_who_answers_is_at_work_before_the_customer_is() -> None:
    """Click to call: dialling belongs to the work."""
    play = Play()
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, "+442079460999", InteractionId("c1"), NODE))
    play.agent_answers()
    assert item_of(play).state is WorkState.CONNECTED
    assert play.state() is InteractionState.CALLING
    play.hand(LegAnswered(play.interaction().customer_leg or LegId("")), after=4)
    assert item_of(play).connected_at == play.now - timedelta(seconds=4)


def attached(play: Play, *references: str) -> list[str]:
    """What the call has after these were attached."""
    documents = tuple(Document(reference, reference) for reference in references)
    play.hand(WrapUpSaved(ANN, item_of(play).id, "", "", False, documents))
    return [document.reference for document in play.interaction().documents]


def test_documents_are_replaced_by_those_attached_last() -> None:
    """What the agent took off again is gone, and none is there twice."""
    play = Play()
    play.talks()
    attached(play, "a", "b")
    assert attached(play, "b", "c", "c") == ["b", "c"]


def test_saving_without_documents_leaves_them() -> None:
    """An older page does not know of them."""
    play = Play()
    play.talks()
    attached(play, "a")
    play.hand(WrapUpSaved(ANN, item_of(play).id, "", "more notes", False))
    assert [document.reference for document in play.interaction().documents] == ["a"]


def test_more_documents_than_there_is_room_for_are_refused() -> None:
    """Nothing has changed then, the notes neither."""
    play = Play()
    play.talks()
    attached(play, "a")
    many = tuple(Document(str(n), str(n)) for n in range(MOST_DOCUMENTS + 1))
    with pytest.raises(Refused, match="too_many_documents"):
        play.hand(WrapUpSaved(ANN, item_of(play).id, "", "new", False, many))
    assert (play.interaction().notes, [d.reference for d in play.interaction().documents]) == ("", ["a"])


# -- several agents -----------------------------------------------------------------------------------------------------


def sent_on(target: TransferTarget) -> Play:
    """Ann talked, chose and wrote, and sent the caller on; Bob talks."""
    play = Play()
    play.talks(ANN)
    play.hand(WrapUpSaved(ANN, item_of(play).id, "sold", "wants two", done=False))
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, target))
    play.agent_answers()
    return play


def bobs_item(play: Play) -> WorkItem:
    item = play.centre.current_work(BOB)
    assert item is not None
    return item


@pytest.mark.parametrize(
    "target", [TransferTarget(TransferKind.AGENT, BOB), TransferTarget(TransferKind.QUEUE, SUPPORT)]
)
def test_the_second_agent_is_told_who_sent_the_caller_on(target: TransferTarget) -> None:
    """Straight or through a queue."""
    assert bobs_item(sent_on(target)).transferred_by == ANN


def test_notes_of_two_agents_stand_side_by_side() -> None:
    """Each with its author; neither overwrites the other, whoever writes last."""
    play = sent_on(TransferTarget(TransferKind.AGENT, BOB))
    play.hand(WrapUpSaved(BOB, bobs_item(play).id, "", "takes three", done=False))
    play.hand(WrapUpSaved(ANN, item_of(play).id, "", "wants two, or three", done=False))
    assert play.interaction().notes == "Ann: wants two, or three\n\nBob: takes three"
    assert play.interaction().disposition == "sold"
    assert bobs_item(play).notes == "takes three"


def test_an_author_who_left_the_plan_goes_by_the_id() -> None:
    """A reload during the call."""
    play = sent_on(TransferTarget(TransferKind.AGENT, BOB))
    play.centre.plan = plan(agents={BOB: play.centre.plan.agents[BOB]})
    play.hand(WrapUpSaved(BOB, bobs_item(play).id, "", "takes three", done=False))
    assert play.interaction().notes == "ann: wants two\n\nBob: takes three"


def test_the_colleague_is_shown_what_is_saved() -> None:
    """As soon as it is: whoever has the customer now may read it."""
    play = sent_on(TransferTarget(TransferKind.AGENT, BOB))
    outcome = play.hand(WrapUpSaved(ANN, item_of(play).id, "", "wants four", done=False))
    assert [notice.agent for notice in some(outcome, WorkItemChanged)] == [ANN, BOB]


def test_a_second_talk_of_the_same_agent_keeps_the_first_notes() -> None:
    """The caller comes back to Ann: the author is the same, so nobody is named."""
    play = sent_on(TransferTarget(TransferKind.AGENT, BOB))
    play.hand(WrapUpSaved(ANN, item_of(play).id, "", "wants two", done=True))
    play.hand(BlindTransferRequested(BOB, TransferTarget(TransferKind.AGENT, ANN)))
    play.agent_answers()
    assert item_of(play).transferred_by == BOB
    play.hand(WrapUpSaved(ANN, item_of(play).id, "", "agreed", done=False))
    assert play.interaction().notes == "wants two\n\nagreed"

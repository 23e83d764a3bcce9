"""Counts of the day: folded from notices, filled from the history, empty at midnight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core.playbook import ANN, BOB, IVR_DNIS, NODE, SALES, SUPPORT, Play

from ccserver.core.events import BlindTransferRequested, CallRequested, LegEnded, TransferKind, TransferTarget
from ccserver.core.ids import InteractionId
from ccserver.core.notices import JoinedQueue, LeftQueue, Notice, RecordMade, TalkStarted
from ccserver.core.records import InteractionRecord
from ccserver.services.today import MOST_TIERS, OTHER, Counts, Today

ONE = InteractionId("c1")


def left(how: str, waited: float = 5, tier: str = "gold", call: InteractionId = ONE) -> LeftQueue:
    return LeftQueue(call, SUPPORT, tier, timedelta(seconds=waited), how)


def test_who_joins_is_offered() -> None:
    """To the queue; the tier is known when the caller leaves."""
    today = Today()
    today.take(JoinedQueue(ONE, SUPPORT, 1))
    assert today.queues[SUPPORT] == Counts(offered=1)
    assert today.tiers == {}


@pytest.mark.parametrize(
    ("how", "waited", "counts"),
    [
        ("connected", 5, Counts(answered=1, within_target=1)),
        ("connected", 20, Counts(answered=1, within_target=1)),
        ("connected", 21, Counts(answered=1)),
        ("abandoned", 5, Counts(abandoned=1)),
        ("overflowed", 5, Counts()),
        ("transferred", 5, Counts()),
    ],
)
def test_how_a_caller_leaves_counts(how: str, waited: float, counts: Counts) -> None:
    """Twenty seconds is the target where none is given; the limit itself is in time."""
    today = Today()
    today.take(left(how, waited))
    assert today.queues[SUPPORT] == counts


def test_the_target_is_the_queues() -> None:
    """As the plan has it."""
    today = Today(targets={SUPPORT: timedelta(seconds=60)})
    today.take(left("connected", 45))
    assert today.queues[SUPPORT].within_target == 1


def test_tiers_are_counted_apart() -> None:
    """Each with those it was offered."""
    today = Today()
    today.take(left("connected", tier="gold"))
    today.take(left("abandoned", tier="", call=InteractionId("c2")))
    assert today.tiers == {
        (SUPPORT, "gold"): Counts(offered=1, answered=1, within_target=1),
        (SUPPORT, ""): Counts(offered=1, abandoned=1),
    }


def test_tiers_of_free_text_do_not_grow_without_end() -> None:
    """Later ones are counted together; midnight makes room."""
    today = Today()
    for serial in range(MOST_TIERS + 30):
        today.take(left("abandoned", tier=f"tier {serial}", call=InteractionId(f"c{serial}")))
    assert (len(today.tiers), today.tier(SUPPORT, OTHER).abandoned) == (MOST_TIERS + 1, 30)
    today.begin_anew()
    today.take(left("abandoned", tier="new", call=InteractionId("next")))
    assert today.tier(SUPPORT, "new").abandoned == 1


def test_a_call_that_is_transferred_counts_once() -> None:
    """Ann gives it to Bob, in the same queue: one call, answered once, within the target once."""
    play = Play()
    play.is_ready(ANN, BOB)
    play.calls()
    play.agent_answers()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    play.agent_answers()
    play.leaves()
    today = Today()
    for outcome in play.outcomes:
        for notice in outcome.notices:
            today.take(notice)
    assert [type(notice) for notice in play.all(JoinedQueue)] == [JoinedQueue, JoinedQueue]
    assert today.queues[SUPPORT] == Counts(offered=1, answered=1, within_target=1)
    assert today.tier(SUPPORT, "") == Counts(offered=1, answered=1, within_target=1)


def test_a_question_about_a_tier_leaves_no_row() -> None:
    """A caller whose card is not there yet waits without a tier for a moment."""
    today = Today()
    assert (today.tier(SUPPORT, ""), today.tiers) == (Counts(), {})


def test_other_notices_do_not_count() -> None:
    """A talk is counted where the queue is left."""
    today = Today()
    play = Play()
    play.talks()
    today.take(play.all(TalkStarted)[0])
    assert today.queues == {}


def test_the_service_level_counts_abandoned_callers_against() -> None:
    """One of three answered in time."""
    assert Counts(answered=2, abandoned=1, within_target=1).service_level_ratio == pytest.approx(1 / 3)


def test_before_the_first_call_there_is_no_service_level() -> None:
    """Neither good nor bad."""
    assert Counts(offered=1).service_level_ratio is None


def test_midnight_begins_anew() -> None:
    """Targets stay."""
    today = Today(targets={SUPPORT: timedelta(seconds=60)})
    today.take(left("connected"))
    today.begin_anew()
    assert (today.queues, today.tiers) == ({}, {})
    assert SUPPORT in today.targets


# -- from the history ---------------------------------------------------------------------------------------------------


def record(play: Play) -> InteractionRecord:
    return play.all(RecordMade)[-1].record


def answered(waited: float) -> Play:
    """Support answers after this wait, and the customer leaves after a talk."""
    play = Play()
    play.calls()
    play.passes(waited - 1)
    play.is_ready(ANN)
    play.agent_answers()
    play.passes(60)
    play.leaves()
    return play


def abandoned() -> Play:
    play = Play()
    play.calls()
    play.passes(5)
    play.leaves()
    return play


def overflowed() -> Play:
    play = Play()
    play.calls()
    play.passes(300)
    play.prompt_ends()
    play.leaves()
    play.passes(5)
    return play


@pytest.mark.parametrize(
    ("play", "counts"),
    [
        (answered(5), Counts(offered=1, answered=1, within_target=1)),
        (answered(30), Counts(offered=1, answered=1)),
        (abandoned(), Counts(offered=1, abandoned=1)),
    ],
)
def test_a_record_counts_as_its_notices_did(play: Play, counts: Counts) -> None:
    """After a restart the figures are the same as before it."""
    live, again = Today(), Today()
    for outcome in play.outcomes:
        for notice in outcome.notices:
            live.take(notice)
    again.recount([record(play)])
    assert live.queues[SUPPORT] == again.queues[SUPPORT] == counts
    assert live.tiers == again.tiers


def test_who_never_waited_does_not_count() -> None:
    """Gone in the menu, or called by an agent."""
    menu = Play()
    menu.calls(IVR_DNIS)
    menu.leaves()
    out = Play()
    out.is_ready(ANN)
    out.hand(CallRequested(ANN, "+442079460999", ONE, NODE))
    out.hand(LegEnded(out.agent_leg()))
    today = Today()
    today.recount([record(menu), record(out)])
    assert today.queues == {}


def test_a_record_with_another_end_is_only_offered() -> None:
    """Sent away, or left a message."""
    today = Today()
    today.recount([record(overflowed())])
    assert today.queues[SUPPORT] == Counts(offered=1)
    assert today.queues[SALES] == Counts()


def one_call() -> Play:
    """A caller who waited and left."""
    play = Play()
    play.calls()
    play.passes(5)
    play.leaves()
    return play


def notices_of(play: Play) -> list[Notice]:
    return [notice for outcome in play.outcomes for notice in outcome.notices]


def record_of(play: Play) -> InteractionRecord:
    return play.all(RecordMade)[-1].record


def test_a_call_that_ends_before_the_recount_counts_once() -> None:
    """It is told by its notices, and the history has it already."""
    today, play = Today(), one_call()
    for notice in notices_of(play):
        today.take(notice)
    today.recount([record_of(play)])
    assert today.queues[SUPPORT] == Counts(offered=1, abandoned=1)


@pytest.mark.parametrize("heard_from", [JoinedQueue, LeftQueue, RecordMade])
def test_a_call_that_crossed_a_restart_counts_whole(heard_from: type) -> None:
    """Whatever was heard of it since the start; the history has its record before the recount or not."""
    notices = notices_of(one_call())
    since = next(at for at, notice in enumerate(notices) if isinstance(notice, heard_from))
    for records in ([], [record_of(one_call())]):
        today = Today()
        for notice in notices[since:]:
            today.take(notice)
        today.recount(records)
        assert today.queues[SUPPORT] == Counts(offered=1, abandoned=1)


def test_wrap_up_after_a_restart_is_no_second_call() -> None:
    """The call itself was over before; the history has it."""
    today, play = Today(), Play()
    play.talks()
    play.leaves()
    play.passes(60)
    today.take(play.all(RecordMade)[-1])
    today.recount([record_of(play)])
    assert today.queues[SUPPORT] == Counts(offered=1, answered=1, within_target=1)

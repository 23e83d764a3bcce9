"""A transfer that nobody takes: back to the agent who made it, else into a queue; the customer is not hung up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    NODE,
    SALES,
    SORRY,
    SUPPORT,
    Play,
    only,
    plan,
    profile,
    queue,
    seconds,
    some,
)

from ccserver.core.commands import ConnectLegs, HangUpLeg, PlayPrompt, RingAgent, StartMusic
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    Cause,
    HangUpRequested,
    LegAnswered,
    LegEnded,
    NotReadyRequested,
    PhoneReachable,
    PhoneUnreachable,
    SignInRequested,
    TelephonyLost,
    TransferFailed,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.fallback_events import PhoneBusy
from ccserver.core.ids import AgentId, InteractionId, LegId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import JoinedQueue, LeftQueue, PositionAnnounced
from ccserver.core.plan import Exit, ExitKind, Plan
from ccserver.core.timers import AnnouncementDue, MaxWait
from ccserver.core.why import Why, WhyCode
from ccserver.core.work_item import WorkItem, WorkState

OUTSIDE = "+442079460999"
TO_BOB = TransferTarget(TransferKind.AGENT, BOB)
TO_OUTSIDE = TransferTarget(TransferKind.NUMBER, OUTSIDE)


def inbound(the_plan: Plan | None = None) -> Play:
    """A caller talks with Ann."""
    play = Play(the_plan)
    play.talks(ANN)
    return play


def outbound(the_plan: Plan | None = None, *, is_ready: bool = True) -> Play:
    """Ann called a customer and talks."""
    play = Play(the_plan)
    if is_ready:
        play.is_ready(ANN)
    else:
        play.hand(PhoneReachable(ANN))
        play.hand(SignInRequested(ANN))
    play.hand(CallRequested(ANN, OUTSIDE, InteractionId("c1"), NODE))
    play.agent_answers()
    play.hand(LegAnswered(play.interaction().customer_leg or LegId("")))
    return play


def sent_to_bob(play: Play) -> None:
    """Ann has just sent the customer to Bob."""
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TO_BOB))


def is_missed(play: Play, after: float = 10) -> Outcome:
    """Nobody takes the phone that rings."""
    return play.hand(LegEnded(play.agent_leg(), Cause.NO_ANSWER), after)


def missed_by_bob(play: Play) -> Outcome:
    """Ann sends the customer to Bob, who does not take the phone."""
    sent_to_bob(play)
    return is_missed(play)


def missed_outside(play: Play, cause: Cause = Cause.BUSY) -> Outcome:
    """Ann sends the customer to a number that is not reached."""
    play.hand(BlindTransferRequested(ANN, TO_OUTSIDE))
    leg = play.interaction().forwarded_leg
    assert leg is not None
    return play.hand(LegEnded(leg, cause))


def work_of(play: Play, agent: AgentId) -> WorkItem:
    item = play.centre.current_work(agent)
    assert item is not None
    return item


# -- to the agent who made it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [inbound, outbound])
def test_the_phone_of_who_sent_the_customer_on_rings_again(start: type[Play]) -> None:
    """The wrap-up of this very call is no hindrance."""
    play = start()
    assert only(missed_by_bob(play), RingAgent).agent == ANN
    assert work_of(play, ANN).state is WorkState.OFFERED


@pytest.mark.parametrize("start", [inbound, outbound])
def test_the_two_talk_again(start: type[Play]) -> None:
    """With the customer's leg as it was."""
    play = start()
    missed_by_bob(play)
    customer, agent = play.interaction().customer_leg, play.agent_leg()
    assert only(play.agent_answers(), ConnectLegs).legs == (customer, agent)


@pytest.mark.parametrize("start", [inbound, outbound])
@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_ANSWER, Cause.INVALID_NUMBER])
def test_a_number_not_reached_gives_the_customer_back(start: type[Play], cause: Cause) -> None:
    """As a colleague does."""
    play = start()
    assert only(missed_outside(play, cause), RingAgent).agent == ANN
    assert play.state() is InteractionState.OFFERED


def test_the_agent_is_told_why() -> None:
    """On the page by a code and the colleague; in the log by a sentence."""
    play = inbound()
    missed_by_bob(play)
    item = work_of(play, ANN)
    assert (item.why, item.explanation) == (
        Why(WhyCode.RETURNED, by=BOB),
        "back to ann: bob did not take the transfer",
    )


def test_of_a_number_the_sentence_has_no_digits() -> None:
    """Logs do not name customers' numbers."""
    play = inbound()
    missed_outside(play)
    assert work_of(play, ANN).explanation == "back to ann: the number did not take the transfer"


def test_what_the_agent_wrote_is_still_there() -> None:
    """Notes and result of the wrap-up go on into the new work."""
    play = inbound()
    sent_to_bob(play)
    play.hand(WrapUpSaved(ANN, work_of(play, ANN).id, "sold", "wants two", done=False))
    is_missed(play)
    assert (work_of(play, ANN).disposition, work_of(play, ANN).notes) == ("sold", "wants two")


def test_the_agent_whose_wrap_up_is_over_is_rung_too() -> None:
    """Ready, and without other work."""
    play = inbound()
    sent_to_bob(play)
    play.hand(WrapUpSaved(ANN, work_of(play, ANN).id, "sold", "", done=True))
    is_missed(play)
    assert work_of(play, ANN).state is WorkState.OFFERED


def test_who_called_while_not_ready_is_rung() -> None:
    """Calls out are made in any presence, and the customer is the agent's own."""
    play = outbound(is_ready=False)
    missed_by_bob(play)
    assert work_of(play, ANN).state is WorkState.OFFERED


@pytest.mark.parametrize("name", ["c1", "nobody"])
def test_a_call_that_went_on_is_left_alone(name: str) -> None:
    """The report of a failure came too late."""
    play = inbound()
    assert play.hand(TransferFailed(InteractionId(name))).telephony == []


def test_a_declined_transfer_returns_at_once() -> None:
    """Not only one that rang in vain."""
    play = outbound()
    sent_to_bob(play)
    assert only(play.hand(HangUpRequested(BOB)), RingAgent).agent == ANN


def test_a_phone_whose_call_has_just_ended_is_rung_though_it_counts_as_in_use() -> None:
    """A busy number says so sooner than the agent's own phone says that it is free."""
    play = inbound()
    play.hand(PhoneBusy(ANN))
    assert only(missed_outside(play), RingAgent).agent == ANN


# -- to a queue ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [inbound, outbound])
def test_who_does_not_come_to_the_phone_again_is_not_waited_for(start: type[Play]) -> None:
    """The customer waits in a queue, where anybody may take the call."""
    play = start()
    missed_by_bob(play)
    is_missed(play)
    assert play.state() is InteractionState.QUEUED


def test_anybody_of_the_queue_may_take_it_then() -> None:
    """Cem never heard of it before."""
    play = inbound()
    missed_by_bob(play)
    is_missed(play)
    play.is_ready(CEM)
    assert play.rung() == [ANN, BOB, ANN, CEM]


@pytest.mark.parametrize("start", [inbound, outbound])
def test_an_agent_on_the_way_out_is_not_rung(start: type[Play]) -> None:
    """Asked for a pause after the call."""
    play = start()
    play.hand(NotReadyRequested(ANN, "lunch"))
    missed_by_bob(play)
    assert play.state() is InteractionState.QUEUED


@pytest.mark.parametrize("gone", [PhoneUnreachable(ANN), PhoneBusy(ANN)])
def test_an_agent_without_a_free_phone_is_not_rung(gone: PhoneUnreachable | PhoneBusy) -> None:
    """There is nothing that could ring."""
    play = inbound()
    sent_to_bob(play)
    play.hand(gone)
    is_missed(play)
    assert play.state() is InteractionState.QUEUED


def test_an_agent_in_another_call_is_not_rung() -> None:
    """Somebody else has the call in front by then."""
    play = inbound()
    sent_to_bob(play)
    play.hand(WrapUpSaved(ANN, work_of(play, ANN).id, "sold", "", done=True))
    play.calls(name="c2")
    play.agent_answers("c2")
    is_missed(play)
    assert play.state() is InteractionState.QUEUED


def test_an_agent_who_is_no_longer_in_the_plan_is_not_rung() -> None:
    """A plan may change meanwhile."""
    play = outbound()
    sent_to_bob(play)
    play.centre.plan = plan(agents={BOB: profile(BOB, support=5)})
    is_missed(play)
    assert (play.state(), play.interaction().last_queue) == (InteractionState.QUEUED, SALES)


def test_the_customer_of_a_call_out_waits_in_the_queue_of_its_agent() -> None:
    """The first whose skills the agent has, with music."""
    play = outbound(plan(agents={ANN: profile(ANN, support=5), BOB: profile(BOB, support=5)}))
    play.hand(NotReadyRequested(ANN, "lunch"))
    outcome = missed_by_bob(play)
    assert play.interaction().last_queue == SUPPORT
    assert only(outcome, StartMusic).leg == play.interaction().customer_leg
    assert play.interaction().customer_leg not in [each.leg for each in some(outcome, HangUpLeg)]


def test_an_agent_for_no_queue_has_the_first() -> None:
    """Better than a good-bye."""
    play = outbound(plan(agents={ANN: profile(ANN), BOB: profile(BOB, support=5)}))
    play.hand(NotReadyRequested(ANN, "lunch"))
    missed_outside(play)
    assert (play.state(), play.interaction().last_queue) == (InteractionState.QUEUED, SALES)


def test_a_centre_without_any_queue_takes_the_last_resort() -> None:
    """There is nobody else."""
    play = outbound(plan(queues={}))
    play.hand(NotReadyRequested(ANN, "lunch"))
    assert only(missed_outside(play), PlayPrompt).sounds == SORRY.sounds


def test_the_last_resort_may_be_voicemail() -> None:
    """Also straight out of an offer."""
    play = outbound(plan(queues={}, default_exit=Exit(ExitKind.VOICEMAIL)))
    missed_by_bob(play)
    is_missed(play)
    assert play.state() is InteractionState.RECORDING


def full_support() -> Plan:
    """One caller fills support."""
    return plan(queues={SUPPORT: queue(SUPPORT, "support", max_length=1)})


def test_a_full_queue_has_room_for_a_transfer_that_nobody_took() -> None:
    """The customer talked already, and was not to be hung up."""
    play = inbound(full_support())
    play.calls(name="c2")
    play.hand(NotReadyRequested(ANN, "lunch"))
    missed_outside(play)
    assert (play.state(), play.interaction().last_queue) == (InteractionState.QUEUED, SUPPORT)


def test_a_full_queue_has_room_for_the_customer_of_a_call_out() -> None:
    """Who was called is not told good-bye."""
    play = outbound(plan(queues={SALES: queue(SALES, "sales", max_length=0)}))
    play.hand(NotReadyRequested(ANN, "lunch"))
    missed_by_bob(play)
    assert play.state() is InteractionState.QUEUED


def test_a_full_queue_keeps_a_caller_whose_offer_was_missed() -> None:
    """RONA: the place is the caller's own."""
    play = Play(full_support())
    play.is_ready(ANN)
    play.calls()
    is_missed(play)
    assert play.state() is InteractionState.QUEUED


def test_nobody_is_rung_through_a_pbx_that_is_away() -> None:
    """The place in the line is kept until it is back."""
    play = inbound()
    sent_to_bob(play)
    play.hand(TelephonyLost(NODE))
    play.hand(LegEnded(play.agent_leg(), Cause.REJECTED))
    assert play.rung() == [ANN, BOB]
    assert play.state() is InteractionState.QUEUED


# -- the place meanwhile ------------------------------------------------------------------------------------------------


def test_a_caller_who_came_back_hears_the_position() -> None:
    """The announcements begin with the place."""
    play = inbound()
    sent_to_bob(play)
    assert AnnouncementDue(InteractionId("c1")) in play.centre.timers
    play.hand(NotReadyRequested(ANN, "lunch"))
    play.passes(60)
    assert play.all(PositionAnnounced)


def test_a_queue_without_announcements_stays_so() -> None:
    """Music only."""
    play = inbound(plan(queues={SUPPORT: queue(SUPPORT, "support", announcement=None)}))
    sent_to_bob(play)
    assert AnnouncementDue(InteractionId("c1")) not in play.centre.timers


def test_the_place_lasts_through_the_return() -> None:
    """Whoever leaves a queue joined it: one of each, for Bob, Ann and the end."""
    play = inbound()
    missed_by_bob(play)
    play.agent_answers()
    assert len(play.all(JoinedQueue)) == len(play.all(LeftQueue)) == 2
    assert MaxWait(InteractionId("c1")) not in play.centre.timers


def test_whoever_missed_it_is_asked_last() -> None:
    """Bob and Ann both; Cem is free."""
    play = inbound()
    missed_by_bob(play)
    is_missed(play)
    place = play.interaction().place
    assert place is not None
    assert place.refused_by == [BOB, ANN]


def test_the_maximum_wait_may_end_during_the_return() -> None:
    """Ann's phone is given its chance; then the way out."""
    play = inbound(plan(queues={SUPPORT: queue(SUPPORT, "support", max_wait=seconds(20))}))
    missed_by_bob(play)
    play.passes(10)
    assert play.state() is InteractionState.OFFERED
    play.passes(5)
    assert play.state() is InteractionState.RECORDING


def test_the_wrap_up_before_is_in_the_record() -> None:
    """It ended when the phone rang again."""
    play = inbound()
    missed_by_bob(play)
    assert [(each.agent, each.length) for each in play.interaction().segments if each.kind == "wrap_up"] == [
        (ANN, seconds(10)),
    ]


def test_an_unknown_place_of_a_removed_queue_is_no_hindrance() -> None:
    """The queue went with a new plan: another one takes the customer."""
    play = inbound()
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TO_OUTSIDE))
    play.hand(NotReadyRequested(ANN, "lunch"))
    play.centre.plan = replace(play.centre.plan, queues={SALES: queue(SALES, "sales")})
    play.hand(LegEnded(play.interaction().forwarded_leg or LegId(""), Cause.BUSY))
    assert play.interaction().last_queue == SALES

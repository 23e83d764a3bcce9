"""Reading back what the PBX holds: each difference of a call that we know, after a break and in the routine audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.core.playbook import (
    ANN,
    NODE,
    Play,
    only,
    some,
)
from tests.core.snapshots import (
    AUDITED,
    BOTH,
    LEG,
    OUTSIDE,
    RESTORED,
    Read,
    click_ringing,
    closing,
    dialling,
    greeted,
    held,
    in_flow,
    offered,
    ours,
    picture,
    queued,
    read_back,
    recording,
    sent_outside,
    talking,
    talking_outside,
)

from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DialNumber,
    HangUpLeg,
    HoldLeg,
    PlayPrompt,
    RingAgent,
    StartMusic,
)
from ccserver.core.events import (
    PbxAudited,
    PbxSnapshot,
    TelephonyLost,
    TelephonyRestored,
)
from ccserver.core.ids import NodeName
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import LinkChanged, MessageLeft, RecordMade
from ccserver.core.records import Result
from ccserver.core.sounds import recorded

# -- the link -----------------------------------------------------------------------------------------------------------


def test_a_lost_link_is_told_once() -> None:
    """And a node that was not there cannot be lost."""
    play = Play()
    assert only(play.hand(TelephonyLost(NODE)), LinkChanged).is_up is False
    assert play.hand(TelephonyLost(NODE)).notices == []
    assert play.hand(TelephonyLost(NodeName("ast02"))).notices == []


def test_a_link_that_is_back_is_told_once() -> None:
    """A second read-back is no news."""
    play = Play(is_up=False)
    assert only(play.hand(TelephonyRestored(PbxSnapshot(NODE))), LinkChanged).is_up is True
    assert play.hand(TelephonyRestored(PbxSnapshot(NODE))).notices == []


def test_offers_begin_when_the_link_is_back() -> None:
    """Who waited and who is ready are put together."""
    play = queued()
    play.hand(TelephonyLost(NODE))
    play.is_ready(ANN)
    outcome = play.hand(TelephonyRestored(picture(play)))
    assert only(outcome, RingAgent).agent == ANN


def test_an_audit_of_a_node_that_is_away_says_nothing() -> None:
    """The picture is older than the break."""
    play = talking()
    play.hand(TelephonyLost(NODE))
    play.hand(PbxAudited(PbxSnapshot(NODE)), after=10)
    assert play.state() is InteractionState.CONNECTED


# -- all as it should be ------------------------------------------------------------------------------------------------

SETTLED = [queued, offered, talking, held, sent_outside, talking_outside, click_ringing, recording]


@BOTH
@pytest.mark.parametrize("phase", SETTLED)
def test_calls_in_progress_never_notice(phase: Callable[[], Play], read: Read) -> None:
    """Nothing is ordered, nothing changes."""
    play = phase()
    before = repr(play.interaction())
    assert read_back(play, read, picture(play), after=6).telephony == []
    assert repr(play.interaction()) == before


@pytest.mark.parametrize("phase", [in_flow, greeted, closing, dialling])
def test_an_audit_leaves_alone_what_plays_or_rings(phase: Callable[[], Play]) -> None:
    """Prompts and dialling have their own limits."""
    play = phase()
    legs = tuple(ours(leg, is_up=leg != play.interaction().customer_leg) for leg in play.centre.legs)
    assert read_back(play, AUDITED, picture(play, legs=legs)).telephony == []


# -- legs that are gone -------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("phase", [in_flow, queued, offered, talking, held, greeted, closing])
def test_a_caller_who_is_gone_has_left(phase: Callable[[], Play], read: Read) -> None:
    """The end was not reported."""
    play = phase()
    read_back(play, read, PbxSnapshot(NODE, boot="1"))
    assert play.all(RecordMade)[-1].record.end_cause == "unknown"


@BOTH
def test_a_phone_that_no_longer_rings_gives_the_caller_back(read: Read) -> None:
    """It is not the agent's fault: the next offer may go there."""
    play = offered()
    outcome = read_back(play, read, picture(play, legs=(ours(LEG),)))
    assert only(outcome, RingAgent).agent == ANN
    assert play.centre.agents[ANN].reason == ""


@BOTH
def test_an_agent_who_is_gone_ends_the_talk(read: Read) -> None:
    """The caller is hung up, not left alone."""
    play = talking()
    outcome = read_back(play, read, picture(play, legs=(ours(LEG),)))
    assert only(outcome, HangUpLeg).leg == LEG
    assert some(outcome, ConnectLegs) == []


@BOTH
def test_an_outside_party_who_is_gone_ends_the_talk(read: Read) -> None:
    """Nobody is connected with a leg that is gone."""
    play = talking_outside()
    outcome = read_back(play, read, picture(play, legs=(ours(LEG),)))
    assert only(outcome, HangUpLeg).leg == LEG
    assert some(outcome, ConnectLegs) == []


@BOTH
def test_an_outside_party_who_no_longer_rings_gives_the_caller_back(read: Read) -> None:
    """To the agent who sent the caller on."""
    play = sent_outside()
    outcome = read_back(play, read, picture(play, legs=(ours(LEG),)))
    assert only(outcome, RingAgent).agent == ANN


@BOTH
def test_an_own_call_whose_phone_no_longer_rings_is_over(read: Read) -> None:
    """Nobody was dialled."""
    play = click_ringing()
    read_back(play, read, PbxSnapshot(NODE, boot="1"))
    assert play.all(RecordMade)[-1].record.result is Result.NOT_REACHED


def test_a_pbx_that_restarted_lost_its_calls() -> None:
    """Another run of it: who waited is lost, who talked was answered."""
    play = talking()
    play.calls(name="c2")
    play.calls(name="c3")
    play.hand(TelephonyLost(NODE))
    play.hand(TelephonyRestored(PbxSnapshot(NODE, boot="2")), after=10)
    results = {made.record.id: made.record.result for made in play.all(RecordMade)}
    assert results == {"c1": Result.ANSWERED, "c2": Result.LOST, "c3": Result.LOST}
    assert play.centre.boots == {NODE: "2"}


def test_the_first_run_that_is_seen_is_no_restart() -> None:
    """There was none before."""
    play = Play(is_up=False)
    play.calls()
    play.hand(TelephonyRestored(PbxSnapshot(NODE, boot="1")))
    assert play.all(RecordMade)[-1].record.result is Result.ABANDONED


# -- what happened unseen -----------------------------------------------------------------------------------------------


@BOTH
def test_an_agent_who_answered_unseen_is_connected(read: Read) -> None:
    """The phone is up."""
    play = offered()
    leg = play.agent_leg()
    outcome = read_back(play, read, picture(play, legs=(ours(LEG), ours(leg))))
    assert only(outcome, ConnectLegs).legs == (LEG, leg)


@BOTH
def test_an_agent_who_answered_the_own_call_unseen_hears_the_dialling(read: Read) -> None:
    """There is no customer's leg yet."""
    play = click_ringing()
    outcome = read_back(play, read, picture(play, legs=(ours(play.agent_leg()),)))
    assert only(outcome, DialNumber).number == OUTSIDE


@BOTH
def test_a_customer_who_answered_unseen_is_connected(read: Read) -> None:
    """The number that an agent called."""
    play = dialling()
    customer, agent = play.interaction().customer_leg, play.agent_leg()
    outcome = read_back(play, read, picture(play, legs=(ours(customer), ours(agent))))
    assert only(outcome, ConnectLegs).legs == (customer, agent)


@BOTH
def test_a_customer_who_still_rings_goes_on_ringing(read: Read) -> None:
    """Nothing is ordered."""
    play = dialling()
    customer, agent = play.interaction().customer_leg, play.agent_leg()
    legs = (ours(customer, is_up=False), ours(agent))
    assert read_back(play, read, picture(play, legs=legs)).telephony == []


@BOTH
def test_an_outside_party_who_answered_unseen_is_connected(read: Read) -> None:
    """The number that the caller was transferred to."""
    play = sent_outside()
    outside = play.interaction().forwarded_leg
    outcome = read_back(play, read, picture(play, legs=(ours(LEG), ours(outside))))
    assert only(outcome, ConnectLegs).legs == (LEG, outside)


# -- legs that are not where they should be -----------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("phase", [queued, offered])
def test_who_should_wait_and_does_not_hears_music_again(phase: Callable[[], Play], read: Read) -> None:
    """Answered too: the order may have been lost."""
    play = phase()
    outcome = read_back(play, read, picture(play, waiting=frozenset()), after=6)
    assert [type(command) for command in outcome.telephony] == [AnswerLeg, StartMusic]


def test_who_waits_in_a_queue_that_is_gone_hears_the_music_of_the_centre() -> None:
    """The plan was replaced."""
    play = queued()
    play.centre.plan = replace(play.centre.plan, queues={}, hold_music="waltz")
    assert only(read_back(play, AUDITED, picture(play, waiting=frozenset())), StartMusic).music == "waltz"


@BOTH
def test_who_is_on_the_way_to_a_number_hears_music_again(read: Read) -> None:
    """Never silence."""
    play = sent_outside()
    assert only(read_back(play, read, picture(play, waiting=frozenset())), StartMusic).leg == LEG


@BOTH
@pytest.mark.parametrize("phase", [talking, talking_outside])
def test_who_should_talk_and_does_not_is_connected_again(phase: Callable[[], Play], read: Read) -> None:
    """One of the two is missing in the connection."""
    play = phase()
    connection = play.interaction().connection
    outcome = read_back(play, read, picture(play, connections={connection: (LEG,)}))
    assert only(outcome, ConnectLegs).connection == connection


@BOTH
def test_a_connection_that_is_gone_is_made_again(read: Read) -> None:
    """Both legs are alive."""
    play = talking()
    assert only(read_back(play, read, picture(play, connections={})), ConnectLegs).legs == (LEG, play.agent_leg())


@BOTH
def test_who_should_be_held_and_is_not_is_held_again(read: Read) -> None:
    """The agent believes that nobody listens."""
    play = held()
    outcome = read_back(play, read, picture(play, waiting=frozenset()))
    assert only(outcome, HoldLeg).leg == LEG


def test_after_a_break_the_greeting_is_heard_again() -> None:
    """It leads to the recording."""
    assert only(read_back(greeted(), RESTORED, picture(greeted())), PlayPrompt).sounds == recorded("leave-a-message")


def test_after_a_break_a_recording_goes_on() -> None:
    """The PBX records by itself."""
    play = recording()
    assert read_back(play, RESTORED, picture(play)).telephony == []


def test_after_a_break_the_node_is_heard_again() -> None:
    """Nobody knows what was heard of it."""
    assert only(read_back(in_flow(), RESTORED, picture(in_flow())), PlayPrompt).sounds == recorded("welcome")


def test_after_a_break_who_should_be_gone_is_hung_up() -> None:
    """The last words were said, or never will be."""
    assert only(read_back(closing(), RESTORED, picture(closing())), HangUpLeg).leg == LEG


def message_of(play: Play) -> tuple[Result, tuple[str, ...], list[float]]:
    record = play.all(RecordMade)[-1].record
    return record.result, record.recordings, [left.seconds for left in play.all(MessageLeft)]


def test_after_a_break_the_message_of_a_caller_who_is_gone_is_kept() -> None:
    """Its end was lost with the link: what was said till then is in the history."""
    play = recording()
    play.passes(40)
    read_back(play, RESTORED, picture(play, legs=()))
    play.passes(10)
    assert message_of(play) == (Result.VOICEMAIL, ("vm-c1",), [50.0])


def test_a_message_is_lost_with_the_pbx() -> None:
    """It was not finished when the PBX died."""
    play = recording()
    play.passes(40)
    play.hand(TelephonyRestored(replace(picture(play, legs=()), boot="2")))
    play.passes(10)
    assert message_of(play) == (Result.LOST, (), [])

"""Ways out: a message and good-bye, voicemail with everything that may go wrong, another queue or flow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.playbook import (
    ANN,
    CLOSED_DNIS,
    IVR_DNIS,
    SALES,
    SUPPORT,
    SUPPORT_DNIS,
    Play,
    entry,
    only,
    plan,
    queue,
    seconds,
    some,
)

from ccserver.core.commands import AnswerLeg, HangUpLeg, PlayPrompt, RecordMessage, StopPrompt
from ccserver.core.events import (
    BlindTransferRequested,
    Cause,
    DigitReceived,
    MessageRecorded,
    PromptFinished,
    TimerFired,
    TransferKind,
    TransferTarget,
)
from ccserver.core.ids import InteractionId, LegId, PromptId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Outcome
from ccserver.core.notices import MessageLeft, RecordMade
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.records import InteractionRecord, Result, SegmentKind
from ccserver.core.sounds import recorded
from ccserver.core.timers import CloseLimit, MessageLimit, PromptLimit

KEY, LEG = InteractionId("c1"), LegId("leg-c1")
VOICEMAIL = Exit(ExitKind.VOICEMAIL)


def closed(exit_: Exit) -> Play:
    """A caller on a line that is closed and goes this way."""
    line = replace(entry(CLOSED_DNIS, to=SUPPORT, hours="never"), on_closed=exit_)
    play = Play(plan(entry_points={CLOSED_DNIS: line}))
    play.calls(CLOSED_DNIS)
    return play


def greeted() -> Play:
    """Who pressed 3 hears the greeting of the voicemail."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends()
    play.hand(DigitReceived(LEG, "3"))
    return play


def recording() -> Play:
    play = greeted()
    play.prompt_ends(after=3)
    return play


def stored(play: Play, length: float = 12, name: str = "vm-c1") -> Outcome:
    return play.hand(MessageRecorded(LEG, name, length), after=length)


def record(play: Play) -> InteractionRecord:
    return play.all(RecordMade)[-1].record


# -- message and good-bye -----------------------------------------------------------------------------------------------


def test_the_caller_is_answered_to_hear_the_message() -> None:
    """Then it plays."""
    play = closed(Exit(ExitKind.MESSAGE, sounds=recorded("closed")))
    assert [type(command) for command in play.outcomes[-1].telephony] == [AnswerLeg, PlayPrompt]


def test_after_the_message_the_caller_is_hung_up() -> None:
    """Not before its end."""
    play = closed(Exit(ExitKind.MESSAGE, sounds=recorded("closed")))
    assert play.all(HangUpLeg) == []
    assert only(play.prompt_ends(after=4), HangUpLeg).leg == LEG


def test_without_a_message_the_caller_is_hung_up_at_once() -> None:
    """Nobody pays for being answered."""
    (command,) = closed(Exit(ExitKind.MESSAGE)).outcomes[-1].telephony
    assert isinstance(command, HangUpLeg)


def test_a_message_whose_end_is_lost_does_not_keep_the_caller() -> None:
    """Its limit ends it."""
    play = closed(Exit(ExitKind.MESSAGE, sounds=recorded("closed")))
    play.passes(185)
    assert play.centre.interactions == {}


def test_the_end_of_something_else_is_not_the_end_of_the_message() -> None:
    """The prompt's id tells them apart."""
    play = closed(Exit(ExitKind.MESSAGE, sounds=recorded("closed")))
    assert play.hand(PromptFinished(LEG, PromptId("other"))).telephony == []
    assert play.hand(PromptFinished(LegId("foreign"), PromptId("other"))).telephony == []


def test_what_plays_makes_way_for_the_message() -> None:
    """The menu is stopped by a wrong key."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends()
    play.hand(DigitReceived(LEG, "9"))
    outcome = play.hand(DigitReceived(LEG, "9"))
    assert [type(command) for command in outcome.telephony] == [StopPrompt, PlayPrompt]


def test_the_history_says_closed() -> None:
    """Whatever the caller heard."""
    play = closed(Exit(ExitKind.MESSAGE, sounds=recorded("closed")))
    play.leaves()
    assert record(play).result is Result.CLOSED


# -- another queue or flow ----------------------------------------------------------------------------------------------


def test_a_closed_line_may_lead_to_a_queue() -> None:
    """The night shift."""
    play = closed(Exit(ExitKind.QUEUE, SUPPORT))
    assert play.interaction().last_queue == SUPPORT


def test_a_closed_line_may_lead_into_a_flow() -> None:
    """Who leaves there called a closed line all the same."""
    play = closed(Exit(ExitKind.FLOW, "main"))
    assert play.state() is InteractionState.IN_FLOW
    play.leaves()
    assert record(play).result is Result.CLOSED


def test_who_waits_after_a_closed_line_and_leaves_abandoned() -> None:
    """The last thing that happened counts."""
    play = closed(Exit(ExitKind.FLOW, "main"))
    play.prompt_ends()
    play.hand(DigitReceived(LEG, "2"))
    play.leaves()
    assert record(play).result is Result.ABANDONED


# -- voicemail ----------------------------------------------------------------------------------------------------------


def test_the_greeting_is_the_centres() -> None:
    """Unless the exit has its own."""
    assert greeted().all(PlayPrompt)[-1].sounds == recorded("leave-a-message")
    own = closed(Exit(ExitKind.VOICEMAIL, sounds=recorded("we-are-closed")))
    assert own.all(PlayPrompt)[-1].sounds == recorded("we-are-closed")


def test_the_caller_is_answered_for_the_greeting() -> None:
    """A closed line answered nobody before."""
    assert [type(command) for command in closed(VOICEMAIL).outcomes[-1].telephony] == [AnswerLeg, PlayPrompt]


def test_after_the_greeting_it_is_recorded() -> None:
    """With the plan's limits, and a deadline behind them."""
    play = recording()
    command = only(play.outcomes[-1], RecordMessage)
    assert (command.leg, command.name, command.limit, command.silence) == (LEG, "vm-c1", seconds(180), seconds(5))
    assert play.centre.timers[MessageLimit(KEY)] == play.now + seconds(190)


def test_a_message_that_was_stored_ends_the_call() -> None:
    """It is told, and in the history."""
    play = recording()
    outcome = stored(play)
    assert only(outcome, MessageLeft).seconds == 12
    assert only(outcome, HangUpLeg).leg == LEG
    play.leaves()
    assert (record(play).result, record(play).recordings) == (Result.VOICEMAIL, ("vm-c1",))


def test_greeting_and_message_are_one_segment() -> None:
    """The customer experiences voicemail."""
    play = recording()
    stored(play)
    play.leaves()
    assert [(s.kind, s.length) for s in record(play).segments] == [(SegmentKind.VOICEMAIL, seconds(15))]


def test_a_recording_that_never_tells_its_end_is_kept() -> None:
    """The PBX has ended it at its own limit; the caller is hung up, and the message is in the history."""
    play = recording()
    play.passes(190)
    assert only(play.outcomes[-1], HangUpLeg).leg == LEG
    play.leaves()
    assert (record(play).result, record(play).recordings) == (Result.VOICEMAIL, ("vm-c1",))


def test_nothing_said_is_no_message() -> None:
    """The caller is hung up; there is nothing to listen to."""
    play = recording()
    outcome = stored(play, 0)
    assert some(outcome, MessageLeft) == []
    play.leaves()
    assert (record(play).result, record(play).recordings) == (Result.ABANDONED, ())


def test_a_caller_who_hangs_up_while_recording_left_the_message() -> None:
    """The PBX tells what it stored a moment later."""
    play = recording()
    play.leaves()
    left = play.now
    assert play.state() is InteractionState.CLOSING
    stored(play, 1)
    assert (record(play).result, record(play).recordings) == (Result.VOICEMAIL, ("vm-c1",))
    assert record(play).customer_left_at == left
    assert play.centre.interactions == {}


def test_a_caller_who_hangs_up_and_said_nothing_abandoned() -> None:
    """As one who hangs up during the greeting."""
    play = recording()
    play.leaves()
    stored(play, 0)
    assert (record(play).result, record(play).end_cause) == (Result.ABANDONED, "normal")


def test_a_recording_that_never_tells_does_not_keep_the_interaction() -> None:
    """Two seconds after the caller hung up."""
    play = recording()
    play.leaves()
    play.passes(2)
    assert play.centre.interactions == {}
    assert record(play).result is Result.ABANDONED


def test_a_lost_pbx_will_not_tell_what_it_stored() -> None:
    """Nothing is waited for."""
    play = recording()
    play.leaves(cause=Cause.PBX_LOST)
    assert record(play).result is Result.LOST
    assert play.centre.interactions == {}


def test_hanging_up_during_the_greeting_ends_it() -> None:
    """Nothing was recorded."""
    play = greeted()
    play.leaves()
    assert record(play).result is Result.ABANDONED
    assert play.centre.interactions == {}


def test_a_recording_that_does_not_end_is_ended() -> None:
    """By its limit; the caller is hung up."""
    play = recording()
    outcomes = play.passes(190)
    assert LEG in [c.leg for o in outcomes for c in some(o, HangUpLeg)]


def test_a_message_of_nobody_changes_nothing() -> None:
    """Its interaction is long forgotten."""
    play = recording()
    assert stored(play, name="vm-c9").notices == []
    assert stored(play, name="").notices == []
    assert play.state() is InteractionState.RECORDING


def test_the_limit_of_a_recording_may_pass_while_its_end_is_awaited() -> None:
    """The caller hung up in its last second."""
    play = recording()
    play.passes(189)
    play.leaves()
    play.passes(1.5)
    assert play.state() is InteractionState.CLOSING


def test_a_message_that_is_told_very_late_still_reaches_the_history() -> None:
    """An agent who transferred the caller into voicemail wraps up: the next revision has it."""
    short = queue(SALES, "sales", max_wait=seconds(1), on_max_wait=VOICEMAIL)
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support"), SALES: short}))
    play.talks()
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.QUEUE, SALES)))
    play.passes(1)
    play.prompt_ends()
    play.leaves()
    play.passes(3)
    assert play.state() is InteractionState.ENDED
    stored(play, 1)
    play.passes(20)
    assert (record(play).is_final, record(play).recordings) == (True, ("vm-c1",))


# -- late ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [MessageLimit(KEY), PromptLimit(KEY, PromptId("cc-c1-p1")), CloseLimit(KEY)])
def test_a_limit_that_fires_after_the_end_changes_nothing(key: MessageLimit) -> None:
    """Its timer was on its way."""
    play = recording()
    stored(play)
    play.leaves()
    play.centre.timers[key] = play.now
    assert play.hand(TimerFired(key)).telephony == []


def test_the_limit_of_an_old_prompt_does_not_end_the_present_one() -> None:
    """The greeting plays; the menu's limit fires late."""
    play = greeted()
    key = PromptLimit(KEY, PromptId("cc-c1-p2"))
    play.centre.timers[key] = play.now
    assert play.hand(TimerFired(key)).telephony == []
    assert play.interaction().prompt is not None


def test_voicemail_after_waiting_overflowed_is_voicemail() -> None:
    """The queue's way out, taken to its end."""
    play = Play()
    play.calls(SUPPORT_DNIS)
    play.passes(300)
    play.prompt_ends()
    stored(play)
    play.leaves()
    assert (record(play).result, record(play).queue) == (Result.VOICEMAIL, SUPPORT)

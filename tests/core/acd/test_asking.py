"""The number of a callback: said back and confirmed, or keyed in; whatever is keyed in, the caller goes on waiting."""

from __future__ import annotations

import pytest
from tests.core.acd.callbacks import HOME, OTHER, Country, asks_for_it, call_of, presses, terms, waiting, with_callbacks
from tests.core.playbook import ANN, SUPPORT_DNIS, Play, only, some

from ccserver.core.acd.asking import ASK_NUMBER, MOST_MISSES, NO_ROOM, NOT_VALID
from ccserver.core.commands import HangUpLeg, PlayPrompt
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import RecordMade
from ccserver.core.records import Result
from ccserver.core.sounds import SoundKind


def withheld() -> Play:
    play = Play(with_callbacks())
    play.calls(ani="")
    return play


def said(play: Play) -> list[str]:
    """Digits that were said last."""
    return [sound.value for sound in play.all(PlayPrompt)[-1].sounds if sound.kind is SoundKind.DIGITS]


def test_the_number_is_said_back_digit_by_digit() -> None:
    """Before anything is promised."""
    play = waiting()
    presses(play, "1")
    assert said(play) == [HOME.removeprefix("+")]
    assert play.centre.callbacks == {}


def test_one_confirms_it() -> None:
    """The caller hears good-bye, is hung up, and the history says so."""
    play = waiting()
    prompt = only(presses(play, "11"), PlayPrompt)
    assert prompt.sounds[-1].value == "vm-goodbye"
    assert call_of(play).dnis == HOME
    hang_up = only(play.prompt_ends(), HangUpLeg)
    play.leaves()
    assert hang_up.leg == "leg-c1"
    assert play.all(RecordMade)[-1].record.result is Result.CALLBACK


def test_who_hangs_up_during_the_good_bye_has_the_promise() -> None:
    """It was given with the key."""
    play = waiting()
    asks_for_it(play)
    assert call_of(play).dnis == HOME


def test_two_leads_to_another_number() -> None:
    """Said back in its turn."""
    play = waiting()
    assert only(presses(play, "12"), PlayPrompt).sounds == ASK_NUMBER
    play.prompt_ends()
    presses(play, "442079460008")
    assert play.centre.callbacks == {}


def test_a_number_keyed_in_ends_with_the_hash_key() -> None:
    """Plain terms want the plus, which no telephone has: a plan reads numbers as in its country."""
    play = waiting(with_callbacks(terms(numbers=Country())))
    presses(play, "12442079460008#")
    assert said(play) == ["442079460008"]
    presses(play, "1")
    assert call_of(play).dnis == OTHER


def test_a_withheld_number_must_be_keyed_in() -> None:
    """There is nothing to confirm."""
    assert only(presses(withheld(), "1"), PlayPrompt).sounds == ASK_NUMBER


def test_a_star_begins_anew() -> None:
    """A slip of the finger."""
    play = waiting(with_callbacks(terms(numbers=Country())))
    presses(play, "1244*442079460008#")
    assert said(play) == ["442079460008"]


@pytest.mark.parametrize("keys", ["#", "12#", "900123456789#", "9" * 20])
def test_what_is_no_number_to_call_is_refused(keys: str) -> None:
    """With a prompt, and a further try."""
    play = waiting(with_callbacks(terms(numbers=Country())))
    outcome = presses(play, "12" + keys)
    assert only(outcome, PlayPrompt).sounds[: len(NOT_VALID)] == NOT_VALID
    assert play.centre.callbacks == {}


def test_after_some_misses_the_caller_is_left_to_wait() -> None:
    """With the old place."""
    play = waiting()
    presses(play, "12" + "#" * MOST_MISSES)
    place = play.interaction().place
    assert place is not None
    assert (play.state(), place.enquiry) == (InteractionState.QUEUED, None)
    assert presses(play, "5").telephony == []


def test_who_says_nothing_is_asked_again_and_then_left_to_wait() -> None:
    """Nobody is asked for ever."""
    play = waiting()
    presses(play, "1")
    asked = len(play.all(PlayPrompt))
    play.prompt_ends()
    play.passes(9)
    assert len(play.all(PlayPrompt)) == asked + 1
    play.passes(120)
    place = play.interaction().place
    assert place is not None
    assert place.enquiry is None


def test_digits_without_the_hash_key_are_taken_after_a_while() -> None:
    """Not everybody finds it."""
    play = waiting(with_callbacks(terms(numbers=Country())))
    presses(play, "12442079460008")
    play.passes(9)
    assert said(play) == ["442079460008"]


def test_an_agent_who_comes_free_goes_before() -> None:
    """The caller is connected in the middle of the question."""
    play = waiting()
    presses(play, "1")
    play.is_ready(ANN)
    assert play.state() is InteractionState.OFFERED
    assert presses(play, "1").telephony == []
    play.agent_answers()
    assert play.state() is InteractionState.CONNECTED


def test_after_a_missed_offer_the_question_is_asked_again() -> None:
    """What was keyed in meanwhile was for nobody."""
    play = waiting()
    presses(play, "1")
    play.prompt_ends()
    play.is_ready(ANN)
    play.passes(16)
    asked = len(play.all(PlayPrompt))
    play.passes(9)
    assert len(play.all(PlayPrompt)) == asked + 1


def test_no_more_promises_than_may_be_kept() -> None:
    """One is the most here; the next hears so and waits on."""
    play = waiting(with_callbacks(terms(most=1)))
    asks_for_it(play)
    play.calls(SUPPORT_DNIS, "c2", OTHER)
    assert only(presses(play, "1", "c2"), PlayPrompt).sounds == NO_ROOM
    assert play.state("c2") is InteractionState.QUEUED


def test_the_last_promise_is_given_once() -> None:
    """To whoever confirms first."""
    play = waiting(with_callbacks(terms(most=1)))
    play.calls(SUPPORT_DNIS, "c2", OTHER)
    presses(play, "1", "c1")
    presses(play, "1", "c2")
    asks_first = presses(play, "1", "c1")
    assert some(asks_first, PlayPrompt)[-1].sounds != NO_ROOM
    assert only(presses(play, "1", "c2"), PlayPrompt).sounds == NO_ROOM

"""Asking a caller in line for the number of a callback: it is said back, and confirmed with 1; 2 leads to another one.

The caller goes on waiting meanwhile, and is connected if it comes to that. Keys are hostile: a number is used only as the
terms of the queue let it through, and after some misses the caller is left to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ccserver.core.acd.keeping import callback_for
from ccserver.core.acd.promising import has_room, promise
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, StartTimer
from ccserver.core.enquiry import ENQUIRY, Enquiry, EnquiryEvent, EnquiryState
from ccserver.core.events import Event, PromptFinished
from ccserver.core.fsm import step
from ccserver.core.interaction import Interaction, InteractionState, QueuePlace
from ccserver.core.moves import stop_prompt
from ccserver.core.notices import Notice
from ccserver.core.plan import CallbackTerms
from ccserver.core.prompts import play
from ccserver.core.sounds import Sound, SoundKind, Sounds, recorded
from ccserver.core.timers import DigitLimit

Effects = Iterator[Command | Notice | Event]
LONGEST_QUESTION: Final = timedelta(seconds=40)
"""Till its end is reported; then it is taken to be over."""
REPLY_LIMIT: Final = timedelta(seconds=8)
MOST_MISSES: Final = 3
MOST_DIGITS: Final = 20
"""E.164 has fifteen, and what leads abroad stands before them."""
CONFIRMED, ANOTHER, ENTERED, ANEW = "1", "2", "#", "*"
ASK_NUMBER: Final[Sounds] = recorded("privacy-prompt", "vm-then-pound")
NOT_VALID: Final[Sounds] = recorded("privacy-incorrect")
NO_ROOM: Final[Sounds] = recorded("im-sorry", "queue-periodic-announce")


@dataclass(frozen=True, slots=True)
class _Talk:
    """One caller who is being asked, at one instant."""

    centre: Centre
    interaction: Interaction
    place: QueuePlace
    enquiry: Enquiry
    terms: CallbackTerms
    now: datetime

    @property
    def limit(self) -> DigitLimit:
        return DigitLimit(self.interaction.id, 0)


def begin(centre: Centre, interaction: Interaction, place: QueuePlace, terms: CallbackTerms, now: datetime) -> Effects:
    """Say the number back that the caller has, or ask for one; when no further promise may be given, say that."""
    number = terms.numbers.callable(interaction.customer_number) or ""
    if not has_room(centre, place, terms) and callback_for(centre, number, place.queue) is None:
        yield from play(interaction, NO_ROOM, now)
        return
    place.enquiry = Enquiry(EnquiryState.CONFIRMING if number else EnquiryState.ENTERING, number)
    yield from _ask(_Talk(centre, interaction, place, place.enquiry, terms, now))


def take_key(centre: Centre, interaction: Interaction, place: QueuePlace, digit: str, now: datetime) -> Effects:
    """One key of a caller who is being asked."""
    talk = _talk_of(centre, interaction, place, now)
    if talk is None:
        return
    if talk.enquiry.state is EnquiryState.ENTERING:
        yield from _collect(talk, digit)
    elif digit == CONFIRMED:
        yield from _confirm(talk)
    elif digit == ANOTHER:
        talk.enquiry.state, talk.enquiry.digits = step(ENQUIRY, talk.enquiry.state, EnquiryEvent.ANOTHER), ""
        yield from _ask(talk)
    else:
        yield from _miss(talk, ())


def on_prompt_finished(centre: Centre, event: PromptFinished, now: datetime) -> Effects:
    """The question was heard: the time for the reply runs."""
    interaction = centre.interaction_of_leg(event.leg)
    if interaction is None or interaction.prompt != event.prompt or interaction.place is None:
        return
    talk = _talk_of(centre, interaction, interaction.place, now)
    if talk is not None:
        yield StartTimer(talk.limit, now + REPLY_LIMIT)


def on_digit_limit(centre: Centre, key: DigitLimit, now: datetime) -> Effects:
    """No reply, or no further digit. Whoever's agent is being rung is left alone, and asked again if nobody answers."""
    interaction = centre.interactions.get(key.interaction)
    if interaction is None or interaction.place is None or key.serial:
        return
    talk = _talk_of(centre, centre.interaction(key.interaction), interaction.place, now)
    if talk is None:
        return
    if interaction.state is not InteractionState.QUEUED:
        yield StartTimer(key, now + REPLY_LIMIT)
    elif talk.enquiry.digits:
        yield from _entered(talk)
    else:
        yield from _miss(talk, ())


def _talk_of(centre: Centre, interaction: Interaction, place: QueuePlace, now: datetime) -> _Talk | None:
    """None for a caller who is not being asked, or whose queue has no callbacks in the plan in force."""
    plan = centre.plan.queues.get(place.queue)
    if place.enquiry is None or plan is None or plan.callback is None:
        place.enquiry = None
        return None
    return _Talk(centre, interaction, place, place.enquiry, plan.callback, now)


def _ask(talk: _Talk, before: Sounds = ()) -> Effects:
    yield from play(talk.interaction, (*before, *_question(talk)), talk.now)
    yield StartTimer(talk.limit, talk.now + LONGEST_QUESTION)


def _question(talk: _Talk) -> Sounds:
    if talk.enquiry.state is EnquiryState.ENTERING:
        return ASK_NUMBER
    digits = Sound(SoundKind.DIGITS, talk.terms.numbers.spoken(talk.enquiry.number))
    return (*recorded("vm-num-i-have"), digits, *recorded("vm-tocallnum", "vm-calldiffnum"))


def _collect(talk: _Talk, digit: str) -> Effects:
    yield from stop_prompt(talk.interaction)
    if digit == ANEW:
        talk.enquiry.digits = ""
    elif digit != ENTERED:
        talk.enquiry.digits += digit
    if digit == ENTERED or len(talk.enquiry.digits) >= MOST_DIGITS:
        yield from _entered(talk)
    else:
        yield StartTimer(talk.limit, talk.now + REPLY_LIMIT)


def _entered(talk: _Talk) -> Effects:
    number, talk.enquiry.digits = talk.terms.numbers.callable(talk.enquiry.digits), ""
    if number is None:
        yield from _miss(talk, NOT_VALID)
        return
    talk.enquiry.number = number
    talk.enquiry.state = step(ENQUIRY, talk.enquiry.state, EnquiryEvent.ENTERED)
    yield from _ask(talk)


def _miss(talk: _Talk, before: Sounds) -> Effects:
    """Ask again, or no more: the caller waits on."""
    talk.enquiry.misses += 1
    if talk.enquiry.misses < MOST_MISSES:
        yield from _ask(talk, before)
        return
    talk.place.enquiry = None
    yield CancelTimer(talk.limit)
    yield from stop_prompt(talk.interaction)


def _confirm(talk: _Talk) -> Effects:
    """The number may have become one that is not called, and the last promise may have been given to somebody else."""
    number, place = talk.terms.numbers.callable(talk.enquiry.number), talk.place
    if number is None:
        yield from _miss(talk, NOT_VALID)
    elif not has_room(talk.centre, place, talk.terms) and callback_for(talk.centre, number, place.queue) is None:
        place.enquiry = None
        yield CancelTimer(talk.limit)
        yield from play(talk.interaction, NO_ROOM, talk.now)
    else:
        yield from promise(talk.centre, talk.interaction, place, talk.terms, number, talk.now)

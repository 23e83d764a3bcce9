"""The in-queue menu: what keys do for whoever waits, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.core.acd.callbacks import INVITATION, KEYS, OTHER, presses, terms, waiting, with_callbacks
from tests.core.playbook import ANN, SALES, START, SUPPORT, SUPPORT_DNIS, Play, only, seconds, some

from ccserver.core.acd.promising import is_offered
from ccserver.core.commands import PlayPrompt
from ccserver.core.forecast import Forecast
from ccserver.core.ids import QueueId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import KeyTaken, LeftQueue
from ccserver.core.plan import Announcement, Exit, ExitKind, Invitation, OverflowRule
from ccserver.core.sounds import Sounds


def heard(play: Play) -> list[Sounds]:
    return [prompt.sounds for prompt in play.all(PlayPrompt)]


def invited(play: Play) -> int:
    return heard(play).count(INVITATION.sounds)


def test_a_key_leads_to_voicemail() -> None:
    """By own choice, which the queue counts as such."""
    play = waiting()
    outcome = presses(play, "2")
    assert play.state() is InteractionState.RECORDING
    assert only(outcome, LeftQueue).how == "chosen"
    assert only(outcome, KeyTaken).then == "voicemail"


def test_a_key_leads_to_another_queue_with_the_place() -> None:
    """The wait goes along."""
    play = waiting()
    play.passes(50)
    presses(play, "3")
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since) == (SALES, START)


def test_a_key_leads_to_a_message() -> None:
    """And the call is over."""
    play = waiting()
    presses(play, "4")
    assert play.state() is InteractionState.CLOSING


def test_a_full_queue_takes_nobody_by_key() -> None:
    """Whoever waits here keeps on waiting."""
    play = waiting()
    for name in ("s1", "s2", "s3"):
        play.calls("+448081570105", name, OTHER)
    assert presses(play, "3").telephony == []
    assert play.state() is InteractionState.QUEUED


def test_a_key_that_is_not_there_changes_nothing() -> None:
    """Not even what plays."""
    play = waiting()
    outcome = presses(play, "9")
    assert (outcome.telephony, outcome.timers) == ([], [])


def test_keys_do_nothing_while_an_agents_phone_rings() -> None:
    """Somebody is about to answer."""
    play = waiting()
    play.is_ready(ANN)
    assert presses(play, "2").telephony == []
    assert play.state() is InteractionState.OFFERED


def test_the_invitation_comes_again_and_again() -> None:
    """After seven seconds, then every twenty."""
    play = waiting(with_callbacks(invitation=INVITATION))
    play.passes(6.9)
    assert invited(play) == 0
    play.passes(0.2)
    assert invited(play) == 1
    play.prompt_ends()
    play.passes(20)
    assert invited(play) == 2


def test_it_cuts_off_nothing_that_plays() -> None:
    """It comes after the position, nor does the position cut it off."""
    both = Announcement(seconds(7), None)
    play = waiting(with_callbacks(invitation=Invitation(INVITATION.sounds, seconds(7), None), announcement=both))
    play.passes(8)
    assert len(heard(play)) == 1
    play.prompt_ends()
    play.passes(4)
    assert len(heard(play)) == 2
    assert len(set(heard(play))) == 2


def test_it_does_not_disturb_who_is_choosing() -> None:
    """The question is heard to its end."""
    play = waiting(with_callbacks(invitation=INVITATION))
    presses(play, "1")
    play.passes(8)
    assert invited(play) == 0


def test_a_callback_is_offered_after_a_wait() -> None:
    """Before that its key is not there."""
    play = waiting(with_callbacks(terms(offered_after=seconds(30))))
    assert presses(play, "1").telephony == []
    play.passes(30)
    assert some(presses(play, "1"), PlayPrompt)


def test_a_callback_is_offered_from_a_position_on() -> None:
    """The first in line is better off waiting."""
    play = waiting(with_callbacks(terms(offered_from=2)))
    play.calls(SUPPORT_DNIS, "c2", OTHER)
    assert presses(play, "1").telephony == []
    assert some(presses(play, "1", "c2"), PlayPrompt)


def test_nobody_is_invited_to_keys_of_no_use() -> None:
    """Only a callback, and that not yet."""
    only_callback = {"1": KEYS["1"]}
    late = terms(offered_after=seconds(60))
    play = waiting(with_callbacks(late, keys=only_callback, invitation=INVITATION))
    play.passes(59)
    assert invited(play) == 0
    play.passes(30)
    assert invited(play) >= 1


def test_a_rule_offers_a_callback_to_those_for_whom_it_holds() -> None:
    """They are invited at once, the key is there for them, and they keep the place."""
    rule = OverflowRule(Exit(ExitKind.CALLBACK), waited=seconds(30))
    late = terms(offered_after=seconds(600))
    play = waiting(with_callbacks(late, invitation=INVITATION, keys={"1": KEYS["1"]}, overflow=(rule,)))
    play.passes(29)
    assert (invited(play), presses(play, "1").telephony) == (0, [])
    play.passes(2)
    assert invited(play) == 1
    play.prompt_ends()
    place = play.interaction().place
    assert place is not None
    assert (place.queue, place.since) == (SUPPORT, START)
    assert some(presses(play, "1"), PlayPrompt)


def test_a_callback_is_offered_where_a_long_wait_is_expected() -> None:
    """By the estimate; without one it is not."""
    play, wants = waiting(), terms(offered_wait=seconds(60))
    call = play.interaction()
    assert call.place is not None
    found = []
    for forecast in (None, Foretelling(59.0), Foretelling(60.0)):
        play.centre.forecast = forecast
        found.append(is_offered(play.centre, call, call.place, wants, play.now))
    assert found == [False, False, True]


@dataclass(frozen=True)
class Foretelling:
    """So many seconds for everybody."""

    seconds: float

    def of(self, interaction: Interaction, now: datetime) -> Forecast | None:
        return Forecast(now, self.seconds, self.seconds, self.seconds, self.seconds, 1.0)

    def there(self, interaction: Interaction, queue: QueueId, now: datetime) -> Forecast | None:
        return self.of(interaction, now)

"""What the waiting caller hears: music, and a position that never gets worse."""

from __future__ import annotations

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    PRIVATE_DNIS,
    START,
    SUPPORT,
    Play,
    only,
    plan,
    queue,
    seconds,
    some,
)

from ccserver.core.acd.treatment import position_sounds, start_treatment
from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, PlayPrompt, StartMusic, StartTimer
from ccserver.core.events import DigitReceived, PromptFinished, TimerFired
from ccserver.core.ids import InteractionId, LegId, PromptId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import PositionAnnounced
from ccserver.core.plan import Announcement
from ccserver.core.records import Direction
from ccserver.core.sounds import number, recorded
from ccserver.core.timers import AnnouncementDue, PromptLimit

KEY = AnnouncementDue(InteractionId("c1"))


def told(play: Play, name: str = "c1") -> list[int]:
    return [notice.position for notice in play.all(PositionAnnounced) if notice.interaction == name]


def announcing(announcement: Announcement | None) -> Play:
    return Play(plan(queues={SUPPORT: queue(SUPPORT, "support", announcement=announcement)}))


def test_the_music_is_the_queues() -> None:
    """Each queue has its own."""
    play = Play(plan(queues={SUPPORT: queue(SUPPORT, "support", music="waltz")}))
    assert only(play.calls(), StartMusic).music == "waltz"


def test_who_was_answered_in_the_flow_is_not_answered_again() -> None:
    """Only the music starts."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends()
    assert some(play.hand(DigitReceived(LegId("leg-c1"), "2")), AnswerLeg) == []


def test_the_first_announcement_comes_after_its_time() -> None:
    """Ten seconds here, not before."""
    play = Play()
    play.calls()
    play.passes(9.9)
    assert told(play) == []
    play.passes(0.1)
    assert told(play) == [1]


def test_the_position_is_repeated() -> None:
    """Every thirty seconds here."""
    play = Play()
    play.calls()
    play.passes(70)
    assert told(play) == [1, 1, 1]


def test_once_may_be_enough() -> None:
    """Without a repetition nothing further is due."""
    play = announcing(Announcement(seconds(10), None))
    play.calls()
    play.passes(70)
    assert told(play) == [1]
    assert KEY not in play.centre.timers


def test_a_queue_may_be_silent() -> None:
    """No announcement at all."""
    play = announcing(None)
    play.calls()
    play.passes(70)
    assert play.all(PlayPrompt) == []


def test_a_queue_may_keep_the_position_to_itself() -> None:
    """Only music."""
    play = announcing(Announcement(seconds(10), seconds(10), position=False))
    play.calls()
    play.passes(30)
    assert play.all(PlayPrompt) == []


def test_the_figure_gets_better() -> None:
    """The one ahead has left."""
    play = Play()
    play.calls(name="c0")
    play.passes(1)
    play.calls(name="c1")
    play.passes(10)
    play.leaves("c0")
    play.passes(30)
    assert told(play) == [2, 1]


def test_the_figure_never_gets_worse() -> None:
    """Somebody with priority came after: the caller is told the old figure."""
    play = Play()
    play.calls()
    play.passes(10)
    play.calls(PRIVATE_DNIS, "vip")
    play.passes(30)
    assert told(play) == [1, 1]


def test_nobody_is_disturbed_whose_agent_is_being_rung() -> None:
    """The announcement is left out; the next one is due as ever."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.passes(10)
    assert play.all(PlayPrompt) == []
    assert play.centre.timers[KEY] == play.now + seconds(30)


def test_after_an_agent_who_did_not_answer_announcements_go_on() -> None:
    """The place is the same."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    play.passes(40)
    assert told(play) == [1]


def test_an_announcement_that_ends_leaves_the_music() -> None:
    """Nothing is ordered: it goes on by itself."""
    play = Play()
    play.calls()
    play.passes(10)
    prompt = play.interaction().prompt
    assert prompt is not None
    outcome = play.prompt_ends(after=3)
    assert outcome.telephony == []
    assert PromptLimit(InteractionId("c1"), prompt) not in play.centre.timers


def test_the_end_of_an_old_announcement_is_not_that_of_the_present_one() -> None:
    """The prompt's id tells them apart."""
    play = Play()
    play.calls()
    play.passes(10)
    play.hand(PromptFinished(LegId("leg-c1"), PromptId("cc-c1-p99")))
    assert play.interaction().prompt is not None


def test_an_announcement_whose_end_is_lost_is_over_by_its_limit() -> None:
    """A later one is not taken for a second."""
    play = announcing(Announcement(seconds(10), None))
    play.calls()
    play.passes(200)
    assert play.interaction().prompt is None
    assert play.state() is InteractionState.QUEUED


def test_an_announcement_never_delays_the_talk() -> None:
    """It plays when the agent answers, and is stopped."""
    play = Play()
    play.calls()
    play.passes(10)
    play.is_ready(BOB)
    play.agent_answers()
    assert play.state() is InteractionState.CONNECTED
    assert play.interaction().prompt is None


@pytest.mark.parametrize("phase", ["talk", "gone"])
def test_an_announcement_that_is_due_late_is_not_played(phase: str) -> None:
    """Its timer was on its way when the wait ended."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    if phase == "talk":
        play.agent_answers()
    else:
        play.leaves()
    play.centre.timers[KEY] = play.now
    assert play.hand(TimerFired(KEY)).telephony == []


def test_the_first_in_line_hears_no_figure() -> None:
    """You are now first in line."""
    assert position_sounds(1) == recorded("queue-youarenext", "queue-thankyou")


def test_others_hear_their_figure() -> None:
    """Your call is now number three in line."""
    assert position_sounds(3) == (
        *recorded("queue-thereare"),
        number(3),
        *recorded("queue-callswaiting", "queue-thankyou"),
    )


def test_without_a_leg_there_is_nobody_to_treat() -> None:
    """An interaction whose customer was not dialled yet."""
    nobody = Interaction(InteractionId("c1"), Direction.OUTBOUND, NODE, "", "", START)
    assert list(start_treatment(Centre(plan()), nobody, queue(SUPPORT, "support"), START)) == []


def test_the_announcement_is_planned_from_the_entry() -> None:
    """Not from the start of the call."""
    play = Play()
    play.calls(IVR_DNIS)
    play.prompt_ends(after=20)
    outcome = play.hand(DigitReceived(LegId("leg-c1"), "2"))
    assert [t.due_at for t in some(outcome, StartTimer) if t.key == KEY] == [play.now + seconds(10)]

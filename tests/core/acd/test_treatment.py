"""What the waiting caller hears: music, and a position that never gets worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.playbook import (
    ANN,
    BOB,
    IVR_DNIS,
    NODE,
    PRIVATE_DNIS,
    SALES,
    START,
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

from ccserver.core.acd.estimate_announcing import step_of
from ccserver.core.acd.forecasting import LiveForecast
from ccserver.core.acd.treatment import start_treatment
from ccserver.core.acd.wait_words import THANKS, position_words, wait_words
from ccserver.core.centre import Centre
from ccserver.core.commands import AnswerLeg, PlayPrompt, RingAgent, StartMusic, StartTimer
from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound, DigitReceived, PromptFinished, TimerFired
from ccserver.core.forecast import Forecast, Step, Told
from ccserver.core.ids import CustomerId, InteractionId, LegId, PromptId, TierId
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.notices import PositionAnnounced, WaitAnnounced
from ccserver.core.plan import Announcement, Comfort, Exit, ExitKind, OverflowRule
from ccserver.core.records import Direction
from ccserver.core.sounds import recorded
from ccserver.core.tiers import Tier
from ccserver.core.timers import AnnouncementDue, ComfortDue, PromptLimit

KEY = AnnouncementDue(InteractionId("c1"))
SURE, UNSURE = 0.9, 0.1
WAITS = Announcement(seconds(10), seconds(30), position=False, wait=True)


class Foretold(LiveForecast):
    """Expects what it is told to expect."""

    def __init__(self) -> None:
        super().__init__()
        self.prudent, self.confidence = 30.0, SURE

    def of(self, interaction: Interaction, now: datetime) -> Forecast | None:
        return Forecast(now, self.prudent, self.prudent, self.prudent, self.prudent, self.confidence)


def foretelling(announcement: Announcement = WAITS, language: str = "en") -> tuple[Play, Foretold]:
    """A caller who waits, and what is foretold."""
    line = replace(entry(SUPPORT_DNIS, to=SUPPORT), language=language)
    play = Play(
        plan(queues={SUPPORT: queue(SUPPORT, "support", announcement=announcement)}, entry_points={SUPPORT_DNIS: line})
    )
    forecast = play.kernel.forecast = Foretold()
    play.calls()
    return play, forecast


def waits_told(play: Play) -> list[Step]:
    return [notice.step for notice in play.all(WaitAnnounced)]


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
    for wait in (10, 30, 30):
        play.passes(wait)
        play.prompt_ends()
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
    play.prompt_ends("c1")
    play.leaves("c0")
    play.passes(30)
    assert told(play) == [2, 1]


def test_the_figure_never_gets_worse() -> None:
    """Somebody with priority came after: the caller is told the old figure."""
    play = Play()
    play.calls()
    play.passes(10)
    play.prompt_ends()
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


# -- the estimated wait -------------------------------------------------------------------------------------------------


def test_the_wait_is_told() -> None:
    """In English by Asterisk's recordings."""
    play, forecast = foretelling()
    forecast.prudent = 130
    outcome = play.passes(10)[-1]
    assert only(outcome, PlayPrompt).sounds == (*wait_words(Step.FROM_2_TO_4, "en"), *THANKS)
    place = play.interaction().place
    assert place is not None
    assert place.told == Told(Step.FROM_2_TO_4, play.now)


def test_the_wait_is_told_in_the_callers_language() -> None:
    """As one sentence."""
    play, _ = foretelling(language="zh-CN")
    outcome = play.passes(10)[-1]
    prompt = only(outcome, PlayPrompt)
    assert (prompt.language, prompt.sounds) == ("zh-CN", recorded("wait/under-1", "queue-thankyou"))


def test_position_and_wait_are_one_announcement() -> None:
    """With one thank-you."""
    play, _ = foretelling(Announcement(seconds(10), None, wait=True))
    outcome = play.passes(10)[-1]
    sounds = only(outcome, PlayPrompt).sounds
    assert sounds == (*position_words(1), *wait_words(Step.UNDER_1, "en"), *THANKS)


def test_who_is_unsure_says_nothing() -> None:
    """And is asked again the next time."""
    play, forecast = foretelling()
    forecast.confidence = UNSURE
    play.passes(10)
    assert play.all(PlayPrompt) == []
    forecast.confidence = SURE
    play.passes(30)
    assert waits_told(play) == [Step.UNDER_1]


def test_a_worse_wait_is_not_told() -> None:
    """Silence, and the promise stands."""
    play, forecast = foretelling()
    play.passes(10)
    play.prompt_ends()
    forecast.prudent = 300
    play.passes(30)
    assert waits_told(play) == [Step.UNDER_1]


def test_the_promise_goes_along_into_another_queue() -> None:
    """It was made to the caller."""
    rule = OverflowRule(Exit(ExitKind.QUEUE, target=SALES), waited=seconds(20))
    queues = {
        SALES: queue(SALES, "sales", announcement=WAITS),
        SUPPORT: queue(SUPPORT, "support", announcement=WAITS, overflow=(rule,)),
    }
    play = Play(plan(queues=queues))
    forecast = play.kernel.forecast = Foretold()
    play.calls()
    play.passes(10)
    play.prompt_ends()
    forecast.prudent = 500
    play.passes(25)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, waits_told(play)) == (SALES, [Step.UNDER_1])


@given(st.lists(st.tuples(st.floats(0, 2000), st.sampled_from([SURE, SURE, UNSURE])), max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_caller_ever_hears_a_worse_step(foretold: list[tuple[float, float]]) -> None:
    """Whatever is foretold: each step is at most the one before it, and was foretold when it was told."""
    play, forecast = foretelling(replace(WAITS, every=seconds(10)))
    possible = []
    for forecast.prudent, forecast.confidence in foretold:
        play.passes(10)
        possible.append(step_of(forecast.prudent))
        if play.interaction().prompt is not None:
            play.prompt_ends()
    told = waits_told(play)
    assert told == sorted(told, reverse=True)
    assert set(told) <= set(possible)


# -- comfort messages and greetings -------------------------------------------------------------------------------------


def comforted(**changes: Any) -> Play:
    comfort = Comfort(seconds(15), seconds(20), (recorded("one"), recorded("two")))
    return Play(plan(queues={SUPPORT: queue(SUPPORT, "support", announcement=None, comfort=comfort, **changes)}))


def heard(play: Play) -> list[str]:
    return [prompt.sounds[0].value for prompt in play.all(PlayPrompt)]


def test_comfort_messages_are_played_in_turn() -> None:
    """And then from the first again."""
    play = comforted()
    play.calls()
    play.passes(15)
    play.prompt_ends()
    for _ in range(2):
        play.passes(20)
        play.prompt_ends()
    assert heard(play) == ["one", "two", "one"]


def test_a_message_that_is_due_while_another_plays_waits_for_its_end() -> None:
    """Two seconds later it is looked at again."""
    play = comforted()
    play.calls()
    play.passes(36)
    assert heard(play) == ["one"]
    play.prompt_ends()
    play.passes(2)
    assert heard(play) == ["one", "two"]


def test_no_message_disturbs_whose_agent_is_being_rung() -> None:
    """The next one is due as ever, and it is the same one."""
    play = comforted()
    play.calls()
    play.passes(10)
    play.is_ready(BOB)
    play.passes(6)
    assert heard(play) == []
    play.passes(20)
    assert heard(play) == ["one"]


def test_with_the_wait_the_messages_end() -> None:
    """Nothing is due any more."""
    play = comforted()
    play.talks(BOB)
    assert ComfortDue(InteractionId("c1")) not in play.centre.timers


GREETED = Tier(TierId("gold"), "Gold", 8.0, greeting=recorded("welcome-gold"), language="de")


def greeting_for(card: CustomerCard | None, after: float = 0.1) -> Play:
    play = Play(plan(tiers=(GREETED, Tier(TierId("basic"), "Basic"))))
    play.calls()
    assert heard(play) == []
    play.hand(CustomerFound(InteractionId("c1"), card), after=after)
    return play


def test_a_customer_is_greeted_as_the_tier_wants_it() -> None:
    """Once it is known whose customer calls, and in the tier's language."""
    play = greeting_for(CustomerCard(CustomerId("7"), "Wei", "gold", 0.0))
    (prompt,) = play.all(PlayPrompt)
    assert (prompt.sounds, prompt.language) == (recorded("welcome-gold"), "de")


def test_a_tier_without_a_greeting_hears_music() -> None:
    """Only that."""
    assert heard(greeting_for(None)) == []


def test_a_greeting_comes_late_rather_than_never() -> None:
    """The directory answered after the limit."""
    assert heard(greeting_for(CustomerCard(CustomerId("7"), "Wei", "gold", 0.0), after=2)) == ["welcome-gold"]


def test_nobody_is_greeted_twice_in_a_wait() -> None:
    """Overflow into another queue is the same wait."""
    rule = OverflowRule(Exit(ExitKind.QUEUE, target=SALES), waited=seconds(5))
    queues = {
        SALES: queue(SALES, "sales", announcement=None),
        SUPPORT: queue(SUPPORT, "support", announcement=None, overflow=(rule,)),
    }
    play = Play(plan(queues=queues, tiers=(GREETED, Tier(TierId("basic"), "Basic"))))
    play.calls()
    play.hand(CustomerFound(InteractionId("c1"), CustomerCard(CustomerId("7"), "Wei", "gold", 0.0)))
    play.passes(10)
    place = play.interaction().place
    assert place is not None
    assert (place.queue, heard(play)) == (SALES, ["welcome-gold"])


def test_no_greeting_delays_an_agent() -> None:
    """It plays while the phone rings, and ends when the agent answers."""
    play = Play(plan(tiers=(GREETED, Tier(TierId("basic"), "Basic"))))
    play.is_ready(BOB)
    play.calls()
    outcome = play.hand(CustomerFound(InteractionId("c1"), CustomerCard(CustomerId("7"), "Wei", "gold", 0.0)))
    assert len(some(outcome, RingAgent)) == 1
    play.agent_answers()
    assert play.interaction().prompt is None
    assert play.state() is InteractionState.CONNECTED

"""Playing to the customer: one prompt at a time, each with a deadline."""

from __future__ import annotations

from tests.core.playbook import NODE, START, seconds

from ccserver.core.commands import CancelTimer, PlayPrompt, StartTimer, StopPrompt
from ccserver.core.ids import InteractionId, LegId
from ccserver.core.interaction import Interaction
from ccserver.core.prompts import LONGEST_PROMPT, play, prompt_is_over
from ccserver.core.records import Direction
from ccserver.core.sounds import recorded
from ccserver.core.timers import PromptLimit


def caller(leg: str | None = "leg") -> Interaction:
    key = InteractionId("c1")
    return Interaction(
        key, Direction.INBOUND, NODE, "", "", START, language="zh", customer_leg=LegId(leg) if leg else None
    )


def test_a_prompt_goes_to_the_customer_in_the_customers_language() -> None:
    """Its end is expected within the longest prompt."""
    one = caller()
    (prompt, timer) = play(one, recorded("welcome"), START)
    assert isinstance(prompt, PlayPrompt)
    assert (prompt.leg, prompt.sounds, prompt.language) == ("leg", recorded("welcome"), "zh")
    assert timer == StartTimer(PromptLimit(one.id, prompt.prompt), START + LONGEST_PROMPT)


def test_a_second_prompt_takes_the_place_of_the_first() -> None:
    """Never two at once."""
    one = caller()
    list(play(one, recorded("welcome"), START))
    first = one.prompt
    commands = list(play(one, recorded("menu"), START + seconds(1)))
    assert [type(command) for command in commands] == [StopPrompt, CancelTimer, PlayPrompt, StartTimer]
    assert one.prompt != first


def test_to_nobody_nothing_is_played() -> None:
    """The customer was not dialled yet."""
    assert list(play(caller(None), recorded("welcome"), START)) == []


def test_a_prompt_that_is_over_needs_no_deadline() -> None:
    """The end was reported."""
    one = caller()
    list(play(one, recorded("welcome"), START))
    prompt = one.prompt
    assert prompt is not None
    assert list(prompt_is_over(one)) == [CancelTimer(PromptLimit(one.id, prompt))]
    assert one.prompt is None


def test_what_does_not_play_is_not_over() -> None:
    """It may be asked twice."""
    assert list(prompt_is_over(caller())) == []

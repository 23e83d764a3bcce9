"""Nobody waits for ever: the maximum wait and its ways out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.playbook import ANN, BOB, SALES, SUPPORT, Play, plan, queue, seconds

from ccserver.core.commands import PlayPrompt
from ccserver.core.events import ReadyRequested, TimerFired
from ccserver.core.ids import InteractionId
from ccserver.core.interaction import InteractionState
from ccserver.core.notices import LeftQueue, RecordMade
from ccserver.core.plan import Exit, ExitKind
from ccserver.core.records import Result
from ccserver.core.sounds import recorded
from ccserver.core.timers import MaxWait

KEY = MaxWait(InteractionId("c1"))


def waiting(exit_: Exit, *agents: str) -> Play:
    """One caller in a queue that keeps callers for a minute."""
    support = queue(SUPPORT, "support", max_wait=seconds(60), on_max_wait=exit_)
    play = Play(plan(queues={SUPPORT: support, SALES: queue(SALES, "sales")}))
    play.is_ready(*agents)  # type: ignore[arg-type]
    play.calls()
    return play


@pytest.mark.parametrize(
    ("exit_", "state"),
    [
        (Exit(ExitKind.VOICEMAIL), InteractionState.RECORDING),
        (Exit(ExitKind.MESSAGE, sounds=recorded("sorry")), InteractionState.CLOSING),
        (Exit(ExitKind.MESSAGE), InteractionState.CLOSING),
        (Exit(ExitKind.QUEUE, SALES), InteractionState.QUEUED),
        (Exit(ExitKind.FLOW, "main"), InteractionState.IN_FLOW),
    ],
)
def test_each_way_out_is_taken(exit_: Exit, state: InteractionState) -> None:
    """When the time is up, not before."""
    play = waiting(exit_)
    play.passes(59.9)
    assert play.state() is InteractionState.QUEUED
    play.passes(0.1)
    assert play.state() is state


def test_the_way_out_of_a_wait_is_in_the_history() -> None:
    """Overflowed, not abandoned: the caller did not leave."""
    play = waiting(Exit(ExitKind.MESSAGE, sounds=recorded("sorry")))
    play.passes(60)
    play.prompt_ends()
    play.leaves()
    assert play.all(LeftQueue)[-1].how == "overflowed"
    assert play.all(RecordMade)[-1].record.result is Result.OVERFLOWED


def test_a_ringing_agent_is_given_the_chance() -> None:
    """The phone rings at the very end of the wait."""
    play = waiting(Exit(ExitKind.VOICEMAIL))
    play.passes(50)
    play.is_ready(ANN)
    play.passes(10)
    assert play.state() is InteractionState.OFFERED
    play.agent_answers()
    assert play.state() is InteractionState.CONNECTED


def test_after_an_agent_who_did_not_answer_the_wait_is_over() -> None:
    """It was only put off, by one ringing time."""
    play = waiting(Exit(ExitKind.VOICEMAIL))
    play.passes(50)
    play.is_ready(ANN)
    play.passes(25)
    assert play.state() is InteractionState.RECORDING


def test_agents_who_never_answer_do_not_put_it_off_for_ever() -> None:
    """Each ringing is bounded, and so are they all together."""
    play = waiting(Exit(ExitKind.VOICEMAIL), BOB)
    for _ in range(20):
        play.passes(15)
        if play.state() is InteractionState.QUEUED:
            play.hand(ReadyRequested(BOB))
    assert play.state() is InteractionState.RECORDING


def test_the_limit_of_the_next_queue_counts_from_its_own_entry() -> None:
    """Who is sent on is not sent on again at once."""
    play = waiting(Exit(ExitKind.QUEUE, SALES))
    play.passes(300)
    assert play.interaction().last_queue == SALES
    assert play.state() is InteractionState.QUEUED
    play.passes(60)
    assert play.state() is InteractionState.RECORDING


def test_a_queue_that_is_gone_leads_to_the_last_resort() -> None:
    """The plan was replaced while the caller waited."""
    play = waiting(Exit(ExitKind.VOICEMAIL))
    play.centre.plan = replace(play.centre.plan, queues={})
    play.passes(60)
    assert play.all(PlayPrompt)[-1].sounds == recorded("sorry")


def test_who_talks_is_not_taken_out_of_the_talk() -> None:
    """The limit ends with the wait."""
    play = waiting(Exit(ExitKind.VOICEMAIL), ANN)
    play.agent_answers()
    assert KEY not in play.centre.timers


@pytest.mark.parametrize("phase", ["talk", "gone"])
def test_a_limit_that_fires_late_changes_nothing(phase: str) -> None:
    """Its timer was on its way when the wait ended."""
    play = waiting(Exit(ExitKind.VOICEMAIL), ANN)
    if phase == "talk":
        play.agent_answers()
    else:
        play.leaves()
    play.centre.timers[KEY] = play.now
    outcome = play.hand(TimerFired(KEY))
    assert (outcome.telephony, outcome.notices) == ([], [])

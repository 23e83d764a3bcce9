"""The estimated wait, live: what the estimator is told, and what is answered."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from tests.core.playbook import ANN, BOB, SALES, SALES_DNIS, SUPPORT, Play, plan, queue, seconds

from ccserver.core.acd.estimate_accuracy import Accuracy
from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound, LegEnded
from ccserver.core.forecast import Forecast
from ccserver.core.ids import CustomerId, InteractionId, LegId, TierId
from ccserver.core.interaction import InteractionState
from ccserver.core.kernel import Kernel
from ccserver.core.notices import WaitJudged
from ccserver.core.plan import Exit, ExitKind, OverflowRule
from ccserver.core.tiers import Tier
from ccserver.core.work_item import WorkState

GOLD, BASIC = Tier(TierId("gold"), "Gold", 8.0), Tier(TierId("basic"), "Basic")


def busy() -> Play:
    """There is one agent for support, and he talks."""
    play = Play()
    play.talks(BOB, "busy")
    return play


def learned(play: Play) -> int:
    assert play.kernel.forecast is not None
    return sum(model.count for model in play.kernel.forecast.estimator._all.values())


def expected(play: Play, name: str = "c1") -> Forecast:
    place = play.interaction(name).place
    assert place is not None
    assert place.expected is not None
    return place.expected


def ends(play: Play, name: str) -> None:
    """The talk is over, the wrap-up too."""
    play.leaves(name)
    for item in list(play.centre.work_items.values()):
        if item.state is WorkState.WRAP_UP:
            play.passes(25)


def test_who_finds_nobody_free_is_told_something_to_expect() -> None:
    """It is kept with the place, as it was when the wait began."""
    play = busy()
    play.calls(name="c1")
    at, figures = expected(play).at, expected(play)
    assert at == play.now
    assert figures.low <= figures.typical <= figures.high
    play.passes(30)
    assert expected(play) == figures


def test_who_finds_somebody_is_not_its_business() -> None:
    """No estimate, and nothing to learn."""
    play = Play()
    play.is_ready(ANN)
    play.calls()
    place = play.interaction().place
    assert place is not None
    assert place.expected is None
    play.agent_answers()
    assert learned(play) == 0


def test_an_answer_is_learned_from_and_judged() -> None:
    """With what had been expected, and how long it took from then on."""
    play = busy()
    play.calls(name="c1")
    play.passes(40)
    foretold = expected(play)
    play.is_ready(ANN)
    play.passes(2)
    play.agent_answers("c1")
    assert learned(play) == 1
    (judged,) = play.all(WaitJudged)
    assert (judged.interaction, judged.queue, judged.expected) == ("c1", SUPPORT, foretold)
    assert judged.waited == (play.now - foretold.at).total_seconds() == 43


def test_whoever_hangs_up_is_learned_from_and_not_judged() -> None:
    """How long the wait would have been is not known."""
    play = busy()
    play.calls(name="c1")
    play.leaves("c1")
    assert learned(play) == 1
    assert play.all(WaitJudged) == []


def test_an_offer_that_fails_does_not_end_the_wait() -> None:
    """RONA: the estimate stays as it was, and is learned from once."""
    play = busy()
    play.calls(name="c1")
    foretold = expected(play)
    play.is_ready(ANN)
    play.passes(16)
    assert play.state("c1") is InteractionState.QUEUED
    assert (learned(play), expected(play)) == (0, foretold)


def test_the_second_in_line_has_longer_to_wait() -> None:
    """By its place."""
    play = busy()
    for number in range(6):
        play.calls(name=f"c{number}")
    waits = [place.expected.typical for n in range(3) if (place := play.interaction(f"c{n}").place) and place.expected]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_nothing_is_said_when_nobody_is_signed_in() -> None:
    """The line may move never."""
    play = Play()
    play.calls()
    assert play.kernel.forecast is not None
    assert play.kernel.forecast.of(play.interaction(), play.now) is None


def test_a_newcomer_finds_somebody() -> None:
    """No wait; and nothing is known of a line in which nobody ever stood."""
    play = Play()
    forecast = play.kernel.forecast
    assert forecast is not None
    assert forecast.of_newcomer(SUPPORT, "", play.now) is None
    play.talks(BOB, "c1")
    ends(play, "c1")
    figure = forecast.of_newcomer(SUPPORT, "", play.now)
    assert figure is not None
    assert (figure.typical, figure.confidence) == (0.0, 1.0)


def test_a_newcomer_stands_at_the_end() -> None:
    """Whoever waits already expects less."""
    play = busy()
    for number in range(5):
        play.calls(name=f"c{number}")
    forecast = play.kernel.forecast
    assert forecast is not None
    figure = forecast.of_newcomer(SUPPORT, "", play.now)
    assert figure is not None
    assert figure.typical >= expected(play, "c0").typical


def test_looking_changes_nothing_that_is_decided() -> None:
    """Else a day that is played again would go another way, for nobody asks then."""
    quiet, asked = busy(), busy()
    for play in (quiet, asked):
        for number in range(3):
            play.calls(name=f"c{number}")
            if play is asked and play.kernel.forecast is not None:
                play.kernel.forecast.of_newcomer(SUPPORT, "", play.now)
            play.passes(7.3)
    assert [expected(quiet, f"c{n}") for n in range(3)] == [expected(asked, f"c{n}") for n in range(3)]


def test_another_queue_is_another_wait() -> None:
    """Overflow moves the caller: the first one ended unanswered, and there is something else to expect."""
    rule = OverflowRule(Exit(ExitKind.QUEUE, target=SALES), waited=seconds(20))
    queues = {
        SALES: queue(SALES, "sales", announcement=None),
        SUPPORT: queue(SUPPORT, "support", announcement=None, overflow=(rule,)),
    }
    play = Play(plan(queues=queues))
    play.talks(ANN, "busy")
    play.calls(name="c1")
    first = expected(play)
    play.passes(20)
    place = play.interaction("c1").place
    assert place is not None
    assert place.queue == SALES
    assert expected(play).at == play.now != first.at
    assert learned(play) == 1


def test_a_tier_that_is_known_late_is_another_line() -> None:
    """What was expected as one of the others taught nothing."""
    tiers = plan(tiers=(GOLD, BASIC))
    play = Play(replace(tiers, look_up_limit=seconds(0.1)))
    play.is_ready(BOB)
    play.calls(name="busy", ani="")
    play.agent_answers("busy")
    play.calls(name="c1")
    play.passes(5)
    first = expected(play)
    card = CustomerCard(CustomerId("7"), "Wei", "gold", 0.0)
    play.hand(CustomerFound(InteractionId("c1"), card))
    assert expected(play).at == play.now != first.at
    play.leaves("c1")
    assert learned(play) == 1


def test_it_is_fed_by_the_centre_and_gets_better() -> None:
    """One agent, talks of forty seconds, always two in line: after some dozen calls the estimate is near."""
    play = Play(
        plan(queues={SALES: queue(SALES, "sales", announcement=None, max_wait=seconds(3000), wrap_up_limit=seconds(0))})
    )
    play.talks(ANN, "n0", SALES_DNIS)
    early, late = Accuracy(), Accuracy()
    for number in range(1, 3):
        play.calls(SALES_DNIS, f"n{number}")
    for number in range(60):
        play.passes(40)
        play.hand(LegEnded(LegId(f"leg-n{number}")))
        play.agent_answers(f"n{number + 1}")
        play.calls(SALES_DNIS, f"n{number + 3}")
    for number, judged in enumerate(play.all(WaitJudged)):
        told = judged.expected
        (early if number < 10 else late).add(told.typical, told.low, told.high, judged.waited)
    assert late.contacts >= 45
    assert late.mean_percent_off < 20 < early.mean_percent_off
    assert late.share_near > 0.95


def test_after_a_restart_the_wait_is_still_judged_by_what_was_foretold() -> None:
    """It is in the journal with the place; what was learned is not."""
    play = busy()
    play.calls(name="c1")
    foretold = expected(play)
    play.kernel = Kernel(deepcopy(play.centre))
    play.centre = play.kernel.centre
    play.passes(10)
    play.is_ready(ANN)
    play.agent_answers("c1")
    assert [(judged.expected, judged.waited) for judged in play.all(WaitJudged)] == [(foretold, 11)]
    assert learned(play) == 0


def test_a_bug_elsewhere_does_not_cost_what_was_learned() -> None:
    """The dispatch is made anew; of each line little is left, of all of them everything."""
    play = busy()
    play.calls(name="c1")
    play.leaves("c1")
    forecast = play.kernel.forecast
    play.kernel.dispatch = None
    play.calls(name="c2")
    assert play.kernel.forecast is forecast
    assert learned(play) == 1
    assert expected(play, "c2").at == play.now


def test_who_hangs_up_while_the_phone_rings_would_have_been_answered_later() -> None:
    """Nobody answered."""
    play = busy()
    play.calls(name="c1")
    play.is_ready(ANN)
    assert play.state("c1") is InteractionState.OFFERED
    play.leaves("c1")
    assert learned(play) == 1
    assert play.all(WaitJudged) == []


def test_nobody_is_forgotten_nor_kept() -> None:
    """When all is over the estimator waits for no one."""
    play = busy()
    for number in range(3):
        play.calls(name=f"c{number}")
    for number in range(3):
        play.leaves(f"c{number}")
    assert play.kernel.forecast is not None
    assert len(play.kernel.forecast.estimator) == 0

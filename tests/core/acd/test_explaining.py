"""Why two were paired, as values."""

from __future__ import annotations

from tests.core.playbook import ANN, BOB, CEM, NODE, SUPPORT, SUPPORT_DNIS, Play, plan, profile, seconds

from ccserver.core.acd.alternatives import Alternative
from ccserver.core.acd.explaining import explain
from ccserver.core.acd.routing.match import Match
from ccserver.core.acd.routing.staff import Staff
from ccserver.core.agent import Desktop
from ccserver.core.events import TelephonyLost
from ccserver.core.ids import AgentId
from ccserver.core.skills import AtLeast, proficiency
from ccserver.core.tiers import RoutingPolicy
from ccserver.core.why import MOST_NAMED, Ahead, Kept, Why


def said(match: Match, *, place: bool = True, pageless: tuple[AgentId, ...] = ()) -> Why:
    """The caller waits for half a minute and was missed by Bob, who is idle; Cem is idle without the skill."""
    play = Play(plan(agents={ANN: profile(ANN, support=7), BOB: profile(BOB, support=5), CEM: profile(CEM, sales=9)}))
    play.calls(SUPPORT_DNIS, "c1")
    play.passes(30)
    interaction = play.interaction()
    assert interaction.place is not None
    interaction.place.refused_by.append(BOB)
    interaction.tier = "gold"
    if not place:
        interaction.place = None
    staff = Staff(lambda need, skills: proficiency(dict([skills]), need))  # type: ignore[list-item, arg-type]
    staff.add_need(AtLeast("support"))
    for agent, skill in ((BOB, "support"), (CEM, "sales")):
        staff.sign_in(agent, (skill, 5))
        staff.set_idle(agent, 1.0)
    play.centre.agent(ANN).idle_since = play.centre.agent(BOB).idle_since = play.now - seconds(5)
    need = (Alternative(SUPPORT, AtLeast("support"), (), ()),)
    return explain(play.centre, match, staff, need, pageless, play.now)


def match(agent: AgentId = ANN, **changes: object) -> Match:
    figures = {"urgency": 0.123456, "price": 1234.56, "waited": 150.0, "level": 7.0, "need": 0, "qualified": 2}
    return Match(**{"contact": "c1", "agent": agent, "ahead": (), "kept": (), **figures, **changes})  # type: ignore[arg-type]


def test_figures_are_those_of_the_router() -> None:
    """Four digits are enough; the wait is the caller's own, whatever a policy adds."""
    why = said(match())
    assert (why.urgency, why.price, why.level, why.qualified) == (0.1235, 1235.0, 7, 2)
    assert (why.policy, why.tier, why.waited) == (RoutingPolicy().id, "gold", 30.0)


def test_those_who_could_not_be_asked_are_named() -> None:
    """Who missed it, who lacks the skill, and of those without their page who has it."""
    why = said(match(), pageless=(CEM, BOB))
    assert (why.missed_before, why.without_skill, why.without_page) == ((BOB,), (CEM,), (BOB,))
    assert not why.is_last_resort


def test_who_missed_it_is_the_last_resort() -> None:
    """Nobody else could take it now."""
    why = said(match(BOB))
    assert (why.is_last_resort, why.missed_before) == (True, ())


def test_of_many_only_the_first_are_named() -> None:
    """A record stays small."""
    many = [(f"x{number}", float(number)) for number in range(MOST_NAMED + 1)]
    why = said(match(ahead=tuple(many), kept=tuple(many)))
    assert (why.ahead[0], why.kept[-1]) == (Ahead("x0", 0.0), Kept("x9", 9.0))  # type: ignore[arg-type]
    assert (len(why.ahead), len(why.kept)) == (MOST_NAMED, MOST_NAMED)


def test_without_a_place_there_is_no_policy() -> None:
    """Whoever has none waited since the start of the call."""
    why = said(match(), place=False, pageless=(BOB,))
    assert (why.policy, why.without_page, why.waited) == ("", (BOB,), 30.0)


def test_who_is_ready_without_the_page_is_no_more_once_it_is_open() -> None:
    """The dispatch keeps count."""
    play = Play()
    play.is_ready(ANN, BOB)
    play.hand(TelephonyLost(NODE))
    play.centre.agent(BOB).desktop = Desktop.LOST
    play.hand(TelephonyLost(NODE))
    play.centre.agent(BOB).desktop = Desktop.ATTACHED
    play.centre.nodes_up.add(NODE)
    play.calls()
    why = play.interaction().decisions[-1].why
    assert why is not None
    assert (why.qualified, why.without_page) == (2, ())

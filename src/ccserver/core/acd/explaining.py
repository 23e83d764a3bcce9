"""Why the router paired these two, as values: its own figures, and who could not be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice

from ccserver.core.acd.alternatives import Need, fit, queue_for
from ccserver.core.acd.preferring import preferred, told
from ccserver.core.acd.routing.match import Match
from ccserver.core.acd.routing.staff import Staff
from ccserver.core.centre import Centre
from ccserver.core.ids import AgentId, InteractionId, QueueId
from ccserver.core.why import MOST_NAMED, Ahead, Kept, Why, WhyCode

_FIGURES = 4


def explain(
    centre: Centre, match: Match, staff: Staff, need: Need, pageless: Collection[AgentId], now: datetime
) -> Why:
    """Agents who are paired with others in the same step count as taken; of each kind MOST_NAMED are named."""
    interaction, agent = centre.interactions[InteractionId(str(match.contact))], AgentId(str(match.agent))
    place = interaction.place
    queue = centre.plan.queues.get(place.queue) if place else None
    refused = place.refused_by if place else []
    return Why(
        WhyCode.MOST_URGENT,
        qualified=match.qualified,
        idle_since=centre.agents[agent].idle_since,
        without_skill=tuple(AgentId(str(each.id)) for each in islice(staff.idle_without(match.need), MOST_NAMED)),
        missed_before=() if agent in refused else _still_idle(staff, refused, match.need),
        is_last_resort=agent in refused,
        without_page=_able(centre, need, pageless) if pageless else (),
        policy=queue.policy.id if queue else "",
        queue=_further(need, centre.plan.agents[agent].skills),
        preferred=tuple(told(preferred(centre, interaction, place, need), agent)) if place else (),
        tier=interaction.tier,
        waited=(now - (place.since if place else interaction.started_at)).total_seconds(),
        level=int(match.level),
        urgency=_short(match.urgency),
        price=_short(match.price),
        ahead=tuple(Ahead(InteractionId(str(key)), _short(urgency)) for key, urgency in match.ahead[:MOST_NAMED]),
        kept=tuple(Kept(AgentId(str(key)), _short(price)) for key, price in match.kept[:MOST_NAMED]),
    )


def _still_idle(staff: Staff, agents: Iterable[AgentId], need: int) -> tuple[AgentId, ...]:
    """Those who could have taken it now too."""
    found = ((key, staff.find(key)) for key in agents)
    idle = (
        key for key, each in found if each is not None and each.idle_since is not None and need in each.profile.able
    )
    return tuple(islice(idle, MOST_NAMED))


def _able(centre: Centre, need: Need, agents: Collection[AgentId]) -> tuple[AgentId, ...]:
    """In the order of their ids."""
    able = (each for each in sorted(agents) if fit(need, centre.plan.agents[each].skills))
    return tuple(islice(able, MOST_NAMED))


def _further(need: Need, skills: Mapping[str, int]) -> QueueId | None:
    """The queue in which the agent takes it, if that is not the one in which the caller stands."""
    taken = queue_for(need, skills)
    return taken if need and taken != need[0].queue else None


def _short(figure: float) -> float:
    return float(f"{figure:.{_FIGURES}g}")

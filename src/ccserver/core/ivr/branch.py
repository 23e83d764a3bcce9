"""Which way a branch of a flow goes, and whether it is too early to say. Pure questions."""

from __future__ import annotations

from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.facts import facts_of
from ccserver.core.ids import NodeId
from ccserver.core.interaction import Interaction
from ccserver.core.ivr.flow import BranchNode, Case
from ccserver.core.plan import Plan
from ccserver.core.timers import LookUpLimit


def way_of(plan: Plan, node: BranchNode, interaction: Interaction, now: datetime) -> NodeId | None:
    """By what is known now."""
    return next((case.next for case in node.cases if _holds(plan, case, interaction, now)), node.otherwise)


def is_too_early(centre: Centre, node: BranchNode, interaction: Interaction) -> bool:
    """The customer directory has not answered yet, and its answer may decide."""
    return LookUpLimit(interaction.id) in centre.timers and any(case.asks_customer for case in node.cases)


def _holds(plan: Plan, case: Case, interaction: Interaction, now: datetime) -> bool:
    return (
        (not case.tiers or interaction.tier in case.tiers)
        and (not case.languages or interaction.language in case.languages)
        and case.is_known in (None, interaction.customer is not None)
        and all(interaction.answers.get(name) in good for name, good in case.answers.items())
        and (not case.open or _is_open(plan, case.open, now))
        and (not case.closed or not _is_open(plan, case.closed, now))
        and (case.expression is None or case.expression.holds(facts_of(interaction)))
    )


def _is_open(plan: Plan, name: str, now: datetime) -> bool:
    """A calendar that the plan does not have is open, as at an entry point."""
    return name not in plan.hours or plan.hours[name].is_open(now)

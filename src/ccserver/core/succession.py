"""One plan follows another: from one event to the next everything is decided by the new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ccserver.core.centre import Centre
from ccserver.core.commands import Command
from ccserver.core.events import Event, PlanChanged, ServerStarted
from ccserver.core.notices import Notice
from ccserver.core.standing import settle_tier

Effects = Iterator[Command | Notice | Event]


def on_plan_changed(centre: Centre, event: PlanChanged, now: datetime) -> Effects:
    """Put the plan in force as a whole, and offer what it allows. One that is not newer changes nothing.

    Calls keep what was begun: limits that run, places in line, offers that ring; whoever waits is weighed anew. A queue,
    flow or agent that the new plan does not have is met where it is next asked for.
    """
    if event.plan.epoch <= centre.plan.epoch:
        return
    centre.plan = event.plan
    for agent in centre.plan.agents:
        centre.agent(agent)
    _settle_tiers(centre)
    yield from ()


def on_server_started(centre: Centre, event: ServerStarted, now: datetime) -> Effects:
    """The plan may be another one than before the stop."""
    _settle_tiers(centre)
    yield from ()


def _settle_tiers(centre: Centre) -> None:
    """What the plan says of tiers holds for those who are there already."""
    for interaction in centre.interactions.values():
        if settle_tier(centre.plan, interaction):
            centre.interaction(interaction.id)

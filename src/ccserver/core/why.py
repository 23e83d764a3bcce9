"""Why an agent was offered an interaction: a code and typed values, so that every page can say it in its reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ccserver.core.ids import AgentId, InteractionId, QueueId

MOST_NAMED = 10
"""Agents and interactions passed over are named up to this number."""


class WhyCode(StrEnum):
    MOST_URGENT = "most_urgent"
    """Of those who wait, for this agent; the agent is the one who is missed least elsewhere."""
    LONGEST_IDLE = "longest_idle"
    """Of the agents who could take it; decisions of earlier versions."""
    TRANSFERRED = "transferred"
    """A colleague sent it to this very agent."""
    RETURNED = "returned"
    """This agent's own transfer was not taken: the customer comes back."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Waits longer and was passed over: less urgent for this agent."""

    interaction: InteractionId
    urgency: float


@dataclass(frozen=True, slots=True)
class Kept:
    """Could have taken it too, and is kept free for others: worth more to them than this interaction lost by waiting."""

    agent: AgentId
    price: float


class PreferredState(StrEnum):
    """What became of an agent who was preferred for the caller."""

    ASKED = "asked"
    """Free, and got the call."""
    FREE = "free"
    """But somebody else got it: the time in which the agent goes first was over."""
    WRAPS_UP = "wraps_up"
    AT_WORK = "at_work"
    AWAY = "away"
    MISSED = "missed"
    """Declined or missed this very call before."""


@dataclass(frozen=True, slots=True)
class Preferred:
    """An agent who should take the call if possible, and what the agent was doing when the call was offered."""

    agent: AgentId
    preferred_as: str
    """named, account_manager, last_agent"""
    state: PreferredState


@dataclass(frozen=True, slots=True)
class Why:
    """`qualified` counts the available agents with the skills, this one included; `idle_since` None: has not worked yet."""

    code: WhyCode
    qualified: int = 0
    idle_since: datetime | None = None
    without_skill: tuple[AgentId, ...] = ()
    """Available, and passed over because the queue needs skills they lack."""
    missed_before: tuple[AgentId, ...] = ()
    """Qualified, but they declined or missed this very interaction before."""
    is_last_resort: bool = False
    """This agent missed it before, and nobody else could take it now."""
    by: AgentId | None = None
    """Who transferred it; of a return the colleague who did not take it, None for a number that was not reached."""

    without_page: tuple[AgentId, ...] = ()
    """Ready and qualified, and passed over because their desktop's page was closed and is not open again."""
    policy: str = ""
    """By which the queue weighs those who wait."""
    tier: str = ""
    waited: float = 0.0
    """Seconds in line."""
    level: int = 0
    """The agent's proficiency, 1 to 10."""
    urgency: float = 0.0
    """What is lost by passing it over once more, in the unit of the tiers' values ..."""
    price: float = 0.0
    """... and what is lost elsewhere while the agent takes it."""
    ahead: tuple[Ahead, ...] = ()
    kept: tuple[Kept, ...] = ()
    queue: QueueId | None = None
    """In which the agent takes it, where that is another one than the caller stands in: the caller waits there too."""
    preferred: tuple[Preferred, ...] = ()
    """The first choice first."""

    def sentence(self, agent: AgentId) -> str:
        """The same in English with ids, for logs and programs."""
        if self.code is WhyCode.TRANSFERRED:
            return f"transferred to {agent} by {self.by}"
        if self.code is WhyCode.RETURNED:
            return f"back to {agent}: {self.by or 'the number'} did not take the transfer"
        return "; ".join((*self._parts(agent), *self._others()))

    def _parts(self, agent: AgentId) -> Iterator[str]:
        idle = f"idle since {self.idle_since:%H:%M:%S}" if self.idle_since else "not yet worked"
        if self.code is WhyCode.LONGEST_IDLE:
            yield f"{agent} is the longest idle of {self.qualified} qualified and available agents ({idle})"
        else:
            tier = f"tier {self.tier}, " if self.tier else ""
            yield f"the most urgent for {agent} by policy {self.policy} ({tier}waited {self.waited:.0f} s)"
            yield f"urgency {self.urgency:.3g}, price of the agent {self.price:.3g}"
            yield f"{agent} is one of {self.qualified} qualified and available agents (proficiency {self.level}, {idle})"
        for each in self.preferred:
            yield f"{each.preferred_as.replace('_', ' ')} of the caller: {each.agent} ({each.state.value.replace('_', ' ')})"
        if self.queue:
            yield f"taken in {self.queue}, where the caller waits too"

    def _others(self) -> Iterator[str]:
        if self.ahead:
            yield f"passed over: {', '.join(each.interaction for each in self.ahead)}"
        if self.kept:
            yield f"kept free for others: {', '.join(each.agent for each in self.kept)}"
        if self.without_skill:
            yield f"without the skill: {', '.join(self.without_skill)}"
        if self.without_page:
            yield f"page not open: {', '.join(self.without_page)}"
        if self.missed_before:
            yield f"missed this call before: {', '.join(self.missed_before)}"
        if self.is_last_resort:
            yield "nobody else could take it now"

"""Agents as they are typed: those of the configuration, and for a slip the nearest of them."""

from __future__ import annotations

import difflib

from ccserver.cli.failing import fail
from ccserver.config import Configuration
from ccserver.core.ids import AgentId

MOST_NAMED = 3


def agent_of(configuration: Configuration, text: str) -> AgentId:
    """The agent of the configuration; ends the command with 2 when there is none."""
    agent = AgentId(text)
    if agent not in configuration.plan.agents:
        fail(f"{text[:80]!r} is no agent of this configuration; {nearest_agents(configuration, text)}")
    return agent


def nearest_agents(configuration: Configuration, text: str) -> str:
    """The three whose names are nearest, and how many there are: a centre may have thousands."""
    names = list(configuration.plan.agents)
    if len(names) <= MOST_NAMED:
        return f"agents are {', '.join(names)}" if names else "it has no agents"
    near = difflib.get_close_matches(text[:80].lower(), names, n=MOST_NAMED, cutoff=0.0)
    return f"of its {len(names)} agents the nearest are {', '.join(near)}"

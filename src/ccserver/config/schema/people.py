"""Agents, teams, users and not-ready reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ccserver.config.schema.needs import Proficiency
from ccserver.config.schema.queues import WrapUpLimit
from ccserver.config.schema.section import Section
from ccserver.config.schema.types import ID_PATTERN, Id, Label, Matching

AGENT_PATTERN = rf"{ID_PATTERN}(\.\.{ID_PATTERN})?"
AgentKey = Annotated[
    str,
    Matching(
        AGENT_PATTERN,
        "is no name of an agent",
        "use a small letter, then small letters, digits, _ or -; or a range such as load01..load50",
    ),
]
Extensions = Annotated[
    str,
    Matching(
        r"[0-9]{2,8}(\.\.[0-9]{2,8})?",
        "is no extension",
        'use 2 to 8 digits in quotes, such as "1001"; for a range of agents "2001..2050"',
    ),
]
Password = Annotated[str, Matching(r"[^\x00-\x1f\x7f]{1,128}", "is empty or too long", "use 1 to 128 characters")]
ReasonCode = Annotated[
    str,
    Matching(r"[a-z][a-z0-9_]{0,39}", "is no code of a reason", "use a small letter, then small letters, digits, _"),
]


class TeamSection(Section):
    """Agents who belong together."""

    name: Label | None = Field(None, description="the name that people see; else the name of the section")
    wrap_up_limit: WrapUpLimit | None = Field(None, description="overrides the queues' for the agents of this team")


class AgentSection(Section):
    """One agent, or a range of agents who differ only in their number.

    In a range `{id}` and `{number}` in `name` and `password` stand for the agent's own id and number.
    """

    name: Label = Field(description="the name that people see")
    extension: Extensions = Field(description='the number of the phone inside the house, in quotes, such as "1001"')
    skills: dict[Id, Proficiency] = Field({}, description="what the agent can do, and how well (1 to 10)")
    team: Id | None = Field(None, description="the team")
    role: Literal["agent", "supervisor", "admin"] = Field("agent", description="what the agent may do at the desktop")
    wrap_up_limit: WrapUpLimit | None = Field(None, description="overrides the team's and the queues'")
    password: Password | None = Field(None, description="only in a demo")


class UserSection(Section):
    """Someone who signs in but takes no calls."""

    name: Label | None = Field(None, description="the name that people see; else the name of the section")
    role: Literal["supervisor", "admin"] = Field(description="supervisor or admin (agents stand under agents)")
    password: Password | None = Field(None, description="only in a demo")

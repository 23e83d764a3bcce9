"""Preferred agents: who should take a caller's call if possible, and how long the caller waits for that."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from ccserver.config.schema.section import Section
from ccserver.config.schema.types import Lasting

Preferred = Literal["named", "account_manager", "last_agent"]
WaitFor = Annotated[timedelta, Lasting(timedelta(0), timedelta(minutes=10))]
Within = Annotated[timedelta, Lasting(timedelta(minutes=1), timedelta(hours=8760))]


class PreferredAgentSection(Section):
    """One who is free is asked first; one who is free soon is waited for."""

    who: list[Preferred] = Field(
        min_length=1,
        max_length=3,
        description="the first choice first: named (by the flow), account_manager, last_agent",
    )
    within: Within = Field(timedelta(hours=72), description="the last agent counts for so long after the call")
    wait_for: WaitFor = Field(timedelta(0), description="the longest wait for one who is at work, such as 20 s")
    wait_while: Literal["wrap_up", "at_work"] = Field(
        "wrap_up", description="what the agent may be doing meanwhile: wrap_up, or at_work for talking too"
    )
    past_target: bool = Field(False, description="true waits even if the answer target is missed by it")

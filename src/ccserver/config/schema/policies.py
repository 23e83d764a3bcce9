"""Routing policies: how a queue's agents are shared among the tiers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from ccserver.config.schema.section import Section
from ccserver.config.schema.types import Lasting
from ccserver.core.tiers import PolicyKind

KINDS: Final = frozenset(kind.value for kind in PolicyKind)
"""A queue may name one of these without a policy being written."""


class PolicySection(Section):
    """One policy. A policy that is called like a kind is of that kind and is what the queues get that name the kind."""

    kind: Literal["targets", "equal", "strict", "ageing"] | None = Field(
        None, description="targets, equal, strict or ageing; else that of its name, or targets"
    )
    protect: Annotated[float, Field(ge=0, le=10)] | None = Field(
        None, description="how readily agents with scarce skills are kept free: 0 is never; else as measured best"
    )
    ageing: Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=1))] | None = Field(
        None, description="of the kind ageing: so much waiting is worth one tier; else 2 min"
    )


def kind_of(name: str, section: PolicySection) -> PolicyKind:
    """The kind written, else that of its name, else the usual one."""
    return PolicyKind(section.kind or (name if name in KINDS else PolicyKind.TARGETS))

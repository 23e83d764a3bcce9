"""IVR flows: nodes and where they lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from ccserver.config.schema.section import Node, Section
from ccserver.config.schema.sounds import SoundList
from ccserver.config.schema.types import Expression, Id, Language, Lasting, Matching, refuse

Key = Annotated[str, Matching(r"[0-9*#]", "is no key of a telephone", "use one of 0 to 9, * and #, in quotes")]
StoreName = Annotated[
    str,
    Matching(r"[a-z][a-z0-9_]{0,39}", "is no name to store under", "use a small letter, then small letters, digits, _"),
]
StoredText = Annotated[str, Matching(r"[^\x00-\x1f\x7f]{0,200}", "is too long", "use at most 200 characters")]
KeyLimit = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(seconds=60))]
Tries = Annotated[int, Field(ge=1, le=9)]
Priority = Annotated[int, Field(ge=0, le=1000)]
MOST_ALSO: Final = 10
"""Queues in which a caller waits besides the first one."""


class PlaySection(Node):
    """Play the sounds to the end, then go on."""

    do: Literal["play"]
    sounds: SoundList = Field(min_length=1, description="what the caller hears")
    next: Id = Field(description="the node that follows")


class MenuSection(Node):
    """Play the sounds and wait for one key; a key may come while they play."""

    do: Literal["menu"]
    sounds: SoundList = Field(min_length=1, description="the choices, as the caller hears them")
    keys: dict[Key, Id] = Field(min_length=1, description='the node for each key, such as "1": to_sales')
    limit: KeyLimit = Field(timedelta(seconds=5), description="how long to wait for a key after the sounds")
    tries: Tries = Field(2, description="how often the menu is played before on_timeout or on_wrong is taken")
    wrong: SoundList = Field([], description="what is played after a wrong key")
    on_timeout: Id = Field(description="the node for callers who press nothing")
    on_wrong: Id | None = Field(None, description="the node for callers who press wrong keys; else on_timeout")
    store: StoreName | None = Field(None, description="the name under which the key is kept with the call")


class DigitsSection(Node):
    """Collect digits, ended by # or by `limit` after the last key."""

    do: Literal["digits"]
    sounds: SoundList = Field(min_length=1, description="what is asked for, as the caller hears it")
    store: StoreName = Field(description="the name under which the digits are kept with the call")
    min_digits: int = Field(1, ge=1, le=40, description="fewer are wrong")
    max_digits: int = Field(ge=1, le=40, description="so many end the input")
    limit: KeyLimit = Field(timedelta(seconds=5), description="how long to wait for the next digit")
    tries: Tries = Field(2, description="how often is asked before on_failed is taken")
    wrong: SoundList = Field([], description="what is played after too few digits")
    next: Id = Field(description="the node that follows")
    on_failed: Id | None = Field(None, description="the node for callers who gave too few digits; else next")


class SetSection(Node):
    """Keep values with the call. `reason` is the reason of contact that the agent and the history show."""

    do: Literal["set"]
    values: dict[StoreName, StoredText] = Field(min_length=1, description="names and texts, such as reason: Sales")
    next: Id = Field(description="the node that follows")


class CaseSection(Section):
    """One way of a branch. Everything that is written must hold."""

    tier: list[Id] = Field([], max_length=20, description="tiers, of one of which the caller is")
    language: list[Language] = Field([], max_length=20, description="languages, one of which is the caller's")
    customer: Literal["known", "unknown"] | None = Field(None, description="known or unknown to the CRM")
    answers: dict[StoreName, list[StoredText]] = Field(
        {}, max_length=20, description='answers by name, such as choice: ["1", "2"]'
    )
    open: Id | None = Field(None, description="opening hours that must be open")
    closed: Id | None = Field(None, description="opening hours that must be closed")
    expression: Expression | None = Field(
        None, description="an expression in CEL that must hold, such as customer.value > 1000.0"
    )
    next: Id = Field(description="the node that follows then")

    def check_as_a_whole(self) -> None:
        if self.model_fields_set <= {"next"}:
            refuse("asks for nothing", "use tier, language, customer, answers, open, closed or expression")


class BranchSection(Node):
    """Go on by the first case that holds."""

    do: Literal["branch"]
    cases: list[CaseSection] = Field(
        min_length=1, max_length=20, description="the ways, in the order in which they are asked"
    )
    otherwise: Id = Field(description="the node for whom no case holds")


class QueueSection(Node):
    """Send the call to a queue; the flow ends here."""

    do: Literal["queue"]
    queue: Id = Field(description="the queue")
    also: list[Id] = Field(
        [], max_length=MOST_ALSO, description="queues that the caller waits in at the same time, at one place in line"
    )
    priority: Priority = Field(0, description="added to the priority of the call")


class VoicemailSection(Node):
    """The caller leaves a message; the flow ends here."""

    do: Literal["voicemail"]


class HangUpSection(Node):
    """Play the sounds, then hang up."""

    do: Literal["hang_up"]
    sounds: SoundList = Field([], description="what the caller hears before")


NodeSection = Annotated[
    PlaySection
    | MenuSection
    | DigitsSection
    | SetSection
    | BranchSection
    | QueueSection
    | VoicemailSection
    | HangUpSection,
    Field(discriminator="do"),
]


class FlowSection(Section):
    """What a caller goes through before a queue."""

    start: Id = Field(description="the first node")
    nodes: dict[Id, NodeSection] = Field(min_length=1, description="the nodes by name")

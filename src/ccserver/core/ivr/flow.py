"""An IVR flow as data: nodes and edges. Built from YAML; it decides nothing by itself (see `interpreter`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from ccserver.core.expression import Expression
from ccserver.core.ids import FlowId, NodeId, QueueId
from ccserver.core.sounds import Sounds


@dataclass(frozen=True, slots=True)
class PlayNode:
    """Play the sounds to the end, then go on."""

    sounds: Sounds
    next: NodeId | None


@dataclass(frozen=True, slots=True)
class MenuNode:
    """Play the sounds and wait for one key; a key may come while they play.

    `limit` counts from the end of the sounds. After `tries` time-outs or wrong keys the flow goes to `on_timeout`
    respectively `on_wrong`; before that `wrong` is played and the menu starts again.
    """

    sounds: Sounds
    choices: Mapping[str, NodeId]
    limit: timedelta
    tries: int
    wrong: Sounds
    on_timeout: NodeId | None
    on_wrong: NodeId | None
    store: str = ""
    """Name under which the key is kept with the interaction; empty: not kept."""


@dataclass(frozen=True, slots=True)
class DigitsNode:
    """Collect between `min_digits` and `max_digits` digits, ended by `#` or by `limit` after the last key."""

    sounds: Sounds
    store: str
    min_digits: int
    max_digits: int
    limit: timedelta
    tries: int
    wrong: Sounds
    next: NodeId | None
    on_failed: NodeId | None


@dataclass(frozen=True, slots=True)
class SetNode:
    """Keep values with the interaction. The name `reason` is the reason of contact."""

    values: Mapping[str, str]
    next: NodeId | None


@dataclass(frozen=True, slots=True)
class Case:
    """One way of a branch: everything that is stated must hold."""

    next: NodeId | None
    tiers: frozenset[str] = frozenset()
    """The caller is of one of these; empty: of any."""
    languages: frozenset[str] = frozenset()
    is_known: bool | None = None
    """Whether the customer directory knows the caller."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of an answer to those that will do."""
    open: str = ""
    """Name of a calendar that must be open."""
    closed: str = ""
    expression: Expression | None = None

    @property
    def asks_customer(self) -> bool:
        """Whether the answer of the customer directory may decide it."""
        return bool(self.tiers) or self.is_known is not None or self.expression is not None


@dataclass(frozen=True, slots=True)
class BranchNode:
    """Go on by the first case that holds, else by `otherwise`. The customer directory's answer is awaited within its limit."""

    cases: tuple[Case, ...]
    otherwise: NodeId | None


@dataclass(frozen=True, slots=True)
class QueueNode:
    """Send the interaction to a queue; the flow ends here."""

    queue: QueueId
    priority: int = 0
    also: tuple[QueueId, ...] = ()
    """Where the caller waits too."""


@dataclass(frozen=True, slots=True)
class VoicemailNode:
    """The caller leaves a message; the flow ends here."""


@dataclass(frozen=True, slots=True)
class HangUpNode:
    """Play the sounds, then hang up."""

    sounds: Sounds


Node = PlayNode | MenuNode | DigitsNode | SetNode | BranchNode | QueueNode | VoicemailNode | HangUpNode


@dataclass(frozen=True, slots=True)
class Flow:
    id: FlowId
    start: NodeId
    nodes: Mapping[NodeId, Node]

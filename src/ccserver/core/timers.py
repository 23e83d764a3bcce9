"""Typed timer keys. Starting a key again replaces it; a timer that fires late finds a row or is ignored.

Every transient state has one of these, so nothing waits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

from ccserver.core.ids import AgentId, InteractionId, PromptId, WorkItemId


@dataclass(frozen=True, slots=True)
class RingLimit:
    """The agent did not take the offer in time (RONA)."""

    work_item: WorkItemId


@dataclass(frozen=True, slots=True)
class WrapUpLimit:
    work_item: WorkItemId


@dataclass(frozen=True, slots=True)
class AnnouncementDue:
    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class ComfortDue:
    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class MaxWait:
    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class OverflowDue:
    """An overflow rule of the queue may hold from now on, as time has passed or a calendar has turned."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class DigitLimit:
    """No (further) key came while a menu or digits node waits; `serial` tells an old node's timer from the present one's.
    Serial 0 is no node's: a caller in line is asked for a number."""

    interaction: InteractionId
    serial: int


@dataclass(frozen=True, slots=True)
class PromptLimit:
    """The end of a prompt was never reported."""

    interaction: InteractionId
    prompt: PromptId


@dataclass(frozen=True, slots=True)
class LookUpLimit:
    """The customer directory did not answer in time; routing does not wait longer."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class MessageLimit:
    """A voicemail recording did not report its end."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class CloseLimit:
    """A hang-up was ordered, but the end of the leg was never reported."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class DialLimit:
    """A number dialled for an agent did not answer."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class InvitationDue:
    """The waiting caller is told again what the keys do."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """A callback may enter the line from now on, or must leave it, as its calling hours have turned."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class CallbackExpires:
    """The promise is too old to be kept."""

    interaction: InteractionId


@dataclass(frozen=True, slots=True)
class DesktopGrace:
    """The agent's desktop is away: no offer until it is back."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class AgentsKept:
    """Agents are kept free while somebody waits whom they could serve: look again whether they are worth it still. Or somebody
    is about to have waited so long that more agents will do."""


TimerKey = (
    RingLimit | WrapUpLimit | AnnouncementDue | MaxWait | DigitLimit | PromptLimit | LookUpLimit | MessageLimit
    | CloseLimit | DialLimit | DesktopGrace | AgentsKept | OverflowDue | ComfortDue
    | InvitationDue | CallbackDue | CallbackExpires
)  # fmt: skip

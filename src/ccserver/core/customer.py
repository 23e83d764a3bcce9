"""What the CRM tells about the person behind a number: enough to greet, to route and to pop the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ccserver.core.ids import CustomerId, InteractionId

UNKNOWN: Final = InteractionId("")


@dataclass(frozen=True, slots=True)
class PastContact:
    """One earlier interaction, newest first on a card. Names are empty where nobody knows one for the id."""

    at: datetime
    direction: str
    queue: str
    agent: str
    result: str
    notes: str
    interaction: InteractionId = UNKNOWN
    disposition: str = ""
    queue_name: str = ""
    agent_name: str = ""
    end_cause: str = ""
    """Why a call out reached nobody, for one; as in the record."""


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """`value` is the customer's worth in the currency of the installation; `tier` a name of the plan."""

    id: CustomerId
    name: str
    tier: str
    value: float
    numbers: tuple[str, ...] = ()
    language: str = ""
    last_contacts: tuple[PastContact, ...] = ()
    account_manager: str = ""
    """The agent who looks after the customer, by id."""

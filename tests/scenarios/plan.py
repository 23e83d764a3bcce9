"""The centre in which the scenarios play, read from the same files by both stages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.scenarios.stage import KNOWN_CALLER, KNOWN_NAME

from ccserver.config import load_configuration
from ccserver.core.customer import CustomerCard
from ccserver.core.ids import CustomerId
from ccserver.core.plan import Plan

FOLDER = Path(__file__).parent / "config"
CUSTOMERS = {
    KNOWN_CALLER: CustomerCard(CustomerId("c7"), KNOWN_NAME, "gold", 12_000.0, (KNOWN_CALLER,), account_manager="bob")
}


@cache
def make_plan() -> Plan:
    """The plan of the scenarios."""
    return load_configuration(FOLDER).plan

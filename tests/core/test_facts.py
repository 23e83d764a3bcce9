"""Facts for expressions: all that are named are there, of the kinds that are named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.core.playbook import SUPPORT, Play

from ccserver.core.customer import CustomerCard
from ccserver.core.events import CustomerFound
from ccserver.core.facts import FIGURES, OF_INTERACTION, OF_WAITING, FactKind, facts_in_queue, facts_of
from ccserver.core.ids import CustomerId, InteractionId, QueueId
from ccserver.core.plan import Figure

PYTHON = {
    FactKind.TEXT: str,
    FactKind.WHOLE: int,
    FactKind.NUMBER: float,
    FactKind.TRUTH: bool,
    FactKind.TEXTS: Mapping,
}
COUNTS = {Figure.LENGTH: 3, Figure.SIGNED_IN: 2, Figure.READY: 1, Figure.IN_WRAP_UP: 0}


def count(queue: QueueId, figure: Figure) -> int:
    assert queue == SUPPORT
    return COUNTS[figure]


@pytest.mark.parametrize("is_known", [False, True])
def test_names_and_kinds_are_as_told(is_known: bool) -> None:
    """Whether the customer is known or not."""
    play = Play()
    play.calls()
    if is_known:
        card = CustomerCard(CustomerId("c7"), "Grace", "gold", 1200, language="de")
        play.hand(CustomerFound(InteractionId("c1"), card))
    facts = facts_in_queue(play.interaction(), SUPPORT, count)
    assert facts.keys() == OF_WAITING.keys()
    for name, value in facts.items():
        kind = PYTHON[OF_WAITING[name]]
        assert isinstance(value, kind), name
    assert (facts["customer.is_known"], facts["customer.value"]) == (is_known, 1200.0 if is_known else 0.0)
    assert [facts[name] for name in FIGURES] == [3, 2, 1, 0]
    assert facts_of(play.interaction()).keys() == OF_INTERACTION.keys()

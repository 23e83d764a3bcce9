"""Identities: made from the interaction's id, and read back from it."""

from __future__ import annotations

import pytest

from ccserver.core.ids import (
    InteractionId,
    LegId,
    NodeName,
    WorkItemId,
    connection_id,
    interaction_of,
    interaction_of_work,
    leg_id,
    prompt_id,
    serial_of,
    work_item_id,
)

NODE = NodeName("ast01")
IDS = [InteractionId("c1"), InteractionId("1740906000.42"), InteractionId("ast01-1740906000.42")]


@pytest.mark.parametrize("interaction", IDS)
def test_a_leg_says_to_whom_it_belongs(interaction: InteractionId) -> None:
    """Found after a crash, it is no orphan."""
    assert interaction_of(leg_id(NODE, interaction, 3)) == interaction


@pytest.mark.parametrize("interaction", IDS)
def test_a_connection_says_to_whom_it_belongs(interaction: InteractionId) -> None:
    """The same."""
    assert interaction_of(connection_id(NODE, interaction, 1)) == interaction


@pytest.mark.parametrize("interaction", IDS)
def test_a_prompt_says_to_whom_it_belongs(interaction: InteractionId) -> None:
    """It lives on no node of its own."""
    assert interaction_of(prompt_id(interaction, 12)) == interaction


def test_each_serial_is_another_id() -> None:
    """Nothing is made twice, so the PBX may refuse a repeat."""
    first = InteractionId("c1")
    ids = {f(NODE, first, serial) for f in (leg_id, connection_id) for serial in (1, 2)}
    ids |= {prompt_id(first, 1), work_item_id(first, 1)}  # type: ignore[arg-type]
    assert len(ids) == 6


def test_the_same_serial_is_the_same_id() -> None:
    """Derived, not drawn: a restart makes the same again."""
    assert leg_id(NODE, InteractionId("c1"), 1) == leg_id(NODE, InteractionId("c1"), 1)


@pytest.mark.parametrize(
    "foreign",
    ["", "1740906000.42", "cc", "cc-", "cc-l1", "cc-x-l1", "cc--l1", "cc-ast01-c1-x1", "cc-ast01-c1-l", "ccx-l1"],
)
def test_ids_of_others_belong_to_nobody(foreign: str) -> None:
    """The PBX has ids that we did not make, some of which look like ours."""
    assert interaction_of(foreign) is None


def test_a_leg_of_ours_says_which_one_it_is() -> None:
    """So that no later one is given its id."""
    assert serial_of(leg_id(NODE, InteractionId("c1"), 12)) == 12


@pytest.mark.parametrize("foreign", ["", "leg-c1", "cc-ast01-c1-c3", "cc-ast01-c1-l9999999999", "other-l5"])
def test_other_legs_have_no_serial(foreign: str) -> None:
    """Not ours, no leg, or a figure that nobody ever reached."""
    assert serial_of(LegId(foreign)) == 0


@pytest.mark.parametrize(("item", "interaction"), [("i-1-w2", "i-1"), ("a-w1-w2", "a-w1"), ("i", None), ("-w1", None)])
def test_a_work_item_says_to_which_interaction_it_belongs(item: str, interaction: str | None) -> None:
    """Anything else belongs to none."""
    assert interaction_of_work(WorkItemId(item)) == interaction

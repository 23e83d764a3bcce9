"""Flows as data."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest
from tests.core.playbook import flow

from ccserver.core.ivr.flow import MenuNode, Node


def test_the_flow_of_the_stage_has_every_kind_of_node() -> None:
    """So every kind is walked in these tests."""
    assert {type(node) for node in flow().nodes.values()} == set(get_args(Node))


def test_a_flow_starts_at_one_of_its_nodes() -> None:
    """Nothing else makes sense."""
    assert flow().start in flow().nodes


def test_a_node_cannot_be_changed() -> None:
    """A flow in force is not edited under a caller."""
    node = next(node for node in flow().nodes.values() if isinstance(node, MenuNode))
    with pytest.raises(FrozenInstanceError):
        node.tries = 9  # type: ignore[misc]


def test_flows_with_the_same_nodes_are_equal() -> None:
    """A reload sees what changed."""
    assert flow() == flow()

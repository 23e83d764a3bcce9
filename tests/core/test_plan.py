"""The plan: sane without a word of configuration, and never changed in place."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from tests.core.playbook import SUPPORT, Play, queue

from ccserver.core.plan import Exit, ExitKind, Plan


def test_an_empty_plan_still_says_good_bye() -> None:
    """A caller of a centre without any entry is hung up, not left."""
    play = Play(Plan())
    play.calls("+448081570102")
    assert play.interaction().state == "closing"


def test_a_plan_is_replaced_not_changed() -> None:
    """Whoever holds one holds it as it was."""
    with pytest.raises(FrozenInstanceError):
        Plan().epoch = 2  # type: ignore[misc]


def test_the_last_resort_of_a_plan_ends_the_call() -> None:
    """Not a queue, not a flow: they could be gone."""
    assert Plan().default_exit == Exit(ExitKind.MESSAGE)


def test_all_limits_of_a_plan_are_set() -> None:
    """Every transient state has a deadline, also in a plan without a word."""
    limits = {name: getattr(Plan(), name) for name in Plan.__slots__ if name.endswith("_limit")}
    assert len(limits) >= 5
    assert [name for name, limit in limits.items() if not limit] == []


def test_a_queue_is_a_value() -> None:
    """Two of the same figures are equal: a reload sees what changed."""
    assert queue(SUPPORT, "support") == queue(SUPPORT, "support")

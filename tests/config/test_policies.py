"""How a queue's agents are shared among the tiers, from the YAML to the plan."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import QueueId
from ccserver.core.tiers import DEFAULT_POLICY, PolicyKind, RoutingPolicy

CENTRE = """
version: 1
tiers: {gold: {value: 2, answer: 80 % in 9 s}, basic: {value: 1, answer: 80 % in 9 s}}
"""


def policy(folder: Path, text: str, of_queue: str = "") -> RoutingPolicy:
    queue = f"queues: {{a: {{max_wait: 1 min, on_max_wait: voicemail{of_queue}}}}}\n"
    return load(folder, f"{CENTRE}{queue}{text}").plan.queues[QueueId("a")].policy


def test_nothing_needs_to_be_written(tmp_path: Path) -> None:
    """The answer targets decide."""
    assert policy(tmp_path, "") == DEFAULT_POLICY == RoutingPolicy("targets", PolicyKind.TARGETS)


@pytest.mark.parametrize("kind", PolicyKind)
def test_a_kind_may_be_named_alone(tmp_path: Path, kind: PolicyKind) -> None:
    """No policy needs to be written for it."""
    assert policy(tmp_path, "", f", policy: {kind}") == RoutingPolicy(kind.value, kind)


def test_everything_that_can_be_said_of_a_policy(tmp_path: Path) -> None:
    """By a name of its own."""
    text = "policies: {patient: {kind: ageing, ageing: 90 s, protect: 0}}\n"
    wanted = RoutingPolicy("patient", PolicyKind.AGEING, protect=0.0, ageing=timedelta(seconds=90))
    assert policy(tmp_path, text, ", policy: patient") == wanted


def test_a_policy_called_like_a_kind_is_what_the_kind_means_here(tmp_path: Path) -> None:
    """So the usual policy of all queues is changed in one place."""
    wanted = RoutingPolicy("targets", PolicyKind.TARGETS, protect=1.5)
    assert policy(tmp_path, "policies: {targets: {protect: 1.5}}\n") == wanted


def test_a_policy_without_kind_goes_by_targets(tmp_path: Path) -> None:
    """It differs from the usual one in what it says."""
    wanted = RoutingPolicy("careful", PolicyKind.TARGETS, protect=3.0)
    assert policy(tmp_path, "policies: {careful: {protect: 3}}\n", ", policy: careful") == wanted


def test_the_policy_of_all_queues(tmp_path: Path) -> None:
    """Unless a queue says otherwise."""
    assert policy(tmp_path, "default_policy: equal\n").kind is PolicyKind.EQUAL
    assert policy(tmp_path, "default_policy: equal\n", ", policy: strict").kind is PolicyKind.STRICT


MISTAKES = {
    "unknown kind": ("policies: {fair: {kind: §equall}}", "did you mean 'equal'?"),
    "unknown policy": ("default_policy: §equall", "there is no policy 'equall'; did you mean 'equal'?"),
    "unknown policy of a queue": (
        "policies: {fair: {kind: equal}}\nqueues: {a: {max_wait: 9, on_max_wait: voicemail, policy: §fare}}",
        "did you mean 'fair'?",
    ),
    "protect below zero": ("policies: {fair: {protect: §-1}}", "use at least 0"),
    "protect as a word": ("policies: {fair: {protect: §much}}", "protect must be a number, but is text"),
    "name of another kind": ("policies: {strict: {kind: §equal}}", "the policy 'strict' is of the kind 'equal'"),
    "ageing where nobody ages": (
        "policies: {fair: {kind: equal, §ageing: 1 min}}",
        "ageing has no effect in a policy of the kind 'equal'",
    ),
    "ageing of a kind that is not known": ("policies: {fair: {kind: §ages, ageing: 1 min}}", "kind is 'ages'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_policy(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    text, words = MISTAKES[name]
    assert_marked(tmp_path, f"version: 1\n{text}\n", words)


def test_rank_without_tiers_is_warned_of(tmp_path: Path) -> None:
    """All callers are alike, so strict and ageing are the order of arrival."""
    text = """
    version: 1
    default_policy: §strict
    policies: {slow: {kind: ageing}}
    queues:
      a: {max_wait: 1 min, on_max_wait: voicemail, policy: §slow}
      b: {max_wait: 1 min, on_max_wait: voicemail, policy: equal}
    """
    assert_marked(tmp_path, text, "'strict' goes by the rank of tiers", "'slow' goes by")

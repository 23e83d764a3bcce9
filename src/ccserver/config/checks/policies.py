"""Policies that are not what they are called, and what has no effect in them."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at, warning_at
from ccserver.config.schema.policies import KINDS, kind_of
from ccserver.core.tiers import PolicyKind

_RANKED = (PolicyKind.STRICT, PolicyKind.AGEING)


def misleading_names(checked: Checked) -> Iterator[ConfigProblem]:
    """A policy that is called like a kind and is of another."""
    for name, one in checked.model.policies.items():
        if one.kind is not None and name in KINDS and one.kind != name:
            what = f"the policy {name!r} is of the kind {one.kind!r}"
            yield problem_at(checked.place("policies", name, "kind"), what, "give it another name", one.kind)


def ageing_of_no_use(checked: Checked) -> Iterator[ConfigProblem]:
    """How fast callers age, in a policy in which they do not."""
    for name, one in checked.model.policies.items():
        if one.ageing is None or checked.is_unknown("policies", name, "kind"):
            continue
        kind = kind_of(name, one)
        if kind is not PolicyKind.AGEING:
            place = checked.place("policies", name, "ageing", at_key=True)
            what = f"ageing has no effect in a policy of the kind {kind.value!r}"
            yield problem_at(place, what, "write kind: ageing, or remove it")


def ranks_without_tiers(checked: Checked) -> Iterator[ConfigProblem]:
    """Queues that go by the rank of tiers where there is only one."""
    model = checked.model
    if len(model.tiers) > 1:
        return
    kinds = {**{kind.value: kind for kind in PolicyKind}, **{n: kind_of(n, one) for n, one in model.policies.items()}}
    named = [(("queues", name, "policy"), queue.policy) for name, queue in model.queues.items()]
    for loc, policy in [(("default_policy",), model.default_policy), *named]:
        if policy is not None and kinds[policy] in _RANKED:
            what = f"the policy {policy!r} goes by the rank of tiers, and all callers are of one"
            yield warning_at(checked.place(*loc), what, "write two tiers or more under tiers:", policy)

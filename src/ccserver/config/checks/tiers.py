"""Tiers of customers: promises that cannot be kept, and an order that is not that of their values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ccserver.config.checks.references import references_to
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at, warning_at
from ccserver.config.schema.types import spoken

_ORDER = "the highest tier is written first"


def limits_below_the_promise(checked: Checked) -> Iterator[ConfigProblem]:
    """A limit on the wait that ends before the time within which the tier is to be answered."""
    for name, tier in checked.model.tiers.items():
        for key in ("wait_limit", "max_wait"):
            limit = getattr(tier, key)
            if limit is not None and tier.answer is not None and limit < tier.answer.target:
                target = spoken(tier.answer.target)
                what = f"{key} {spoken(limit)} is shorter than the {target} within which {name!r} is to be answered"
                yield problem_at(checked.place("tiers", name, key), what, f"use {target} or more")


def values_out_of_rank(checked: Checked) -> Iterator[ConfigProblem]:
    """A tier that is worth more than the one before it."""
    for (higher, first), (name, tier) in pairwise(checked.model.tiers.items()):
        if tier.value > first.value:
            what = f"to lose one of {name!r} costs more than to lose one of {higher!r}, which stands before it"
            yield warning_at(checked.place("tiers", name, "value"), what, f"let the values fall: {_ORDER}", tier.value)


def promises_out_of_rank(checked: Checked) -> Iterator[ConfigProblem]:
    """A tier that is to be answered sooner than the one before it."""
    for (higher, first), (name, tier) in pairwise(checked.model.tiers.items()):
        if tier.answer.target < first.answer.target:
            what = f"{name!r} is to be answered sooner than {higher!r}, which stands before it"
            place = checked.place("tiers", name, "answer")
            yield warning_at(place, what, f"promise {spoken(first.answer.target)} or more: {_ORDER}")


def worth_out_of_rank(checked: Checked) -> Iterator[ConfigProblem]:
    """A `from_value` that puts nobody into its tier: whoever is worth so much has a higher one, or the tier anyway."""
    least: float | None = None
    last = next(reversed(checked.model.tiers), None)
    for name, tier in checked.model.tiers.items():
        if tier.from_value is None:
            continue
        place = checked.place("tiers", name, "from_value")
        if name == last:
            yield warning_at(place, f"{name!r} is everybody else's tier, whatever they are worth", "remove from_value")
        elif least is not None and tier.from_value >= least:
            what = f"nobody gets the tier {name!r} by worth: from {least:g} on it is a higher one"
            yield warning_at(place, what, f"use less than {least:g}", tier.from_value)
        least = min(tier.from_value, least if least is not None else tier.from_value)


def tiers_given_in_vain(checked: Checked) -> Iterator[ConfigProblem]:
    """Entry points and flows that give the last tier: callers have it, or a higher one, anyway."""
    last = next(reversed(checked.model.tiers), None)
    for loc, name in references_to(checked.model, "tiers"):
        if name == last:
            what = f"{name!r} is the tier of everybody who is given no other, so this changes nothing"
            yield warning_at(checked.place(*loc), what, "remove it, or name a higher tier", name)


def promises_beyond_the_wait(checked: Checked) -> Iterator[ConfigProblem]:
    """A queue that callers of a tier leave before the time within which they are to be answered is over."""
    longest = {name: tier.answer.target for name, tier in checked.model.tiers.items() if tier.max_wait is None}
    tier = max(longest, key=longest.__getitem__, default=None)
    for name, queue in checked.model.queues.items():
        if tier is not None and queue.max_wait < longest[tier]:
            what = f"callers of the tier {tier!r} leave before the {spoken(longest[tier])} in which they are to be answered"
            place = checked.place("queues", name, "max_wait")
            yield warning_at(place, what, f"use {spoken(longest[tier])} or more, or promise this tier less")

"""Outside numbers that ways out lead to."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.checks.references import exits
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at


def numbers_of_our_own(checked: Checked) -> Iterator[ConfigProblem]:
    """A call that leaves over the trunk and comes in again, to wait once more: for ever, with a line more each time."""
    own = {entry.dnis: name for name, entry in checked.model.entry_points.items() if entry.dnis is not None}
    for loc, way in exits(checked.model):
        if way.number is not None and way.number in own:
            what = f"{way.number} is a number of this centre: the entry point {own[way.number]!r}"
            yield problem_at(checked.place(*loc, "number"), what, "use queue: or flow: to stay in it", way.number)


def numbers_without_a_trunk(checked: Checked) -> Iterator[ConfigProblem]:
    """Calls out need a way out of the house."""
    if checked.model.trunks or not checked.knows_names("trunks") or checked.names("trunks"):
        return
    for loc, way in exits(checked.model):
        if way.number is not None:
            place = checked.place(*loc, "number")
            yield problem_at(place, "there is no trunk to call a number over", "add one under trunks:", way.number)

"""Entry points and their opening hours."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.calendar import HoursSyntaxError, holidays_of, parse_hours
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, Place, did_you_mean, problem_at
from ccserver.config.yaml_tree import Location, Scalar, node_at


def flow_or_queue(checked: Checked) -> Iterator[ConfigProblem]:
    """An entry point leads to exactly one of both."""
    for name, one in checked.model.entry_points.items():
        ways = [key for key in ("flow", "queue") if getattr(one, key) is not None]
        if not ways and not any(checked.is_unknown("entry_points", name, key) for key in ("flow", "queue")):
            place = checked.place("entry_points", name)
            yield problem_at(place, f"the entry point {name!r} leads nowhere", "add flow: or queue:")
        elif len(ways) > 1:
            place = checked.place("entry_points", name, "queue", at_key=True)
            yield problem_at(place, f"the entry point {name!r} has both a flow and a queue", "remove one of them")


def numbers_used_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """Two entry points for the same number called."""
    seen: dict[str, str] = {}
    for name, one in checked.model.entry_points.items():
        if one.dnis is None:
            continue
        first = seen.setdefault(one.dnis, name)
        if first != name:
            place = checked.place("entry_points", name, "dnis")
            what = f"the number {one.dnis} is that of the entry point {first!r} too"
            yield problem_at(place, what, "give each entry point its own number", one.dnis)


def opening_hours(checked: Checked) -> Iterator[ConfigProblem]:
    """Texts that mean no hours, countries that are not known, and holidays without effect or without country."""
    for name, hours in checked.model.hours.items():
        where: Location = ("hours", name)
        texts: list[tuple[Location, str | None]] = [((*where, "open"), hours.open)]
        texts += [((*where, "open_on", str(day)), text) for day, text in (hours.open_on or {}).items()]
        uses_holidays = hours.open is None
        for loc, text in texts:
            if text is None:
                continue
            try:
                uses_holidays |= parse_hours(text).on_holidays is not None
            except HoursSyntaxError as error:
                uses_holidays = True
                yield problem_at(_inside(checked, loc, error.column), error.what, error.advice, text)
        if hours.holidays is None:
            if uses_holidays and _names_holidays(hours.open) and not checked.is_unknown(*where, "holidays"):
                place = _inside(checked, (*where, "open"), hours.open.index("PH") + 1)
                yield problem_at(
                    place, "PH means the holidays of no country", "add holidays: with a country such as GB"
                )
            continue
        yield from _holidays(checked, where, hours.holidays, uses_holidays)


def _holidays(checked: Checked, where: Location, country: str, are_used: bool) -> Iterator[ConfigProblem]:
    place = checked.place(*where, "holidays")
    try:
        holidays_of(country, 2026)
    except ValueError:
        advice = did_you_mean(country, _countries(country), "use a country such as GB, or a part of one such as GB-ENG")
        yield problem_at(place, f"no holidays are known for {country!r}", advice, country)
        return
    if not are_used:
        advice = 'say in open: what holds then, such as "; PH off"'
        yield problem_at(place, "the holidays change nothing", advice, country)


def _names_holidays(text: str | None) -> bool:
    if text is None or "PH" not in text:
        return False
    try:
        parse_hours(text)
    except HoursSyntaxError:
        return False
    return True


def _countries(text: str) -> list[str]:
    """What may be meant: the parts of a known country, or else countries."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    country = text.partition("-")[0]
    return [f"{country}-{part}" for part in known[country]] if known.get(country) else list(known)


def _inside(checked: Checked, loc: Location, column: int) -> Place:
    """The place of a character of a text, if the text is written as it is on one line."""
    place, node = checked.place(*loc), node_at(checked.root, loc)
    if not isinstance(node, Scalar):
        return place
    return place._replace(column=place.column + column - 1 + node.is_quoted)

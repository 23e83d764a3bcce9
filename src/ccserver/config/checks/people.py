"""Agents, users, extensions, passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccserver.config.load import Checked
from ccserver.config.people import AgentSpec, RangeError, expand
from ccserver.config.problems import ConfigProblem, Place, problem_at
from ccserver.config.schema.people import AGENT_PATTERN, AgentSection
from ccserver.core.agent import SystemReason

WEB_SUFFIX = "-web"
"""The browser phone of `ann` is called `ann-web` on the PBX."""


def ranges(checked: Checked) -> Iterator[ConfigProblem]:
    """Ranges of agents that are no ranges."""
    for key, agent in _sections(checked):
        try:
            expand(key, agent)
        except RangeError as error:
            place = checked.place("agents", key, *error.at, at_key=not error.at)
            yield problem_at(place, error.what, error.advice, agent.extension if error.at else key)


def extensions_used_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """Two agents with the same extension."""
    seen: dict[str, AgentSpec] = {}
    for key, one in _agents(checked):
        if not one.extension:
            continue
        first = seen.setdefault(one.extension, one)
        if first is not one:
            what = f"the extension {one.extension} of {one.id} is that of {first.id} too"
            yield problem_at(checked.place("agents", key, "extension"), what, "give each agent its own", one.extension)


def names_used_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """Agents, users and trunks share one world of names: phones and sign-ins are called after them."""
    seen: dict[str, Place] = {}
    for key, one in _agents(checked):
        place = checked.place("agents", key, at_key=True)
        if one.id.endswith(WEB_SUFFIX):
            what = f"the name {one.id!r} ends in {WEB_SUFFIX}, as browser phones do"
            yield problem_at(place, what, "use another name", one.id)
        if one.id in seen:
            yield _twice(one.id, place, seen[one.id])
        seen[one.id] = place
    for section in ("users", "trunks"):
        for name in getattr(checked.model, section):
            place = checked.place(section, name, at_key=True)
            owner = name.removesuffix(WEB_SUFFIX) if section == "trunks" else name
            if name in seen or owner in seen:
                yield _twice(name, place, seen[name] if name in seen else seen[owner])


def passwords_outside_a_demo(checked: Checked) -> Iterator[ConfigProblem]:
    """Passwords in files are for demos only. The problem never shows them."""
    if checked.model.demo or checked.is_unknown("demo"):
        return
    for section in ("agents", "users"):
        for name, one in getattr(checked.model, section).items():
            if one.password is not None:
                place = checked.place(section, name, "password")
                what = f"{name} has a password in this file, and this is no demo"
                yield problem_at(
                    place, what, "remove it; passwords are set with `ccserver user-add NAME`, or write demo: true"
                )


def reserved_reasons(checked: Checked) -> Iterator[ConfigProblem]:
    """Codes that the centre sets by itself."""
    for code in checked.model.not_ready_reasons:
        if code in set(SystemReason):
            place = checked.place("not_ready_reasons", code, at_key=True)
            yield problem_at(place, f"the reason {code!r} is set by ccserver itself", "use another code", code)


def _sections(checked: Checked) -> Iterator[tuple[str, AgentSection]]:
    """Agents and ranges by their names; what could not be read is empty."""
    for key, agent in checked.model.agents.items():
        if re.fullmatch(AGENT_PATTERN, key):
            unread = {"name": agent.name or "", "extension": agent.extension or "", "password": None}
            yield key, agent.model_copy(update=unread)


def _agents(checked: Checked) -> Iterator[tuple[str, AgentSpec]]:
    for key, agent in _sections(checked):
        try:
            yield from ((key, one) for one in expand(key, agent))
        except RangeError:
            continue


def _twice(name: str, place: Place, first: Place) -> ConfigProblem:
    where = f"{first.path.name}:{first.line}"
    return problem_at(place, f"the name {name!r} is taken in {where}", "use another name", name)

"""What pydantic found, said to people: with the place in the file, the name of the key, and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from ccserver.config.problems import ConfigProblem, did_you_mean, listed, problem_at, shown
from ccserver.config.schema.lookup import description, keys_at, kinds_at
from ccserver.config.schema.needs import LEVELS
from ccserver.config.yaml_tree import Location, MappingNode, Node, Scalar, is_empty, node_at, place_of

SECRET_KEYS = frozenset({"password"})
KEY_MARK = "[key]"
"""What pydantic puts at the end of the location of a wrong key (pydantic-core, dict validator)."""


class Words(NamedTuple):
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One error of the models, with what is written there. `found` is None where nothing is.

    `loc` is the models' location, `written` the same in the file: without the kinds of nodes.
    """

    kind: str
    loc: Location
    written: Location
    is_key: bool
    found: Node | None
    value: object
    context: Mapping[str, Any]
    message: str

    @property
    def name(self) -> str:
        """The key, or the list and the number of the entry."""
        if not self.written:
            return "the configuration"
        last = self.written[-1]
        if isinstance(last, int):
            return f"{shown(str(self.written[-2]))}, entry {last + 1},"
        return shown(str(last))

    @property
    def is_secret(self) -> bool:
        return bool(self.written) and self.written[-1] in SECRET_KEYS

    @property
    def text(self) -> str:
        """What is written, if it is one word and no secret."""
        return shown(self.found.text) if isinstance(self.found, Scalar) and not self.is_secret else ""


def explain(root: MappingNode, error: ErrorDetails) -> ConfigProblem | None:
    """The problem behind one error of the models; None if the reader of the YAML has told it already."""
    written, is_key = in_file(root, error["loc"])
    loc = error["loc"][:-1] if is_key else error["loc"]
    found = node_at(root, written)
    if error["type"] == "missing" and found is not None and is_empty(found):
        return None
    finding = Finding(error["type"], loc, written, is_key, found, error["input"], error.get("ctx") or {}, error["msg"])
    words = _WORDS.get(finding.kind, _other)(finding)
    at_key = is_key or finding.kind == "extra_forbidden"
    return problem_at(
        place_of(root, written, at_key), words.what, words.advice, written[-1] if at_key else finding.text
    )


def in_file(root: MappingNode, loc: Location) -> tuple[Location, bool]:
    """A location of the models as it is in the file, and whether the key there is meant rather than its value.

    Without the kind that pydantic puts behind the name of a node (discriminated union on `do`), and without the key under
    which the models keep the skills of an expression.
    """
    is_key = bool(loc) and loc[-1] == KEY_MARK
    loc = loc[:-1] if is_key else loc
    if len(loc) > 4 and loc[0] == "flows" and loc[2] == "nodes":
        kind = node_at(root, (*loc[:4], "do"))
        if isinstance(kind, Scalar) and kind.value == loc[4]:
            loc = (*loc[:4], *loc[5:])
    if not {"needs", "widen"}.isdisjoint(loc[2:]) and LEVELS in loc[3:]:
        at = loc.index(LEVELS, 3)
        loc = (*loc[:at], *loc[at + 1 :])
    return loc, is_key


def _unknown_key(finding: Finding) -> Words:
    known = keys_at(finding.loc[:-1])
    otherwise = f"known here are {listed(known, 30)}" if known else "remove it"
    return Words(f"the key {finding.name!r} is not known here", did_you_mean(str(finding.loc[-1]), known, otherwise))


def _missing(finding: Finding) -> Words:
    name = finding.name
    owner = f"{shown(str(finding.written[-2]))} has no {name}" if len(finding.written) > 1 else f"there is no {name}"
    wanted = description(finding.loc)
    return Words(owner, f"add {name}: {wanted}" if wanted else f"add {name}")


def _no_kind(finding: Finding) -> Words:
    return Words(f"{finding.name} has no do", f"add do: with one of {listed(kinds_at(finding.loc))}")


def _unknown_kind(finding: Finding) -> Words:
    known = kinds_at(finding.loc)
    kind = shown(str(finding.context.get("tag", "")))
    return Words(
        f"{finding.name} has the unknown do {kind!r}", did_you_mean(kind, known, f"use one of {listed(known)}")
    )


def _wrong_word(finding: Finding) -> Words:
    expected = str(finding.context.get("expected", "")).replace("'", "")
    known = expected.replace(" or ", ", ").split(", ")
    advice = did_you_mean(finding.text, known, f"use {expected}")
    return Words(f"{finding.name} is {finding.text or _kind_of(finding.value)!r}", advice)


def _advised(finding: Finding) -> Words:
    subject = f"{finding.name} {finding.text!r}" if finding.text else finding.name
    subject = f"the key {finding.name!r}" if finding.is_key else subject
    advice = finding.context["advice"]
    return Words(f"{subject} {finding.context['what']}", advice() if callable(advice) else str(advice))


def _wrong_type(finding: Finding) -> Words:
    wanted = _TYPES[finding.kind]
    what = f"{finding.name} must be {wanted}, but is {_kind_of(finding.value)}"
    if wanted == "text" and isinstance(finding.value, bool | int | float):
        return Words(what, f'put it in quotes: "{finding.text}"' if finding.text else "put it in quotes")
    is_quoted = isinstance(finding.found, Scalar) and finding.found.is_quoted
    if is_quoted and wanted in {"a whole number", "a number", "true or false"}:
        return Words(what, f"write it without quotes: {finding.text}")
    return Words(what, description(finding.loc) or f"use {wanted}")


def _out_of_bounds(finding: Finding) -> Words:
    wording, key = _BOUNDS[finding.kind]
    return Words(f"{finding.name} is {shown(finding.value)}", f"use {wording} {finding.context[key]}")


def _wrong_count(finding: Finding) -> Words:
    is_few = finding.kind == "too_short"
    bound = f"at least {finding.context['min_length']}" if is_few else f"at most {finding.context['max_length']}"
    return Words(f"{finding.name} has too {'few' if is_few else 'many'} entries", f"use {bound}")


def _other(finding: Finding) -> Words:
    return Words(f"{finding.name}: {finding.message}", description(finding.loc) or "see docs/configuration.md")


def _kind_of(value: object) -> str:
    for kind, word in ((bool, "a truth value"), (int | float, "a number"), (str, "text"), (list, "a list")):
        if isinstance(value, kind):
            return word
    return "nothing" if value is None else "a mapping"


_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping of names",
    "list_type": "a list",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}
_BOUNDS = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}
_WORDS: dict[str, Callable[[Finding], Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_not_found": _no_kind,
    "union_tag_invalid": _unknown_kind,
    "literal_error": _wrong_word,
    "advice": _advised,
    "too_short": _wrong_count,
    "too_long": _wrong_count,
    **dict.fromkeys(_TYPES, _wrong_type),
    **dict.fromkeys(_BOUNDS, _out_of_bounds),
}

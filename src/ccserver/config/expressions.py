"""Expressions of the YAML in CEL, the Common Expression Language, behind the core's protocol `Expression`.

Compiled and checked at load: only facts that are known, of their kinds, and the answer is true or false. Nothing that is
written can last: CEL has no loops but over lists, cel-expr-python stops after a budget of iterations, and the text is short.
What fails when it is asked (an answer that the caller did not give) does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from cel_expr_python import cel

from ccserver.config.problems import did_you_mean, listed
from ccserver.core.facts import FIGURES, OF_INTERACTION, OF_WAITING, Fact, FactKind

LONGEST: Final = 500
_ERROR = re.compile(r"<input>:(\d+):(\d+): (.*)")
_UNKNOWN = re.compile(r"undeclared reference to '([^']*)'")
_NO_OVERLOAD = re.compile(r"no matching overload for '([^']*)' applied to '(.*)'")
_SAMPLES: Final[Mapping[FactKind, Fact]] = {
    FactKind.TEXT: "text",
    FactKind.WHOLE: 1,
    FactKind.NUMBER: 1.0,
    FactKind.TRUTH: True,
    FactKind.TEXTS: MappingProxyType({}),
}


class ExpressionError(ValueError):
    """The text is no expression. `line` and `column` are those in the text, from 1."""

    def __init__(self, what: str, advice: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{what}; {advice}")
        self.what, self.advice, self.line, self.column = what, advice, line, column


class CelExpression:
    """One expression. Two with the same text are equal."""

    def __init__(self, text: str, compiled: Any, reads: frozenset[str]) -> None:
        self.text, self.reads = text, reads
        self._compiled = compiled

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Whether it is true of these facts."""
        try:
            found = self._compiled.eval(data=facts).value()
        except RuntimeError:
            return False
        return found is True

    def written(self) -> str:
        """As in the YAML."""
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CelExpression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def read_expression(text: str, is_waiting: bool = True) -> CelExpression:
    """The expression, of somebody who waits in a queue or is not in one. Raises ExpressionError."""
    kinds = OF_WAITING if is_waiting else OF_INTERACTION
    compiled = _compile(text, kinds)
    if compiled.return_type() != cel.Type.BOOL:
        raise ExpressionError("is not true or false", "compare something, such as queue.waiting > 5")
    try:
        compiled.eval(data={name: _SAMPLES[kind] for name, kind in kinds.items()})
    except RuntimeError as error:
        raise ExpressionError("costs too much to be asked", "leave out lists within lists") from error
    return CelExpression(text, compiled, frozenset(name for name in FIGURES if _needs(text, kinds, name)))


def _needs(text: str, kinds: Mapping[str, FactKind], name: str) -> bool:
    """Whether it cannot be compiled without this fact."""
    try:
        _compile(text, {each: kind for each, kind in kinds.items() if each != name})
    except ExpressionError:
        return name in kinds
    return False


def _compile(text: str, kinds: Mapping[str, FactKind]) -> Any:
    try:
        return _environment(tuple(kinds.items())).compile(text)
    except RuntimeError as error:
        raise _explained(str(error), kinds) from None


@cache
def _environment(kinds: tuple[tuple[str, FactKind], ...]) -> Any:
    text = cel.Type.STRING
    types = {
        FactKind.TEXT: text,
        FactKind.WHOLE: cel.Type.INT,
        FactKind.NUMBER: cel.Type.DOUBLE,
        FactKind.TRUTH: cel.Type.BOOL,
        FactKind.TEXTS: cel.Type.Map(text, text),
    }
    return cel.NewEnv(variables={name: types[kind] for name, kind in kinds})


class _Words(NamedTuple):
    what: str
    advice: str


def _explained(message: str, kinds: Mapping[str, FactKind]) -> ExpressionError:
    found = _ERROR.search(message)
    if found is None:
        return ExpressionError("is no expression", "write one such as interaction.tier == 'gold'")
    words = _words(found[3], kinds)
    return ExpressionError(words.what, words.advice, int(found[1]), int(found[2]))


def _words(message: str, kinds: Mapping[str, FactKind]) -> _Words:
    if unknown := _UNKNOWN.search(message):
        advice = did_you_mean(unknown[1], kinds, f"known are {listed(kinds, 20)}")
        if unknown[1].endswith("waited"):
            advice = "use waited: beside expression:"
        return _Words(f"asks for {unknown[1]!r}, which is not known here", advice)
    if (overload := _NO_OVERLOAD.search(message)) is None:
        return _Words("is no expression", "write one such as interaction.tier == 'gold' && queue.waiting > 5")
    sign, kinds_met = overload[1].strip("_"), overload[2]
    numbers = "double" in kinds_met and "int" in kinds_met
    advice = "write the number with a point, such as 1000.0" if numbers else "texts stand in quotes, numbers do not"
    return _Words(f"uses {sign} with {kinds_met.strip('()').replace(', ', ' and ')}", advice)

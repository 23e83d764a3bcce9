"""Expressions: whether they are any, with the place inside the text."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.expressions import ExpressionError, read_expression
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at
from ccserver.config.yaml_tree import Location, Scalar, node_at


def expression_problem(checked: Checked, loc: Location, text: str, is_waiting: bool = True) -> Iterator[ConfigProblem]:
    """The mistake in the expression at `loc`, if there is one."""
    try:
        read_expression(text, is_waiting)
    except ExpressionError as error:
        place, node = checked.place(*loc), node_at(checked.root, loc)
        if error.line == 1 and isinstance(node, Scalar) and "\n" not in text:
            place = place._replace(column=place.column + error.column - 1 + node.is_quoted)
            where = ""
        else:
            where = f" in line {error.line}, column {error.column} of it"
        yield problem_at(place, f"the expression {error.what}{where}", error.advice, text)

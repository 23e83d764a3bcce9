"""Expressions in CEL: what they ask, what is refused and where, and what they cost."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load
from tests.config.test_overflow import centre

from ccserver.app.house import know_written_forms
from ccserver.config.expressions import LONGEST, ExpressionError, read_expression
from ccserver.core.events import PlanChanged
from ccserver.core.facts import OF_WAITING, FactKind
from ccserver.core.ids import QueueId
from ccserver.services.codec import decode_event, encode_event

EXAMPLE = "interaction.tier == 'gold' && queue.waiting > 5 && customer.value > 1000.0"
FACTS: dict[str, Any] = {
    "interaction.tier": "gold",
    "interaction.language": "en",
    "interaction.reason": "",
    "interaction.priority": 0,
    "interaction.ani": "+442079460007",
    "interaction.dnis": "+448081570100",
    "interaction.entry_point": "main",
    "interaction.answers": {"choice": "2"},
    "customer.is_known": True,
    "customer.id": "c7",
    "customer.tier": "gold",
    "customer.language": "",
    "customer.value": 1200.0,
    "queue.waiting": 6,
    "queue.signed_in": 2,
    "queue.ready": 0,
    "queue.in_wrap_up": 1,
}


def test_the_facts_here_are_all_that_there_are() -> None:
    """Otherwise the tests below tell less than they seem to."""
    assert FACTS.keys() == OF_WAITING.keys()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (EXAMPLE, True),
        ("interaction.tier in ['silver', 'basic']", False),
        ("interaction.answers['choice'] == '2'", True),
        ("interaction.answers['account'] == '2'", False),
        ("!('account' in interaction.answers)", True),
        ("interaction.ani.startsWith('+44') || customer.is_known", True),
        ("queue.ready + queue.in_wrap_up < queue.signed_in", True),
        ("1 / (queue.waiting - 6) > 0", False),
        ("interaction.reason.matches('^(a+)+$')", False),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    """What fails when it is asked does not hold."""
    assert read_expression(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (EXAMPLE, {"queue.waiting"}),
        ("queue . ready > 0 && [1].all(x, x < queue.signed_in)", {"queue.ready", "queue.signed_in"}),
        ("interaction.reason == 'queue.waiting'", set()),
    ],
)
def test_which_figures_it_needs(text: str, reads: set[str]) -> None:
    """However they are written; by these it is known when it must be asked again."""
    assert read_expression(text).reads == reads


MISTAKES = {
    "a name that is not known": ("interaction.teir == 'gold'", "interaction.teir", "did you mean 'interaction.tier'?"),
    "a wait": ("interaction.waited > 5", "which is not known here", "use waited: beside expression:"),
    "a whole number for one with a point": ("customer.value > 1000", "uses > with double and int", "such as 1000.0"),
    "a text for a number": ("queue.waiting > '5'", "uses > with int and string", "texts stand in quotes"),
    "no question": ("queue.waiting", "is not true or false", "compare something"),
    "no CEL": ("queue.waiting >", "is no expression", "write one such as"),
    "code": ("__import__('os').system('true')", "which is not known here", "known are interaction.tier"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_advice(name: str) -> None:
    """In the words of whoever wrote it."""
    text, what, advice = MISTAKES[name]
    with pytest.raises(ExpressionError) as error:
        read_expression(text)
    assert what in str(error.value)
    assert advice in str(error.value)


def test_what_costs_too_much_is_refused_at_load() -> None:
    """In a moment: there is a budget."""
    ten, text = str(list(range(10))), "true"
    for name in "abcdef":
        text = f"{ten}.all({name}, {text})"
    started = perf_counter()
    with pytest.raises(ExpressionError, match="costs too much"):
        read_expression(text)
    assert perf_counter() - started < 2


def test_flows_know_no_figures_of_a_queue() -> None:
    """Nobody waits yet."""
    assert read_expression("customer.is_known", is_waiting=False).reads == frozenset()
    with pytest.raises(ExpressionError, match=r"queue\.waiting"):
        read_expression("queue.waiting > 1", is_waiting=False)


def test_every_kind_of_fact_may_be_asked() -> None:
    """Compared with one of its kind."""
    likes = {
        FactKind.TEXT: "''",
        FactKind.WHOLE: "0",
        FactKind.NUMBER: "0.0",
        FactKind.TRUTH: "true",
        FactKind.TEXTS: "{}",
    }
    for name, kind in OF_WAITING.items():
        read_expression(f"{name} == {likes[kind]}")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('"queue.waiting §> 1.5"', "the expression uses > with int and double; write the number with a point"),
        ("\"interaction§.teir == 'gold'\"", "the expression asks for 'interaction.teir'"),
        (f'§"{"a" * LONGEST}a"', "is empty or too long"),
        ("§7", "expression must be text"),
    ],
)
def test_the_place_in_the_file_is_exact(tmp_path: Path, written: str, words: str) -> None:
    """To the column of the text."""
    assert_marked(tmp_path, centre(f"{{when: {{expression: {written}}}, then: voicemail}}"), words)


def test_it_is_in_the_plan_and_in_the_event_log(tmp_path: Path) -> None:
    """And comes back from it."""
    rule = f'{{when: {{waited: 30 s, expression: "{EXAMPLE}"}}, then: voicemail}}'
    plan = load(tmp_path, centre(rule)).plan
    (made,) = plan.queues[QueueId("a")].overflow
    assert made.expression is not None
    assert made.expression.holds(FACTS)
    know_written_forms()
    again = decode_event(encode_event(PlanChanged(plan)))
    assert isinstance(again, PlanChanged)
    assert again.plan.queues[QueueId("a")].overflow == (made,)


def test_a_rule_behind_one_with_the_same_expression_is_told(tmp_path: Path) -> None:
    """One without it is reached whenever it does not hold."""
    first = f'{{when: {{expression: "{EXAMPLE}"}}, then: voicemail}}'
    behind = f'{{§when: {{expression: "{EXAMPLE}", waited: 5}}, then: {{queue: b}}}}'
    assert_marked(tmp_path, centre(first, behind), "rule 1 holds")
    assert_marked(tmp_path, centre(first, "{when: {waited: 5}, then: {queue: b}}"))

"""Erlang B: the printed tables, the sum it stands for, and its limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccserver.core.staffing.erlang_b import blocking


@pytest.mark.parametrize(
    ("agents", "load", "rounded"),
    [(2, 0.153, 5e-4), (5, 1.36, 5e-3), (10, 4.46, 5e-3), (20, 12.0, 0.05), (40, 29.0, 0.05), (100, 84.1, 0.05)],
)
def test_the_printed_table_of_one_per_cent(agents: int, load: float, rounded: float) -> None:
    """T. Rappaport, "Wireless Communications", table "Capacity of an Erlang B system", column 0.01, as far as it is printed."""
    assert blocking(load - rounded, agents) <= 0.01 <= blocking(load + rounded, agents)


@settings(deadline=None)
@given(load=st.floats(0.01, 60), agents=st.integers(0, 60))
def test_it_is_the_last_term_of_the_sum(load: float, agents: int) -> None:
    """B = (a^n / n!) / sum of a^k / k! for k = 0 to n: the definition, small enough for factorials."""
    terms = [load**busy / math.factorial(busy) for busy in range(agents + 1)]
    assert blocking(load, agents) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-9)


@settings(deadline=None)
@given(load=st.floats(0.01, 2000), agents=st.integers(0, 2000))
def test_one_more_agent_turns_fewer_away(load: float, agents: int) -> None:
    """And never less than nobody."""
    assert 1 >= blocking(load, agents) >= blocking(load, agents + 1) >= 0


def test_large_numbers_neither_overflow_nor_vanish() -> None:
    """At n = a it is sqrt(2 / (pi n)) for large n (D. Jagerman, "Some properties of the Erlang loss function", 1974)."""
    assert blocking(50_000, 50_000) == pytest.approx(math.sqrt(2 / (math.pi * 50_000)), rel=0.01)
    assert blocking(1, 5_000) == 0.0

"""Erlang B: the share of callers turned away where nobody can wait. The other formulas stand on it.

A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone exchanges",
Post Office Electrical Engineers' Journal 10, 1917-18.
"""

from __future__ import annotations


def blocking(load: float, agents: int) -> float:
    """The chance that all agents are busy when `load` erlangs are offered and nobody waits.

    By the recursion B(n) = aB(n-1) / (n + aB(n-1)), B(0) = 1, whose steps add and divide what is positive: no factorial
    overflows and nothing cancels, for any number of agents. A chance too small for a float comes out as 0.
    """
    chance = 1.0
    for busy in range(1, agents + 1):
        offered = load * chance
        chance = offered / (busy + offered)
    return chance

"""Errors: what they say, and what programs read from them."""

from __future__ import annotations

import pytest
from tests.core.playbook import START

from ccserver.core.errors import CascadeTooLong, CcserverError, IllegalTransition, PortUnavailable, Refused


def test_a_refusal_says_reason_and_advice() -> None:
    """The reason is a stable code, the advice is for people."""
    refusal = Refused("not_signed_in", "sign in first")
    assert (str(refusal), refusal.reason, refusal.advice) == (
        "not_signed_in: sign in first",
        "not_signed_in",
        "sign in first",
    )


def test_a_refusal_may_go_without_advice() -> None:
    """Then the code is all there is to say."""
    assert str(Refused("busy")) == "busy"


def test_a_port_that_is_away_says_since_when_and_why() -> None:
    """What an operator wants to know first."""
    away = PortUnavailable("database", START, "connection refused")
    assert str(away) == "database is not available since 09:00:00: connection refused"
    assert (away.port, away.since, away.why) == ("database", START, "connection refused")


def test_a_port_that_never_was_there_says_only_that() -> None:
    """No instant is made up."""
    assert str(PortUnavailable("database")) == "database is not available"


def test_an_illegal_transition_names_all_three() -> None:
    """Enough to find the row that is missing."""
    assert str(IllegalTransition("WorkState", "closed", "rang")) == "WorkState: no transition from closed on rang"


@pytest.mark.parametrize("kind", [Refused, IllegalTransition, PortUnavailable, CascadeTooLong])
def test_all_have_one_root(kind: type[Exception]) -> None:
    """Whoever catches what is raised on purpose needs one name."""
    assert issubclass(kind, CcserverError)

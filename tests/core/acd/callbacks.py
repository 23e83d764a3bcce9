"""A support queue with keys and callbacks, and callers who were promised one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.core.playbook import SALES, SUPPORT, Play, plan, queue, seconds

from ccserver.core.events import DigitReceived
from ccserver.core.ids import InteractionId, LegId, callback_id
from ccserver.core.interaction import Interaction
from ccserver.core.kernel import Outcome
from ccserver.core.plan import CallbackTerms, Exit, ExitKind, Invitation, Plan
from ccserver.core.sounds import recorded

HOME, OTHER = "+442079460007", "+442079460008"
KEYS = {
    "1": Exit(ExitKind.CALLBACK),
    "2": Exit(ExitKind.VOICEMAIL),
    "3": Exit(ExitKind.QUEUE, target=SALES),
    "4": Exit(ExitKind.MESSAGE, sounds=recorded("prices")),
}
INVITATION = Invitation(recorded("invited"), seconds(7), seconds(20))


def terms(**changes: Any) -> CallbackTerms:
    """Three attempts, a minute apart, within an hour."""
    return replace(CallbackTerms(attempts=3, retry_after=seconds(60), expires_after=seconds(3600), most=3), **changes)


def with_callbacks(the_terms: CallbackTerms | None = None, **changes: Any) -> Plan:
    """Support as in the playbook, with keys; `changes` are those of the queue."""
    figures: dict[str, Any] = {"keys": KEYS, "callback": the_terms or terms(), "announcement": None, **changes}
    return plan(
        queues={SALES: queue(SALES, "sales"), SUPPORT: queue(SUPPORT, "support", **figures)},
        hours={"never": Closed(), "day": Day()},
    )


class Closed:
    """Never open."""

    def is_open(self, at: Any) -> bool:
        return False


class Day:
    """Open from nine to ten."""

    def is_open(self, at: Any) -> bool:
        return bool(at.hour == 9)


def waiting(the_plan: Plan | None = None) -> Play:
    """One caller in support, nobody at work."""
    play = Play(the_plan or with_callbacks())
    play.calls()
    return play


def presses(play: Play, keys: str, name: str = "c1") -> Outcome:
    """Keys, one after the other; what follows from the last."""
    for key in keys:
        outcome = play.hand(DigitReceived(LegId(f"leg-{name}"), key))
    return outcome


def promised(the_plan: Plan | None = None) -> Play:
    """One caller who was promised a callback, and hung up."""
    play = waiting(the_plan)
    play.passes(5)
    asks_for_it(play)
    return play


def asks_for_it(play: Play, name: str = "c1") -> None:
    """The caller has the callback promised and hangs up."""
    presses(play, "11", name)
    play.leaves(name)


def call_of(play: Play, name: str = "c1") -> Interaction:
    """The interaction that keeps the promise."""
    return play.centre.interactions[callback_id(InteractionId(name))]


class Country:
    """Reads digits as international numbers; those beginning with 9 are dear."""

    def callable(self, number: str) -> str | None:
        digits = number.removeprefix("+")
        return f"+{digits}" if len(digits) > 6 and not digits.startswith("9") else None

    def spoken(self, number: str) -> str:
        return number.removeprefix("+")

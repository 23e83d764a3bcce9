"""The in-queue menu and callbacks, from the YAML to the plan, and their mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.config.numbers import CountryNumbers, read_numbers
from ccserver.core.ids import QueueId
from ccserver.core.plan import CallbackTerms, Exit, ExitKind, Invitation
from ccserver.core.sounds import Sound, SoundKind, recorded

A = QueueId("a")
REST = """
  b: {max_wait: 9 min, on_max_wait: voicemail}
agents:
  ann: {name: Ann, extension: "1001"}
hours:
  office: {open: "Mo-Fr 08:00-18:00", time_zone: Europe/London}
"""
INVITED = "    invitation: {sounds: {say: Press one.}}\n"


def centre(*lines: str, invited: str = INVITED) -> str:
    """A queue `a` with these lines, one beside it, an agent and opening hours."""
    own = "".join(f"    {line}\n" for line in lines)
    return f"version: 1\nqueues:\n  a:\n    max_wait: 9 min\n    on_max_wait: voicemail\n{own}{invited}".rstrip() + REST


def test_keys_lead_where_they_say(tmp_path: Path) -> None:
    """The ways out of everywhere, and a callback."""
    keys = '{"1": callback, "2": voicemail, "3": {queue: b}, "*": {message: [vm-goodbye]}}'
    queue = load(tmp_path, centre(f"keys: {keys}")).plan.queues[A]
    assert dict(queue.keys) == {
        "1": Exit(ExitKind.CALLBACK),
        "2": Exit(ExitKind.VOICEMAIL),
        "3": Exit(ExitKind.QUEUE, target="b"),
        "*": Exit(ExitKind.MESSAGE, sounds=recorded("vm-goodbye")),
    }


def test_an_invitation_says_what_and_when(tmp_path: Path) -> None:
    """With its own times."""
    written = "invitation: {sounds: [{say: Press one.}], first_after: 9 s, every: 1 min}"
    queue = load(tmp_path, centre('keys: {"1": callback}', written, invited="")).plan.queues[A]
    said = (Sound(SoundKind.SAID, "Press one."),)
    assert queue.invitation == Invitation(said, timedelta(seconds=9), timedelta(minutes=1))


def test_terms_need_not_be_written(tmp_path: Path) -> None:
    """A key for it is enough."""
    queue = load(tmp_path, centre('keys: {"1": callback}')).plan.queues[A]
    assert queue.callback == CallbackTerms(numbers=CountryNumbers("GB", ("GB",)))


def test_no_key_no_callback(tmp_path: Path) -> None:
    """Nothing is promised by itself."""
    assert load(tmp_path, centre(invited="")).plan.queues[A].callback is None


def test_terms_as_they_are_written(tmp_path: Path) -> None:
    """All of them."""
    written = (
        "callback: {offered_after: 30 s, offered_from: 4, offered_wait: 3 min, attempts: 5, retry_after: 2 min, expires_after: 3 h, "
        "hours: office, most: 7, countries: [GB, IE]}"
    )
    assert load(tmp_path, centre('keys: {"1": callback}', written)).plan.queues[A].callback == CallbackTerms(
        timedelta(seconds=30),
        4,
        timedelta(minutes=3),
        5,
        timedelta(minutes=2),
        timedelta(hours=3),
        "office",
        7,
        CountryNumbers("GB", ("GB", "IE")),
    )


MISTAKES = {
    "a key to the queue itself": (('keys: {"1": {queue: §a}}',), "leads to 'a' itself"),
    "a key to an unknown queue": (('keys: {"1": {queue: §c}}',), "there is no queue 'c'"),
    "no key": (('keys: {§"12": callback}',), "use one of 0 to 9"),
    "two ways at once": (
        ('keys: {§"1": {callback: true, queue: b}}',),
        "queue, flow, number, callback",
    ),
    "an offer without a key": (
        ("overflow: [{when: {waited: 5}, then: §callback}]",),
        "no key of the queue leads to one",
    ),
    "unknown hours": (('keys: {"1": callback}', "callback: {hours: §offise}"), "did you mean 'office'?"),
    "an unknown recording": (('keys: {"1": {message: [§vm-goodby]}}',), "did you mean 'vm-goodbye'?"),
    "no country": (('keys: {"1": callback}', "callback: {countries: [§UK]}"), "did you mean 'GB'?"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused(tmp_path: Path, name: str) -> None:
    """Where it stands, with what would be right."""
    lines, words = MISTAKES[name]
    assert_marked(tmp_path, centre(*lines), words)


DOUBTS = {
    "nobody is told": (('§keys: {"1": callback}',), "", "no caller of 'a' is told"),
    "told in vain": ((), "    §invitation: {sounds: {say: Press one.}}\n", "keys that are not there"),
    "told too late": (('keys: {"1": callback}',), "    §invitation: {sounds: vm-press, first_after: 9 min}\n", "leave before"),
    "asked for by nobody": (('keys: {"1": voicemail}', "§callback: {most: 3}"), INVITED, "no key of 'a'"),
    "offered too late": (
        ('keys: {"1": callback}', "callback: {offered_after: §9 min}"), INVITED, "before they are offered"),
    "once only": (('keys: {"1": callback}', "callback: {retry_after: §9 h}"), INVITED, "second attempt"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_rarely_meant_is_warned_of(tmp_path: Path, name: str) -> None:
    """It can be used all the same."""
    lines, invited, words = DOUBTS[name]
    assert_marked(tmp_path, centre(*lines, invited=invited), words)


HOME = CountryNumbers("GB", ("GB", "IE"))


@pytest.mark.parametrize(
    ("keyed", "read"),
    [
        ("02079460007", "+442079460007"),
        ("00442079460007", "+442079460007"),
        ("+442079460007", "+442079460007"),
        ("0035312345678", "+35312345678"),
        ("09098790007", None),  # premium
        ("08431234567", None),  # shared cost
        ("0012125550123", None),  # another country
        ("999", None),
        ("", None),
        ("1" * 40, None),
        ("0" * 20, None),
        ("112", None),
        ("+44 20 7946 0007 ext. 3", None),
        ("\u0660\u0661", None),
    ],
)
def test_only_numbers_that_may_be_called(keyed: str, read: str | None) -> None:
    """The centre pays for what a caller keys in."""
    assert HOME.callable(keyed) == read


def test_numbers_are_said_as_at_home() -> None:
    """And abroad with their country code."""
    assert HOME.spoken("+442079460007") == "02079460007"
    assert HOME.spoken("+35312345678") == "35312345678"


def test_numbers_have_a_written_form() -> None:
    """For the event log."""
    assert read_numbers(HOME.written()) == HOME

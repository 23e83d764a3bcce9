"""Opening hours and the last resort of a queue, from the YAML to the plan, and their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked
from tests.config.test_build import load

from ccserver.core.ids import QueueId
from ccserver.core.plan import Exit, ExitKind

HOURS = """
hours:
  office: {open: "Mo-Fr 08:00-18:00", time_zone: Europe/London}
agents:
  ann: {name: Ann, extension: "1001"}
"""


def centre(**keys: str) -> str:
    """Queues a and b; what is said of a."""
    lines = "".join(f"\n    {key}: {value}" for key, value in keys.items())
    head = "version: 1\nqueues:\n  b: {max_wait: 9 min, on_max_wait: voicemail}\n  a:\n    max_wait: 9 min"
    return f"{head}\n    on_max_wait: voicemail{lines}{HOURS}"


def test_what_is_written_is_in_the_plan(tmp_path: Path) -> None:
    """Hours, and both ways."""
    text = centre(hours="office", on_closed="{message: vm-goodbye}", on_closing="{queue: b}")
    queues = load(tmp_path, text).plan.queues
    a, b = queues[QueueId("a")], queues[QueueId("b")]
    assert (a.hours, a.on_closing) == ("office", Exit(ExitKind.QUEUE, "b"))
    assert a.on_closed is not None
    assert (b.hours, b.on_closed, b.on_closing) == ("", None, None)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"hours": "§offce"}, "there are no opening hours 'offce'; did you mean 'office'?"),
        ({"hours": "office", "on_closing": "{queue: §c}"}, "there is no queue 'c'"),
        ({"hours": "office", "on_closed": "{queue: §a}"}, "callers are sent round for ever: a -> a"),
    ],
)
def test_a_mistake(tmp_path: Path, keys: dict[str, str], words: str) -> None:
    """The place is exact."""
    assert_marked(tmp_path, centre(**keys), words)


@pytest.mark.parametrize("key", ["on_closed", "on_closing"])
def test_ways_of_a_queue_that_is_always_open(tmp_path: Path, key: str) -> None:
    """They would never be taken."""
    text = centre(**{key: "voicemail"}).replace("  a:", "  §a:")
    assert_marked(tmp_path, text, "says what happens when it is closed, and has no hours; add hours:")


def test_a_queue_without_a_last_resort_is_refused(tmp_path: Path) -> None:
    """Whoever presses nothing would come back for ever; one who is sent on after some rounds would not."""
    text = """
        version: 1
        queues:
          a: {max_wait: 5 min, §on_max_wait: {flow: f}, on_full: voicemail}
          b: {max_wait: 5 min, on_max_wait: {queue: a}, on_full: voicemail}
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: [beep], keys: {"1": mail}, on_timeout: stay}
              mail: {do: voicemail}
              stay: {do: queue, queue: a}
        """
    assert_marked(tmp_path, text, "no last resort: a -> a; let one of the flows between end in voicemail")
    assert_marked(
        tmp_path,
        text.replace("on_timeout: stay", "on_timeout: mail").replace("§", "").replace("stay:", "§stay:"),
        "never reached",
    )

"""Mistakes that need two places to see."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked

CASES = {
    "unknown music": (
        """
        version: 1
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail, music: §jazz}
        """,
        "there is no music 'jazz'; put .wav files into music/jazz/, or use default",
    ),
    "unknown queue": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", queue: §suport}
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "there is no queue 'suport'; did you mean 'support'?",
    ),
    "unknown flow": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", flow: §welcome}
        """,
        "there is no flow 'welcome'; add it under flows:",
    ),
    "unknown hours": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", queue: support, hours: §offices}
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail}
        hours:
          office: {open: "24/7", time_zone: UTC}
        """,
        "there are no opening hours 'offices'; did you mean 'office'?",
    ),
    "unknown team": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001", team: §flor}
        teams:
          floor: {}
        """,
        "did you mean 'floor'?",
    ),
    "unknown queue of an exit": (
        """
        version: 1
        queues:
          support: {max_wait: 5 min, on_max_wait: {queue: §sales}}
        """,
        "there is no queue 'sales'",
    ),
    "unknown flow of an exit": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", queue: support, on_closed: {flow: §night}}
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "there is no flow 'night'",
    ),
    "unknown queue of a node": (
        """
        version: 1
        flows:
          f: {start: a, nodes: {a: {do: queue, queue: §sales}}}
        """,
        "there is no queue 'sales'",
    ),
    "unknown first node": (
        """
        version: 1
        flows:
          f: {start: §begin, nodes: {a: {do: voicemail}}}
        """,
        "there is no node 'begin' in the flow 'f'; known are a",
    ),
    "unknown node of a key": (
        """
        version: 1
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: [beep], keys: {"1": §buy}, on_timeout: bye}
              bye: {do: hang_up}
        """,
        "there is no node 'buy'",
    ),
    "node never reached": (
        """
        version: 1
        flows:
          f:
            start: bye
            nodes:
              bye: {do: hang_up}
              §lost: {do: voicemail}
        """,
        "the node 'lost' is never reached",
    ),
    "loop of set nodes": (
        """
        version: 1
        flows:
          f:
            start: a
            nodes:
              a: {do: set, values: {x: "1"}, next: §b}
              b: {do: set, values: {x: "2"}, next: a}
        """,
        "the nodes a, b take no time and lead only to one another",
    ),
    "menu nobody leaves without a key": (
        """
        version: 1
        flows:
          f:
            start: greet
            nodes:
              greet: {do: play, sounds: [hello], next: §choose}
              choose: {do: menu, sounds: [beep], keys: {"1": bye}, on_timeout: greet}
              bye: {do: hang_up}
        """,
        "a caller who presses nothing never leaves greet -> choose -> greet",
    ),
    "menu that is its own exit": (
        """
        version: 1
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: [beep], keys: {"1": bye}, on_timeout: §choose}
              bye: {do: hang_up}
        """,
        "never leaves choose -> choose",
    ),
    "loop behind a key": (
        """
        version: 1
        flows:
          f:
            start: choose
            nodes:
              choose: {do: menu, sounds: [beep], keys: {"1": info}, on_timeout: bye}
              info: {do: play, sounds: [hello], next: §info}
              bye: {do: hang_up}
        """,
        "never leaves info -> info",
    ),
    "entry point that leads nowhere": (
        """
        version: 1
        entry_points:
          §main: {dnis: "+448081570100"}
        """,
        "add flow: or queue:",
    ),
    "entry point that leads to both": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", flow: f, §queue: support}
        flows:
          f: {start: a, nodes: {a: {do: voicemail}}}
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "has both a flow and a queue",
    ),
    "number used twice": (
        """
        version: 1
        entry_points:
          main: {dnis: "+448081570100", queue: support}
          second: {dnis: §"+448081570100", queue: support}
        queues:
          support: {max_wait: 5 min, on_max_wait: voicemail}
        """,
        "the number +448081570100 is that of the entry point 'main' too",
    ),
    "extension used twice": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001"}
          bob: {name: Bob, extension: §"1001"}
        """,
        "the extension 1001 of bob is that of ann too",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_between_two_places(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    text, words = CASES[name]
    assert_marked(tmp_path, text, words)

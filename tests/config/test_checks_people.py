"""Mistakes about agents, skills, users and what they need."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked

CASES = {
    "extension inside a range": (
        """
        version: 1
        agents:
          load1..load5: {name: "Load {number}", extension: "2001..2005"}
          ann: {name: Ann, extension: §"2003"}
        """,
        "the extension 2003 of ann is that of load3 too",
    ),
    "agent twice, once in a range": (
        """
        version: 1
        agents:
          load1..load5: {name: "Load {number}", extension: "2001..2005"}
          §load3: {name: Other, extension: "3001"}
        """,
        "the name 'load3' is taken in centre.yaml:3",
    ),
    "user called like an agent": (
        """
        version: 1
        agents:
          sue: {name: Sue, extension: "1001"}
        users:
          §sue: {role: admin}
        """,
        "the name 'sue' is taken",
    ),
    "trunk called like a phone": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001"}
        trunks:
          §ann-web: {match: ["192.0.2.1"], target: "192.0.2.1:5060"}
        """,
        "the name 'ann-web' is taken",
    ),
    "agent called like a browser phone": (
        """
        version: 1
        agents:
          §ann-web: {name: Ann, extension: "1001"}
        """,
        "as browser phones do",
    ),
    "range that counts down": (
        """
        version: 1
        agents:
          §load9..load1: {name: Load, extension: "2001..2009"}
        """,
        "this is no range of agents",
    ),
    "range of two names": (
        """
        version: 1
        agents:
          §ann1..bob9: {name: Load, extension: "2001..2009"}
        """,
        "this is no range of agents",
    ),
    "enormous range": (
        """
        version: 1
        agents:
          §a0000001..a9999999: {name: Load, extension: "0000001..9999999"}
        """,
        "the range has 9999999 agents; use at most 2000",
    ),
    "range with one extension": (
        """
        version: 1
        agents:
          load1..load5: {name: Load, extension: §"2001"}
        """,
        'write "2001..2005"',
    ),
    "range with too few extensions": (
        """
        version: 1
        agents:
          load1..load5: {name: Load, extension: §"2001..2004"}
        """,
        'write "2001..2005"',
    ),
    "one agent with a range of extensions": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: §"2001..2004"}
        """,
        "one agent has a range of extensions",
    ),
    "skill nobody has": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001", skills: {sales: 5}}
        queues:
          sales: {max_wait: 5 min, on_max_wait: voicemail, skills: {§sale: 1}}
        """,
        "no agent has the skill 'sale'; did you mean 'sales'?",
    ),
    "skill nobody has so well": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001", skills: {sales: 5}}
        queues:
          sales: {max_wait: 5 min, on_max_wait: voicemail, skills: {sales: §6}}
        """,
        "at 6 or better (the best has 5); ask for at most 5",
    ),
    "skills nobody has together": (
        """
        version: 1
        agents:
          ann: {name: Ann, extension: "1001", skills: {sales: 5}}
          bob: {name: Bob, extension: "1002", skills: {french: 5}}
        queues:
          sales: {max_wait: 5 min, on_max_wait: voicemail, §skills: {sales: 1, french: 1}}
        """,
        "no agent has all the skills of the queue 'sales'",
    ),
    "queues that wait for one another": (
        """
        version: 1
        queues:
          a: {max_wait: 5 min, on_max_wait: {queue: §b}}
          b: {max_wait: 5 min, on_max_wait: {queue: c}}
          c: {max_wait: 5 min, on_max_wait: {queue: a}}
        """,
        "callers are sent round for ever: a -> b -> c -> a",
    ),
    "full queues that send to one another": (
        """
        version: 1
        queues:
          a: {max_wait: 5 min, on_max_wait: voicemail, on_full: {queue: §b}}
          b: {max_wait: 5 min, on_max_wait: voicemail, on_full: {queue: a}}
        """,
        "callers are sent round for ever: a -> b -> a",
    ),
    "full queue that leads to itself through a flow": (
        """
        version: 1
        queues:
          a: {max_wait: 5 min, on_max_wait: voicemail, on_full: {flow: §f}}
        flows:
          f:
            start: sorry
            nodes:
              sorry: {do: play, sounds: [im-sorry], next: again}
              again: {do: queue, queue: a}
        """,
        "callers are sent round for ever: a -> a",
    ),
    "password outside a demo": (
        """
        version: 1
        users:
          sue: {role: admin, password: §secret-word}
        """,
        "sue has a password in this file, and this is no demo",
    ),
    "reason that ccserver sets": (
        """
        version: 1
        not_ready_reasons:
          §rona: Did not answer
        """,
        "the reason 'rona' is set by ccserver itself",
    ),
    "one port twice": (
        """
        version: 1
        network: {web_port: §5038}
        """,
        "web_port and ami_port are both 5038",
    ),
    "no ports for audio": (
        """
        version: 1
        network: {rtp_last_port: §9000}
        """,
        "10000 to 9000 are too few ports for audio",
    ),
    "address of two trunks": (
        """
        version: 1
        trunks:
          a: {match: ["192.0.2.0/24"], target: "192.0.2.1:5060"}
          b: {match: [§"192.0.2.7"], target: "192.0.2.7:5060"}
        """,
        "192.0.2.7 belongs to the trunk 'a' too",
    ),
    "unknown recording": (
        """
        version: 1
        flows:
          f: {start: a, nodes: {a: {do: hang_up, sounds: [beep, §vm-godbye]}}}
        """,
        "there is no recording 'vm-godbye'; did you mean 'vm-goodbye'?",
    ),
    "unknown recording that stands alone": (
        """
        version: 1
        voicemail: {greeting: §custom/hello-there}
        """,
        "put custom/hello-there.wav into sounds/",
    ),
    "unknown recording of an exit": (
        """
        version: 1
        default_exit: {message: [{recording: §xyzzy}]}
        """,
        "put xyzzy.wav into sounds/",
    ),
    "opening hours": (
        """
        version: 1
        hours:
          h: {open: "Mo-Fr §8-18", time_zone: UTC}
        """,
        "these are no opening hours; times are hh:mm-hh:mm",
    ),
    "opening hours without quotes": (
        """
        version: 1
        hours:
          h:
            open: Mo-Fr §8-18
            time_zone: UTC
        """,
        "these are no opening hours",
    ),
    "empty opening hours": (
        """
        version: 1
        hours:
          h: {open: "§ ", time_zone: UTC}
        """,
        "there are no hours",
    ),
    "opening hours of one day": (
        """
        version: 1
        hours:
          h: {open: "24/7", time_zone: UTC, open_on: {2026-12-27: "§10-12"}}
        """,
        "these are no opening hours",
    ),
    "unknown country": (
        """
        version: 1
        hours:
          h: {open: "24/7; PH off", time_zone: UTC, holidays: §XX}
        """,
        "no holidays are known for 'XX'",
    ),
    "unknown part of a country": (
        """
        version: 1
        hours:
          h: {open: "24/7; PH off", time_zone: UTC, holidays: §GB-EN}
        """,
        "did you mean 'GB-ENG'?",
    ),
    "holidays without effect": (
        """
        version: 1
        hours:
          h: {open: "24/7", time_zone: UTC, holidays: §GB}
        """,
        "the holidays change nothing",
    ),
    "holidays of no country": (
        """
        version: 1
        hours:
          h: {open: "24/7; §PH off", time_zone: UTC}
        """,
        "add holidays: with a country",
    ),
    "holidays among weekdays": (
        """
        version: 1
        hours:
          h: {open: "Sa,§PH 10:00-12:00", time_zone: UTC, holidays: GB}
        """,
        "PH must be a rule of its own",
    ),
    "school holidays": (
        """
        version: 1
        hours:
          h: {open: "24/7; §SH off", time_zone: UTC}
        """,
        "name the days under closed_on",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_where_it_is(tmp_path: Path, name: str) -> None:
    """The place, and what to do."""
    assert_marked(tmp_path, *CASES[name])

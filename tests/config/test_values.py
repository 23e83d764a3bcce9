"""Values that are wrong by themselves: each kind of mistake, its place, and what it is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import assert_marked, problems

QUEUE = "queues:\n  support: {max_wait: 5 min, on_max_wait: voicemail"


def queue_with(more: str) -> str:
    """A configuration whose queue has something more, with its mark."""
    return f"version: 1\n{QUEUE}, {more}}}\n"


def flow_with(node: str) -> str:
    """A configuration with one flow that begins with the node."""
    return f"version: 1\nflows:\n  f:\n    start: a\n    nodes:\n      a: {node}\n      b: {{do: voicemail}}\n"


CASES = {
    "unknown key": (queue_with("§ring_limitt: 5 s"), "did you mean 'ring_limit'?"),
    "unknown key far from all": (queue_with("§zzz: 5 s"), "known here are also, announce, announce_position"),
    "unknown key of the first level": ("version: 1\n§quues: {}\n", "did you mean 'queues'?"),
    "missing key": (
        "version: 1\nqueues:\n  §support: {on_max_wait: voicemail}\n",
        "support has no max_wait; add max_wait: after this wait on_max_wait is taken",
    ),
    "queue without exit": (
        "version: 1\nqueues:\n  §support: {max_wait: 5 min}\n",
        "support has no on_max_wait; add on_max_wait: where callers go after max_wait, such as voicemail",
    ),
    "missing version": ("§name: A\n", "there is no version; add version: the version of this format: 1"),
    "unknown version": ("version: §2\n", "version is '2'; use 1"),
    "number for text": ("version: 1\nname: §12\n", 'put it in quotes: "12"'),
    "truth value for text": ("version: 1\nname: §true\n", 'put it in quotes: "true"'),
    "phone number without quotes": (
        "version: 1\ncaller_number: §+448081570100\n",
        'caller_number must be text, but is a number; put it in quotes: "+448081570100"',
    ),
    "national number": ('version: 1\ncaller_number: §"0808 157 0100"\n', 'did you mean "+448081570100"?'),
    "national number of another region": (
        'version: 1\ndefault_region: FR\ncaller_number: §"01 99 00 12 34"\n',
        'did you mean "+33199001234"?',
    ),
    "no number at all": ('version: 1\ncaller_number: §"sales"\n', "write plus, country code and number in quotes"),
    "number too short": ('version: 1\ncaller_number: §"+448081570100000"\n', "too short or too long for its country"),
    "text for a number": (queue_with("max_length: §many"), "max_length must be a whole number, but is text"),
    "quoted number": (queue_with('max_length: §"20"'), "write it without quotes: 20"),
    "fraction": (queue_with("max_length: §1.5"), "must be a whole number"),
    "number too small": (queue_with("max_length: §0"), "max_length is 0; use at least 1"),
    "number too large": (queue_with("max_length: §10001"), "use at most 10000"),
    "text for true or false": ("version: 1\ndemo: §yes\n", "demo must be true or false, but is text"),
    "text for a mapping": ("version: 1\nqueues: §support\n", "queues must be a mapping of names, but is text"),
    "list for a mapping": ("version: 1\n§queues: [support]\n", "but is a list"),
    "text for a list": (queue_with("dispositions: §sold"), "dispositions must be a list, but is text"),
    "text for a section": (queue_with("announce_position: §yes"), "must be a mapping of keys, but is text"),
    "duration without unit": (queue_with("ring_limit: §soon"), "write 15 s, 3 min, 1 h, or a whole number of seconds"),
    "duration that is negative": (queue_with("ring_limit: §-5"), "is no length of time"),
    "duration that is true": (queue_with("ring_limit: §true"), "must be a length of time"),
    "ring limit too short": (queue_with("ring_limit: §3 s"), "ring_limit '3 s' is too short; use 5 s to 1 min"),
    "ring limit too long": (queue_with("ring_limit: §61"), "ring_limit '61' is too long; use 5 s to 1 min"),
    "announcements too often": (queue_with("announce_position: {first_after: §1 s}"), "use 5 s to 1 h"),
    "name with a capital": (
        "version: 1\nteams:\n  §Floor: {name: Floor}\n",
        "the key 'Floor' is no name; use a small letter",
    ),
    "invisible characters": ('version: 1\nname: §"a\\u202eb"\n', "invisible characters"),
    "proficiency of eleven": (
        'version: 1\nagents:\n  ann: {name: Ann, extension: "1001", skills: {sales: §11}}\n',
        "sales is 11; use at most 10",
    ),
    "language": ("version: 1\ndefault_language: §English\n", "use a tag such as en"),
    "region": ("version: 1\ndefault_region: §Klingon\n", "use two capital letters"),
    "usual region": ("version: 1\ndefault_region: §UK\n", "did you mean 'GB'?"),
    "role": ("version: 1\nusers:\n  sue: {role: §supervisr}\n", "did you mean 'supervisor'?"),
    "codec": (
        'version: 1\ntrunks:\n  t: {match: ["192.0.2.1"], target: "a:5060", codecs: [§ulow]}\n',
        "codecs, entry 1, is 'ulow'; did you mean 'ulaw'?",
    ),
    "target without port": (
        'version: 1\ntrunks:\n  t: {match: ["192.0.2.1"], target: §"127.0.0.2"}\n',
        "use host:port in quotes",
    ),
    "trunk without addresses": ('version: 1\ntrunks:\n  t: {§match: [], target: "a:5060"}\n', "use at least 1"),
    "address": (
        'version: 1\ntrunks:\n  t: {match: [§"192.0.2.999"], target: "a:5060"}\n',
        "match, entry 1, '192.0.2.999' is no address or network",
    ),
    "port": ("version: 1\nnetwork: {web_port: §70000}\n", "use at most 65535"),
    "SIP address": ("version: 1\nnetwork: {sip_host: §localhost}\n", "is no IPv4 address"),
    "time zone": (
        'version: 1\nhours:\n  h: {open: "24/7", time_zone: §Europe/Londn}\n',
        "did you mean 'Europe/London'?",
    ),
    "date": (
        'version: 1\nhours:\n  h: {open: "24/7", time_zone: UTC, closed_on: [§24.12.2026]}\n',
        "write year-month-day",
    ),
    "day that does not exist": (
        'version: 1\nhours:\n  h: {open: "24/7", time_zone: UTC, closed_on: [§2026-02-30]}\n',
        "is no date",
    ),
    "extension without quotes": (
        "version: 1\nagents:\n  ann: {name: Ann, extension: §1001}\n",
        'put it in quotes: "1001"',
    ),
    "extension": ('version: 1\nagents:\n  ann: {name: Ann, extension: §"12a"}\n', "use 2 to 8 digits"),
    "exit that is no word": (
        "version: 1\nqueues:\n  support: {max_wait: 5 min, on_max_wait: §mailbox}\n",
        "on_max_wait must be a mapping of keys, but is text; where callers go after max_wait",
    ),
    "exit with two ways": (
        "version: 1\nqueues:\n  support: {max_wait: 5 min, §on_max_wait: {voicemail: [], message: [beep]}}\n",
        "must name exactly one way out",
    ),
    "last resort that goes on": ("version: 1\n§default_exit: {queue: support}\n", "use voicemail or message"),
    "sound with two things": (
        flow_with("{do: play, sounds: [§{recording: beep, say_number: 1}], next: b}"),
        "sounds, entry 1, must play exactly one thing",
    ),
    "markup to say": (flow_with("{do: play, sounds: [say: §<speak>], next: b}"), "cannot be spoken: it has <"),
    "nothing to say": (flow_with("{do: play, sounds: [say: §'?!'], next: b}"), "there is nothing to say"),
    "a book to say": (flow_with(f"{{do: play, sounds: [say: §{'x' * 501}], next: b}}"), "500 are the most"),
    "nothing to play": (flow_with("{do: play, §sounds: [], next: b}"), "sounds has too few entries"),
    "name of a recording": (flow_with("{do: play, sounds: [§../../etc/passwd], next: b}"), "is no name of a recording"),
    "long silence": (flow_with("{do: play, sounds: [{silence: §11 s}], next: b}"), "use 1 s to 10 s"),
    "node without kind": (flow_with("{sounds: [beep], next: b}").replace("a: {", "§a: {"), "a has no do; add do:"),
    "unknown kind of node": (
        flow_with("{do: playy, sounds: [beep], next: b}").replace("a: {", "§a: {"),
        "a has the unknown do 'playy'; did you mean 'play'?",
    ),
    "key of a node": (flow_with("{do: play, sounds: [beep], next: b, §nxt: b}"), "did you mean 'next'?"),
    "menu without exit": (
        flow_with('{do: menu, sounds: [beep], keys: {"1": b}}').replace("a: {", "§a: {"),
        "a has no on_timeout; add on_timeout: the node for callers who press nothing",
    ),
    "key of a telephone": (
        flow_with("{do: menu, sounds: [beep], keys: {§12: b}, on_timeout: b}"),
        "the key '12' is no key of a telephone",
    ),
    "stored name": (
        flow_with("{do: digits, sounds: [beep], store: §Order Number, max_digits: 4, next: b}"),
        "is no name to store under",
    ),
    "queue node without queue": (
        flow_with("{do: queue}").replace("a: {", "§a: {").replace("b: {", "§b: {"),
        "a has no queue; add queue: the queue",
        "the node 'b' is never reached",
    ),
    "queue of a node": (
        flow_with("{do: queue, queue: §Sales}").replace("b: {", "§b: {"),
        "queue 'Sales' is no name",
        "the node 'b' is never reached",
    ),
    "stored number": (flow_with("{do: set, values: {vip: §1}, next: b}"), 'put it in quotes: "1"'),
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_value(tmp_path: Path, name: str) -> None:
    """The place is exact to the column, and the advice says what would be right."""
    text, *words = CASES[name]
    assert_marked(tmp_path, text, *words)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """One run tells everything: values, references and loops of all files, in order."""
    found = problems(
        tmp_path,
        a="version: 1\nname: 12\nqueues:\n  sales: {max_wait: 1 s, on_max_wait: voicemail}\n",
        b='entry_points:\n  main: {dnis: 123, queue: sales}\n  other: {dnis: "+448081570100", queue: supprt}\n',
        c="flows:\n  f:\n    start: x\n    nodes:\n      y: {do: voicemail}\nagents:\n  ann: {name: A, extension: 12}\n",
    )
    assert [(one.path.name, one.line, one.column) for one in found] == [
        ("a.yaml", 2, 7),
        ("a.yaml", 4, 21),
        ("b.yaml", 2, 16),
        ("b.yaml", 3, 41),
        ("c.yaml", 3, 12),
        ("c.yaml", 7, 29),
    ]


def test_a_wrong_entry_is_not_missed_where_it_is_named(tmp_path: Path) -> None:
    """A queue with a mistake is a queue: whoever refers to it is right."""
    text = """
    version: 1
    entry_points:
      main: {dnis: "+448081570100", queue: support}
    queues:
      support: {max_wait: §never, on_max_wait: voicemail}
    """
    assert_marked(tmp_path, text, "is no length of time")


def test_a_problem_is_one_line_that_editors_understand(tmp_path: Path) -> None:
    """file:line:column: what is wrong; what would be right."""
    (found,) = problems(tmp_path, centre="version: 1\ndemo: yes\n")
    path = tmp_path / "centre.yaml"
    advice = "true allows passwords in these files; never on a network"
    assert str(found) == f"{path}:2:7: demo must be true or false, but is text; {advice}"


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """What is found is shown harmlessly."""
    found = problems(tmp_path, centre='version: 1\nname: "\\e[31mred"\n"\\e[2J": 1\n')
    assert [one for one in found if not str(one).isprintable()] == []


def test_a_wrong_password_is_not_shown(tmp_path: Path) -> None:
    """Not even a number that should have been text."""
    found = problems(tmp_path, centre="version: 1\ndemo: true\nusers:\n  sue: {role: admin, password: 4711}\n")
    assert [("4711" in str(one), one.value) for one in found] == [(False, "")]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15 s", 15), ("15s", 15), ("3 min", 180), ("1 h", 3600), ("1 min 30 s", 90), ("1500 ms", 1.5), ("20", 20)],
)
def test_durations(tmp_path: Path, text: str, seconds: float) -> None:
    """Read aloud, they say what they are."""
    from ccserver.config.schema.types import duration

    assert duration(int(text) if text.isdigit() else text).total_seconds() == seconds

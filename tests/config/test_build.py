"""From YAML to the objects of the core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.config.marked import SOMEBODY, take_marks

from ccserver.config import ConfigError, Configuration, load_configuration
from ccserver.core.ids import AgentId, EntryPointId, FlowId, NodeId, QueueId
from ccserver.core.ivr.flow import DigitsNode, HangUpNode, MenuNode, PlayNode, QueueNode, SetNode, VoicemailNode
from ccserver.core.plan import AgentProfile, Announcement, EntryPoint, Exit, ExitKind, QueuePlan
from ccserver.core.skills import AllOf, AtLeast
from ccserver.core.sounds import Sound, SoundKind, recorded
from ccserver.services.office import Role


def load(folder: Path, text: str) -> Configuration:
    (folder / "centre.yaml").write_text(take_marks(text)[0], encoding="utf-8")
    if "agents:" not in text:
        (folder / "zz.yaml").write_text(SOMEBODY, encoding="utf-8")
    return load_configuration(folder)


def test_a_queue(tmp_path: Path) -> None:
    """Everything that can be said of a queue."""
    (tmp_path / "music" / "jazz").mkdir(parents=True)
    (tmp_path / "music" / "jazz" / "blue.wav").touch()
    text = """
    version: 1
    agents:
      ann: {name: Ann, extension: "1001", skills: {sales: 5}}
    queues:
      sales:
        name: The sales
        skills: {sales: 3}
        priority: 2
        music: jazz
        announce_position: {first_after: 20 s, every: 1 min}
        max_wait: 10 min
        on_max_wait: voicemail
        max_length: 7
        on_full: {message: [beep, {say_number: 12}, {say_digits: "12"}, {say: " Hello  you! "}, {silence: 2 s}]}
        ring_limit: 20
        wrap_up_limit: 1 min 30 s
        answer_target: 30 s
        dispositions: [sold, lost]
        script: offer-7
    """
    said = (
        *recorded("beep"),
        Sound(SoundKind.NUMBER, "12"),
        Sound(SoundKind.DIGITS, "12"),
        Sound(SoundKind.SAID, "Hello you!"),
        Sound(SoundKind.SILENCE, "2"),
    )
    assert load(tmp_path, text).plan.queues == {
        "sales": QueuePlan(
            id=QueueId("sales"),
            name="The sales",
            needs=AllOf((AtLeast("sales", 3),)),
            priority=2,
            music="jazz",
            announcement=Announcement(timedelta(seconds=20), timedelta(minutes=1)),
            max_wait=timedelta(minutes=10),
            on_max_wait=Exit(ExitKind.VOICEMAIL),
            max_length=7,
            on_full=Exit(ExitKind.MESSAGE, sounds=said),
            ring_limit=timedelta(seconds=20),
            wrap_up_limit=timedelta(seconds=90),
            answer_target=timedelta(seconds=30),
            dispositions=("sold", "lost"),
            script="offer-7",
        )
    }


def test_a_full_queue_leaves_as_after_the_wait(tmp_path: Path) -> None:
    """If nothing else is said."""
    text = "version: 1\nqueues:\n  a: {max_wait: 1 min, on_max_wait: {message: beep}}\n"
    queue = load(tmp_path, text).plan.queues[QueueId("a")]
    assert queue.on_full == queue.on_max_wait == Exit(ExitKind.MESSAGE, sounds=recorded("beep"))


def test_an_entry_point(tmp_path: Path) -> None:
    """By the number called, with what is not said filled up from the centre."""
    text = """
    version: 1
    default_language: en-GB
    default_exit: {message: goodbye}
    record_calls: true
    entry_points:
      main: {dnis: "+448081570100", queue: a, hours: office, priority: 3, reason: Sales}
      other: {dnis: "+448081570102", queue: a, record_calls: false, on_closed: {queue: a}}
    queues:
      a: {max_wait: 1 min, on_max_wait: voicemail}
    hours:
      office: {open: "Mo-Fr 08:00-18:00", time_zone: Europe/London}
    """
    loaded = load(tmp_path, text)
    assert loaded.plan.entry_points["+448081570100"] == EntryPoint(
        id=EntryPointId("main"),
        dnis="+448081570100",
        name="main",
        language="en-GB",
        priority=3,
        hours="office",
        flow=None,
        queue=QueueId("a"),
        on_closed=Exit(ExitKind.MESSAGE, sounds=recorded("goodbye")),
        reason="Sales",
        is_recorded=True,
    )
    assert loaded.plan.entry_points["+448081570102"].on_closed == Exit(ExitKind.QUEUE, target="a")
    assert loaded.plan.hours["office"].is_open(datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert loaded.site.recorded_dnis == ("+448081570100",)


def test_a_flow(tmp_path: Path) -> None:
    """Every kind of node."""
    text = """
    version: 1
    queues:
      a: {max_wait: 1 min, on_max_wait: voicemail}
    flows:
      f:
        start: hello
        nodes:
          hello: {do: play, sounds: hello, next: choose}
          choose: {do: menu, sounds: [beep], keys: {"1": number, "*": mail}, on_timeout: bye, wrong: sorry, store: key}
          number:
            {do: digits, sounds: [your, number], store: order, min_digits: 2, max_digits: 4, limit: 3 s, tries: 1, next: note}
          note: {do: set, values: {reason: Order}, next: wait}
          wait: {do: queue, queue: a, priority: 4}
          mail: {do: voicemail}
          bye: {do: hang_up, sounds: goodbye}
    """
    flow = load(tmp_path, text).plan.flows[FlowId("f")]
    assert (flow.id, flow.start) == ("f", "hello")
    assert dict(flow.nodes) == {
        "hello": PlayNode(recorded("hello"), NodeId("choose")),
        "choose": MenuNode(
            sounds=recorded("beep"),
            choices={"1": NodeId("number"), "*": NodeId("mail")},
            limit=timedelta(seconds=5),
            tries=2,
            wrong=recorded("sorry"),
            on_timeout=NodeId("bye"),
            on_wrong=NodeId("bye"),
            store="key",
        ),
        "number": DigitsNode(
            sounds=recorded("your", "number"),
            store="order",
            min_digits=2,
            max_digits=4,
            limit=timedelta(seconds=3),
            tries=1,
            wrong=(),
            next=NodeId("note"),
            on_failed=NodeId("note"),
        ),
        "note": SetNode({"reason": "Order"}, NodeId("wait")),
        "wait": QueueNode(QueueId("a"), 4),
        "mail": VoicemailNode(),
        "bye": HangUpNode(recorded("goodbye")),
    }


AGENTS = """
version: 1
demo: true
teams:
  load: {wrap_up_limit: 0 s}
  floor: {name: The Floor}
agents:
  load08..load10: {name: "Load {number}", extension: "0998..1000", team: load, password: "p-{id}", skills: {s: 2}}
  ann: {name: Ann, extension: "1001", team: load, wrap_up_limit: 5 s, role: supervisor}
  bob: {name: Bob, extension: "1002"}
  cem: {name: Cem, extension: "1003", team: floor}
users:
  sue: {role: admin, password: secret}
"""


def test_agents_and_ranges(tmp_path: Path) -> None:
    """A range is its agents; the agent's own wrap-up limit goes before the team's, and none is none."""
    plan = load(tmp_path, AGENTS).plan
    zero = timedelta(0)
    assert list(plan.agents.values()) == [
        AgentProfile(AgentId("load08"), "Load 08", "0998", {"s": 2}, "load", zero, "load"),
        AgentProfile(AgentId("load09"), "Load 09", "0999", {"s": 2}, "load", zero, "load"),
        AgentProfile(AgentId("load10"), "Load 10", "1000", {"s": 2}, "load", zero, "load"),
        AgentProfile(AgentId("ann"), "Ann", "1001", {}, "load", timedelta(seconds=5), "load"),
        AgentProfile(AgentId("bob"), "Bob", "1002", {}, "", None),
        AgentProfile(AgentId("cem"), "Cem", "1003", {}, "floor", None, "The Floor"),
    ]


def test_users(tmp_path: Path) -> None:
    """Every agent signs in; others may."""
    users = load(tmp_path, AGENTS).site.users
    assert [(one.id, one.role, one.agent, one.password) for one in users] == [
        ("load08", Role.AGENT, "load08", "p-load08"),
        ("load09", Role.AGENT, "load09", "p-load09"),
        ("load10", Role.AGENT, "load10", "p-load10"),
        ("ann", Role.SUPERVISOR, "ann", None),
        ("bob", Role.AGENT, "bob", None),
        ("cem", Role.AGENT, "cem", None),
        ("sue", Role.ADMIN, None, "secret"),
    ]


def test_passwords_are_not_in_the_text_of_objects(tmp_path: Path) -> None:
    """A logged object tells no secret."""
    assert "secret" not in repr(load(tmp_path, AGENTS).site)


def test_the_smallest_configuration(tmp_path: Path) -> None:
    """Only the version must be said; callers of unknown numbers hear why."""
    plan = load(tmp_path, "version: 1\n").plan
    assert plan.default_exit == Exit(ExitKind.MESSAGE, sounds=recorded("ss-noservice", "vm-goodbye"))


def test_our_own_recordings(tmp_path: Path) -> None:
    """The folder is told to whoever links it into the PBX; without recordings there is none."""
    assert load(tmp_path, "version: 1\n").site.sounds_folder is None
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "welcome.wav").touch()
    assert load(tmp_path, "version: 1\n").site.sounds_folder == tmp_path / "sounds"


def test_a_wrong_configuration_is_not_built(tmp_path: Path) -> None:
    """The error holds every problem and reads like `check`."""
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, "version: 1\nname: 5\ndemo: 5\n")
    assert str(refused.value) == "\n".join(str(one) for one in refused.value.problems)
    assert [one.line for one in refused.value.problems] == [2, 3]

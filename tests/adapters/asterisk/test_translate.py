"""What Asterisk said, in the centre's words: transcripts of a real Asterisk 22.10.1, and the traps in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest

from ccserver.adapters.asterisk.dialect import cause_of, e164, endpoint_of
from ccserver.adapters.asterisk.translate import WANTED, Context, UnreadableEvent, translate
from ccserver.core.events import (
    Cause,
    DigitReceived,
    Event,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRang,
    MessageRecorded,
    PhoneDialled,
    PromptFinished,
)
from ccserver.core.ids import AgentId, LegId, NodeName

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "ari"
CONTEXT = Context(NodeName("ast01"), {"ann": AgentId("ann"), "ann-web": AgentId("ann")})
Raw = dict[str, Any]


def transcript(name: str) -> list[Raw]:
    return [orjson.loads(line) for line in (TRANSCRIPTS / f"{name}.jsonl").read_bytes().splitlines()]


def told(raws: list[Raw]) -> list[Event]:
    return [event for raw in raws if (event := translate(raw, CONTEXT)) is not None]


def arrival() -> Raw:
    return copy.deepcopy(transcript("talk")[0])


# -- whole calls --------------------------------------------------------------------------------------------------------


def test_a_talk_from_arrival_to_its_end() -> None:
    """The caller arrives; the agent rings, answers, ends; the caller ends."""
    events = told(transcript("talk"))
    arrived = events[0]
    assert isinstance(arrived, LegArrived)
    agent = LegId(f"cc-ast01-{arrived.interaction}-l1")
    assert (arrived.ani, arrived.dnis) == ("+442079460000", "+448081570102")
    assert events[1:] == [LegRang(agent), LegAnswered(agent), LegEnded(agent), LegEnded(arrived.leg)]


def test_keys_come_before_the_end_of_the_prompt() -> None:
    """They do not stop it; its end is told even when the caller's hang-up ended it."""
    events = told(transcript("keys_during_a_prompt"))
    assert [type(event) for event in events] == [LegArrived, DigitReceived, DigitReceived, PromptFinished, LegEnded]
    assert [event.digit for event in events if isinstance(event, DigitReceived)] == ["1", "#"]


def test_the_end_of_the_caller_does_not_end_the_agent() -> None:
    """Two legs, two ends; the agent's comes from our own order."""
    arrived, first, second = (
        e for e in told(transcript("caller_leaves_while_the_agent_rings")) if not isinstance(e, LegRang)
    )
    assert isinstance(arrived, LegArrived)
    assert (first, second) == (LegEnded(arrived.leg), LegEnded(LegId(f"cc-ast01-{arrived.interaction}-l1")))


@pytest.mark.parametrize(("name", "cause"), [("busy", Cause.BUSY), ("no_answer", Cause.NO_ANSWER)])
def test_a_leg_that_never_answered_says_why(name: str, cause: Cause) -> None:
    """Rang, ended, with the cause."""
    rang, ended = told(transcript(name))
    assert isinstance(rang, LegRang)
    assert ended == LegEnded(rang.leg, cause)


def test_an_answered_leg_without_a_cause_was_simply_hung_up() -> None:
    """A far end that hangs up at once leaves cause 0."""
    rang, answered, ended = told(transcript("outside"))
    assert isinstance(rang, LegRang)
    assert (answered, ended) == (LegAnswered(rang.leg), LegEnded(rang.leg, Cause.NORMAL))


def test_a_message_has_its_length() -> None:
    """Name as ordered, seconds as Asterisk counted."""
    (message,) = [event for event in told(transcript("message")) if isinstance(event, MessageRecorded)]
    assert (message.name.startswith("voicemail/"), message.seconds) == (True, 1.0)


def test_an_agent_who_dials_is_known_by_the_phone() -> None:
    """The endpoint says who; the leg is the phone's."""
    dialled, ended = told(transcript("agent_dials"))
    assert isinstance(dialled, PhoneDialled)
    assert (dialled.agent, dialled.number) == ("ann", "00442079460200")
    assert ended == LegEnded(dialled.leg)


def test_a_withheld_number_is_empty() -> None:
    """`anonymous` is no number."""
    arrived = told(transcript("withheld"))[0]
    assert isinstance(arrived, LegArrived)
    assert arrived.ani == ""


# -- traps --------------------------------------------------------------------------------------------------------------


def test_a_channel_that_replaces_another_is_no_new_caller() -> None:
    """A phone's own transfer brings a Local channel into our application with `replace_channel`."""
    raw = arrival()
    raw["replace_channel"] = raw["channel"]
    assert translate(raw, CONTEXT) is None


@pytest.mark.parametrize("args", [[], ["inbound"], ["inbound", "+448081570102"], ["something", "x", "y"]])
def test_a_channel_without_our_arguments_is_no_new_caller(args: list[str]) -> None:
    """Somebody else's Stasis() is not ours; the audit finds what is left of it."""
    assert translate(arrival() | {"args": args}, CONTEXT) is None


def test_stasis_end_ends_a_caller_and_not_a_leg_of_ours() -> None:
    """A caller's leg has no ChannelDestroyed; ours has one, and it knows the cause."""
    talk = transcript("talk")
    ends = [raw for raw in talk if raw["type"] == "StasisEnd"]
    assert [translate(raw, CONTEXT) is None for raw in ends] == [raw["channel"]["id"].startswith("cc-") for raw in ends]
    assert len(ends) == 2


def test_the_answer_of_a_leg_of_ours_is_its_stasis_start() -> None:
    """The state Up comes a moment earlier, when Asterisk would still refuse to bridge it."""
    talk = transcript("talk")
    states = [raw for raw in talk if raw["type"] == "ChannelStateChange" and raw["channel"]["state"] == "Up"]
    assert [translate(raw, CONTEXT) for raw in states] == [None] * len(states)


def test_a_repeated_event_is_told_again_and_the_same() -> None:
    """Duplicates are the core's to ignore: the translation has no memory."""
    for name in ("talk", "busy", "message"):
        raws = transcript(name)
        assert told([raw for raw in raws for _ in range(2)])[::2] == told(raws)


def test_an_old_arrival_is_followed_by_its_end() -> None:
    """After a pause of ours both are read late and in order, so a caller who left is a short call, not a ghost."""
    raws = [raw for raw in transcript("withheld") if raw["type"] in ("StasisStart", "StasisEnd")]
    for raw in raws:
        raw["timestamp"] = "2020-01-01T00:00:00.000+0000"
    assert [type(event) for event in told(raws)] == [LegArrived, LegEnded]


def test_an_agent_leg_entering_under_a_foreign_id_is_not_ours() -> None:
    """`agent` in the arguments is believed only together with an id that we chose."""
    assert translate(arrival() | {"args": ["agent", "x"]}, CONTEXT) is None


def test_a_dialling_phone_of_nobody_is_left_out() -> None:
    """An endpoint without an agent cannot place calls through us."""
    raw = transcript("agent_dials")[0]
    assert translate(raw, Context(NodeName("ast01"), {})) is None


@pytest.mark.parametrize("digit", ["A", "D", "", "12"])
def test_other_keys_are_left_out(digit: str) -> None:
    """Only the twelve keys of a telephone."""
    raw = next(raw for raw in transcript("keys_during_a_prompt") if raw["type"] == "ChannelDtmfReceived")
    assert translate(raw | {"digit": digit}, CONTEXT) is None


def test_playbacks_of_others_and_on_bridges_are_left_out() -> None:
    """A prompt is one that we named, on a leg."""
    raw = next(raw for raw in transcript("keys_during_a_prompt") if raw["type"] == "PlaybackFinished")
    playback = raw["playback"]
    assert translate(raw | {"playback": playback | {"id": "7f0e"}}, CONTEXT) is None
    assert translate(raw | {"playback": playback | {"target_uri": "bridge:cc-x"}}, CONTEXT) is None


def test_a_failed_recording_stored_nothing() -> None:
    """Its length is 0."""
    raw = next(raw for raw in transcript("message") if raw["type"] == "RecordingFinished")
    failed = translate(raw | {"type": "RecordingFailed"}, CONTEXT)
    assert isinstance(failed, MessageRecorded)
    assert failed.seconds == 0.0


@pytest.mark.parametrize("kind", ["ChannelVarset", "Dial", "OfTomorrow", "", None])
def test_events_we_do_not_want_are_left_out(kind: str | None) -> None:
    """Also those that this version does not know."""
    assert translate({"type": kind}, CONTEXT) is None


@pytest.mark.parametrize("kind", WANTED)
def test_a_known_event_without_its_form_is_unreadable(kind: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnreadableEvent, match=kind):
        translate({"type": kind}, CONTEXT)


# -- words --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("+442079460000", "+442079460000"), ("442079460000", "+442079460000"), ("02079460000", ""), ("", ""),
        ("anonymous", ""), ("+44 20", ""), ("+0123456789", ""), ("1001", ""), ("+4420794600001234", ""),
    ],
)  # fmt: skip
def test_numbers_are_international_or_nothing(given: str, meant: str) -> None:
    """E.164 with plus."""
    assert e164(given) == meant


@pytest.mark.parametrize(
    ("channel", "endpoint"),
    [("PJSIP/ann-0000001f", "ann"), ("PJSIP/ann-web-0000001f", "ann-web"), ("Local/1@x-0001;1", ""), ("PJSIP/ann", "")],
)
def test_the_endpoint_is_in_the_channel_name(channel: str, endpoint: str) -> None:
    """Also when it has a hyphen itself."""
    assert endpoint_of(channel) == endpoint


@pytest.mark.parametrize(
    ("code", "cause"),
    [(16, Cause.NORMAL), (17, Cause.BUSY), (19, Cause.NO_ANSWER), (20, Cause.UNREACHABLE), (21, Cause.REJECTED),
     (26, Cause.ANSWERED_ELSEWHERE), (1, Cause.INVALID_NUMBER), (34, Cause.CONGESTION), (127, Cause.UNKNOWN)],
)  # fmt: skip
def test_causes_are_our_words(code: int, cause: Cause) -> None:
    """Q.850 and Asterisk's additions."""
    assert cause_of(code, was_up=False) is cause

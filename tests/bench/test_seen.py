"""What is read from the wire and from Asterisk's events: a small log of one call, with a waiting room in it."""

from __future__ import annotations

import pytest
from bench.seen import Ports, Seen, percentiles, talking

PBX, CALLERS, AGENTS = 5060, 5064, 5065
ANN, BOB = "442079511", "442079512"
CALLER_RTP, AGENT_RTP = 40010, 40020
"""Asterisk's ports for the two legs."""


def sip(first: str, call_id: str, number: str = "", cseq: str = "1 INVITE", audio: int = 0) -> bytes:
    sender = f"From: <sip:+{number}@127.0.0.2:5064>;tag=c1\r\n" if number else "From: <sip:agent@127.0.0.1>\r\n"
    body = f"v=0\r\nm=audio {audio} RTP/AVP 0 101\r\n" if audio else ""
    return f"{first}\r\n{sender}Call-ID: {call_id}\r\nCSeq: {cseq}\r\n\r\n{body}".encode()


def entered(number: str, at: float, channels: int, kind: str = "simple_bridge") -> dict[str, str]:
    return {
        "Event": "BridgeEnter",
        "BridgeTechnology": kind,
        "BridgeNumChannels": str(channels),
        "CallerIDNum": f"+{number}",
        "ConnectedLineNum": "2001",
        "Timestamp": str(at),
    }


def dialled(seen: Seen, number: str = ANN, at: float = 10.0) -> None:
    """The caller's INVITE, the 200 that comes before an agent is found, and the agent's leg until it is answered."""
    seen.packet(CALLERS, PBX, sip("INVITE sip:100@h SIP/2.0", f"c-{number}", number), at)
    seen.packet(PBX, CALLERS, sip("SIP/2.0 200 OK", f"c-{number}", number, audio=CALLER_RTP), at + 0.002)
    seen.packet(PBX, AGENTS, sip("INVITE sip:a@h SIP/2.0", f"a-{number}", number, audio=AGENT_RTP), at + 0.008)
    seen.packet(AGENTS, PBX, sip("SIP/2.0 200 OK", f"a-{number}", number), at + 0.508)


def hung_up(seen: Seen, number: str = ANN, at: float = 15.0) -> None:
    seen.packet(CALLERS, PBX, sip("BYE sip:100@h SIP/2.0", f"c-{number}", number, "2 BYE"), at)


@pytest.fixture
def seen() -> Seen:
    return Seen(Ports(PBX, CALLERS, AGENTS))


def test_set_up_is_from_the_callers_invite_to_the_agents(seen: Seen) -> None:
    """8 ms lie between the two."""
    dialled(seen)
    assert seen.figures()["setup_ms"]["p50"] == 8.0


def test_the_answer_is_not_the_talk(seen: Seen) -> None:
    """A caller with a 200 and without a bridge counts as answered, not as bridged."""
    dialled(seen)
    figures = seen.figures()
    assert (figures["finals"], figures["answer_ms"]["n"], figures["bridged"]) == ({200: 1}, 1, 0)


def test_the_speech_path_is_from_the_agents_answer_to_both_in_the_bridge(seen: Seen) -> None:
    """The first to enter is not yet a talk; the second is, 4 ms after the agent's 200."""
    dialled(seen)
    seen.event(entered(ANN, 10.509, 1))
    seen.event(entered(ANN, 10.512, 2))
    assert seen.figures()["speech_ms"]["p50"] == 4.0


def test_two_in_the_waiting_room_do_not_talk(seen: Seen) -> None:
    """The second caller who enters the holding bridge is not an agent."""
    dialled(seen)
    seen.event(entered(ANN, 10.003, 2, "holding_bridge"))
    assert seen.bridged == {}


def test_the_caller_is_known_by_the_line_it_is_connected_to(seen: Seen) -> None:
    """When the agent is the second to enter, the caller's number is that of the connected line."""
    seen.event(entered("2001", 10.5, 2) | {"CallerIDNum": "2001", "ConnectedLineNum": f"+{ANN}"})
    assert seen.bridged == {ANN: 10.5}


def test_a_repeated_invite_is_counted_and_does_not_move_the_begin(seen: Seen) -> None:
    """The first one tells when the caller dialled."""
    dialled(seen)
    seen.packet(CALLERS, PBX, sip("INVITE sip:100@h SIP/2.0", f"c-{ANN}", ANN), 10.5)
    assert (seen.repeats, seen.invited[ANN]) == (1, 10.0)


def test_only_the_callers_bye_ends_the_talk(seen: Seen) -> None:
    """The one that Asterisk sends to the agent afterwards does not."""
    dialled(seen)
    seen.packet(PBX, AGENTS, sip("BYE sip:a@h SIP/2.0", f"a-{ANN}", ANN, "2 BYE"), 14.0)
    hung_up(seen, at=15.0)
    assert seen.left == {ANN: 15.0}


def test_rtp_is_counted_by_leg_and_way(seen: Seen) -> None:
    """Asterisk's port says whose leg it is; its side of the packet says which way."""
    dialled(seen)
    for source, target in ((28000, CALLER_RTP), (AGENT_RTP, 26000), (26000, AGENT_RTP), (26000, AGENT_RTP)):
        seen.packet(source, target, b"", 11.0)
    fewest = {way: counts["fewest"] for way, counts in seen.rtp_figures().items()}
    assert fewest == {"caller_sent": 1, "agent_received": 1, "agent_sent": 2, "caller_received": 0}


def test_rtp_before_the_agent_answers_and_after_the_caller_left_is_no_talk(seen: Seen) -> None:
    """What the caller hears while waiting is music."""
    seen.packet(CALLERS, PBX, sip("INVITE sip:100@h SIP/2.0", "c", ANN), 10.0)
    seen.packet(PBX, CALLERS, sip("SIP/2.0 200 OK", "c", ANN, audio=CALLER_RTP), 10.002)
    seen.packet(CALLER_RTP, 28000, b"", 10.1)
    dialled(seen)
    hung_up(seen)
    seen.packet(CALLER_RTP, 28000, b"", 15.1)
    assert seen.rtp_figures()["caller_received"] == {"fewest": 0, "all": 0}


def test_a_port_used_again_belongs_to_the_later_call(seen: Seen) -> None:
    """Asterisk gives ports out again."""
    dialled(seen, ANN)
    dialled(seen, BOB, 20.0)
    seen.packet(28000, CALLER_RTP, b"", 21.0)
    assert list(seen.rtp) == [BOB]


def test_how_many_talk_at_a_time() -> None:
    """One a second, each for three seconds; full is from the first BYE to the last INVITE."""
    bridged = {str(n): n + 0.5 for n in range(10)}
    left = {str(n): n + 3.25 for n in range(10)}
    invited = {str(n): float(n) for n in range(10)}
    assert talking(bridged, left, invited) == {"most": 3, "fewest_when_full": 2, "full_seconds": 5.8}


def test_who_was_never_bridged_does_not_talk() -> None:
    """A caller who left the waiting room takes nobody off the count."""
    assert talking({"a": 1.0}, {"a": 5.0, "b": 2.0}, {"a": 0.0, "b": 0.0, "c": 6.0})["most"] == 1


def test_percentiles_are_of_the_ordered_values() -> None:
    """The 99th of a hundred is not the largest one before it."""
    assert percentiles([float(n) for n in range(100, 0, -1)]) == {
        "n": 100,
        "p50": 51,
        "p95": 96,
        "p99": 100,
        "max": 100,
    }


def test_no_values_have_no_percentiles() -> None:
    """Rather than zeros that would look good."""
    assert percentiles([]) == {"n": 0}

"""What is read off the wire between Asterisk and ccserver."""

from __future__ import annotations

import struct

from bench.event_to_offer import Dialogue

PORT = 8088
ARRIVAL = (
    b'\x81\x7e\x02\x00{"type":"StasisStart","timestamp":"2026-01-01T00:00:00.000+0000","args":[],'
    b'"channel":{"id":"c1","name":"PJSIP/trunk-1","state":"Ring","protocol_id":"x",'
    b'"caller":{"name":"","number":"+44207950001"},"connected":{"name":"","number":""}}}'
)
OFFER = b"POST /ari/channels/leg1?endpoint=PJSIP%2Fload01&app=ccserver&callerId=%2B44207950001 HTTP/1.1\r\n\r\n"


def packet(source: int, target: int, payload: bytes) -> bytes:
    """IPv4 and TCP without options."""
    return bytes([0x45]) + bytes(19) + struct.pack("!HHIIBB", source, target, 0, 0, 5 << 4, 0) + bytes(6) + payload


def heard() -> Dialogue:
    """One that listens to nothing."""
    made = Dialogue.__new__(Dialogue)
    made._port, made.arrived, made.offered, made.events = PORT, {}, {}, []
    return made


def test_the_first_arrival_and_the_first_request_of_a_call_count() -> None:
    """The agent's leg tells the caller's number once more, later."""
    dialogue = heard()
    dialogue.packet(packet(PORT, 50000, ARRIVAL), 1.0)
    dialogue.packet(packet(50001, PORT, OFFER), 1.004)
    dialogue.packet(packet(PORT, 50000, ARRIVAL), 1.5)
    dialogue.packet(packet(50001, PORT, b"POST /ari/channels/c1/answer HTTP/1.1\r\n\r\n"), 1.6)
    figures = dialogue.figures()
    assert (figures["arrived"], figures["offered"], len(dialogue.events)) == (1, 1, 2)
    assert figures["event_to_offer_ms"]["p50"] == 4.0


def test_a_call_without_an_offer_is_not_hidden() -> None:
    """It has arrived."""
    dialogue = heard()
    dialogue.packet(packet(PORT, 50000, ARRIVAL), 1.0)
    assert (dialogue.figures()["arrived"], dialogue.figures()["offered"]) == (1, 0)

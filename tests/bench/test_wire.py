"""The packet filter, run as the kernel runs it: which packets are taken."""

from __future__ import annotations

import struct

import pytest
from bench.wire import ANSWER, AT_LEAST, EQUAL, LOAD_BYTE, LOAD_HALF, packet_filter

SIP, RTP = (5060, 5064), (40000, 43000)


def takes(programme: bytes, source: int, target: int, protocol: int = 17) -> bool:
    """Interpret the programme on the headers of one packet."""
    packet = bytes([0x45]) + bytes(8) + bytes([protocol]) + bytes(10) + struct.pack("!HH", source, target)
    rows = list(struct.iter_unpack("HBBI", programme))
    place, held = 0, 0
    while rows[place][0] != ANSWER:
        code, holds, otherwise, value = rows[place]
        if code == LOAD_BYTE:
            held = packet[value]
        elif code == LOAD_HALF:
            held = struct.unpack_from("!H", packet, value)[0]
        else:
            true = {EQUAL: held == value, AT_LEAST: held >= value}[code]
            place += holds if true else otherwise
        place += 1
    return bool(rows[place][3])


@pytest.mark.parametrize(
    ("source", "target", "taken"),
    [
        (5060, 9999, True),
        (5064, 5060, True),
        (9999, 5060, False),
        (40000, 28000, True),
        (28000, 43000, True),
        (28000, 39999, False),
        (43001, 28000, False),
        (43001, 40001, True),
        (28000, 43001, False),
    ],
)
def test_sip_by_its_source_and_rtp_by_either_end_is_taken(source: int, target: int, taken: bool) -> None:
    """At the borders of the range, too."""
    assert takes(packet_filter(SIP, RTP), source, target) is taken


def test_without_a_range_rtp_is_left_to_the_kernel() -> None:
    """So that it costs nothing."""
    programme = packet_filter(SIP, None)
    assert [takes(programme, 5060, 1), takes(programme, 40000, 28000)] == [True, False]


def test_tcp_is_not_taken() -> None:
    """Whatever its ports."""
    assert not takes(packet_filter(SIP, RTP), 5060, 5064, protocol=6)

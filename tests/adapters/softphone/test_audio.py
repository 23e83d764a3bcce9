"""The audio: µ-law, tones and what is heard of them, packets of sound and of keys."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import cast

import pytest

from ccserver.adapters.softphone.audio import (
    FRAME,
    HEARD_FRAMES,
    KEY_PACKETS,
    RATE,
    Audio,
    encode_ulaw,
    loudness,
    strength,
    tone,
)


class Ear(asyncio.DatagramProtocol):
    """Keeps every packet that comes in."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.came = asyncio.Event()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.packets.append(data)
        self.came.set()

    async def hears(self, packets: int) -> list[bytes]:
        async with asyncio.timeout(5):
            while len(self.packets) < packets:
                self.came.clear()
                await self.came.wait()
        return self.packets[:packets]


class Line:
    """An audio that sends to an ear."""

    def __init__(self, audio: Audio, ear: Ear, target: tuple[str, int]) -> None:
        self.audio, self.ear, self.target = audio, ear, target


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    loop = asyncio.get_running_loop()
    out, ear = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    _, audio = await loop.create_datagram_endpoint(lambda: Audio(440), local_addr=("127.0.0.1", 0))
    yield Line(audio, ear, out.get_extra_info("sockname"))
    audio.close()
    out.close()


def hearing(samples: bytes) -> Audio:
    """An audio to which these samples came in packets."""
    audio = Audio(0)
    for place in range(0, len(samples), FRAME):
        audio.datagram_received(packet(samples[place : place + FRAME]), ("127.0.0.1", 1))
    return audio


def packet(payload: bytes, kind: int = 0) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, 1, FRAME, 1) + payload


HALF_A_SECOND = FRAME * HEARD_FRAMES


# -- sound --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "code"), [(0, 0xFF), (-1, 0x7F), (32635, 0x80), (-32635, 0x00), (132, 0xEF)])
def test_samples_are_coded_by_g711(sample: int, code: int) -> None:
    """Silence, both ends of the scale, and a small one."""
    assert encode_ulaw(sample) == code


def test_a_tone_is_a_second_long_and_can_be_repeated() -> None:
    """It ends where it begins, without a click."""
    sound = tone(440)
    assert len(sound) == RATE
    assert strength(sound[-400:] + sound[:400], 440) == pytest.approx(6000, rel=0.05)


def test_a_tone_is_heard_at_its_own_frequency() -> None:
    """As loud as it was made."""
    assert strength(tone(440), 440) == pytest.approx(6000, rel=0.02)


@pytest.mark.parametrize("frequency", [300, 420, 480, 1000])
def test_a_tone_is_not_heard_elsewhere(frequency: float) -> None:
    """Callers are told apart by it."""
    assert strength(tone(440)[:HALF_A_SECOND], frequency) < 300


def test_silence_is_heard_nowhere() -> None:
    """And has no loudness."""
    assert strength(tone(0), 440) < 10
    assert loudness(tone(0)) < 10


def test_nothing_has_no_loudness() -> None:
    """Before the first packet."""
    assert loudness(b"") == 0


def test_half_a_second_of_a_tone_is_heard() -> None:
    """That tone and no other."""
    audio = hearing(tone(440)[:HALF_A_SECOND])
    assert (audio.hears(440), audio.hears(600), audio.hears_something()) == (True, False, True)


def test_less_than_half_a_second_is_not_judged() -> None:
    """A click is no tone."""
    audio = hearing(tone(440)[: HALF_A_SECOND - FRAME])
    assert (audio.hears(440), audio.hears_something()) == (False, False)


def test_silence_is_nothing() -> None:
    """Though packets come."""
    audio = hearing(tone(0)[:HALF_A_SECOND])
    assert audio.packets_received == HEARD_FRAMES
    assert not audio.hears_something()


def test_only_the_last_half_second_counts() -> None:
    """The other side stopped humming."""
    assert not hearing(tone(440)[:HALF_A_SECOND] + tone(0)[:HALF_A_SECOND]).hears(440)


@pytest.mark.parametrize("data", [b"", b"\x80\x00", packet(b""), packet(b"\x01\x8a\x03\x20", 101)])
def test_what_is_no_sound_is_not_heard(data: bytes) -> None:
    """Short packets, empty ones, keys."""
    audio = Audio(0)
    audio.datagram_received(data, ("127.0.0.1", 1))
    assert (audio.packets_received, audio.arrived.is_set()) == (0, False)


# -- packets ------------------------------------------------------------------------------------------------------------


async def test_packets_are_those_of_rfc_3550(line: Line) -> None:
    """Version 2, µ-law, numbers and time stamps that go on."""
    line.audio.send_to(line.target)
    heads = [struct.unpack("!BBHII", data[:12]) for data in await line.ear.hears(5)]
    assert {(head[0], head[1]) for head in heads} == {(0x80, 0)}
    assert [b[2] - a[2] for a, b in pairwise(heads)] == [1] * 4
    assert [b[3] - a[3] for a, b in pairwise(heads)] == [FRAME] * 4
    assert len({head[4] for head in heads}) == 1


async def test_the_tone_goes_out(line: Line) -> None:
    """Half a second of it, without a gap."""
    line.audio.send_to(line.target)
    sound = b"".join(data[12:] for data in await line.ear.hears(HEARD_FRAMES))
    assert strength(sound, 440) == pytest.approx(6000, rel=0.02)


async def test_a_key_is_sent_as_rfc_4733_says(line: Line) -> None:
    """One time stamp, a marker at its begin, a length that grows, three packets that mark its end."""
    line.audio.press("5")
    line.audio.send_to(line.target)
    packets = (await line.ear.hears(KEY_PACKETS))[:KEY_PACKETS]
    heads = [struct.unpack("!BBHII", data[:12]) for data in packets]
    events = [struct.unpack("!BBH", data[12:]) for data in packets]
    assert [head[1] for head in heads] == [101 | 0x80, *[101] * (KEY_PACKETS - 1)]
    assert len({head[3] for head in heads}) == 1
    assert {event[0] for event in events} == {5}
    assert [event[1] >> 7 for event in events] == [0] * (KEY_PACKETS - 3) + [1] * 3
    assert [event[2] // FRAME for event in events] == [1, 2, 3, 4, 5, 6, 6, 6]


@pytest.mark.parametrize(("key", "code"), [("0", 0), ("9", 9), ("*", 10), ("#", 11)])
async def test_keys_have_the_numbers_of_rfc_4733(line: Line, key: str, code: int) -> None:
    """Section 3.2."""
    line.audio.press(key)
    line.audio.send_to(line.target)
    (first,) = await line.ear.hears(1)
    assert first[12] == code


async def test_two_equal_keys_are_two(line: Line) -> None:
    """A pause with sound lies between them, and the time stamp is another."""
    line.audio.press("55")
    line.audio.send_to(line.target)
    packets = await line.ear.hears(2 * KEY_PACKETS + 5)
    kinds = [data[1] & 0x7F for data in packets]
    assert kinds == [101] * KEY_PACKETS + [0] * 5 + [101] * KEY_PACKETS
    assert len({data[4:8] for data, kind in zip(packets, kinds, strict=True) if kind == 101}) == 2


async def test_sending_stops_when_there_is_nowhere_to_send(line: Line) -> None:
    """And begins again when there is."""
    line.audio.send_to(line.target)
    await line.ear.hears(2)
    line.audio.send_to(None)
    async with asyncio.timeout(5):
        while line.audio._timer is not None:
            await asyncio.sleep(0.01)
    before = len(line.ear.packets)
    line.audio.send_to(line.target)
    await line.ear.hears(before + 2)


async def test_a_closed_audio_is_silent(line: Line) -> None:
    """Closing twice is closing once."""
    line.audio.send_to(line.target)
    line.audio.close()
    line.audio.close()
    assert line.audio._target is None


async def test_an_audio_has_a_port_when_it_is_open(line: Line) -> None:
    """Not before."""
    assert Audio(0).port == 0
    assert line.audio.port > 0

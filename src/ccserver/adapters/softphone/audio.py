"""The audio of one call: sends a tone or silence every 20 ms, tells what it hears, sends keys.

RFC 3550 (RTP), RFC 3551 (payload 0 is µ-law, 8000 Hz), RFC 4733 (keys).
"""

from __future__ import annotations

import asyncio
import math
import struct
from collections import deque
from typing import Any, Final, cast

RATE: Final = 8000
FRAME: Final = 160
"""Samples in 20 ms."""
HEARD_FRAMES: Final = 25
"""What is heard is judged over half a second."""
LOUD: Final = 100.0
"""Root mean square of 16-bit samples above which it is no silence."""
KEYS: Final = "0123456789*#"
KEY_PACKETS: Final = 8


def encode_ulaw(sample: int) -> int:
    """One 16-bit sample by ITU-T G.711."""
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), 32635) + 132
    exponent = max(0, size.bit_length() - 8)
    return ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0F)) & 0xFF


def _decode_ulaw(code: int) -> int:
    value = ~code & 0xFF
    size = (((value & 0x0F) << 3) + 132) << ((value >> 4) & 0x07)
    return (132 - size) if value & 0x80 else (size - 132)


_DECODED: Final = tuple(_decode_ulaw(code) for code in range(256))


def tone(frequency: float, loudness: int = 6000) -> bytes:
    """A second of a sine as µ-law; silence for frequency 0. Whole frames, so that it can be repeated."""
    if not frequency:
        return b"\xff" * RATE
    return bytes(
        encode_ulaw(round(loudness * math.sin(2 * math.pi * round(frequency) * n / RATE))) for n in range(RATE)
    )


def strength(samples: bytes, frequency: float) -> float:
    """Amplitude of one frequency in µ-law samples, by Goertzel's algorithm."""
    turn = 2 * math.cos(2 * math.pi * frequency / RATE)
    one = two = 0.0
    for code in samples:
        one, two = _DECODED[code] + turn * one - two, one
    power = one * one + two * two - turn * one * two
    return 2 * math.sqrt(max(power, 0.0)) / max(len(samples), 1)


def loudness(samples: bytes) -> float:
    """Root mean square."""
    return math.sqrt(sum(_DECODED[code] ** 2 for code in samples) / len(samples)) if samples else 0.0


class Audio(asyncio.DatagramProtocol):
    """One RTP stream. `heard` holds the last half second that came in."""

    def __init__(self, frequency: float) -> None:
        self._sound = tone(frequency)
        self._place = 0
        self._sequence = self._stamp = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._target: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._keys: deque[tuple[int, int]] = deque(maxlen=1000)
        self._frames: deque[bytes] = deque(maxlen=HEARD_FRAMES)
        self._due = 0.0
        self.packets_received = 0
        self.arrived = asyncio.Event()
        """The first packet came in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    @property
    def port(self) -> int:
        return int(self._transport.get_extra_info("sockname")[1]) if self._transport else 0

    @property
    def heard(self) -> bytes:
        return b"".join(self._frames)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if len(data) > 12 and data[1] & 0x7F == 0:
            self.packets_received += 1
            self._frames.append(data[12:])
            self.arrived.set()

    def hears(self, frequency: float) -> bool:
        """Whether the tone is in what came in."""
        return len(self._frames) == HEARD_FRAMES and strength(self.heard, frequency) > 1000

    def hears_something(self) -> bool:
        return len(self._frames) == HEARD_FRAMES and loudness(self.heard) > LOUD

    def send_to(self, target: tuple[str, int] | None) -> None:
        """Begin to send, or change where to; None stops."""
        self._target = target
        if target is not None and self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time()
            self._timer = loop.call_soon(self._tick)  # type: ignore[assignment]

    def press(self, keys: str) -> None:
        """Queue keys; each takes about a quarter of a second with its pause."""
        for key in keys:
            code = KEYS.index(key)
            self._keys.extend((code, part) for part in range(KEY_PACKETS + 5))

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._target = None
        if self._transport is not None:
            self._transport.close()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if self._target is None or self._transport is None:
            self._timer = None
            return
        self._transport.sendto(self._packet(), self._target)
        self._due = max(self._due + 0.02, loop.time() - 0.2)
        self._timer = loop.call_at(self._due, self._tick)

    def _packet(self) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._stamp = (self._stamp + FRAME) & 0xFFFFFFFF
        key = self._keys.popleft() if self._keys else None
        if key is not None and key[1] < KEY_PACKETS:
            return self._key_packet(*key)
        payload = self._sound[self._place : self._place + FRAME]
        self._place = (self._place + FRAME) % RATE
        return struct.pack("!BBHII", 0x80, 0, self._sequence, self._stamp, 0xCC) + payload

    def _key_packet(self, code: int, part: int) -> bytes:
        """RFC 4733: the same time stamp for all packets of a key, the last three marked as its end."""
        stamp = (self._stamp - FRAME * part) & 0xFFFFFFFF
        marker = 0x80 if part == 0 else 0
        end = 0x80 if part >= KEY_PACKETS - 3 else 0
        head = struct.pack("!BBHII", 0x80, 101 | marker, self._sequence, stamp, 0xCC)
        return head + struct.pack("!BBH", code, end | 10, FRAME * (min(part, KEY_PACKETS - 3) + 1))

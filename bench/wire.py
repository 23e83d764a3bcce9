"""Watches SIP, and RTP if wanted, on the loopback interface with the kernel's time stamps (Linux, root: AF_PACKET)."""

from __future__ import annotations

import ctypes
import re
import socket
import struct
import threading

from bench.seen import Ports, Seen

SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 26, 33, 35
PACKET_STATISTICS = 6
BUFFER = 32 << 20
"""Bytes: seconds of RTP, so that a busy machine loses none of it."""
LOAD_BYTE, LOAD_HALF, EQUAL, AT_LEAST, ANSWER = 0x30, 0x28, 0x15, 0x35, 0x06
PROTOCOL, SOURCE_PORT, TARGET_PORT, TCP, UDP = 9, 20, 22, 6, 17


class Wire(threading.Thread):
    """Reads packets, and events of the manager interface when `ami` tells host, port, user and secret, until `stop`.

    `rtp` is the range of Asterisk's RTP ports, both ends in it; without it RTP costs nothing. Raises PermissionError without root.
    """

    def __init__(
        self, ports: Ports, ami: tuple[str, int, str, str] | None = None, rtp: tuple[int, int] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self.seen = Seen(ports)
        self.unseen = 0
        """Packets that the kernel had to drop before they were read; known after `stop`."""
        self._ending = threading.Event()
        self._packets = listen(packet_filter((ports.pbx, ports.callers, ports.agents), rtp))
        self._ami: socket.socket | None = None
        if ami:
            host, port, user, secret = ami
            self._ami = socket.create_connection((host, port))
            self._ami.sendall(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n".encode())

    def run(self) -> None:
        if self._ami:
            threading.Thread(target=self._read_ami, args=(self._ami,), daemon=True).start()
        while not self._ending.is_set():
            try:
                data, extra, _, address = self._packets.recvmsg(65535, 64)
            except TimeoutError:
                continue
            if address[2] != socket.PACKET_OUTGOING:
                self._packet(data, extra)

    def stop(self) -> Seen:
        self._ending.set()
        self.join(2)
        if self._ami:
            self._ami.close()
        self.unseen = struct.unpack("II", self._packets.getsockopt(263, PACKET_STATISTICS, 8))[1]
        self._packets.close()
        return self.seen

    def _packet(self, data: bytes, extra: list[tuple[int, int, bytes]]) -> None:
        at = stamp(extra)
        head = (data[0] & 15) * 4
        source, target = struct.unpack("!HH", data[head : head + 4])
        self.seen.packet(source, target, data[head + 8 :], at)

    def _read_ami(self, connection: socket.socket) -> None:
        rest = b""
        while not self._ending.is_set():
            try:
                data = connection.recv(65536)
            except OSError:
                return
            if not data:
                return
            *messages, rest = (rest + data).split(b"\r\n\r\n")
            for message in messages:
                self.seen.event(dict(re.findall(r"(\w+): (.*)", message.decode(errors="replace").replace("\r", ""))))


def listen(programme: bytes) -> socket.socket:
    """A socket that reads, with the kernel's time stamps, the packets of the loopback interface that a BPF programme takes."""
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    code = ctypes.create_string_buffer(programme)
    packets.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(programme) // 8, ctypes.addressof(code))
    )
    packets.bind(("lo", 0))
    packets.settimeout(0.3)
    return packets


def stamp(extra: list[tuple[int, int, bytes]]) -> float:
    """The instant of a packet, in seconds."""
    seconds, nanoseconds = next(struct.unpack("ll", c[:16]) for _, kind, c in extra if kind == SO_TIMESTAMPNS)
    return float(seconds + nanoseconds / 1e9)


def packet_filter(sources: tuple[int, ...], span: tuple[int, int] | None, protocol: int = UDP) -> bytes:
    """A BPF programme: UDP from one of `sources`, or with an end in `span`. Headers of IPv4 without options are assumed."""
    rows: list[tuple[int, str, str, int]] = [(LOAD_BYTE, "", "", PROTOCOL), (EQUAL, "", "no", protocol)]
    rows.append((LOAD_HALF, "", "", SOURCE_PORT))
    rows += [(EQUAL, "yes", "", port) for port in sources]
    if span:
        rows += [(AT_LEAST, "", "+2", span[0]), (AT_LEAST, "", "yes", span[1] + 1)]
        rows += [(LOAD_HALF, "", "", TARGET_PORT), (AT_LEAST, "", "no", span[0]), (AT_LEAST, "", "yes", span[1] + 1)]
    rows += [(ANSWER, "", "", 0), (ANSWER, "", "", 0xFFFF)]
    return b"".join(
        struct.pack("HBBI", code, _jump(holds, place, len(rows)), _jump(else_, place, len(rows)), value)
        for place, (code, holds, else_, value) in enumerate(rows)
    )


def _jump(target: str, place: int, length: int) -> int:
    """How many instructions to leave out: to the last one, which takes the packet, or the one before, which drops it."""
    return {"": 0, "+2": 1, "no": length - 3 - place, "yes": length - 2 - place}[target]

"""A caller from the telephone network: SIPp on 127.0.0.2, with the test itself as the ear that hears the RTP."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SCENARIOS = Path(__file__).parent / "sipp"
QUIETEST = 8  # mean distance of the G.711 codes from silence: speech and music are far above


class Ear(asyncio.DatagramProtocol):
    """Receives RTP and knows whether there was anything to hear."""

    def __init__(self) -> None:
        self.packets = 0
        self.heard = asyncio.Event()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """One packet of G.711 u-law after 12 bytes of header."""
        self.packets += 1
        payload = data[12:]
        if payload and sum((~code & 0x7F) for code in payload) / len(payload) > QUIETEST:
            self.heard.set()


class Caller:
    """A call in progress. `ended` completes with SIPp's exit code: 0 when all went by the scenario."""

    def __init__(self, process: asyncio.subprocess.Process, ear: Ear) -> None:
        self._process = process
        self.ear = ear

    async def ended(self, timeout_s: float = 60) -> int:
        """Wait for the end of the call."""
        async with asyncio.timeout(timeout_s):
            return await self._process.wait()


@asynccontextmanager
async def call(
    number: str,
    port: int,
    *,
    host: str = "127.0.0.2",
    caller: str = "+442079460201",
    name: str = "",
    scenario: str = "caller",
    hold_ms: int = 3000,
) -> AsyncIterator[Caller]:
    """Dial `number` at 127.0.0.1:`port` from `host`; SIPp is stopped when the block ends."""
    sipp = shutil.which("sipp")
    assert sipp is not None, "SIPp is missing: install the package sip-tester"
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(Ear, local_addr=(host, 0))
    rtp_port = transport.get_extra_info("sockname")[1]
    keys = {"caller": caller, "caller_name": name, "rtp_port": str(rtp_port)}
    process = await asyncio.create_subprocess_exec(
        *(sipp, f"127.0.0.1:{port}", "-i", host, "-p", str(_free_udp(host)), "-m", "1", "-nostdin"),
        *("-sf", str(SCENARIOS / f"{scenario}.xml"), "-s", number, "-d", str(hold_ms), "-timeout", "90"),
        *(word for key, value in keys.items() for word in ("-key", key, value)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Caller(process, ear)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        transport.close()


def _free_udp(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port

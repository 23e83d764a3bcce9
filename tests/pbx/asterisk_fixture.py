"""A private, real Asterisk for tests: `from tests.pbx.asterisk_fixture import asterisk` in a conftest.

The fixture lives for the session; tests that stop or break it take one of their own with `private_asterisk()`.
Mark the tests that use it with `pytest.mark.asterisk`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ccserver.pbx import EmbeddedAsterisk, PbxPlan, Phone, Quiet, Secrets, Trunk, default_cache, prepare

PHONES = (Phone("ann", "1001", "Ann Abel"), Phone("bob", "1002", "Bob Bär"), Phone("cem", "1003", "Cem Can"))
RECORDED = "+448081570102"


class PrivateAsterisk(NamedTuple):
    """What a test needs to talk to it."""

    plan: PbxPlan
    secrets: Secrets
    embedded: EmbeddedAsterisk


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """A port nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def private_plan(data: Path, **changes: Any) -> PbxPlan:
    """The plan of the fixture on free ports; `changes` replace fields of it. Calls out go to `trunks[0].target`."""
    first = 20000 + os.getpid() * 211 % 29 * 400
    plan = PbxPlan(
        data=data,
        sip_port=free_port(socket.SOCK_DGRAM),
        http_port=free_port(),
        ami_port=free_port(),
        rtp=(first, first + 399),
        trunks=(Trunk("demo", target=f"127.0.0.2:{free_port(socket.SOCK_DGRAM, '127.0.0.2')}"),),
        phones=PHONES,
        recorded_dnis=(RECORDED,),
    )
    return replace(plan, **changes)


@contextmanager
def private_asterisk(**changes: Any) -> Iterator[PrivateAsterisk]:
    """Start one in a folder with a short name, and stop it and remove the folder afterwards."""
    data = Path(tempfile.mkdtemp(prefix="cc-", dir="/tmp"))
    embedded = prepare(private_plan(data, **changes), default_cache(), Quiet())
    try:
        embedded.start()
        asyncio.run(embedded.wait_ready(60))
        yield PrivateAsterisk(embedded.plan, embedded.secrets, embedded)
    finally:
        asyncio.run(embedded.stop())
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def asterisk() -> Iterator[PrivateAsterisk]:
    """One real Asterisk for the whole run, with the phones ann, bob and cem and the trunk demo (127.0.0.2)."""
    with private_asterisk() as running:
        yield running

"""What the tests of the Asterisk adapter share.

With CCSERVER_TRANSCRIPTS set to a folder, what Asterisk sent during each test is stored there, one event a line.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from tests.adapters.asterisk.ami_peer import AmiPeer
from tests.adapters.asterisk.stage import Stage, on_stage
from tests.pbx.asterisk_fixture import PrivateAsterisk, asterisk

__all__ = ["asterisk", "stage"]


@pytest.fixture
async def peer() -> AsyncIterator[AmiPeer]:
    """A scripted AMI server."""
    async with AmiPeer() as peer:
        yield peer


@pytest.fixture
async def stage(asterisk: PrivateAsterisk, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The adapter on a real Asterisk, with both links up."""
    async with on_stage(asterisk) as stage:
        yield stage
    folder = os.environ.get("CCSERVER_TRANSCRIPTS")
    if folder and stage.raw:
        name = re.sub(r"\W+", "_", request.node.name.removeprefix("test_")).strip("_")
        Path(folder, f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(raw) + b"\n" for raw in stage.raw))

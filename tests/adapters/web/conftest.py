"""Fixtures of the web's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.adapters.web.house import House, served


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A web server on memory peers."""
    async with served() as house:
        yield house

"""Click to call over the API: whose call it is, and how the number may be written."""

from __future__ import annotations

import pytest
from tests.adapters.web.house import House, served

from ccserver.adapters.web.ports import WebSettings
from ccserver.core.events import CallRequested
from ccserver.core.ids import AgentId, InteractionId, NodeName

ANN = AgentId("ann")
NUMBER = "+442079460077"


@pytest.mark.parametrize(
    "written", [NUMBER, "+44 20 7946 0077", "0044 20 7946 0077", "020 7946 0077", "(020) 7946-0077"]
)
async def test_a_number_may_be_written_as_it_is_dialled_in_the_region(house: House, written: str) -> None:
    """The centre is asked in E.164, and the answer says what will be dialled."""
    answer = await house.answer("ann", "POST", "/calls", {"number": written})
    assert answer == {"interaction": "new-1", "number": NUMBER}
    assert house.centre.asked == [CallRequested(ANN, NUMBER, InteractionId("new-1"), NodeName("pbx1"))]


async def test_a_number_can_be_read_without_calling_it(house: House) -> None:
    """The page shows it before anybody is rung."""
    assert await house.answer("ann", "POST", "/numbers/read", {"number": "020 7946 0077"}) == {"number": NUMBER}
    assert house.centre.asked == []


async def test_without_a_region_a_plus_is_needed() -> None:
    """And the answer says so."""
    async with served(House(settings=WebSettings())) as house:
        response = await house.ask("ann", "POST", "/numbers/read", {"number": "020 7946 0077"})
        (error,) = (await response.json(content_type=None))["errors"]
    assert (response.status, error["field"], "plus and country code" in error["message"]) == (422, "number", True)


@pytest.mark.parametrize("path", ["/numbers/read", "/calls"])
async def test_a_number_that_is_none_is_not_repeated(house: House, path: str) -> None:
    """What was typed may be a card's number."""
    response = await house.ask("ann", "POST", path, {"number": "4111 1111 1111 1111"})
    assert response.status == 422
    assert "1111" not in await response.text()


async def test_nobody_calls_as_somebody_else(house: House) -> None:
    """An agent calls as that agent; a supervisor for anybody; without an agent there is nobody to ring."""
    statuses = [
        (await house.ask(user, "POST", "/calls", {"number": NUMBER, **more})).status
        for user, more in (("ann", {"agent": "bob"}), ("sue", {"agent": "bob"}), ("sue", {}))
    ]
    assert statuses == [403, 202, 422]

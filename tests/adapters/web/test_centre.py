"""Calls out, queues, reasons, configuration, demo."""

from __future__ import annotations

import pytest
from tests.adapters.web.house import House, served

from ccserver.adapters.web.api.centre import reload_plan
from ccserver.core.events import CallRequested
from ccserver.core.ids import AgentId, InteractionId, NodeName
from ccserver.services.office import ConfigProblem


@pytest.mark.parametrize("number", ["+442079460001", "020 7946 0001", "+44 (20) 7946-0001"])
async def test_click_to_call(house: House, number: str) -> None:
    """The number becomes E.164; the answer names the interaction to look for."""
    response = await house.ask("ann", "POST", "/calls", {"number": number})
    event = CallRequested(AgentId("ann"), "+442079460001", InteractionId("new-1"), NodeName("pbx1"))
    assert (response.status, (await response.json())["interaction"], house.centre.asked) == (202, "new-1", [event])


@pytest.mark.parametrize(
    "number",
    ["112", "", "+4420794600011111", "sip:a@b", "+442079460001;ext=1", "+442079460001&PJSIP/x", "Local/1@x", "+1 800 FLOWERS",
     "\u0660\u0661\u0662"],
)  # fmt: skip
async def test_what_is_no_number_is_not_called(house: House, number: str) -> None:
    """422, and the centre hears nothing."""
    assert ((await house.ask("ann", "POST", "/calls", {"number": number})).status, house.centre.asked) == (422, [])


async def test_a_supervisor_without_an_agent_says_for_whom(house: House) -> None:
    """422 at `agent`."""
    response = await house.ask("sue", "POST", "/calls", {"number": "+442079460001"})
    assert (await response.json(content_type=None))["errors"][0]["field"] == "agent"


async def test_queues_for_supervisors_have_their_line(house: House) -> None:
    """Who waits, with name and number."""
    house.centre.caller_waits("i1")
    queues = (await house.answer("sue", "GET", "/queues"))["items"]
    assert {queue["id"]: [each["customer_name"] for each in queue["line"]] for queue in queues} == {
        "support": ["Alan Turing"], "sales": [],
    }  # fmt: skip


async def test_queues_for_agents_name_nobody(house: House) -> None:
    """The figures stay."""
    house.centre.caller_waits("i1")
    queue = await house.answer("ann", "GET", "/queues/support")
    assert (queue["waiting"], queue["line"]) == (1, [])


async def test_a_queue_that_is_not_there(house: House) -> None:
    """404."""
    assert (await house.ask("ann", "GET", "/queues/none")).status == 404


async def test_reasons_keep_their_order(house: House) -> None:
    """As the plan has them."""
    items = (await house.answer("ann", "GET", "/not-ready-reasons"))["items"]
    assert items == [{"code": "lunch", "label": "Lunch"}, {"code": "training", "label": "Training"}]


async def test_reload(house: House) -> None:
    """Answers the epoch in force and is written down."""
    assert await house.answer("max", "POST", "/config/reload") == {"epoch": 2}
    assert house.audit.lines() == [("max", "config-reload", "config")]


async def test_a_reload_by_a_signal_is_the_same(house: House) -> None:
    """It is written down under the signal's name, and open pages get the new plan."""
    socket = await house.socket("ann")
    await socket.receive_json()
    app = house.client.app
    assert app is not None
    assert (await reload_plan(app, "SIGHUP")).epoch == 2
    assert house.audit.lines() == [("SIGHUP", "config-reload", "config")]
    assert (await socket.receive_json())["type"] == "snapshot"


async def test_a_refused_reload_is_written_down_too(house: House) -> None:
    """And no page is shown anew."""
    house.reload.problems = (ConfigProblem("queues.yaml", 3, 7, "no such skill"),)
    app = house.client.app
    assert app is not None
    await reload_plan(app, "SIGHUP")
    assert [entry.detail for entry in house.audit.entries] == [{"epoch": "1", "problems": "1"}]


async def test_a_configuration_with_mistakes_changes_nothing(house: House) -> None:
    """422 with file, line, column, problem and advice of each."""
    house.reload.problems = (ConfigProblem("queues.yaml", 3, 7, "no such skill", "one of: english"),)
    response = await house.ask("max", "POST", "/config/reload")
    document = await response.json(content_type=None)
    assert (response.status, document["type"], document["errors"]) == (
        422,
        "/problems/configuration",
        [{"file": "queues.yaml", "line": 3, "column": 7, "problem": "no such skill", "advice": "one of: english"}],
    )


async def test_a_demo_call_needs_no_body(house: House) -> None:
    """One button, one caller."""
    response = await house.client.post("/api/v1/demo/calls", headers=await house.bearer("ann"))
    assert (response.status, (await response.json())["dialled"]) == (202, "+448081570102")


async def test_outside_of_the_demo_there_is_none() -> None:
    """404."""
    async with served(demo=None) as house:
        assert (await house.ask("max", "POST", "/demo/calls", {})).status == 404

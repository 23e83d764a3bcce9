"""The OpenAPI document, and what schemathesis finds with it: no server error, nothing that the document does not say."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House
from tests.adapters.web.office_peers import USERS

from ccserver.adapters.web.openapi import document
from ccserver.adapters.web.permissions import TABLE
from ccserver.adapters.web.server import API, WebServer, create_app
from ccserver.services.office import CustomerDraft, Session

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance, ignored_auth,
    negative_data_rejection,
]  # fmt: skip
LASTING = {"sign_out"}
"""Not fuzzed: it would end the session the others use."""
TURNS = cycle(["max", "ann"])


def schema() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(document(API)).exclude(operation_id=sorted(LASTING))


API_SCHEMA = schema()


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """A thousand lines of the access log help nobody."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server in a thread of its own; every user's token is the user's name."""
    house = House()
    for user in USERS.values():
        house.sessions.live[user.name] = Session(user.name, user, NOON.replace(year=9999))
    house.centre.offer("ann", "i1")
    house.centre.caller_waits("i2")
    loop = asyncio.new_event_loop()
    server = WebServer(create_app(house.ports()), "127.0.0.1", 0)

    async def start() -> None:
        await house.customers.add(CustomerDraft("Grace", ("+442079460001",)))
        await server.start()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.mark.slow
@API_SCHEMA.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_that_can_be_sent_breaks_it(case: schemathesis.Case[Any], address: str) -> None:
    """For each operation, as admin and as agent by turns: right and wrong requests, all answered as the document says."""
    response = case.call(base_url=address, headers={"Authorization": f"Bearer {next(TURNS)}"})
    case.validate_response(response, checks=CHECKS)


def test_every_operation_of_the_table_is_in_the_document() -> None:
    """And says who may use it."""
    found = {each["operationId"]: each for item in document(API)["paths"].values() for each in item.values()}
    assert found.keys() <= TABLE.keys()
    assert found["set_presence"]["description"].endswith("Roles: admin, supervisor; for the own agent: agent.")


async def test_the_document_is_served(house: House) -> None:
    """As OpenAPI 3.1."""
    assert (await (await house.client.get("/api/v1/openapi.json")).json())["openapi"] == "3.1.0"


async def test_the_page_has_every_operation(house: House) -> None:
    """And every problem type."""
    text = await (await house.client.get("/api/docs")).text()
    assert all(f'id="{route.operation}"' in text for route in API)
    assert "/problems/too-large" in text


async def test_the_page_loads_nothing_from_elsewhere(house: House) -> None:
    """It works without the internet, and under the content policy: neither script nor inline style."""
    text = await (await house.client.get("/api/docs")).text()
    assert [each for each in ("http://", "https://", "<script", "style=", "<style") if each in text] == []

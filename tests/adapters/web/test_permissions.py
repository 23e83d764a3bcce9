"""Every address for every role: the table is what is served, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.adapters.web.house import House

from ccserver.adapters.web.permissions import TABLE, PermissionGap, check_complete
from ccserver.adapters.web.routes import Route
from ccserver.adapters.web.server import API
from ccserver.core.ids import AgentId
from ccserver.services.office import CustomerDraft, Role

BODIES: dict[str, Any] = {
    "sign_in": {"user": "ann", "password": "correct horse"},
    "set_presence": {"presence": "READY"},
    "transfer": {"queue": "sales"},
    "save_wrap_up": {"work_item": "i1-w1"},
    "start_call": {"agent": "ann", "number": "+442079460001"},
    "add_customer": {"name": "Ada"},
    "change_customer": {"name": "Ada"},
    "start_demo_call": {},
}
WHO = {"ann": Role.AGENT, "bob": Role.AGENT, "sue": Role.SUPERVISOR, "max": Role.ADMIN, None: None}
"""All requests are about the agent ann: bob is the colleague who may not."""


def cells() -> Iterator[Any]:
    for route in API:
        for user in WHO:
            yield pytest.param(route, user, id=f"{route.operation}-{user or 'nobody'}")


def expected(route: Route, user: str | None) -> str:
    """From the table alone."""
    row = TABLE[route.operation]
    if row.is_public:
        return "served"
    if user is None:
        return "401"
    role, is_own = WHO[user], user == "ann"
    about_ann = "{agent}" in route.path or route.operation == "start_call"
    return "served" if role in row.everywhere or (role in row.own and (is_own or not about_ann)) else "403"


@pytest.mark.parametrize(("route", "user"), list(cells()))
async def test_the_matrix(house: House, route: Route, user: str | None) -> None:
    """A role that has the permission is served, another gets 403, and nobody 401."""
    await house.customers.add(CustomerDraft("Grace"))
    path = route.path.format(
        agent="ann", queue="sales", customer="c-0001", interaction="i1", name="call-i1", callback="c1-cb"
    )
    response = await house.ask(user, route.method, path, BODIES.get(route.operation))
    seen = str(response.status) if response.status in (401, 403) else "served"
    assert (seen, response.status < 500) == (expected(route, user), True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/api/docs", "/problems/invalid"])
async def test_public_addresses(house: House, path: str) -> None:
    """What needs no sign-in."""
    assert (await house.client.get(path)).status == 200


async def test_the_socket_is_for_those_who_are_signed_in(house: House) -> None:
    """401 before the upgrade."""
    assert (await house.client.get("/ws")).status == 401


def test_an_address_without_a_row_stops_the_start() -> None:
    """Default deny: what was forgotten in the table is not served."""
    with pytest.raises(PermissionGap, match="secret_door"):
        check_complete([*TABLE, "secret_door"])


def test_a_row_without_an_address_stops_the_start() -> None:
    """A permission for something that is not there is a slip of the pen."""
    with pytest.raises(PermissionGap, match="read_me"):
        check_complete(TABLE.keys() - {"read_me"})


@pytest.mark.parametrize("field", ["tier", "value"])
async def test_agents_do_not_decide_who_waits(house: House, field: str) -> None:
    """Tier and value of a customer are set by supervisors and admins."""
    await house.customers.add(CustomerDraft("Grace"))
    value = "gold" if field == "tier" else 5
    statuses = [
        (await house.ask(user, "PATCH", "/customers/c-0001", {field: value})).status for user in ("ann", "sue", "max")
    ]
    assert statuses == [403, 200, 200]


async def test_a_user_without_an_agent_owns_none(house: House) -> None:
    """The role alone opens nobody's presence."""
    assert (await house.ask("idle", "POST", "/agents/ann/presence", {"presence": "READY"})).status == 403


async def test_a_role_change_counts_at_the_next_request(house: House) -> None:
    """The role is the session store's, not the token's."""
    headers = await house.bearer("max")
    token = headers["Authorization"].removeprefix("Bearer ")
    from_now = house.sessions.live[token]
    house.sessions.live[token] = type(from_now)(
        token, type(from_now.user)("max", Role.AGENT, AgentId("max")), from_now.expires_at
    )
    assert (await house.client.post("/api/v1/config/reload", headers=headers)).status == 403

"""The desktop's socket: snapshot, then numbered changes; who may open it; when the server ends it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House, served
from tests.adapters.web.office_peers import PASSWORD

from ccserver.core.events import DesktopAttached, DesktopDetached
from ccserver.core.ids import AgentId
from ccserver.core.notices import LinkChanged
from ccserver.services.office import Role, Session, User

ANN = AgentId("ann")


async def until(is_so: Any) -> None:
    """Wait for a fact, within 5 s."""
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.005)


async def next_of(socket: ClientWebSocketResponse, kind: str) -> Any:
    """The next message of that type; others are passed over."""
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive_json()
            if message["type"] == kind:
                return message


async def ending(socket: ClientWebSocketResponse) -> tuple[str, int | None]:
    """Reason of the goodbye and close code."""
    reason = (await next_of(socket, "bye"))["reason"]
    message = await socket.receive(5)
    assert message.type is WSMsgType.CLOSE
    return reason, socket.close_code


# -- what is told


async def test_the_snapshot_names_the_phone_to_register(house: House) -> None:
    """User and registrar, not the secret; in the demo what to type; nothing for who takes no calls."""
    phones = [(await (await house.socket(user)).receive_json())["phone"] for user in ("ann", "sue")]
    account = {"user": "ann", "registrar": "127.0.0.1:5060", "command": "ccserver demo phone ann"}
    assert phones == [account, None]


async def test_outside_of_the_demo_there_is_nothing_to_type() -> None:
    """The phone is a real one."""
    async with served(demo=None) as house:
        snapshot = await (await house.socket("ann")).receive_json()
    assert snapshot["phone"] == {"user": "ann", "registrar": "127.0.0.1:5060", "command": ""}


async def test_first_comes_the_snapshot(house: House) -> None:
    """All an agent needs to draw the page."""
    socket = await house.socket("ann")
    snapshot = await socket.receive_json()
    assert {key: snapshot[key] for key in ("seq", "type", "me", "agents", "reasons", "demo", "now")} == {
        "seq": 1, "type": "snapshot", "me": {"user": "ann", "name": "ann", "role": "agent", "agent": "ann"},
        "agents": [],
        "reasons": {"lunch": "Lunch", "training": "Training"}, "demo": True, "now": "2026-03-02T12:00:00Z",
    }  # fmt: skip
    assert (snapshot["agent"]["id"], [queue["id"] for queue in snapshot["queues"]]) == ("ann", ["support", "sales"])


async def test_the_user_is_told_the_own_name() -> None:
    """That of the configuration; the sign-in name where there is none."""
    async with served(user_names=lambda: {"sue": "Sue Tanaka"}) as house:
        names = [(await (await house.socket(user)).receive_json())["me"]["name"] for user in ("sue", "idle")]
    assert names == ["Sue Tanaka", "idle"]


async def test_a_supervisor_sees_everybody(house: House) -> None:
    """All agents, and who waits; no agent of their own."""
    house.centre.caller_waits("i1")
    snapshot = await (await house.socket("sue")).receive_json()
    assert (snapshot["agent"], [agent["id"] for agent in snapshot["agents"]]) == (None, ["ann", "bob"])
    assert snapshot["queues"][0]["line"][0]["customer_name"] == "Alan Turing"


async def test_an_agent_sees_no_names_in_the_line(house: House) -> None:
    """Neither in the snapshot nor later."""
    house.centre.caller_waits("i1")
    socket = await house.socket("ann")
    snapshot = await socket.receive_json()
    house.centre.caller_waits("i2")
    queues = (await next_of(socket, "queues"))["queues"]
    assert ([queue["line"] for queue in snapshot["queues"]], queues[0]["waiting"], queues[0]["line"]) == (
        [[], []],
        2,
        [],
    )


async def test_the_offer_reaches_its_agent(house: House) -> None:
    """With customer, answers and past contacts; numbered without a gap."""
    socket = await house.socket("ann")
    await socket.receive_json()
    house.centre.offer("ann", "i1")
    message = await socket.receive_json()
    work = message["agent"]["work"]
    assert (message["type"], message["seq"], work["state"], work["customer"]["last_contacts"][0]["notes"]) == (
        "agent", 2, "offered", "asked for a refund",
    )  # fmt: skip


async def test_a_customer_known_later_reaches_the_agent(house: House) -> None:
    """The look-up may be slower than the offer."""
    socket = await house.socket("ann")
    house.centre.offer("ann", "i1", None)
    first = await next_of(socket, "agent")
    house.centre.customer_becomes_known("ann")
    second = await next_of(socket, "agent")
    assert (first["agent"]["work"]["customer"], second["agent"]["work"]["customer"]["id"]) == (None, "c-1")


async def test_others_work_does_not_reach_an_agent(house: House) -> None:
    """Bob's caller is nothing for ann."""
    socket = await house.socket("ann")
    house.centre.offer("bob", "i2")
    house.centre.set_presence("ann", "ready")
    message = await next_of(socket, "agent")
    assert (message["agent"]["id"], message["agent"]["presence"]) == ("ann", "ready")


async def test_both_tabs_are_told(house: House) -> None:
    """Two pages of one agent show the same."""
    sockets = [await house.socket("ann"), await house.socket("ann")]
    house.centre.offer("ann", "i1")
    assert [(await next_of(socket, "agent"))["agent"]["work"]["interaction"] for socket in sockets] == ["i1", "i1"]


async def test_supervisors_are_told_of_those_who_changed(house: House) -> None:
    """Only those, by their latest picture."""
    socket = await house.socket("sue")
    await socket.receive_json()
    house.centre.set_presence("bob", "not_ready", "lunch")
    house.centre.set_presence("bob", "ready")
    message = await next_of(socket, "agents")
    assert [(agent["id"], agent["presence"]) for agent in message["agents"]] == [("bob", "ready")]


async def test_figures_are_gathered(house: House) -> None:
    """Of a hundred changes in a moment a supervisor gets at most a few pictures, and the last one is right."""
    socket = await house.socket("sue")
    await socket.receive_json()
    made = house.centre.pictures_made
    for serial in range(100):
        house.centre.caller_waits(f"i{serial}")
        await asyncio.sleep(0)
    waiting = 0
    async with asyncio.timeout(5):
        while waiting < 100:
            queues = (await next_of(socket, "queues"))["queues"]
            waiting = queues[0]["waiting"]
    assert ([queue["id"] for queue in queues], house.centre.pictures_made - made <= 5) == (["support"], True)


async def test_a_notice_that_changes_nothing_says_nothing(house: House) -> None:
    """A picture equal to the last one is not sent: the next message is the pong."""
    socket = await house.socket("ann")
    house.centre.set_presence("ann", "ready")
    await next_of(socket, "agent")
    house.centre.set_presence("ann", "ready")
    house.centre.tell(LinkChanged("pbx1", True))
    await asyncio.sleep(0)
    await socket.send_json({"type": "ping"})
    assert "agent" not in [(await socket.receive_json())["type"]]


async def test_ping_pong(house: House) -> None:
    """Without a number: it is no change."""
    socket = await house.socket("ann")
    await socket.receive_json()
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json() == {"type": "pong"}


async def test_a_new_configuration_brings_a_new_snapshot(house: House) -> None:
    """The numbers go on."""
    socket = await house.socket("ann")
    await socket.receive_json()
    await house.answer("max", "POST", "/config/reload")
    message = await socket.receive_json()
    assert (message["type"], message["seq"]) == ("snapshot", 2)


async def test_half_a_surrogate_silences_nobody(house: House) -> None:
    """A name that is no valid text arrives with a question mark in it."""
    socket = await house.socket("sue")
    house.centre.set_presence("bob", "not_ready", "bad \ud800 text")
    message = await next_of(socket, "agents")
    assert message["agents"][0]["reason"] == "bad ? text"


# -- the agent's desktop, as the centre knows it


async def test_the_centre_knows_of_the_first_and_the_last_desktop(house: House) -> None:
    """A second tab, and its going, say nothing."""
    first, second = await house.socket("ann"), await house.socket("ann")
    await first.receive_json()
    await second.receive_json()
    await first.close()
    await until(lambda: len(house.centre.desktop_events()) >= 1)
    third = await house.socket("ann")
    await third.receive_json()
    await second.close()
    await third.close()
    await until(lambda: DesktopDetached(ANN) in house.centre.asked)
    events = house.centre.desktop_events()
    assert (events[0], events[-1], events.count(DesktopDetached(ANN))) == (
        DesktopAttached(ANN),
        DesktopDetached(ANN),
        1,
    )


async def test_a_lost_connection_is_a_desktop_gone(house: House) -> None:
    """A browser that is killed says no goodbye."""
    socket = await house.socket("ann")
    await socket.receive_json()
    transport = socket.get_extra_info("socket")
    assert transport is not None
    socket._response.connection.transport.abort()  # type: ignore[union-attr]
    await until(lambda: DesktopDetached(ANN) in house.centre.asked)


async def test_a_supervisor_is_no_agents_desktop(house: House) -> None:
    """Nothing is said to the centre."""
    socket = await house.socket("sue")
    await socket.receive_json()
    await socket.close()
    assert house.centre.desktop_events() == []


async def test_a_centre_that_refuses_does_not_blind_the_desktop(house: House) -> None:
    """The snapshot comes all the same."""
    house.centre.refuses[DesktopAttached] = "unknown_agent"
    assert (await (await house.socket("ann")).receive_json())["type"] == "snapshot"


# -- who may open it


async def test_a_ticket_opens_once(house: House) -> None:
    """The second time it is 401."""
    ticket = (await house.answer("ann", "POST", "/session/ticket"))["ticket"]
    socket = await house.client.ws_connect(f"/ws?ticket={ticket}")
    assert (await socket.receive_json())["me"]["user"] == "ann"
    with pytest.raises(WSServerHandshakeError) as refusal:
        await house.client.ws_connect(f"/ws?ticket={ticket}")
    assert refusal.value.status == 401


async def test_a_ticket_lasts_thirty_seconds(house: House) -> None:
    """Later it is 401."""
    answer = await house.answer("ann", "POST", "/session/ticket")
    house.clock.passes(timedelta(seconds=30))
    response = await house.client.get(f"/ws?ticket={answer['ticket']}")
    assert (response.status, answer["expires_at"]) == (401, "2026-03-02T12:00:30Z")


@pytest.mark.parametrize(("origin", "status"), [(None, 403), ("null", 403), ("http://evil.example", 403), ("own", 101)])
async def test_a_cookie_needs_our_own_origin(house: House, origin: str | None, status: int) -> None:
    """Otherwise every page in the browser could listen (cross-site WebSocket hijacking)."""
    await house.client.post("/api/v1/session", json={"user": "ann", "password": PASSWORD})
    own = f"http://{house.client.host}:{house.client.port}"
    headers = {} if origin is None else {"Origin": own if origin == "own" else origin}
    try:
        socket = await house.client.ws_connect("/ws", headers=headers)
        seen = 101 if (await socket.receive_json())["type"] == "snapshot" else 0
    except WSServerHandshakeError as refusal:
        seen = refusal.status
    assert seen == status


async def test_a_ticket_does_not_help_a_foreign_page(house: House) -> None:
    """A foreign Origin is refused whatever else there is."""
    ticket = (await house.answer("ann", "POST", "/session/ticket"))["ticket"]
    response = await house.client.get(f"/ws?ticket={ticket}", headers={"Origin": "http://evil.example"})
    assert response.status == 403


async def test_it_is_no_page(house: House) -> None:
    """A plain GET is a problem, not a hanging request."""
    response = await house.client.get("/ws", headers=await house.bearer("ann"))
    assert (response.status, house.centre.desktop_events()) == (400, [])


async def test_one_session_has_ten_sockets_at_most(house: House) -> None:
    """The eleventh is 429; a closed one makes room."""
    headers = await house.bearer("ann")
    sockets = [await house.client.ws_connect("/ws", headers=headers) for _ in range(10)]
    with pytest.raises(WSServerHandshakeError) as refusal:
        await house.client.ws_connect("/ws", headers=headers)
    await sockets[0].close()
    after = await house.client.ws_connect("/ws", headers=headers)
    assert (refusal.value.status, (await after.receive_json())["type"]) == (429, "snapshot")


# -- when the server ends it


async def test_signing_out_closes_the_sockets_of_the_session(house: House) -> None:
    """At once, and no others."""
    headers = await house.bearer("ann")
    socket = await house.client.ws_connect("/ws", headers=headers)
    other = await house.socket("ann")
    await house.client.delete("/api/v1/session", headers=headers)
    assert await ending(socket) == ("signed_out", 4401)
    await other.send_json({"type": "ping"})
    assert (await next_of(other, "pong"))["type"] == "pong"


async def test_a_session_revoked_elsewhere_closes_its_sockets(house: House) -> None:
    """Noticed at the next look at the store."""
    socket = await house.socket("ann")
    house.sessions.live.clear()
    assert await ending(socket) == ("session_ended", 4401)


async def test_a_changed_role_closes_the_sockets(house: House) -> None:
    """What was shown was shown to another role."""
    socket = await house.socket("max")
    token, session = next(iter(house.sessions.live.items()))
    house.sessions.live[token] = Session(token, User("max", Role.AGENT), session.expires_at)
    assert await ending(socket) == ("session_ended", 4401)


async def test_a_session_store_that_is_away_ends_nothing(house: House) -> None:
    """The database is not on the agent's path."""
    socket = await house.socket("ann")
    await socket.receive_json()
    house.sessions.is_away = True
    looks = house.sessions.looks
    await until(lambda: house.sessions.looks >= looks + 2)
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json() == {"type": "pong"}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"type": 1}', "[" * 30_000])
async def test_nonsense_ends_the_socket(house: House, text: str) -> None:
    """A client that speaks another language is told so."""
    socket = await house.socket("ann")
    await socket.send_str(text)
    assert await ending(socket) == ("bad_message", 1008)


async def test_bytes_end_the_socket(house: House) -> None:
    """The protocol is text."""
    socket = await house.socket("ann")
    await socket.send_bytes(b'{"type": "ping"}')
    assert await ending(socket) == ("bad_message", 1008)


async def test_unknown_types_are_passed_over(house: House) -> None:
    """Newer clients may say more."""
    socket = await house.socket("ann")
    await socket.receive_json()
    await socket.send_json({"type": "wave"})
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json() == {"type": "pong"}


async def test_a_flood_ends_the_socket(house: House) -> None:
    """More than 20 messages a second for 2 s."""
    socket = await house.socket("ann")
    for _ in range(60):
        await socket.send_json({"type": "ping"})
    assert await ending(socket) == ("too_many_messages", 1008)


async def test_too_large_a_message_ends_the_socket(house: House) -> None:
    """64 KB is the limit (RFC 6455 close code 1009)."""
    socket = await house.socket("ann")
    await socket.receive_json()
    await socket.send_str("x" * 70_000)
    await socket.receive(5)
    assert socket.close_code == 1009


async def test_a_stopping_server_says_goodbye(house: House) -> None:
    """So that desktops reconnect; to the centre they are not gone."""
    socket = await house.socket("ann")
    await socket.receive_json()
    stop = asyncio.ensure_future(house.client.server.close())  # noqa: TID251 - the client must be alive meanwhile
    assert await ending(socket) == ("stopping", 1001)
    await stop
    assert house.centre.desktop_events() == [DesktopAttached(ANN)]
    assert house.clock.now() == NOON

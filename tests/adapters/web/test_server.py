"""The listener, the operations' addresses and the access log."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
import structlog
from aiohttp import ClientSession
from tests.adapters.web.house import House, served

from ccserver.adapters.web.server import CannotListen, WebServer, create_app
from ccserver.services.office import Component


async def test_it_serves_on_a_free_port() -> None:
    """Port 0 takes one and tells which."""
    server = WebServer(create_app(House().ports()), "127.0.0.1", 0)
    await server.start()
    try:
        async with ClientSession() as client, client.get(f"http://127.0.0.1:{server.port}/healthz") as response:
            assert await response.text() == "ok\n"
    finally:
        await server.stop()


async def test_a_port_that_is_taken_is_told_in_words() -> None:
    """With the address and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port} is taken by another program"):
            await WebServer(create_app(House().ports()), "127.0.0.1", port).start()


async def test_stopping_leaves_no_task() -> None:
    """Nor a listener at the centre."""
    before = asyncio.all_tasks()
    async with served() as house:
        socket = await house.socket("ann")
        await socket.receive_json()
        own_listeners = len(house.centre.listeners)
    await asyncio.sleep(0)
    assert (asyncio.all_tasks() - before, own_listeners, len(house.centre.listeners)) == (set(), 1, 0)


async def test_ready(house: House) -> None:
    """200 with every component."""
    response = await house.client.get("/readyz")
    assert (response.status, (await response.json())["components"]["ari"]["ready"]) == (200, True)


async def test_not_ready(house: House) -> None:
    """503 as soon as one that is needed is not."""
    house.readiness.parts = [Component("ari", False, "connecting"), Component("database", True)]
    response = await house.client.get("/readyz")
    body = await response.json()
    assert (response.status, body["ready"], body["components"]["ari"]["detail"]) == (503, False, "connecting")


async def test_ready_without_what_is_not_needed(house: House) -> None:
    """The database may be away: calls go on."""
    house.readiness.parts = [Component("ari", True), Component("database", False, "away", is_needed=False)]
    assert (await house.client.get("/readyz")).status == 200


async def test_health_touches_nothing(house: House) -> None:
    """Alive also when nothing else is."""
    house.readiness.parts = [Component("ari", False)]
    house.sessions.is_away = True
    assert (await house.client.get("/healthz")).status == 200


async def test_metrics_are_rendered_off_the_loop() -> None:
    """In a thread: the loop has calls to connect."""
    threads: list[str] = []

    def render() -> bytes:
        threads.append(threading.current_thread().name)
        return b"ccserver_up 1\n"

    async with served(metrics=render) as house:
        response = await house.client.get("/metrics")
        assert (await response.read(), response.content_type, response.charset) == (
            b"ccserver_up 1\n",
            "text/plain",
            "utf-8",
        )
        assert threads != [threading.main_thread().name]


async def test_the_access_log_has_no_secrets() -> None:
    """Neither query nor token nor password nor name; but path, status and time."""
    server = WebServer(create_app(House().ports()), "127.0.0.1", 0)
    with structlog.testing.capture_logs() as lines:
        await server.start()
        url = f"http://127.0.0.1:{server.port}"
        canaries = {"user": "canary-user", "password": "canary-password"}
        async with ClientSession(headers={"Authorization": "Bearer canary-token"}) as client:
            await (await client.post(f"{url}/api/v1/session?x=canary-query", json=canaries)).read()
            await (await client.get(f"{url}/ws?ticket=canary-ticket")).read()
        await server.stop()
    requests = [(line["path"], line["status"]) for line in lines if line["event"] == "http.request"]
    assert (requests, "canary" in repr(lines)) == ([("/api/v1/session", 401), ("/ws", 401)], False)

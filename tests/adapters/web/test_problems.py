"""Errors: always a problem document with a stable type, never a server error, never an echo of what was sent."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientResponse
from tests.adapters.web.house import House, served

from ccserver.adapters.web.problems import TYPES, Problem

JSON = {"Content-Type": "application/json"}


async def problem(response: ClientResponse) -> tuple[int, str]:
    """Status and type, after checking that it is a whole problem document."""
    document = await response.json(content_type="application/problem+json")
    assert {"type", "title", "status"} <= document.keys()
    assert document["status"] == response.status
    return response.status, document["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/nothing", (404, "not-found")),
        ("GET", "/nothing/at/all", (404, "not-found")),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", (404, "not-found")),
        ("GET", "/%00", (404, "not-found")),
        ("GET", "/%ff", (404, "not-found")),
        ("PUT", "/api/v1/agents", (405, "method-not-allowed")),
        ("DELETE", "/", (405, "method-not-allowed")),
        ("OPTIONS", "/api/v1/session", (405, "method-not-allowed")),
        ("PROPFIND", "/api/v1/agents", (405, "method-not-allowed")),
        ("GET", "/api/v1/agents", (401, "unauthenticated")),
        ("GET", "/problems/none", (404, "not-found")),
    ],
)
async def test_wrong_addresses_and_methods(house: House, method: str, path: str, expected: tuple[int, str]) -> None:
    """Those the server does not know are problems too."""
    assert await problem(await house.client.request(method, path)) == expected


async def test_the_right_methods_are_named(house: House) -> None:
    """405 has the header Allow (RFC 9110 15.5.6)."""
    response = await house.client.put("/api/v1/customers")
    assert set(response.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{", JSON, (400, "malformed")),
        (b"", JSON, (400, "malformed")),
        (b'{"name": "\xff\xfe"}', JSON, (400, "malformed")),
        (b'{"name": "\\ud800"}', JSON, (400, "malformed")),
        (b"[" * 5_000, JSON, (400, "malformed")),
        (b"not gzip", {**JSON, "Content-Encoding": "gzip"}, (400, "malformed")),
        (b'{"name": "Ada"}', {"Content-Type": "text/plain"}, (415, "wrong-content-type")),
        (b'{"name": "Ada"}', {"Content-Type": "application/json; charset=utf-16"}, (415, "wrong-content-type")),
        (b"name=Ada", {"Content-Type": "application/x-www-form-urlencoded"}, (415, "wrong-content-type")),
        (b'{"name": "' + b"a" * 1_100_000 + b'"}', JSON, (413, "too-large")),
        (b"[]", JSON, (422, "invalid")),
        (b"null", JSON, (422, "invalid")),
        (b"{}", JSON, (422, "invalid")),
        (b'{"name": "a\\u0000b"}', JSON, (422, "invalid")),
        (b'{"name": "a\\nb"}', JSON, (422, "invalid")),
        (b'{"name": "Ada", "extra": 1}', JSON, (422, "invalid")),
        (b'{"name": "Ada", "value": 1e999}', JSON, (422, "invalid")),
        (b'{"name": "Ada", "value": NaN}', JSON, (422, "invalid")),
        (b'{"name": "Ada", "numbers": ["12"]}', JSON, (422, "invalid")),
        (b'{"name": "Ada", "numbers": ["1800FLOWERS"]}', JSON, (422, "invalid")),
    ],
)
async def test_wrong_bodies(house: House, body: bytes, headers: dict[str, str], expected: tuple[int, str]) -> None:
    """Each kind of wrong body has its own answer."""
    all_headers = {**headers, **await house.bearer("max")}
    assert (
        await problem(await house.client.post("/api/v1/customers", data=BytesIO(body), headers=all_headers)) == expected
    )


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "after=%00", "after=e30", "after=W10", "after=%ff", "other=1", "since=now",
     "since=2026-03-02T12:00:00", "since=0001-01-01T00:00:00%2B23:00", "since=9999-12-31T23:59:59-23:00", "customer=%27"],
)  # fmt: skip
async def test_wrong_queries(house: House, query: str) -> None:
    """422, with the name of the parameter."""
    response = await house.ask("max", "GET", f"/interactions?{query}")
    document = await response.json(content_type=None)
    assert (response.status, document["errors"][0]["field"]) == (422, query.partition("=")[0])


async def test_every_wrong_field_is_told_at_once(house: House) -> None:
    """One answer has them all."""
    response = await house.ask("max", "POST", "/customers", {"name": "", "value": -1, "numbers": ["x"]})
    errors = (await response.json(content_type=None))["errors"]
    assert {error["field"] for error in errors} == {"name", "value", "numbers.0"}


async def test_a_problem_repeats_nothing_that_was_sent(house: House) -> None:
    """Neither a password nor a card number comes back."""
    secret = "4111111111111111"
    response = await house.ask(None, "POST", "/session", {"user": "ann", "password": [secret]})
    assert secret not in await response.text()


async def test_a_bad_token_is_not_replaced_by_nothing(house: House) -> None:
    """A bearer token that is not valid is 401 and says what to send."""
    for value in ("Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer " + "a" * 5_000, "Bearer é"):
        response = await house.client.get("/api/v1/me", headers={"Authorization": value})
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ccserver"')


async def test_a_port_that_is_away_is_503(house: House) -> None:
    """Try again later; the header says when."""
    house.history.is_away = True
    response = await house.ask("max", "GET", "/interactions")
    assert (await problem(response), response.headers["Retry-After"]) == ((503, "unavailable"), "5")


async def test_our_own_defect_is_500_and_tells_nothing() -> None:
    """The log has it under the request id; the client learns only that."""

    def broken() -> bytes:
        raise RuntimeError("secret of the inside")

    async with served(metrics=broken) as house:
        response = await house.client.get("/metrics")
        assert (await problem(response), "secret" in await response.text()) == ((500, "internal"), False)


@pytest.mark.parametrize("name", list(TYPES))
async def test_every_type_is_a_page(house: House, name: str) -> None:
    """The `type` of a problem is an address that explains it."""
    assert TYPES[name].title in await (await house.client.get(f"/problems/{name}")).text()


async def test_a_slow_body_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 when the body does not come."""
    monkeypatch.setattr("ccserver.adapters.web.routes._BODY_LIMIT_SECONDS", 0.05)

    async def never(_: Any = None) -> Any:
        yield b'{"user": '
        await house.client.get("/healthz")
        yield b""
        while True:
            yield b" "
            await house.client.get("/healthz")

    response = await house.client.post("/api/v1/session", data=never(), headers=JSON)
    assert await problem(response) == (408, "too-late")


def test_a_problem_prints_as_what_it_is() -> None:
    """For logs: name and detail."""
    assert str(Problem("invalid", "look again")) == "invalid: look again"

"""Signing in: cookie and token, throttling, origins, and what is written down."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House, served
from tests.adapters.web.office_peers import PASSWORD

from ccserver.adapters.web.ports import WebSettings
from ccserver.adapters.web.throttle import Window


async def sign_in(house: House, user: str = "ann", password: str = PASSWORD, **headers: str) -> ClientResponse:
    body = {"user": user, "password": password}
    return await house.client.post("/api/v1/session", json=body, headers=headers)


def own(house: House) -> str:
    """The origin of the server's own pages."""
    return f"http://{house.client.host}:{house.client.port}"


async def test_the_answer_has_all_a_program_needs(house: House) -> None:
    """Token, user, role, agent and end."""
    answer = await (await sign_in(house)).json()
    assert answer == {
        "token": "t-ann-1", "user": "ann", "role": "agent", "agent": "ann", "expires_at": "2026-03-03T00:00:00Z",
    }  # fmt: skip


async def test_the_token_works_as_bearer(house: House) -> None:
    """Everywhere."""
    token = (await (await sign_in(house)).json())["token"]
    house.client.session.cookie_jar.clear()
    response = await house.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert await response.json() == {"user": "ann", "role": "agent", "agent": "ann"}


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(house: House) -> None:
    """HttpOnly, SameSite=Strict, the whole path, an end."""
    cookie = (await sign_in(house)).cookies["ccserver_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Strict", "/", "43200")


async def test_over_tls_the_cookie_is_bound_to_it() -> None:
    """Secure, and with the prefix that browsers hold to it."""
    async with served(settings=WebSettings(is_https=True)) as house:
        cookie = (await sign_in(house)).cookies["__Host-ccserver"]
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


async def test_the_cookie_signs_in_a_browser(house: House) -> None:
    """GET needs nothing more."""
    await sign_in(house)
    assert (await (await house.client.get("/api/v1/session")).json())["user"] == "ann"


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1", "http://[", ""])
async def test_a_cookie_changes_nothing_from_elsewhere(house: House, origin: str | None) -> None:
    """A foreign, null or missing Origin is refused on every unsafe method."""
    await sign_in(house)
    headers = {} if origin is None else {"Origin": origin}
    body = {"presence": "READY"}
    response = await house.client.post("/api/v1/agents/ann/presence", json=body, headers=headers)
    assert (response.status, house.centre.asked) == (403, [])


async def test_a_cookie_works_from_our_own_page(house: House) -> None:
    """The Origin is the host the request went to."""
    await sign_in(house)
    response = await house.client.post(
        "/api/v1/agents/ann/presence", json={"presence": "READY"}, headers={"Origin": own(house)}
    )
    assert response.status == 200


async def test_a_listed_origin_may_use_the_cookie() -> None:
    """For a desktop served from another host."""
    async with served(settings=WebSettings(origins=frozenset({"https://desk.example"}))) as house:
        await sign_in(house)
        response = await house.client.delete("/api/v1/session", headers={"Origin": "https://desk.example"})
        assert response.status == 204


async def test_a_bearer_token_needs_no_origin(house: House) -> None:
    """A browser never adds it by itself."""
    assert (await house.ask("ann", "POST", "/agents/ann/presence", {"presence": "READY"})).status == 200


async def test_nobody_is_signed_in_by_a_foreign_page(house: House) -> None:
    """A foreign Origin on the sign-in is refused: no session is forced on a browser."""
    assert (await sign_in(house, Origin="http://evil.example")).status == 403


async def test_signing_out_ends_the_session(house: House) -> None:
    """Token and cookie are dead at once."""
    headers = await house.bearer("ann")
    await house.client.delete("/api/v1/session", headers=headers)
    assert (await house.client.get("/api/v1/me", headers=headers)).status == 401


async def test_signing_in_again_ends_the_session_before(house: House) -> None:
    """No token of before the sign-in is worth anything after it (session fixation)."""
    await sign_in(house)
    await sign_in(house, Origin=own(house))
    assert list(house.sessions.live) == ["t-ann-2"]


async def test_a_session_has_an_absolute_end(house: House) -> None:
    """After 12 hours one signs in again."""
    headers = await house.bearer("ann")
    house.clock.passes(timedelta(hours=12))
    assert (await house.client.get("/api/v1/me", headers=headers)).status == 401


async def test_ten_failures_close_an_account_for_a_quarter_of_an_hour(house: House) -> None:
    """The right password does not help meanwhile, and is not even checked; afterwards it does."""
    statuses = [(await sign_in(house, password="wrong")).status for _ in range(10)]
    closed = await sign_in(house)
    checks = house.users.checks
    house.clock.passes(timedelta(minutes=15))
    opened = await sign_in(house)
    assert (statuses, closed.status, closed.headers["Retry-After"], checks, opened.status) == (
        [401] * 10, 429, "900", 10, 200,
    )  # fmt: skip


async def test_success_clears_the_count(house: House) -> None:
    """Nine mistakes and the right password are nothing to be remembered."""
    for _ in range(9):
        await sign_in(house, password="wrong")
    await sign_in(house)
    assert (await sign_in(house, password="wrong", Origin=own(house))).status == 401


async def test_another_account_is_not_closed(house: House) -> None:
    """The limit is the account's."""
    for _ in range(11):
        await sign_in(house, password="wrong")
    assert (await sign_in(house, "bob")).status == 200


async def test_a_hundred_tries_a_minute_from_one_address(house: House) -> None:
    """Whatever the names."""
    for serial in range(100):
        await sign_in(house, f"user{serial}", "wrong")
    closed = await sign_in(house)
    house.clock.passes(timedelta(minutes=1))
    assert (closed.status, (await sign_in(house)).status) == (429, 200)


async def test_unknown_user_and_wrong_password_are_the_same(house: House) -> None:
    """Nothing tells which names exist."""
    documents = [await (await sign_in(house, user, "wrong")).json(content_type=None) for user in ("ann", "nobody")]
    assert [document["type"] for document in documents] == ["/problems/sign-in-failed"] * 2
    assert documents[0] == documents[1]


async def test_sign_ins_are_written_down_without_the_password(house: House) -> None:
    """Success and failure, by whom, from where."""
    await sign_in(house, password="wrong")
    await sign_in(house)
    entries: Any = house.audit.entries
    assert [(entry.action, entry.about, entry.address) for entry in entries] == [
        ("sign-in-failed", "user/ann", "127.0.0.1"),
        ("sign-in", "user/ann", "127.0.0.1"),
    ]
    assert PASSWORD not in repr(entries)


def test_the_table_of_tries_is_bounded() -> None:
    """The key longest untouched goes when there are too many."""
    window = Window(1, timedelta(minutes=1), capacity=2)
    for key in "abc":
        window.mark(key, NOON)
    assert [window.wait(key, NOON) is None for key in "abc"] == [True, False, False]


async def test_checks_of_passwords_wait_in_a_bounded_line(house: House) -> None:
    """Each costs a quarter of a second of a core: what has no place in the line is 429, and is not checked."""
    house.users.gate.clear()
    tries = [asyncio.ensure_future(sign_in(house, f"user{serial}")) for serial in range(60)]  # noqa: TID251
    done, _ = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
    house.users.gate.set()
    statuses = Counter([(await each).status for each in tries])
    assert ({(await each).status for each in done}, statuses[429], house.users.checks) == ({429}, 20, 40)

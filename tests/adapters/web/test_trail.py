"""The audit trail, as administrators read it."""

from __future__ import annotations

import base64

import pytest
from tests.adapters.web.house import House


async def test_an_administrator_reads_what_was_done(house: House) -> None:
    """Who, what, about what, when, from where, with its number and hash."""
    await house.answer("max", "POST", "/config/reload")
    page = await house.answer("max", "GET", "/audit")
    (row,) = page["items"]
    assert row.pop("at").endswith("Z")
    assert (page["next"], row) == (
        None,
        {
            "actor": "max", "action": "config-reload", "about": "config", "address": "127.0.0.1",
            "detail": {"epoch": "2", "problems": "0"}, "serial": 1, "hash": "hash-1",
        },
    )  # fmt: skip


async def test_pages_go_back_in_time(house: House) -> None:
    """None twice, none left out, whatever is done meanwhile."""
    for _ in range(3):
        await house.answer("max", "POST", "/config/reload")
    first = await house.answer("max", "GET", "/audit?limit=2")
    await house.answer("max", "POST", "/config/reload")
    second = await house.answer("max", "GET", f"/audit?limit=2&after={first['next']}")
    assert [row["serial"] for row in (*first["items"], *second["items"])] == [3, 2, 1]


@pytest.mark.parametrize("user", ["ann", "sue"])
async def test_nobody_else_reads_it(house: House, user: str) -> None:
    """Supervisors are in it themselves."""
    assert (await house.ask(user, "GET", "/audit")).status == 403


@pytest.mark.parametrize("key", ["x", "-1", "9" * 19, "\u0663"])
async def test_a_cursor_of_no_row_is_refused(house: House, key: str) -> None:
    """422, before the database is asked."""
    cursor = base64.urlsafe_b64encode(f'["{key}"]'.encode()).decode().rstrip("=")
    assert (await house.ask("max", "GET", f"/audit?after={cursor}")).status == 422


async def test_a_trail_that_is_away(house: House) -> None:
    """503."""
    house.audit.is_away = True
    assert (await house.ask("max", "GET", "/audit")).status == 503

"""The customer book over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.adapters.web.house import House

from ccserver.services.office import CustomerDraft


async def test_a_customer_is_added(house: House) -> None:
    """With numbers in E.164, each once."""
    body = {"name": " Ada Lovelace ", "numbers": ["020 7946 0001", "+442079460001"], "tier": "gold", "value": 9.5}
    customer = await house.answer("sue", "POST", "/customers", body)
    assert (customer["id"], customer["name"], customer["numbers"]) == ("c-0001", "Ada Lovelace", ["+442079460001"])


async def test_the_status_says_created(house: House) -> None:
    """201."""
    assert (await house.ask("ann", "POST", "/customers", {"name": "Ada"})).status == 201


async def test_a_number_belongs_to_one_customer(house: House) -> None:
    """409 with the number."""
    await house.customers.add(CustomerDraft("Grace", ("+442079460001",)))
    response = await house.ask("ann", "POST", "/customers", {"name": "Ada", "numbers": ["+442079460001"]})
    document = await response.json(content_type=None)
    assert (response.status, document["type"], document["number"]) == (409, "/problems/number-taken", "+442079460001")


async def test_only_what_is_sent_is_changed(house: House) -> None:
    """The rest stays."""
    await house.customers.add(CustomerDraft("Grace", ("+442079460001",), notes="likes tea"))
    customer = await house.answer("ann", "PATCH", "/customers/c-0001", {"notes": ""})
    assert (customer["name"], customer["notes"], customer["numbers"]) == ("Grace", "", ["+442079460001"])


async def test_changes_are_written_down(house: House) -> None:
    """Who changed which fields of whom; not what is in them."""
    await house.customers.add(CustomerDraft("Grace"))
    await house.answer("ann", "PATCH", "/customers/c-0001", {"notes": "x", "name": "Grace H"})
    entry = house.audit.entries[0]
    assert (entry.actor, entry.about, dict(entry.detail)) == ("ann", "customer/c-0001", {"fields": "name, notes"})


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_customer_that_is_not_there(house: House, method: str) -> None:
    """404."""
    body = {"name": "x"} if method == "PATCH" else None
    assert (await house.ask("ann", method, "/customers/c-9", body)).status == 404


async def test_pages(house: House) -> None:
    """Following `next` gives every customer once, also when one is added meanwhile."""
    for serial in range(7):
        await house.customers.add(CustomerDraft(f"Customer {serial}"))
    seen: list[str] = []
    after = ""
    while True:
        page: Any = await house.answer("ann", "GET", f"/customers?limit=3{after}")
        seen += [item["id"] for item in page["items"]]
        if len(seen) == 3:
            await house.customers.add(CustomerDraft("late"))
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [f"c-{serial:04}" for serial in range(1, 9)]


@pytest.mark.parametrize(("search", "found"), [("GRACE", 1), ("7946", 1), ("nobody", 0), ("", 2)])
async def test_search(house: House, search: str, found: int) -> None:
    """A part of the name without case, or of a number."""
    await house.customers.add(CustomerDraft("Grace", ("+442079460001",)))
    await house.customers.add(CustomerDraft("Ada"))
    page = await house.answer("ann", "GET", f"/customers?search={search}")
    assert len(page["items"]) == found

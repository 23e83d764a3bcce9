"""The customer book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ccserver.adapters.web.api.asking import note
from ccserver.adapters.web.cursors import Page, page_of, read_cursor
from ccserver.adapters.web.fields import Identifier, Line, PageQuery, PhoneNumber, Request, Text
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.ids import CustomerId
from ccserver.services.office import Customer, CustomerDraft, NumberTaken

routes = Routes("Customers")
_SENIORS_ONLY = ("tier", "value", "account_manager")
Numbers = Annotated[tuple[PhoneNumber, ...], Field(max_length=20)]
Worth = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Language = Annotated[str, Field(max_length=35, pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$")]
Name = Annotated[Line, Field(min_length=1, examples=["Grace Hopper"])]


class CustomerPath(Request):
    customer: Identifier


class CustomerQuery(PageQuery):
    """A page of the customer book."""

    search: Line = ""
    """A part of the name or of a number."""


class CustomerWanted(Request):
    """A new customer. The first number is the main one."""

    name: Name
    numbers: Numbers = ()
    tier: Line = ""
    value: Worth = 0.0
    """Worth in the currency of the installation."""
    language: Language = ""
    """BCP 47, like en or zh-CN."""
    external_id: Line = ""
    account_manager: Line = ""
    """The agent who looks after the customer, by id."""
    notes: Text = ""


class CustomerChanges(Request):
    """Only the fields that are there are changed."""

    name: Name = ""
    numbers: Numbers = ()
    tier: Line = ""
    value: Worth = 0.0
    language: Language = ""
    external_id: Line = ""
    account_manager: Line = ""
    notes: Text = ""


@routes.get("/customers")
async def list_customers(call: Call, query: CustomerQuery) -> Page[Customer]:
    """Customers in the order of their ids."""
    key = read_cursor(query.after, 1)
    after = CustomerId(key[0]) if key else None
    found = await call.ports.customers.page(query.search, after, query.limit + 1)
    return page_of(found, query.limit, lambda customer: [customer.id])


@routes.post("/customers", status=201)
async def add_customer(call: Call, body: CustomerWanted) -> Customer:
    """Add a customer. `tier`, `value` and `account_manager` are set by supervisors and admins."""
    _check_fields(call, body.model_fields_set)
    draft = CustomerDraft(**_plain(body.model_dump()))
    try:
        customer = await call.ports.customers.add(draft)
    except NumberTaken as error:
        raise Problem("number-taken", number=error.number) from None
    await note(call, "customer-added", f"customer/{customer.id}")
    return customer


@routes.get("/customers/{customer}")
async def read_customer(call: Call, path: CustomerPath) -> Customer:
    """One customer."""
    return _there(await call.ports.customers.get(CustomerId(path.customer)))


@routes.add("PATCH", "/customers/{customer}")
async def change_customer(call: Call, path: CustomerPath, body: CustomerChanges) -> Customer:
    """Change some fields, all of them or none. `tier`, `value` and `account_manager` are changed by supervisors and admins."""
    _check_fields(call, body.model_fields_set)
    changes = _plain(body.model_dump(exclude_unset=True))
    try:
        customer = _there(await call.ports.customers.change(CustomerId(path.customer), changes))
    except NumberTaken as error:
        raise Problem("number-taken", number=error.number) from None
    await note(call, "customer-changed", f"customer/{customer.id}", fields=", ".join(sorted(changes)))
    return customer


def _check_fields(call: Call, fields: set[str]) -> None:
    """What decides who waits is not set by those who answer."""
    closed = sorted(fields.intersection(_SENIORS_ONLY))
    if closed and not call.identity.is_senior:
        raise Problem("forbidden", f"Only supervisors and admins set {' and '.join(closed)}.")


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same number twice is one number."""
    numbers = fields.get("numbers")
    return dict(fields) if numbers is None else {**fields, "numbers": tuple(dict.fromkeys(numbers))}


def _there(customer: Customer | None) -> Customer:
    if customer is None:
        raise Problem("not-found", "There is no such customer.")
    return customer

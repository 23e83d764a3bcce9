"""The API's agents: presence in any case of letters, what is refused, what is asked of the centre."""

from __future__ import annotations

import pytest
import structlog
from tests.adapters.web.house import House

from ccserver.core.events import (
    BlindTransferRequested,
    HangUpRequested,
    HoldRequested,
    NotReadyRequested,
    ReadyRequested,
    RetrieveRequested,
    SignInRequested,
    SignOutRequested,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.ids import AgentId, WorkItemId
from ccserver.core.records import Document

ANN = AgentId("ann")


@pytest.mark.parametrize("word", ["READY", "ready", "Ready", " ready "])
async def test_ready_signs_in_first(house: House, word: str) -> None:
    """An agent who is logged out becomes ready by one request, however it is spelt."""
    view = await house.answer("ann", "POST", "/agents/ann/presence", {"presence": word})
    assert (house.centre.asked, view["presence"]) == ([SignInRequested(ANN), ReadyRequested(ANN)], "ready")


async def test_ready_again_does_not_sign_in_again(house: House) -> None:
    """Who is signed in is only made ready."""
    house.centre.set_presence("ann", "not_ready")
    await house.answer("ann", "POST", "/agents/ann/presence", {"presence": "READY"})
    assert house.centre.asked == [ReadyRequested(ANN)]


@pytest.mark.parametrize(("given", "taken"), [({"reason": "training"}, "training"), ({}, "lunch")])
async def test_not_ready_has_a_reason(house: House, given: dict[str, str], taken: str) -> None:
    """The reason given, or else the first of the plan."""
    house.centre.set_presence("ann", "ready")
    await house.answer("ann", "POST", "/agents/ann/presence", {"presence": "not-ready", **given})
    assert house.centre.asked == [NotReadyRequested(ANN, taken)]


async def test_an_unknown_reason_is_named(house: House) -> None:
    """422 at the field, with the reasons there are."""
    response = await house.ask("ann", "POST", "/agents/ann/presence", {"presence": "NOT_READY", "reason": "golf"})
    error = (await response.json(content_type=None))["errors"][0]
    assert (response.status, error["field"], "lunch, training" in error["message"]) == (422, "reason", True)


async def test_logged_out(house: House) -> None:
    """Signs out."""
    house.centre.set_presence("ann", "ready")
    view = await house.answer("ann", "POST", "/agents/ann/presence", {"presence": "LOGGED_OUT"})
    assert (house.centre.asked, view["presence"]) == ([SignOutRequested(ANN)], "logged_out")


async def test_a_refusal_is_a_409_with_reason_and_advice(house: House) -> None:
    """What the centre refuses reaches the asker in both forms, for programs and for people."""
    house.centre.refuses[HoldRequested] = "no_call"
    response = await house.ask("ann", "POST", "/agents/ann/hold")
    document = await response.json(content_type=None)
    assert (response.status, document["reason"], document["detail"]) == (409, "no_call", "try something else")


@pytest.mark.parametrize(
    ("path", "event"),
    [("hold", HoldRequested(ANN)), ("retrieve", RetrieveRequested(ANN)), ("hangup", HangUpRequested(ANN))],
)
async def test_buttons(house: House, path: str, event: object) -> None:
    """One click, one request."""
    await house.answer("ann", "POST", f"/agents/ann/{path}")
    assert house.centre.asked == [event]


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"queue": "sales"}, TransferTarget(TransferKind.QUEUE, "sales")),
        ({"agent": "bob"}, TransferTarget(TransferKind.AGENT, "bob")),
        ({"number": "020 7946 0001"}, TransferTarget(TransferKind.NUMBER, "+442079460001")),
    ],
)
async def test_transfer(house: House, body: dict[str, str], target: TransferTarget) -> None:
    """To a queue, an agent or a number, which becomes E.164."""
    await house.answer("ann", "POST", "/agents/ann/transfer", body)
    assert house.centre.asked == [BlindTransferRequested(ANN, target)]


@pytest.mark.parametrize(
    "body", [{}, {"queue": "sales", "agent": "bob"}, {"queue": "none"}, {"agent": "none"}, {"number": "12"}]
)
async def test_a_transfer_to_nowhere_is_not_asked(house: House, body: dict[str, str]) -> None:
    """422, and the centre hears nothing."""
    response = await house.ask("ann", "POST", "/agents/ann/transfer", body)
    assert (response.status, house.centre.asked) == (422, [])


async def test_wrap_up(house: House) -> None:
    """Disposition and notes go in as they are, without characters that hide."""
    body = {"work_item": "i1-w1", "disposition": "solved", "notes": "Two\nlines\u202e", "done": True}
    await house.answer("ann", "POST", "/agents/ann/wrap-up", body)
    assert house.centre.asked == [WrapUpSaved(ANN, WorkItemId("i1-w1"), "solved", "Two\nlines", True)]


async def test_documents_are_attached_with_the_notes(house: House) -> None:
    """By name, and an address or an id."""
    documents = [{"name": "Offer", "reference": "https://crm.example/o/7?x=1"}, {"name": "Order", "reference": "A-7"}]
    await house.answer("ann", "POST", "/agents/ann/wrap-up", {"work_item": "i1-w1", "documents": documents})
    attached = (Document("Offer", "https://crm.example/o/7?x=1"), Document("Order", "A-7"))
    assert house.centre.asked == [WrapUpSaved(ANN, WorkItemId("i1-w1"), "", "", False, attached)]


@pytest.mark.parametrize(
    "documents",
    [
        [{"name": "x", "reference": "javascript:alert(1)"}],
        [{"name": "x", "reference": "https://a b"}],
        [{"name": "x", "reference": 'https://a"onclick'}],
        [{"name": "x", "reference": "https://" + "a" * 2000}],
        [{"name": "", "reference": "a"}],
        [{"name": "x" * 201, "reference": "a"}],
        [{"name": "x"}],
        [{"name": "x", "reference": f"a{n}"} for n in range(21)],
        "a",
    ],
)
async def test_documents_beyond_the_bounds_are_refused(house: House, documents: object) -> None:
    """422, and the centre hears nothing."""
    body = {"work_item": "i1-w1", "documents": documents}
    response = await house.ask("ann", "POST", "/agents/ann/wrap-up", body)
    assert (response.status, house.centre.asked) == (422, [])


async def test_colleagues_are_shown_without_their_callers(house: House) -> None:
    """An agent sees the own work whole, of others only that they are there."""
    house.centre.offer("ann", "i1")
    house.centre.offer("bob", "i2")
    items = (await house.answer("ann", "GET", "/agents"))["items"]
    assert {item["id"]: item["work"] and item["work"]["caller_name"] for item in items} == {
        "ann": "G HOPPER",
        "bob": None,
    }


async def test_supervisors_see_all_work(house: House) -> None:
    """Everybody's caller, with the instants in UTC."""
    house.centre.offer("bob", "i2")
    view = await house.answer("sue", "GET", "/agents/bob")
    assert (view["work"]["customer"]["name"], view["work"]["offered_at"]) == ("Grace Hopper", "2026-03-02T12:00:00Z")


async def test_what_is_done_for_others_is_written_down(house: House) -> None:
    """A supervisor's change of somebody's presence is in the audit log; an agent's own is not."""
    await house.answer("ann", "POST", "/agents/ann/presence", {"presence": "READY"})
    await house.answer("sue", "POST", "/agents/ann/presence", {"presence": "LOGGED_OUT"})
    assert house.audit.lines() == [("sue", "presence", "agent/ann")]


async def test_what_is_done_looks_done_without_the_audit_log(house: House) -> None:
    """With the log away the change is answered as it is, and the line goes to the server's own log."""
    house.audit.is_away = True
    with structlog.testing.capture_logs() as lines:
        view = await house.answer("sue", "POST", "/agents/ann/presence", {"presence": "READY"})
    assert view["presence"] == "ready"
    assert [(line["actor"], line["about"]) for line in lines if line["event"] == "audit.not_written"] == [
        ("sue", "agent/ann")
    ]


async def test_phone_account(house: House) -> None:
    """The own phone's secret is told to its agent, and that is written down."""
    account = await house.answer("ann", "GET", "/agents/ann/phone")
    assert (account["secret"], house.audit.lines()) == ("phone-secret", [("ann", "phone-account", "agent/ann")])


async def test_an_agent_that_is_not_there(house: House) -> None:
    """404, as for an id that cannot be."""
    statuses = [(await house.ask("sue", "GET", f"/agents/{name}")).status for name in ("zoe", "%00", "a" * 300)]
    assert statuses == [404, 404, 404]

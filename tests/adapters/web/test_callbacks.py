"""The API's promises to call back: who sees them, and who takes them off the list."""

from __future__ import annotations

from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House

from ccserver.core.events import CallbackCancelled
from ccserver.core.ids import InteractionId, QueueId
from ccserver.services.callbacks import CallbackView

ID, FIRST = InteractionId("c1-cb"), InteractionId("c1")
OPEN = CallbackView(
    ID, FIRST, QueueId("support"), "Support", "+442079460007", "Grace", "gold", "waiting", 1, NOON, NOON, NOON, NOON, 0, 3, "",
    None,
)  # fmt: skip


async def test_supervisors_see_the_open_ones(house: House) -> None:
    """With state, place and times."""
    house.centre.promises.append(OPEN)
    (item,) = (await house.answer("sue", "GET", "/callbacks"))["items"]
    assert (item["id"], item["first"], item["number"], item["position"]) == (ID, FIRST, "+442079460007", 1)


async def test_agents_do_not(house: House) -> None:
    """The numbers of those who wait are not theirs."""
    assert (await house.ask("ann", "GET", "/callbacks")).status == 403
    assert (await house.ask("ann", "POST", f"/callbacks/{ID}/cancel")).status == 403


async def test_a_supervisor_cancels_one(house: House) -> None:
    """It is in the audit trail."""
    house.centre.promises.append(OPEN)
    assert (await house.ask("sue", "POST", f"/callbacks/{ID}/cancel")).status == 204
    assert house.centre.asked == [CallbackCancelled(ID)]
    (row,) = (await house.answer("max", "GET", "/audit"))["items"]
    assert (row["actor"], row["action"], row["about"]) == ("sue", "callback-cancelled", f"interaction/{ID}")


async def test_what_is_over_is_not_there(house: House) -> None:
    """404."""
    assert (await house.ask("sue", "POST", f"/callbacks/{ID}/cancel")).status == 404

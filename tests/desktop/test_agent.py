"""The agent's page: presence, the offered call, the call, wrap-up."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk
from tests.desktop.fake_centre import LIN, agent, ago, instant, work_item

from ccserver.core.ids import AgentId, InteractionId
from ccserver.core.records import Document
from ccserver.services.views import ColleagueResultView

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def in_call(desk: Desk) -> None:
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.ring()
    await desk.centre.answer()
    await expect(desk.button("Hang up")).to_be_visible()


async def in_wrap_up(desk: Desk) -> None:
    await in_call(desk)
    await desk.centre.end()
    await expect(desk.button("Done")).to_be_visible()


# -- presence -----------------------------------------------------------------------------------------------------------


async def test_a_reason_is_one_click(desk: Desk) -> None:
    """And the page shows it with its own clock."""
    await desk.sign_in()
    await desk.button("Lunch").click()
    await expect(desk.page.locator(".station .headline")).to_have_text("Lunch")
    assert desk.centre.asked == [("/agents/ann/presence", {"presence": "NOT_READY", "reason": "lunch"})]


async def test_presence_has_keys(desk: Desk) -> None:
    """Shift and a digit for the reasons, r for ready."""
    await desk.sign_in()
    await desk.page.keyboard.press("Shift+Digit1")
    await expect(desk.page.locator(".station .headline")).to_have_text("Break")
    await expect(desk.button("Lunch")).to_be_enabled()
    await desk.page.keyboard.press("r")
    await expect(desk.page.locator(".station .headline")).to_have_text("Ready")


async def test_letters_in_a_field_are_letters(desk: Desk) -> None:
    """Keys are silent while somebody types."""
    await desk.sign_in()
    await desk.page.locator("#dial").press_sequentially("rx")
    await expect(desk.page.locator("#dial")).to_have_value("rx")
    assert desk.centre.asked == []


async def test_single_letter_keys_can_be_switched_off(desk: Desk) -> None:
    """WCAG 2.2, 2.1.4."""
    await desk.sign_in()
    await desk.page.keyboard.press("?")
    await desk.page.get_by_role("switch", name="Single-letter keys").locator("xpath=..").click()
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("dialog")).to_be_hidden()
    await desk.page.keyboard.press("Shift+Digit1")
    await desk.button("Lunch").click()
    await expect(desk.page.locator(".station .headline")).to_have_text("Lunch")
    assert [body["reason"] for _, body in desk.centre.asked] == ["lunch"]


async def test_a_missed_call_is_explained(desk: Desk) -> None:
    """The agent learns why no call comes, and what to do."""
    await desk.sign_in()
    await desk.centre.change("ann", presence="not_ready", reason="rona", since=instant(), is_available=False)
    await expect(desk.stage).to_contain_text("You did not pick up the last call")


async def test_a_phone_that_is_away_is_told_with_what_to_do(desk: Desk) -> None:
    """Ready without a phone does not look ready."""
    await desk.sign_in()
    await desk.centre.change("ann", is_phone_reachable=False, is_available=False)
    await expect(desk.page.locator(".station .headline")).to_have_text("Ready, but no phone")
    await expect(desk.stage).to_contain_text("Switch your SIP phone on")
    await expect(desk.stage.locator(".account")).to_have_text(re.compile("User\\s*ann\\s*Registrar\\s*127.0.0.1:5060"))


async def test_the_demo_says_what_to_type_for_a_phone(desk: Desk) -> None:
    """The command as it must be typed here, to be copied."""
    await desk.sign_in()
    await desk.centre.change("ann", is_phone_reachable=False, is_available=False)
    await expect(desk.stage.locator("code")).to_have_text(".venv/bin/ccserver demo phone ann")
    await desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.button("Copy the command").click()
    assert await desk.page.evaluate("navigator.clipboard.readText()") == ".venv/bin/ccserver demo phone ann"


async def test_outside_of_the_demo_nothing_is_to_be_typed(desk: Desk) -> None:
    """The phone is a real one."""
    desk.centre.phone_command = ""
    await desk.sign_in()
    await desk.centre.change("ann", is_phone_reachable=False, is_available=False)
    await expect(desk.stage.locator(".account")).to_be_visible()
    await expect(desk.stage.locator("code")).to_have_count(0)


async def test_a_refusal_is_shown_in_words(desk: Desk) -> None:
    """The stable code has a text in both languages."""
    await desk.sign_in()
    desk.centre.refuse("/presence", 409, "Not possible now", reason="overloaded")
    await desk.button("Lunch").click()
    await expect(desk.page.locator(".el-message")).to_contain_text("too much to do")


# -- the offered call ---------------------------------------------------------------------------------------------------


async def test_who_calls_and_why_is_there_before_the_phone_rings(desk: Desk) -> None:
    """Name, number, tier, value, queue, reason, script, IVR answers, waiting time, last contacts."""
    await desk.sign_in()
    await desk.centre.offer()
    for fact in (
        "Grace Hopper", "+44 20 7946 0012", "Gold", "48,250", "Queue Support", "Line drops", "Fibre 500", "1:24",
        "support-2026", "Router replaced", "Your phone is about to ring",
    ):  # fmt: skip
        await expect(desk.stage).to_contain_text(fact)


async def test_the_offer_says_what_to_do_when_the_phone_rings(desk: Desk) -> None:
    """There is no answer button: the phone is the agent's own."""
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.ring()
    await expect(desk.stage).to_contain_text("Pick up your phone 1001 to answer")


async def test_the_offer_is_announced(desk: Desk) -> None:
    """To those who do not see the card."""
    await desk.sign_in()
    await desk.centre.offer()
    await expect(desk.stage.get_by_role("alert")).to_have_text(re.compile("Incoming call from Grace Hopper.*Support"))


async def test_the_title_calls_while_a_call_is_offered(desk: Desk) -> None:
    """And is quiet again afterwards."""
    await desk.sign_in()
    await desk.centre.offer()
    await expect(desk.page).to_have_title("Call: Grace Hopper")
    await desk.centre.answer()
    await expect(desk.page).to_have_title("ccserver")


async def test_an_offer_is_declined_by_key(desk: Desk) -> None:
    """x, as on the button."""
    await desk.sign_in()
    await desk.centre.offer()
    await expect(desk.button("Decline")).to_be_visible()
    await desk.page.keyboard.press("x")
    await expect(desk.page.locator(".station .headline")).to_have_text("Call declined")
    assert desk.centre.asked == [("/agents/ann/hangup", {})]


async def test_an_unknown_caller_is_shown_by_number(desk: Desk) -> None:
    """No card, no name: still a call."""
    await desk.sign_in()
    await desk.centre.offer(item=work_item(customer=None, ani="+442079460733"))
    await expect(desk.stage).to_contain_text("Unknown caller")
    await expect(desk.stage).to_contain_text("+44 20 7946 0733")


async def test_hostile_texts_are_texts(desk: Desk) -> None:
    """A caller's name runs nothing and loads nothing."""
    hostile = '<img src=x onerror="document.title=1"><script>alert(1)</script>'
    await desk.sign_in()
    await desk.centre.offer(
        item=work_item(
            customer=None, caller_name=hostile, reason=hostile, answers={hostile: hostile}, explanation=hostile
        )
    )
    await expect(desk.stage.locator("h1")).to_have_text(hostile)
    assert await desk.stage.locator("img, script").count() == 0


# -- the call -----------------------------------------------------------------------------------------------------------


async def test_hold_and_retrieve_by_one_key(desk: Desk) -> None:
    """h holds, h again retrieves."""
    await in_call(desk)
    await desk.page.keyboard.press("h")
    await expect(desk.stage).to_contain_text("The other side hears music")
    await expect(desk.button("Retrieve")).to_be_enabled()
    await desk.page.keyboard.press("h")
    await expect(desk.button("Hold")).to_be_visible()
    assert [path for path, _ in desk.centre.asked] == ["/agents/ann/hold", "/agents/ann/retrieve"]


async def test_the_hold_has_its_own_clock(desk: Desk) -> None:
    """How long the customer hears music, and beside it the length of the call."""
    await desk.sign_in()
    await desk.centre.offer(
        item=work_item(state="held", connected_at=ago(minutes=3, seconds=2), held_at=ago(seconds=12))
    )
    await expect(desk.stage.get_by_role("timer")).to_have_text(re.compile(r"^0:1\d\s+Call 3:0\d\s*$"))
    await expect(desk.page.locator(".station").get_by_role("timer")).to_have_text(re.compile(r"^0:1\d$"))


async def test_a_call_on_hold_can_be_transferred(desk: Desk) -> None:
    """Hold, ask whom, transfer: without going back to the customer."""
    await in_call(desk)
    await desk.page.keyboard.press("h")
    await expect(desk.button("Retrieve")).to_be_enabled()
    await desk.page.keyboard.press("t")
    await desk.page.get_by_role("combobox").fill("sal")
    await desk.page.keyboard.press("Enter")
    await expect(desk.button("Done")).to_be_visible()
    assert desk.centre.asked[-1] == ("/agents/ann/transfer", {"queue": "sales"})


async def test_a_transfer_needs_a_choice(desk: Desk) -> None:
    """The key that opens the panel and a hasty Enter send nobody away."""
    await in_call(desk)
    await desk.page.keyboard.press("t")
    await expect(desk.page.get_by_role("combobox")).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("combobox")).to_be_hidden()
    assert desk.centre.asked == []


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("sal", {"queue": "sales"}),
        ("dia", {"agent": "dia"}),
        ("+44 20 7946 0055", {"number": "+442079460055"}),
        ("020 7946 0055", {"number": "+442079460055"}),
    ],
)
async def test_one_field_finds_queues_colleagues_and_numbers(desk: Desk, typed: str, target: dict[str, str]) -> None:
    """Type, Enter."""
    await in_call(desk)
    await desk.page.keyboard.press("t")
    await expect(desk.page.get_by_role("option").filter(has_text="Dia Okafor")).to_be_visible()
    await desk.page.get_by_role("combobox").press_sequentially(typed)
    await desk.page.keyboard.press("Enter")
    await expect(desk.button("Done")).to_be_visible()
    assert desk.centre.asked == [("/agents/ann/transfer", target)]


async def test_the_transfer_list_is_live(desk: Desk) -> None:
    """Who comes in while the panel is open is found, and whoever is signed out is named as such and not chosen."""
    desk.centre.agents["bob"] = agent("bob", "Bob Martin", "1002", "logged_out")
    await in_call(desk)
    await desk.page.keyboard.press("t")
    await desk.page.get_by_role("combobox").fill("bob")
    bob = desk.page.get_by_role("option")
    await expect(bob).to_have_text(re.compile("Bob Martin.*Signed out"))
    await expect(bob).to_be_disabled()
    await expect(desk.stage).to_contain_text("Whoever is signed out takes no calls now.")
    await bob.click(force=True)
    await expect(desk.page.locator(".panel .el-button--primary")).to_be_disabled()
    await desk.centre.change("bob", presence="ready", is_available=True)
    await expect(bob).to_have_text(re.compile("Bob Martin.*Ready"))
    await expect(bob).to_be_enabled()
    await bob.click()
    await desk.page.get_by_role("button", name="Transfer to Bob Martin").click()
    await expect(desk.button("Done")).to_be_visible()
    assert desk.centre.asked == [("/agents/ann/transfer", {"agent": "bob"})]


async def test_a_transferred_call_comes_with_what_was_written(desk: Desk) -> None:
    """On the offer and in the call, live, beside the own empty notes."""
    await desk.sign_in()
    await desk.centre.offer(item=work_item(transferred_by="Bob Martin"))
    await desk.centre.ring()
    handed = desk.stage.get_by_role("region", name="Transferred by Bob Martin")
    await expect(handed).to_contain_text("No note yet")
    note = ColleagueResultView(AgentId("bob"), "Bob Martin", "follow_up", "Wants a new router")
    await desk.centre.work("ann", earlier_results=(note,))
    await expect(handed).to_contain_text(re.compile("Bob Martin · Follow up.*Wants a new router"))
    await desk.centre.answer()
    await expect(desk.button("Hang up")).to_be_visible()
    await expect(handed).to_contain_text("Wants a new router")
    await expect(desk.stage).to_contain_text("Fibre 500")
    await expect(desk.page.locator("#notes")).to_have_value("")


async def test_a_refused_transfer_keeps_what_was_typed(desk: Desk) -> None:
    """The agent corrects instead of starting again."""
    await in_call(desk)
    desk.centre.refuse("/transfer", 409, "Not possible now", reason="agent_not_available")
    await desk.page.keyboard.press("t")
    field = desk.page.get_by_role("combobox")
    await field.fill("dia")
    await expect(desk.page.get_by_role("option")).to_have_count(1)
    await field.press("Enter")
    await expect(desk.page.locator(".panel .error")).to_contain_text("cannot take a call now")
    await expect(field).to_have_value("dia")


async def test_notes_typed_in_the_call_are_there_in_wrap_up(desk: Desk) -> None:
    """And on the server, without a button."""
    await in_call(desk)
    await desk.page.fill("#notes", "wants fibre")
    await expect(desk.page.locator(".saving")).to_have_text("Saved")
    await desk.centre.end()
    await expect(desk.button("Done")).to_be_visible()
    await expect(desk.page.locator("#notes")).to_have_value("wants fibre")
    item = desk.centre.agents["ann"].work
    assert item is not None
    assert item.notes == "wants fibre"


async def test_a_reload_in_the_call_shows_the_same_call(desk: Desk) -> None:
    """With the notes of the last moment."""
    await in_call(desk)
    desk.centre.refuse("/wrap-up", 503, "A part of the server is away")
    await desk.page.fill("#notes", "half a sent")
    await desk.page.reload()
    await expect(desk.button("Hang up")).to_be_visible()
    await expect(desk.page.locator("#notes")).to_have_value("half a sent")
    await expect(desk.page.locator(".saving")).to_have_text("Saved")


# -- wrap-up ------------------------------------------------------------------------------------------------------------


async def test_wrap_up_is_two_keys(desk: Desk) -> None:
    """A digit and Enter."""
    await in_wrap_up(desk)
    await desk.page.keyboard.press("2")
    await desk.page.keyboard.press("Enter")
    await expect(desk.stage).to_contain_text("Ready for the next call")
    path, body = desk.centre.asked[-1]
    assert (path, body["disposition"], body["done"]) == ("/agents/ann/wrap-up", "callback_promised", True)


async def test_wrap_up_ends_from_the_notes(desk: Desk) -> None:
    """Ctrl and Enter, since Enter is a new line there."""
    await in_wrap_up(desk)
    await desk.page.keyboard.press("1")
    await desk.page.keyboard.press("n")
    await desk.page.keyboard.type("all well")
    await desk.page.keyboard.press("Control+Enter")
    await expect(desk.stage).to_contain_text("Ready for the next call")
    assert desk.centre.asked[-1][1]["notes"] == "all well"


async def test_a_missing_disposition_is_asked_for_once(desk: Desk) -> None:
    """The second Done goes through without."""
    await in_wrap_up(desk)
    await desk.button("Done").click()
    await expect(desk.stage).to_contain_text("Choose a disposition")
    await desk.button("Done").click()
    await expect(desk.stage).to_contain_text("Ready for the next call")


async def test_a_document_is_attached_and_taken_off_again(desk: Desk) -> None:
    """A name and a link; the link is one, and what the agent typed in the notes goes along."""
    await in_wrap_up(desk)
    await desk.page.fill("#notes", "offer sent")
    await desk.button("Link a document").click()
    await expect(desk.page.get_by_label("Name")).to_be_focused()
    await desk.page.keyboard.type("Offer 4711")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".documents .error")).to_contain_text("both a name and a link")
    await desk.page.get_by_label("Link or number").fill("https://crm.example/offers/4711")
    await desk.page.keyboard.press("Enter")
    link = desk.page.get_by_role("link", name="Offer 4711")
    await expect(link).to_have_attribute("href", "https://crm.example/offers/4711")
    await expect(desk.button("Link a document")).to_be_focused()
    await desk.button("Remove Offer 4711").click()
    await expect(link).to_be_hidden()
    saved = [(body["notes"], body["documents"]) for _, body in desk.centre.asked if "documents" in body]
    document = {"name": "Offer 4711", "reference": "https://crm.example/offers/4711"}
    assert saved == [("offer sent", [document]), ("offer sent", [])]


async def test_a_hostile_reference_is_no_link(desk: Desk) -> None:
    """The server refuses it already; the page would not run it either."""
    await in_wrap_up(desk)
    await desk.centre.work("ann", documents=[Document("Offer", "javascript:document.title=1")])
    await expect(desk.page.locator(".documents li")).to_contain_text("javascript:document.title=1")
    assert await desk.page.locator(".documents a").count() == 0


async def test_the_countdown_is_the_servers(desk: Desk) -> None:
    """What is left of the limit, ticking down."""
    await in_wrap_up(desk)
    await expect(desk.stage.get_by_role("timer")).to_have_text(re.compile(r"^0:5\d left"))


async def test_the_closed_call_is_in_the_list(desk: Desk) -> None:
    """Without a reload."""
    await in_wrap_up(desk)
    desk.centre.history = [*desk.centre.history[:1]]
    await desk.page.keyboard.press("1")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".recent li")).to_have_count(1)


async def test_a_transferred_call_comes_into_the_list_when_it_is_over(desk: Desk) -> None:
    """It goes on with a colleague after the own work is closed; nobody has to switch the page."""
    past = desk.centre.history
    desk.centre.history = []
    await in_wrap_up(desk)
    await desk.centre.close_work()
    async with desk.page.expect_response("**/interactions?**"):
        pass
    desk.centre.history = [replace(past[0], id=InteractionId("i1"))]
    await expect(desk.page.locator(".recent li")).to_have_count(1, timeout=10_000)


# -- the demo, the other language --------------------------------------------------------------------------------


async def test_a_caller_can_be_let_in_in_the_demo(desk: Desk) -> None:
    """One person alone sees a call arrive."""
    await desk.sign_in()
    await desk.button("Let a caller ring in").click()
    await expect(desk.stage).to_contain_text("Incoming call")


async def test_chinese_shows_the_same_call(desk: Desk) -> None:
    """Every text of the card is in the catalogue."""
    await desk.sign_in()
    await desk.page.click("button.me")
    await desk.page.get_by_role("menuitem", name="简体中文").click()
    await desk.centre.offer(item=work_item(customer=LIN, ani="+8613800138000"))
    await expect(desk.stage).to_contain_text("林晓雯")
    await expect(desk.stage).to_contain_text("您的话机即将振铃")

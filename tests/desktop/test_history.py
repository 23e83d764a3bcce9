"""The history: found by conditions, opened from everywhere, with everything that is known of a call."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, Locator, expect
from tests.desktop.conftest import Desk
from tests.desktop.fake_centre import GRACE, ago, busy_centre, serving, work_item
from tests.desktop.fake_history import ended
from tests.desktop.test_access import sign_in, violations

from ccserver.core.customer import PastContact
from ccserver.core.ids import InteractionId
from ccserver.core.records import Document, SegmentKind
from ccserver.services.views import AheadView, KeptView, WhyView

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def at_the_history(desk: Desk, user: str = "sue") -> Locator:
    """The rows of the list, once they are there."""
    await desk.sign_in(user)
    await desk.page.get_by_role("link", name="History").click()
    rows = desk.page.locator(".history tbody tr")
    await expect(rows.first).to_be_visible()
    return rows


def panel(desk: Desk) -> Locator:
    return desk.page.get_by_role("complementary")


async def test_a_supervisor_finds_every_call(desk: Desk) -> None:
    """Customer, number, result, disposition, the customer's call and the talk, agent and queue by name."""
    rows = await at_the_history(desk)
    await expect(rows).to_have_count(9)
    for fact in (
        "Grace Hopper",
        "+44 20 7946 0012",
        "Gold",
        "Answered",
        "Resolved",
        "4:22",
        "3:17",
        "Ann Turner",
        "Support",
    ):
        await expect(rows.first).to_contain_text(fact)


async def test_an_agent_finds_the_own_calls(desk: Desk) -> None:
    """And on request those of the customers the agent deals with: the server decides which these are."""
    await at_the_history(desk, "ann")
    assert desk.centre.looked_for[-1]["agent"] == "ann"
    await desk.page.get_by_role("switch", name="Only my calls").locator("xpath=..").click()
    await expect(desk.page.locator(".history tbody tr")).to_have_count(9)
    assert "agent" not in desk.centre.looked_for[-1]
    await expect(desk.page.get_by_label("Agent", exact=True)).to_have_count(0)


@pytest.mark.parametrize(
    ("label", "choice", "count"),
    [("Queue", "Sales", 1), ("Agent", "Bob Martin", 3), ("Direction", "Call out", 1), ("Result", "Voicemail", 1), ("Time", "All", 9)],
)  # fmt: skip
async def test_conditions_are_selects(desk: Desk, label: str, choice: str, count: int) -> None:
    """Each asks the server at once."""
    rows = await at_the_history(desk)
    await desk.page.get_by_label(label, exact=True).select_option(label=choice)
    await expect(rows).to_have_count(count)


async def test_a_name_or_number_is_searched_while_typing(desk: Desk) -> None:
    """f leads to the field; clearing the filters brings everything back."""
    rows = await at_the_history(desk)
    await desk.page.keyboard.press("f")
    await desk.page.keyboard.type("wirth")
    await expect(rows).to_have_count(1)
    await desk.button("Clear filters").click()
    await expect(rows).to_have_count(9)


async def test_yesterday_has_a_begin_and_an_end(desk: Desk) -> None:
    """By the reader's clock."""
    await at_the_history(desk)
    async with desk.page.expect_response(re.compile("until=")):
        await desk.page.get_by_label("Time", exact=True).select_option("yesterday")
    asked = desk.centre.looked_for[-1]
    assert asked["since"] < asked["until"] <= ago().isoformat()


async def test_nothing_found_is_said(desk: Desk) -> None:
    """Not an empty page."""
    await at_the_history(desk)
    await desk.page.get_by_label("Name or number").fill("nobody of this name")
    await expect(desk.page.get_by_text("No call matches.")).to_be_visible()


async def test_further_pages_are_added(desk: Desk) -> None:
    """With the cursor of the page before."""
    desk.centre.page_size = 4
    rows = await at_the_history(desk)
    await expect(desk.page.get_by_role("status")).to_have_text("4 calls, more are there")
    await desk.button("Show more").click()
    await expect(rows).to_have_count(8)
    await desk.button("Show more").click()
    await expect(rows).to_have_count(9)
    await expect(desk.button("Show more")).to_have_count(0)


async def test_one_call_shows_all_that_is_known(desk: Desk) -> None:
    """Facts, data of the menu, script, documents, notes, and who it was offered to and why."""
    await at_the_history(desk)
    await desk.button("Grace Hopper").first.click()
    for fact in (
        "Grace Hopper", "+44 20 7946 0012", "Call in", "Telephone", "4:22 (5:10 with wrap-up)", "3:17", "Answered", "Resolved",
        "Line drops", "Ann Turner", "Support", "Fibre 500", "support_line_drops", "router-exchange.pdf", "Recorded call, 0:03",
        "Router replaced", "Not picked up", "Picked up",
    ):  # fmt: skip
        await expect(panel(desk)).to_contain_text(fact)


async def test_the_course_is_drawn_to_scale(desk: Desk) -> None:
    """Each part as wide as it was long, and told in words too."""
    await at_the_history(desk)
    await desk.button("Grace Hopper").first.click()
    parts = panel(desk).locator(".stretch")
    await expect(parts).to_have_count(7)
    boxes = [await parts.nth(index).bounding_box() for index in (1, 3)]
    widths = [box["width"] for box in boxes if box]
    assert widths[1] / widths[0] == pytest.approx(130 / 38, rel=0.02)
    await expect(panel(desk).get_by_role("listitem").first).to_contain_text("Menu")


async def test_wrap_up_beside_the_call_has_a_line_of_its_own(desk: Desk) -> None:
    """The first agent writes while the caller waits for the second."""
    kinds = SegmentKind
    call = ended(20, 5, ((kinds.TALK, 30.0), (kinds.QUEUE, 40.0), (kinds.TALK, 50.0)), name="Ada Lovelace")
    talk = call.segments[0]
    wrap_up = replace(
        talk, kind=kinds.WRAP_UP, started_at=talk.ended_at, ended_at=talk.ended_at + timedelta(seconds=20)
    )
    desk.centre.history = [replace(call, segments=(*call.segments, wrap_up))]
    await at_the_history(desk)
    await desk.button("Ada Lovelace").click()
    parts = panel(desk).locator(".stretch")
    await expect(parts).to_have_count(4)
    tops = [await part.evaluate("part => part.offsetTop") for part in await parts.all()]
    assert len(set(tops)) == 2


async def test_the_explanation_is_in_the_readers_language_with_names_and_local_time(browser: Browser) -> None:
    """On the Chinese page nothing of it is English, an id or UTC."""
    centre = busy_centre()
    async with serving(centre) as address:
        context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        page = await context.new_page()
        await sign_in(address, page, "ann")
        idle_since = ago(minutes=7)
        why = WhyView("longest_idle", 3, idle_since, ("Fay Novak",), (), False, "")
        await centre.offer(item=work_item(why=why))
        hour = (idle_since + timedelta(hours=8)).strftime("%H:%M")
        await expect(page.locator(".why")).to_have_text(
            f"为何分配给您 在 3 位空闲且能够接听的坐席中，您等待的时间最长（自 {hour} 起）。空闲但不具备所需技能：Fay Novak。"
        )
        await context.close()


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (WhyView("longest_idle", 1, None, (), (), False, ""), "You were the only one free who could take it."),
        (WhyView("longest_idle", 2, None, (), ("Bob Martin", "Cem Yildiz"), False, ""),
         "Of 2 free agents who could take it, you had waited longest. Did not take this call before: Bob Martin and Cem Yildiz."),
        (WhyView("longest_idle", 1, None, (), (), False, "", ("Bob Martin",)),
         "You were the only one free who could take it. Ready, but their page is not open: Bob Martin."),
        (WhyView("longest_idle", 1, None, (), (), True, ""),
         "You were the only one free who could take it. Nobody else could take it."),
        (WhyView("most_urgent", 2, None, (), (), False, "", (), "targets", "gold", 75.0, 7, 0.8, 0.25,
                 (AheadView(InteractionId("i7"), 0.1),), (KeptView("Bob Martin", 1.5),)),
         "Of 2 free agents who could take it, you were the one to be spared most easily. The most urgent call: waited 1:15, "
         "tier Gold. One call waits longer and is less urgent. Kept free for other calls: Bob Martin."),
        (WhyView("most_urgent", 1, None, (), (), False, ""),
         "You were the only one free who could take it. The most urgent call: waited 0:00."),
        (WhyView("transferred", 0, None, (), (), False, "Bob Martin"), "Bob Martin transferred it to you."),
        (WhyView("of_a_later_version", 0, None, (), (), False, ""), "the server's own words"),
        (None, "the server's own words"),
    ],
)  # fmt: skip
async def test_the_explanation_has_the_right_plural(desk: Desk, why: WhyView | None, sentence: str) -> None:
    """One agent is not two; what the page does not know comes in the server's words."""
    await desk.sign_in()
    await desk.centre.offer(item=work_item(why=why, explanation="the server's own words"))
    await expect(desk.page.locator(".why")).to_have_text(f"Why this call came to you {sentence}")


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en-GB", [
            "To the outside number +44 20 7946 0999 · ", " · Busy", "Rule 2 of the queue Sales, after a wait of 0:21. It held: waited 0:21 (0:20 or more); "
            "0 agents of Sales ready (below 1); office closed.",
            "To the queue Support · ", "The queue Sales closed; the caller had waited 0:24.",
        ]),
        ("zh-CN", [
            "转到外部号码 +44 20 7946 0999 · ", "队列 Sales 的规则 2，已等待 0:21。满足条件：已等待 0:21（不少于 0:20）；"
            "Sales 有 0 位坐席就绪（少于 1）；office 不在服务时间。",
            "转到队列 Support · ", "队列 Sales 已下班，来电者已等待 0:24。",
        ]),
    ],
)  # fmt: skip
async def test_where_a_caller_was_sent_on_is_told_with_the_reason(
    browser: Browser, language: str, lines: list[str]
) -> None:
    """In the reader's language: where to, what came of it, and which conditions held with what they found."""
    async with serving(busy_centre()) as address:
        context = await browser.new_context(locale=language)
        page = await context.new_page()
        await sign_in(address, page, "sue")
        await page.evaluate("location.hash = '/history/call/h0'")
        for line in lines:
            await expect(page.locator("aside.panel")).to_contain_text(line)
        await context.close()


async def test_a_call_without_a_menu_shows_none(desk: Desk) -> None:
    """The reason of the number called is no answer of the caller."""
    await desk.sign_in()
    await desk.centre.offer(item=work_item(answers={}, reason="Support"))
    await expect(desk.stage).to_contain_text("About this call")
    await expect(desk.stage).not_to_contain_text("Chosen in the menu")


async def test_my_last_calls_show_the_customers_time(desk: Desk) -> None:
    """Without wrap-up; a call that nobody answered says so and shows no length."""
    await desk.sign_in()
    rows = desk.page.locator(".recent li")
    await expect(rows.nth(1)).to_contain_text("1:35, talked 1:18")
    await expect(rows.nth(2)).to_contain_text("Nobody answered")
    await expect(rows.nth(2)).not_to_contain_text(re.compile(r"\d:\d\d"))
    await expect(rows.nth(5)).to_contain_text("taken by Bob Martin")


async def test_a_last_call_opens_and_escape_leads_back(desk: Desk) -> None:
    """The focus goes into the call, and back to where it came from."""
    await desk.sign_in()
    opener = desk.button("Open the call with Alan Kay")
    await opener.focus()
    await desk.page.keyboard.press("Enter")
    await expect(panel(desk).get_by_role("heading", name="Alan Kay")).to_be_focused()
    await desk.page.keyboard.press("Escape")
    await expect(panel(desk)).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_last_contact_has_the_words_of_the_history(desk: Desk) -> None:
    """A call out that was ended before an answer is not merely "not reached"."""
    ended_early = PastContact(ago(days=2), "outbound", "", "ann", "not_reached", "", end_cause="cancelled")
    await desk.sign_in()
    await desk.centre.offer(item=work_item(customer=replace(GRACE, last_contacts=(ended_early,))))
    await expect(desk.stage.locator(".context")).to_contain_text("Ended before an answer · 2 days ago")


async def test_a_last_contact_opens_beside_the_call(desk: Desk) -> None:
    """With disposition, agent and queue by name; the call in hand stays in reach."""
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.answer()
    contacts = desk.stage.locator(".context")
    await expect(contacts).to_contain_text("Callback promised · 3 days ago · Bob Martin · Support")
    await contacts.get_by_role("button", name=re.compile("Callback promised")).click()
    await expect(panel(desk)).to_contain_text("Demo data")
    await expect(panel(desk)).to_contain_text("Promised to call back if the line still drops.")
    await desk.button("Hang up").click()
    await expect(desk.button("Done")).to_be_visible()


async def test_an_offered_call_puts_old_calls_away(desk: Desk) -> None:
    """Whoever reads the history is brought to the desk."""
    await at_the_history(desk, "ann")
    await desk.button("Alan Kay").click()
    await expect(panel(desk)).to_be_visible()
    await desk.centre.offer()
    await expect(desk.stage).to_contain_text("Grace Hopper")
    await expect(panel(desk)).to_have_count(0)


async def test_an_opened_call_has_an_address(desk: Desk) -> None:
    """A reload or a colleague's link comes back to it; what is not there is said."""
    await at_the_history(desk)
    await desk.button("Alan Kay").click()
    await expect(panel(desk)).to_contain_text("Sent information")
    await desk.page.reload()
    await expect(panel(desk)).to_contain_text("Sent information")
    await desk.page.evaluate("location.hash = '/history/call/unknown'")
    await expect(panel(desk)).to_contain_text("not in the history")


@pytest.mark.parametrize(("language", "theme"), [("en-GB", "light"), ("zh-CN", "dark")])
async def test_axe_finds_nothing(browser: Browser, language: str, theme: Literal["light", "dark"]) -> None:
    """The list and the opened call."""
    async with serving(busy_centre()) as address:
        context = await browser.new_context(locale=language, color_scheme=theme, reduced_motion="reduce")
        page = await context.new_page()
        await sign_in(address, page, "sue")
        await page.evaluate("location.hash = '/history'")
        await expect(page.locator(".history tbody tr").first).to_be_visible()
        found = [await violations(page)]
        await page.locator(".opener").first.click()
        await expect(page.locator(".timeline")).to_be_visible()
        found.append(await violations(page))
        await context.close()
    assert found == [[], []], json.dumps(found)


async def test_a_phones_width_needs_no_sideways_scrolling(desk: Desk) -> None:
    """320 CSS pixels, WCAG 2.2, 1.4.10."""
    await desk.page.set_viewport_size({"width": 320, "height": 700})
    await at_the_history(desk)
    assert await desk.page.evaluate("document.documentElement.scrollWidth") <= 320
    await desk.button("Alan Kay").click()
    await expect(panel(desk)).to_contain_text("Sent information")
    assert await desk.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await panel(desk).evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0


async def test_a_message_is_heard(desk: Desk) -> None:
    """The player has a name for the screen reader, and plays what the server sends."""
    await at_the_history(desk)
    await desk.button("林晓雯").click()
    player = panel(desk).get_by_label("Message left, 0:03")
    await player.evaluate("player => { player.muted = true; return player.play() }")
    await expect(player).to_have_js_property("error", None)
    assert await player.evaluate("player => player.duration") == 3
    await expect(panel(desk).get_by_role("link", name="Download")).to_be_visible()


async def test_agents_listen_but_do_not_download(desk: Desk) -> None:
    """The link is for supervisors and admins."""
    await at_the_history(desk, "ann")
    await desk.button("Grace Hopper").first.click()
    await expect(panel(desk).get_by_label("Recorded call, 0:03")).to_be_visible()
    await expect(panel(desk).get_by_role("link", name="Download")).to_have_count(0)


async def test_the_browsers_own_menus_offer_no_download(desk: Desk) -> None:
    """Neither the player's menu nor the one of the right button: what is kept goes by the link, and into the audit trail."""
    await at_the_history(desk, "ann")
    await desk.button("Grace Hopper").first.click()
    player = panel(desk).get_by_label("Recorded call, 0:03")
    assert await player.evaluate("player => player.controlsList.contains('nodownload')")
    shows_menu = "player => player.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true}))"
    assert not await player.evaluate(shows_menu)


async def test_dates_are_written_as_the_reader_writes_them(desk: Desk) -> None:
    """By the browser's region where it speaks the page's language: a British one has no American dates."""
    rows = await at_the_history(desk)
    await expect(rows.first.locator("td.time").first).to_have_text(
        re.compile(r"^\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d$")
    )


async def test_only_addresses_of_the_web_are_links_to_documents(desk: Desk) -> None:
    """A link opens beside the page and tells the other side nothing of it; every other reference is text."""
    documents = (Document("Offer", "https://crm.example/o/1"), Document("Letter", "javascript:document.title=1"))
    desk.centre.history[0] = replace(desk.centre.history[0], documents=documents)
    await at_the_history(desk)
    await desk.button("Grace Hopper").first.click()
    await expect(panel(desk)).to_contain_text("Letter (javascript:document.title=1)")
    links = panel(desk).locator("dd a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://crm.example/o/1")
    await expect(links).to_have_attribute("rel", "noopener noreferrer")
    await expect(links).to_have_attribute("target", "_blank")

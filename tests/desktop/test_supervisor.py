"""The supervisor's live view."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk
from tests.desktop.fake_centre import agent, waiting

from ccserver.services.views import TierView

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_queues_show_the_line_in_the_order_of_service(desk: Desk) -> None:
    """The server's order, not that of the clock."""
    await desk.sign_in("sue")
    line = desk.page.locator("article.queue", has_text="Support").locator("ol li .who")
    assert await line.all_inner_texts() == [
        "林晓雯", "Grace Hopper", "+44 20 7946 0003", "Edsger Dijkstra", "Barbara Liskov",
    ]  # fmt: skip


async def test_the_longest_wait_goes_on_by_itself(desk: Desk) -> None:
    """Pictures come only when something changes; the clock does not stop."""
    await desk.sign_in("sue")
    wait = desk.page.locator("article.queue", has_text="Support").locator(".big dd").nth(1)
    await expect(wait).to_have_text(re.compile(r"2:0[4-9]"))


async def test_a_change_of_one_queue_leaves_the_others(desk: Desk) -> None:
    """Only what changed is sent."""
    await desk.sign_in("sue")
    sales = replace(desk.centre.queues["sales"], waiting=1, line=(waiting(1, "Niklaus Wirth", "gold", 3),))
    await desk.centre.set_queue(sales)
    await expect(desk.page.locator("article.queue", has_text="Sales")).to_contain_text("Niklaus Wirth")
    await expect(desk.page.locator("article.queue")).to_have_count(3)


async def test_the_service_level_is_a_figure_too(desk: Desk) -> None:
    """The ring has a name for those who do not see it."""
    await desk.sign_in("sue")
    ring = desk.page.get_by_role("img", name=re.compile("Service level 86%, answered within 60 s"))
    await expect(ring).to_be_visible()


async def test_agents_show_state_reason_and_call(desk: Desk) -> None:
    """Who does what since when."""
    await desk.sign_in("sue")
    row = desk.page.get_by_role("row", name=re.compile("Cem Yildiz"))
    await expect(row).to_contain_text("Lunch")
    await expect(desk.page.get_by_role("row", name=re.compile("Bob Martin"))).to_contain_text("林晓雯")


async def test_an_agents_change_is_pushed(desk: Desk) -> None:
    """No reload."""
    await desk.sign_in("sue")
    await desk.centre.change("cem", presence="ready", reason="", is_available=True)
    await expect(desk.page.get_by_role("row", name=re.compile("Cem Yildiz"))).to_contain_text("Ready")


async def test_signed_out_agents_are_out_of_the_way(desk: Desk) -> None:
    """And found by name."""
    await desk.sign_in("sue")
    await expect(desk.page.get_by_role("row", name=re.compile("Gus Hansen"))).to_have_count(0)
    await desk.page.keyboard.press("f")
    await desk.page.keyboard.type("gus")
    await expect(desk.page.get_by_role("row", name=re.compile("Gus Hansen"))).to_be_visible()


async def test_a_supervisor_who_takes_calls_has_both_pages(desk: Desk) -> None:
    """And is brought to the desk by an offered call."""
    await desk.sign_in("eve")
    await expect(desk.page.locator("article.queue").first).to_be_visible()
    await desk.centre.offer("eve")
    await expect(desk.stage).to_contain_text("Grace Hopper")


async def test_an_agent_sees_queues_but_no_callers(desk: Desk) -> None:
    """Other people's customers are not theirs to see."""
    await desk.sign_in("ann")
    await expect(desk.page.locator(".rail")).to_contain_text("5 waiting")
    await expect(desk.page.get_by_text("Barbara Liskov")).to_have_count(1)  # only in the own history


async def test_admins_find_the_api(desk: Desk) -> None:
    """In the menu."""
    await desk.sign_in("pat")
    await desk.page.click("button.me")
    await expect(desk.page.get_by_role("menuitem", name="API documentation")).to_be_visible()


async def test_ready_without_a_page_does_not_look_ready(desk: Desk) -> None:
    """Or nobody finds out why callers wait."""
    await desk.sign_in("sue")
    await desk.centre.change("ann", is_available=False, lacks_page=True)
    ann = desk.page.get_by_role("row", name=re.compile("Ann Turner"))
    await expect(ann).to_contain_text("No calls until the page is open again")


async def test_signed_out_agents_are_counted(desk: Desk) -> None:
    """Fifty of them stay behind one switch."""
    for number in range(50):
        name = f"load{number:02}"
        desk.centre.agents[name] = agent(name, f"Load {number}", f"2{number:03}", "logged_out")
    await desk.sign_in("sue")
    await expect(desk.page.get_by_role("row", name=re.compile("Load"))).to_have_count(0)
    await desk.page.get_by_role("switch", name="Show 51 signed-out agents").locator("xpath=..").click()
    await expect(desk.page.get_by_role("row", name=re.compile("Load"))).to_have_count(50)


async def test_tiers_are_shown_only_where_there_are_some(desk: Desk) -> None:
    """A single row for customers without a tier would repeat the queue; one for nobody says nothing."""
    sales, billing = desk.centre.queues["sales"], desk.centre.queues["billing"]
    nothing = TierView("", 0, 0, 0, 0)
    desk.centre.queues["sales"] = replace(sales, tiers=(TierView("", 1, 4, 3, 2),))
    desk.centre.queues["billing"] = replace(billing, tiers=(nothing, TierView("gold", 1, 2, 2, 2)))
    await desk.sign_in("sue")
    await expect(desk.page.locator("article.queue", has_text="Sales").locator("table")).to_have_count(0)
    rows = desk.page.locator("article.queue", has_text="Billing").locator("tbody tr")
    await expect(rows).to_have_count(1)


async def test_a_tier_is_judged_like_its_queue(desk: Desk) -> None:
    """Two gold callers who gave up are 0 %, not a dash: the server's figure is drawn, no other."""
    tiers = (TierView("gold", 0, 2, 0, 0, 0.0), TierView("basic", 0, 7, 5, 5, 5 / 7), TierView("silver", 1, 0, 0, 0))
    desk.centre.queues["sales"] = replace(desk.centre.queues["sales"], tiers=tiers)
    await desk.sign_in("sue")
    percents = desk.page.locator("article.queue", has_text="Sales").locator("tbody .percent")
    await expect(percents).to_have_text(["0%", "71%", "–"])


async def test_usual_tiers_have_a_name_in_each_language(desk: Desk) -> None:
    """Others stay as the customers' file has them."""
    tiers = (TierView("gold", 0, 2, 0, 0, 0.0), TierView("friends_of_us", 0, 7, 5, 5, 5 / 7))
    desk.centre.queues["sales"] = replace(desk.centre.queues["sales"], tiers=tiers)
    await desk.sign_in("sue")
    await desk.page.focus("button.me")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("menuitem", name="简体中文").focus()
    await desk.page.keyboard.press("Enter")
    shown = desk.page.locator("article.queue", has_text="Sales").locator("tbody .tier")
    await expect(shown).to_have_text(["金牌", "Friends of us"])


@pytest.mark.parametrize("user", ["ann", "sue"])
async def test_nothing_overflows_on_a_small_window(desk: Desk, user: str) -> None:
    """At 800 px, with a call and without, in both roles."""
    await desk.page.set_viewport_size({"width": 800, "height": 900})
    await desk.sign_in(user)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await desk.page.evaluate(wide) <= 0
    await desk.centre.offer()
    await desk.centre.ring()
    await desk.centre.answer()
    await expect(desk.page.get_by_text("Grace Hopper").first).to_be_visible()
    assert await desk.page.evaluate(wide) <= 0
    await desk.page.get_by_role("link", name="History").click()
    await expect(desk.page.get_by_role("heading", name="History", level=1)).to_be_visible()
    assert await desk.page.evaluate(wide) <= 0


async def test_a_long_name_is_not_cut(desk: Desk) -> None:
    """Whoever waits is named in full, whatever the width."""
    name = "Wilhelmina Constantinopoulos-Featherstonehaugh of Upper Wallop and Nether Wallop"
    await desk.page.set_viewport_size({"width": 820, "height": 900})
    await desk.sign_in("sue")
    await desk.centre.set_queue(
        replace(desk.centre.queues["sales"], waiting=1, line=(waiting(1, name, "gold", 3, offered_to="ann"),))
    )
    shown = desk.page.locator("article.queue", has_text="Sales").locator(".who")
    await expect(shown).to_have_text(name)
    assert await shown.evaluate("text => text.scrollWidth - text.clientWidth") <= 0


async def test_the_language_is_switched_without_losing_the_place(desk: Desk) -> None:
    """The focus is back on the menu's button."""
    await desk.sign_in("sue")
    await desk.page.focus("button.me")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("menuitem", name="简体中文").focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("heading", name="坐席")).to_be_visible()
    await expect(desk.page.locator("button.me")).to_be_focused()

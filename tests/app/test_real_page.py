"""The page, the real server, the real Asterisk: a caller goes through the menu to an agent and into the history."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from tests.desktop.conftest import browser, built_page
from tests.desktop.real_centre import AGENTS_TONE, CALLERS_TONE, MAIN, AgentPhone, RealCentre, press, real_centre, until

from ccserver.adapters.softphone import Call, Softphone

__all__ = ["browser", "built_page"]
pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]
LIN, LIN_NAME = "+442079460000", "林嘉欣"
UTE, UTE_NAME = "+442079460001", "Ute Grünwald"
PROMISED = "Promised to send the invoice again."


@pytest.fixture(autouse=True)
def _patience() -> None:
    """Tests wait for facts; the limit is for machines under load."""
    expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(built_page: None) -> AsyncIterator[RealCentre]:
    """One server for all tests here; each leaves it without a call."""
    async with real_centre() as centre:
        yield centre


@dataclass
class Person:
    """Somebody at a page of their own. `complaints` are the browser's."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def stage(self) -> Locator:
        return self.page.locator(".stage")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def goes_ready(self) -> None:
        await self.page.locator("button.ready").click()
        await expect(self.page.locator("button.ready")).to_have_attribute("aria-pressed", "true")
        await expect(self.page.locator(".station .phone")).not_to_have_class(re.compile("gone"))


@asynccontextmanager
async def signed_in(browser: Browser, centre: RealCentre, user: str, locale: str = "en-GB") -> AsyncIterator[Person]:
    """The user's page, empty before; a complaint of the browser fails the test."""
    context = await browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    person = Person(await context.new_page())
    person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
    try:
        await person.page.goto(centre.address)
        await person.page.fill("#user", user)
        await person.page.fill("#password", f"demo-{user}")
        await person.page.press("#password", "Enter")
        await expect(person.page.locator("header.bar")).to_be_visible()
        yield person
    finally:
        await context.close()
    assert person.complaints == []


@dataclass
class Floor:
    """Ann at her page with her phone, and the trunk that callers come from."""

    centre: RealCentre
    ann: Person
    phone: AgentPhone
    trunk: Softphone

    async def orders(self, number: str = LIN) -> Call:
        """A caller presses 4 and types an order number, as soon as the call is answered."""
        call = await self.trunk.call(MAIN, number)
        await until(call.answered.is_set, "the menu answers")
        press(call, "477141#")
        return call

    async def talks(self, number: str = LIN) -> tuple[Call, Call, str]:
        """Such a caller in conversation with ann; the interaction's id comes with it."""
        caller = await self.orders(number)
        agent = await self.phone.answer()
        await expect(self.ann.button("Hang up")).to_be_visible()
        await expect(self.ann.button("Hold")).to_be_enabled()
        shown = await self.centre.ask("GET", "/agents/ann")
        return caller, agent, shown["work"]["interaction"]

    async def closes(self, notes: str = "") -> None:
        """Wrap-up with the first disposition."""
        await expect(self.ann.button("Done")).to_be_visible()
        await self.ann.page.fill("#notes", notes)
        await self.ann.page.locator(".dispositions button").first.click()
        await self.ann.button("Done").click()
        await expect(self.ann.page.locator("#notes")).to_be_hidden()


@asynccontextmanager
async def open_floor(browser: Browser, centre: RealCentre, locale: str) -> AsyncIterator[Floor]:
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(centre.phone("ann"))
        trunk = await stack.enter_async_context(centre.callers())
        ann = await stack.enter_async_context(signed_in(browser, centre, "ann", locale))
        await ann.goes_ready()
        yield Floor(centre, ann, phone, trunk)
        for call in [*trunk.calls.values(), *phone.rung]:
            call.hang_up()
        await centre.until_idle("ann")


@pytest_asyncio.fixture(loop_scope="session")
async def floor(browser: Browser, centre: RealCentre) -> AsyncIterator[Floor]:
    """Ann is ready, in English."""
    async with open_floor(browser, centre, "en-GB") as floor:
        yield floor


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def earlier_call(browser: Browser, centre: RealCentre) -> str:
    """Lin Jiaxin has called before, and Ann noted what she promised. The interaction's id."""
    async with open_floor(browser, centre, "en-GB") as floor:
        caller, _, interaction = await floor.talks()
        caller.hang_up()
        await floor.closes(PROMISED)
        await centre.record(interaction, lambda row: row["notes"] == PROMISED)
    return interaction


async def test_who_calls_is_on_the_screen_before_the_phone_is_answered(floor: Floor, earlier_call: str) -> None:
    """Name, number, tier, value, reason, what was typed in the menu, the last contact; the phone still rings."""
    await floor.orders()
    ringing = await floor.phone.rings()
    for fact in (
        LIN_NAME, "+44 20 7946 0000", "Platinum", "152,300", "Queue Support", "Incoming call", "Order", "77141",
        "+44 808 157 0100", PROMISED, "Pick up your phone 1001",
    ):  # fmt: skip
        await expect(floor.ann.stage).to_contain_text(fact)
    assert not ringing.answered.is_set()


async def test_chinese_shows_the_same_card(browser: Browser, centre: RealCentre, earlier_call: str) -> None:
    """The same call for an agent whose browser is Chinese."""
    async with open_floor(browser, centre, "zh-CN") as floor:
        await floor.orders()
        await floor.phone.rings()
        for fact in (LIN_NAME, "来电", "价值", "菜单选择", "77141", "最近联系", PROMISED, "请拿起话机 1001 接听"):
            await expect(floor.ann.stage).to_contain_text(fact)


async def test_each_hears_the_other_until_the_caller_is_put_on_hold(floor: Floor) -> None:
    """Real audio through the real PBX; on hold the caller has music, and afterwards the agent again."""
    caller, agent, _ = await floor.talks(UTE)
    await until(lambda: agent.audio.hears(CALLERS_TONE), "ann hears the caller")
    await until(lambda: caller.audio.hears(AGENTS_TONE), "the caller hears ann")
    await floor.ann.page.keyboard.press("h")
    await expect(floor.ann.stage).to_contain_text("The other side hears music")
    await until(lambda: caller.audio.hears_something() and not caller.audio.hears(AGENTS_TONE), "music")
    await floor.ann.page.keyboard.press("h")
    await until(lambda: caller.audio.hears(AGENTS_TONE), "the caller hears ann again")


async def test_the_closed_call_is_in_history_database_and_list(floor: Floor) -> None:
    """Disposition, notes, menu keys and all segments: over the API, in the CRM database, among Ann's last calls."""
    caller, _, interaction = await floor.talks(UTE)
    await floor.ann.button("Hang up").click()
    await until(caller.ended.is_set, "the caller's call ends")
    await floor.closes("Wants the larger box.")
    row = await floor.centre.record(interaction, lambda row: row["notes"])
    assert (row["customer_name"], row["agent"], row["queue"], row["result"]) == (UTE_NAME, "ann", "support", "answered")
    assert (row["disposition"], row["notes"]) == ("solved", "Wants the larger box.")
    assert row["ivr_answers"] == {"menu_key": "4", "order_number": "77141"}
    assert [segment["kind"] for segment in row["segments"]] == ["ivr", "ring", "talk", "wrap_up"]

    def in_the_database() -> Any:
        (found,) = floor.centre.rows("SELECT * FROM interactions WHERE id = ?", interaction)
        return found

    await until(lambda: in_the_database()["is_final"], "the last word of it is in the CRM database")
    stored = in_the_database()
    assert (stored["notes"], stored["disposition"], stored["ani"]) == ("Wants the larger box.", "solved", UTE)
    kinds = floor.centre.rows("SELECT kind FROM segments WHERE interaction = ? ORDER BY position", interaction)
    assert [kind["kind"] for kind in kinds] == ["ivr", "ring", "talk", "wrap_up"]
    await expect(floor.ann.page.locator(".recent li").first).to_contain_text(UTE_NAME)


async def test_the_supervisor_sees_the_line_and_who_takes_the_call(browser: Browser, floor: Floor) -> None:
    """Waiting while nobody is free, then in Ann's hands; nobody reloads a page."""
    await floor.ann.button("Lunch").click()
    async with signed_in(browser, floor.centre, "sue") as sue:
        support = sue.page.locator("article.queue", has_text="Support")
        await expect(support.locator("ol li")).to_have_count(0)
        await floor.orders()
        await expect(support.locator("ol li .who")).to_have_text([LIN_NAME])
        await expect(support.locator(".big dd").first).to_have_text("1")
        await floor.ann.goes_ready()
        await floor.phone.answer()
        await expect(support.locator("ol li")).to_have_count(0)
        await expect(sue.page.get_by_role("row", name=re.compile("Ann Okafor"))).to_contain_text(LIN_NAME)

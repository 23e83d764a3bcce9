"""Accessibility by axe-core (WCAG 2.2 AA), page weight, and that nothing foreign is asked for."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect
from tests.desktop.conftest import ROOT, Desk
from tests.desktop.fake_centre import PASSWORD, STATIC, FakeCentre, busy_centre, serving

from ccserver.core.records import Document

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = ROOT / "desktop" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
    const found = await axe.run(document, {runOnly: tags})
    return JSON.stringify(found.violations.map(v => [v.id, v.nodes.map(n => n.html + ' ' + n.failureSummary)]))
}"""


async def sign_in(address: str, page: Page, user: str) -> None:
    await page.goto(address)
    await page.fill("#user", user)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await expect(page.locator("header.bar")).to_be_visible()


async def violations(page: Page) -> list[object]:
    """What axe finds on the page as it is now."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing: python tools/build_desktop.py --check installs it")
    if await page.evaluate("typeof axe === 'undefined'"):
        await page.evaluate(AXE.read_text())
    found: list[object] = json.loads(await page.evaluate(RUN, RULES))
    return found


async def agents_day(centre: FakeCentre, page: Page, address: str) -> AsyncIterator[str]:
    """Every state of the agent's page, one after another."""
    await page.goto(address)
    await expect(page.locator("#user")).to_be_visible()
    yield "sign-in"
    await sign_in(address, page, "ann")
    await expect(page.locator(".recent li").first).to_be_visible()
    yield "idle"
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "keys"
    await page.keyboard.press("Escape")
    await centre.change("ann", is_phone_reachable=False, is_available=False)
    await expect(page.locator(".phone.gone")).to_be_visible()
    yield "no phone"
    await centre.change("ann", is_phone_reachable=True)
    await centre.offer()
    await centre.ring()
    await expect(page.locator("article.offer")).to_be_visible()
    yield "offer"
    await centre.answer()
    await expect(page.locator("article.call")).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.get_by_role("option").last).to_be_visible()
    yield "transfer"
    await page.keyboard.press("Escape")
    await centre.work("ann", state="held")
    await expect(page.locator("article.call[data-state=held]")).to_be_visible()
    yield "held"
    await centre.end()
    await expect(page.locator(".end")).to_be_visible()
    await page.keyboard.press("1")
    yield "wrap-up"
    centre.is_away = True
    await centre.drop()
    await expect(page.locator(".link p")).to_be_visible()
    yield "link lost"


async def call_out(centre: FakeCentre, page: Page, address: str) -> AsyncIterator[str]:
    """From the number to wrap-up, with a document."""
    await sign_in(address, page, "ann")
    await page.fill("#dial", "020 7946 0077")
    await expect(page.locator("#dial-reading")).not_to_be_empty()
    yield "number read"
    await page.press("#dial", "Enter")
    await expect(page.locator("article.offer")).to_be_visible()
    yield "own phone rings"
    await centre.dial()
    await expect(page.locator("article.call[data-state=dialling]")).to_be_visible()
    yield "dialling"
    await centre.fail("busy")
    await expect(page.locator(".end")).to_be_visible()
    yield "busy"
    await centre.work("ann", documents=[Document("Offer", "https://crm.example/offers/4711")])
    await page.locator(".documents > .el-button").click()
    await expect(page.locator(".documents form")).to_be_visible()
    yield "documents"


async def admins_view(_: FakeCentre, page: Page, address: str) -> AsyncIterator[str]:
    """The live view and the menu."""
    await sign_in(address, page, "pat")
    await expect(page.locator("article.queue").first).to_be_visible()
    yield "live"
    await page.click("button.me")
    await expect(page.get_by_role("menu")).to_be_visible()
    yield "menu"


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-CN", "dark")])
@pytest.mark.parametrize("scenes", [agents_day, call_out, admins_view])
async def test_axe_finds_nothing(
    browser: Browser,
    scenes: Callable[[FakeCentre, Page, str], AsyncIterator[str]],
    language: str,
    theme: Literal["light", "dark"],
) -> None:
    """In every state of every page, in both languages and themes."""
    centre = busy_centre()
    found: dict[str, list[object]] = {}
    async with serving(centre) as address:
        context = await browser.new_context(locale=language, color_scheme=theme, reduced_motion="reduce")
        page = await context.new_page()
        async for scene in scenes(centre, page, address):
            found[scene] = await violations(page)
        await context.close()
    assert {scene: complaints for scene, complaints in found.items() if complaints} == {}


async def test_the_page_is_light(built_page: None) -> None:
    """Under 300 kB compressed, all together."""
    assert sum(len(gzip.compress(path.read_bytes())) for path in STATIC.rglob("*") if path.is_file()) < 300_000


async def test_nothing_is_asked_of_a_foreign_server(desk: Desk) -> None:
    """Not a font, not a picture."""
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    await desk.sign_in()
    await desk.centre.offer()
    await expect(desk.page.locator("article.offer")).to_be_visible()
    assert [url for url in asked if not url.startswith(desk.address)] == []


async def test_a_phones_width_needs_no_sideways_scrolling(desk: Desk) -> None:
    """320 CSS pixels, WCAG 2.2, 1.4.10."""
    await desk.page.set_viewport_size({"width": 320, "height": 700})
    await desk.sign_in("eve")
    for place in ("live", "desk"):
        await desk.page.evaluate("place => { location.hash = '/' + place }", place)
        await expect(desk.page.locator(f".{place}")).to_be_visible()
        assert await desk.page.evaluate("document.documentElement.scrollWidth") <= 320

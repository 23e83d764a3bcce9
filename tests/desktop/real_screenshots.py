"""The pictures of the README, of the real server with the demo:  python -m tests.desktop.real_screenshots docs/images.

Real calls on the real Asterisk; takes a minute. Both languages of the offer, and the supervisor's live view.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from tests.desktop.conftest import CHROMIUM, FLAGS
from tests.desktop.real_centre import DIRECT, MAIN, AgentPhone, RealCentre, press, real_centre, until

from ccserver.adapters.softphone import Call, Softphone

SIZE = {"width": 1440, "height": 900}
CUSTOMER = "+442079460015"
NOTES = (
    "Box arrived with the lid cracked. Sent a new one, and a voucher for the trouble.",
    "Asked for the price of 40 boxes a month; offer sent, call again on Tuesday.",
)
WAITING = ("+442079460000", "+442079460009", "+442079460733")
PATIENCE = 45.0


@asynccontextmanager
async def page_of(browser: Browser, centre: RealCentre, user: str, locale: str = "en-GB") -> AsyncIterator[Page]:
    context = await browser.new_context(locale=locale, viewport=SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = await context.new_page()
    await page.goto(centre.address)
    await page.fill("#user", user)
    await page.fill("#password", f"demo-{user}")
    await page.press("#password", "Enter")
    await page.wait_for_selector("header.bar")
    yield page
    await context.close()


async def rings_in(trunk: Softphone, number: str, keys: str = "") -> Call:
    """Through the menu with the keys, or straight to support."""
    call = await trunk.call(MAIN if keys else DIRECT, number)
    await until(call.answered.is_set, "the call is answered", PATIENCE)
    press(call, keys)
    return call


async def talks_and_notes(centre: RealCentre, trunk: Softphone, phone: AgentPhone, notes: str) -> None:
    """An earlier call of the customer, from ring to wrap-up."""
    call = await rings_in(trunk, CUSTOMER, "477141#")
    await phone.answer()
    work = await work_in(centre, "connected")
    call.hang_up()
    await work_in(centre, "wrap_up")
    body = {"work_item": work["id"], "disposition": "solved", "notes": notes, "done": True}
    await centre.ask("POST", "/agents/ann/wrap-up", body)
    await centre.record(work["interaction"], lambda row: row["notes"])


async def work_in(centre: RealCentre, state: str) -> dict[str, Any]:
    """Ann's call, as soon as it is in the state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            work: dict[str, Any] | None = (await centre.ask("GET", "/agents/ann"))["work"]
            if work and work["state"] == state:
                return work
            await asyncio.sleep(0.05)


async def offer(browser: Browser, centre: RealCentre, trunk: Softphone, phone: AgentPhone, folder: Path) -> None:
    """The card while the phone rings, in both languages."""
    call = await rings_in(trunk, CUSTOMER, "477142#")
    for locale, name in (("en-GB", "desktop-offer.png"), ("zh-CN", "desktop-offer-zh.png")):
        async with page_of(browser, centre, "ann", locale) as page:
            await page.wait_for_selector("article.offer .bell")
            await page.wait_for_selector(".recent li")
            await phone.rings()
            await page.wait_for_timeout(500)
            await page.screenshot(path=folder / name)
    call.hang_up()
    await centre.until_idle("ann")


async def live(browser: Browser, centre: RealCentre, trunk: Softphone, phones: list[AgentPhone], folder: Path) -> None:
    """Two talk, three wait, one has lunch."""
    for number, phone in zip(("+442079460001", "+442079460016"), phones, strict=True):
        await rings_in(trunk, number)
        await phone.answer()
    for number in WAITING:
        await rings_in(trunk, number)
    async with page_of(browser, centre, "sue") as page:
        await page.wait_for_function(f"document.querySelectorAll('article.queue ol li').length >= {len(WAITING)}")
        await page.wait_for_timeout(6_000)  # so that the line has waited a little
        await page.screenshot(path=folder / "supervisor.png", full_page=True)


async def main(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        stack.push_async_callback(browser.close)
        centre = await stack.enter_async_context(real_centre())
        trunk = await stack.enter_async_context(centre.callers())
        phones = [await stack.enter_async_context(centre.phone(agent)) for agent in ("ann", "cem")]
        await stack.enter_async_context(page_of(browser, centre, "ann"))
        await centre.ask("POST", "/agents/ann/presence", {"presence": "READY"})
        for notes in NOTES:
            await talks_and_notes(centre, trunk, phones[0], notes)
        await offer(browser, centre, trunk, phones[0], folder)
        await stack.enter_async_context(page_of(browser, centre, "bob"))
        await centre.ask("POST", "/agents/bob/presence", {"presence": "NOT_READY", "reason": "lunch"})
        await live_floor(stack, browser, centre)
        await live(browser, centre, trunk, phones, folder)


async def live_floor(stack: AsyncExitStack, browser: Browser, centre: RealCentre) -> None:
    """Cem joins Ann."""
    await stack.enter_async_context(page_of(browser, centre, "cem"))
    for agent in ("ann", "cem"):
        await centre.ask("POST", f"/agents/{agent}/presence", {"presence": "READY"})


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

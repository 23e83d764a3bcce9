"""Pictures of every main page, in both languages and themes:  python -m tests.desktop.screenshots FOLDER [NAME-PART]."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from playwright.async_api import Page, async_playwright
from tests.desktop.fake_centre import LIN, PASSWORD, FakeCentre, agent, ago, busy_centre, instant, serving, work_item

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
WIDE, PHONE = (1440, 900), (390, 844)
Scene = Callable[[FakeCentre, Page], Awaitable[None]]


async def sign_in(page: Page, address: str, user: str) -> None:
    await page.goto(address)
    await page.fill("#user", user)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_selector("header.bar")


async def signed_out(_: FakeCentre, page: Page) -> None:
    await page.context.clear_cookies()
    await page.reload()
    await page.wait_for_selector("#user")


async def idle(_: FakeCentre, page: Page) -> None:
    await page.wait_for_selector(".recent li")


async def offered(centre: FakeCentre, page: Page) -> None:
    await centre.offer(item=work_item(offered_at=ago(seconds=6)))
    await centre.ring()
    await page.wait_for_selector("article.offer footer")
    await page.wait_for_selector(".recent li")


async def talking(centre: FakeCentre, page: Page) -> None:
    await offered(centre, page)
    await centre.answer()
    await page.fill("#notes", "Line drops every evening around 20:00. Checked the router: firmware is current.")
    await page.wait_for_selector(".saving.saved")
    await page.locator("#notes").blur()


async def transferring(centre: FakeCentre, page: Page) -> None:
    await talking(centre, page)
    await page.keyboard.press("t")
    await page.wait_for_selector("#transfer-list [id^=transfer-agent]")


async def wrapping_up(centre: FakeCentre, page: Page) -> None:
    await talking(centre, page)
    await centre.end()
    await page.wait_for_selector(".sand")
    await page.keyboard.press("1")


async def away(centre: FakeCentre, _: Page) -> None:
    await centre.change("ann", presence="not_ready", reason="rona", since=instant(), is_available=False)


async def phoneless(centre: FakeCentre, _: Page) -> None:
    await centre.change("ann", is_phone_reachable=False, is_available=False)


async def lost(centre: FakeCentre, page: Page) -> None:
    await talking(centre, page)
    centre.is_away = True
    await centre.drop()
    await page.wait_for_selector(".link p")


async def live(_: FakeCentre, page: Page) -> None:
    await page.wait_for_selector("article.queue")


async def keys(_: FakeCentre, page: Page) -> None:
    await page.keyboard.press("?")
    await page.wait_for_selector(".el-dialog")


async def menu(_: FakeCentre, page: Page) -> None:
    await page.click("button.me")
    await page.wait_for_selector(".el-dropdown-menu:visible")


async def chinese_caller(centre: FakeCentre, page: Page) -> None:
    await centre.offer(item=work_item(7, LIN, ani="+8613800138000"))
    await centre.ring()
    await page.wait_for_selector("article.offer footer")


SCENES: dict[str, tuple[str, Scene]] = {
    "signin": ("ann", signed_out),
    "idle": ("ann", idle), "offer": ("ann", offered), "talk": ("ann", talking), "transfer": ("ann", transferring),
    "wrapup": ("ann", wrapping_up), "rona": ("ann", away), "phoneless": ("ann", phoneless), "lost": ("ann", lost),
    "live": ("sue", live), "keys": ("ann", keys), "menu": ("pat", menu), "offer2": ("ann", chinese_caller),
}  # fmt: skip
STYLES: tuple[tuple[str, Literal["light", "dark"]], ...] = (
    ("en", "light"),
    ("zh-CN", "dark"),
    ("en", "dark"),
    ("zh-CN", "light"),
)
LOOKS = [(language, theme, size) for size in (WIDE, PHONE) for language, theme in STYLES]


async def main(folder: Path, part: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language, theme, (width, height) in LOOKS:
            for name, (user, scene) in SCENES.items():
                file = folder / f"{name}-{language}-{theme}-{width}.png"
                if part not in file.name:
                    continue
                centre = busy_centre()
                centre.agents["ann"] = agent("ann", "Ann Turner", "1001")
                async with serving(centre) as address:
                    context = await browser.new_context(
                        viewport={"width": width, "height": height}, locale=language, color_scheme=theme,
                        reduced_motion="reduce",
                    )  # fmt: skip
                    page = await context.new_page()
                    await sign_in(page, address, user)
                    await scene(centre, page)
                    await page.wait_for_timeout(350)
                    await page.screenshot(path=file, full_page=width < 800 or name == "live")
                    await context.close()
                    print(file)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""))

"""The built page in a headless Chromium, in front of a fake centre."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect
from tests.desktop.fake_centre import PASSWORD, FakeCentre, busy_centre, serving

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def built_page() -> None:
    """The page is built from the sources as they are now."""
    spec = importlib.util.spec_from_file_location("build_desktop", ROOT / "tools" / "build_desktop.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.build()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(built_page: None) -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: apt-get install chromium")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        await chromium.close()


@dataclass
class Desk:
    """A page and the centre behind it. `complaints` are the browser's: errors and violations of the content policy."""

    centre: FakeCentre
    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    async def sign_in(self, user: str = "ann") -> None:
        await self.page.goto(self.address)
        await self.page.fill("#user", user)
        await self.page.fill("#password", PASSWORD)
        await self.page.press("#password", "Enter")
        await expect(self.page.locator("header.bar")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    @property
    def stage(self) -> Locator:
        return self.page.locator(".stage")


@pytest.fixture
def centre() -> FakeCentre:
    """A lively centre in which Ann is ready and nobody has called her yet."""
    return busy_centre()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, centre: FakeCentre) -> AsyncIterator[Desk]:
    """An empty browser at the sign-in page; a complaint of the browser fails the test."""
    async with serving(centre) as address:
        context = await browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        desk = Desk(centre, context, page, address)
        page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: desk.complaints.append(said.text) if "Content Security Policy" in said.text else None,
        )
        yield desk
        await context.close()
        assert desk.complaints == []


@pytest.fixture(autouse=True)
def _patience() -> None:
    """Tests wait for facts; the limit is for machines under load."""
    expect.set_options(timeout=10_000)

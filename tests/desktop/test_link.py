"""The link to the server breaks and comes back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk
from tests.desktop.fake_centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def lose(desk: Desk) -> None:
    desk.centre.is_away = True
    await desk.centre.drop()
    await expect(desk.page.locator(".link")).to_contain_text("Connection lost")


async def test_a_lost_link_is_said_and_closes_the_buttons(desk: Desk) -> None:
    """No click goes nowhere."""
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.answer()
    await lose(desk)
    await expect(desk.button("Hang up")).to_be_disabled()
    await expect(desk.button("Lunch")).to_be_disabled()


async def test_the_page_comes_back_by_itself_with_what_has_changed(desk: Desk) -> None:
    """A new snapshot replaces everything."""
    await desk.sign_in()
    await lose(desk)
    desk.centre.agents["ann"] = replace(desk.centre.agents["ann"], presence="not_ready", reason="meeting")
    desk.centre.is_away = False
    await expect(desk.page.locator(".link")).to_have_text("")
    await expect(desk.page.locator(".station .headline")).to_have_text("Meeting")


async def test_notes_typed_without_a_link_are_saved_later(desk: Desk) -> None:
    """Nothing typed is lost."""
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.answer()
    await expect(desk.button("Hang up")).to_be_visible()
    await lose(desk)
    await desk.page.fill("#notes", "typed in the dark")
    await expect(desk.page.locator(".saving")).to_have_text(re.compile("Not saved yet"))
    desk.centre.is_away = False
    await expect(desk.page.locator(".saving")).to_have_text("Saved", timeout=15_000)


async def test_a_silent_server_is_noticed(desk: Desk) -> None:
    """Half-open connections look alive to the browser."""
    await desk.sign_in()
    desk.centre.answers_pings = False
    await expect(desk.page.locator(".link")).to_contain_text("Connection lost", timeout=60_000)


async def test_a_gap_in_the_numbers_brings_a_new_picture(desk: Desk) -> None:
    """A message that went missing is not missed for long."""
    await desk.sign_in()
    await expect(desk.page.locator(".station .headline")).to_have_text("Ready")
    desk.centre.skip_a_message()
    await desk.centre.change("ann", presence="not_ready", reason="training")
    await expect(desk.page.locator(".station .headline")).to_have_text("Training")
    await expect(desk.page.locator(".link")).to_have_text("")


async def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(desk: Desk) -> None:
    """Instead of trying for ever."""
    await desk.sign_in()
    await lose(desk)
    desk.centre.forget_sessions()
    desk.centre.is_away = False
    await expect(desk.page.locator("#user")).to_be_visible(timeout=15_000)
    await desk.page.fill("#user", "ann")
    await desk.page.fill("#password", PASSWORD)
    await desk.page.press("#password", "Enter")
    await expect(desk.page.locator(".station")).to_be_visible()

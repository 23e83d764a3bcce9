"""Signing in and out, languages, and what happens when a session ends."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_wrong_password_is_said_and_the_user_name_kept(desk: Desk) -> None:
    """One retype, not two."""
    await desk.page.goto(desk.address)
    await desk.page.fill("#user", "ann")
    await desk.page.fill("#password", "guess")
    await desk.page.press("#password", "Enter")
    await expect(desk.page.get_by_role("alert")).to_have_text(re.compile("do not match"))
    await expect(desk.page.locator("#user")).to_have_value("ann")


async def test_a_server_that_is_away_is_said(desk: Desk) -> None:
    """Not "wrong password"."""
    await desk.page.goto(desk.address)
    await expect(desk.page.locator("#user")).to_be_focused()
    desk.centre.is_away = True
    await desk.page.fill("#user", "ann")
    await desk.page.fill("#password", "demo")
    await desk.page.press("#password", "Enter")
    await expect(desk.page.get_by_role("alert")).to_have_text(re.compile("does not answer"))


async def test_too_many_tries_tell_how_long_to_wait(desk: Desk) -> None:
    """The server's seconds."""
    desk.centre.refuse("/session", 429, "Too many requests", retry_after=30)
    await desk.page.goto(desk.address)
    await desk.page.fill("#user", "ann")
    await desk.page.fill("#password", "demo")
    await desk.page.press("#password", "Enter")
    await expect(desk.page.get_by_role("alert")).to_have_text(re.compile("30 s"))


async def test_the_focus_stays_when_the_language_changes(desk: Desk) -> None:
    """At the menu from which it was chosen, and at the button of the sign-in page."""
    await desk.page.goto(desk.address)
    await desk.button("简体中文").focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.button("登录")).to_be_visible()
    await expect(desk.button("简体中文")).to_be_focused()
    await desk.sign_in()
    await desk.page.locator("button.me").focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("menuitem", name="English")).to_be_visible()
    await desk.page.get_by_role("menuitem", name="English").focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    await expect(desk.page.locator("button.me")).to_be_focused()


async def test_the_language_can_be_chosen_before_signing_in(desk: Desk) -> None:
    """And is remembered."""
    await desk.page.goto(desk.address)
    await desk.button("简体中文").click()
    await expect(desk.button("登录")).to_be_visible()
    await desk.page.reload()
    await expect(desk.button("登录")).to_be_visible()
    await expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_a_reload_needs_no_new_sign_in(desk: Desk) -> None:
    """The cookie is enough."""
    await desk.sign_in()
    await desk.page.reload()
    await expect(desk.page.locator(".station")).to_be_visible()


async def test_signing_out_leaves_the_queues_and_ends_the_session(desk: Desk) -> None:
    """Whoever goes home wants no calls."""
    await desk.sign_in()
    await desk.page.click("button.me")
    await desk.page.get_by_role("menuitem", name="Sign out").click()
    await expect(desk.page.locator("#user")).to_be_visible()
    assert desk.centre.asked[-1] == ("/agents/ann/presence", {"presence": "LOGGED_OUT", "reason": ""})


async def test_nobody_signs_out_in_the_middle_of_a_call(desk: Desk) -> None:
    """A slip in a menu leaves no customer behind."""
    await desk.sign_in()
    await desk.centre.offer()
    await desk.centre.answer()
    await desk.page.click("button.me")
    await desk.page.get_by_role("menuitem", name="Sign out").click()
    await expect(desk.page.locator(".el-message")).to_have_text(re.compile("Finish the call first"))
    await expect(desk.stage).to_contain_text("Grace Hopper")


async def test_a_session_that_ends_leads_to_the_sign_in(desk: Desk) -> None:
    """With the reason."""
    await desk.sign_in()
    await desk.centre.end_sessions()
    await expect(desk.page.locator("form")).to_contain_text("session has ended")

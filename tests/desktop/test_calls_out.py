"""The agent's page: calling out."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_number_is_called_in_international_form(desk: Desk) -> None:
    """Spaces and 00 are understood."""
    await desk.sign_in()
    await desk.page.keyboard.press("d")
    await desk.page.keyboard.type("0044 20 7946 0077")
    await desk.page.keyboard.press("Enter")
    await expect(desk.stage).to_contain_text("then +44 20 7946 0077 is dialled")
    assert desk.centre.asked == [("/calls", {"agent": "ann", "number": "+442079460077"})]


async def test_a_national_number_is_shown_whole_before_it_is_called(desk: Desk) -> None:
    """The agent sees what will be dialled."""
    await desk.sign_in()
    await desk.page.fill("#dial", "(020) 7946-0077")
    await expect(desk.page.locator("#dial-reading")).to_have_text("Calls +44 20 7946 0077")
    await desk.page.press("#dial", "Enter")
    await expect(desk.stage).to_contain_text("Your call")
    assert desk.centre.asked == [("/calls", {"agent": "ann", "number": "+442079460077"})]


async def test_a_number_that_is_none_is_explained_and_kept(desk: Desk) -> None:
    """Nothing is guessed, and nothing is called."""
    await desk.sign_in()
    await desk.page.fill("#dial", "7946 0077")
    await desk.page.press("#dial", "Enter")
    await expect(desk.page.locator("#dial-error")).to_contain_text("not a whole number")
    await expect(desk.page.locator("#dial")).to_have_value("7946 0077")
    assert desk.centre.asked == []


async def calling_out(desk: Desk) -> None:
    """The own phone rings for a call to +44 20 7946 0077."""
    await desk.sign_in()
    await desk.page.fill("#dial", "+44 20 7946 0077")
    await desk.page.press("#dial", "Enter")
    await expect(desk.stage).to_contain_text("Your phone 1001 rings")


async def test_a_call_out_says_where_it_is(desk: Desk) -> None:
    """The own phone, the number being dialled, the talk with a clock of its own; also to who does not see it."""
    await calling_out(desk)
    await desk.centre.dial()
    head = desk.stage.locator("header").get_by_role("status")
    await expect(head).to_have_text("Dialling +44 20 7946 0077")
    await expect(desk.stage).to_contain_text("Hold and transfer come with the answer")
    await expect(desk.button("Transfer")).to_be_disabled()
    await desk.centre.answer()
    await expect(head).to_have_text("On a call")
    await expect(desk.stage.get_by_role("timer")).to_have_text(re.compile(r"^0:0\d$"))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("busy", "Busy"),
        ("no_answer", "Nobody answered"),
        ("unreachable", "Number not reachable"),
        ("invalid_number", "Number not reachable"),
        ("rejected", "Call declined"),
        ("cancelled", "Ended before an answer"),
        ("something_new", "Not reached"),
    ],
)
async def test_wrap_up_says_why_nobody_was_reached(desk: Desk, outcome: str, words: str) -> None:
    """With the number, since nobody was talked to."""
    await calling_out(desk)
    await desk.centre.dial()
    await desk.centre.fail(outcome)
    await expect(desk.stage.locator("header").get_by_role("status")).to_have_text(
        re.compile(f"^{words}.*20 7946 0077 · Wrap-up$")
    )


async def test_a_call_out_that_was_not_picked_up_is_explained(desk: Desk) -> None:
    """Without a word it would look as if nothing had been asked for; who cancels needs none."""
    await calling_out(desk)
    await desk.centre.close_work()
    await expect(desk.page.locator(".el-message")).to_contain_text("did not pick up your phone")


async def test_who_cancels_the_own_call_is_told_nothing(desk: Desk) -> None:
    """It was the agent's wish."""
    await calling_out(desk)
    await desk.button("Cancel").click()
    await expect(desk.button("Cancel")).to_be_hidden()
    assert await desk.page.locator(".el-message").count() == 0


async def test_the_list_says_why_nobody_was_reached(desk: Desk) -> None:
    """Better than that it was not reached."""
    await desk.sign_in()
    row = desk.page.locator(".recent li").filter(has_text="Barbara Liskov")
    await expect(row).to_contain_text(re.compile("Busy|Nobody answered"))


async def test_a_line_of_the_list_is_called_back(desk: Desk) -> None:
    """One click."""
    await desk.sign_in()
    await desk.button("Call Alan Kay").click()
    await expect(desk.stage).to_contain_text("Your call")
    assert desk.centre.asked == [("/calls", {"agent": "ann", "number": "+442079460044"})]

"""A user of the role agent to whom no agent belongs; and what the demo says of those who take calls out."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.desktop.conftest import Desk
from tests.desktop.fake_centre import USERS

from ccserver.app.demo import BEHAVIOUR

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_user_without_an_agent_is_told_why_there_is_no_desk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what to type; an empty list alone explains nothing."""
    monkeypatch.setitem(USERS, "nan", ("agent", None))
    await desk.sign_in("nan")
    await expect(desk.page.get_by_role("note")).to_contain_text("ccserver user-add nan --agent NAME")


async def test_an_agent_and_a_supervisor_are_told_nothing(desk: Desk) -> None:
    """They have what they need."""
    await desk.sign_in("sue")
    await expect(desk.page.get_by_role("note")).to_have_count(0)


async def test_the_hint_of_the_demo_names_every_number_that_behaves(desk: Desk) -> None:
    """Those of `ccserver.app.demo`."""
    desk.centre.is_demo = True
    await desk.sign_in()
    for number in BEHAVIOUR:
        await expect(desk.page.get_by_text("Simulated customers answer here")).to_contain_text(number)

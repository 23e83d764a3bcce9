"""What a running server records is decided again alike: on the simulated PBX, and by the very server on the real Asterisk."""

from __future__ import annotations

from tests.scenarios.event_logs import event_logs
from tests.scenarios.stage import IVR_LINE, SUPPORT_LINE, Stage

from ccserver.app.house import know_written_forms
from ccserver.core.notices import OfferMade
from ccserver.services.event_log import Step
from ccserver.services.replay import replay


async def test_calls_offers_and_a_kill_are_decided_again_alike(stage: Stage) -> None:
    """One is served, one waits while the server is killed, one is missed; every file of the log stands for itself."""
    know_written_forms()
    ann = await stage.agent("ann").starts_work()
    served, menu = stage.caller(), stage.caller()
    await served.dials(SUPPORT_LINE)
    await ann.alerted()
    await ann.answers()
    await ann.talks_with(served)
    await menu.dials(IVR_LINE)
    waiting = stage.caller()
    await waiting.dials(SUPPORT_LINE)
    await waiting.waits_in("support")
    await stage.passes(0.3)
    await stage.server_dies()
    logs = event_logs(stage)
    await stage.server_returns()
    await served.hangs_up()
    await ann.sees("wrap_up")
    await ann.wraps_up()
    await ann.alerted()
    await ann.declines()
    await waiting.waits_in("support")
    await waiting.hangs_up()
    await menu.hangs_up()
    await stage.passes(0.3)
    logs += event_logs(stage)
    offers: list[Step] = []
    for lines in logs:
        found = replay(lines, lambda step, *_: offers.append(step) if any_offer(step) else None)
        assert found.difference is None
    assert len(logs) >= 2
    assert len(offers) >= 2


def any_offer(step: Step) -> bool:
    return any(isinstance(one, OfferMade) for one in step.did)

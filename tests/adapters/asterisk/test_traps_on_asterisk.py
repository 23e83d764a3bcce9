"""Traps that a real Asterisk springs: that they are there, and that we step over them. docs/asterisk-traps.md lists all."""

from __future__ import annotations

import asyncio

import pytest
from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.stage import CALLER, NODE, Stage
from tests.adapters.asterisk.test_telephony_on_asterisk import each_hears_the_other

from ccserver.core.commands import ConnectLegs, HangUpLeg, RingAgent, StartMusic
from ccserver.core.events import LegAnswered, LegEnded
from ccserver.core.ids import AgentId, InteractionId, connection_id, leg_id
from ccserver.services.ports import CommandRefused

pytestmark = pytest.mark.asterisk


async def test_two_phones_that_answer_together_are_two_answers(stage: Stage) -> None:
    """Asterisk stops none of them (T6): who loses must be hung up by us, and then is; so one phone is rung at a time."""
    call = InteractionId("together")
    async with stage.phone() as ann, stage.phone("bob") as bob:
        first = stage.order_to_ring(call)
        second = RingAgent(leg_id(NODE, call, 2), NODE, call, AgentId("bob"), CALLER, "Zoe", first.limit)
        await asyncio.gather(stage.telephony.perform(first), stage.telephony.perform(second))
        rung = await ann.called(), await bob.called()
        for one in rung:
            one.answer()
        for order in (first, second):
            await stage.happened(LegAnswered, lambda event, leg=order.leg: event.leg == leg)  # type: ignore[misc]
        await stage.telephony.perform(HangUpLeg(second.leg, "lost"))
        await asyncio.wait_for(rung[1].ended.wait(), 5)
        assert not rung[0].ended.is_set()
        await stage.telephony.perform(HangUpLeg(first.leg, "test"))
        await stage.happened(LegEnded, lambda event: event.leg == first.leg)


async def test_a_leg_that_still_rings_is_refused_a_connection(stage: Stage) -> None:
    """It has not entered our application (T10): the caller waits on, and nobody is connected."""
    async with stage.caller() as caller, stage.phone() as ann:
        _, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        order = stage.order_to_ring(arrived.interaction)
        await stage.telephony.perform(order)
        await ann.called()
        connection = connection_id(NODE, arrived.interaction, 1)
        with pytest.raises(CommandRefused, match=r"(?i)stasis"):
            await stage.telephony.perform(ConnectLegs(connection, NODE, (order.leg, arrived.leg), arrived.interaction))
        picture = await stage.telephony.snapshot(NODE)
        assert order.leg not in picture.connections.get(connection, ())
        await stage.telephony.perform(HangUpLeg(order.leg, "test"))
        await stage.happened(LegEnded, lambda event: event.leg == order.leg)


async def test_a_leg_on_which_ari_set_a_variable_still_runs_the_dialplan(stage: Stage) -> None:
    """Asterisk forbids such a leg DB() and its like (T11): ours reads none, so it still reaches the last resort."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        await stage.ari.channels.set_variable(arrived.leg, "CC_NOTE", "x")
        await stage.ari.channels.continue_at(arrived.leg, "fallback")
        heard = caller.heard_count
        await until(lambda: caller.heard_count > heard + 20, 10)
        assert not call.ended.is_set()


async def test_a_bridge_of_ours_swallows_no_leg(stage: Stage) -> None:
    """Asterisk optimises nothing away inside it (EXP-8): both legs stay there under our ids."""
    async with stage.caller() as caller, stage.phone() as ann:
        call, arrived = await stage.answered(caller)
        ringing, agent_leg = await stage.agent_takes(ann, arrived.interaction)
        connection = connection_id(NODE, arrived.interaction, 1)
        await stage.telephony.perform(ConnectLegs(connection, NODE, (arrived.leg, agent_leg), arrived.interaction))
        await each_hears_the_other(caller, call, ann, ringing)
        channels = {channel.id: channel.name for channel in await stage.ari.channels.list()}
        assert channels.keys() == {arrived.leg, agent_leg}
        assert all(name.startswith("PJSIP/") for name in channels.values())

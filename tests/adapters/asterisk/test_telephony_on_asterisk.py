"""Commands and events of calls on a real Asterisk."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.sip_peer import SipPhone, telephone
from tests.adapters.asterisk.stage import ANN, CALLER, NODE, SUPPORT, Stage

from ccserver.core.commands import (
    AnswerLeg,
    ConnectLegs,
    DialNumber,
    DropConnection,
    HangUpLeg,
    HoldLeg,
    PlayPrompt,
    PrepareConnection,
    RecordMessage,
    RetrieveLeg,
    StartMusic,
    StopPrompt,
    TelephonyCommand,
)
from ccserver.core.events import (
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegRang,
    MessageRecorded,
    PhoneDialled,
    PromptFinished,
)
from ccserver.core.ids import InteractionId, LegId, PromptId, connection_id, leg_id, prompt_id
from ccserver.core.sounds import Sound, SoundKind, number, recorded
from ccserver.services.ports import CommandRefused

pytestmark = pytest.mark.asterisk
LONG = recorded("queue-youarenext", "queue-thankyou", "queue-youarenext")


def prompt(leg: LegId, interaction: InteractionId, serial: int = 1) -> PlayPrompt:
    return PlayPrompt(leg, prompt_id(interaction, serial), LONG, "en")


async def hears_something(phone: SipPhone, packets: int = 20) -> None:
    """At 50 packets a second, more than these arrive in time only while something plays."""
    start = phone.heard_count
    await until(lambda: phone.heard_count >= start + packets, 2)


async def hears_nothing(phone: SipPhone) -> None:
    start = phone.heard_count
    await asyncio.sleep(0.3)
    assert phone.heard_count - start <= 2


async def test_a_caller_arrives_with_number_name_and_interaction(stage: Stage) -> None:
    """What the dialplan found out is in LegArrived."""
    async with stage.caller() as caller:
        _, arrived = await stage.arrival(caller, SUPPORT, "Zoe King")
        assert (arrived.ani, arrived.dnis, arrived.caller_name, arrived.node) == (CALLER, SUPPORT, "Zoe King", NODE)
        assert len(arrived.interaction) == 36


async def test_a_caller_who_withholds_the_number_arrives_without_one(stage: Stage) -> None:
    """An address that is no number is none."""
    async with stage.caller("anonymous") as caller:
        _, arrived = await stage.arrival(caller)
        assert arrived.ani == ""


async def test_music_goes_on_after_a_prompt(stage: Stage) -> None:
    """StartMusic once, a prompt in between, and never silence."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        await hears_something(caller)
        short = PlayPrompt(arrived.leg, prompt_id(arrived.interaction, 1), (number(3),), "en")
        await stage.telephony.perform(short)
        finished = await stage.happened(PromptFinished)
        assert finished == PromptFinished(arrived.leg, short.prompt)
        await hears_something(caller)


@pytest.mark.parametrize("music", ["default", "another"])
async def test_music_goes_on_for_a_caller_who_is_sent_to_wait_again(stage: Stage, music: str) -> None:
    """A transfer that nobody takes sends a caller to the waiting room who is there already."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        await hears_something(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, music))
        await hears_something(caller)


async def test_keys_are_heard_also_during_a_prompt(stage: Stage) -> None:
    """A menu can be answered before it is read out."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        await stage.telephony.perform(prompt(arrived.leg, arrived.interaction))
        await hears_something(caller, 5)
        call.press("1#")
        await stage.happened(DigitReceived, lambda event: event.digit == "#")
        keys = [event.digit for event in stage.events if isinstance(event, DigitReceived)]
        assert keys == ["1", "#"]
        assert not any(isinstance(event, PromptFinished) for event in stage.events)


async def test_a_stopped_prompt_ends_and_a_tone_lasts_until_then(stage: Stage) -> None:
    """Stopping is safe to repeat."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        tone = PlayPrompt(arrived.leg, PromptId("cc-x-p9"), (Sound(SoundKind.TONE, "ring"),), "en")
        await stage.telephony.perform(tone)
        await hears_something(caller)
        await stage.telephony.perform(StopPrompt(arrived.leg, tone.prompt))
        await stage.happened(PromptFinished)
        await stage.telephony.perform(StopPrompt(arrived.leg, tone.prompt))


async def test_an_agent_rings_answers_and_talks_with_the_caller(stage: Stage) -> None:
    """Rang, answered, connected: each hears the other, and sees who it is."""
    async with stage.caller() as caller, stage.phone() as ann:
        call, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        order = stage.order_to_ring(arrived.interaction)
        await stage.telephony.perform(order)
        ringing = await ann.called()
        assert ringing.caller_number == CALLER
        assert await stage.happened(LegRang) == LegRang(order.leg)
        ringing.answer()
        await stage.happened(LegAnswered)
        connection = connection_id(NODE, arrived.interaction, 1)
        await stage.telephony.perform(ConnectLegs(connection, NODE, (arrived.leg, order.leg), arrived.interaction))
        await each_hears_the_other(caller, call, ann, ringing)


async def each_hears_the_other(one: SipPhone, one_call: object, other: SipPhone, other_call: object) -> None:
    for speaker, call, listener in ((one, one_call, other), (other, other_call, one)):
        start = listener.heard_count

        def heard(listener: SipPhone = listener, start: int = start) -> bool:
            return listener.heard_count >= start + 5

        for _ in range(40):
            speaker.talk(call, 2)  # type: ignore[arg-type]
            await asyncio.sleep(0.02)
            if heard():
                break
        assert heard()


async def test_a_prompt_never_delays_the_connection(stage: Stage) -> None:
    """The agent answers in the middle of an announcement, and is connected at once."""
    async with stage.caller() as caller, stage.phone() as ann:
        _, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        await stage.telephony.perform(prompt(arrived.leg, arrived.interaction))
        await hears_something(caller, 5)
        _, agent_leg = await stage.agent_takes(ann, arrived.interaction)
        connection = connection_id(NODE, arrived.interaction, 1)
        await stage.telephony.perform(PrepareConnection(connection, NODE))
        started = asyncio.get_running_loop().time()
        await stage.telephony.perform(ConnectLegs(connection, NODE, (arrived.leg, agent_leg), arrived.interaction))
        assert asyncio.get_running_loop().time() - started < 0.5
        snapshot = await stage.telephony.snapshot(NODE)
        assert set(snapshot.connections[connection]) == {arrived.leg, agent_leg}


async def test_the_end_of_a_caller_does_not_end_the_agent(stage: Stage) -> None:
    """Asterisk lets the phone ring on; our order cancels it."""
    async with stage.caller() as caller, stage.phone() as ann:
        call, arrived = await stage.answered(caller)
        order = stage.order_to_ring(arrived.interaction)
        await stage.telephony.perform(order)
        ringing = await ann.called()
        call.hang_up()
        assert await stage.happened(LegEnded) == LegEnded(arrived.leg, Cause.NORMAL)
        assert not ringing.ended.is_set()
        await stage.telephony.perform(HangUpLeg(order.leg, "the caller left"))
        await asyncio.wait_for(ringing.ended.wait(), 5)
        assert ringing.was_cancelled
        await stage.happened(LegEnded, lambda event: event.leg == order.leg)


@pytest.mark.parametrize(
    ("status", "cause"), [(486, Cause.BUSY), (603, Cause.REJECTED), (480, Cause.NO_ANSWER), (404, Cause.INVALID_NUMBER)]
)
async def test_a_phone_that_declines_says_how(stage: Stage, status: int, cause: Cause) -> None:
    """SIP answers become causes."""
    async with stage.phone() as ann:
        order = stage.order_to_ring(InteractionId(f"declined-{status}"))
        await stage.telephony.perform(order)
        (await ann.called()).decline(status)
        ended = await stage.happened(LegEnded)
        assert ended == LegEnded(order.leg, cause)


async def test_a_phone_that_nobody_takes_ends_with_no_answer(stage: Stage) -> None:
    """The limit is Asterisk's own last resort."""
    async with stage.phone() as ann:
        order = stage.order_to_ring(InteractionId("nobody"), seconds=1)
        await stage.telephony.perform(order)
        await ann.called()
        assert await stage.happened(LegEnded) == LegEnded(order.leg, Cause.NO_ANSWER)


async def test_an_agent_without_a_phone_is_refused(stage: Stage) -> None:
    """Nothing is sent where nobody can be rung."""
    with pytest.raises(CommandRefused) as caught:
        await stage.telephony.perform(stage.order_to_ring(InteractionId("no-phone")))
    assert caught.value.cause is Cause.UNREACHABLE


async def test_a_phone_that_went_away_unnoticed_is_refused(stage: Stage) -> None:
    """Asterisk cannot even make the leg."""
    stage.telephony._endpoint_of = lambda _agent: "ann"
    with pytest.raises(CommandRefused) as caught:
        await stage.telephony.perform(stage.order_to_ring(InteractionId("went-away")))
    assert caught.value.cause is Cause.UNREACHABLE


async def test_ringing_twice_under_the_same_id_rings_once(stage: Stage) -> None:
    """A repeat is harmless."""
    async with stage.phone() as ann:
        order = stage.order_to_ring(InteractionId("repeat"))
        await stage.telephony.perform(order)
        await ann.called()
        await stage.telephony.perform(order)
        snapshot = await stage.telephony.snapshot(NODE)
        assert [leg.leg for leg in snapshot.legs] == [order.leg]
        assert len([call for call in ann.calls if call.incoming]) == 1
        await stage.telephony.perform(HangUpLeg(order.leg, "test"))
        await stage.happened(LegEnded)


async def test_hold_gives_the_caller_music_and_retrieve_the_agent(stage: Stage) -> None:
    """The agent hears nothing meanwhile and is still there."""
    async with stage.caller() as caller, stage.phone() as ann:
        call, arrived = await stage.answered(caller)
        agent_call, agent_leg = await stage.agent_takes(ann, arrived.interaction)
        connection = connection_id(NODE, arrived.interaction, 1)
        both = (arrived.leg, agent_leg)
        await stage.telephony.perform(ConnectLegs(connection, NODE, both, arrived.interaction))
        await stage.telephony.perform(HoldLeg(connection, arrived.leg, "default"))
        await hears_something(caller)
        await hears_nothing(ann)
        snapshot = await stage.telephony.snapshot(NODE)
        assert (snapshot.waiting, snapshot.connections[connection]) == (frozenset({arrived.leg}), (agent_leg,))
        await stage.telephony.perform(RetrieveLeg(connection, arrived.leg))
        await each_hears_the_other(caller, call, ann, agent_call)


async def test_dropping_a_connection_leaves_the_legs(stage: Stage) -> None:
    """Legs live on until another command takes care of them."""
    async with stage.caller() as caller, stage.phone() as ann:
        _, arrived = await stage.answered(caller)
        _, agent_leg = await stage.agent_takes(ann, arrived.interaction)
        connection = connection_id(NODE, arrived.interaction, 1)
        both = (arrived.leg, agent_leg)
        await stage.telephony.perform(ConnectLegs(connection, NODE, both, arrived.interaction))
        await stage.telephony.perform(DropConnection(connection))
        async with asyncio.timeout(2):
            while connection in (snapshot := await stage.telephony.snapshot(NODE)).connections:
                await asyncio.sleep(0.01)
        assert {leg.leg for leg in snapshot.legs} == set(both)


async def test_a_message_is_recorded_until_the_hash_key(stage: Stage) -> None:
    """Also when the caller comes from the waiting room; the file is there."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        name = f"voicemail/{arrived.interaction}"
        order = RecordMessage(arrived.leg, name, timedelta(seconds=20), timedelta(seconds=10))
        await stage.telephony.perform(order)
        for _ in range(80):
            caller.talk(call, 1)
            await asyncio.sleep(0.02)
        call.press("#")
        message = await stage.happened(MessageRecorded)
        assert (message.leg, message.name, message.seconds >= 1) == (arrived.leg, name, True)
        folder = stage.asterisk.embedded.paths.spool
        assert list(folder.rglob(f"{arrived.interaction}.wav"))


async def test_a_message_ends_with_its_caller(stage: Stage) -> None:
    """Hanging up keeps what was said."""
    async with stage.caller() as caller:
        call, arrived = await stage.answered(caller)
        order = RecordMessage(arrived.leg, f"vm-{arrived.interaction}", timedelta(seconds=20), timedelta(seconds=10))
        await stage.telephony.perform(order)
        for _ in range(60):
            caller.talk(call, 1)
            await asyncio.sleep(0.02)
        call.hang_up()
        await stage.happened(MessageRecorded)
        await stage.happened(LegEnded)


async def test_an_agent_dials_on_the_phone(stage: Stage) -> None:
    """PhoneDialled says who, and hanging up ends it."""
    async with stage.phone() as ann:
        call = ann.call("00442079460200")
        dialled = await stage.happened(PhoneDialled)
        assert (dialled.agent, dialled.number, dialled.node) == (ANN, "00442079460200", NODE)
        call.hang_up()
        assert await stage.happened(LegEnded) == LegEnded(dialled.leg, Cause.NORMAL)


async def test_a_number_outside_is_dialled_over_the_trunk(stage: Stage) -> None:
    """It shows our number; the answer is told like an agent's."""
    host, _, port = stage.asterisk.plan.trunks[0].target.rpartition(":")
    async with telephone("outside", "", stage.asterisk.plan.sip_port, host, int(port)) as outside:
        interaction = InteractionId("outside-1")
        leg = leg_id(NODE, interaction, 1)
        limit = timedelta(seconds=20)
        await stage.telephony.perform(DialNumber(leg, NODE, interaction, "+442079460300", SUPPORT, limit))
        ringing = await outside.called()
        assert ringing.caller_number == SUPPORT
        ringing.answer()
        assert await stage.happened(LegAnswered) == LegAnswered(leg)
        ringing.hang_up()
        assert await stage.happened(LegEnded) == LegEnded(leg, Cause.NORMAL)


@pytest.mark.parametrize("number_", ["sip:user@127.0.0.9", "+44207946&PJSIP/bob", "911", ""])
async def test_what_is_no_number_is_not_dialled(stage: Stage, number_: str) -> None:
    """A dial string is made of a checked number only."""
    order = DialNumber(LegId("cc-x"), NODE, InteractionId("x"), number_, SUPPORT, timedelta(seconds=5))
    with pytest.raises(CommandRefused) as caught:
        await stage.telephony.perform(order)
    assert caught.value.cause is Cause.INVALID_NUMBER


GONE = LegId("cc-ast01-gone-l1")
ROOM = connection_id(NODE, InteractionId("gone"), 1)


@pytest.mark.parametrize(
    "command",
    [
        AnswerLeg(GONE),
        StopPrompt(GONE, PromptId("cc-gone-p1")),
        StartMusic(GONE, "default"),
        StartMusic(GONE, "another"),
        HoldLeg(ROOM, GONE, "default"),
        RetrieveLeg(ROOM, GONE),
        DropConnection(connection_id(NODE, InteractionId("gone"), 9)),
        HangUpLeg(GONE, "test"),
    ],
)
async def test_a_leg_that_is_gone_is_no_error(stage: Stage, command: TelephonyCommand) -> None:
    """A hang-up may cross any command."""
    await stage.telephony.perform(command)
    await stage.telephony.perform(DropConnection(ROOM))


@pytest.mark.parametrize(
    "command",
    [
        PlayPrompt(GONE, PromptId("cc-gone-p1"), LONG, "en"),
        RecordMessage(GONE, "vm-gone", timedelta(seconds=5), timedelta(seconds=5)),
        ConnectLegs(ROOM, NODE, (GONE,), InteractionId("gone")),
        RecordMessage(GONE, "../../etc/passwd", timedelta(seconds=5), timedelta(seconds=5)),
        PlayPrompt(GONE, PromptId("cc-gone-p1"), recorded("../secret"), "en"),
    ],
)
async def test_what_cannot_be_promised_is_refused(stage: Stage, command: TelephonyCommand) -> None:
    """Play, record and connect have an end that somebody waits for."""
    with pytest.raises(CommandRefused):
        await stage.telephony.perform(command)
    await stage.telephony.perform(DropConnection(ROOM))


async def test_connecting_with_one_leg_gone_connects_nobody(stage: Stage) -> None:
    """The other leg stays where it was, with its music."""
    async with stage.caller() as caller:
        _, arrived = await stage.answered(caller)
        await stage.telephony.perform(StartMusic(arrived.leg, "default"))
        with pytest.raises(CommandRefused):
            await stage.telephony.perform(ConnectLegs(ROOM, NODE, (arrived.leg, GONE), arrived.interaction))
        assert (await stage.telephony.snapshot(NODE)).waiting == {arrived.leg}
        await stage.telephony.perform(DropConnection(ROOM))

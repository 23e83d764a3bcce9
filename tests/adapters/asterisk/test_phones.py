"""Who can be rung: from device states to what the core hears of phones."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from tests.adapters.asterisk.ami_peer import AmiPeer, Frame, message, reply
from tests.adapters.asterisk.facts import until
from tests.adapters.asterisk.stage import ANN, Stage

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.links import Backoff
from ccserver.adapters.asterisk.phones import PhoneBook, PhoneFeed
from ccserver.core.events import Event, PhoneReachable, PhoneUnreachable
from ccserver.core.fallback_events import PhoneBusy, PhoneFree
from ccserver.core.ids import AgentId, InteractionId
from ccserver.services.tasks import TaskTable

BOB = AgentId("bob")
ENDPOINTS = {ANN: ("ann-web", "ann"), BOB: ("bob-web", "bob")}


def book() -> PhoneBook:
    book = PhoneBook(ENDPOINTS)
    book.listed({})
    return book


def test_a_phone_that_comes_and_goes_is_told_once_each() -> None:
    """And a phone that rings or talks is in use for as long as it does either."""
    phones = book()
    states = ["NOT_INUSE", "RINGING", "INUSE", "BUSY", "NOT_INUSE", "UNAVAILABLE", "UNAVAILABLE"]
    told = [event for state in states for event in phones.state_changed("PJSIP/ann", state)]
    assert told == [PhoneReachable(ANN), PhoneBusy(ANN), PhoneFree(ANN), PhoneUnreachable(ANN)]


def test_what_forbids_an_offer_is_told_first() -> None:
    """Between two news there may be an offer."""
    phones = book()
    assert phones.state_changed("PJSIP/ann", "INUSE") == [PhoneBusy(ANN), PhoneReachable(ANN)]
    assert phones.state_changed("PJSIP/ann", "UNAVAILABLE") == [PhoneUnreachable(ANN), PhoneFree(ANN)]


def test_one_phone_in_use_is_an_agent_in_use() -> None:
    """Nobody talks on two phones at once."""
    phones = book()
    phones.state_changed("PJSIP/ann", "NOT_INUSE")
    assert phones.state_changed("PJSIP/ann-web", "INUSE") == [PhoneBusy(ANN)]
    assert phones.state_changed("PJSIP/ann", "INUSE") == []
    assert phones.state_changed("PJSIP/ann-web", "NOT_INUSE") == []
    assert phones.state_changed("PJSIP/ann", "NOT_INUSE") == [PhoneFree(ANN)]


def test_without_news_nobody_stays_busy() -> None:
    """The end of the use would not be heard of."""
    phones = book()
    phones.state_changed("PJSIP/ann", "INUSE")
    assert phones.link_lost() == [PhoneFree(ANN)]
    assert phones.link_lost() == []


def test_one_of_two_phones_is_enough() -> None:
    """The agent is unreachable when the last one is gone; the order says which is rung."""
    phones = book()
    assert phones.state_changed("PJSIP/ann", "NOT_INUSE") == [PhoneReachable(ANN)]
    assert phones.state_changed("PJSIP/ann-web", "NOT_INUSE") == []
    assert phones.endpoint_of(ANN) == "ann-web"
    assert phones.state_changed("PJSIP/ann-web", "UNAVAILABLE") == []
    assert phones.endpoint_of(ANN) == "ann"
    assert phones.state_changed("PJSIP/ann", "UNAVAILABLE") == [PhoneUnreachable(ANN)]
    assert phones.endpoint_of(ANN) is None


@pytest.mark.parametrize("device", ["PJSIP/stranger", "Local/ann", "ann", "PJSIP/", "Queue:fallback"])
def test_other_devices_change_nothing(device: str) -> None:
    """Only phones of agents count."""
    assert book().state_changed(device, "NOT_INUSE") == []


def test_a_list_is_the_truth() -> None:
    """Every agent is told, and who is not listed is away."""
    phones = book()
    phones.state_changed("PJSIP/ann", "NOT_INUSE")
    told = phones.listed({"PJSIP/bob": "INUSE", "PJSIP/ann-web": "UNAVAILABLE"})
    assert told == [PhoneFree(ANN), PhoneBusy(BOB), PhoneUnreachable(ANN), PhoneReachable(BOB)]


def test_a_new_plan_keeps_what_is_known() -> None:
    """An agent who gets another endpoint is reachable by that one only; others notice nothing."""
    phones = book()
    phones.state_changed("PJSIP/ann", "NOT_INUSE")
    phones.state_changed("PJSIP/bob", "NOT_INUSE")
    agents = phones.agent_of_endpoint
    assert phones.assign({ANN: ("ann2",), BOB: ("bob",)}) == [PhoneUnreachable(ANN)]
    assert agents == {"ann2": ANN, "bob": BOB}


def _list(*states: tuple[str, str]) -> bytes:
    return b"".join(message(Event="DeviceStateChange", Device=device, State=state) for device, state in states)


async def test_the_feed_lists_at_link_up_and_after_a_break() -> None:
    """What happened while the link was down is in the next list."""
    there = {"PJSIP/ann": "NOT_INUSE"}

    def answer(frame: Frame) -> bytes:
        own = {"ActionID": frame["ActionID"]}
        entries = (message(Event="DeviceStateChange", Device=d, State=s, **own) for d, s in there.items())
        end = message(Event="DeviceStateListComplete", EventList="Complete", ListItems=str(len(there)), **own)
        return reply(frame, EventList="start") + b"".join(entries) + end

    told: list[Event] = []
    tasks = TaskTable()
    async with AmiPeer() as peer:
        peer.scripts["devicestatelist"] = answer
        fast = Backoff(random.Random(1), timedelta(milliseconds=5), timedelta(milliseconds=20))
        link = AmiLink(AmiSettings(host="127.0.0.1", port=peer.port, username="u", secret="s"), fast)
        tasks.spawn("link", link.run())
        tasks.spawn("phones", PhoneFeed(link, PhoneBook(ENDPOINTS), told.append).run())
        free = [PhoneFree(ANN), PhoneFree(BOB)]
        await until(lambda: told == [*free, PhoneReachable(ANN), PhoneUnreachable(BOB)])
        peer.say(_list(("PJSIP/bob", "NOT_INUSE"), ("PJSIP/ann", "UNAVAILABLE")))
        await until(lambda: told[4:] == [PhoneReachable(BOB), PhoneUnreachable(ANN)])
        there.update({"PJSIP/ann": "INUSE"})
        peer.hang_up()
        await until(lambda: told[6:] == [PhoneBusy(ANN), free[1], PhoneReachable(ANN), PhoneUnreachable(BOB)])
        peer.hang_up()
        await until(lambda: told[10:11] == [PhoneFree(ANN)])
        await tasks.close()


async def test_the_feed_asks_again_when_the_list_fails() -> None:
    """A refusal or a time-out is not an empty list."""
    told: list[Event] = []
    tasks = TaskTable()
    async with AmiPeer() as peer:
        peer.scripts["devicestatelist"] = lambda frame: reply(frame, Response="Error", Message="not now")
        link = AmiLink(
            AmiSettings(host="127.0.0.1", port=peer.port, username="u", secret="s"), Backoff(random.Random(1))
        )
        tasks.spawn("link", link.run())
        tasks.spawn("phones", PhoneFeed(link, PhoneBook(ENDPOINTS), told.append).run())
        await until(lambda: len(peer.actions("DeviceStateList")) >= 2)
        assert told == []
        await tasks.close()


@pytest.mark.asterisk
async def test_a_real_phone_registers_and_leaves(stage: Stage) -> None:
    """At first nobody is there; the states come without being asked for."""
    assert PhoneUnreachable(ANN) in stage.events
    async with stage.phone("ann"):
        await stage.happened(PhoneReachable)
    assert stage.events[-1] == PhoneUnreachable(ANN)


@pytest.mark.asterisk
async def test_a_real_phone_stays_reachable_through_a_call(stage: Stage) -> None:
    """It is in use from the ringing to the end."""
    async with stage.phone("ann") as ann:
        call, _ = await stage.agent_takes(ann, InteractionId("in-a-call"))
        assert stage.book.endpoint_of(ANN) == "ann"
        call.hang_up()
        await asyncio.wait_for(call.ended.wait(), 5)
        await until(lambda: PhoneFree(ANN) in stage.events[stage.events.index(PhoneBusy(ANN)) :])
    assert [type(event) for event in stage.events].count(PhoneUnreachable) == 3
    assert stage.events.count(PhoneBusy(ANN)) == 1

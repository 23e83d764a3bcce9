"""The telephone: registration, calls in and out, everything that ends them, and a network that loses things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from tests.adapters.softphone.proxy_peer import ProxyPeer

from ccserver.adapters.softphone import Call, Softphone
from ccserver.adapters.softphone import phone as phone_module
from ccserver.adapters.softphone.call import CallState
from ccserver.adapters.softphone.message import render
from ccserver.core.errors import PortUnavailable


class Table:
    """Two telephones at one proxy: Alice hums 440 Hz, Bob 600 Hz."""

    def __init__(self, proxy: ProxyPeer) -> None:
        self.proxy = proxy
        self.alice = Softphone("alice", proxy.address, secret="Circle Of Life", frequency=440)
        self.bob = Softphone("bob", proxy.address, frequency=600)
        self.rung: list[Call] = []
        self.rings = asyncio.Event()
        self.bob.on_call = self._take

    def _take(self, call: Call) -> None:
        self.rung.append(call)
        self.rings.set()

    async def rings_at_bob(self) -> tuple[Call, Call]:
        """Alice's call out, and what Bob sees of it."""
        call = await self.alice.call("bob", "+442079460007", "Alice Abel")
        await happens(self.rings)
        await happens(call.rang)
        return call, self.rung[-1]

    async def talk(self) -> tuple[Call, Call]:
        out, coming = await self.rings_at_bob()
        coming.answer()
        await happens(out.answered)
        return out, coming


async def happens(event: asyncio.Event, within: float = 5) -> None:
    async with asyncio.timeout(within):
        await event.wait()


async def until(fact: Callable[[], bool], within: float = 5) -> None:
    async with asyncio.timeout(within):
        while not fact():
            await asyncio.sleep(0.01)


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    proxy = await ProxyPeer.open()
    table = Table(proxy)
    await table.alice.open()
    await table.bob.open()
    await table.bob.register()
    yield table
    await table.alice.close()
    await table.bob.close()
    proxy.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone that repeats and gives up soon."""
    monkeypatch.setattr(phone_module, "FIRST_REPEAT", 0.05)
    monkeypatch.setattr(phone_module, "GIVE_UP", 0.3)


# -- registration -------------------------------------------------------------------------------------------------------


async def test_a_phone_registers_with_its_secret() -> None:
    """The registrar challenges, the phone answers by digest."""
    proxy = await ProxyPeer.open({"alice": "Circle Of Life"})
    phone = Softphone("alice", proxy.address, secret="Circle Of Life")
    await phone.open()
    await phone.register()
    assert proxy.contacts == {"alice": ("127.0.0.1", phone.port)}
    assert proxy.seen["REGISTER"] == 2
    await phone.unregister()
    assert proxy.contacts == {}
    await phone.close()
    proxy.close()


async def test_a_wrong_secret_is_refused() -> None:
    """After one answer to the challenge; it is not tried for ever."""
    proxy = await ProxyPeer.open({"alice": "Circle Of Life"})
    phone = Softphone("alice", proxy.address, secret="wrong")
    await phone.open()
    with pytest.raises(PortUnavailable, match="401 Unauthorized"):
        await phone.register()
    assert proxy.seen["REGISTER"] == 2
    await phone.close()
    proxy.close()


async def test_a_registration_is_kept_fresh(table: Table) -> None:
    """After half of its time."""
    before = table.proxy.seen["REGISTER"]
    await table.alice.register(expires=1)
    await until(lambda: table.proxy.seen["REGISTER"] >= before + 3)


async def test_a_lost_request_is_repeated(table: Table, hasty: None) -> None:
    """Until it is answered."""
    table.proxy.lose["REGISTER"] = 2
    await table.alice.register()
    assert "alice" in table.proxy.contacts


async def test_a_registrar_that_is_away_is_told(hasty: None) -> None:
    """After a while, not before."""
    proxy = await ProxyPeer.open()
    address = proxy.address
    proxy.close()
    phone = Softphone("alice", address)
    await phone.open()
    with pytest.raises(PortUnavailable, match="no answer to REGISTER"):
        await phone.register()
    await phone.close()


async def test_a_registration_outlives_a_registrar_that_was_away(hasty: None) -> None:
    """It is tried again."""
    proxy = await ProxyPeer.open()
    phone = Softphone("alice", proxy.address)
    await phone.open()
    await phone.register(expires=1)
    proxy.lose["REGISTER"] = 20
    await until(lambda: proxy.seen["REGISTER"] > 4)
    proxy.lose.clear()
    proxy.contacts.clear()
    await until(lambda: "alice" in proxy.contacts)
    await phone.close()
    proxy.close()


async def test_a_port_that_is_taken_is_told(table: Table) -> None:
    """By name."""
    phone = Softphone("carl", table.proxy.address)
    with pytest.raises(PortUnavailable, match=str(table.alice.port)):
        await phone.open(table.alice.port)
    assert phone.port == 0
    await phone.close()


# -- a call -------------------------------------------------------------------------------------------------------------


async def test_a_call_rings_with_number_and_name(table: Table) -> None:
    """As the caller wants to be shown."""
    _, coming = await table.rings_at_bob()
    assert (coming.number, coming.name) == ("+442079460007", "Alice Abel")
    assert (coming.state, coming.is_incoming) == (CallState.RINGING, True)


async def test_two_who_talk_hear_each_other(table: Table) -> None:
    """Each the other's tone, and not the own."""
    out, coming = await table.talk()
    await until(lambda: out.audio.hears(600) and coming.audio.hears(440))
    assert not out.audio.hears(440)
    assert (out.state, coming.state) == (CallState.UP, CallState.UP)


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_either_side_ends_the_call(table: Table, who: str) -> None:
    """And the other side learns of it."""
    out, coming = await table.talk()
    (out if who == "alice" else coming).hang_up()
    await happens(out.ended)
    await happens(coming.ended)
    assert (table.alice.calls, table.bob.calls) == ({}, {})


async def test_hanging_up_twice_is_hanging_up_once(table: Table) -> None:
    """Whoever presses again changes nothing."""
    out, coming = await table.talk()
    out.hang_up()
    out.hang_up()
    await happens(coming.ended)
    assert table.proxy.seen["BYE"] == 1


async def test_who_gives_up_stops_the_ringing(table: Table) -> None:
    """CANCEL; the phone that rang is told."""
    out, coming = await table.rings_at_bob()
    out.hang_up()
    await happens(coming.ended)
    await until(lambda: table.proxy.seen["ACK"] == 1)
    assert out.status == 487


async def test_who_is_busy_says_so(table: Table) -> None:
    """486."""
    out, coming = await table.rings_at_bob()
    coming.decline()
    await happens(out.ended)
    assert out.status == 486
    assert table.bob.calls == {}


async def test_a_call_can_be_refused_for_any_reason(table: Table) -> None:
    """And who is called knows which number was dialled."""
    out, coming = await table.rings_at_bob()
    coming.refuse("480 Temporarily Unavailable")
    await happens(out.ended)
    assert (out.status, coming.called) == (480, "bob")


async def test_who_hangs_up_what_rings_declines(table: Table) -> None:
    """603."""
    out, coming = await table.rings_at_bob()
    coming.hang_up()
    await happens(out.ended)
    assert out.status == 603


async def test_declining_or_answering_what_is_over_changes_nothing(table: Table) -> None:
    """The caller was faster."""
    out, coming = await table.rings_at_bob()
    out.hang_up()
    await happens(coming.ended)
    coming.answer()
    coming.decline()
    assert coming.state is CallState.ENDED


async def test_nobody_there_is_an_answer(table: Table) -> None:
    """404 of the proxy."""
    call = await table.alice.call("nobody")
    await happens(call.ended)
    assert (call.status, table.alice.calls) == (404, {})


async def test_a_call_that_nobody_answers_to_ends(table: Table, hasty: None) -> None:
    """Not even a provisional response came."""
    table.proxy.answers["nobody"] = ""
    call = await table.alice.call("nobody")
    await happens(call.ended)
    assert (call.status, table.alice.calls) == (408, {})


async def test_a_call_is_authenticated_when_the_proxy_asks() -> None:
    """407 and the digest; the call goes on with the next sequence number."""
    proxy = await ProxyPeer.open({"alice": "Circle Of Life"}, challenges_calls=True)
    table = Table(proxy)
    await table.alice.open()
    await table.bob.open()
    await table.bob.register()
    out, _ = await table.talk()
    assert out.dialog.sequence == 2
    await table.alice.close()
    await table.bob.close()
    proxy.close()


async def test_without_a_secret_a_challenge_is_the_end() -> None:
    """There is nothing to answer."""
    proxy = await ProxyPeer.open({"alice": "Circle Of Life"}, challenges_calls=True)
    phone = Softphone("alice", proxy.address)
    await phone.open()
    call = await phone.call("bob")
    await happens(call.ended)
    assert call.status == 407
    await phone.close()
    proxy.close()


async def test_a_lost_invite_is_repeated_and_rings_once(table: Table, hasty: None) -> None:
    """The second one finds the call there."""
    table.proxy.lose["100"] = table.proxy.lose["180"] = 3
    call = await table.alice.call("bob")
    await until(lambda: table.proxy.seen["INVITE"] > 2)
    assert len(table.rung) == 1
    table.rung[0].answer()
    await happens(call.answered)


async def test_a_lost_answer_is_given_again(table: Table, hasty: None) -> None:
    """The caller repeats, and hears it then."""
    table.proxy.lose["180"] = 100
    table.proxy.lose["200"] = 1
    call = await table.alice.call("bob")
    await happens(table.rings)
    table.rung[0].answer()
    await happens(call.answered)


async def test_an_answer_that_crosses_the_hang_up_is_ended(table: Table) -> None:
    """The far end took the call while CANCEL was on its way."""
    out, coming = await table.rings_at_bob()
    table.proxy.lose["CANCEL"] = 1
    out.hang_up()
    coming.answer()
    await happens(coming.ended)
    assert table.proxy.seen["BYE"] == 1
    assert table.proxy.sequences["ACK"] < table.proxy.sequences["BYE"]


async def test_keys_reach_the_other_side_as_packets(table: Table) -> None:
    """They are sent in the stream."""
    out, coming = await table.talk()
    await happens(coming.audio.arrived)
    out.press("5")
    before = coming.audio.packets_received
    await until(lambda: not out.audio._keys)
    await until(lambda: coming.audio.packets_received > before)


async def test_closing_hangs_everything_up(table: Table) -> None:
    """Also what still rings."""
    _, first = await table.talk()
    await table.alice.call("bob")
    await until(lambda: len(table.rung) == 2)
    await table.alice.close()
    await happens(first.ended)
    await happens(table.rung[1].ended)


async def test_calls_at_once_are_bounded(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone is no load generator without end."""
    monkeypatch.setattr(phone_module, "MOST_CALLS", 1)
    await table.rings_at_bob()
    with pytest.raises(PortUnavailable, match="too many calls"):
        await table.alice.call("bob")


async def test_one_telephone_may_answer_for_another(table: Table) -> None:
    """The contact names the other one's port."""
    table.alice.contact_port = 4711
    assert table.alice._contact == "<sip:alice@127.0.0.1:4711>"


# -- what comes to the socket -------------------------------------------------------------------------------------------


async def test_a_flood_of_answers_is_bounded(table: Table) -> None:
    """What does not fit is dropped; the phone goes on."""
    table.proxy.answers["bob"] = ""
    call = await table.alice.call("bob")
    await until(lambda: table.proxy.last_invite is not None)
    invite = table.proxy.last_invite
    assert invite is not None
    for _ in range(200):
        table.proxy.answer(invite, "180 Ringing", ("127.0.0.1", table.alice.port))
    await happens(call.rang)
    async with asyncio.timeout(5):
        while not call.ended.is_set():  # an answer is repeated until it is acknowledged: RFC 3261 section 17.2.1
            table.proxy.answer(invite, "486 Busy Here", ("127.0.0.1", table.alice.port))
            await asyncio.sleep(0.05)
    assert call.status == 486


async def test_other_requests_are_answered(table: Table) -> None:
    """A PBX asks whether the phone is there."""
    headers = [("Via", "SIP/2.0/UDP x;branch=z9hG4bK9"), ("From", "<sip:pbx>"), ("To", "<sip:bob>")]
    headers += [("Call-ID", "ping"), ("CSeq", "1 OPTIONS")]
    before = table.proxy.seen["200"]
    table.proxy.send(render("OPTIONS sip:bob SIP/2.0", headers), ("127.0.0.1", table.bob.port))
    await until(lambda: table.proxy.seen["200"] == before + 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x00" * 40,
        b"SIP/2.0 abc Nonsense\r\nCSeq: 1 INVITE\r\n\r\n",
        b"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/UDP a;branch=unknown\r\nCall-ID: x\r\n\r\n",
        b"SIP/2.0 486 Busy\r\nCSeq: 1 INVITE\r\n\r\n",
        b"ACK sip:bob SIP/2.0\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n",
        b"BYE sip:bob SIP/2.0\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n\r\n",
        b"CANCEL sip:bob SIP/2.0\r\nCall-ID: x\r\nCSeq: 1 CANCEL\r\n\r\n",
    ],
)
async def test_nonsense_and_strangers_change_nothing(table: Table, data: bytes) -> None:
    """The phone goes on."""
    table.proxy.send(data, ("127.0.0.1", table.bob.port))
    await table.talk()

"""The defects of panoramisk 1.4 with messages, each provoked twice: the bare library shows it, our link does not."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest
from panoramisk.message import Message
from tests.adapters.asterisk.ami_bench import bare, event, ours
from tests.adapters.asterisk.ami_peer import AmiPeer, message
from tests.adapters.asterisk.facts import turns, until

from ccserver.adapters.asterisk.links import LinkUp, ResyncNeeded


async def test_bare_coroutine_callbacks_overtake_one_another(peer: AmiPeer) -> None:
    """The second event is handled before the first."""
    order: list[str] = []

    async def handle(_manager: Any, received: Any) -> None:
        if received["Serial"] == "1":
            await turns()
        order.append(received["Serial"])

    async with bare(peer) as manager:
        manager.register_event("Seq", handle)
        peer.say(message(Event="Seq", Serial="1") + message(Event="Seq", Serial="2"))
        await until(lambda: len(order) == 2)
        assert order == ["2", "1"]


async def test_ours_delivers_in_order_however_slow_the_reader(peer: AmiPeer) -> None:
    """There is one inbox and one reader."""
    order: list[str] = []
    async with ours(peer) as link:
        peer.say(message(Event="Seq", Serial="1") + message(Event="Seq", Serial="2"))
        for _ in range(2):
            received = await event(link)
            await turns()
            order.append(received["Serial"])
        assert order == ["1", "2"]


async def test_bare_a_callback_that_raises_closes_the_link(peer: AmiPeer) -> None:
    """The rest of the segment is lost with it."""
    seen: list[str] = []

    def handle(_manager: Any, received: Any) -> None:
        seen.append(received["Serial"])
        raise ValueError("our bug")

    async with bare(peer) as manager:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        manager.register_event("Seq", handle)
        peer.say(message(Event="Seq", Serial="1") + message(Event="Seq", Serial="2"))
        await until(lambda: peer.connection_count == 2)
        assert seen == ["1"]


async def test_ours_a_reader_that_raises_does_not_touch_the_link(peer: AmiPeer) -> None:
    """The reader runs in its own task; the next message is there for the next reader."""
    async with ours(peer) as link:
        peer.say(message(Event="Seq", Serial="1") + message(Event="Seq", Serial="2"))

        async def read_badly() -> None:
            raise ValueError((await event(link))["Serial"])

        with pytest.raises(ValueError, match="1"):
            await read_badly()
        assert (await event(link))["Serial"] == "2"
        assert (link.is_up, peer.connection_count) == (True, 1)


async def test_bare_a_message_cannot_be_copied() -> None:
    """Attribute look-up recurses without end."""
    with pytest.raises(RecursionError):
        copy.copy(Message({"Event": "Named"}))


async def test_ours_messages_are_plain_dictionaries(peer: AmiPeer) -> None:
    """They can be copied, stored and compared."""
    async with ours(peer) as link:
        peer.say(message(Event="Named", Name="Ann"))
        received = await event(link)
        assert type(received) is dict
        assert copy.deepcopy(received) == {"Event": "Named", "Name": "Ann"}


async def test_bare_a_repeated_header_changes_its_type() -> None:
    """Text for one line, a list for two."""
    one, two = (Message.from_line("Response: Success\r\n" + "Output: a\r\n" * n + "X: y") for n in (1, 2))
    assert (type(one["Output"]), type(two["Output"])) == (str, list)


async def test_ours_a_repeated_header_is_text_with_lines(peer: AmiPeer) -> None:
    """One type for any number of repetitions."""
    async with ours(peer) as link:
        peer.say(b"Event: Named\r\nOutput: a\r\n\r\nEvent: Named\r\nOutput: a\r\nOutput: b\r\n\r\n")
        assert [(await event(link))["Output"].split("\n") for _ in range(2)] == [["a"], ["a", "b"]]


async def test_bare_a_header_named_items_is_a_method() -> None:
    """Headers are also attributes, and the dictionary's own win."""
    assert callable(Message({"Event": "Named", "Items": "3"}).items)


async def test_ours_a_header_named_items_is_a_header(peer: AmiPeer) -> None:
    """Only look-up by key exists."""
    async with ours(peer) as link:
        peer.say(message(Event="Named", Items="3"))
        assert (await event(link))["Items"] == "3"


async def test_ours_an_overflow_becomes_a_resync(peer: AmiPeer) -> None:
    """Everything queued is dropped and counted; what comes after is delivered; the state of the link is kept."""
    async with ours(peer, connected=False, inbox_limit=10) as link:
        await until(lambda: link.is_up)
        peer.say(b"".join(message(Event="Seq", Serial=str(n)) for n in range(9)))
        await until(lambda: link.inbox.dropped_count)
        assert await link.inbox.take() == LinkUp()
        assert await link.inbox.take() == ResyncNeeded(9)
        assert (await event(link))["Serial"] == "8"

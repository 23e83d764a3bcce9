"""The defects of panoramisk 1.4 with its peer, each provoked twice: the bare library shows it, our link does not."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from tests.adapters.asterisk.ami_bench import FAST, bare, event, ours, signal
from tests.adapters.asterisk.ami_peer import AmiPeer, Frame, message, reply
from tests.adapters.asterisk.facts import turns, until

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.errors import LinkLost
from ccserver.adapters.asterisk.links import Backoff, LinkDown, LinkRefused, LinkUp
from ccserver.services.tasks import TaskTable


async def test_bare_a_silent_peer_is_not_noticed(peer: AmiPeer) -> None:
    """Pings go unanswered, and it pings on."""
    async with bare(peer) as manager:
        peer.scripts.pop("ping")
        manager.ping_interval = 0.01
        manager.ping()
        await until(lambda: len(peer.actions("Ping")) >= 6)
        assert (peer.connection_count, manager._connected) == (1, True)


async def test_ours_notices_a_silent_peer_and_comes_back(peer: AmiPeer) -> None:
    """One ping without an answer within its deadline ends the connection."""
    fast: dict[str, Any] = {"ping_interval": timedelta(milliseconds=10), "ping_deadline": timedelta(milliseconds=30)}
    async with ours(peer, **fast) as link:
        answer = peer.scripts.pop("ping")
        assert isinstance(await signal(link), LinkDown)
        peer.scripts["ping"] = answer
        assert await signal(link) == LinkUp()


async def test_bare_a_letter_cut_by_a_segment_is_lost(peer: AmiPeer) -> None:
    """Each segment is decoded by itself, and what does not fit is ignored."""
    seen: list[str] = []
    raw = message(Event="Named", Name="王小明")
    cut = raw.index("小".encode()) + 1
    async with bare(peer) as manager:
        manager.register_event("Named", lambda _manager, named: seen.append(named["Name"]))
        await _say_in_pieces(peer, raw[:cut], raw[cut:])
        await until(lambda: seen)
        assert seen == ["王明"]


async def test_ours_keeps_a_letter_cut_by_a_segment(peer: AmiPeer) -> None:
    """Whole messages are decoded, wherever the segments end."""
    raw = message(Event="Named", Name="王小明")
    async with ours(peer) as link:
        for cut in range(1, len(raw)):
            await _say_in_pieces(peer, raw[:cut], raw[cut:])
            assert (await event(link))["Name"] == "王小明"


async def _say_in_pieces(peer: AmiPeer, *pieces: bytes) -> None:
    for piece in pieces:
        peer.say(piece)
        await turns()


async def test_ours_reads_bytes_that_are_no_text(peer: AmiPeer) -> None:
    """A stray byte costs one replacement character, not the link."""
    async with ours(peer) as link:
        peer.say(b"Event: Named\r\nName: B\xe4rbel\r\n\r\n")
        assert (await event(link))["Name"] == "B\ufffdrbel"


ENDLESS = b"A" * (1024 * 1024 + 1024)


async def test_bare_a_message_without_end_is_kept_without_limit(peer: AmiPeer) -> None:
    """More than a megabyte is held, and searched anew at every segment."""
    async with bare(peer) as manager:
        peer.say(ENDLESS)
        await until(lambda: sum(map(len, manager.protocol.queue)) >= len(ENDLESS))
        assert manager._connected


async def test_ours_drops_the_link_at_64_kb_without_end(peer: AmiPeer) -> None:
    """A new connection is made; nothing of the flood is kept."""
    async with ours(peer) as link:
        peer.say(ENDLESS)
        down = await signal(link)
        assert isinstance(down, LinkDown)
        assert "64 KB" in down.why
        assert await signal(link) == LinkUp()


async def test_ours_drops_the_link_at_a_finished_message_of_more_than_64_kb(peer: AmiPeer) -> None:
    """The end mark does not help an overlong message."""
    async with ours(peer) as link:
        peer.say(message(Event="Big", Value="A" * 70_000) + message(Event="Next"))
        assert isinstance(await signal(link), LinkDown)


async def test_bare_close_during_the_pause_connects_again(peer: AmiPeer) -> None:
    """The reconnection that was planned comes all the same."""
    async with bare(peer) as manager:
        manager.reconnect_timeout = 0.05
        peer.hang_up()
        await until(lambda: not manager._connected)
        manager.close()
        await until(lambda: peer.connection_count == 2)


async def test_ours_close_during_the_pause_is_the_end(peer: AmiPeer) -> None:
    """run() returns, and no connection is made any more."""
    slow = Backoff(random.Random(1), timedelta(seconds=30), timedelta(seconds=30))
    link = AmiLink(AmiSettings(host="127.0.0.1", port=peer.port, username="u", secret="s"), slow)
    running = TaskTable().spawn("link", link.run())
    assert await link.inbox.take() == LinkUp()
    peer.hang_up()
    assert isinstance(await signal(link), LinkDown)
    link.close()
    await asyncio.wait_for(running, 1)
    await link.run()
    assert peer.connection_count == 1


async def test_ours_close_ends_a_session_and_whoever_waits_in_it(peer: AmiPeer) -> None:
    """An action under way hears LinkLost, and the peer sees the end of the connection."""
    async with ours(peer) as link:
        waiting = TaskTable(lambda *_: None).spawn("waiting", link.ask("QueuePause"))
        await until(lambda: peer.actions("QueuePause"))
        link.close()
        with pytest.raises(LinkLost):
            await waiting
        await until(lambda: not peer.is_connected)


def _wrong(frame: Frame) -> bytes:
    return reply(frame, Response="Error", Message="Authentication failed")


async def test_bare_a_wrong_password_is_neither_told_nor_given_up(peer: AmiPeer) -> None:
    """The login future ends quietly; a peer that closes is called again and again."""
    peer.scripts["login"] = _wrong
    async with bare(peer, connected=False):
        for expected in (1, 2, 3):
            await until(lambda expected=expected: len(peer.actions("Login")) >= expected)  # type: ignore[misc]
            await turns()
            peer.hang_up()


async def test_ours_a_wrong_password_is_told_and_not_hammered(peer: AmiPeer) -> None:
    """One try, one signal, then the long pause."""
    peer.scripts["login"] = _wrong
    async with ours(peer, connected=False) as link:
        refused = await signal(link)
        assert isinstance(refused, LinkRefused)
        assert "Authentication failed" in refused.why
        assert len(peer.actions("Login")) == 1


async def test_ours_a_wrong_password_is_tried_again_after_the_long_pause(peer: AmiPeer) -> None:
    """The secret may be put right on Asterisk's side."""
    right = peer.scripts["login"]
    peer.scripts["login"] = _wrong
    async with ours(peer, connected=False, refused_pause=timedelta(milliseconds=20)) as link:
        assert isinstance(await signal(link), LinkRefused)
        peer.scripts["login"] = right
        while (heard := await signal(link)) != LinkUp():
            assert isinstance(heard, LinkRefused)


async def test_ours_a_refused_connection_is_tried_until_it_works() -> None:
    """There is no limit of tries; the inbox says nothing before the first success."""
    async with AmiPeer() as gone:
        port = gone.port
    link = AmiLink(AmiSettings(host="127.0.0.1", port=port, username="u", secret="s"), FAST)
    running = TaskTable().spawn("link", link.run())
    await turns(50)
    assert (len(link.inbox), running.done()) == (0, False)
    link.close()
    await asyncio.wait_for(running, 1)


async def test_ours_is_up_only_after_fully_booted(peer: AmiPeer) -> None:
    """A login that is accepted during the boot is not yet a link."""
    peer.scripts["login"] = lambda frame: reply(frame, Message="Authentication accepted")
    async with ours(peer, connected=False) as link:
        await until(lambda: peer.actions("Login"))
        await turns(20)
        assert not link.is_up
        peer.say(message(Event="FullyBooted"))
        assert await signal(link) == LinkUp()


async def test_ours_gives_up_a_session_that_never_boots(peer: AmiPeer) -> None:
    """Most likely the user lacks the class that carries FullyBooted."""
    peer.scripts["login"] = lambda frame: reply(frame, Message="Authentication accepted")
    limits: dict[str, Any] = {"boot_deadline": timedelta(milliseconds=20), "ping_interval": timedelta(milliseconds=10)}
    async with ours(peer, connected=False, **limits):
        await until(lambda: peer.connection_count >= 2)

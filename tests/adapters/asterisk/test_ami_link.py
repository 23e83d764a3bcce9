"""The defects of panoramisk 1.4 with actions, each provoked twice: the bare library shows it, our link does not.

What it does with the connection and with messages is in test_ami_link_peer.py and test_ami_link_delivery.py.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from panoramisk import Manager
from tests.adapters.asterisk.ami_bench import FAST, bare, event, ours, signal
from tests.adapters.asterisk.ami_peer import AmiPeer, Frame, message, reply
from tests.adapters.asterisk.facts import turns, until

from ccserver.adapters.asterisk.ami_link import AmiLink, AmiSettings
from ccserver.adapters.asterisk.errors import ActionRefused, ActionTimedOut, LinkLost, UnsafeText
from ccserver.adapters.asterisk.links import LinkDown, LinkUp

NAME = "x\r\n\r\nAction: Originate\r\nChannel: PJSIP/evil\r\n\r\n"


async def test_bare_a_line_break_in_a_value_becomes_a_second_action(peer: AmiPeer) -> None:
    """A caller's name can place a call."""
    async with bare(peer) as manager:
        manager.send_action({"Action": "UserEvent", "UserEvent": "Called", "Who": NAME})
        await until(lambda: peer.actions("Originate"))


async def test_ours_refuses_line_breaks_in_values(peer: AmiPeer) -> None:
    """Nothing at all is sent."""
    async with ours(peer) as link:
        with pytest.raises(UnsafeText):
            await link.ask("UserEvent", {"UserEvent": "Called", "Who": NAME})
        await link.ask("Ping")
        assert [frame["Action"] for frame in peer.frames] == ["Login", "Ping"]


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Ping\r\nX", {}),
        ("Ping", {"A\r\nB": "c"}),
        ("Ping", {"A: b": "c"}),
        ("Ping", {"A": "b\0"}),
        ("Ping", {"A": "b\n"}),
        ("Ping", {"A": ["b", "c\r"]}),
        ("Ping", {"A": "b" * 1_000}),
        ("Ping", {"action": "Originate"}),
        ("Ping", {"ActionID": "cc-1"}),
    ],
)
async def test_ours_refuses_everything_that_changes_the_framing(
    peer: AmiPeer, action: str, headers: dict[str, str]
) -> None:
    """Names, values, repeated values, overlong lines, and fields that are ours."""
    async with ours(peer) as link:
        with pytest.raises(UnsafeText):
            await link.ask(action, headers)
        assert len(peer.frames) == 1


@pytest.mark.parametrize("action", ["Originate", "ORIGINATE", "Command"])
async def test_ours_never_carries_calls_or_commands(peer: AmiPeer, action: str) -> None:
    """Calls go over ARI under ids of ours."""
    async with ours(peer) as link:
        with pytest.raises(ActionRefused):
            await link.ask(action, {"Channel": "PJSIP/ann"})
        assert len(peer.frames) == 1


async def test_bare_an_originate_without_async_kills_the_link(peer: AmiPeer) -> None:
    """The usual success text raises KeyError inside the reader."""
    peer.scripts["originate"] = lambda frame: reply(frame, Message="Originate successfully queued")
    async with bare(peer) as manager:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        manager.send_action({"Action": "Originate", "Channel": "PJSIP/ann"})
        await until(lambda: peer.connection_count == 2)


# -- what becomes of actions --------------------------------------------------------------------------------------------


async def test_bare_an_unanswered_action_is_sent_again_after_a_reconnection(peer: AmiPeer) -> None:
    """The link dies between the action and its answer: it is done twice, and its future stays open."""
    peer.hang_up_on.add("queuepause")
    async with bare(peer) as manager:
        future = manager.send_action({"Action": "QueuePause", "Interface": "PJSIP/ann"})
        await until(lambda: len(peer.actions("QueuePause")) >= 2)
        assert not future.done()


async def test_ours_fails_the_action_at_once_and_sends_it_no_more(peer: AmiPeer) -> None:
    """After the next FullyBooted only pings and logins are seen."""
    peer.hang_up_on.add("queuepause")
    async with ours(peer) as link:
        with pytest.raises(LinkLost):
            await link.ask("QueuePause", {"Interface": "PJSIP/ann"})
        assert isinstance(await signal(link), LinkDown)
        assert await signal(link) == LinkUp()
        await link.ask("Ping")
        assert len(peer.actions("QueuePause")) == 1


async def test_bare_an_action_before_the_first_connection_is_an_attribute_error(peer: AmiPeer) -> None:
    """The library has nobody to give it to."""
    with pytest.raises(AttributeError):
        Manager(host="127.0.0.1", port=peer.port).send_action({"Action": "Ping"})


async def test_ours_fails_at_once_before_the_first_connection(peer: AmiPeer) -> None:
    """LinkLost, without waiting for anything."""
    link = AmiLink(AmiSettings(host="127.0.0.1", port=peer.port, username="u", secret="s"), FAST)
    with pytest.raises(LinkLost):
        await link.ask("Ping")


async def test_bare_an_action_while_down_never_ends(peer: AmiPeer) -> None:
    """It is neither sent nor failed."""
    async with bare(peer) as manager:
        manager.connect = lambda *_args, **_kwargs: None
        peer.hang_up()
        await until(lambda: not manager._connected)
        future = manager.send_action({"Action": "QueuePause"})
        await turns(20)
        assert not future.done()


async def test_ours_fails_at_once_while_down(peer: AmiPeer) -> None:
    """Nobody waits for a link that is away."""
    async with ours(peer) as link:
        peer.scripts.pop("login")
        peer.hang_up()
        assert isinstance(await signal(link), LinkDown)
        with pytest.raises(LinkLost):
            await link.ask("QueuePause")


async def test_bare_an_action_has_no_deadline_and_leaks_when_cancelled(peer: AmiPeer) -> None:
    """Fifty given up actions leave fifty entries behind."""
    async with bare(peer) as manager:
        for _ in range(50):
            manager.send_action({"Action": "QueuePause"}).cancel()
        await until(lambda: len(peer.actions("QueuePause")) == 50)
        assert len(manager.protocol.responses) >= 50


async def test_ours_has_a_deadline_and_forgets(peer: AmiPeer) -> None:
    """After the time-out the table is empty, and the link still works."""
    async with ours(peer, action_deadline=timedelta(milliseconds=30)) as link:
        with pytest.raises(ActionTimedOut):
            await link.ask("QueuePause")
        assert link._protocol is not None
        assert link._protocol.responses == {}
        peer.say(message(Event="Next"))
        assert (await event(link))["Event"] == "Next"


async def test_ours_drops_an_answer_that_comes_too_late(peer: AmiPeer) -> None:
    """Neither an event nor anybody else's answer."""
    async with ours(peer, action_deadline=timedelta(milliseconds=30)) as link:
        with pytest.raises(ActionTimedOut):
            await link.ask("QueueStatus")
        late = peer.frames[-1]
        peer.say(reply(late) + message(Event="QueueMember", ActionID=late["ActionID"]) + message(Event="Next"))
        assert (await event(link))["Event"] == "Next"


def _queue_added(frame: Frame) -> bytes:
    return reply(frame, Message="Added interface to queue")


async def test_bare_queue_add_never_ends(peer: AmiPeer) -> None:
    """The success text makes the library wait for a list that never comes."""
    peer.scripts["queueadd"] = _queue_added
    async with bare(peer) as manager:
        future = manager.send_action({"Action": "QueueAdd"})
        await manager.send_action({"Action": "Ping"}, as_list=False)
        assert not future.done()


async def test_ours_queue_add_ends(peer: AmiPeer) -> None:
    """What a message is, is told by its structure and not by its wording."""
    peer.scripts["queueadd"] = _queue_added
    async with ours(peer) as link:
        assert (await link.ask("QueueAdd")).response["Message"] == "Added interface to queue"


def _no_contacts(frame: Frame) -> bytes:
    return reply(frame, Response="Error", Message="No Contacts found")


async def test_bare_a_refused_list_never_ends(peer: AmiPeer) -> None:
    """An error instead of a list is waited on for ever."""
    peer.scripts["pjsipshowcontacts"] = _no_contacts
    async with bare(peer) as manager:
        future = manager.send_action({"Action": "PJSIPShowContacts"}, as_list=True)
        await manager.send_action({"Action": "Ping"}, as_list=False)
        assert not future.done()


async def test_ours_a_refused_list_is_refused(peer: AmiPeer) -> None:
    """ActionRefused carries Asterisk's words."""
    peer.scripts["pjsipshowcontacts"] = _no_contacts
    async with ours(peer) as link:
        with pytest.raises(ActionRefused, match="No Contacts found"):
            await link.ask("PJSIPShowContacts")


async def test_ours_gathers_a_list(peer: AmiPeer) -> None:
    """The entries come in order, without the closing event; other events are not mixed in."""

    def answer(frame: Frame) -> bytes:
        own = {"ActionID": frame["ActionID"]}
        return (
            reply(frame, EventList="start")
            + message(Event="ContactList", Aor="ann", **own)
            + message(Event="PeerStatus", Peer="x")
            + message(Event="ContactList", Aor="bob", **own)
            + message(Event="ContactListComplete", EventList="Complete", ListItems="2", **own)
        )

    peer.scripts["pjsipshowcontacts"] = answer
    async with ours(peer) as link:
        found = await link.ask("PJSIPShowContacts")
        assert [entry["Aor"] for entry in found.entries] == ["ann", "bob"]
        assert (await event(link))["Event"] == "PeerStatus"


async def test_ours_refuses_actions_beyond_the_limit_of_pending_ones(peer: AmiPeer) -> None:
    """A silent Asterisk cannot make us pile up actions without end."""
    async with ours(peer, action_deadline=timedelta(milliseconds=200)) as link:
        errors = await asyncio.gather(*(link.ask("QueuePause") for _ in range(1_001)), return_exceptions=True)
        assert [type(error) for error in errors].count(ActionRefused) == 1

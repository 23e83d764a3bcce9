"""ARI commands: what goes over the wire, and what comes of every kind of answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.adapters.asterisk.ari_peer import Answer, AriPeer

from ccserver.adapters.asterisk.ari_client import AriClient, Originate, Record
from ccserver.adapters.asterisk.ari_http import AriSettings
from ccserver.adapters.asterisk.errors import AriError, UnsafeText

CHANNEL = {
    "id": "cc-1", "protocol_id": "", "name": "PJSIP/ann-1", "state": "Up", "caller": {"name": "", "number": ""},
    "connected": {"name": "", "number": ""}, "accountcode": "", "language": "en",
    "dialplan": {"context": "c", "exten": "s", "priority": 1, "app_name": "", "app_data": ""},
    "creationtime": "2026-11-21T23:11:37.511+0000", "a_field_of_tomorrow": 1,
}  # fmt: skip


def settings_of(port: int) -> AriSettings:
    return AriSettings(host="127.0.0.1", port=port, username="cc", password="secret", app="ccserver")


@pytest.fixture
async def peer() -> AsyncIterator[AriPeer]:
    async with AriPeer() as peer:
        yield peer


@pytest.fixture
async def ari(peer: AriPeer) -> AsyncIterator[AriClient]:
    async with AriClient(settings_of(peer.port)) as ari:
        yield ari


async def test_originate_names_the_channel_the_app_and_the_variables(peer: AriPeer, ari: AriClient) -> None:
    """Everything needed to recognise the channel after a crash goes out with it."""
    await ari.channels.originate(
        Originate(
            channel_id="cc-n1-x-l2",
            endpoint="PJSIP/ann",
            app_args=("agent", "x"),
            caller_id='"A" <+44>',
            limit=timedelta(seconds=20),
            variables={"CC_ID": "x"},
        )
    )
    (request,) = peer.requests
    assert (request.method, request.path) == ("POST", "/channels/cc-n1-x-l2")
    assert request.query == {
        "endpoint": "PJSIP/ann", "app": "ccserver", "appArgs": "agent,x", "callerId": '"A" <+44>', "timeout": "20",
    }  # fmt: skip
    assert request.body == {"variables": {"CC_ID": "x"}}


async def test_originate_again_is_no_error_when_the_channel_is_there(peer: AriPeer, ari: AriClient) -> None:
    """A repeat after an unknown outcome does no harm."""
    peer.answers["POST /channels/cc-1"] = Answer(409, {"error": "exists"})
    peer.answers["GET /channels/cc-1"] = Answer(200, CHANNEL)
    await ari.channels.originate(Originate(channel_id="cc-1", endpoint="PJSIP/ann"))


async def test_409_of_originate_without_a_channel_is_a_failure(peer: AriPeer, ari: AriClient) -> None:
    """Asterisk repeats an old 409 for a later "Allocation failed" on the same connection."""
    peer.answers["POST /channels/cc-1"] = Answer(409, {"error": "Allocation failed"})
    peer.answers["GET /channels/cc-1"] = Answer(404, {"message": "Channel not found"})
    with pytest.raises(AriError, match="Allocation failed"):
        await ari.channels.originate(Originate(channel_id="cc-1", endpoint="PJSIP/ann"))


async def test_a_channel_that_is_gone_is_a_404(peer: AriPeer, ari: AriClient) -> None:
    """The caller of the method decides that this is normal."""
    peer.answers["POST /channels/cc-1/answer"] = Answer(404, {"message": "Channel not found"})
    with pytest.raises(AriError) as caught:
        await ari.channels.answer("cc-1")
    assert (caught.value.is_gone, caught.value.is_unavailable, caught.value.reason) == (
        True,
        False,
        "Channel not found",
    )


async def test_a_booting_asterisk_is_unavailable(peer: AriPeer, ari: AriClient) -> None:
    """503 says nothing against the command."""
    peer.answers["POST /channels/cc-1/answer"] = Answer(503, {"message": "Asterisk not booted"})
    with pytest.raises(AriError) as caught:
        await ari.channels.answer("cc-1")
    assert caught.value.is_unavailable


async def test_no_answer_within_the_deadline_is_unavailable(peer: AriPeer) -> None:
    """Status 0; the command went out once."""
    peer.answers["POST /channels/cc-1/answer"] = Answer(hold=True)
    hasty = replace(settings_of(peer.port), command_deadline=timedelta(milliseconds=300))
    async with AriClient(hasty) as ari:
        with pytest.raises(AriError) as caught:
            await ari.channels.answer("cc-1")
    assert (caught.value.status, caught.value.is_unavailable) == (0, True)
    assert len(peer.requests) == 1


async def test_nobody_there_is_unavailable() -> None:
    """A refused connection is the same kind of error."""
    async with AriPeer() as gone:
        port = gone.port
    async with AriClient(settings_of(port)) as ari:
        with pytest.raises(AriError) as caught:
            await ari.ping()
    assert caught.value.is_unavailable


@pytest.mark.parametrize("bad", ["x\r\nHost: y", "x\n", "x\0"])
async def test_line_breaks_and_nul_never_leave(peer: AriPeer, ari: AriClient, bad: str) -> None:
    """In an id, a parameter, and the body."""
    with pytest.raises(UnsafeText):
        await ari.channels.answer(bad)
    with pytest.raises(UnsafeText):
        await ari.channels.set_variable("cc-1", "CC_ID", bad)
    with pytest.raises(UnsafeText):
        await ari.channels.originate(Originate(channel_id="cc-1", endpoint="PJSIP/ann", variables={"CC_ID": bad}))
    assert peer.requests == []


async def test_an_id_cannot_name_another_resource(peer: AriPeer, ari: AriClient) -> None:
    """Slashes, dots, question marks and percent signs are part of the id."""
    await ari.channels.hang_up("../bridges/x?y=%2F#z")
    assert peer.requests[0].raw_path == "/channels/..%2Fbridges%2Fx%3Fy%3D%252F%23z"
    for dots in ("..", ".", ""):
        with pytest.raises(AriError):
            await ari.channels.hang_up(dots)
    assert len(peer.requests) == 1


async def test_a_comma_cannot_make_two_values_of_one(peer: AriPeer, ari: AriClient) -> None:
    """Asterisk splits lists at commas."""
    with pytest.raises(UnsafeText):
        await ari.bridges.add("b", ["one", "two,three"])
    assert peer.requests == []


async def test_play_sends_all_media_in_one_playback(peer: AriPeer, ari: AriClient) -> None:
    """One playback, one id, one end."""
    await ari.channels.play("cc-1", "p-1", ["sound:queue-youarenext", "number:3"], "en")
    (request,) = peer.requests
    assert request.path == "/channels/cc-1/play/p-1"
    assert request.query == {"media": "sound:queue-youarenext,number:3", "lang": "en"}


async def test_record_says_when_it_ends(peer: AriPeer, ari: AriClient) -> None:
    """By key, by length, by silence."""
    await ari.channels.record("cc-1", Record(name="vm-1", limit=timedelta(minutes=3), silence=timedelta(seconds=5)))
    assert peer.requests[0].query == {
        "name": "vm-1", "format": "wav", "maxDurationSeconds": "180", "maxSilenceSeconds": "5",
        "ifExists": "overwrite", "beep": "true", "terminateOn": "#",
    }  # fmt: skip


async def test_hang_up_can_say_that_another_phone_answered(peer: AriPeer, ari: AriClient) -> None:
    """The phone shows no missed call."""
    await ari.channels.hang_up("cc-1", "answered_elsewhere")
    assert (peer.requests[0].method, peer.requests[0].query) == ("DELETE", {"reason": "answered_elsewhere"})


async def test_lists_are_typed_and_ignore_what_is_new(peer: AriPeer, ari: AriClient) -> None:
    """A field of a later Asterisk changes nothing."""
    peer.answers["GET /channels"] = Answer(200, [CHANNEL])
    (channel,) = await ari.channels.list()
    assert (channel.id, channel.creationtime.utcoffset()) == ("cc-1", timedelta(0))


async def test_a_closed_client_says_so() -> None:
    """It is an AriError like any other."""
    ari = AriClient(AriSettings(host="127.0.0.1", port=1, username="cc", password="secret", app="ccserver"))
    with pytest.raises(AriError):
        await ari.ping()


def test_the_password_is_not_shown() -> None:
    """Settings may be logged."""
    settings = AriSettings(host="127.0.0.1", port=1, username="cc", password="secret", app="ccserver")
    assert "secret" not in repr(settings)

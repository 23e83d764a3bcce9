"""Recordings over HTTP: who hears them, in parts or whole, and what a hostile name comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.web.centre_peer import NOON
from tests.adapters.web.house import House
from tests.adapters.web.test_interactions import goes_on, record

from ccserver.adapters.web.listenings import LASTS, MOST_KEPT, Listenings
from ccserver.services.office import RecordingFile

CALL, MESSAGE = "call-i1", "vm-i1"
AUDIO = bytes(range(200))
PATH = f"/interactions/i1/recordings/{CALL}"


@pytest.fixture
def kept(house: House, tmp_path: Path) -> Path:
    """Ann's call with a recording and a message; Bob has dealt with the same customer."""
    house.history.records = [replace(record(1), recordings=(CALL, MESSAGE)), record(2, "bob")]
    for name in (CALL, MESSAGE):
        path = tmp_path / f"{name}.wav"
        path.write_bytes(AUDIO)
        house.recordings.files[name] = RecordingFile(path, timedelta(seconds=23.4))
    return tmp_path


async def part(house: House, what: str) -> tuple[int, bytes, str | None]:
    """Status, audio and Content-Range of a request with this header Range."""
    headers = {**await house.bearer("sue"), "Range": what}
    answer = await house.client.get(f"/api/v1{PATH}", headers=headers)
    return answer.status, await answer.read(), answer.headers.get("Content-Range")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("user", "status"), [("ann", 200), ("bob", 403), ("idle", 404), ("sue", 200), ("max", 200), (None, 401)]
)
async def test_who_may_listen(house: House, user: str | None, status: int) -> None:
    """Agents to their own; who sees the interaction for its customer's sake sees no more than that there is a recording."""
    assert (await house.ask(user, "GET", PATH)).status == status


@pytest.mark.usefixtures("kept")
async def test_the_audio(house: House) -> None:
    """Whole, as WAV, and not to be stored on the way."""
    answer = await house.ask("ann", "GET", PATH)
    kind = (answer.content_type, answer.headers["Accept-Ranges"], answer.headers["Cache-Control"])
    assert (await answer.read(), kind) == (AUDIO, ("audio/wav", "bytes", "no-store"))


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("what", "status", "audio", "told"),
    [
        ("bytes=0-", 206, AUDIO, "bytes 0-199/200"),
        ("bytes=10-19", 206, AUDIO[10:20], "bytes 10-19/200"),
        ("bytes=-5", 206, AUDIO[-5:], "bytes 195-199/200"),
        ("bytes=200-", 416, b"", "bytes */200"),
        ("bytes=x", 416, b"", "bytes */200"),
    ],
)
async def test_parts(house: House, what: str, status: int, audio: bytes, told: str) -> None:
    """What the header Range asks for (RFC 9110, 14.2)."""
    assert await part(house, what) == (status, audio, told)


@pytest.mark.parametrize(
    "name",
    [
        "vm-other",
        "..%2F..%2Fsecrets",
        "%2e%2e",
        "%2Fetc%2Fpasswd",
        "call-i1.wav",
        "call-i1%00",
        "call-i2",
        ".",
        "a%0d%0ab",
        "x" * 300,
    ],
)
async def test_a_hostile_name(house: House, kept: Path, name: str) -> None:
    """Is no name of the record: 404, and no file is looked for."""
    (kept / "secrets.wav").write_bytes(b"secret")
    assert (await house.ask("max", "GET", f"/interactions/i1/recordings/{name}")).status == 404
    assert house.recordings.asked == []


@pytest.mark.usefixtures("kept")
async def test_a_recording_of_another_interaction(house: House) -> None:
    """Is not there under this one, though its file is."""
    assert (await house.ask("sue", "GET", f"/interactions/i2/recordings/{CALL}")).status == 404


@pytest.mark.usefixtures("kept")
async def test_a_file_that_is_gone(house: House) -> None:
    """410: the record still names it."""
    house.recordings.files.clear()
    answer = await house.ask("sue", "GET", PATH)
    assert (answer.status, (await answer.json(content_type=None))["type"]) == (410, "/problems/recording-gone")


@pytest.mark.usefixtures("kept")
async def test_folders_that_are_away(house: House) -> None:
    """503 for the audio; the interaction is shown nevertheless."""
    house.recordings.is_away = True
    assert ((await house.ask("sue", "GET", PATH)).status, (await house.ask("sue", "GET", "/interactions/i1")).status) == (
        503, 200,
    )  # fmt: skip


@pytest.mark.usefixtures("kept")
async def test_a_call_that_goes_on(house: House) -> None:
    """Its file still grows: it is not there yet."""
    goes_on(house, 1, "ann", recordings=(CALL,))
    assert (await house.ask("ann", "GET", PATH)).status == 404


async def files(house: House, user: str) -> list[Any]:
    found = (await house.answer(user, "GET", "/interactions/i1"))["recording_files"]
    return [[each[key] for key in ("name", "kind", "length_seconds", "is_kept", "may_listen")] for each in found]


@pytest.mark.usefixtures("kept")
async def test_what_the_interaction_tells_of_its_recordings(house: House) -> None:
    """What each is, how long the file says that it is, whether it is there and for the one who asks."""
    del house.recordings.files[MESSAGE]
    assert await files(house, "ann") == [[CALL, "call", 23.4, True, True], [MESSAGE, "message", None, False, True]]
    assert [each[-1] for each in await files(house, "bob")] == [False, False]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(("user", "status"), [("ann", 403), ("sue", 200)])
async def test_a_download(house: House, user: str, status: int) -> None:
    """For supervisors and admins."""
    answer = await house.ask(user, "GET", f"{PATH}?download=true")
    way = answer.headers.get("Content-Disposition")
    assert (answer.status, way) == (status, 'attachment; filename="call-i1.wav"' if status == 200 else None)


@pytest.mark.usefixtures("kept")
async def test_each_listening_is_in_the_audit_trail(house: House) -> None:
    """Once, though a browser asks for it in parts; who was refused has not listened."""
    headers = await house.bearer("ann")
    for what in ("bytes=0-", "bytes=50-", "bytes=100-"):
        await house.client.get(f"/api/v1{PATH}", headers={**headers, "Range": what})
    await house.ask("bob", "GET", PATH)
    await house.ask("sue", "GET", f"{PATH}?download=true")
    assert house.audit.lines() == [
        ("ann", "recording-played", "interaction/i1"), ("sue", "recording-downloaded", "interaction/i1"),
    ]  # fmt: skip
    assert house.audit.entries[0].detail == {"recording": CALL}


def test_a_listening_ends() -> None:
    """After a while a request is a new one."""
    listenings = Listenings()
    moments = (NOON, NOON + LASTS / 2, NOON + LASTS)
    assert [listenings.begins("t", "r", "played", now) for now in moments] == [True, False, True]


def test_few_listenings_are_remembered() -> None:
    """The oldest is forgotten, and would be told again."""
    listenings = Listenings()
    begun = [listenings.begins("t", f"r{each}", "played", NOON) for each in range(MOST_KEPT + 1)]
    assert (all(begun), listenings.begins("t", "r0", "played", NOON), len(listenings._begun)) == (True, True, MOST_KEPT)

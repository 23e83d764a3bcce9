"""The audio of recorded calls and of messages."""

from __future__ import annotations

from aiohttp import web

from ccserver.adapters.web.api.asking import note
from ccserver.adapters.web.api.interactions import may_listen, seen
from ccserver.adapters.web.fields import Identifier, Request
from ccserver.adapters.web.listenings import LISTENINGS
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.ids import InteractionId
from ccserver.services.office import RecordingFile

routes = Routes("Interactions")


class RecordingPath(Request):
    interaction: Identifier
    name: Identifier
    """As `recordings` of the interaction has it."""


class RecordingQuery(Request):
    """How it is taken."""

    download: bool = False
    """As a file to keep; supervisors and admins only."""


@routes.add("GET", "/interactions/{interaction}/recordings/{name}", media="audio/wav")
async def play_recording(call: Call, path: RecordingPath, query: RecordingQuery) -> web.FileResponse:
    """The audio of a recorded call or of a message, once the call is over. The header Range takes a part of it. Agents hear
    those of interactions they had a part in. Each listening is in the audit trail."""
    file = await _file(call, path, query.download)
    if call.request.method != "HEAD":
        await _note(call, path, "recording-downloaded" if query.download else "recording-played")
    way = "attachment" if query.download else "inline"
    headers = {"Content-Type": "audio/wav", "Content-Disposition": f'{way}; filename="{path.name}.wav"'}
    return web.FileResponse(file.path, headers=headers)


async def _file(call: Call, path: RecordingPath, download: bool) -> RecordingFile:
    """The name is only compared with those of the record. Raises not-found, forbidden, recording-gone."""
    record, is_live = await seen(call, InteractionId(path.interaction))
    if path.name not in record.recordings:
        raise Problem("not-found", "The interaction has no such recording.")
    if not may_listen(call, record):
        raise Problem("forbidden", "Agents listen to calls they had a part in.")
    if download and not call.identity.is_senior:
        raise Problem("forbidden", "Supervisors and admins download recordings.")
    if is_live:
        raise Problem("not-found", "The call goes on: its recording is there when it is over.")
    port = call.ports.recordings
    file = await port.find(path.name) if port is not None else None
    if file is None:
        raise Problem("recording-gone")
    return file


async def _note(call: Call, path: RecordingPath, action: str) -> None:
    """One line for each listening, however many requests a browser makes of it."""
    about, session = f"interaction/{path.interaction}", call.identity.session.token
    if call.request.app[LISTENINGS].begins(session, f"{about}/{path.name}", action, call.ports.clock.now()):
        await note(call, action, about, recording=path.name)

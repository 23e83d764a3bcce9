"""The ARI commands we use, typed. It knows Asterisk's parameters and nothing of contact centres.

All methods raise AriError; a 404 about a leg, bridge or playback is normal, because a hang-up may cross any command.
`answer`, `add`, `remove` and `set_variable` wait in Asterisk until a playback on the channel has ended: stop it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from pydantic import TypeAdapter

from ccserver.adapters.asterisk import ari_models as models
from ccserver.adapters.asterisk.ari_http import AriHttp, AriSettings, Query
from ccserver.adapters.asterisk.errors import AriError, UnsafeText

_CHANNELS = TypeAdapter(list[models.Channel])
_BRIDGES = TypeAdapter(list[models.Bridge])
_APPLICATIONS = TypeAdapter(list[models.Application])
_ENDPOINTS = TypeAdapter(list[models.Endpoint])


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """A channel to be opened; `app_args` come back in its StasisStart when it is answered.

    `endpoint` is built from tables and validated numbers only: Asterisk would follow `PJSIP/x/sip:user@any.host`.
    """

    channel_id: str
    endpoint: str
    app_args: Sequence[str] = ()
    caller_id: str = ""
    limit: timedelta = timedelta(seconds=30)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A live recording of a channel. It ends by `#`, after `limit`, or after `silence`."""

    name: str
    limit: timedelta
    silence: timedelta
    format: str = "wav"
    beep: bool = True


class Channels:
    """Commands about single channels."""

    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def originate(self, call: Originate) -> None:
        """Open a channel under our own id; the app is subscribed to it from the first moment.

        A repeat of the same id is no error. Asterisk answers 409 for that, but for other failures too (see AriError),
        so it is confirmed by reading the channel.
        """
        query: Query = {
            "endpoint": call.endpoint,
            "app": self._http.settings.app,
            "appArgs": _joined(call.app_args),
            "callerId": call.caller_id or None,
            "timeout": max(1, round(call.limit.total_seconds())),
        }
        try:
            await self._http.send("POST", ("channels", call.channel_id), query, {"variables": call.variables})
        except AriError as error:
            if error.status != 409 or not await self.exists(call.channel_id):
                raise

    async def get(self, channel: str) -> models.Channel:
        return models.Channel.model_validate_json(await self._http.send("GET", ("channels", channel)))

    async def exists(self, channel: str) -> bool:
        """Whether Asterisk has the channel now."""
        try:
            await self.get(channel)
        except AriError as error:
            if error.is_gone:
                return False
            raise
        return True

    async def list(self) -> list[models.Channel]:
        """All channels of this Asterisk, also those that are not in our application."""
        return _CHANNELS.validate_json(await self._http.send("GET", ("channels",)))

    async def answer(self, channel: str) -> None:
        await self._http.send("POST", ("channels", channel, "answer"))

    async def ring(self, channel: str) -> None:
        """Indicate ringing to the caller."""
        await self._http.send("POST", ("channels", channel, "ring"))

    async def hang_up(self, channel: str, reason: str = "", reason_code: int | None = None) -> None:
        """End the channel. `reason` is normal, busy, congestion, no_answer or answered_elsewhere; a code is Q.850.

        `answered_elsewhere` keeps a phone from showing a missed call. At most one of the two may be given.
        """
        await self._http.send("DELETE", ("channels", channel), {"reason": reason or None, "reason_code": reason_code})

    async def play(self, channel: str, playback: str, media: Sequence[str], language: str = "") -> None:
        """Play the media URIs one after the other; the end is told by PlaybackFinished for `playback`."""
        query = {"media": _joined(media), "lang": language or None}
        await self._http.send("POST", ("channels", channel, "play", playback), query)

    async def start_moh(self, channel: str, music: str = "") -> None:
        await self._http.send("POST", ("channels", channel, "moh"), {"mohClass": music or None})

    async def stop_moh(self, channel: str) -> None:
        await self._http.send("DELETE", ("channels", channel, "moh"))

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """Set a channel variable. The channel can use no DB(), CURL(), FILE() or SHELL() afterwards (22.10.1)."""
        await self._http.send("POST", ("channels", channel, "variable"), {"variable": name, "value": value})

    async def record(self, channel: str, order: Record) -> None:
        """Record the channel; told by RecordingFinished or RecordingFailed. A recorded channel cannot be bridged."""
        query: Query = {
            "name": order.name,
            "format": order.format,
            "maxDurationSeconds": round(order.limit.total_seconds()),
            "maxSilenceSeconds": round(order.silence.total_seconds()),
            "ifExists": "overwrite",
            "beep": order.beep,
            "terminateOn": "#",
        }
        await self._http.send("POST", ("channels", channel, "record"), query)

    async def continue_at(self, channel: str, context: str, extension: str = "s", priority: int = 1) -> None:
        """Give the channel back to the dialplan."""
        query: Query = {"context": context, "extension": extension, "priority": priority}
        await self._http.send("POST", ("channels", channel, "continue"), query)

    async def move(self, channel: str, app: str, app_args: Sequence[str] = ()) -> None:
        """Give the channel to another application."""
        await self._http.send("POST", ("channels", channel, "move"), {"app": app, "appArgs": _joined(app_args)})

    async def send_dtmf(self, channel: str, digits: str) -> None:
        await self._http.send("POST", ("channels", channel, "dtmf"), {"dtmf": digits})


class Bridges:
    """Commands about bridges. A bridge outlives its members and its application: whoever makes one removes it."""

    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def create(self, bridge: str, kind: str = "mixing", name: str = "") -> None:
        """Make a bridge under our own id; one that exists already is left as it is."""
        try:
            await self._http.send("POST", ("bridges", bridge), {"type": kind, "name": name or None})
        except AriError as error:
            if error.status != 409:
                raise

    async def add(self, bridge: str, channels: Sequence[str], role: str = "") -> None:
        """Put channels into the bridge; each leaves the one it is in.

        400: one of the channels is gone, and nothing was done. 422: one is not in Stasis (yet). In a holding bridge
        only a channel with the role `holding_participant` hears music.
        """
        query = {"channel": _joined(channels), "role": role or None}
        await self._http.send("POST", ("bridges", bridge, "addChannel"), query)

    async def remove(self, bridge: str, channels: Sequence[str]) -> None:
        await self._http.send("POST", ("bridges", bridge, "removeChannel"), {"channel": _joined(channels)})

    async def destroy(self, bridge: str) -> None:
        """Remove the bridge; members stay in Stasis, alone and silent."""
        await self._http.send("DELETE", ("bridges", bridge))

    async def start_moh(self, bridge: str, music: str = "") -> None:
        await self._http.send("POST", ("bridges", bridge, "moh"), {"mohClass": music or None})

    async def stop_moh(self, bridge: str) -> None:
        await self._http.send("DELETE", ("bridges", bridge, "moh"))

    async def get(self, bridge: str) -> models.Bridge:
        return models.Bridge.model_validate_json(await self._http.send("GET", ("bridges", bridge)))

    async def list(self) -> list[models.Bridge]:
        return _BRIDGES.validate_json(await self._http.send("GET", ("bridges",)))


class AriClient:
    """All commands of one Asterisk. Use as an async context manager."""

    def __init__(self, settings: AriSettings) -> None:
        self.settings = settings
        self._http = AriHttp(settings)
        self.channels = Channels(self._http)
        self.bridges = Bridges(self._http)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def stop_playback(self, playback: str) -> None:
        await self._http.send("DELETE", ("playbacks", playback))

    async def stop_recording(self, name: str) -> None:
        """End a live recording and keep what was recorded."""
        await self._http.send("POST", ("recordings", "live", name, "stop"))

    async def application(self, app: str) -> models.Application:
        """What the application is subscribed to; does not tell whether a client is connected."""
        return models.Application.model_validate_json(await self._http.send("GET", ("applications", app)))

    async def applications(self) -> list[models.Application]:
        return _APPLICATIONS.validate_json(await self._http.send("GET", ("applications",)))

    async def filter_events(self, app: str, allowed: Sequence[str]) -> None:
        """Send the application only these event types. The filter outlives the connection: set it on every connect."""
        body = {"allowed": [{"type": kind} for kind in allowed], "disallowed": []}
        await self._http.send("PUT", ("applications", app, "eventFilter"), body=body)

    async def tell_application(self, app: str, name: str) -> None:
        """Have Asterisk send the application a ChannelUserevent of this name; 404 when it is switched off."""
        await self._http.send("POST", ("events", "user", name), {"application": app})

    async def endpoints(self) -> list[models.Endpoint]:
        return _ENDPOINTS.validate_json(await self._http.send("GET", ("endpoints",)))

    async def ping(self) -> models.AsteriskPing:
        return models.AsteriskPing.model_validate_json(await self._http.send("GET", ("asterisk", "ping")))

    async def info(self) -> models.AsteriskInfo:
        return models.AsteriskInfo.model_validate_json(await self._http.send("GET", ("asterisk", "info")))

    async def set_global_variable(self, name: str, value: str) -> None:
        await self._http.send("POST", ("asterisk", "variable"), {"variable": name, "value": value})


def _joined(items: Sequence[str]) -> str | None:
    """Several values as Asterisk splits them: at commas. Raises UnsafeText for a value that would be split itself."""
    if any("," in item for item in items):
        raise UnsafeText("ARI list", "has a comma in one of its values")
    return ",".join(items) or None

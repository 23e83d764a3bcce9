"""One Asterisk node as the centre sees it: the event link, the reading back after a break, and the routine audit.

While the link is down nothing is heard and nothing is replayed, so each connection begins with a snapshot; what arrives
meanwhile is kept (MOST_KEPT, beyond it the snapshot is taken again) and handed on behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog

from ccserver.adapters.asterisk.links import LinkDown, LinkSignal, LinkUp, SteppedDown
from ccserver.adapters.asterisk.translate import Context, UnreadableEvent, translate
from ccserver.core.errors import PortUnavailable
from ccserver.core.events import Event, LegArrived, PbxAudited, TelephonyLost, TelephonyRestored
from ccserver.services.ports import EventSink, Telephony
from ccserver.services.tasks import TaskTable

AUDIT_EVERY: Final = timedelta(seconds=15)
READ_AGAIN_AFTER: Final = timedelta(milliseconds=500)
SETTLE_LIMIT: Final = timedelta(seconds=5)
MOST_KEPT: Final = 20_000

_log = structlog.get_logger(__name__)


async def _nothing() -> None:
    """No black box."""


class AsteriskNode:
    """`settled` waits until no command is under way; `hears` is told each event before the centre is.

    `catch_up` hands in what the PBX wrote down while nobody listened; it is awaited between taking a snapshot and handing it
    on, so that the snapshot is judged with that in mind. `on_stepped_down` is called when another process took over.
    """

    def __init__(
        self,
        context: Context,
        telephony: Telephony,
        sink: EventSink,
        tasks: TaskTable,
        settled: Callable[[], Awaitable[None]],
        hears: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        self.context, self._telephony, self._sink, self._tasks, self._settled = (
            context,
            telephony,
            sink,
            tasks,
            settled,
        )
        self._hears = hears
        self._kept: list[Event] | None = None
        self._session = 0
        self.is_up = False
        self.catch_up: Callable[[], Awaitable[None]] = _nothing
        self.on_stepped_down: Callable[[], None] = lambda: None

    def hear(self, item: dict[str, Any] | LinkSignal) -> None:
        """Take what the event link delivers, in its order. Never blocks, never raises."""
        if isinstance(item, dict):
            self._take(item)
        elif isinstance(item, LinkUp):
            self._begin()
        elif isinstance(item, LinkDown):
            self._session += 1
            self.is_up, self._kept = False, None
            _log.warning("call control lost", why=item.why)
            self._sink(TelephonyLost(self.context.node))
        elif isinstance(item, SteppedDown):
            self.on_stepped_down()

    def read_back(self) -> None:
        """Take a fresh picture, because some of what was told got lost on its way to the centre. While the link is down, or a
        picture is being taken, one comes anyway."""
        if self.is_up and self._kept is None:
            _log.warning("events were lost; the PBX is read back")
            self._begin()

    def _take(self, raw: dict[str, Any]) -> None:
        try:
            event = translate(raw, self.context)
        except UnreadableEvent as error:
            _log.error("an event of the PBX was not understood", why=str(error))
            return
        if event is None:
            return
        self._hears(event)
        if self._kept is None:
            self._sink(event)
        elif len(self._kept) < MOST_KEPT:
            self._kept.append(event)
        else:
            _log.error("too many events while the PBX is read back; it is read again", count=MOST_KEPT)
            self._begin()

    def _begin(self) -> None:
        """From here on events are kept until the PBX is read back."""
        self._session += 1
        self._kept = []
        self._tasks.spawn("read the PBX back", self._read_back(self._session))

    async def _read_back(self, session: int) -> None:
        """Until the snapshot is there, or the link is down again."""
        try:
            async with asyncio.timeout(SETTLE_LIMIT.total_seconds()):
                await self._settled()
        except TimeoutError:
            _log.warning("commands are still under way; the PBX is read back all the same")
        while session == self._session:
            try:
                snapshot = await self._telephony.snapshot(self.context.node)
            except PortUnavailable as error:
                _log.warning("the PBX cannot be read back yet", why=str(error))
                await asyncio.sleep(READ_AGAIN_AFTER.total_seconds())
                continue
            await self._read_black_box()
            if session == self._session:
                self._hand_on(TelephonyRestored(snapshot))
            return

    def _hand_on(self, restored: TelephonyRestored) -> None:
        kept, self._kept = self._kept or [], None
        known = {leg.leg for leg in restored.snapshot.legs}
        self._sink(restored)
        for event in kept:
            if not (isinstance(event, LegArrived) and event.leg in known):
                self._sink(event)
        self.is_up = True
        _log.info("call control is there", legs=len(known), kept=len(kept))

    async def audit(self) -> None:
        """Compare memory and PBX now and then, until cancelled."""
        while True:
            await asyncio.sleep(AUDIT_EVERY.total_seconds())
            session = self._session
            if not self.is_up:
                continue
            try:
                snapshot = await self._telephony.snapshot(self.context.node)
            except PortUnavailable as error:
                _log.warning("the audit could not read the PBX", why=str(error))
                continue
            await self._read_black_box()
            if session == self._session:
                self._sink(PbxAudited(snapshot))

    async def _read_black_box(self) -> None:
        try:
            async with asyncio.timeout(SETTLE_LIMIT.total_seconds()):
                await self.catch_up()
        except TimeoutError:
            _log.warning("the black box takes too long; the PBX is read back all the same")

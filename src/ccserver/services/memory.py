"""What must survive a crash, as rows: which live things changed in a step, and how they come back.

State after a crash = these rows + the snapshot of the PBX. A row that did not change is not written again. Of the latest
interactions that are over (MOST_ENDED) the ids stay: a leg whose hang-up did not get through is then no new caller, whose
record would have the id and revision of one that is written already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from ccserver.core.agent import Agent
from ccserver.core.centre import MOST_ENDED, Centre
from ccserver.core.commands import CancelTimer, StartTimer
from ccserver.core.ids import AgentId, InteractionId, NodeName, WorkItemId
from ccserver.core.interaction import Interaction
from ccserver.core.plan import Switch
from ccserver.core.work_item import WorkItem
from ccserver.services.codec import CodecError, decode_timer, encode_timer, from_json, to_json

Rows = dict[str, bytes | None]
_CLASSES: Final[Mapping[str, type]] = {"interaction": Interaction, "agent": Agent, "work_item": WorkItem}
"""In the order in which the centre takes them over."""


class Memory:
    """Remembers what it wrote last, so that only changes are written."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._written: dict[str, bytes] = {}
        self._ended: deque[str] = deque()
        self._ended_count = 0
        self._switches: set[Switch] = set()

    def changes(self, touched: Iterable[tuple[str, str]], timers: Iterable[StartTimer | CancelTimer]) -> Rows:
        """Rows to write after a step; None removes a row."""
        rows: Rows = {}
        for kind, key in touched:
            row = self._row(kind, key)
            self._note(rows, f"{kind}/{key}", row)
            if row is None and kind == "interaction" and InteractionId(key) in self._centre.ended:
                self._note_end(rows, f"ended/{key}")
        for change in timers:
            due_at = self._centre.timers.get(change.key)
            name = f"timer/{encode_timer(change.key).decode()}"
            self._note(rows, name, due_at.isoformat().encode() if due_at else None)
        self._note_switches(rows)
        for node, boot in self._centre.boots.items():
            self._note(rows, f"boot/{node}", boot.encode())
        for node, position in self._centre.black_box.items():
            self._note(rows, f"black_box/{node}", position.encode())
        return rows

    def restore(self, rows: Mapping[str, bytes]) -> list[str]:
        """Fill the centre from what a journal kept. Returns the names of rows that could not be read."""
        kept: dict[str, list[Any]] = {kind: [] for kind in _CLASSES}
        unreadable: list[str] = []
        for name, data in rows.items():
            kind, _, key = name.partition("/")
            try:
                if kind in kept:
                    kept[kind].append(from_json(_CLASSES[kind], data))
                else:
                    self._take(kind, key, data)
            except (CodecError, ValueError):
                unreadable.append(name)
                continue
            self._written[name] = data
        self._centre.restore(*kept.values())
        self._restore_ended()
        return unreadable

    def _restore_ended(self) -> None:
        """Oldest first, as they came."""
        self._ended.extend(sorted((n for n in self._written if n.startswith("ended/")), key=self._serial))
        for name in self._ended:
            self._centre.ended[InteractionId(name.partition("/")[2])] = None
            self._ended_count = self._serial(name)

    def _note_switches(self, rows: Rows) -> None:
        """Overflow conditions that went on or off. Only hysteresis remembers: the others are as the figures say."""
        if self._switches == self._centre.switches:
            return
        for switch in self._switches ^ self._centre.switches:
            if switch.on == switch.off:
                continue
            self._note(rows, f"switch/{to_json(switch).decode()}", b"on" if switch in self._centre.switches else None)
        self._switches = set(self._centre.switches)

    def _serial(self, name: str) -> int:
        return int(self._written[name])

    def _note_end(self, rows: Rows, name: str) -> None:
        if name in self._written:
            return
        self._ended_count += 1
        self._note(rows, name, str(self._ended_count).encode())
        self._ended.append(name)
        if len(self._ended) > MOST_ENDED:
            self._note(rows, self._ended.popleft(), None)

    def _take(self, kind: str, key: str, data: bytes) -> None:
        if kind == "timer":
            self._centre.timers[decode_timer(key.encode())] = datetime.fromisoformat(data.decode())
        elif kind == "switch":
            self._switches.add(switch := from_json(Switch, key.encode()))
            self._centre.switches.add(switch)
        elif kind == "ended":
            int(data)
        elif kind == "boot":
            self._centre.boots[NodeName(key)] = data.decode()
        elif kind == "black_box":
            self._centre.black_box[NodeName(key)] = data.decode()

    def _row(self, kind: str, key: str) -> bytes | None:
        found: object | None
        if kind == "interaction":
            found = self._centre.interactions.get(InteractionId(key))
        elif kind == "agent":
            found = self._centre.agents.get(AgentId(key))
        else:
            found = self._centre.work_items.get(WorkItemId(key))
        return None if found is None else to_json(found)

    def _note(self, rows: Rows, name: str, data: bytes | None) -> None:
        if self._written.get(name) == data:
            return
        rows[name] = data
        if data is None:
            self._written.pop(name, None)
        else:
            self._written[name] = data

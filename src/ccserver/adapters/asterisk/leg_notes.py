"""What the adapter must remember about legs, because Asterisk does not tell it on request: prompts, music, openings,
and whether it may be in the waiting room.

After a restart of ours the notes are empty: a prompt that still plays then delays the leg's next command until it ends.
Where a leg is counts as unknown then, as it does when its arrival was missed while the link was down.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ccserver.core.events import Event, LegArrived, LegEnded, PromptFinished
from ccserver.core.ids import LegId, PromptId


@dataclass(slots=True)
class _Note:
    prompts: set[PromptId] = field(default_factory=set)
    music: str = ""
    is_opened: bool = False
    is_elsewhere: bool = False
    """Surely not in the waiting room."""


class LegNotes:
    """Notes by leg; a leg without a note plays nothing. A note lives as long as its leg."""

    def __init__(self) -> None:
        self._notes: dict[LegId, _Note] = {}
        self._doubtful: AbstractSet[LegId] = frozenset()

    def __len__(self) -> int:
        return len(self._notes)

    def open_once(self, leg: LegId) -> bool:
        """True the first time: a leg that was opened and has not ended is not to be opened again."""
        note = self._note(leg)
        is_first, note.is_opened = not note.is_opened, True
        return is_first

    def forget(self, leg: LegId) -> None:
        self._notes.pop(leg, None)

    def prompt_started(self, leg: LegId, prompt: PromptId) -> None:
        self._note(leg).prompts.add(prompt)

    def prompt_ended(self, leg: LegId, prompt: PromptId) -> None:
        if leg in self._notes:
            self._notes[leg].prompts.discard(prompt)

    def take_prompts(self, leg: LegId) -> tuple[PromptId, ...]:
        """What plays to the leg, to be stopped by whoever takes it."""
        note = self._notes.get(leg)
        if note is None:
            return ()
        taken = tuple(sorted(note.prompts))
        note.prompts.clear()
        return taken

    def music_of(self, leg: LegId, otherwise: str) -> str:
        """The music class that was set on the leg."""
        note = self._notes.get(leg)
        return note.music or otherwise if note else otherwise

    def music_set(self, leg: LegId, music: str) -> None:
        self._note(leg).music = music

    def may_wait(self, leg: LegId) -> bool:
        """Whether the leg may be in the waiting room: it was sent there, or nothing is known of where it is."""
        note = self._notes.get(leg)
        return note is None or not note.is_elsewhere

    def sent_to_wait(self, leg: LegId) -> None:
        """To be noted before it is tried: a request without an answer may have been carried out."""
        self._note(leg).is_elsewhere = False

    def taken_elsewhere(self, leg: LegId) -> None:
        """To be noted when it is done."""
        self._note(leg).is_elsewhere = True

    def heard(self, event: Event) -> None:
        """A leg that ended needs no note; a prompt that ended plays no more; a leg of which nothing was known came from outside."""
        match event:
            case LegArrived(leg=leg) if leg not in self._notes:
                self.taken_elsewhere(leg)
            case LegEnded(leg=leg):
                self.forget(leg)
            case PromptFinished(leg=leg, prompt=prompt):
                self.prompt_ended(leg, prompt)
            case _:
                pass

    def keep(self, there: AbstractSet[LegId]) -> None:
        """Drop notes of legs that were missing twice running: the first time they may just have been on their way."""
        missing = self._notes.keys() - there
        for leg in missing & self._doubtful:
            del self._notes[leg]
        self._doubtful = missing

    def _note(self, leg: LegId) -> _Note:
        return self._notes.setdefault(leg, _Note())

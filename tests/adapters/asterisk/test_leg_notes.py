"""What is remembered about legs, and for how long."""

from __future__ import annotations

import pytest

from ccserver.adapters.asterisk.errors import UnsafeText
from ccserver.adapters.asterisk.leg_notes import LegNotes
from ccserver.adapters.asterisk.media import media_uris
from ccserver.core.events import LegEnded, PromptFinished
from ccserver.core.ids import LegId, PromptId
from ccserver.core.sounds import Sound, SoundKind, number, recorded

LEG, OTHER = LegId("a"), LegId("b")
FIRST, SECOND = PromptId("p1"), PromptId("p2")


def test_prompts_that_play_are_taken_once() -> None:
    """Whoever takes them stops them."""
    notes = LegNotes()
    notes.prompt_started(LEG, FIRST)
    notes.prompt_started(LEG, SECOND)
    notes.heard(PromptFinished(LEG, FIRST))
    assert (notes.take_prompts(LEG), notes.take_prompts(LEG)) == ((SECOND,), ())


def test_a_leg_that_ended_leaves_no_note() -> None:
    """Nothing grows with the number of calls."""
    notes = LegNotes()
    notes.prompt_started(LEG, FIRST)
    notes.music_set(LEG, "jazz")
    notes.heard(LegEnded(LEG))
    assert (len(notes), notes.music_of(LEG, "default")) == (0, "default")


def test_a_note_made_after_the_end_is_dropped_by_the_second_picture() -> None:
    """At the first one the leg may just have been on its way."""
    notes = LegNotes()
    notes.prompt_started(LEG, FIRST)
    notes.prompt_started(OTHER, FIRST)
    notes.keep({OTHER})
    assert len(notes) == 2
    notes.keep({OTHER})
    assert len(notes) == 1


def test_a_leg_is_opened_once_until_it_ended() -> None:
    """A repeat of the command is harmless."""
    notes = LegNotes()
    assert (notes.open_once(LEG), notes.open_once(LEG)) == (True, False)
    notes.forget(LEG)
    assert notes.open_once(LEG)


def test_sounds_become_media_uris() -> None:
    """Asterisk's own speech where it has one."""
    sounds = (
        *recorded("queue-thereare", "custom/welcome"),
        number(12),
        Sound(SoundKind.DIGITS, "0123"),
        Sound(SoundKind.TONE, "ring"),
        Sound(SoundKind.SILENCE, "2"),
    )
    assert media_uris(sounds) == (
        "sound:queue-thereare", "sound:custom/welcome", "sound:digits/12",
        "sound:digits/0", "sound:digits/1", "sound:digits/2", "sound:digits/3", "tone:ring", "sound:silence/2",
    )  # fmt: skip


@pytest.mark.parametrize(
    "sound",
    [
        *recorded("../secret", "/etc/passwd", "a,b", "", "a//b", "a\r\nb", "http://x/y"),
        Sound(SoundKind.NUMBER, "1;2"),
        Sound(SoundKind.SILENCE, "11"),
        Sound(SoundKind.TONE, "ring;x"),
    ],
)
def test_a_sound_cannot_name_anything_else(sound: Sound) -> None:
    """No path out of the sound folders, no address, no second item."""
    with pytest.raises(UnsafeText):
        media_uris((sound,))

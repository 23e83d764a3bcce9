"""Text to speech, as a role: who fills it speaks a text as a telephone hears it, and decides nothing about which text."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final, Protocol

from ccserver.core.errors import CcserverError

LONGEST_TEXT: Final = 500
"""Characters; about a minute and a half of speech."""
PORT: Final = "text to speech"
SAID: Final = "said"
"""A folder of its own and not one of the language: that of English belongs to the PBX's installation."""
_JOINERS: Final = "\u200c\u200d"
"""Invisible, but letters of several scripts need them."""
_MARKUP: Final = ("<", ">", "[[", "]]")
"""SSML, and phonemes for espeak-ng."""


def said_name(text: str, language: str) -> str:
    """The name of the recording in which a text of the configuration is spoken, below the PBX's sounds."""
    return f"{SAID}/{hashlib.sha256(f'{language} {text}'.encode()).hexdigest()[:24]}"


class Unspeakable(CcserverError):
    """A text that is never handed to an engine; says why."""


class TextToSpeech(Protocol):
    """An engine with a voice for each language that it knows.

    `language` is a tag such as `zh-CN` (RFC 5646); a voice of the language without the region will do. The text is plain:
    whoever fills the port whose engine reads markup escapes it. Raises PortUnavailable, with advice, when the engine is not
    there, knows no such language or does not answer in time, and Unspeakable for what `speakable` refuses.
    """

    async def voice(self, language: str) -> str:
        """Names engine, version, voice and settings: the same name speaks a text the same way."""

    async def speak(self, text: str, language: str) -> bytes:
        """A WAV file: 8000 Hz, 16 bit, one channel, without silence at its beginning."""


def speakable(text: str) -> str:
    """The text on one line. Raises Unspeakable for one that is empty, too long, or more than a text."""
    line = " ".join(text.split())
    if not any(character.isalnum() for character in line):
        raise Unspeakable("there is nothing to say")
    if len(line) > LONGEST_TEXT:
        raise Unspeakable(f"it has {len(line)} characters; {LONGEST_TEXT} are the most")
    hidden = [each for each in line if unicodedata.category(each)[0] == "C" and each not in _JOINERS]
    if hidden:
        raise Unspeakable(f"it has the control character U+{ord(hidden[0]):04X}")
    for sign in _MARKUP:
        if sign in line:
            raise Unspeakable(f"it has {sign}, which an engine may take for an order; write words only")
    return line

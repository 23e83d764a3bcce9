"""What is to be played, as Asterisk's media URIs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ccserver.adapters.asterisk.errors import UnsafeText
from ccserver.core.sounds import Sound, SoundKind, Sounds
from ccserver.services.speech import said_name

_NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_DIGITS = re.compile(r"[0-9*#]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"10|[1-9]")

_SPOKEN = "sound:digits/"
A_MOMENT: Final = "sound:silence/1"
_KEYS: Final = {"*": "star", "#": "pound"}
_SIZES: Final = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_FORMS: Final = {
    SoundKind.RECORDED: (_NAME, "sound:"),
    SoundKind.NUMBER: (_NUMBER, _SPOKEN),
    SoundKind.DIGITS: (_DIGITS, _SPOKEN),
    SoundKind.TONE: (re.compile(r"[a-z]+"), "tone:"),
    SoundKind.SILENCE: (_SECONDS, "sound:silence/"),  # Asterisk's own files, 1 to 10 seconds
}


Has = Callable[[str], bool]
"""Whether there is a recording of this name in the language that is spoken."""


def only_english(_name: str) -> bool:
    """There are no recordings but those that come with Asterisk."""
    return False


def media_uris(sounds: Sounds, has: Has = only_english, language: str = "en") -> tuple[str, ...]:
    """The URIs of all sounds, in order. Raises UnsafeText for a name that could reach outside the sound folders.

    Digits and numbers are played as files, never as Asterisk's own `number:` and `digits:`: while one of those is said
    Asterisk refuses to stop, with 500, and all that follows is heard to its end (seen on 22.10.1, and shown by a test).
    In another language than English a number is one recording where there is one, else digit by digit; where there are no
    digits either, it is put together of the English parts. A text that was not spoken for want of an engine is a second's
    silence, so that the flow goes on.
    """
    return tuple(uri for sound in sounds for uri in _uris(sound, has, language))


def _uris(sound: Sound, has: Has, language: str) -> tuple[str, ...]:
    if sound.kind is SoundKind.SAID:
        name = said_name(sound.value, language)
        return (f"sound:{name}",) if has(name) else (A_MOMENT,)
    form, prefix = _FORMS[sound.kind]
    if not form.fullmatch(sound.value):
        raise UnsafeText(f"sound {sound.kind}", "is not a plain name or number")
    if sound.kind is SoundKind.DIGITS:
        return tuple(prefix + _KEYS.get(digit, digit) for digit in sound.value)
    if sound.kind is SoundKind.NUMBER:
        return tuple(prefix + part for part in _number(str(int(sound.value)), has))
    return (prefix + sound.value,)


def _number(digits: str, has: Has) -> tuple[str, ...]:
    if has(f"digits/{digits}"):
        return (digits,)
    return tuple(digits) if all(has(f"digits/{digit}") for digit in digits) else _spoken(int(digits))


def _spoken(number: int) -> tuple[str, ...]:
    """Files of a number below a thousand million: 1 205 is "one" "thousand" "two" "hundred" "five"."""
    for size, name in _SIZES:
        if number >= size:
            rest = number % size
            return (*_spoken(number // size), name, *(_spoken(rest) if rest else ()))
    if number <= 20 or number % 10 == 0:
        return (str(number),)
    return (str(number - number % 10), str(number % 10))

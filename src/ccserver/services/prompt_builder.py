"""Prompts that are spoken by an engine, once: a file for each text, voice and language, kept in a folder.

What is made is found again by what it was made of, so a start with nothing new speaks nothing, and another version of the
engine speaks everything anew. While the engine is away a file of any voice will do. Whose own recordings go before is decided
by whoever asks: what has one is not wanted here.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import structlog

from ccserver.core.errors import PortUnavailable
from ccserver.services.speech import TextToSpeech, Unspeakable

BUILD_LIMIT: Final = 120.0
"""Seconds for all; what is not made by then is made the next time."""
MOST_FAILURES: Final = 3
"""In a row; then the engine is taken to be away for this language."""
MOST_KEPT: Final = 20_000
"""Files; beyond it those that are not wanted go, oldest first."""
SMALLEST: Final = 45
"""Bytes; a WAV file without samples has 44, and one that was never written out has none."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`text` is to be heard under `name` by callers of `language`."""

    language: str
    name: str
    text: str


@dataclass(slots=True)
class Built:
    """Each prompt's file, and in words what could not be made: a line for each language at the most."""

    files: dict[Wanted, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class PromptBuilder:
    """`cache` is made when it is needed; files in it are 0600 and never changed once they are there."""

    def __init__(self, engine: TextToSpeech, cache: Path) -> None:
        self._engine, self._cache = engine, cache

    async def build(self, wanted: Sequence[Wanted], tell: Callable[[float], None], limit: float = BUILD_LIMIT) -> Built:
        """Files for all that is wanted, made where missing; `tell` hears how far it is, 0 to 1. `limit` is in seconds.

        Raises nothing for an engine that is away, only OSError for a cache that cannot be written.
        """
        built, kept = Built(), await asyncio.to_thread(self._open)
        ends_at, done = asyncio.get_running_loop().time() + limit, 0
        for language, group in groupby(sorted(wanted, key=lambda one: one.language), lambda one: one.language):
            turn = _Turn(language, kept, ends_at)
            try:
                turn.voice = _hashed(await self._engine.voice(language))[:12]
            except PortUnavailable as error:
                turn.problem = str(error)
            for one in group:
                found = await self._file(one, turn)
                if found:
                    built.files[one] = self._cache / found
                done += 1
                tell(done / len(wanted))
            if turn.missing:
                why = turn.problem or "the engine would not speak them, see the log"
                built.problems.append(f"{turn.missing} prompts in {language} are missing: {why}")
        await asyncio.to_thread(self._tidy, {path.name for path in built.files.values()})
        return built

    async def _file(self, one: Wanted, turn: _Turn) -> str:
        """Its name in the cache; empty when there is none and none could be made."""
        text = _hashed(one.language, one.text)[:24]
        wanted = f"{text}-{turn.voice}.wav"
        if turn.voice and wanted in turn.kept:
            return wanted
        if not turn.problem and await self._spoken(one, wanted, turn):
            return wanted
        other = next((name for name in sorted(turn.kept) if name.startswith(text)), "")
        turn.missing += not other
        return other

    async def _spoken(self, one: Wanted, name: str, turn: _Turn) -> bool:
        if asyncio.get_running_loop().time() > turn.ends_at:
            turn.problem = "not made in time; the rest follows at the next start or reload"
            return False
        try:
            sound = await self._engine.speak(one.text, one.language)
        except (PortUnavailable, Unspeakable) as error:
            _log.warning("a prompt was not spoken", language=one.language, prompt=one.name, why=str(error))
            turn.failures += 1
            if turn.failures >= MOST_FAILURES:
                turn.problem = str(error)
            return False
        turn.failures = 0
        await asyncio.to_thread(_write, self._cache / name, sound)
        turn.kept.add(name)
        return True

    def _open(self) -> set[str]:
        self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        return {file.name for file in self._cache.glob("*.wav") if file.stat().st_size >= SMALLEST}

    def _tidy(self, used: set[str]) -> None:
        files = sorted(self._cache.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        unused = [file for file in files if file.name not in used]
        for file in unused[: max(0, len(files) - MOST_KEPT)]:
            file.unlink(missing_ok=True)


@dataclass(slots=True)
class _Turn:
    """One language: what there is already, until when, and what went wrong."""

    language: str
    kept: set[str]
    ends_at: float
    voice: str = ""
    problem: str = ""
    failures: int = 0
    missing: int = 0


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _write(path: Path, sound: bytes) -> None:
    partial = path.with_suffix(".new")
    partial.touch(mode=0o600)
    partial.write_bytes(sound)
    partial.replace(path)


def without_own(wanted: Iterable[Wanted], own: frozenset[str]) -> list[Wanted]:
    """What has no recording of our own: not for this language (`zh-CN/hello`, `zh/hello`) and not for all (`hello`).

    Asterisk asks for a language, then for it without its region, then for none (ast_fileexists, main/file.c).
    """
    return [one for one in wanted if not any(name in own for name in _places(one))]


def _places(one: Wanted) -> Iterable[str]:
    parts = one.language.split("-")
    for length in range(len(parts), 0, -1):
        for sign in "-_":
            yield f"{sign.join(parts[:length])}/{one.name}"
    yield one.name

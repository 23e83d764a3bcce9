"""Which prompts a configuration needs in which language, and their files for the PBX."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import structlog

from ccserver.adapters.tts.espeak import EspeakSpeech
from ccserver.config import Configuration
from ccserver.config.sounds import Recordings
from ccserver.core.plan import Plan
from ccserver.core.sounds import Sound, SoundKind
from ccserver.pbx import PbxPaths
from ccserver.services.prompt_builder import BUILD_LIMIT, Built, PromptBuilder, Wanted, without_own
from ccserver.services.prompt_texts import ENGLISH, numbers, primary, texts_of
from ccserver.services.speech import SAID, said_name

RECORDED_LANGUAGE = "en"
"""Its recordings come with Asterisk."""
_log = structlog.get_logger(__name__)


class PromptStock:
    """The prompts of one server."""

    def __init__(self, builder: PromptBuilder) -> None:
        self._builder = builder

    @classmethod
    def of(cls, data: Path) -> PromptStock:
        """Spoken by espeak-ng."""
        return cls(PromptBuilder(EspeakSpeech(), PbxPaths.of(data).prompts))

    async def prepare(
        self, configuration: Configuration, tell: Callable[[float], None], limit: float = BUILD_LIMIT
    ) -> Built:
        """Make what is missing. Where only recordings in English are played, the engine is asked nothing; for what English
        has no recording of it may be away: that is then not said. Raises OSError."""
        plan, built = configuration.plan, Built()
        own = (await asyncio.to_thread(Recordings.of, configuration.site.folder)).own
        if wanted := wanted_prompts(plan):
            built = await self._builder.build(without_own(wanted, own), tell, limit)
        for problem in built.problems:
            _log.warning("prompts are missing", why=problem)
        if wanted := english_sentences(plan):
            besides = await self._builder.build(without_own(wanted, own), lambda _: None, limit)
            built.files |= besides.files
            for problem in besides.problems:
                _log.info("the longest waits are not told in English", why=problem)
        return built


def languages(plan: Plan) -> list[str]:
    """What callers are spoken to in."""
    spoken = {entry.language for entry in plan.entry_points.values()} | {tier.language for tier in plan.tiers}
    return sorted(spoken - {""})


def wanted_prompts(plan: Plan) -> list[Wanted]:
    """All texts and numbers of each language that has texts. One without is heard in English, numbers and all.

    A text of the configuration is wanted in every language: callers of any may come to where it is said.
    """
    texts = sorted({sound.value for sound in sounds_in(plan) if sound.kind is SoundKind.SAID})
    said = [Wanted(language, said_name(text, language), text) for language in languages(plan) for text in texts]
    return said + [
        Wanted(language, name, text)
        for language in languages(plan)
        if primary(language) != RECORDED_LANGUAGE and texts_of(language)
        for name, text in {**texts_of(language), **numbers()}.items()
    ]


def english_sentences(plan: Plan) -> list[Wanted]:
    """What English has no recording of, where waits are told. It lies outside the folders of the languages, where Asterisk
    looks last."""
    tells_waits = any(queue.announcement is not None and queue.announcement.wait for queue in plan.queues.values())
    return [Wanted(RECORDED_LANGUAGE, name, text) for name, text in ENGLISH.items()] if tells_waits else []


def placed(built: Built) -> tuple[tuple[str, Path], ...]:
    """Where they go below the PBX's sounds (`zh_CN/hello`, as Asterisk spells a language), and the files."""
    return tuple(sorted((_place(one), file) for one, file in built.files.items()))


def _place(one: Wanted) -> str:
    is_said = one.name.startswith(f"{SAID}/") or one.language == RECORDED_LANGUAGE
    return one.name if is_said else f"{one.language.replace('-', '_')}/{one.name}"


def sounds_in(part: object) -> Iterator[Sound]:
    """Every sound anywhere in a plan or in a part of one."""
    if isinstance(part, Sound):
        yield part
        return
    inside: Iterable[object] = ()
    if is_dataclass(part):
        inside = (getattr(part, one.name) for one in fields(part))
    elif isinstance(part, Mapping):
        inside = part.values()
    elif isinstance(part, tuple):
        inside = part
    for one in inside:
        yield from sounds_in(one)

"""Recordings that are named and do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.checks.nodes import nodes_of
from ccserver.config.checks.references import exits
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, did_you_mean, problem_at, warning_at
from ccserver.config.schema import Root
from ccserver.config.schema.sounds import SoundItem
from ccserver.config.sounds import FOLDER, MUSIC_FOLDER, STOCK_MUSIC, Recordings, own_music
from ccserver.config.yaml_tree import Location
from ccserver.services.prompt_texts import CATALOGUE, primary, texts_of


def unknown_recordings(checked: Checked) -> Iterator[ConfigProblem]:
    """Names that are neither among the PBX's own recordings nor in the folder `sounds` of the configuration."""
    recordings = Recordings.of(checked.folder)
    for loc, sounds in sound_lists(checked.model):
        for index, sound in enumerate(sounds):
            name = sound.recording if sound is not None else None
            if name is not None and not recordings.has(name):
                otherwise = f"put {name}.wav into {recordings.folder.name}/, or use a recording of Asterisk"
                advice = did_you_mean(name, recordings.names(), otherwise)
                place = checked.place(*loc, index, "recording")
                yield problem_at(place, f"there is no recording {name!r}", advice, name)


def unknown_music(checked: Checked) -> Iterator[ConfigProblem]:
    """Music classes of queues and tiers that have no folder."""
    own = own_music(checked.folder)
    for section in ("queues", "tiers"):
        for name, one in getattr(checked.model, section).items():
            music = one.music
            if music is not None and music != STOCK_MUSIC and music not in own:
                otherwise = f"put .wav files into {MUSIC_FOLDER}/{music}/, or use {STOCK_MUSIC}"
                advice = did_you_mean(music, sorted({*own, STOCK_MUSIC}), otherwise)
                yield problem_at(checked.place(section, name, "music"), f"there is no music {music!r}", advice, music)


def languages_without_words(checked: Checked) -> Iterator[ConfigProblem]:
    """Languages in which ccserver has nothing to say: callers hear its own prompts in English."""
    own = Recordings.of(checked.folder).own
    for loc, language in _languages(checked.model):
        folders = {f"{first}/" for tag in (language, primary(language)) for first in (tag, tag.replace("-", "_"))}
        if (
            primary(language) not in ("", "en")
            and not texts_of(language)
            and not any(n.startswith(tuple(folders)) for n in own)
        ):
            what = f"ccserver has no words in {language!r}: position, numbers and greetings are heard in English"
            advice = f"put recordings into {FOLDER}/{language}/; there are texts in {', '.join(sorted(CATALOGUE))}"
            yield warning_at(checked.place(*loc), what, advice, language)


def _languages(model: Root) -> Iterator[tuple[Location, str]]:
    yield ("default_language",), model.default_language
    for name, entry in model.entry_points.items():
        yield ("entry_points", name, "language"), entry.language or ""
    for name, tier in model.tiers.items():
        yield ("tiers", name, "language"), tier.language or ""


def sound_lists(model: Root) -> Iterator[tuple[Location, list[SoundItem]]]:
    """Everything that is played, with its location."""
    yield ("voicemail", "greeting"), model.voicemail.greeting or []
    for name, tier in model.tiers.items():
        yield ("tiers", name, "greeting"), tier.greeting or []
    yield from _comfort_messages(model)
    for loc, exit_ in exits(model):
        for key, sounds in (("voicemail", exit_.voicemail), ("message", exit_.message)):
            if sounds:
                yield (*loc, key), sounds
    yield from _invitations(model)
    for name, flow in model.flows.items():
        for node_name, node in nodes_of(flow).items():
            for key in ("sounds", "wrong"):
                yield ("flows", name, "nodes", node_name, key), getattr(node, key, None) or []


def _comfort_messages(model: Root) -> Iterator[tuple[Location, list[SoundItem]]]:
    for name, queue in model.queues.items():
        messages = queue.comfort.messages if queue.comfort is not None else None
        for number, message in enumerate(messages or []):
            yield ("queues", name, "comfort", "messages", number), message or []


def _invitations(model: Root) -> Iterator[tuple[Location, list[SoundItem]]]:
    for name, queue in model.queues.items():
        if queue.invitation is not None:
            yield ("queues", name, "invitation", "sounds"), queue.invitation.sounds or []

"""The texts of ccserver's own prompts."""

from __future__ import annotations

import pytest

from ccserver.config.build import GREETING, LAST_RESORT
from ccserver.config.sounds import stock_recordings
from ccserver.core.acd.wait_words import SENTENCE_LANGUAGES, SENTENCES, THANKS, position_words, wait_words
from ccserver.core.forecast import Step
from ccserver.core.sounds import SoundKind
from ccserver.services.prompt_texts import CATALOGUE, ENGLISH, numbers, texts_of
from ccserver.services.speech import speakable


def test_every_text_stands_for_a_recording_of_asterisk() -> None:
    """Else it would be heard nowhere, or English callers would hear nothing. For the wait they hear other words."""
    names = {name for texts in CATALOGUE.values() for name in texts}
    assert names <= stock_recordings() | set(SENTENCES.values())


def test_every_step_of_the_wait_is_said_in_english_too() -> None:
    """By recordings of Asterisk, or by the one sentence that has none."""
    said = {sound.value for step in Step for sound in wait_words(step, "en") if sound.kind is SoundKind.RECORDED}
    assert said <= stock_recordings() | ENGLISH.keys()
    assert not ENGLISH.keys() & stock_recordings()


def test_the_core_knows_which_languages_have_sentences() -> None:
    """It says none that nobody speaks."""
    assert CATALOGUE.keys() == SENTENCE_LANGUAGES


@pytest.mark.parametrize("language", CATALOGUE)
def test_whatever_ccserver_plays_by_itself_has_a_text(language: str) -> None:
    """Positions, waits, the last resort, the greeting of the voicemail."""
    played = (
        *position_words(1),
        *position_words(2),
        *THANKS,
        *(sound for step in Step for sound in wait_words(step, language)),
        *LAST_RESORT.sounds,
        *GREETING,
    )
    names = {sound.value for sound in played if sound.kind is SoundKind.RECORDED}
    assert names <= texts_of(language).keys()


@pytest.mark.parametrize("language", CATALOGUE)
def test_all_languages_have_the_same_prompts(language: str) -> None:
    """Otherwise a caller would hear two languages in turn."""
    assert texts_of(language).keys() == texts_of("zh").keys()


def test_every_text_can_be_spoken() -> None:
    """As it is written."""
    texts = [text for texts in CATALOGUE.values() for text in texts.values()] + list(numbers().values())
    assert [speakable(text) for text in texts] == texts


def test_a_region_has_the_texts_of_its_language() -> None:
    """And a language without texts has none."""
    assert texts_of("zh-CN") == texts_of("zh")
    assert texts_of("en") == texts_of("xx") == {}

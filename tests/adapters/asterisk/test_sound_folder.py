"""Which recordings there are in a language."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccserver.adapters.asterisk.media import media_uris
from ccserver.adapters.asterisk.sound_folder import SoundFolder, asterisk_language
from ccserver.core.sounds import Sound, SoundKind, recorded
from ccserver.services.speech import said_name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """English parts, Chinese numbers of which one is another format, and German digits."""
    names = ["en/digits/1.wav", "en/digits/20.wav", "zh/digits/20.wav", "zh/digits/21.ulaw", "zh_CN/digits/22.wav"]
    for name in [*names, *(f"de/digits/{digit}.wav" for digit in range(10))]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def spoken(folder: Path, language: str, number: str) -> str:
    uris = media_uris((Sound(SoundKind.NUMBER, number),), SoundFolder(folder).in_language(asterisk_language(language)))
    return " ".join(uri.removeprefix("sound:digits/") for uri in uris)


@pytest.mark.parametrize(
    ("language", "number", "parts"),
    [
        ("zh", "21", "21"),
        ("zh-CN", "21", "21"),
        ("zh-CN", "22", "22"),
        ("zh", "22", "20 2"),
        ("zh", "021", "21"),
        ("de", "21", "2 1"),
        ("de", "100", "1 0 0"),
        ("en", "21", "20 1"),
        ("en-GB", "21", "20 1"),
        ("fr", "21", "20 1"),
    ],
)
def test_a_number_is_one_recording_or_its_digits_or_english(
    folder: Path, language: str, number: str, parts: str
) -> None:
    """The first of them that is there."""
    assert spoken(folder, language, number) == parts


def test_a_recording_that_comes_later_is_seen(folder: Path) -> None:
    """A reload brings it."""
    (folder / "zh" / "digits" / "22.wav").touch()
    assert spoken(folder, "zh", "22") == "22"


def test_other_sounds_are_what_they_are(folder: Path) -> None:
    """Asterisk looks for them itself."""
    assert media_uris(recorded("hello"), SoundFolder(folder).in_language("zh")) == ("sound:hello",)


def test_a_text_is_the_recording_that_was_made_of_it(folder: Path) -> None:
    """In the language; a second's silence where there is none, so that the flow goes on."""
    said, in_chinese = (Sound(SoundKind.SAID, "您好"),), SoundFolder(folder).in_language("zh_CN")
    assert media_uris(said, in_chinese, "zh-CN") == ("sound:silence/1",)
    made = folder / f"{said_name('您好', 'zh-CN')}.wav"
    made.parent.mkdir()
    made.touch()
    assert media_uris(said, in_chinese, "zh-CN") == (f"sound:{said_name('您好', 'zh-CN')}",)
    assert media_uris(said, SoundFolder(folder).in_language("en"), "en") == ("sound:silence/1",)


def test_a_recording_for_all_languages_counts(folder: Path) -> None:
    """Asterisk plays it where the language has none."""
    (folder / "digits").mkdir()
    (folder / "digits/35.wav").touch()
    assert (spoken(folder, "zh", "35"), spoken(folder, "fr", "35")) == ("35", "35")


def test_a_language_is_spelled_as_asterisk_does() -> None:
    """With an underscore, or it would not go from zh-CN to zh."""
    assert [asterisk_language(tag) for tag in ("en", "zh-CN", "zh-Hans-CN")] == ["en", "zh_CN", "zh_Hans_CN"]

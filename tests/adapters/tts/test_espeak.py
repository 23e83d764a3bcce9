"""The contract of TextToSpeech, for the real espeak-ng and for a peer; and what the adapter makes of a bad engine."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.adapters.tts.espeak_peer import espeak_peer
from tests.house.needed import needs_program

from ccserver.adapters.tts.espeak import EspeakSpeech
from ccserver.core.errors import PortUnavailable
from ccserver.services.prompt_texts import numbers, texts_of
from ccserver.services.speech import LONGEST_TEXT, TextToSpeech, Unspeakable

REAL = needs_program("espeak-ng", "espeak-ng")
GREETING = "感谢您的来电。"


@pytest.fixture(params=["peer", pytest.param("espeak-ng", marks=REAL)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> TextToSpeech:
    """Each fact holds for both."""
    return EspeakSpeech(espeak_peer(tmp_path)[0] if request.param == "peer" else "espeak-ng")


def samples_of(file: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(io.BytesIO(file)) as read:
        assert (read.getframerate(), read.getsampwidth(), read.getnchannels()) == (8000, 2, 1)
        return np.frombuffer(read.readframes(read.getnframes()), "<i2")


# -- the contract -------------------------------------------------------------------------------------------------------


async def test_a_text_is_a_telephone_sound(engine: TextToSpeech) -> None:
    """8000 Hz, 16 bit, one channel, as loud as it should be, and beginning at once."""
    heard = np.abs(samples_of(await engine.speak(GREETING, "zh-CN")).astype(int))
    assert 0.6 * 32767 < heard.max() < 0.7 * 32767
    assert heard[:800].max() > 300
    assert 0.3 < len(heard) / 8000 < 5


async def test_the_same_text_is_the_same_sound(engine: TextToSpeech) -> None:
    """So that nothing need be spoken twice."""
    assert await engine.speak(GREETING, "zh") == await engine.speak(GREETING, "zh")


async def test_a_longer_text_is_a_longer_sound(engine: TextToSpeech) -> None:
    """All of it is spoken."""
    short, long = [await engine.speak(text, "de") for text in ("Guten Tag", "Guten Tag, bitte bleiben Sie am Apparat")]
    assert len(long) > 2 * len(short)


async def test_a_sentence_is_followed_by_a_pause(engine: TextToSpeech) -> None:
    """And a part of a sentence is not."""
    sentence, part = [samples_of(await engine.speak(text, "zh")) for text in ("谢谢。", "谢谢")]
    assert not sentence[-2000:].any()
    assert part[-1000:].any()


async def test_a_voice_without_the_region_will_do(engine: TextToSpeech) -> None:
    """Of another region too, where there is no other."""
    assert await engine.voice("de-AT") == await engine.voice("de")
    assert "fr-fr" in await engine.voice("fr")


async def test_the_name_of_a_voice_tells_engine_and_version(engine: TextToSpeech) -> None:
    """And it differs by language."""
    assert "eSpeak NG" in await engine.voice("zh")
    assert await engine.voice("zh") != await engine.voice("de")


async def test_an_unknown_language_is_said_to_be_so(engine: TextToSpeech) -> None:
    """With what can be done."""
    with pytest.raises(PortUnavailable, match=r"no voice for 'xx-XX'; put recordings of your own"):
        await engine.speak("hello", "xx-XX")


@pytest.mark.parametrize(
    "text", ["", "  \n", "…", "a\x00b", "a\x1bb", "a\u202eb", "[[h@l'oU]]", "<audio src='/etc/passwd'/>", "x" * 501]
)
async def test_what_is_more_than_a_text_is_refused(engine: TextToSpeech, text: str) -> None:
    """Nothing, control characters, markup, phonemes, a book."""
    with pytest.raises(Unspeakable):
        await engine.speak(text, "zh")


async def test_a_text_that_looks_like_an_option_is_spoken(engine: TextToSpeech) -> None:
    """It is a text like any other."""
    assert len(await engine.speak("--version -w out.wav", "de")) > 4000


async def test_several_texts_at_once_are_no_trouble(engine: TextToSpeech) -> None:
    """Each gets its own."""
    texts = ["eins", "zwei und drei", "vier, fünf, sechs und sieben"]
    together = await asyncio.gather(*(engine.speak(text, "de") for text in texts))
    assert together == [await engine.speak(text, "de") for text in texts]


# -- the engine ---------------------------------------------------------------------------------------------------------


async def test_a_missing_engine_is_told_with_advice() -> None:
    """The package to install, and the way without it."""
    with pytest.raises(
        PortUnavailable, match=r"not on this machine; install it \(`apt-get install espeak-ng`\), or put"
    ):
        await EspeakSpeech("no-such-program").speak(GREETING, "zh")


@pytest.mark.parametrize(
    ("conduct", "says"),
    [
        ("hangs", "did not answer within 1 s"),
        ("fails", "ended with 3"),
        ("babbles", "said too much"),
        ("nonsense", "of no use: no WAV file"),
    ],
)
async def test_a_bad_engine_is_an_absent_one(tmp_path: Path, conduct: str, says: str) -> None:
    """It is ended, and what it did is told."""
    engine = EspeakSpeech(espeak_peer(tmp_path, conduct)[0], deadline=1.0)
    with pytest.raises(PortUnavailable, match=says):
        await engine.speak(GREETING, "zh")


async def test_the_text_is_on_no_command_line(tmp_path: Path) -> None:
    """Everybody on the machine could read it there; and voices are named by the engine's own list only."""
    program, notes = espeak_peer(tmp_path)
    await EspeakSpeech(program).speak(f"  {GREETING}\n", "zh")
    options, given = [json.loads(line) for line in notes.read_text().splitlines()][-1]
    assert given == GREETING
    assert options == ["-b", "1", "-v", "cmn-latn-pinyin", "-s", "150", "--stdin", "--stdout"]


@REAL
@pytest.mark.parametrize("text", [*texts_of("zh").values(), *numbers().values()])
async def test_chinese_is_read_as_chinese(text: str) -> None:
    """Not as the English names of tone marks, which the engine's first voice for `zh` says: it marks those with (en)."""
    voice = (await EspeakSpeech().voice("zh-CN")).split("/")[1]
    argv = ["espeak-ng", "-b", "1", "-v", voice, "-x", "-q", "--stdin"]
    said = await asyncio.to_thread(subprocess.run, argv, input=text.encode(), capture_output=True, check=True)
    assert said.stdout.strip()
    assert b"(en)" not in said.stdout


@REAL
async def test_the_longest_text_is_spoken_within_the_bounds() -> None:
    """What is allowed is possible."""
    assert len(await EspeakSpeech().speak("感" * LONGEST_TEXT, "zh")) > 8000 * 60

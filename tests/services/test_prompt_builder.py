"""Prompts are made once, found again, and left out where the engine cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ccserver.core.errors import PortUnavailable
from ccserver.services import prompt_builder
from ccserver.services.prompt_builder import MOST_FAILURES, Built, PromptBuilder, Wanted, without_own
from ccserver.services.speech import Unspeakable

HELLO, BYE = Wanted("zh-CN", "hello", "您好。"), Wanted("zh-CN", "vm-goodbye", "再见。")
GUTEN_TAG = Wanted("de", "hello", "Guten Tag.")


class Engine:
    """Speaks by writing down what it says. `away` are languages without a voice, `sick` texts it breaks on."""

    def __init__(self, version: str = "1") -> None:
        self.version, self.spoken = version, list[str]()
        self.away, self.sick = set[str](), set[str]()

    async def voice(self, language: str) -> str:
        if language in self.away:
            raise PortUnavailable("text to speech", None, "no voice")
        return f"engine {self.version}/{language}"

    async def speak(self, text: str, language: str) -> bytes:
        self.spoken.append(text)
        if text in self.sick:
            raise PortUnavailable("text to speech", None, "it broke")
        if "<" in text:
            raise Unspeakable("markup")
        return f"{self.version} {language} {text}".encode().ljust(100, b".")


@pytest.fixture
def engine() -> Engine:
    return Engine()


async def build(engine: Engine, cache: Path, *wanted: Wanted, limit: float = 10.0) -> Built:
    return await PromptBuilder(engine, cache).build(wanted, lambda share: None, limit)


async def test_each_prompt_gets_a_file_that_says_its_text(engine: Engine, tmp_path: Path) -> None:
    """In its language; files are for their owner alone."""
    built = await build(engine, tmp_path / "new", HELLO, GUTEN_TAG)
    assert built.files[HELLO].read_bytes().startswith("1 zh-CN 您好。".encode())
    assert built.files[GUTEN_TAG].read_bytes().startswith(b"1 de Guten Tag.")
    assert {file.stat().st_mode & 0o777 for file in built.files.values()} == {0o600}
    assert built.problems == []


async def test_nothing_is_spoken_twice(engine: Engine, tmp_path: Path) -> None:
    """Neither at the next start, nor for a second name with the same text."""
    await build(engine, tmp_path, HELLO, Wanted("zh-CN", "other", HELLO.text))
    await build(Engine(), tmp_path, HELLO)
    again = Engine()
    await build(again, tmp_path, HELLO, BYE)
    assert (engine.spoken, again.spoken) == ([HELLO.text], [BYE.text])


async def test_another_voice_speaks_all_anew(engine: Engine, tmp_path: Path) -> None:
    """So that one caller hears one voice."""
    await build(engine, tmp_path, HELLO)
    newer = Engine("2")
    built = await build(newer, tmp_path, HELLO)
    assert built.files[HELLO].read_bytes().startswith(b"2 ")


async def test_while_the_engine_is_away_the_old_files_will_do(engine: Engine, tmp_path: Path) -> None:
    """What is not there is told once."""
    await build(engine, tmp_path, HELLO)
    away = Engine()
    away.away = {"zh-CN"}
    built = await build(away, tmp_path, HELLO, BYE, GUTEN_TAG)
    assert built.files.keys() == {HELLO, GUTEN_TAG}
    assert built.problems == ["1 prompts in zh-CN are missing: text to speech is not available: no voice"]


async def test_one_text_that_fails_costs_no_other(engine: Engine, tmp_path: Path) -> None:
    """It is asked for again the next time."""
    engine.sick = {HELLO.text}
    built = await build(engine, tmp_path, HELLO, Wanted("zh-CN", "bad", "<b>"), BYE)
    assert built.files.keys() == {BYE}
    assert built.problems == ["2 prompts in zh-CN are missing: the engine would not speak them, see the log"]
    engine.sick.clear()
    assert HELLO in (await build(engine, tmp_path, HELLO)).files


async def test_an_engine_that_fails_again_and_again_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    """For this language; each try may take its whole deadline."""
    many = [Wanted("zh", f"digits/{number}", str(number)) for number in range(20)]
    engine.sick = {one.text for one in many}
    built = await build(engine, tmp_path, *many, GUTEN_TAG)
    assert engine.spoken == [GUTEN_TAG.text, *(one.text for one in many[:MOST_FAILURES])]
    assert built.problems == ["20 prompts in zh are missing: text to speech is not available: it broke"]


async def test_a_start_is_not_held_up_for_ever(engine: Engine, tmp_path: Path) -> None:
    """What was not made in time is told, and follows."""
    built = await build(engine, tmp_path, HELLO, limit=-1.0)
    assert built.files == {}
    assert "the rest follows at the next start or reload" in built.problems[0]


async def test_a_file_that_was_never_written_out_is_made_again(engine: Engine, tmp_path: Path) -> None:
    """As after a power failure."""
    file = (await build(engine, tmp_path, HELLO)).files[HELLO]
    file.write_bytes(b"")
    assert (await build(engine, tmp_path, HELLO)).files[HELLO].stat().st_size == 100


async def test_how_far_it_is_is_told_to_the_end(engine: Engine, tmp_path: Path) -> None:
    """Also for what is there already."""
    told = list[float]()
    for _ in range(2):
        await PromptBuilder(engine, tmp_path).build([HELLO, BYE], told.append)
    assert told == [0.5, 1.0, 0.5, 1.0]


async def test_the_folder_does_not_grow_for_ever(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest of what is not wanted goes."""
    monkeypatch.setattr(prompt_builder, "MOST_KEPT", 2)
    first = (await build(engine, tmp_path, HELLO)).files[HELLO]
    second = (await build(engine, tmp_path, BYE)).files[BYE]
    os.utime(second, (0, 0))
    await build(engine, tmp_path, HELLO, GUTEN_TAG)
    assert (first.exists(), second.exists()) == (True, False)


@pytest.mark.parametrize("own", ["zh-CN/hello", "zh_CN/hello", "zh/hello", "hello"])
def test_own_recordings_win(own: str) -> None:
    """For the language, for it without its region, for all languages."""
    assert without_own([HELLO, BYE], frozenset({own, "de/vm-goodbye", "custom/vm-goodbye"})) == [BYE]

"""Which prompts a configuration needs, and where they go."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.house.files import TOP

from ccserver.adapters.tts.espeak import EspeakSpeech
from ccserver.app.prompts import PromptStock, languages, placed, wanted_prompts
from ccserver.config import Configuration, load_configuration
from ccserver.services.prompt_builder import PromptBuilder
from ccserver.services.speech import TextToSpeech, said_name

CHINESE = """
version: 1
default_language: zh-CN
entry_points:
  main: {dnis: "+448081570100", queue: support}
  english: {dnis: "+448081570101", queue: support, language: en}
  german: {dnis: "+448081570102", queue: support, language: de}
  klingon: {dnis: "+448081570103", queue: support, language: tlh}
  shop: {dnis: "+448081570104", flow: shop}
flows:
  shop:
    start: welcome
    nodes:
      welcome: {do: play, sounds: [{say: Open at 9.}, hello, say: Goodbye!], next: bye}
      bye: {do: hang_up, sounds: {say: Goodbye!}}
queues:
  support:
    max_wait: 5 min
    on_max_wait: {message: {say: Try later}}
agents:
  ann: {name: Ann, extension: "1001"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A centre that speaks four languages."""
    folder = tmp_path / "centre"
    folder.mkdir()
    (folder / "ccserver.yaml").write_text(CHINESE)
    return folder


def own(folder: Path, name: str) -> None:
    (folder / "sounds" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "sounds" / name).write_bytes(b"RIFF")


class Engine:
    """Speaks by writing down what it says."""

    async def voice(self, language: str) -> str:
        return language

    async def speak(self, text: str, language: str) -> bytes:
        return f"{language} {text}".encode().ljust(100, b".")


def stock(tmp_path: Path, engine: TextToSpeech | None = None) -> PromptStock:
    return PromptStock(PromptBuilder(engine or EspeakSpeech("no-such-program"), tmp_path / "prompts"))


def asked(configuration: Configuration) -> dict[str, set[str]]:
    """Names by language."""
    wanted = wanted_prompts(configuration.plan)
    return {
        tag: {one.name for one in wanted if one.language == tag} for tag in sorted({one.language for one in wanted})
    }


def test_each_language_of_a_caller_has_its_prompts(folder: Path) -> None:
    """English comes with Asterisk; a language without texts is heard in English, its numbers too."""
    configuration = load_configuration(folder)
    assert languages(configuration.plan) == ["de", "en", "tlh", "zh-CN"]
    own_prompts = {tag for tag, names in asked(configuration).items() if any("said/" not in name for name in names)}
    assert own_prompts == {"de", "zh-CN"}
    assert {"queue-youarenext", "vm-intro", "ss-noservice", "digits/0", "digits/100"} <= asked(configuration)["zh-CN"]


def test_what_is_to_be_said_is_wanted_in_every_language(folder: Path) -> None:
    """English too, wherever in the configuration it stands, and once only."""
    wanted = wanted_prompts(load_configuration(folder).plan)
    said = [one for one in wanted if one.name == said_name(one.text, one.language)]
    texts = ["Goodbye!", "Open at 9.", "Try later"]
    assert [(one.language, one.text) for one in said] == [
        (tag, text) for tag in ("de", "en", "tlh", "zh-CN") for text in texts
    ]
    assert len({one.name for one in said}) == 12


async def test_prompts_go_where_asterisk_looks_for_the_language(folder: Path, tmp_path: Path) -> None:
    """Own recordings stay out of it."""
    own(folder, "zh-CN/queue-thankyou.ulaw")
    shares = list[float]()
    built = await stock(tmp_path, Engine()).prepare(load_configuration(folder), shares.append)
    names = {name for name, _ in placed(built)}
    assert {said_name("Goodbye!", "en"), "zh_CN/queue-youarenext", "zh_CN/digits/21", "de/queue-thankyou"} <= names
    assert "zh_CN/queue-thankyou" not in names
    assert (built.problems, shares[-1]) == ([], 1.0)


async def test_without_an_engine_nothing_is_made_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    """The centre works, in English."""
    built = await stock(tmp_path).prepare(load_configuration(folder), lambda share: None)
    assert placed(built) == ()
    languages_told = [problem.split(":")[0].removesuffix(" are missing").split()[-1] for problem in built.problems]
    assert languages_told == ["de", "en", "tlh", "zh-CN"]
    assert all("apt-get install espeak-ng" in problem for problem in built.problems)


async def test_an_english_centre_needs_no_engine(tmp_path: Path) -> None:
    """The longest waits are then not told, and that is no problem."""
    shutil.copytree(TOP / "examples/demo", tmp_path / "demo")
    built = await stock(tmp_path).prepare(load_configuration(tmp_path / "demo"), lambda share: None)
    assert (placed(built), built.problems) == ((), [])


async def test_what_english_has_no_recording_of_is_spoken(tmp_path: Path) -> None:
    """Below no language: where Asterisk looks when the caller's has no such file."""
    shutil.copytree(TOP / "examples/demo", tmp_path / "demo")
    built = await stock(tmp_path, Engine()).prepare(load_configuration(tmp_path / "demo"), lambda share: None)
    assert [name for name, _ in placed(built)] == ["wait/over-12"]

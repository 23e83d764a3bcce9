"""What callers hear in Chinese, on the real server and the real Asterisk: the sounds that espeak-ng made, compared with what
arrives at the telephone.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio
from tests.desktop.real_centre import DEMO, DIRECT, RealCentre, until
from tests.house.needed import needs_program
from tests.scenarios.recorded import RecordedSound

from ccserver.adapters.softphone import Call
from ccserver.adapters.softphone.audio import loudness
from ccserver.services.speech import said_name

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
    needs_program("espeak-ng", "espeak-ng"),
]
ALIKE = 0.97
"""Correlation of the loudness of a whole file with a place in what was heard."""
CLOSED, REST = "+448081570104", "现在休息，请明天再打。"
WITHIN = 40.0
"""Seconds; an announcement comes after 5 s and takes five."""
Shape = npt.NDArray[np.float64]


class ChineseCentre(RealCentre):
    """The demo, whose direct line speaks Chinese and tells the position soon."""

    @property
    def config(self) -> Path:
        return self.data.with_name(self.data.name + "-config")

    @property
    def _places(self) -> tuple[str, ...]:
        return "--config", str(self.config), "--data", str(self.data)

    def furnish(self) -> None:
        """Write the configuration."""
        shutil.copytree(DEMO, self.config)
        self.write("entry_points.yaml", f'dnis: "{DIRECT}"', f'dnis: "{DIRECT}"\n    language: zh-CN')
        self.write("entry_points.yaml", "message: [vm-nobodyavail", f"message: [{{say: {REST}}}, vm-nobodyavail")
        self.write("entry_points.yaml", f'dnis: "{CLOSED}"', f'dnis: "{CLOSED}"\n    language: zh-CN')
        self.write("queues.yaml", "first_after: 10 s", "first_after: 5 s")

    def write(self, file: str, before: str, after: str) -> None:
        """Change every place of one file."""
        text = (self.config / file).read_text(encoding="utf-8")
        assert before in text
        (self.config / file).write_text(text.replace(before, after), encoding="utf-8")

    def prompt(self, name: str) -> list[float]:
        """The loudness of what Asterisk has in Chinese under this name, in steps of 20 ms."""
        return self.sound(f"zh_CN/{name}")

    def sound(self, path: str) -> list[float]:
        """The same for any of its sounds."""
        return RecordedSound(self.data / f"asterisk/share/sounds/{path}.wav")._shape

    def english(self, name: str) -> Path:
        """The file of a recording that comes with Asterisk."""
        return (self.data / f"asterisk/share/sounds/en/{name}.wav").resolve()


@dataclass
class Listener:
    """All that a caller has heard since the call began."""

    call: Call
    frames: deque[bytes]

    def finds(self, *files: Sequence[float]) -> bool:
        """Whether the files were heard, each after the one before."""
        heard, begin = np.array([loudness(frame) for frame in list(self.frames)]), 0
        for file in files:
            alike = _alike(heard[begin:], np.array(file))
            if not len(alike) or alike.max() < ALIKE:
                return False
            begin += int(alike.argmax()) + len(file) - 5
        return True


def _alike(heard: Shape, file: Shape) -> Shape:
    """The correlation of the file with each place at which it may have begun."""
    if len(heard) < len(file):
        return np.array([])
    parts = np.lib.stride_tricks.sliding_window_view(heard, len(file))
    parts = parts - parts.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(parts, axis=1) * np.linalg.norm(file - file.mean())
    alike: Shape = parts @ (file - file.mean()) / np.maximum(sizes, 1e-9)
    return alike


@asynccontextmanager
async def listener(centre: RealCentre, number: str, dnis: str = DIRECT) -> AsyncIterator[Listener]:
    """Somebody who waits on the Chinese line, or calls another one."""
    async with centre.callers() as trunk:
        call = await trunk.call(dnis, number)
        listener = Listener(call, deque(maxlen=3000))
        call.audio._frames = listener.frames
        yield listener
        call.hang_up()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre() -> AsyncIterator[ChineseCentre]:
    """One server for all tests here. No agent is there."""
    centre = ChineseCentre()
    try:
        centre.furnish()
        await centre.open()
        yield centre
    finally:
        await centre.close()
        shutil.rmtree(centre.config, ignore_errors=True)


async def test_the_position_is_told_in_chinese(centre: ChineseCentre) -> None:
    """First in line; and who comes second hears a sentence of four files, with the number in its place."""
    async with listener(centre, "+442079460301") as first, listener(centre, "+442079460302") as second:
        is_next, thanks = centre.prompt("queue-youarenext"), centre.prompt("queue-thankyou")
        await until(lambda: first.finds(is_next, thanks), "您现在排在第一位", WITHIN)
        place = [centre.prompt(name) for name in ("queue-thereare", "digits/2", "queue-callswaiting", "queue-thankyou")]
        await until(lambda: second.finds(*place), "您现在排在第二位", WITHIN)
        assert not second.finds(centre.prompt("queue-thereare"), centre.prompt("digits/3"), place[2])


async def test_a_text_of_the_configuration_is_said(centre: ChineseCentre) -> None:
    """And what follows it in the list is heard after it."""
    async with listener(centre, "+442079460304", CLOSED) as caller:
        files = centre.sound(said_name(REST, "zh-CN")), centre.prompt("vm-nobodyavail"), centre.prompt("vm-goodbye")
        await until(lambda: caller.finds(*files), "the text, then the prompts", WITHIN)


async def test_the_making_of_the_prompts_is_shown(centre: ChineseCentre) -> None:
    """As every long step of the start is; nothing was missing."""
    assert "speaking the prompts" in centre.log_tail()
    assert "missing" not in centre.log_tail()


async def test_a_recording_of_our_own_is_heard_in_place_of_the_made_one(centre: ChineseCentre) -> None:
    """From the next call on after a reload."""
    own = centre.config / "sounds/zh-CN/queue-youarenext.wav"
    own.parent.mkdir(parents=True)
    made = centre.prompt("queue-youarenext")
    shutil.copy(centre.english("demo-thanks"), own)
    await centre.ask("POST", "/config/reload")
    async with listener(centre, "+442079460303") as caller:
        await until(lambda: caller.finds(centre.prompt("queue-youarenext")), "the recording", WITHIN)
        assert not caller.finds(made)

"""espeak-ng as a program: <https://github.com/espeak-ng/espeak-ng>, GPL-3.0-or-later, Debian package espeak-ng.

A subprocess and no library: its licence is not ours, and what it does to its memory stays its own. The text goes in by standard
input, so that no text is ever an option, and no other user of the machine reads it in the list of processes. Options as
of 1.51 (espeak-ng(1)). Without `-m` it takes no SSML; `[[phonemes]]` it always takes, which `speakable` refuses.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from typing import Final, cast

from ccserver.adapters.tts.telephone_sound import telephone_sound
from ccserver.core.errors import PortUnavailable
from ccserver.services.speech import PORT, speakable

PROGRAM: Final = "espeak-ng"
DEADLINE: Final = 10.0
"""Seconds for one text; a sentence takes 0.03."""
WORDS_PER_MINUTE: Final = 150
"""Slower than its own 175: a telephone takes away what would help to understand it."""
MOST_BYTES: Final = 180 * 22_050 * 2
"""Three minutes, more than the longest text takes."""
SENTENCE_ENDS: Final = tuple(".!?。！？…")
AFTER_SENTENCE, AFTER_PART = 0.3, 0.05
"""Seconds of silence: a text that ends like a sentence is followed by a pause, a part of one by the next part."""
_OTHERWISE: Final = "put recordings of your own into sounds/LANGUAGE/"
ADVICE: Final = f"install it (`apt-get install espeak-ng`), or {_OTHERWISE}"

_USUAL: Final = {"zh": ("cmn-latn-pinyin", "cmn"), "en": ("en-gb", "en-us"), "no": ("nb",), "fr": ("fr-fr",)}
"""The voice `cmn` of 1.51 reads the tone marks of characters aloud in English (espeak-ng issues 1028 and 1163)."""
_VOICE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


class EspeakSpeech:
    """Fills TextToSpeech. What the program says of its voices is asked once and kept."""

    def __init__(self, program: str = PROGRAM, deadline: float = DEADLINE) -> None:
        self._program, self._deadline = program, deadline
        self._version, self._voices = "", frozenset[str]()

    async def voice(self, language: str) -> str:
        """Such as `eSpeak NG text-to-speech: 1.51/cmn-latn-pinyin/150`."""
        name = await self._voice_of(language)
        return f"{self._version}/{name}/{WORDS_PER_MINUTE}"

    async def speak(self, text: str, language: str) -> bytes:
        """See the port."""
        line = speakable(text)
        name = await self._voice_of(language)
        options = ("-b", "1", "-v", name, "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout")
        recording = await self._run(options, line.encode())
        try:
            pause = AFTER_SENTENCE if line.endswith(SENTENCE_ENDS) else AFTER_PART
            return await asyncio.to_thread(telephone_sound, recording, pause)
        except ValueError as error:
            raise PortUnavailable(PORT, None, f"what {self._program} made is of no use: {error}") from error

    async def _voice_of(self, language: str) -> str:
        if not self._voices:
            said = (await self._run(("--version",), b"")).decode(errors="replace")
            self._version = said.partition(" Data at")[0].strip()[:100]
            self._voices = _read_voices((await self._run(("--voices",), b"")).decode(errors="replace"))
        found = _best(language.lower(), self._voices)
        if found is None:
            raise PortUnavailable(PORT, None, f"{self._program} has no voice for {language!r}; {_OTHERWISE}")
        return found

    async def _run(self, options: tuple[str, ...], given: bytes) -> bytes:
        """What it printed."""
        program = shutil.which(self._program)
        if program is None:
            raise PortUnavailable(PORT, None, f"{self._program} is not on this machine; {ADVICE}")
        try:
            process = await asyncio.create_subprocess_exec(
                *(program, *options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise PortUnavailable(PORT, None, f"{program} does not start: {error}") from error
        try:
            async with asyncio.timeout(self._deadline):
                printed = await _converse(process, given)
        except TimeoutError:
            raise PortUnavailable(PORT, None, f"{program} did not answer within {self._deadline:g} s") from None
        finally:
            await _end(process)
        if process.returncode != 0:
            raise PortUnavailable(PORT, None, f"{program} ended with {process.returncode}, or said too much")
        return printed


async def _converse(process: asyncio.subprocess.Process, given: bytes) -> bytes:
    """A text fits into the pipe, so writing all before reading cannot block. Reading stops after MOST_BYTES."""
    given_to, printed_by = cast(asyncio.StreamWriter, process.stdin), cast(asyncio.StreamReader, process.stdout)
    given_to.write(given)
    given_to.close()
    printed = bytearray()
    while chunk := await printed_by.read(65_536):
        printed += chunk
        if len(printed) > MOST_BYTES:
            process.kill()
            break
    await process.wait()
    return bytes(printed)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _read_voices(table: str) -> frozenset[str]:
    """The second column: ` 5  cmn-latn-pinyin --/M  Chinese_(Mandarin,_latin_as_Pinyin) sit/cmn-Latn-pinyin`."""
    names = {line.split()[1] for line in table.splitlines()[1:] if len(line.split()) > 1}
    return frozenset(name for name in names if _VOICE.fullmatch(name))


def _best(language: str, voices: frozenset[str]) -> str | None:
    """The language with its region, else what is usual for the language, else the language, else one of another region."""
    primary = language.partition("-")[0]
    wanted = (language, *_USUAL.get(primary, ()), primary)
    others = sorted(name for name in voices if name.startswith(f"{primary}-"))
    return next((name for name in (*wanted, *others) if name in voices), None)

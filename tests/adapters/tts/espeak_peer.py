"""A program in the place of espeak-ng: it has the voices of 1.51 and says each text as so many milliseconds of a tone.

Its options and what it was given go into a file, so that a test sees what another user of the machine could see.
"""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = """#!{python}
import json, math, struct, sys, time
given = sys.stdin.buffer.read()
with open({notes!r}, "a") as notes:
    notes.write(json.dumps([sys.argv[1:], given.decode()]) + "\\n")
if "--version" in sys.argv:
    print("eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/espeak-ng-data")
elif "--voices" in sys.argv:
    print("Pty Language       Age/Gender VoiceName          File                 Other Languages")
    for name in ("cmn", "cmn-latn-pinyin", "de", "fr-fr", "pt-br", "-w/etc/passwd"):
        print(f" 5  {{name}}    --/M    Some_voice    some/{{name}}")
elif {conduct!r} == "hangs":
    time.sleep(60)
elif {conduct!r} == "fails":
    sys.exit(3)
elif {conduct!r} == "babbles":
    while True:
        sys.stdout.buffer.write(b"x" * 65536)
elif {conduct!r} == "nonsense":
    sys.stdout.write("no sound at all")
else:
    rate, quiet = 22050, [0] * 2205
    tone = [int(20000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(rate * len(given) // 20)]
    data = struct.pack(f"<{{len(tone) + 4410}}h", *quiet, *tone, *quiet)
    # As espeak-ng does it on a pipe: lengths that cannot be true.
    head = b"RIFF" + struct.pack("<I", 0x7FFFF024) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    sys.stdout.buffer.write(head + b"data" + struct.pack("<I", 0x7FFFF000) + data)
"""


def espeak_peer(folder: Path, conduct: str = "") -> tuple[str, Path]:
    """Its path, and the file with its notes. `conduct` is hangs, fails, babbles or nonsense, when it shall speak."""
    program, notes = folder / "espeak-peer", folder / "notes.jsonl"
    program.write_text(PROGRAM.format(python=sys.executable, notes=str(notes), conduct=conduct), encoding="utf-8")
    program.chmod(0o755)
    return str(program), notes

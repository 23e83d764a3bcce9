"""How a command speaks to a person: what happens, and when it cannot go on, what is wrong and what to type."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from ccserver.core.errors import CcserverError, Refused

WRONG = 2
"""What was typed, configured or found there cannot work; 1 is for what was tried and did not succeed."""


def say(text: str) -> None:
    """A line on standard output, at once; what a caller's name or a server says cannot steer the terminal."""
    print("".join(sign if sign.isprintable() else "?" for sign in text), flush=True)


def note(text: str) -> None:
    """A line on standard error: what is going on, beside the answer. In one piece: lines of two threads do not mix."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def fail(what: str, advice: str = "", code: int = WRONG) -> NoReturn:
    """Print both to standard error and end the command."""
    told = f"ccserver: {what}\n  what to do: {advice}" if advice else f"ccserver: {what}"
    note(told)
    raise typer.Exit(code)


def told(error: CcserverError) -> str:
    """An error in words; the code of a refusal is one of programs, and still says what the advice is about."""
    return f"{error.reason.replace('_', ' ')}: {error.advice}" if isinstance(error, Refused) else str(error)

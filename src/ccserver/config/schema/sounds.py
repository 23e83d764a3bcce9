"""What is played, and the ways out: both are used by entry points, flows and queues."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ccserver.config.schema.section import Section
from ccserver.config.schema.types import Id, Lasting, Matching, Phone, refuse
from ccserver.services.speech import Unspeakable, speakable

NAME_OF_SOUND = r"[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_][A-Za-z0-9_-]*){0,4}"

SoundName = Annotated[
    str,
    Matching(
        rf"(?=.{{1,100}}$){NAME_OF_SOUND}",
        "is no name of a recording",
        "use the file's name without folder of the machine and without ending, such as vm-goodbye or custom/welcome",
    ),
]


def _spoken(text: str) -> str:
    try:
        return speakable(text)
    except Unspeakable as error:
        refuse(f"cannot be spoken: {error}", "write a sentence, such as Welcome to our service line.")


class SoundItem(Section):
    """One thing to play. A plain name stands for `recording`."""

    recording: SoundName | None = Field(None, description="a recording by its name, such as vm-goodbye")
    say_number: int | None = Field(None, ge=0, le=999_999_999, description="a whole number, spoken: 12 is twelve")
    say_digits: (
        Annotated[str, Matching(r"[0-9*#]{1,40}", "is not only digits", 'write digits in quotes: "0123"')] | None
    ) = Field(None, description='digits one by one, in quotes: "12" is one two')
    say: Annotated[str, AfterValidator(_spoken)] | None = Field(
        None, description="a text, spoken by espeak-ng in the language of the entry point"
    )
    silence: Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(seconds=10))] | None = Field(
        None, description="a pause of 1 s to 10 s"
    )

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"recording": value} if isinstance(value, str) else value

    def check_as_a_whole(self) -> None:
        if len(self.model_fields_set) != 1:
            refuse("must play exactly one thing", "use one of recording, say_number, say_digits, say, silence")


def _one_as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


SoundList = Annotated[
    list[SoundItem],
    BeforeValidator(_one_as_list),
    Field(max_length=50),
]
"""What is played one after the other; a single name may stand alone."""


class Exit(Section):
    """A way out of the normal path. Exactly one of the five; the word `voicemail` may stand alone."""

    voicemail: SoundList | None = Field(None, description="the caller leaves a message; what is played first")
    message: SoundList | None = Field(None, description="what is played before the call is ended")
    queue: Id | None = Field(None, description="the queue that takes over")
    flow: Id | None = Field(None, description="the flow that takes over")
    number: Phone | None = Field(
        None, description='the outside number that the caller is connected with, in quotes: "+448081570100"'
    )

    @model_validator(mode="before")
    @classmethod
    def _voicemail_alone(cls, value: Any) -> Any:
        return {"voicemail": []} if value == "voicemail" else value

    def check_as_a_whole(self) -> None:
        if len(self.model_fields_set) != 1:
            refuse("must name exactly one way out", f"use one of {', '.join(type(self).model_fields)}")


class WaitingExit(Exit):
    """A way out of a queue for who waits there: those of everybody, and being called back. A single word may stand alone."""

    callback: Literal[True] | None = Field(None, description="the caller is called back, with the place kept")

    @model_validator(mode="before")
    @classmethod
    def _callback_alone(cls, value: Any) -> Any:
        return {"callback": True} if value == "callback" else value

"""Queues: whom callers wait for, how long, and what happens when that is too long."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from ccserver.config.schema.callbacks import CallbackSection, InvitationSection
from ccserver.config.schema.flows import MOST_ALSO, Key, Priority
from ccserver.config.schema.needs import Need, Proficiency
from ccserver.config.schema.overflow import MOST_RULES, OverflowSection
from ccserver.config.schema.preferring import PreferredAgentSection
from ccserver.config.schema.section import Section
from ccserver.config.schema.sounds import Exit, SoundList, WaitingExit
from ccserver.config.schema.types import Id, Label, Lasting, Matching, refuse

Disposition = Annotated[
    str,
    Matching(
        r"[a-z][a-z0-9_]{0,39}", "is no name of a disposition", "use a small letter, then small letters, digits, _"
    ),
]
MusicClass = Annotated[
    str,
    Matching(r"[A-Za-z][A-Za-z0-9_-]{0,39}", "is no name of a music class", "use letters, digits, _ or -"),
]
ScriptName = Annotated[
    str,
    Matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", "is no name of a script", "use letters, digits, ., _ or -"),
]
RingLimit = Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(seconds=60))]
"""Below 5 s nobody reaches a phone; above 60 s callers hear nothing but ringing."""
WrapUpLimit = Annotated[timedelta, Lasting(timedelta(0), timedelta(hours=1))]
MaxWait = Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(hours=12))]
AnswerTarget = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=1))]
RelaxAfter = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=12))]
MOST_STEPS: Final = 10
MOST_PREFERRED: Final = 20
HandleTime = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=8))]
Patience = Annotated[timedelta, Lasting(timedelta(seconds=1), timedelta(hours=8))]
MOST_MESSAGES: Final = 20
Pause = Annotated[timedelta, Lasting(timedelta(seconds=5), timedelta(hours=1))]


class PositionSection(Section):
    """When the waiting caller is told the position, and nothing of the wait. Older spelling of `announce`."""

    first_after: Pause = Field(description="the first time after so long a wait")
    every: Pause | None = Field(None, description="again every so often; if left out, only once")


class AnnounceSection(PositionSection):
    """When the waiting caller is told the position and the estimated wait."""

    position: bool = Field(True, description="whether callers are told their position")
    wait: bool = Field(True, description="whether they are told how long they will wait, when that is sure enough")

    def check_as_a_whole(self) -> None:
        if not (self.position or self.wait):
            refuse("announces nothing", "leave position or wait at yes, or the whole section out")


class ComfortSection(Section):
    """What callers hear now and then while they wait: the messages in turn."""

    first_after: Pause | None = Field(None, description="the first message after so long a wait; else as every")
    every: Pause = Field(description="one message every so often, such as 1 min")
    messages: list[SoundList] = Field(
        min_length=1,
        max_length=MOST_MESSAGES,
        description="what is played, one each time and then from the first again",
    )


class RelaxSection(Section):
    """After so long a wait, whoever meets `needs` will do too; without `needs` any agent."""

    after: RelaxAfter = Field(description="after so long a wait, such as 20 s")
    needs: Need | None = Field(None, description="what is enough then; if left out, any agent will do")


class WorkloadSection(Section):
    """What the queue is expected to carry in its busy hour. Nothing is routed by it: `ccserver check` holds the agents against it."""

    calls_per_hour: int = Field(ge=1, le=100_000, description="calls that come in an hour")
    handle_time: HandleTime = Field(description="the mean of talk, hold and wrap-up together, such as 4 min")
    patience: Patience = Field(
        timedelta(minutes=3), description="the mean time after which a caller would give up; longer than the usual wait"
    )


class QueueDefinition(Section):
    """One queue. It needs a way out for those who waited too long."""

    name: Label | None = Field(None, description="the name that people see; else the name of the section")
    skills: dict[Id, Proficiency] = Field({}, description="what an agent needs, with the least proficiency (1 to 10)")
    needs: Need | None = Field(None, description="what an agent needs besides, such as any: [french, german]")
    prefer: dict[Id, Proficiency] = Field(
        {}, max_length=MOST_PREFERRED, description="skills of agents who go before others; nobody is excluded"
    )
    relax: list[RelaxSection] = Field(
        [], max_length=MOST_STEPS, description="who will do too after some wait, the shortest first"
    )
    also: list[Id] = Field(
        [], max_length=MOST_ALSO, description="queues whose agents may take its calls too, at one place in line"
    )
    preferred_agent: PreferredAgentSection | None = Field(
        None,
        description="who should take a call if possible: account manager, last agent; and how long callers wait for it",
    )
    priority: Priority = Field(0, description="calls of a higher priority are answered first")
    policy: Id | None = Field(None, description="how its agents are shared among the tiers; else default_policy")
    music: MusicClass = Field("default", description="the music class of the PBX")
    announce: AnnounceSection | None = Field(
        None, description="when callers are told their position and how long they will wait"
    )
    announce_position: PositionSection | None = Field(
        None, description="older spelling of announce, for the position alone"
    )
    comfort: ComfortSection | None = Field(None, description="messages that callers hear now and then while they wait")
    max_wait: MaxWait = Field(description="after this wait on_max_wait is taken, such as 10 min")
    on_max_wait: Exit = Field(description="where callers go after max_wait, such as voicemail")
    keys: dict[Key, WaitingExit] = Field({}, description='what a waiting caller may press, such as "1": callback')
    invitation: InvitationSection | None = Field(None, description="when waiting callers are told of the keys")
    callback: CallbackSection | None = Field(None, description="what is promised to who wants to be called back")
    overflow: list[OverflowSection] = Field(
        [], max_length=MOST_RULES, description="where callers go before max_wait, and when: the first rule that holds"
    )
    max_length: int = Field(
        200, ge=1, le=10_000, description="so many callers fill the queue; who comes back to it still finds room"
    )
    on_full: Exit | None = Field(None, description="where callers go when the queue is full; else on_max_wait")
    hours: Id | None = Field(None, description="the opening hours of the queue; if left out, always open")
    on_closed: Exit | None = Field(None, description="where those go who come outside the hours; else on_max_wait")
    on_closing: Exit | None = Field(
        None, description="where those go who still wait when it closes; if left out, they are served to the last"
    )
    ring_limit: RingLimit = Field(timedelta(seconds=15), description="how long an agent's phone rings, 5 s to 60 s")
    wrap_up_limit: WrapUpLimit = Field(timedelta(seconds=30), description="the longest wrap-up; 0 s is none")
    answer_target: AnswerTarget = Field(timedelta(seconds=20), description="the threshold of the service level")
    dispositions: list[Disposition] = Field([], max_length=50, description="what agents choose from in wrap-up")
    script: ScriptName | None = Field(None, description="the script that agents follow; kept with each call")
    workload: WorkloadSection | None = Field(
        None, description="what it is expected to carry, to be held against its agents by ccserver check"
    )

    def check_as_a_whole(self) -> None:
        if self.hours is None and (self.on_closed or self.on_closing):
            refuse("says what happens when it is closed, and has no hours", "add hours: with the name of opening hours")
        if self.announce is not None and self.announce_position is not None:
            refuse("has announce and announce_position", "keep announce; with wait: no it tells the position alone")

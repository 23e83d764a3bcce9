"""The YAML as models: what may be written, and nothing about where it stands in a file.

What one value alone can tell is checked here; what needs two places (a reference, a loop) is in `config.checks`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ccserver.config.schema.entries import EntryPointSection, HoursSection
from ccserver.config.schema.flows import FlowSection
from ccserver.config.schema.people import AgentKey, AgentSection, ReasonCode, TeamSection, UserSection
from ccserver.config.schema.policies import PolicySection
from ccserver.config.schema.queues import QueueDefinition, WrapUpLimit
from ccserver.config.schema.section import Section
from ccserver.config.schema.site import EventLogSection, NetworkSection, TrunkSection, VoicemailBoxSection
from ccserver.config.schema.sounds import Exit
from ccserver.config.schema.tiers import MOST_TIERS, TierSection
from ccserver.config.schema.types import Id, Label, Language, Lasting, Phone, Region, refuse

SECTIONS = frozenset(
    {
        "policies",
        "trunks",
        "entry_points",
        "hours",
        "flows",
        "queues",
        "teams",
        "agents",
        "users",
        "not_ready_reasons",
    }
)
"""Keys of the first level that hold named things. They may be spread over several files. Tiers may not: their order counts."""

DialLimit = Annotated[timedelta, Lasting(timedelta(seconds=10), timedelta(minutes=2))]
LookUpLimit = Annotated[timedelta, Lasting(timedelta(milliseconds=50), timedelta(seconds=5))]


def _ends_the_call(exit_: Exit) -> Exit:
    if exit_.message is None and exit_.voicemail is None:
        refuse("must end the call, as it is the last resort", "use voicemail or message")
    return exit_


class Root(Section):
    """All files of a configuration folder together."""

    version: Literal[1] = Field(description="the version of this format: 1")
    name: Label = Field("Contact centre", description="the name of the centre")
    demo: bool = Field(False, description="true allows passwords in these files; never on a network")
    default_region: Region = Field("GB", description="the country of numbers written without a country code")
    default_language: Language = Field("en", description="the language of the sounds")
    caller_number: Phone | None = Field(None, description='the number shown on calls out, in quotes: "+448081570100"')
    default_exit: Annotated[Exit, AfterValidator(_ends_the_call)] | None = Field(
        None, description="the last resort: voicemail, or a message"
    )
    default_wrap_up_limit: WrapUpLimit = Field(
        timedelta(seconds=30), description="the longest wrap-up after calls that came through no queue"
    )
    max_interactions: int = Field(5000, ge=1, le=100_000, description="calls beyond so many stay in the PBX's fallback")
    dial_limit: DialLimit = Field(timedelta(seconds=45), description="how long a customer's phone rings on calls out")
    look_up_limit: LookUpLimit = Field(
        timedelta(milliseconds=300), description="how long the CRM may take to know a caller"
    )
    record_calls: bool = Field(
        False, description="true records the calls of every entry point that does not say otherwise"
    )
    voicemail: VoicemailBoxSection = Field(VoicemailBoxSection(), description="how messages are taken")
    network: NetworkSection = Field(NetworkSection(), description="addresses and ports")
    event_log: EventLogSection = Field(EventLogSection(), description="the event log of the data folder")
    tiers: dict[Id, TierSection] = Field(
        {}, max_length=MOST_TIERS, description="tiers of customers, the highest first; the last is everybody else's"
    )
    policies: dict[Id, PolicySection] = Field({}, description="how agents are shared among the tiers")
    default_policy: Id | None = Field(
        None, description="the policy of queues that name none: one of policies, or a kind; else targets"
    )
    trunks: dict[Id, TrunkSection] = Field({}, description="ways in from and out to the telephone network")
    entry_points: dict[Id, EntryPointSection] = Field({}, description="the numbers that are called")
    hours: dict[Id, HoursSection] = Field({}, description="opening hours by name")
    flows: dict[Id, FlowSection] = Field({}, description="IVR flows by name")
    queues: dict[Id, QueueDefinition] = Field({}, description="queues by name")
    teams: dict[Id, TeamSection] = Field({}, description="teams by name")
    agents: dict[AgentKey, AgentSection] = Field({}, description="agents, or ranges of agents such as load01..load50")
    users: dict[Id, UserSection] = Field({}, description="those who sign in but take no calls")
    not_ready_reasons: dict[ReasonCode, Label] = Field(
        {}, description="why agents are not ready: code and label, in order"
    )

"""Checked models to the objects of the core and the house. Decides nothing but defaults."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ccserver.config.build_flows import build_flow, build_sounds
from ccserver.config.calendar import Calendar, parse_hours
from ccserver.config.expressions import read_expression
from ccserver.config.needs import part_of_queue, steps_of_queue
from ccserver.config.numbers import CountryNumbers
from ccserver.config.overflow import predicted_of, switches_of, waited_of, way_of
from ccserver.config.people import expand
from ccserver.config.schema import Root
from ccserver.config.schema.callbacks import CallbackSection, InvitationSection
from ccserver.config.schema.entries import EntryPointSection, HoursSection
from ccserver.config.schema.overflow import OverflowSection
from ccserver.config.schema.policies import PolicySection, kind_of
from ccserver.config.schema.preferring import PreferredAgentSection
from ccserver.config.schema.queues import QueueDefinition
from ccserver.config.schema.sounds import Exit as ExitSection
from ccserver.config.schema.sounds import WaitingExit
from ccserver.config.schema.tiers import TierSection
from ccserver.config.site import EventLog, Network, Site, SiteTrunk, SiteUser
from ccserver.config.sounds import Recordings, own_music
from ccserver.core.ids import AgentId, EntryPointId, FlowId, QueueId, TierId
from ccserver.core.plan import (
    AgentProfile,
    Announcement,
    CallbackTerms,
    Comfort,
    EntryPoint,
    Exit,
    ExitKind,
    Invitation,
    OverflowRule,
    Plan,
    PreferredAgent,
    PreferredAs,
    QueuePlan,
    WaitsWhile,
)
from ccserver.core.skills import AtLeast, Relaxation
from ccserver.core.sounds import recorded
from ccserver.core.tiers import DEFAULT_POLICY, DEFAULT_TIER, RoutingPolicy, Tier
from ccserver.services.office import Role

LAST_RESORT = Exit(ExitKind.MESSAGE, sounds=recorded("ss-noservice", "vm-goodbye"))
GREETING = recorded("vm-intro")


def build_plan(model: Root) -> Plan:
    """The plan of a model that has no problems. `epoch` is 0: whoever puts it in force counts."""
    default_exit = build_exit(model.default_exit) if model.default_exit else LAST_RESORT
    return Plan(
        entry_points=MappingProxyType(
            {one.dnis: _entry_point(name, one, model, default_exit) for name, one in model.entry_points.items()}
        ),
        flows=MappingProxyType({FlowId(name): build_flow(FlowId(name), flow) for name, flow in model.flows.items()}),
        queues=MappingProxyType(
            {QueueId(name): _queue(QueueId(name), one, model) for name, one in model.queues.items()}
        ),
        agents=MappingProxyType({agent.id: agent for agent in build_agents(model)}),
        hours=MappingProxyType({name: build_calendar(one) for name, one in model.hours.items()}),
        not_ready_reasons=MappingProxyType(dict(model.not_ready_reasons)),
        default_exit=default_exit,
        caller_number=model.caller_number or "",
        look_up_limit=model.look_up_limit,
        dial_limit=model.dial_limit,
        voicemail_greeting=build_sounds(model.voicemail.greeting) or GREETING,
        voicemail_limit=model.voicemail.longest_message,
        voicemail_silence=model.voicemail.ends_after_silence,
        default_wrap_up_limit=model.default_wrap_up_limit,
        max_interactions=model.max_interactions,
        tiers=tuple(_tier(name, one) for name, one in model.tiers.items()) or (DEFAULT_TIER,),
    )


def build_site(folder: Path, model: Root) -> Site:
    """The house of a model that has no problems."""
    entries = model.entry_points.values()
    recordings = Recordings.of(folder)
    return Site(
        folder=folder,
        name=model.name,
        is_demo=model.demo,
        default_region=model.default_region,
        default_language=model.default_language,
        network=Network.of(model.network),
        trunks=tuple(
            SiteTrunk(name, tuple(one.match), one.target, tuple(one.codecs), one.qualify_every)
            for name, one in model.trunks.items()
        ),
        users=tuple(build_users(model)),
        recorded_dnis=tuple(one.dnis for one in entries if is_recorded(model, one)),
        team_names={name: team.name or name for name, team in model.teams.items()},
        sounds_folder=recordings.folder.resolve() if recordings.own else None,
        event_log=EventLog(timedelta(days=model.event_log.keep_days), model.event_log.megabytes * 10**6),
        music={name: one.resolve() for name, one in own_music(folder).items()},
    )


def build_exit(section: ExitSection) -> Exit:
    """One way out."""
    if section.queue is not None:
        return Exit(ExitKind.QUEUE, target=section.queue)
    if section.flow is not None:
        return Exit(ExitKind.FLOW, target=section.flow)
    if section.number is not None:
        return Exit(ExitKind.NUMBER, target=section.number)
    if section.message is not None:
        return Exit(ExitKind.MESSAGE, sounds=build_sounds(section.message))
    if isinstance(section, WaitingExit) and section.callback:
        return Exit(ExitKind.CALLBACK)
    return Exit(ExitKind.VOICEMAIL, sounds=build_sounds(section.voicemail or []))


def build_agents(model: Root) -> list[AgentProfile]:
    """All agents, ranges written out. The agent's own wrap-up limit goes before the team's."""
    agents = []
    for key, section in model.agents.items():
        team = model.teams[section.team] if section.team else None
        limit = section.wrap_up_limit if section.wrap_up_limit is not None else (team.wrap_up_limit if team else None)
        skills = MappingProxyType(dict(section.skills))
        team_name = (team.name if team else None) or section.team or ""
        for one in expand(key, section):
            agents.append(
                AgentProfile(AgentId(one.id), one.name, one.extension, skills, section.team or "", limit, team_name)
            )
    return agents


def build_users(model: Root) -> list[SiteUser]:
    """Agents first, then the others, in the order written."""
    users = [
        SiteUser(one.id, one.name, Role(section.role), AgentId(one.id), one.password)
        for key, section in model.agents.items()
        for one in expand(key, section)
    ]
    users += [SiteUser(name, one.name or name, Role(one.role), None, one.password) for name, one in model.users.items()]
    return users


def build_calendar(section: HoursSection) -> Calendar:
    """Opening hours. A day that is both closed and open is open: the narrower word holds."""
    closed = dict.fromkeys(section.closed_on)
    opened = {day: parse_hours(text).ordinary for day, text in section.open_on.items()}
    zone = ZoneInfo(section.time_zone)
    return Calendar(
        parse_hours(section.open), zone, section.holidays or "", section.working_weekends, {**closed, **opened}
    )


def _entry_point(name: str, section: EntryPointSection, model: Root, default_exit: Exit) -> EntryPoint:
    return EntryPoint(
        id=EntryPointId(name),
        dnis=section.dnis,
        name=section.name or name,
        language=section.language or model.default_language,
        priority=section.priority,
        hours=section.hours or "",
        flow=FlowId(section.flow) if section.flow else None,
        queue=QueueId(section.queue) if section.queue else None,
        on_closed=build_exit(section.on_closed) if section.on_closed else default_exit,
        reason=section.reason,
        is_recorded=is_recorded(model, section),
        also=tuple(QueueId(name) for name in section.also),
        tier=TierId(section.tier) if section.tier else None,
    )


def is_recorded(model: Root, section: EntryPointSection) -> bool:
    """What the entry point says of itself, else what the centre says of all."""
    return model.record_calls if section.record_calls is None else section.record_calls


def _tier(name: str, section: TierSection) -> Tier:
    target = section.answer.target
    return Tier(
        id=TierId(name),
        name=section.name or name,
        value=section.value,
        target=target,
        goal=section.answer.goal,
        wait_limit=section.wait_limit or max(DEFAULT_TIER.wait_limit, target),
        max_wait=section.max_wait,
        music=section.music or "",
        language=section.language or "",
        greeting=build_sounds(section.greeting),
        from_value=section.from_value,
    )


def build_policy(name: str, model: Root) -> RoutingPolicy:
    """The policy of this name; a kind needs none to be written."""
    section = model.policies.get(name, PolicySection())
    return RoutingPolicy(name, kind_of(name, section), section.protect, section.ageing or DEFAULT_POLICY.ageing)


def _queue(queue: QueueId, section: QueueDefinition, model: Root) -> QueuePlan:
    on_max_wait = build_exit(section.on_max_wait)
    return QueuePlan(
        id=queue,
        name=section.name or queue,
        needs=part_of_queue(queue, section).requirement,
        priority=section.priority,
        music=section.music,
        announcement=_announcement(section),
        max_wait=section.max_wait,
        on_max_wait=on_max_wait,
        max_length=section.max_length,
        on_full=build_exit(section.on_full) if section.on_full else on_max_wait,
        ring_limit=section.ring_limit,
        wrap_up_limit=section.wrap_up_limit,
        answer_target=section.answer_target,
        dispositions=tuple(section.dispositions),
        script=section.script or "",
        prefer=tuple(AtLeast(skill, level) for skill, level in section.prefer.items()),
        relax=tuple(
            Relaxation(step.after, part.requirement)
            for step, part in zip(section.relax, steps_of_queue(queue, section), strict=True)
        ),
        policy=build_policy(section.policy or model.default_policy or DEFAULT_POLICY.id, model),
        keys=MappingProxyType({key: build_exit(way) for key, way in section.keys.items()}),
        invitation=_invitation(section.invitation),
        callback=_terms(section, model),
        also=tuple(QueueId(name) for name in section.also),
        preferred_agent=_preferred_agent(section.preferred_agent) if section.preferred_agent else None,
        overflow=tuple(_rule(queue, rule) for rule in section.overflow),
        hours=section.hours or "",
        on_closed=build_exit(section.on_closed) if section.on_closed else None,
        on_closing=build_exit(section.on_closing) if section.on_closing else None,
        comfort=_comfort(section),
    )


def _announcement(section: QueueDefinition) -> Announcement | None:
    if section.announce is not None:
        one = section.announce
        return Announcement(one.first_after, one.every, one.position, one.wait)
    older = section.announce_position
    return Announcement(older.first_after, older.every) if older is not None else None


def _comfort(section: QueueDefinition) -> Comfort | None:
    one = section.comfort
    if one is None:
        return None
    return Comfort(one.first_after or one.every, one.every, tuple(build_sounds(each) for each in one.messages))


def _invitation(section: InvitationSection | None) -> Invitation | None:
    if section is None:
        return None
    return Invitation(build_sounds(section.sounds), section.first_after, section.every)


def _terms(queue: QueueDefinition, model: Root) -> CallbackTerms | None:
    """Those of the queue; a queue with a key for it needs none to be written."""
    section = queue.callback
    if section is None:
        if not any(way.callback for way in queue.keys.values()):
            return None
        section = CallbackSection()
    return CallbackTerms(
        offered_after=section.offered_after or timedelta(),
        offered_from=section.offered_from or 0,
        offered_wait=section.offered_wait or timedelta(),
        attempts=section.attempts,
        retry_after=section.retry_after,
        expires_after=section.expires_after,
        hours=section.hours or "",
        most=section.most,
        numbers=CountryNumbers(model.default_region, tuple(section.countries) or (model.default_region,)),
    )


def _preferred_agent(section: PreferredAgentSection) -> PreferredAgent:
    return PreferredAgent(
        sources=tuple(PreferredAs(each) for each in section.who),
        within=section.within,
        wait_for=section.wait_for,
        waits_while=WaitsWhile(section.wait_while),
        keeps_target=not section.past_target,
    )


def _rule(queue: QueueId, section: OverflowSection) -> OverflowRule:
    when = section.when
    return OverflowRule(
        then=way_of(section.then, build_exit),
        waited=waited_of(when),
        switches=switches_of(queue, when),
        predicted=predicted_of(queue, when),
        open=when.open or "",
        closed=when.closed or "",
        expression=read_expression(when.expression) if when.expression else None,
    )

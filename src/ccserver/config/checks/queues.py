"""Queues that callers never leave, and queues for which there is nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ccserver.config.checks.graph import loops, some_loops
from ccserver.config.checks.nodes import silent_queue
from ccserver.config.load import Checked
from ccserver.config.problems import MOST_COMPARED, ConfigProblem, did_you_mean, nearest, problem_at
from ccserver.config.schema.queues import QueueDefinition

BEST = 10
"""The highest proficiency there is."""
SHORTEST_MISSPELT = 5
_KEYS = ("on_full", "on_closed", "on_max_wait")
"""What sends those away who come to a queue or have waited in it."""


def endless_exits(checked: Checked) -> Iterator[ConfigProblem]:
    """Queues whose ways out lead back to themselves.

    A way through a flow may lead back when the maximum wait is over: there the caller hears something and may choose.
    When a queue is full or closed it may not, for that takes no time.
    """
    queues = checked.model.queues
    direct = {name: [t for _, t in _direct(queue)] for name, queue in queues.items()}
    at_once = {name: list(_at_once(checked, queue)) for name, queue in queues.items()}
    told: set[str] = set()
    for edges in (direct, at_once):
        for loop in some_loops(edges):
            if told.isdisjoint(loop):
                yield _endless(checked, loop)
            told.update(loop)


def no_last_resort(checked: Checked) -> Iterator[ConfigProblem]:
    """Queues in which a caller who presses nothing would wait for ever: each maximum wait leads, through flows, back."""
    queues = checked.model.queues
    after = {name: target for name, queue in queues.items() if (target := _after_max_wait(checked, queue)) is not None}
    for loop in loops(after):
        through_flows = (
            name for name in loop if (way := queues[name].on_max_wait) is not None and way.flow is not None
        )
        first = next(through_flows, None)
        if first is not None:  # else `endless_exits` tells it
            place = checked.place("queues", first, "on_max_wait", at_key=True)
            path = " -> ".join([*loop[:6], "..."] if len(loop) > 6 else [*loop, loop[0]])
            what = f"a caller who presses nothing has no last resort: {path}"
            yield problem_at(place, what, "let one of the flows between end in voicemail or hang_up", first)


def _after_max_wait(checked: Checked, queue: QueueDefinition) -> str | None:
    way = queue.on_max_wait
    if way is None or way.flow is None:
        return way.queue if way is not None else None
    flow = checked.model.flows.get(way.flow)
    return silent_queue(flow) if flow is not None else None


def skills_nobody_has(checked: Checked) -> Iterator[ConfigProblem]:
    """What a queue needs and no agent has, alone or together. A level that could not be read may be any."""
    if not checked.knows_names("agents"):
        return
    sections = checked.model.agents.values()
    unread = any(agent.skills is None for agent in sections)
    agents = [_with_levels(agent.skills, BEST) for agent in sections if agent.skills is not None]
    best = _best_levels(agents)
    for name, queue in checked.model.queues.items():
        needs = _with_levels(queue.skills or {}, 1)
        missing = [skill for skill, level in needs.items() if best.get(skill, 0) < level]
        for skill in missing:
            if not unread or (skill not in best and nearest(skill, best)):
                yield _missing_skill(checked, name, skill, best)
        is_fit = not needs or any(all(has.get(s, 0) >= level for s, level in needs.items()) for has in agents)
        if not (unread or missing or is_fit):
            place = checked.place("queues", name, "skills", at_key=True)
            yield problem_at(place, f"no agent has all the skills of the queue {name!r}", "give one agent all of them")


def queues_without_agents(checked: Checked) -> Iterator[ConfigProblem]:
    """No agent at all: whoever waits, waits for nobody."""
    if checked.names("agents") or not checked.knows_names("agents"):
        return
    for name in checked.model.queues:
        place = checked.place("queues", name, at_key=True)
        what = f"nobody answers the queue {name!r}: there are no agents"
        yield problem_at(place, what, "add them under agents:, or send callers to voicemail or a message", name)
        return


def misspelt_skills(checked: Checked) -> Iterator[ConfigProblem]:
    """A skill of an agent that no queue needs and that is one slip of the hand away from one that a queue needs.

    Other skills that nobody needs are right: a queue for them may come later.
    """
    queues = checked.model.queues.values()
    has = {skill for agent in checked.model.agents.values() for skill in agent.skills or {}}
    needed = {skill for queue in queues for skill in queue.skills or {}}
    needed |= {skill for queue in queues for skill in _named(queue)} & has  # of an alternative it is told elsewhere
    if not 0 < len(needed) <= MOST_COMPARED or not checked.knows_names("queues"):
        return
    meanings: dict[str, str | None] = {}
    for name, agent in checked.model.agents.items():
        for skill in (agent.skills or {}).keys() - needed:
            if skill not in meanings and len(meanings) < MOST_COMPARED:
                meanings[skill] = next((one for one in sorted(needed) if _is_slip(skill, one)), None)
            meant = meanings.get(skill)
            if meant is not None:
                place = checked.place("agents", name, "skills", skill, at_key=True)
                yield problem_at(place, f"no queue needs the skill {skill!r}", f"did you mean {meant!r}?", skill)


def _named(queue: QueueDefinition) -> Iterator[str]:
    """The skills of its expressions and preferences."""
    yield from queue.prefer or {}
    steps = [step.needs for step in queue.relax or [] if step is not None]
    steps += [rule.then.widen for rule in queue.overflow or [] if rule is not None and rule.then is not None]
    open_ends = [need for need in (queue.needs, *steps) if need is not None]
    while open_ends:
        need = open_ends.pop()
        yield from need.levels or {}
        open_ends += [*(need.all or ()), *(need.any or ()), *(need.none or ())]


def _is_slip(word: str, meant: str) -> bool:
    """One letter too many or too few, or two that changed places; words of a few letters are rather other words."""
    if min(len(word), len(meant)) < SHORTEST_MISSPELT or abs(len(word) - len(meant)) > 1:
        return False
    if len(word) == len(meant):
        apart = [index for index in range(len(word)) if word[index] != meant[index]]
        first, last = (apart[0], apart[-1]) if apart else (0, 0)
        return len(apart) == 2 and last == first + 1 and word[first : last + 1] == meant[last] + meant[first]
    longer, shorter = sorted((word, meant), key=len, reverse=True)
    return any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer)) if longer[index].isalpha()
    )


def _best_levels(agents: Iterable[Mapping[str, int]]) -> dict[str, int]:
    best: dict[str, int] = {}
    for skills in agents:
        for skill, level in skills.items():
            best[skill] = max(level, best.get(skill, 0))
    return best


def _with_levels(skills: Mapping[str, int | None], unread: int) -> dict[str, int]:
    return {skill: unread if level is None else level for skill, level in skills.items()}


def _missing_skill(checked: Checked, queue: str, skill: str, best: dict[str, int]) -> ConfigProblem:
    if skill in best:
        level = checked.model.queues[queue].skills[skill]
        place = checked.place("queues", queue, "skills", skill)
        what = f"no agent has the skill {skill!r} at {level} or better (the best has {best[skill]})"
        return problem_at(place, what, f"ask for at most {best[skill]}", level)
    place = checked.place("queues", queue, "skills", skill, at_key=True)
    advice = did_you_mean(skill, sorted(best), "give it to an agent")
    return problem_at(place, f"no agent has the skill {skill!r}", advice, skill)


def _direct(queue: QueueDefinition) -> Iterator[tuple[str, str]]:
    for key in _KEYS:
        way = getattr(queue, key)
        if way is not None and way.queue is not None:
            yield key, way.queue


def _at_once(checked: Checked, queue: QueueDefinition) -> Iterator[str]:
    closed = (queue.on_closed or queue.on_max_wait) if queue.hours is not None else None
    for way in (queue.on_full or queue.on_max_wait, closed):
        if way is None:
            continue
        if way.queue is not None:
            yield way.queue
        flow = checked.model.flows.get(way.flow or "")
        target = silent_queue(flow) if flow else None
        if target is not None:
            yield target


def _endless(checked: Checked, loop: list[str]) -> ConfigProblem:
    order = {name: index for index, name in enumerate(checked.model.queues)}
    first = min(loop, key=order.__getitem__)
    start = loop.index(first)
    names = [*loop[start:], *loop[:start], first]
    path = " -> ".join(names if len(names) <= 8 else [*names[:6], "...", first])
    following = (loop * 2)[start + 1]
    queue = checked.model.queues[first]
    key = next((key for key, target in _direct(queue) if target == following), None)
    key = key or next(each for each in _KEYS if (way := getattr(queue, each)) is not None and way.flow is not None)
    inner = "queue" if getattr(queue, key).queue is not None else "flow"
    place = checked.place("queues", first, key, inner)
    what = f"callers are sent round for ever: {path}"
    return problem_at(place, what, "let the last of these queues lead to voicemail or a message")

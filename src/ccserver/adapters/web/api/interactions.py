"""The history of interactions, and those that go on now."""

from __future__ import annotations

from ccserver.adapters.web.api.interaction_answers import (
    InteractionDetail,
    InteractionSummary,
    RecordingAnswer,
    detail_of,
    live_detail,
    recording_answer,
    summary_of,
)
from ccserver.adapters.web.cursors import Page, instant_in_cursor, page_of, read_cursor
from ccserver.adapters.web.fields import Identifier, Instant, Line, PageQuery, Request
from ccserver.adapters.web.ports import WebPorts
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.errors import PortUnavailable
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId
from ccserver.core.records import Direction, InteractionRecord, Result
from ccserver.services.office import HistoryFilter, Sight
from ccserver.services.recent import agents_of

routes = Routes("Interactions")


class InteractionPath(Request):
    interaction: Identifier


class InteractionQuery(PageQuery):
    """Conditions that all hold."""

    customer: Identifier | None = None
    agent: Identifier | None = None
    """Had a part in it."""
    queue: Identifier | None = None
    since: Instant | None = None
    """Started at this instant or later."""
    until: Instant | None = None
    """Started before this instant."""
    direction: Direction | None = None
    result: Result | None = None
    search: Line = ""
    """A part of the customer's name or of a number."""


@routes.get("/interactions")
async def list_interactions(call: Call, query: InteractionQuery) -> Page[InteractionSummary]:
    """Ended interactions, the latest start first. Agents see those they had a part in and those of customers they deal with."""
    where = HistoryFilter(
        CustomerId(query.customer) if query.customer else None,
        AgentId(query.agent) if query.agent else None,
        QueueId(query.queue) if query.queue else None,
        query.since,
        _sight(call),
        query.until,
        query.direction,
        query.result,
        query.search,
    )
    key = read_cursor(query.after, 2)
    after = (instant_in_cursor(key[0]), InteractionId(key[1])) if key else None
    found = await call.ports.history.page(where, after, query.limit + 1)
    names = call.ports.desk.names()
    return page_of(
        [summary_of(record, names) for record in found], query.limit, lambda each: [each.started_at, each.id]
    )


@routes.get("/interactions/{interaction}")
async def read_interaction(call: Call, path: InteractionPath) -> InteractionDetail:
    """One interaction with its segments and the reason of each routing decision. `is_live` while it goes on, in the IVR, in
    line, in a talk, in voicemail or with the PBX alike; what is not known before the end is then empty."""
    record, is_live = await seen(call, InteractionId(path.interaction))
    names = call.ports.desk.names()
    return live_detail(record, names) if is_live else detail_of(record, names, await _recordings(call, record))


async def seen(call: Call, interaction: InteractionId) -> tuple[InteractionRecord, bool]:
    """What is known of it, and whether it goes on. Raises not-found, also for those who may not see it."""
    sight = _sight(call)
    view = call.ports.desk.interaction(interaction)
    if view is not None and sight is not None and sight.agent not in view.agents:
        view = None
    if view is not None and view.is_live:
        return view.record, True
    record = await _stored(call.ports, interaction, sight, view.record if view else None)
    if record is None:
        raise Problem("not-found", "There is no such interaction.")
    return record, False


def may_listen(call: Call, record: InteractionRecord) -> bool:
    """Seniors to all; agents to those they had a part in, which is less than they see."""
    return call.identity.is_senior or call.identity.user.agent in agents_of(record)


async def _recordings(call: Call, record: InteractionRecord) -> list[RecordingAnswer]:
    """The length is the file's, for records do not have it. Files that cannot be looked for count as there."""
    port, is_open, answers = call.ports.recordings, may_listen(call, record), []
    for name in record.recordings:
        try:
            file = await port.find(name) if port is not None else None
        except PortUnavailable:
            answers.append(recording_answer(record, name, None, is_kept=True, may_listen=is_open))
        else:
            length = file.length if file is not None else None
            answers.append(recording_answer(record, name, length, is_kept=file is not None, may_listen=is_open))
    return answers


async def _stored(
    ports: WebPorts, interaction: InteractionId, sight: Sight | None, late: InteractionRecord | None
) -> InteractionRecord | None:
    """That of the history, or `late`, a revision that may not have come there yet."""
    try:
        record = await ports.history.get(interaction, sight)
    except PortUnavailable:
        if late is None:
            raise
        return late
    return max((each for each in (record, late) if each), key=lambda each: each.revision, default=None)


def _sight(call: Call) -> Sight | None:
    """None for seniors. An agent sees what belongs to the agent and to the customer in front of the agent."""
    if call.identity.is_senior:
        return None
    agent = call.identity.user.agent or AgentId("")
    view = call.ports.desk.agent(agent)
    card = view.work.customer if view and view.work else None
    return Sight(agent, card.id if card else None)

"""Agents: their pictures, their presence, and what they do with the call in front of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ccserver.adapters.web.api.asking import agent_view, ask, note, note_for_other
from ccserver.adapters.web.cursors import Page
from ccserver.adapters.web.fields import Identifier, Line, PhoneNumber, Reference, Request, Text
from ccserver.adapters.web.pictures import agent_for
from ccserver.adapters.web.problems import FieldError, Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.events import (
    BlindTransferRequested,
    HangUpRequested,
    HoldRequested,
    NotReadyRequested,
    ReadyRequested,
    RetrieveRequested,
    SignInRequested,
    SignOutRequested,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.ids import AgentId, WorkItemId
from ccserver.core.records import MOST_DOCUMENTS, Document
from ccserver.services.office import PhoneAccount
from ccserver.services.views import AgentView

routes = Routes("Agents")
_LOGGED_OUT = "logged_out"


class AgentPath(Request):
    agent: Identifier


def _upper(value: object) -> object:
    return value.strip().upper().replace("-", "_") if isinstance(value, str) else value


class PresenceWanted(Request):
    """READY and NOT_READY sign the agent in first if need be."""

    presence: Annotated[Literal["READY", "NOT_READY", "LOGGED_OUT"], BeforeValidator(_upper)]
    """In any case of letters."""
    reason: Annotated[Line, Field(max_length=64)] = ""
    """For NOT_READY: a code of GET /not-ready-reasons; without it, the first of them."""


class TransferWanted(Request):
    """Exactly one of the three."""

    queue: Identifier | None = None
    agent: Identifier | None = None
    number: PhoneNumber | None = None

    @model_validator(mode="after")
    def _one_target(self) -> TransferWanted:
        if sum(value is not None for value in (self.queue, self.agent, self.number)) != 1:
            raise ValueError("give exactly one of queue, agent and number")
        return self


class DocumentWanted(Request):
    """A reference to something in another program: an order, an offer, a letter."""

    name: Annotated[Line, Field(min_length=1)]
    reference: Reference


class WrapUpWanted(Request):
    """The result of a call. `done` false only keeps what is there so far, during the call too."""

    work_item: Identifier
    disposition: Line = ""
    notes: Text = ""
    done: bool = False
    documents: Annotated[list[DocumentWanted], Field(max_length=MOST_DOCUMENTS)] | None = None
    """All that are attached; without it, those attached before stay."""


@routes.get("/agents")
async def list_agents(call: Call) -> Page[AgentView]:
    """All agents as they are now. For agents, colleagues are without their work."""
    return Page([agent_for(call.identity, view) for view in call.ports.desk.agents()])


@routes.get("/agents/{agent}")
async def read_agent(call: Call, path: AgentPath) -> AgentView:
    """One agent as it is now."""
    return agent_for(call.identity, agent_view(call, path.agent))


@routes.post("/agents/{agent}/presence")
async def set_presence(call: Call, path: AgentPath, body: PresenceWanted) -> AgentView:
    """Sign in, become ready, not ready, or sign out. With work open it takes effect when the work is closed."""
    agent = AgentId(path.agent)
    is_signed_in = agent_view(call, agent).presence != _LOGGED_OUT
    reason = _reason(call, body)
    if body.presence == "LOGGED_OUT":
        await ask(call, SignOutRequested(agent))
    else:
        if not is_signed_in:
            await ask(call, SignInRequested(agent))
        await ask(call, ReadyRequested(agent) if body.presence == "READY" else NotReadyRequested(agent, reason))
    await note_for_other(call, agent, "presence", presence=body.presence, reason=reason)
    return agent_view(call, agent)


@routes.post("/agents/{agent}/hold")
async def hold(call: Call, path: AgentPath) -> AgentView:
    """Let the customer hear music."""
    await ask(call, HoldRequested(_known(call, path.agent)))
    await note_for_other(call, path.agent, "hold")
    return agent_view(call, path.agent)


@routes.post("/agents/{agent}/retrieve")
async def retrieve(call: Call, path: AgentPath) -> AgentView:
    """Talk again to the customer on hold."""
    await ask(call, RetrieveRequested(_known(call, path.agent)))
    await note_for_other(call, path.agent, "retrieve")
    return agent_view(call, path.agent)


@routes.post("/agents/{agent}/hangup")
async def hang_up(call: Call, path: AgentPath) -> AgentView:
    """End the call, or decline the one that rings."""
    await ask(call, HangUpRequested(_known(call, path.agent)))
    await note_for_other(call, path.agent, "hang-up")
    return agent_view(call, path.agent)


@routes.post("/agents/{agent}/transfer")
async def transfer(call: Call, path: AgentPath, body: TransferWanted) -> AgentView:
    """Blind transfer to a queue, an agent or a number."""
    target = _target(call, body)
    await ask(call, BlindTransferRequested(_known(call, path.agent), target))
    await note_for_other(call, path.agent, "transfer", kind=target.kind, target=target.value)
    return agent_view(call, path.agent)


@routes.post("/agents/{agent}/wrap-up")
async def save_wrap_up(call: Call, path: AgentPath, body: WrapUpWanted) -> AgentView:
    """Keep disposition, notes and documents; `done` ends the wrap-up."""
    item, documents = WorkItemId(body.work_item), body.documents
    attached = None if documents is None else tuple(Document(each.name, each.reference) for each in documents)
    event = WrapUpSaved(_known(call, path.agent), item, body.disposition, body.notes, body.done, attached)
    await ask(call, event)
    await note_for_other(call, path.agent, "wrap-up", work_item=body.work_item)
    return agent_view(call, path.agent)


@routes.get("/agents/{agent}/phone")
async def read_phone(call: Call, path: AgentPath) -> PhoneAccount:
    """What the agent's SIP phone registers with. Only for the agent itself and admins."""
    account = call.ports.phones.account(AgentId(path.agent)) if call.ports.phones else None
    if account is None:
        raise Problem("not-found", "There is no phone account for this agent.")
    await note(call, "phone-account", f"agent/{path.agent}")
    return account


def _known(call: Call, agent: str) -> AgentId:
    return agent_view(call, agent).id


def _reason(call: Call, body: PresenceWanted) -> str:
    """The not-ready reason, checked against those there are."""
    if body.presence != "NOT_READY":
        return ""
    reasons = call.ports.desk.not_ready_reasons()
    if not body.reason:
        return next(iter(reasons), "")
    if body.reason not in reasons:
        message = f"this reason does not exist; there are: {', '.join(reasons)}"
        raise Problem("invalid", errors=[FieldError("body", "reason", message, "unknown")])
    return body.reason


def _target(call: Call, body: TransferWanted) -> TransferTarget:
    """Where to, if that exists."""
    desk = call.ports.desk
    if body.number is not None:
        return TransferTarget(TransferKind.NUMBER, body.number)
    if body.agent is not None and desk.agent(AgentId(body.agent)) is not None:
        return TransferTarget(TransferKind.AGENT, body.agent)
    if body.queue is not None and any(queue.id == body.queue for queue in desk.queues()):
        return TransferTarget(TransferKind.QUEUE, body.queue)
    field = "queue" if body.queue is not None else "agent"
    raise Problem("invalid", errors=[FieldError("body", field, f"there is no such {field}", "unknown")])

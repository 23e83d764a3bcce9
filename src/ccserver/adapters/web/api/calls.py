"""Click to call, and how a number is read before it is called."""

from __future__ import annotations

from dataclasses import dataclass

from ccserver.adapters.web.api.asking import agent_view, ask, note_for_other
from ccserver.adapters.web.fields import Identifier, PhoneNumber, Request
from ccserver.adapters.web.problems import FieldError, Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.core.events import CallRequested
from ccserver.core.ids import InteractionId

routes = Routes("Calls")


class CallWanted(Request):
    """The agent's phone rings first; when it is answered, the number is dialled."""

    agent: Identifier | None = None
    """Without it, the user's own agent."""
    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class CallStarted:
    interaction: InteractionId
    number: str


class NumberWritten(Request):
    """A number as somebody wrote it: with its country code, or as it is dialled in the centre's region."""

    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class NumberRead:
    """What would be dialled, in E.164."""

    number: str


@routes.post("/numbers/read")
async def read_number(call: Call, body: NumberWritten) -> NumberRead:
    """Read a number without calling it, so that people see what will be dialled (422: it is none)."""
    return NumberRead(body.number)


@routes.post("/calls", status=202)
async def start_call(call: Call, body: CallWanted) -> CallStarted:
    """Start a call from an agent to a number. How it goes is seen at the agent and, afterwards, in the interaction."""
    name = body.agent or call.identity.user.agent
    if name is None:
        raise Problem("invalid", errors=[FieldError("body", "agent", "say which agent is to call", "missing")])
    agent = agent_view(call, name).id
    interaction = call.ports.new_interaction()
    await ask(call, CallRequested(agent, body.number, interaction, call.ports.node))
    await note_for_other(call, agent, "call", interaction=interaction)
    return CallStarted(interaction, body.number)

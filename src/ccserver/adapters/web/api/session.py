"""Signing in and out, and tickets for the desktop's socket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field, SecretStr

from ccserver.adapters.web.api.asking import note
from ccserver.adapters.web.desktop.hub import HUB
from ccserver.adapters.web.fields import Line, Request
from ccserver.adapters.web.identity import cookie_name, identify, set_cookie
from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.ports import WebPorts
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.adapters.web.throttle import SIGN_IN_THROTTLE
from ccserver.adapters.web.tickets import TICKETS
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User

routes = Routes("Session")


class Credentials(Request):
    """User name and password."""

    user: Annotated[Line, Field(min_length=1, examples=["ann"])]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


@dataclass(frozen=True, slots=True)
class Me:
    """`agent` is the agent the user works as; null for users who take no calls."""

    user: str
    role: Role
    agent: AgentId | None


@dataclass(frozen=True, slots=True)
class SessionAnswer(Me):
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn(SessionAnswer):
    """`token` goes into the header `Authorization: Bearer ...`; a browser has the cookie and needs no token."""

    token: str


@dataclass(frozen=True, slots=True)
class Ticket:
    ticket: str
    expires_at: datetime


@routes.add("POST", "/session", answers=SignedIn)
async def sign_in(call: Call, body: Credentials) -> web.Response:
    """Open a session: sets the cookie and answers a token.

    Ten failures close an account for up to 15 minutes (429).
    """
    user = await _checked(call, body)
    ports = call.ports
    previous = await identify(call.request, ports)
    if previous is not None and previous.is_by_cookie:  # a token never survives a new sign-in
        await ports.sessions.close(previous.session.token)
        call.request.app[HUB].end_session(previous.session.token)
    session = await ports.sessions.open(user)
    await note(call, "sign-in", f"user/{user.name}", actor=user.name)
    answer = SignedIn(user.name, user.role, user.agent, session.expires_at, session.token)
    response = web.Response(body=to_json(answer), content_type="application/json")
    set_cookie(response, session, ports.settings, ports.clock.now())
    return response


@routes.get("/session")
async def read_session(call: Call) -> SessionAnswer:
    """Who is signed in, and until when."""
    user = call.identity.user
    return SessionAnswer(user.name, user.role, user.agent, call.identity.session.expires_at)


@routes.add("DELETE", "/session", answers=type(None))
async def sign_out(call: Call) -> web.Response:
    """End the session and close its desktop sockets. The agent's presence stays as it is."""
    session = call.identity.session
    await call.ports.sessions.close(session.token)
    call.request.app[HUB].end_session(session.token)
    await note(call, "sign-out", f"user/{session.user.name}")
    response = web.Response(status=204)
    settings = call.ports.settings
    response.del_cookie(cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="Strict")
    return response


@routes.post("/session/ticket")
async def make_ticket(call: Call) -> Ticket:
    """A ticket that opens one desktop socket (`/ws?ticket=...`) within 30 seconds."""
    ticket, expires_at = call.request.app[TICKETS].issue(call.identity, call.ports.clock.now())
    return Ticket(ticket, expires_at)


@routes.get("/me")
async def read_me(call: Call) -> Me:
    """The signed-in user."""
    user = call.identity.user
    return Me(user.name, user.role, user.agent)


async def _checked(call: Call, body: Credentials) -> User:
    """The user, if the password is right and there were not too many tries."""
    ports: WebPorts = call.ports
    throttle = call.request.app[SIGN_IN_THROTTLE]
    throttle.admit(body.user, call.address, ports.clock.now())
    async with throttle.checking():
        user = await ports.users.check(body.user, body.password.get_secret_value())
    if user is None:
        await note(call, "sign-in-failed", f"user/{body.user}", actor="")
        raise Problem("sign-in-failed")
    throttle.succeeded(body.user)
    return user

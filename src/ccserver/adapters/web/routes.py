"""Typed routes: a handler says by its signature what it takes and answers, and gets nothing else.

    @routes.post("/agents/{agent}/presence")
    async def set_presence(call: Call, path: AgentPath, body: PresenceWanted) -> AgentView: ...

`path`, `query` and `body` are pydantic models, the answer is a dataclass (or None: 204). The name of the function is the
operation: its row in the permission table and its id in the OpenAPI document. Decides no permission itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeVar, get_type_hints

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from pydantic import BaseModel, ValidationError

from ccserver.adapters.web.identity import SAFE_METHODS, Identity, check_origin, identify
from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.permissions import TABLE, Row
from ccserver.adapters.web.ports import PORTS, WebPorts
from ccserver.adapters.web.problems import FieldError, Problem
from ccserver.core.ids import AgentId

PREFIX = "/api/v1"
PARTS = ("path", "query", "body")
_BODY_LIMIT_SECONDS = 10.0
_MOST_ERRORS = 50
_Handler = TypeVar("_Handler", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler. `now` is read once."""

    ports: WebPorts
    request: web.Request
    _identity: Identity | None

    @property
    def identity(self) -> Identity:
        """Who asks. Raises the problem unauthenticated on a public address without a session."""
        if self._identity is None:
            raise Problem("unauthenticated")
        return self._identity

    @property
    def address(self) -> str:
        """Where the connection comes from. Headers of proxies are not believed."""
        return self.request.remote or ""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    method: str
    path: str
    operation: str
    tag: str
    handler: Callable[..., Awaitable[Any]]
    takes: Mapping[str, type[BaseModel]]
    answers: Any
    status: int
    media: str = ""
    """Content type of an answer that is a file; empty: the answer is JSON."""

    @property
    def row(self) -> Row:
        return TABLE[self.operation]


class Routes:
    """The routes of one part of the API."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.all: list[Route] = []

    def add(
        self, method: str, path: str, *, status: int = 200, answers: Any = None, media: str = ""
    ) -> Callable[[_Handler], _Handler]:
        """Decorate a handler; `answers` overrides the return type where the handler makes the response itself, and `media`
        is the content type where that is a file."""

        def decorate(handler: _Handler) -> _Handler:
            hints = get_type_hints(handler)
            answer = NoneType if media else answers or hints["return"]
            takes = {part: hints[part] for part in PARTS if part in hints}
            code = 204 if answer is NoneType and not media else status
            self.all.append(Route(method, path, handler.__name__, self.tag, handler, takes, answer, code, media))
            return handler

        return decorate

    def get(self, path: str) -> Callable[[_Handler], _Handler]:
        return self.add("GET", path)

    def post(self, path: str, *, status: int = 200) -> Callable[[_Handler], _Handler]:
        return self.add("POST", path, status=status)


def install(app: web.Application, route: Route) -> None:
    """Serve the route under PREFIX."""

    async def serve(request: web.Request) -> web.StreamResponse:
        ports = request.app[PORTS]
        identity = await admit(request, ports, route.row)
        arguments = {part: await _read(request, part, model) for part, model in route.takes.items()}
        if identity is not None and not route.row.allows(identity.user, _agent_meant(arguments, identity)):
            raise Problem("forbidden")
        answer = await route.handler(Call(ports, request, identity), **arguments)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=route.status)
        return web.Response(body=to_json(answer), status=route.status, content_type="application/json")

    if route.method == "GET":
        app.router.add_get(PREFIX + route.path, serve, name=route.operation)
    else:
        app.router.add_route(route.method, PREFIX + route.path, serve, name=route.operation)


async def admit(request: web.Request, ports: WebPorts, row: Row) -> Identity | None:
    """Let in who may use a row at all. Raises unauthenticated, foreign-origin or forbidden."""
    if row.is_public:
        check_origin(request, ports.settings, is_needed=False)
        return None
    identity = await identify(request, ports)
    if identity is None:
        raise Problem("unauthenticated")
    if identity.is_by_cookie and request.method not in SAFE_METHODS:
        check_origin(request, ports.settings, is_needed=True)
    if identity.user.role not in row.everywhere | row.own:
        raise Problem("forbidden")
    return identity


def _agent_meant(arguments: Mapping[str, BaseModel], identity: Identity) -> AgentId | None:
    """The agent a request is about: named in the path or the body, else the user's own."""
    for part in ("path", "body"):
        agent = getattr(arguments.get(part), "agent", None)
        if agent is not None:
            return AgentId(agent)
    return identity.user.agent


async def _read(request: web.Request, part: str, model: type[BaseModel]) -> BaseModel:
    context = {"region": request.app[PORTS].settings.region}
    try:
        if part == "body":
            return model.model_validate_json(await _body(request, model), strict=True, context=context)
        values = request.match_info if part == "path" else request.query
        return model.model_validate(dict(values), context=context)
    except ValidationError as error:
        if part == "path":
            raise Problem("not-found") from None  # an id that cannot be is one that is not there
        raise _invalid(part, error) from None


async def _body(request: web.Request, model: type[BaseModel]) -> bytes:
    if not request.body_exists and not any(each.is_required() for each in model.model_fields.values()):
        return b"{}"
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem("wrong-content-type")
    try:
        async with asyncio.timeout(_BODY_LIMIT_SECONDS):
            return await request.read()
    except TimeoutError:
        raise Problem("too-late") from None
    except (web.RequestPayloadError, BadHttpMessage, ConnectionResetError):
        raise Problem("malformed", "The body does not arrive as its headers say.") from None


def _invalid(part: str, error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(each["type"] == "json_invalid" for each in found):
        return Problem("malformed", "The body is not JSON in UTF-8.")
    errors = [
        FieldError(
            part, ".".join(str(step) for step in each["loc"]), each["msg"].removeprefix("Value error, "), each["type"]
        )
        for each in found[:_MOST_ERRORS]
    ]
    return Problem("invalid", errors=errors)

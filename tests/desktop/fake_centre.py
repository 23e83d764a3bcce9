"""A small centre that speaks the desktop protocol (docs/desktop-protocol.md), so that the page can be tested alone.

Its pictures are the server's own dataclasses; tests move them by hand: `offer`, `ring`, `answer`, `end`. Also runs by itself for work
on the page:  python -m tests.desktop.fake_centre --port 8080  (users ann and sue, password "demo").
"""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from tests.desktop.fake_history import history, names, sound, with_recordings

from ccserver.adapters.web.api.interaction_answers import summary_of
from ccserver.core.customer import CustomerCard, PastContact
from ccserver.core.ids import AgentId, CustomerId, InteractionId, QueueId, WorkItemId
from ccserver.core.records import Document, InteractionRecord
from ccserver.services.numbers import NotANumber, to_e164
from ccserver.services.views import AgentView, Names, QueueView, TierView, WaitingView, WhyView, WorkItemView

STATIC = Path(__file__).resolve().parents[2] / "src" / "ccserver" / "adapters" / "web" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REASONS = {"break": "Break", "lunch": "Lunch", "training": "Training", "meeting": "Meeting"}
DISPOSITIONS = ("resolved", "callback_promised", "sent_information", "complaint", "wrong_number")
USERS = {"ann": ("agent", "ann"), "sue": ("supervisor", None), "pat": ("admin", None), "eve": ("supervisor", "eve")}
PASSWORD = "demo"
COOKIE = "ccserver_session"


def instant() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a peer of the page lives on the wall clock


def ago(**length: float) -> datetime:
    return instant() - timedelta(**length)


def plain(value: object) -> Any:
    """Dataclasses and instants as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)


def dumps(value: object) -> str:
    return json.dumps(value, default=plain)


GRACE = CustomerCard(
    CustomerId("c-1"), "Grace Hopper", "gold", 48_250.0, ("+442079460012", "+447700900123"), "en",
    (
        PastContact(ago(days=3), "inbound", "support", "bob", "answered",
                    "Router replaced; new one arrives Tuesday. Promised to call back if the line still drops.",
                    InteractionId("h8"), "callback_promised", "Support", "Bob Martin"),
        PastContact(ago(days=26), "outbound", "sales", "ann", "answered", "Renewed the fibre contract for two years.",
                    InteractionId("h90"), "", "Sales", "Ann Turner"),
        PastContact(ago(days=41), "inbound", "support", "", "abandoned", "", InteractionId("h91"), "", "Support"),
    ),
)  # fmt: skip
LIN = CustomerCard(
    CustomerId("c-2"), "林晓雯", "platinum", 126_400.0, ("+8613800138000",), "zh-CN",
    (PastContact(ago(days=1), "inbound", "sales", "cem", "answered", "想了解企业套餐的报价，已发送资料。",
                 InteractionId("h92"), "sent_information", "Sales", "Cem Yildiz"),),
)  # fmt: skip


def agent(name: str, full: str, extension: str, presence: str = "ready", **more: Any) -> AgentView:
    base = AgentView(
        id=AgentId(name), name=full, extension=extension, team="Team Blue", skills={"support": 8, "english": 10},
        presence=presence, reason="", since=ago(minutes=7, seconds=12), is_phone_reachable=True,
        is_available=presence == "ready", work=None,
    )  # fmt: skip
    return replace(base, **more)


def work_item(number: int = 1, customer: CustomerCard | None = GRACE, **more: Any) -> WorkItemView:
    base = WorkItemView(
        id=WorkItemId(f"i{number}-w1"), interaction=InteractionId(f"i{number}"), state="offered", direction="inbound",
        queue="support", queue_name="Support", entry_point="main", ani="+442079460012", dnis="+448081570100", caller_name="",
        customer=customer, reason="line_drops", answers={"language": "english", "product": "fibre_500", "contract_number": "77-1402"},
        waited_seconds=84.0, offered_at=instant(), connected_at=None, wrap_up_ends_at=None, dispositions=DISPOSITIONS,
        disposition="", notes="", explanation="ann is the longest idle of 3 qualified and available agents (idle since 09:52:48)",
        why=WhyView("longest_idle", 3, ago(minutes=7, seconds=12), ("Fay Novak",), (), False, ""), script="support-2026",
    )  # fmt: skip
    return replace(base, **more)


def waiting(position: int, name: str, tier: str, seconds: float, **more: Any) -> WaitingView:
    base = WaitingView(
        interaction=InteractionId(f"q{position}"), position=position, ani=f"+44207946{position:04}", customer_name=name,
        tier=tier, priority=0, waiting_since=ago(seconds=seconds), offered_to="",
    )  # fmt: skip
    return replace(base, **more)


def queue(name: str, label: str, line: tuple[WaitingView, ...] = (), **more: Any) -> QueueView:
    base = QueueView(
        id=QueueId(name), name=label, waiting=len(line), longest_wait_seconds=0.0, talking=2, agents_ready=1,
        agents_signed_in=4, answer_target_seconds=60.0, offered_today=0, answered_today=0, abandoned_today=0,
        service_level_ratio=None, tiers=(), line=line,
    )  # fmt: skip
    return replace(base, **more)


@dataclass(eq=False)
class Socket:
    """One page. Messages are numbered from 1."""

    socket: web.WebSocketResponse
    user: str
    seq: int = 0

    async def send(self, kind: str, **more: object) -> None:
        self.seq += 1
        if not self.socket.closed:
            await self.socket.send_str(dumps({"type": kind, "seq": self.seq, **more}))


@dataclass
class FakeCentre:
    """State and the moves of a test. `asked` is every request that changes something: (path, body)."""

    agents: dict[str, AgentView] = field(default_factory=lambda: {"ann": agent("ann", "Ann Turner", "1001")})
    queues: dict[str, QueueView] = field(
        default_factory=lambda: {"support": queue("support", "Support"), "sales": queue("sales", "Sales")}
    )
    history: list[InteractionRecord] = field(default_factory=history)
    looked_for: list[dict[str, str]] = field(default_factory=list)
    """The conditions of every question to the history."""
    page_size: int = 50
    is_demo: bool = True
    phone_command: str = ".venv/bin/ccserver demo phone ann"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers_pings: bool = True
    is_away: bool = False
    """Every connection is cut at once, as if the server were not there."""
    wrap_up_seconds: float = 60.0
    _sockets: list[Socket] = field(default_factory=list)
    _sessions: dict[str, str] = field(default_factory=dict)
    _refusals: dict[str, dict[str, Any]] = field(default_factory=dict)

    # -- what a test does to the centre ------------------------------------------------------------------------------

    def refuse(self, what: str, status: int, title: str, **more: Any) -> None:
        """The next POST whose path ends in `what` gets this problem."""
        self._refusals[what] = {"type": "/problems/refused", "status": status, "title": title, **more}

    def skip_a_message(self) -> None:
        """The next message is missing for everybody."""
        for socket in self._sockets:
            socket.seq += 1

    def forget_sessions(self) -> None:
        """Nobody is signed in any more, and nobody was told."""
        self._sessions.clear()

    async def change(self, name: str, **more: Any) -> None:
        """Change an agent's picture and tell everybody who may know."""
        self.agents[name] = replace(self.agents[name], **more)
        for socket in list(self._sockets):
            role, own = USERS[socket.user]
            if own == name:
                await socket.send("agent", agent=self.agents[name])
            if role != "agent":
                await socket.send("agents", agents=[self.agents[name]])

    async def work(self, name: str, **more: Any) -> None:
        """Change the work in hand."""
        item = self.agents[name].work
        assert item is not None
        await self.change(name, work=replace(item, **more))

    async def offer(self, name: str = "ann", item: WorkItemView | None = None) -> None:
        await self.change(name, work=item or work_item(), is_available=False)

    async def ring(self, name: str = "ann") -> None:
        await self.work(name, state="alerting")

    async def answer(self, name: str = "ann") -> None:
        await self.work(name, state="connected", connected_at=instant())

    async def dial(self, name: str = "ann") -> None:
        """The own phone of a call out was taken."""
        await self.work(name, state="dialling")

    async def fail(self, outcome: str, name: str = "ann") -> None:
        """The call out reaches nobody."""
        await self.work(name, outcome=outcome)
        await self.end(name)

    async def end(self, name: str = "ann") -> None:
        """The customer or the agent hung up."""
        await self.work(name, state="wrap_up", wrap_up_ends_at=instant() + timedelta(seconds=self.wrap_up_seconds))

    async def close_work(self, name: str = "ann") -> None:
        await self.change(name, work=None, is_available=self.agents[name].presence == "ready", since=instant())

    async def set_queue(self, view: QueueView) -> None:
        self.queues[view.id] = view
        for socket in list(self._sockets):
            await socket.send("queues", queues=[self._sight(socket.user, view)])

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in self._sockets:
            transport = socket.socket._req.transport if socket.socket._req else None
            if transport:
                transport.abort()

    async def end_sessions(self) -> None:
        self._sessions.clear()
        for socket in list(self._sockets):
            await socket.send("bye", reason="session_ended")
            await socket.socket.close(code=4401)

    # -- the protocol ------------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/ws", self._ws)
        app.router.add_post("/api/v1/session", self._sign_in)
        app.router.add_get("/api/v1/session", self._who)
        app.router.add_delete("/api/v1/session", self._sign_out)
        app.router.add_get("/api/v1/agents", self._everybody)
        app.router.add_get("/api/v1/interactions", self._interactions)
        app.router.add_get("/api/v1/interactions/{interaction}", self._interaction)
        app.router.add_get("/api/v1/interactions/{interaction}/recordings/{name}", sound)
        app.router.add_post("/api/v1/agents/{agent}/{what}", self._act)
        app.router.add_post("/api/v1/calls", self._call)
        app.router.add_post("/api/v1/numbers/read", self._read_number)
        app.router.add_post("/api/v1/demo/calls", self._demo)
        app.router.add_get("/", self._page)
        app.router.add_static("/", STATIC)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if self.is_away and request.transport:
            request.transport.abort()
            return web.Response(status=503)
        is_open = not request.path.startswith(("/api", "/ws")) or request.path == "/api/v1/session"
        if not is_open and not self._user(request):
            return _problem({"status": 401, "title": "Sign in first"})
        if request.method == "POST" and request.path != "/api/v1/session":
            self.asked.append((request.path.removeprefix("/api/v1"), await request.json()))
        for what in list(self._refusals):
            if request.method == "POST" and request.path.endswith(what):
                return _problem(self._refusals.pop(what))
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = POLICY
        return response

    def _user(self, request: web.Request) -> str | None:
        return self._sessions.get(request.cookies.get(COOKIE, ""))

    def _sight(self, user: str, view: QueueView) -> QueueView:
        return view if USERS[user][0] != "agent" else replace(view, line=())

    def _me(self, user: str) -> dict[str, Any]:
        role, own = USERS[user]
        return {"user": user, "name": user.title(), "role": role, "agent": own}

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _sign_in(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["user"] not in USERS or body["password"] != PASSWORD:
            return _problem({"status": 401, "title": "User or password is wrong"})
        token = f"session-{len(self._sessions)}-{body['user']}"
        self._sessions[token] = body["user"]
        response = web.json_response(self._me(body["user"]))
        response.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
        return response

    async def _who(self, request: web.Request) -> web.Response:
        user = self._user(request)
        return web.json_response(self._me(user)) if user else _problem({"status": 401, "title": "Sign in first"})

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        return web.Response(status=204)

    async def _ws(self, request: web.Request) -> web.WebSocketResponse:
        user = self._user(request)
        assert user
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, user)
        role, own = USERS[user]
        await socket.send(
            "snapshot",
            now=instant(),
            me=self._me(user),
            agent=self.agents[own] if own else None,
            agents=[] if role == "agent" else list(self.agents.values()),
            queues=[self._sight(user, view) for view in self.queues.values()],
            reasons=REASONS,
            demo=self.is_demo,
            phone={"user": own, "registrar": "127.0.0.1:5060", "command": self.phone_command} if own else None,
        )
        self._sockets.append(socket)
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT and self.answers_pings:
                    await ws.send_str('{"type":"pong"}')
        finally:
            self._sockets.remove(socket)
        return ws

    async def _everybody(self, _: web.Request) -> web.Response:
        return _json({"items": [replace(view, work=None) for view in self.agents.values()], "next": None})

    def _names(self) -> Names:
        agents, queues = self.agents.values(), self.queues.values()
        return names({each.id: each.name for each in agents}, {each.id: each.name for each in queues})

    async def _interactions(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.looked_for.append(query)
        first, limit = int(query.get("after", 0)), int(query.get("limit", self.page_size))
        found = [summary_of(record, self._names()) for record in self.history if _fits(record, query)]
        following = str(first + limit) if len(found) > first + limit else None
        return _json({"items": found[first : first + limit], "next": following})

    async def _interaction(self, request: web.Request) -> web.Response:
        for record in self.history:
            if record.id == request.match_info["interaction"]:
                return _json(with_recordings(record, self._names()))
        return _problem({"status": 404, "title": "Not there"})

    async def _act(self, request: web.Request) -> web.Response:
        name, body = request.match_info["agent"], await request.json()
        moves: Mapping[str, Callable[[str, dict[str, Any]], Awaitable[None]]] = {
            "presence": self._presence,
            "hold": lambda who, _: self.work(who, state="held", held_at=instant()),
            "retrieve": lambda who, _: self.work(who, state="connected", held_at=None),
            "hangup": self._hang_up,
            "transfer": lambda who, _: self.end(who),
            "wrap-up": self._wrap_up,
        }
        await moves[request.match_info["what"]](name, body)
        return _json(self.agents[name])

    async def _presence(self, name: str, body: dict[str, Any]) -> None:
        presence = body["presence"].lower()
        is_free = presence == "ready" and self.agents[name].work is None
        await self.change(name, presence=presence, reason=body.get("reason", ""), since=instant(), is_available=is_free)

    async def _hang_up(self, name: str, _: dict[str, Any]) -> None:
        item = self.agents[name].work
        if item and item.connected_at:
            return await self.end(name)
        return await self.change(
            name, work=None, presence="not_ready", reason="declined", since=instant(), is_available=False
        )

    async def _wrap_up(self, name: str, body: dict[str, Any]) -> None:
        attached = {"documents": [Document(**each) for each in body["documents"]]} if "documents" in body else {}
        await self.work(name, disposition=body["disposition"], notes=body["notes"], **attached)
        if body["done"]:
            await self.close_work(name)

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.json()
        item = work_item(
            99, None, direction="outbound", ani="", dnis=body["number"], queue="", queue_name="", reason="", answers={},
            state="alerting", explanation="", waited_seconds=0.0, why=None,
        )  # fmt: skip
        await self.offer(body["agent"], item)
        return web.json_response({"interaction": "i99"}, status=202)

    async def _read_number(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.pop()  # it changes nothing
        try:
            return web.json_response({"number": to_e164(body["number"], "GB")})
        except NotANumber as error:
            errors = [{"place": "body", "field": "number", "message": f"this {error.why}", "code": "value_error"}]
            return _problem({"status": 422, "title": "Some values are wrong", "errors": errors})

    async def _demo(self, _: web.Request) -> web.Response:
        name = next(iter(self.agents))
        await self.offer(name)
        await self.ring(name)
        return web.json_response({}, status=202)


def _fits(record: InteractionRecord, query: Mapping[str, str]) -> bool:
    """The conditions that the page uses."""
    agent = query.get("agent", "")
    had_part = {*(segment.agent for segment in record.segments), *(decision.agent for decision in record.decisions)}
    return (
        (not agent or agent in had_part)
        and query.get("queue", record.queue) == record.queue
        and query.get("direction", record.direction) == record.direction
        and query.get("result", record.result) == record.result
        and query.get("search", "").lower() in f"{record.customer_name} {record.customer_number}".lower()
        and datetime.fromisoformat(query.get("since", "1970-01-01T00:00:00Z")) <= record.started_at
        and record.started_at < datetime.fromisoformat(query.get("until", "9999-01-01T00:00:00Z"))
    )


def _json(value: object) -> web.Response:
    return web.Response(text=dumps(value), content_type="application/json")


def _problem(document: Mapping[str, Any]) -> web.Response:
    return web.Response(text=dumps(document), status=document["status"], content_type="application/problem+json")


@asynccontextmanager
async def serving(centre: FakeCentre, port: int = 0) -> AsyncIterator[str]:
    """Serve the centre on loopback; gives its address."""
    runner = web.AppRunner(centre.application(), shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        host, real = runner.addresses[0][:2]
        yield f"http://{host}:{real}"
    finally:
        await runner.cleanup()


def busy_centre() -> FakeCentre:
    """A centre in the middle of a lively morning; for looking at, and for tests of the supervisor's page."""
    talk = work_item(
        3, LIN, state="connected", connected_at=ago(minutes=4, seconds=5), queue="sales", queue_name="Sales"
    )
    other = work_item(4, None, state="held", connected_at=ago(minutes=1, seconds=40), ani="+442079460733")
    wrap = work_item(
        5, GRACE, state="wrap_up", connected_at=ago(minutes=6), wrap_up_ends_at=instant() + timedelta(seconds=41)
    )
    people = [
        agent("ann", "Ann Turner", "1001"),
        agent("bob", "Bob Martin", "1002", work=talk, is_available=False),
        agent("cem", "Cem Yildiz", "1003", "not_ready", reason="lunch", since=ago(minutes=18), team="Team Green"),
        agent("dia", "Dia Okafor", "1004", work=other, is_available=False, skills={"support": 9, "mandarin": 7}),
        agent("eve", "Eve Laurent", "1005", "not_ready", reason="rona", since=ago(minutes=1), is_phone_reachable=False),
        agent("fay", "Fay Novak", "1006", work=wrap, is_available=False, skills={"sales": 7}),
        agent("gus", "Gus Hansen", "1007", "logged_out", since=ago(hours=15)),
    ]
    line = (
        waiting(1, "林晓雯", "platinum", 38, offered_to="ann"),
        waiting(2, "Grace Hopper", "gold", 96),
        waiting(3, "", "", 121),
        waiting(4, "Edsger Dijkstra", "silver", 44),
        waiting(5, "Barbara Liskov", "silver", 12, priority=5),
    )
    support = queue(
        "support", "Support", line, longest_wait_seconds=121.0, talking=2, agents_ready=1, agents_signed_in=5,
        offered_today=212, answered_today=194, abandoned_today=9, service_level_ratio=0.86,
        tiers=(
            TierView("platinum", 1, 12, 12, 12, 1.0), TierView("gold", 1, 58, 55, 51, 0.9),
            TierView("silver", 2, 84, 78, 61, 0.74), TierView("", 1, 58, 49, 32, 0.56),
        ),
    )  # fmt: skip
    sales = queue(
        "sales", "Sales", talking=1, agents_ready=1, agents_signed_in=4, answer_target_seconds=20.0, offered_today=97,
        answered_today=95, abandoned_today=2, service_level_ratio=0.95,
        tiers=(TierView("gold", 0, 31, 31, 30, 0.97), TierView("silver", 0, 66, 64, 60, 0.91)),
    )  # fmt: skip
    billing = queue(
        "billing", "Billing and contracts", (waiting(1, "Alan Kay", "gold", 9),), longest_wait_seconds=9.0, talking=0,
        agents_ready=0, agents_signed_in=2, offered_today=40, answered_today=25, abandoned_today=12, service_level_ratio=0.52,
        tiers=(TierView("gold", 1, 12, 9, 5, 0.42), TierView("silver", 0, 28, 16, 8, 0.29)),
    )  # fmt: skip
    return FakeCentre(
        agents={each.id: each for each in people},
        queues={each.id: each for each in (support, sales, billing)},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A centre for work on the page.")
    parser.add_argument("--port", type=int, default=8080)
    web.run_app(busy_centre().application(), host="127.0.0.1", port=parser.parse_args().port)


if __name__ == "__main__":
    main()

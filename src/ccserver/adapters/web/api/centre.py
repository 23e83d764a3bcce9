"""The centre as a whole: its not-ready reasons, its configuration, and the demo's callers."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from aiohttp import web

from ccserver.adapters.web.api.asking import write_down
from ccserver.adapters.web.cursors import Page
from ccserver.adapters.web.desktop.hub import HUB
from ccserver.adapters.web.fields import PhoneNumber, Request
from ccserver.adapters.web.ports import PORTS
from ccserver.adapters.web.problems import Problem
from ccserver.adapters.web.routes import Call, Routes
from ccserver.services.office import AuditEntry, DemoCall, Reloaded

routes = Routes("Centre")


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for not being ready; `code` is what the presence takes."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class ConfigInForce:
    """`epoch` grows with every configuration put in force."""

    epoch: int


class DemoCallWanted(Request):
    """Empty: the demo chooses."""

    caller: PhoneNumber | None = None
    dialled: PhoneNumber | None = None


@routes.get("/not-ready-reasons")
async def list_not_ready_reasons(call: Call) -> Page[Reason]:
    """The reasons agents may give for not being ready, in the order to be shown."""
    return Page([Reason(code, label) for code, label in call.ports.desk.not_ready_reasons().items()])


@routes.post("/config/reload")
async def reload_config(call: Call) -> ConfigInForce:
    """Read the configuration again and put it in force as a whole. With mistakes in it nothing changes (422)."""
    outcome = await reload_plan(call.request.app, call.identity.user.name, call.address)
    if outcome.problems:
        raise Problem("configuration", errors=[asdict(problem) for problem in outcome.problems])
    return ConfigInForce(outcome.epoch)


async def reload_plan(app: web.Application, actor: str, address: str = "") -> Reloaded:
    """Reload for whoever asks, the API or a signal: it is written down, and open pages show the new plan."""
    ports = app[PORTS]
    outcome = await ports.reload.reload(actor)
    detail = {"epoch": str(outcome.epoch), "problems": str(len(outcome.problems))}
    await write_down(ports, AuditEntry(ports.clock.now(), actor, "config-reload", "config", address, detail))
    if not outcome.problems:
        app[HUB].refresh()
    return outcome


@routes.post("/demo/calls", status=202)
async def start_demo_call(call: Call, body: DemoCallWanted) -> DemoCall:
    """Let a simulated caller ring in. Only in the demo (404 elsewhere)."""
    if call.ports.demo is None:
        raise Problem("not-found", "This is not the demo.")
    return await call.ports.demo.ring_in(body.caller or "", body.dialled or "")

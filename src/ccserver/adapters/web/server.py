"""The web application, put together, and the listener it is served on."""

from __future__ import annotations

import errno

import structlog
from aiohttp import web

from ccserver.adapters.web import docs_page, operations, pages
from ccserver.adapters.web.access_log import AccessLog
from ccserver.adapters.web.api import (
    agents,
    callbacks,
    calls,
    centre,
    customers,
    interactions,
    queues,
    recordings,
    session,
    trail,
)
from ccserver.adapters.web.desktop.hub import HUB, DesktopHub
from ccserver.adapters.web.desktop.socket import desktop_socket
from ccserver.adapters.web.listenings import LISTENINGS, Listenings
from ccserver.adapters.web.middleware import add_headers, answer_problems
from ccserver.adapters.web.permissions import check_complete
from ccserver.adapters.web.ports import PORTS, WebPorts
from ccserver.adapters.web.routes import install
from ccserver.adapters.web.throttle import SIGN_IN_THROTTLE, SignInThrottle
from ccserver.adapters.web.tickets import TICKETS, Tickets
from ccserver.core.errors import CcserverError

_log = structlog.get_logger("ccserver.web")
_BODY_LIMIT = 1024**2
_SHUTDOWN_SECONDS = 5.0
API = tuple(
    route
    for part in (session, agents, calls, callbacks, queues, interactions, recordings, customers, centre, trail)
    for route in part.routes.all
)


class CannotListen(CcserverError):
    """The address to serve on is not to be had; the message says what to do."""


def create_app(ports: WebPorts) -> web.Application:
    """The application on these ports. Raises PermissionGap if an address has no row in the permission table."""
    app = web.Application(middlewares=[answer_problems], client_max_size=_BODY_LIMIT)
    app[PORTS] = ports
    app[HUB] = DesktopHub(ports)
    app[TICKETS] = Tickets()
    app[SIGN_IN_THROTTLE] = SignInThrottle()
    app[LISTENINGS] = Listenings()
    for route in API:
        install(app, route)
    docs_page.install(app, API)
    operations.install(app)
    app.router.add_get("/ws", desktop_socket, name="desktop_socket", allow_head=False)
    pages.install(app, ports.settings)
    check_complete(route.name for route in app.router.routes())
    app.on_response_prepare.append(add_headers)
    app.on_startup.append(_start)
    app.on_shutdown.append(_stop)
    return app


async def _start(app: web.Application) -> None:
    app[HUB].start()


async def _stop(app: web.Application) -> None:
    await app[HUB].stop()


class WebServer:
    """Serves the application on one address. Port 0 takes a free one; `port` tells which."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=_SHUTDOWN_SECONDS)

    async def start(self) -> None:
        """Listen. Raises CannotListen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise CannotListen(_why(error, self.host, self.port)) from error
        self.port = self._runner.addresses[0][1]
        _log.info("http.listening", host=self.host, port=self.port)

    async def stop(self) -> None:
        """Say goodbye to the desktops, let running requests end (5 s), close."""
        await self._runner.cleanup()


def _why(error: OSError, host: str, port: int) -> str:
    address = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken by another program: stop that one, or set another web port"
    if error.errno == errno.EACCES:
        return f"{address} may not be used by this user: ports below 1024 need a right; set a higher web port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{address}: this machine has no such address; set another web host"
    return f"{address}: cannot listen: {error.strerror or error}"

"""Addresses for those who run the server: alive, ready, metrics."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.ports import PORTS

_RENDERING = web.AppKey("metrics_rendering", asyncio.Lock)


def install(app: web.Application) -> None:
    app[_RENDERING] = asyncio.Lock()
    app.router.add_get("/healthz", healthz, name="healthz")
    app.router.add_get("/readyz", readyz, name="readyz")
    app.router.add_get("/metrics", metrics, name="metrics")


async def healthz(request: web.Request) -> web.Response:
    """The process lives and its event loop turns. Touches nothing else."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """200 when every needed component is ready, else 503; the body has them all."""
    components = request.app[PORTS].readiness.components()
    is_ready = all(component.is_ready for component in components if component.is_needed)
    body = {
        "ready": is_ready,
        "components": {
            each.name: {"ready": each.is_ready, "needed": each.is_needed, "detail": each.detail} for each in components
        },
    }
    return web.Response(body=to_json(body), status=200 if is_ready else 503, content_type="application/json")


async def metrics(request: web.Request) -> web.Response:
    """The Prometheus text. Rendering costs tens of milliseconds of processor time: in a thread, one at a time."""
    async with request.app[_RENDERING]:
        text = await asyncio.to_thread(request.app[PORTS].metrics)
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

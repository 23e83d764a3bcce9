"""One structured line for each request: what, how it ended, how long it took. Neither query nor headers nor body."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from ccserver.adapters.web.middleware import REQUEST_ID

_log = structlog.get_logger("ccserver.web.access")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class AccessLog(AbstractAccessLogger):
    """Called by aiohttp at the end of each request; `time` is in seconds."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        path = request.rel_url.raw_path
        line = _log.debug if path in _QUIET and response.status < 400 else _log.info
        line(
            "http.request",
            method=request.method,
            path=path[:200],
            status=response.status,
            bytes=response.body_length,
            ms=round(time * 1000, 1),
            remote=request.remote,
            request_id=request.get(REQUEST_ID, ""),
        )

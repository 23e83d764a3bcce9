"""What goes around every request: errors become problem documents, answers get their security headers and request id."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from ccserver.adapters.web.ports import PORTS, WebSettings
from ccserver.adapters.web.problems import Problem
from ccserver.core.errors import PortUnavailable, Refused

_log = structlog.get_logger("ccserver.web")
REQUEST_ID = web.RequestKey("id", str)
_BY_STATUS = {
    400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 408: "too-late",
    413: "too-large", 415: "wrong-content-type", 422: "invalid", 429: "too-many-requests", 503: "unavailable",
}  # fmt: skip
_FIXED_HEADERS = {
    "Server": "ccserver",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error leaves as RFC 9457, also for addresses and methods that do not exist."""
    request[REQUEST_ID] = secrets.token_hex(8)
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        return _from_http(error)
    except Refused as refusal:
        return Problem("refused", refusal.advice, reason=refusal.reason).response()
    except PortUnavailable as error:
        _log.warning("http.port_away", port=error.port, request_id=request[REQUEST_ID])
        return Problem("unavailable", f"{error.port} is not available.", retry_after=5).response()
    except Exception:  # the edge of the process: one broken request must not look like a broken connection
        _log.exception("http.defect", method=request.method, route=route_name(request), request_id=request[REQUEST_ID])
        return Problem("internal").response()


def route_name(request: web.Request) -> str:
    """The operation asked for; addresses themselves may hold numbers of people."""
    return request.match_info.route.name or "unknown"


def _from_http(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        raise error
    name = _BY_STATUS.get(error.status, "malformed" if error.status < 500 else "internal")
    allow = error.headers.get("Allow")
    return Problem(name).response({"Allow": allow} if allow else None)


def content_policy(settings: WebSettings) -> str:
    """No script, style or connection from elsewhere. `style` attributes are allowed: they are how Vue's components are
    sized; `<style>` elements made at run time are not."""
    connect = " ".join(("'self'", *settings.connect_sources))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
        f"connect-src {connect}; manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal of the application, so that it reaches every answer."""
    settings = request.app[PORTS].settings
    headers = response.headers
    headers.update(_FIXED_HEADERS)
    headers["Content-Security-Policy"] = content_policy(settings)
    headers.setdefault("Cache-Control", "no-store")
    if settings.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if REQUEST_ID in request:
        headers["X-Request-Id"] = request[REQUEST_ID]

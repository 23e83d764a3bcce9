"""Errors as RFC 9457 problem documents: one table of types, each with a stable URI that is a readable page.

Decides how an error looks, not when there is one. A problem never repeats what the client sent: passwords and card
numbers end up in logs and screenshots that way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ccserver.adapters.web.json_text import to_json
from ccserver.core.errors import CcserverError

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    status: int
    title: str
    explanation: str


TYPES: Mapping[str, ProblemType] = {
    "malformed": ProblemType(400, "The request could not be read", "The body is not JSON in UTF-8, or the request itself is broken."),
    "unauthenticated": ProblemType(401, "Sign in first", "There is no session, or it has ended. POST /api/v1/session opens one; its token goes into the header Authorization: Bearer."),
    "sign-in-failed": ProblemType(401, "User or password is wrong", "The two do not belong together. After ten failures the account is closed for up to 15 minutes."),
    "forbidden": ProblemType(403, "Not allowed", "The user's role does not include this, or it includes it only for the user's own agent."),
    "foreign-origin": ProblemType(403, "Foreign origin", "A request that changes something and is signed in by cookie must come from a page of this server (header Origin). Programs use the bearer token."),
    "not-found": ProblemType(404, "Not found", "There is no such thing at this address, or it is not yours to see."),
    "method-not-allowed": ProblemType(405, "Wrong method", "The address exists, but not for this method. The header Allow has those it knows."),
    "too-late": ProblemType(408, "The request took too long", "The body did not arrive within 10 seconds."),
    "refused": ProblemType(409, "Not possible now", "The request is right, but not in the present state. `reason` is a stable code, `detail` says what to do."),
    "number-taken": ProblemType(409, "The number belongs to another customer", "Every telephone number belongs to at most one customer."),
    "recording-gone": ProblemType(410, "The recording is not there any more", "The record names it, and its file is not in the folder where recordings are stored: somebody has removed it."),
    "too-large": ProblemType(413, "Too large", "A body may have at most 1 MB."),
    "wrong-content-type": ProblemType(415, "Wrong content type", "Bodies are application/json in UTF-8."),
    "invalid": ProblemType(422, "Some values are wrong", "`errors` names each one: where it is, what is wrong with it."),
    "configuration": ProblemType(422, "The configuration has mistakes", "Nothing of it is in force; the one before still is. `errors` has file, line, column, problem and advice."),
    "too-many-requests": ProblemType(429, "Too many requests", "Wait as many seconds as the header Retry-After says."),
    "internal": ProblemType(500, "A defect in the server", "It is in the server's log under the request id of the header X-Request-Id."),
    "unavailable": ProblemType(503, "A part of the server is away", "Calls go on. Try again a little later."),
}  # fmt: skip


class Problem(CcserverError):
    """Ends a request with the problem document `name` of TYPES."""

    def __init__(self, name: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{name}: {detail}" if detail else name)
        self.name = name
        self.detail = detail
        self.more = more

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        kind = TYPES[self.name]
        document: dict[str, Any] = {"type": f"/problems/{self.name}", "title": kind.title, "status": kind.status}
        if self.detail:
            document["detail"] = self.detail
        retry_after = self.more.get("retry_after")
        response = web.Response(
            body=to_json(document | self.more), status=kind.status, content_type=CONTENT_TYPE, headers=headers
        )
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        if kind.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="ccserver"'
        return response


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value. `place` is path, query or body; `field` is dotted, empty for the whole of it."""

    place: str
    field: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """RFC 9457. `type` is a path on this server that explains the problem to people; `reason` comes with 409."""

    type: str
    title: str
    status: int
    detail: str = ""
    reason: str = ""
    retry_after: int | None = None
    errors: Sequence[FieldError | Mapping[str, str | int]] = field(default_factory=tuple)

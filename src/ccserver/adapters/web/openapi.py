"""The OpenAPI 3.1 document, made from the routes themselves: what it says is what is checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from types import NoneType
from typing import Any, Literal

from openapi_pydantic import OpenAPI
from pydantic import BaseModel, TypeAdapter

from ccserver import __version__
from ccserver.adapters.web.permissions import Row
from ccserver.adapters.web.problems import CONTENT_TYPE, TYPES, ProblemDocument
from ccserver.adapters.web.routes import PREFIX, Route

_Mode = Literal["validation", "serialization"]
_ABOUT = """Errors are RFC 9457 problem documents. Instants are ISO 8601 in UTC; telephone numbers are E.164 with the plus;
lists answer `{"items", "next"}`, and `next` goes back as `?after=`. Live changes come over the WebSocket at `/ws`."""
_ALWAYS = (404, 405, 500, 503)
_WITH_SESSION = (401, 403)
_WITH_QUERY = (422,)
_WITH_FILE = (410,)
_WITH_BODY = (400, 408, 413, 415, 422)


class Schemas:
    """The schemas of all models that the routes take and answer, with shared definitions."""

    def __init__(self, routes: Iterable[Route]) -> None:
        adapters: list[tuple[Any, _Mode, TypeAdapter[Any]]] = [
            (ProblemDocument, "serialization", TypeAdapter(ProblemDocument))
        ]
        for route in routes:
            adapters += [(model, "validation", TypeAdapter(model)) for model in route.takes.values()]
            if route.answers is not NoneType:
                adapters.append((route.answers, "serialization", TypeAdapter(route.answers)))
        self._by_model, rest = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
        self.definitions: dict[str, Any] = rest.get("$defs", {})

    def of(self, model: Any, mode: _Mode) -> dict[str, Any]:
        return self._by_model[(model, mode)]

    def fields(self, model: Any) -> tuple[dict[str, Any], Sequence[str]]:
        """The properties of a model and the names of those that must be there."""
        schema = self.of(model, "validation")
        reference = schema.get("$ref")
        if reference is not None:
            schema = self.definitions[reference.rpartition("/")[2]]
        return schema["properties"], schema.get("required", ())


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole document as plain JSON values. Raises ValidationError if it is not OpenAPI 3.1 (our bug)."""
    schemas = Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, schemas)
    content = {
        "openapi": "3.1.0",
        "info": {"title": "ccserver", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }
    OpenAPI.model_validate(content)
    return content


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    summary, _, rest = cleandoc(route.handler.__doc__ or "").partition("\n")
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "tags": [route.tag],
        "summary": summary,
        "description": " ".join(f"{rest} {_allowed(route.row)}".split()),
        "security": [] if route.row.is_public else [{"bearer": []}],
        "parameters": [
            parameter
            for part in ("path", "query")
            if part in route.takes
            for parameter in _parameters(part, route.takes[part], schemas)
        ],
        "responses": _responses(route, schemas),
    }
    body = route.takes.get("body")
    if body is not None:
        schema = schemas.of(body, "validation")
        is_required = any(field.is_required() for field in body.model_fields.values())
        operation["requestBody"] = {"required": is_required, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(place: str, model: type[BaseModel], schemas: Schemas) -> Iterable[dict[str, Any]]:
    properties, required = schemas.fields(model)
    for name, schema in properties.items():
        parameter = {"name": name, "in": place, "required": name in required, "schema": schema}
        if "description" in schema:
            parameter["description"] = schema["description"]
        yield parameter


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): {"description": "Done."}}
    if route.answers is not NoneType:
        schema = schemas.of(route.answers, "serialization")
        responses[str(route.status)]["content"] = {"application/json": {"schema": schema}}
    if route.media:
        audio = {route.media: {"schema": {"type": "string", "format": "binary"}}}
        responses[str(route.status)]["content"] = audio
        responses["206"] = {"description": "The part that the header Range asks for.", "content": audio}
        responses["416"] = {"description": "The header Range asks for what is not there; the answer is empty."}
    problem = {CONTENT_TYPE: {"schema": schemas.of(ProblemDocument, "serialization")}}
    for status in sorted(_statuses(route)):
        titles = " / ".join(kind.title for kind in TYPES.values() if kind.status == status)
        responses[str(status)] = {"description": titles, "content": problem}
    return responses


def _statuses(route: Route) -> set[int]:
    """The errors that may come."""
    statuses = {*_ALWAYS, *_WITH_SESSION}
    statuses |= {*_WITH_BODY} if "body" in route.takes else set()
    statuses |= {*_WITH_FILE} if route.media else set()
    statuses |= {*_WITH_QUERY} if "query" in route.takes else set()
    statuses |= {409, 422} if route.method != "GET" else set()
    statuses |= {429} if route.row.is_public or route.operation == "make_ticket" else set()
    return statuses


def _allowed(row: Row) -> str:
    """Who may use it, in words."""
    if row.is_public:
        return "No sign-in needed."
    everywhere, own = (", ".join(sorted(role)) for role in (row.everywhere, row.own - row.everywhere))
    return f"Roles: {everywhere}{f'; for the own agent: {own}' if own else ''}."

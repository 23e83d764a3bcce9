"""The API as a page for people, `/api/docs`: every operation with its fields, made on the server from the OpenAPI document.

No script and nothing from elsewhere, so it works under the content policy and without the internet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

import orjson
from aiohttp import web

from ccserver.adapters.web import openapi
from ccserver.adapters.web.json_text import to_json
from ccserver.adapters.web.pages import html_page
from ccserver.adapters.web.problems import TYPES
from ccserver.adapters.web.routes import PREFIX, Route

_Object = Mapping[str, Any]
_DEEPEST = 6
_CODE = re.compile(r"`([^`]+)`")
_CSS = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow: auto; padding: .75rem; border-radius: .5rem; background: #8881; }
details { border: 1px solid #8884; border-radius: .5rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884; vertical-align: top; }
"""


@cache
def rendered(routes: tuple[Route, ...]) -> tuple[bytes, str]:
    """The document as JSON, and the page's inside as HTML."""
    content = openapi.document(routes)
    return to_json(content), _page(content)


def install(app: web.Application, routes: tuple[Route, ...]) -> None:
    """Serve the document, the page and its style."""
    text, page = rendered(routes)

    async def serve_document(request: web.Request) -> web.Response:
        return web.Response(body=text, content_type="application/json")

    async def serve_page(request: web.Request) -> web.Response:
        return html_page("ccserver: HTTP API", page)

    async def serve_style(request: web.Request) -> web.Response:
        return web.Response(text=_CSS, content_type="text/css", headers={"Cache-Control": "max-age=3600"})

    app.router.add_get(f"{PREFIX}/openapi.json", serve_document, name="openapi")
    app.router.add_get("/api/docs", serve_page, name="docs")
    app.router.add_get("/api/docs.css", serve_style, name="docs_style")


def _page(content: _Object) -> str:
    schemas = content["components"]["schemas"]
    operations = [(path, method, each) for path, item in content["paths"].items() for method, each in item.items()]
    tags = dict.fromkeys(operation["tags"][0] for _, _, operation in operations)
    parts = [f"<p>{_prose(content['info']['description'])}</p>"]
    parts.append(f'<p>For programs: <a href="{PREFIX}/openapi.json">OpenAPI 3.1</a>.</p>')
    for tag in tags:
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [
            _operation(path, method, each, schemas) for path, method, each in operations if each["tags"][0] == tag
        ]
    rows = ((f"/problems/{name}", str(kind.status), kind.title) for name, kind in TYPES.items())
    parts.append("<h2>Problems</h2>" + _table(("type", "status", "meaning"), rows))
    return "".join(parts)


def _operation(path: str, method: str, operation: _Object, schemas: _Object) -> str:
    parts = [f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code> {_prose(operation['summary'])}</summary>"]
    parts.append(f"<p>{_prose(operation['description'])}</p>")
    if operation["parameters"]:
        rows = (_parameter_row(parameter) for parameter in operation["parameters"])
        parts.append("<h4>Parameters</h4>" + _table(("name", "in", "kind", "meaning"), rows))
    if "requestBody" in operation:
        parts.append(
            "<h4>Body</h4>" + _schema(operation["requestBody"]["content"]["application/json"]["schema"], schemas)
        )
    for status, response in operation["responses"].items():
        answer = response.get("content", {}).get("application/json")
        if answer is not None:
            parts.append(f"<h4>Answer {status}</h4>" + _schema(answer["schema"], schemas))
    errors = ", ".join(status for status in operation["responses"] if status >= "400")
    parts.append(f"<p>Problems: {errors}</p>")
    return f'<details id="{escape(operation["operationId"])}">{"".join(parts)}</details>'


def _prose(text: str) -> str:
    """A description as HTML: of its Markdown only code spans are used."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _parameter_row(parameter: _Object) -> Sequence[str]:
    name = parameter["name"] + ("" if parameter["required"] else " (optional)")
    return name, parameter["in"], _kind(parameter["schema"]), parameter.get("description", "")


def _schema(schema: _Object, schemas: _Object) -> str:
    """The fields with their meanings, and an example."""
    whole = _resolved(schema, schemas)
    required = whole.get("required", ())
    rows = (
        (
            name + ("" if name in required else " (optional)"),
            _kind(each),
            _resolved(each, schemas).get("description", ""),
        )
        for name, each in whole.get("properties", {}).items()
    )
    example = orjson.dumps(_example(schema, schemas), option=orjson.OPT_INDENT_2).decode()
    about = f"<p>{_prose(whole['description'])}</p>" if "description" in whole else ""
    return f"{about}{_table(('field', 'kind', 'meaning'), rows)}<pre>{escape(example)}</pre>"


def _resolved(schema: _Object, schemas: _Object) -> _Object:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else schema


def _kind(schema: _Object) -> str:
    """The type in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "any"))


def _example(schema: _Object, schemas: _Object, depth: int = 0) -> Any:
    """A value that fits the schema, for the eye only."""
    whole = _resolved(schema, schemas)
    for key in ("examples", "enum"):
        if whole.get(key):
            return whole[key][0]
    if "default" in whole:
        return whole["default"]
    if "anyOf" in whole:
        return _example(whole["anyOf"][0], schemas, depth + 1)
    if depth > _DEEPEST:
        return None
    if whole.get("type") == "object":
        return {name: _example(each, schemas, depth + 1) for name, each in whole.get("properties", {}).items()}
    if whole.get("type") == "array":
        return [_example(whole["items"], schemas, depth + 1)] if "items" in whole else []
    plain = {"date-time": "2026-11-21T10:00:00Z", "integer": 1, "number": 1.5, "boolean": True, "string": "..."}
    return plain.get(whole.get("format", "")) or plain.get(whole.get("type", ""))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_prose(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>{body}</table>"

"""What people open in a browser: the desktop's files, and the page behind each problem type.

Files are looked up in a list made at start, so no address can name anything that is not on it; links are left out.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from aiohttp import web

from ccserver.adapters.web.ports import WebSettings
from ccserver.adapters.web.problems import TYPES, Problem

# mimetypes asks the machine's own tables, and with `nosniff` a wrong answer is a page that does not start
_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".txt": "text/plain; charset=utf-8",
}
_NOT_BUILT = """<p>The desktop page was not built. In the source folder, <code>make run</code> builds it; or, with Node.js:</p>
<pre>cd desktop
npm ci
npm run build</pre>
<p>Everything else works: see the <a href="/api/docs">HTTP API</a>.</p>"""
_FILES = web.AppKey("files", dict[str, Path])


def install(app: web.Application, settings: WebSettings) -> None:
    app[_FILES] = files_below(settings.static)
    app.router.add_get("/", index, name="index")
    app.router.add_get("/assets/{file}", asset, name="asset")
    app.router.add_get("/problems/{problem}", problem_page, name="problem_page")
    app.router.add_get("/{file}", page_file, name="page_file")


def files_below(folder: Path) -> dict[str, Path]:
    """The files that may be served, by their address without the leading slash."""
    found: dict[str, Path] = {}
    for sub in ("", "assets/"):
        directory = folder / sub
        if not directory.is_dir() or directory.is_symlink():
            continue
        for file in directory.iterdir():
            if file.is_file() and not file.is_symlink() and file.suffix in _CONTENT_TYPES:
                found[sub + file.name] = file
    return found


async def index(request: web.Request) -> web.StreamResponse:
    if "index.html" not in request.app[_FILES]:
        return html_page("ccserver", _NOT_BUILT)
    return _file(request, "index.html", "no-cache")


async def asset(request: web.Request) -> web.StreamResponse:
    """The name has a hash of the content in it, so it never changes."""
    return _file(request, f"assets/{request.match_info['file']}", "public, max-age=31536000, immutable")


async def page_file(request: web.Request) -> web.StreamResponse:
    return _file(request, request.match_info["file"], "no-cache")


async def problem_page(request: web.Request) -> web.StreamResponse:
    """What a problem type means, for the person who found its address in an error."""
    kind = TYPES.get(request.match_info["problem"])
    if kind is None:
        raise Problem("not-found")
    return html_page(kind.title, f"<p>{escape(kind.explanation)}</p><p>HTTP status {kind.status}.</p>")


def html_page(title: str, body: str) -> web.Response:
    """A small page in our own style; `body` is HTML already."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/api/docs.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return web.Response(text=text, content_type="text/html")


def _file(request: web.Request, name: str, cache: str) -> web.FileResponse:
    path = request.app[_FILES].get(name)
    if path is None:
        raise Problem("not-found")
    return web.FileResponse(path, headers={"Content-Type": _CONTENT_TYPES[path.suffix], "Cache-Control": cache})

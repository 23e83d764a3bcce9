"""The desktop's files and the headers around everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.adapters.web.house import House, served

from ccserver.adapters.web.ports import WebSettings


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built desktop, with things in it that must not go out."""
    folder = tmp_path / "static"
    (folder / "assets" / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>desk</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / ".keep").write_text("")
    (folder / "settings.py").write_text("secret")
    (folder / "assets" / "index-1a2b.js").write_text("export {}")
    (folder / "assets" / "deep" / "x.js").write_text("export {}")
    (tmp_path / "outside.js").write_text("secret")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "outside.js")
    return folder


async def test_the_page(static: Path) -> None:
    """At the root, never from an old cache."""
    async with served(settings=WebSettings(static=static)) as house:
        response = await house.client.get("/")
        assert ("desk" in await response.text(), response.headers["Cache-Control"]) == (True, "no-cache")


async def test_assets_are_kept_for_a_year(static: Path) -> None:
    """Their names change with their content; the type is one that nosniff accepts."""
    async with served(settings=WebSettings(static=static)) as house:
        headers = (await house.client.get("/assets/index-1a2b.js")).headers
        assert (headers["Content-Type"], headers["Cache-Control"]) == (
            "text/javascript; charset=utf-8", "public, max-age=31536000, immutable",
        )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["/settings.py", "/.keep", "/assets/link.js", "/assets/deep/x.js", "/assets/..%2f..%2foutside.js", "/..%2foutside.js",
     "/assets/%2e%2e%2fsettings.py", "/assets//etc/passwd", "/assets/", "/outside.js", "/assets/index-1a2b.js%00.svg",
     "/assets/..\\index.html", "/assets/....//index.html"],
)  # fmt: skip
async def test_nothing_else_goes_out(static: Path, path: str) -> None:
    """No links, no sub-folders, no other kinds of files, no way up."""
    async with served(settings=WebSettings(static=static)) as house:
        response = await house.client.get(path)
        assert (response.status, "secret" in await response.text()) == (404, False)


async def test_without_a_built_page_the_root_says_how(tmp_path: Path) -> None:
    """And the API works."""
    async with served(settings=WebSettings(static=tmp_path / "none")) as house:
        text = await (await house.client.get("/")).text()
        assert ("npm run build" in text, (await house.client.get("/api/docs")).status) == (True, 200)


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/v1/agents", "/nothing", "/healthz"])
async def test_every_answer_has_the_security_headers(house: House, path: str) -> None:
    """Errors too."""
    headers = (await house.client.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"], headers["Server"]) == (
        "nosniff", "no-referrer", "ccserver",
    )  # fmt: skip


async def test_answers_of_the_api_are_not_cached(house: House) -> None:
    """They are about people."""
    assert (await house.ask("ann", "GET", "/agents")).headers["Cache-Control"] == "no-store"


async def test_the_page_may_connect_where_it_is_told() -> None:
    """The browser phone talks to the PBX."""
    async with served(settings=WebSettings(connect_sources=("ws://127.0.0.1:8088",))) as house:
        policy = (await house.client.get("/")).headers["Content-Security-Policy"]
        assert "connect-src 'self' ws://127.0.0.1:8088;" in policy


async def test_over_tls_browsers_stay_there() -> None:
    """HSTS, only where there is TLS."""
    async with served(settings=WebSettings(is_https=True)) as house:
        assert "Strict-Transport-Security" in (await house.client.get("/")).headers


async def test_the_page_of_the_api_sets_names_as_code(house: House) -> None:
    """The descriptions are Markdown; the page is not."""
    text = await (await house.client.get("/api/docs")).text()
    assert ("`" in text, "<code>done</code>" in text) == (False, True)

"""A reload on the real server: a right configuration comes into force as a whole, a wrong one not at all."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.desktop.real_centre import DEMO, RealCentre, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
ZOE = '  zoe: {name: Zoe, extension: "1099", skills: {support: 5}, password: demo-zoe}\n'


class OwnCentre(RealCentre):
    """With a configuration of its own, which may be changed."""

    @property
    def config(self) -> Path:
        return self.data.with_name(self.data.name + "-config")

    @property
    def _places(self) -> tuple[str, ...]:
        return "--config", str(self.config), "--data", str(self.data)

    def write(self, file: str, before: str, after: str) -> None:
        """Change one place of the demo's file; what was changed before is undone."""
        text = (DEMO / file).read_text(encoding="utf-8")
        assert before in text
        (self.config / file).write_text(text.replace(before, after, 1), encoding="utf-8")

    def hang_up_signal(self) -> None:
        """What `kill -HUP` sends."""
        self._process.send_signal(signal.SIGHUP)

    async def says(self, words: str) -> None:
        """Wait until the server has said it on its terminal."""
        await until(lambda: words in self.log_tail(), words)

    async def reloads_by_command(self) -> int:
        """The exit code of `ccserver reload`."""
        return await (await self._ccserver("reload", *self._places, output=self._log)).wait()

    def problems_by_signal(self) -> list[str]:
        """How many there were at each reload by signal, as the audit trail tells."""
        rows = self.rows("select detail from audit where action = 'config-reload' and user = 'SIGHUP' order by serial")
        return [json.loads(row["detail"])["problems"] for row in rows]

    def pbx_files(self) -> dict[str, bytes]:
        """What Asterisk reads."""
        return {file.name: file.read_bytes() for file in (self.data / "asterisk/etc").iterdir()}

    async def in_force(self) -> dict[str, Any]:
        """What people see of the plan."""
        queues = (await self.ask("GET", "/queues"))["items"]
        agents = (await self.ask("GET", "/agents?limit=200"))["items"]
        return {"queues": {one["id"]: one["name"] for one in queues}, "agents": {one["id"] for one in agents}}

    async def reload(self) -> tuple[int, dict[str, Any]]:
        """Status and document."""
        await self.ask("GET", "/session", user="admin")
        headers = {"Authorization": f"Bearer {self._tokens['admin']}"}
        async with self.web.post("/api/v1/config/reload", headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre() -> AsyncIterator[OwnCentre]:
    centre = OwnCentre()
    shutil.copytree(DEMO, centre.config)
    try:
        await centre.open()
        yield centre
    finally:
        await centre.close()
        shutil.rmtree(centre.config, ignore_errors=True)


@pytest.fixture(autouse=True)
def demo(centre: OwnCentre) -> None:
    """Every test finds the demo's files, whatever the one before wrote."""
    shutil.copytree(DEMO, centre.config, dirs_exist_ok=True)


async def test_a_wrong_configuration_changes_nothing_and_says_all_that_is_wrong(centre: OwnCentre) -> None:
    """Beside two mistakes there are right changes: none of them comes into force, and Asterisk's files stay as they are."""
    before, files = await centre.in_force(), centre.pbx_files()
    centre.write("agents.yaml", "agents:\n", f"agents:\n{ZOE}")
    centre.write("queues.yaml", "name: Sales\n    skills", "name: The sales\n    ring_limit: soon\n    skills")
    centre.write("entry_points.yaml", "flow: welcome", "flow: welcom")
    status, document = await centre.reload()
    told = [(Path(one["file"]).name, one["line"], one["column"]) for one in document["errors"]]
    assert (status, document["type"]) == (422, "/problems/configuration")
    assert told == [("entry_points.yaml", 7, 11), ("queues.yaml", 6, 17), ("queues.yaml", 15, 5)]
    assert document["errors"][0]["advice"] == "did you mean 'welcome'?"
    assert await centre.in_force() == before
    assert centre.pbx_files() == files


async def test_once_mended_it_comes_into_force_as_a_whole(centre: OwnCentre) -> None:
    """The very next request; the new agent has a phone on the PBX."""
    centre.write("agents.yaml", "agents:\n", f"agents:\n{ZOE}")
    centre.write("queues.yaml", "name: Sales", "name: The sales")
    centre.write("entry_points.yaml", "flow: welcome", "flow: welcome")
    status, document = await centre.reload()
    assert (status, list(document)) == (200, ["epoch"])
    assert document["epoch"] > 1
    now = await centre.in_force()
    assert now["queues"]["sales"] == "The sales"
    assert "zoe" in now["agents"]
    assert b"[zoe](phone)" in centre.pbx_files()["pjsip.conf"]


async def test_a_folder_that_vanished_changes_nothing(centre: OwnCentre) -> None:
    """Somebody moved it under the running server."""
    before, away = await centre.in_force(), centre.config.with_name("away-" + centre.config.name)
    centre.config.rename(away)
    try:
        status, document = await centre.reload()
        assert (status, document["errors"][0]["problem"]) == (422, "there is no such folder")
        assert await centre.in_force() == before
    finally:
        away.rename(centre.config)


async def test_the_command_says_what_came_of_it(centre: OwnCentre) -> None:
    """0 when it is in force, 2 when there are mistakes."""
    centre.write("queues.yaml", "name: Sales", "name: By command")
    assert await centre.reloads_by_command() == 0
    assert (await centre.in_force())["queues"]["sales"] == "By command"
    centre.write("queues.yaml", "name: Sales", "name: [")
    assert await centre.reloads_by_command() == 2
    assert (await centre.in_force())["queues"]["sales"] == "By command"


async def test_a_hang_up_signal_reloads_too(centre: OwnCentre) -> None:
    """As every daemon does; a wrong configuration leaves the old one in force and the server alive."""
    await centre.says("Ctrl-C ends it")
    before, done = await centre.in_force(), centre.problems_by_signal()
    centre.write("queues.yaml", "name: Sales", "name: [")
    centre.hang_up_signal()
    await until(lambda: centre.problems_by_signal() == [*done, "1"], "the wrong one was refused")
    await centre.says("nothing was changed")
    assert await centre.in_force() == before
    centre.write("queues.yaml", "name: Sales", "name: By signal")
    centre.hang_up_signal()
    await until(lambda: centre.problems_by_signal() == [*done, "1", "0"], "the right one was taken")
    await centre.says(": in force")
    assert (await centre.in_force())["queues"]["sales"] == "By signal"

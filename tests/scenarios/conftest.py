"""Every scenario plays on each stage; those on the real PBX carry the `asterisk` marker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.scenarios.house import House
from tests.scenarios.sim_stage import SimStage
from tests.scenarios.stage import Stage

STAGES = {
    "sim": pytest.param("sim", id="sim"),
    "asterisk": pytest.param("asterisk", id="asterisk", marks=[pytest.mark.asterisk, pytest.mark.timeout(120)]),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run for each stage asked for."""
    if "stage" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--stage")
        chosen = [param for name, param in STAGES.items() if wanted in (name, "both")]
        metafunc.parametrize("stage", chosen, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One event loop for all scenarios, as the house is built once; in the whole run the thorough ones play on sim only."""
    ours = [item for item in items if "tests/scenarios" in item.path.as_posix()]
    at_the_house = {item for item in ours if item.get_closest_marker("asterisk")}
    # One after the other, at the end: the links of the house's server pass through this process, and would starve while
    # a test of another kind keeps it busy.
    items.sort(key=at_the_house.__contains__)
    for item in ours:
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if config.getoption("--stage") == "both":
        left_out = [i for i in ours if i.get_closest_marker("thorough") and i.get_closest_marker("asterisk")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


class Houses:
    """The one house, built when the first scenario needs it."""

    def __init__(self) -> None:
        self._house: House | None = None

    async def one(self) -> House:
        if self._house is None:
            house = House()
            try:
                await house.open()
            except BaseException:
                await house.close()
                raise
            self._house = house
        return self._house

    async def close(self) -> None:
        if self._house is not None:
            await self._house.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def houses() -> AsyncIterator[Houses]:
    """Torn down after the last scenario."""
    built = Houses()
    yield built
    await built.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(request: pytest.FixtureRequest, houses: Houses) -> AsyncIterator[Stage]:
    """The stage; at the end of the scenario everybody goes home and nothing may be left behind."""
    if request.param == "sim":
        play = SimStage()
        yield play
        await play.ends()
        return
    from tests.scenarios.asterisk_stage import AsteriskStage

    real = AsteriskStage(await houses.one())
    await real.begins()
    yield real
    await real.ends()

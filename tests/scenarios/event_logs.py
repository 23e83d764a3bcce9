"""The event logs of a stage, file by file, each as its lines; the one that is being written as far as it is written."""

from __future__ import annotations

from tests.scenarios.sim_stage import SimStage
from tests.scenarios.stage import Stage

from ccserver.adapters.event_files import files_of, lines_of

HEADER = b'{"log":'


def event_logs(stage: Stage) -> list[list[bytes]]:
    """Of the simulated server since it was asked last; of the real one everything in its data folder."""
    if isinstance(stage, SimStage):
        return split([line for _, line in stage.sim.recorder.drain()])
    from tests.scenarios.asterisk_stage import AsteriskStage

    assert isinstance(stage, AsteriskStage)
    return [list(lines_of(path)) for path in files_of(stage.house.data / "events")]


def split(lines: list[bytes]) -> list[list[bytes]]:
    """Files from lines that stand one after the other."""
    files: list[list[bytes]] = []
    for line in lines:
        if line.startswith(HEADER):
            files.append([])
        files[-1].append(line)
    return files

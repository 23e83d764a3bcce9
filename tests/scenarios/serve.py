"""`ccserver up --keep-pbx` with its two links to Asterisk led over other ports, so that a scenario can break them.

While there is a file DATABASE_AWAY in the data folder, the database refuses everything.

python -m tests.scenarios.serve CONFIG DATA ARI_PORT AMI_PORT
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccserver.adapters.db.database import PORT, Database
from ccserver.app import server
from ccserver.cli import up
from ccserver.core.errors import PortUnavailable

DATABASE_AWAY = "database-away"


def main(config: str, data: str, ari_port: str, ami_port: str) -> None:
    """Everything is the real thing but for two port numbers and a database that can be told to refuse."""
    away = Path(data) / DATABASE_AWAY

    class Absent(Database):
        async def _run(self, *args: Any) -> Any:
            if away.exists():
                raise PortUnavailable(PORT, why="taken away by the scenario")
            return await super()._run(*args)

    class Detoured(server.Server):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.pbx = replace(self.pbx, plan=replace(self.pbx.plan, http_port=int(ari_port), ami_port=int(ami_port)))

    setattr(server, "Database", Absent)  # noqa: B010  the names are not meant to be replaced by anybody else
    setattr(up, "Server", Detoured)  # noqa: B010
    up.up(Path(config), Path(data), keep_pbx=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])

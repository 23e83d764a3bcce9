"""Where the server of a data folder listens: it writes that into the folder, so other commands need no settings to find it.

Of its database there is only a hash, for the URL may hold a password: enough to refuse a command that would use another.

The file counts only while the server holds the folder's journal; one that a kill left behind is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.exc import ArgumentError

from ccserver.adapters.db.engine import database_url as normal_url
from ccserver.cli.configuring import CRM_FILE, configuration_of, database_url, usual_database_url
from ccserver.cli.failing import fail
from ccserver.cli.running import server_process
from ccserver.config import Configuration
from ccserver.config.settings import PREFIX, read_settings
from ccserver.config.site import Network

WHEREABOUTS_FILE = "server.json"
MOST_BYTES = 10_000
DATABASE = "database_sha256"


def write_whereabouts(data: Path, network: Network, url: str) -> None:
    """As a whole or not at all, and private. `url` is that of the database. Raises OSError."""
    place = data / WHEREABOUTS_FILE
    fresh = place.with_name(f"{WHEREABOUTS_FILE}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({**asdict(network), DATABASE: _hash_of(url)}, file)
    fresh.replace(place)


def remove_whereabouts(data: Path) -> None:
    (data / WHEREABOUTS_FILE).unlink(missing_ok=True)


def whereabouts(data: Path) -> Network | None:
    """What the server that runs on this folder listens on; None when none runs, or when it does not say so yet."""
    told = _told(data)
    try:
        found = {one.name: told[one.name] for one in fields(Network)}
    except KeyError:
        return None
    is_sound = all(type(found[one.name]) is type(one.default) for one in fields(Network))
    return Network(**found) if is_sound else None


def _told(data: Path) -> dict[str, Any]:
    """What the server that runs says of itself; nothing when none runs."""
    if server_process(data) is None:
        return {}
    try:
        with (data / WHEREABOUTS_FILE).open("rb") as file:
            told = json.loads(file.read(MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _hash_of(url: str) -> str:
    """The same for every way to write the same URL; a relative path of SQLite is another one in another folder."""
    try:
        found = normal_url(url)
        if found.get_backend_name() == "sqlite" and found.database:
            found = found.set(database=str(Path(found.database).resolve()))
        url = found.render_as_string(hide_password=False)
    except (ArgumentError, ValueError):
        pass  # it is no URL; whoever connects says so
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()


def database_beside(data: Path) -> str:
    """The URL of the database that the server on this data folder uses too; without a server as `database_url`.

    Ends the command with 2 when the server has another one: what it wrote or read there would help nobody.
    """
    url, there = database_url(data), _told(data).get(DATABASE)
    if there is not None and there != _hash_of(url):
        _refuse_database(data, is_usual_there=there == _hash_of(usual_database_url(data)))
    return url


def _refuse_database(data: Path, is_usual_there: bool) -> NoReturn:
    here = "the environment names" if read_settings(os.environ).database_url else str(data / CRM_FILE)
    names = "CCSERVER_DATABASE_URL", "CCSERVER_DATABASE_URL_FILE"
    advice = f"set {' or '.join(names)} as the server has it, such as in its unit"
    if is_usual_there:
        advice = f"unset {' and '.join(names)}: the server has its database in its data folder"
    fail(f"the server that runs on the data folder {data} has another database than {here}", advice)


def configuration_beside(config: Path, data: Path, is_told: bool = True) -> Configuration:
    """The configuration with the network of the server that runs on this data folder, else as `configuration_of`.

    Ends the command with 2 when the environment says otherwise than that server.
    """
    configuration = configuration_of(config, is_told)
    running = network_beside(data)
    if running is None:
        return configuration
    return replace(configuration, site=replace(configuration.site, network=running))


def network_beside(data: Path) -> Network | None:
    """What the server that runs on this data folder listens on, however the configuration looks by now; None without one.

    Ends the command with 2 when the environment says otherwise than that server.
    """
    running = whereabouts(data)
    if running is not None:
        _refuse_contradiction(read_settings(os.environ).network, running, data)
    return running


def _refuse_contradiction(said: Mapping[str, str | int], running: Network, data: Path) -> None:
    wrong = {name: value for name, value in said.items() if value != getattr(running, name)}
    if not wrong:
        return
    names = [f"{PREFIX}{name.upper()}" for name in wrong]
    told = ", ".join(
        f"{name} is {value} here and {getattr(running, key)} there"
        for name, (key, value) in zip(names, wrong.items(), strict=True)
    )
    fail(
        f"the environment contradicts the server that runs on the data folder {data}: {told}",
        f"unset {' '.join(names)}: the server is found by its data folder; or give the --data of the server that is meant",
    )

"""Settings of the environment: where things are and what they listen on. Routing is never set here.

`CCSERVER_DATABASE_URL_FILE` names a file that holds the URL, for secrets mounted as files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ccserver.config.problems import ConfigError, ConfigProblem, shown
from ccserver.config.schema.site import NetworkSection
from ccserver.config.site import Network

PREFIX = "CCSERVER_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("auto", "json", "text")
MOST_SECRET_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; None where it says nothing. The database URL may hold a password and is not shown."""

    config: Path | None = None
    data: Path | None = None
    database_url: str | None = field(default=None, repr=False)
    log_level: str = "info"
    log_format: str = "auto"
    """`auto` is text on a terminal and JSON lines elsewhere."""
    network: Mapping[str, str | int] = field(default_factory=dict)

    def applied_to(self, network: Network) -> Network:
        """The network with what the environment overrides."""
        return replace(network, **self.network)  # type: ignore[arg-type]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings; an empty variable is none. Raises ConfigError with everything that is wrong."""
    problems: list[ConfigProblem] = []
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
    settings = Settings(
        config=_path(given, "CONFIG"),
        data=_path(given, "DATA"),
        database_url=_secret(given, "DATABASE_URL", problems),
        log_level=_word(given, "LOG_LEVEL", LOG_LEVELS, problems),
        log_format=_word(given, "LOG_FORMAT", LOG_FORMATS, problems),
        network=_network(given, problems),
    )
    if problems:
        raise ConfigError(problems)
    return settings


def _path(given: Mapping[str, str], name: str) -> Path | None:
    text = given.get(PREFIX + name)
    return Path(text).expanduser() if text else None


def _word(given: Mapping[str, str], name: str, known: tuple[str, ...], problems: list[ConfigProblem]) -> str:
    text = given.get(PREFIX + name, getattr(Settings(), name.lower())).lower()
    if text not in known:
        problems.append(_problem(name, text, f"is {shown(text)!r}", f"use one of {', '.join(known)}"))
    return str(text)


def _secret(given: Mapping[str, str], name: str, problems: list[ConfigProblem]) -> str | None:
    url, file = given.get(PREFIX + name), given.get(f"{PREFIX}{name}_FILE")
    if url and file:
        problems.append(_problem(name, "", f"and {PREFIX}{name}_FILE are both set", "set one of them"))
    if url or not file:
        return url
    try:
        with Path(file).open("rb") as secret:
            text = secret.read(MOST_SECRET_BYTES).decode("utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(_problem(f"{name}_FILE", file, f"cannot be read: {why}", "name a readable file"))
        return None
    if not text:
        problems.append(_problem(f"{name}_FILE", file, "is an empty file", "write the secret into it"))
    return text


def _network(given: Mapping[str, str], problems: list[ConfigProblem]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for one in fields(Network):
        text = given.get(PREFIX + one.name.upper())
        if text is None:
            continue
        check = _CHECKS[one.name]
        try:
            found[one.name] = check(text)
        except (ValidationError, ValueError):
            wanted = NetworkSection.model_fields[one.name].description or "see docs/configuration.md"
            problems.append(_problem(one.name.upper(), text, f"cannot be {shown(text)!r}", f"give {wanted}"))
    return found


def _checker(name: str) -> Callable[[str], str | int]:
    is_number = name.endswith("_port")
    adapter: TypeAdapter[NetworkSection] = TypeAdapter(NetworkSection)

    def check(text: str) -> str | int:
        value: str | int = int(text) if is_number and len(text) <= 5 else text
        section = adapter.validate_python({name: value})
        checked: str | int = getattr(section, name)
        return checked

    return check


_CHECKS = {one.name: _checker(one.name) for one in fields(Network)}


def _problem(name: str, value: str, what: str, advice: str) -> ConfigProblem:
    return ConfigProblem(Path("environment"), 1, 1, shown(value), f"{PREFIX}{name} {what}", advice)

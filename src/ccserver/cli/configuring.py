"""The configuration as every command reads it: the folder, what the environment overrides, and errors for a person."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from ccserver.cli.environment import warn_of_unknown_settings
from ccserver.config import ConfigError, Configuration, load_configuration
from ccserver.config.problems import ConfigProblem
from ccserver.config.settings import read_settings

ROOT_FILE = "ccserver.yaml"

CRM_FILE = "crm.sqlite"


def configuration_of(folder: Path, is_told: bool = True) -> Configuration:
    """The configuration with what the environment overrides; prints every problem and exits with 2 when there are any.

    `is_told` is False for a command that tells by itself of settings that are none.
    """
    if is_told:
        warn_of_unknown_settings(os.environ)
    try:
        return overridden(folder)
    except ConfigError as error:
        for line in lines_about(folder, error.problems):
            print(line, file=sys.stderr)
        raise typer.Exit(2) from None


def overridden(folder: Path) -> Configuration:
    """The configuration with what the environment says of the network. Raises ConfigError."""
    found, settings = load_configuration(folder), read_settings(os.environ)
    return replace(found, site=replace(found.site, network=settings.applied_to(found.site.network)))


def lines_about(folder: Path, problems: Sequence[ConfigProblem]) -> list[str]:
    """One line for each problem; one alone when the file with the site's first keys is missing: it causes the others."""
    has_no_version = any(problem.what == "there is no version" for problem in problems)
    if has_no_version and folder.is_dir() and not (folder / ROOT_FILE).exists():
        what = f"there is no {ROOT_FILE}, which has version, name and trunks"
        return [f"{folder}:1:1: {what}; begin with a copy of examples/demo, or name the right folder"]
    return [str(problem) for problem in problems]


def database_url(data: Path) -> str:
    """CCSERVER_DATABASE_URL or the file it names, else SQLite in the data folder."""
    return read_settings(os.environ).database_url or usual_database_url(data)


def usual_database_url(data: Path) -> str:
    return f"sqlite+aiosqlite:///{data.resolve() / CRM_FILE}"

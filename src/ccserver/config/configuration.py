"""The two things the rest of the program asks of a configuration folder: what is wrong with it, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ccserver.config.build import build_plan, build_site
from ccserver.config.checks import problems_of, warnings_of
from ccserver.config.load import Checked, read_and_validate
from ccserver.config.problems import MOST_PROBLEMS, ConfigError, ConfigProblem, in_order
from ccserver.config.site import Site
from ccserver.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Configuration:
    """`plan` is the core's, `site` everybody else's."""

    plan: Plan
    site: Site


def check(folder: Path) -> list[ConfigProblem]:
    """Everything that is wrong with the configuration in `folder` (or in one file), in order.

    Without mistakes it can be used, and there may be warnings. Raises nothing, whatever the files hold.
    """
    checked, problems = _checked(folder)
    return problems or in_order(islice(warnings_of(checked), MOST_PROBLEMS + 1))


def load_configuration(folder: Path) -> Configuration:
    """The configuration, ready for use. Reads files and may take a second: not for the event loop. Raises ConfigError."""
    checked, problems = _checked(folder)
    if problems:
        raise ConfigError(problems)
    return Configuration(build_plan(checked.model), build_site(folder, checked.model))


def _checked(folder: Path) -> tuple[Checked, list[ConfigProblem]]:
    """With the mistakes; whether there is something to warn of is looked at only where there are none."""
    checked = read_and_validate(folder)
    left = max(0, MOST_PROBLEMS + 1 - len(checked.problems))
    return checked, in_order([*checked.problems, *islice(problems_of(checked), left)])

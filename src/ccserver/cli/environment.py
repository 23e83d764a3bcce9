"""The settings of the environment by name, and a warning for names that are nearly one of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from ccserver.cli.failing import note
from ccserver.cli.pasting import NOT_SECRET
from ccserver.config.settings import PREFIX

KNOWN = frozenset(NOT_SECRET) | {
    f"{PREFIX}{name}"
    for name in (
        "CONFIG",
        "DATA",
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "LOG_NUMBERS",
        "CACHE",
        "DEBIAN_KEYRING",
        "DEBIAN_MIRROR",
        "DEBIAN_SUITE",
        "GUARDIAN_GRACE",
        "MEDIA_TIMEOUT",
        "DB_PASSWORD",  # of docker/.env
        "KEEP",  # of the tests
        "PROPERTIES",  # of the tests
    )
}
MOST_TOLD = 20


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """A line for each name that begins like a setting and is none, with the nearest that is one. Values are not shown."""
    lines = []
    for name in sorted(name for name in environment if name.upper().startswith(PREFIX) and name not in KNOWN):
        near = difflib.get_close_matches(name.upper(), sorted(KNOWN), n=1, cutoff=0.6)
        meant = f"; did you mean {near[0]}?" if near else "; the settings are in docs/configuration.md"
        lines.append(f"{name[:80]!r} is no setting and is ignored{meant}")
    return lines[:MOST_TOLD]


def warn_of_unknown_settings(environment: Mapping[str, str]) -> None:
    for line in unknown_settings(environment):
        note(f"warning: {line}")

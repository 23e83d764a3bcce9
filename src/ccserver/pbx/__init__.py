"""The PBX that comes along: fetched without root, configured from a plan, run beside ccserver and watched over."""

from __future__ import annotations

from pathlib import Path

from ccserver.pbx.errors import PbxError
from ccserver.pbx.fetch import default_cache, fetch_asterisk
from ccserver.pbx.install import AsteriskInstall
from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.plan import PbxPlan, Phone, Trunk
from ccserver.pbx.progress import Progress, Quiet, terminal_progress
from ccserver.pbx.render import render
from ccserver.pbx.run import EmbeddedAsterisk
from ccserver.pbx.secrets import Account, Secrets, load_or_create_secrets

__all__ = [
    "Account",
    "AsteriskInstall",
    "EmbeddedAsterisk",
    "PbxError",
    "PbxPaths",
    "PbxPlan",
    "Phone",
    "Progress",
    "Quiet",
    "Secrets",
    "Trunk",
    "default_cache",
    "fetch_asterisk",
    "load_or_create_secrets",
    "prepare",
    "render",
    "terminal_progress",
]


def prepare(plan: PbxPlan, cache: Path, report: Progress) -> EmbeddedAsterisk:
    """Fetch Asterisk if needed, make the secrets, render the configuration. Starts nothing; blocks while it downloads.

    Safe to repeat while the Asterisk of this plan runs: follow it by `reload()` then. Raises PbxError.
    """
    install = fetch_asterisk(cache, report)
    secrets = load_or_create_secrets(plan.data, plan.phones)
    render(plan, secrets, install)
    return EmbeddedAsterisk(install, plan, secrets)

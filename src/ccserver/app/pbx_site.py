"""From the site's configuration to the plan of the PBX that comes along, and from agents to their endpoints."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path

from ccserver.config import Site
from ccserver.core.ids import AgentId
from ccserver.core.plan import AgentProfile, Plan
from ccserver.pbx import PbxError, PbxPlan, Phone, Trunk

NODE = "ast01"
ENGLISH = "en"
"""What Asterisk speaks where it is told nothing."""
GUARDIAN_GRACE_S = 15.0
MEDIA_TIMEOUT_S = 60.0
"""A phone or caller that vanished without a word is hung up after this; longer for phones that send nothing in silence."""


def pbx_plan(data: Path, plan: Plan, site: Site, prompts: tuple[tuple[str, Path], ...] = ()) -> PbxPlan:
    """One node with a phone for every agent. Raises PbxError for what cannot be written to a configuration file."""
    network = site.network
    return PbxPlan(
        data=data,
        node=NODE,
        sip_host=network.sip_host,
        sip_port=network.sip_port,
        http_port=network.asterisk_http_port,
        ami_port=network.ami_port,
        rtp=(network.rtp_first_port, network.rtp_last_port),
        trunks=tuple(
            Trunk(t.name, t.match, t.target, t.codecs, int(t.qualify_every.total_seconds())) for t in site.trunks
        ),
        phones=tuple(Phone(a.id, a.extension, a.name) for a in plan.agents.values()),
        recorded_dnis=site.recorded_dnis,
        languages=tuple(
            (dnis, entry.language.replace("-", "_"))
            for dnis, entry in plan.entry_points.items()
            if entry.language != ENGLISH
        ),
        music=tuple(sorted(site.music.items())),
        sounds=site.sounds_folder,
        prompts=prompts,
        rtp_timeout_s=int(_seconds("CCSERVER_MEDIA_TIMEOUT", MEDIA_TIMEOUT_S)),
        guardian_grace_s=_seconds("CCSERVER_GUARDIAN_GRACE", GUARDIAN_GRACE_S),
    )


def _seconds(name: str, usual: float) -> float:
    """What the environment says, else the usual. Raises PbxError for no number."""
    text = os.environ.get(name, "")
    try:
        seconds = float(text) if text else usual
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise PbxError(f"{name} is {text[:40]!r}", f"give a number of seconds, such as {usual:.0f}")
    return seconds


def endpoints_of(agents: Iterable[AgentProfile]) -> dict[AgentId, tuple[str, ...]]:
    """Each agent's endpoints in the order in which they are rung: the SIP phone, then the browser phone."""
    return {agent.id: Phone(agent.id, agent.extension, agent.name).endpoints for agent in agents}

"""`ccserver phone`: what an agent's SIP phone needs."""

from __future__ import annotations

import json
from pathlib import Path

from ccserver.app.pbx_site import pbx_plan
from ccserver.cli.agents import agent_of
from ccserver.cli.failing import fail
from ccserver.cli.running import other_folder, reachable
from ccserver.cli.whereabouts import configuration_beside
from ccserver.config import Configuration
from ccserver.pbx import Account, PbxPaths, load_or_create_secrets


def phone_account(configuration: Configuration, agent: str, config: Path, data: Path) -> Account:
    """The account of the agent's SIP phone; exits with 2 when there is none."""
    plan = pbx_plan(data.resolve(), configuration.plan, configuration.site)
    found = agent_of(configuration, agent)
    if not PbxPaths.of(plan.data).secrets.exists():
        fail(f"no server was ever started with the data folder {data}", other_folder(config, data))
    return load_or_create_secrets(plan.data, plan.phones).phones[found]


def phone(agent: str, config: Path, data: Path, as_json: bool) -> None:
    """Print what the phone needs to register."""
    configuration = configuration_beside(config, data)
    account = phone_account(configuration, agent, config, data)
    network = configuration.site.network
    registrar = f"{reachable(network.sip_host)}:{network.sip_port}"
    if as_json:
        print(json.dumps({"user": account.user, "secret": account.secret, "registrar": registrar}))
    else:
        print(f"user:      {account.user}\nsecret:    {account.secret}\nregistrar: {registrar} (UDP)")

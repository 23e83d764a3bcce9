"""`ccserver token`, `user-add` and `user-disable`: for the owner of the data folder."""

from __future__ import annotations

import asyncio
import os
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import typer

from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.db.sign_in_file import Limits
from ccserver.adapters.system_clock import SystemClock
from ccserver.app.accounts import opened_users
from ccserver.app.server import SESSIONS_FILE
from ccserver.cli.agents import agent_of, nearest_agents
from ccserver.cli.configuring import CRM_FILE, configuration_of, overridden
from ccserver.cli.data import make_tables
from ccserver.cli.environment import warn_of_unknown_settings
from ccserver.cli.failing import fail, note
from ccserver.cli.pasting import command
from ccserver.cli.running import ANSWER_WITHIN, DIRECT, other_folder, web_address
from ccserver.cli.whereabouts import database_beside, network_beside
from ccserver.config import ConfigError, Configuration
from ccserver.config.problems import listed, nearest
from ccserver.config.settings import read_settings
from ccserver.config.site import Network
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User

TOKEN_LASTS = Limits(absolute=timedelta(days=90), idle=None)
LONGEST_PASSWORD = 1000


def token(user: str, config: Path, data: Path) -> None:
    """Print a token of the user; the last line of the output is the token.

    A server that answers and does not know the token is on another data folder: that is said, with exit code 1.
    """
    warn_of_unknown_settings(os.environ)
    network = network_beside(data) or _network_of(config)
    made = asyncio.run(_token(user, config, data, _database(config, data)))
    if network is not None and _is_refused(made, network):
        address = web_address(network)
        note(f"ccserver: the server at {address} does not take this token: it has another data folder than {data}")
        note("  what to do: give --data as that server has it")
        print(made)
        raise typer.Exit(1)
    print(made)


def _network_of(config: Path) -> Network | None:
    """As the configuration says; None when it has mistakes, which must keep nobody from letting people in and out."""
    try:
        return overridden(config).site.network
    except ConfigError:
        return None


def _database(config: Path, data: Path) -> str:
    """Its URL. Ends the command rather than asking a database that would be made by it."""
    url = database_beside(data)
    if not read_settings(os.environ).database_url and not (data / CRM_FILE).exists():
        fail(f"no server was ever started with the data folder {data}", other_folder(config, data))
    return url


def _is_refused(made: str, network: Network) -> bool:
    """Whether a server answers that does not know the token; without a server nobody refuses it."""
    request = urllib.request.Request(  # noqa: S310  our own address, from the checked configuration
        f"{web_address(network)}/api/v1/session", headers={"Authorization": f"Bearer {made}"}
    )
    try:
        with DIRECT.open(request, timeout=ANSWER_WITHIN):
            return False
    except urllib.error.HTTPError as error:
        with error:
            return error.code == 401
    except (OSError, ValueError):
        return False


async def _token(name: str, config: Path, data: Path, url: str) -> str:
    """A token that the audit trail does not know is never handed out."""
    async with opened_users(url) as users:
        account = await users.get(name)
        if account is not None and account.is_disabled:
            fail(f"the user {name!r} is disabled", _how_to_enable(name, config, data))
        user = account.user if account else _user_of_demo(name, config, data)
        async with _sign_ins(data) as store:
            made = (await store.open(user, TOKEN_LASTS)).token
        await users.note_token(name, "local")
    return made


@asynccontextmanager
async def _sign_ins(data: Path) -> AsyncIterator[SignInStore]:
    """The server that runs has the same file open, and looks into it at each request."""
    store = await SignInStore.open_file(data / SESSIONS_FILE, SystemClock())
    try:
        yield store
    finally:
        await store.close_file()


def _how_to_enable(name: str, config: Path, data: Path) -> str:
    return f"a new password lets {name} in again: {command('user-add', name, config=config, data=data)}"


def _user_of_demo(name: str, config: Path, data: Path) -> User:
    """Agents of the demo that have no password of their own, such as those for load tests."""
    site = configuration_of(config).site
    found = next((user for user in site.users if user.id == name), None) if site.is_demo else None
    if found is None:
        fail(f"there is no user {name!r}", f"make one: {command('user-add', name, config=config, data=data)}")
    return User(found.id, found.role, found.agent)


def user_add(name: str, role: str, agent: str, config: Path, data: Path) -> None:
    """Ask for a password and keep it; what is not said of role and agent is what is known already (see `_wanted`)."""
    configuration = configuration_of(config)
    if role and role not in set(Role):
        fail(f"{role!r} is no role", f"give one of: {', '.join(Role)}")
    if agent:
        agent_of(configuration, agent)
    url = make_tables(data)
    user = _wanted(name, role, agent, configuration, asyncio.run(_known(name, url)))
    if user.role is Role.AGENT and user.agent is None:
        fail(
            f"{name!r} would be a user of the role agent who is no agent; {nearest_agents(configuration, name)}",
            "give --agent NAME, or --role supervisor or admin for one who takes no calls",
        )
    ended = asyncio.run(_user_add(user, _password(), url, data))
    print(f"{name} can sign in as {user.role}" + (f", and takes calls as the agent {user.agent}" if user.agent else ""))
    if ended:
        print(f"sessions and tokens of {name} that are ended: {ended}")


def user_disable(name: str, config: Path, data: Path) -> None:
    """Nobody signs in as this user any more, and who did is out at once. `user-add` is the way back."""
    warn_of_unknown_settings(os.environ)
    network_beside(data)
    ended = asyncio.run(_user_disable(name, config, data, _database(config, data)))
    print(f"{name} cannot sign in any more; sessions and tokens that are ended: {ended}")
    print(_how_to_enable(name, config, data))


def _wanted(name: str, role: str, agent: str, configuration: Configuration, known: User | None) -> User:
    """Role: as told, else as the user has it, else the configuration's, else agent. Agent: as told, else the one of the
    same name, else as the user has it while the configuration still has that one."""
    site = next((user for user in configuration.site.users if user.id == name), None)
    agents = configuration.plan.agents
    found = AgentId(agent or name) if AgentId(agent or name) in agents else None
    if found is None and known is not None and known.agent in agents:
        found = known.agent
    usual = known.role if known else site.role if site else Role.AGENT
    return User(name, Role(role) if role else usual, found)


async def _known(name: str, url: str) -> User | None:
    async with opened_users(url) as users:
        account = await users.get(name)
    return account.user if account else None


def _password() -> str:
    """Asked for twice on a terminal and not shown; else the first line of standard input, for scripts."""
    if not sys.stdin.isatty():
        return sys.stdin.readline(LONGEST_PASSWORD).rstrip("\r\n")
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))


async def _user_add(user: User, password: str, url: str, data: Path) -> int:
    """How many sessions were ended: who had the old password, or the old role, has nothing any more.

    The file of sessions is opened first: when that fails, nothing is changed.
    """
    async with _sign_ins(data) as store, opened_users(url) as users:
        known = await users.get(user.name)
        if known is None:
            await users.add(user, password, "local")
        else:
            await users.set_password(user.name, password, "local")
            await users.change(user, "local")
            if known.is_disabled:
                await users.set_disabled(user.name, False, "local")
        return await store.close_all(user.name)


def _nearest_user(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return (
        f"did you mean {near!r}?" if near else f"there are: {listed(sorted(known))}" if known else "there are none yet"
    )


async def _user_disable(name: str, config: Path, data: Path, url: str) -> int:
    """How many sessions were ended. A user whom only the demo's files have, without a password, is none."""
    async with _sign_ins(data) as store, opened_users(url) as users:
        account = await users.get(name)
        if account is None:
            fail(f"there is no user {name!r}", _nearest_user(name, [each.user.name for each in await users.all()]))
        await users.set_disabled(account.user.name, True, "local")
        return await store.close_all(account.user.name)

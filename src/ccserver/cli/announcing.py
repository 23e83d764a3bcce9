"""What the server says when it is ready: where the page is, who can sign in, what to type next."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.users import SqlUsers
from ccserver.adapters.system_clock import SystemClock
from ccserver.cli.demo_log import log_file
from ccserver.cli.pasting import command
from ccserver.cli.running import web_address
from ccserver.config import Configuration
from ccserver.core.errors import PortUnavailable
from ccserver.services.office import User

MOST_NAMED = 3


async def users_of(url: str) -> list[User]:
    """Who can sign in; nobody is known while the database is away."""
    database, passwords = Database(url), Passwords()
    try:
        accounts = await SqlUsers(database, SystemClock(), passwords).all()
        return [account.user for account in accounts if not account.is_disabled]
    except PortUnavailable:
        return []
    finally:
        passwords.close()
        await database.close()


def announce(
    configuration: Configuration, config: Path, data: Path, logs_to_file: bool, users: Collection[User] = ()
) -> None:
    """`users` are those who have a password; a demo has its own."""
    console, site = Console(stderr=True, highlight=False, soft_wrap=True), configuration.site
    console.print(f"\n[bold]{site.name}[/bold] is ready: {web_address(site.network)}/")
    if site.is_demo:
        _tell_people(console, configuration)
        console.print(f"  in another terminal, in the folder {Path.cwd()}:")
        console.print(f"    be a phone:  {command('demo', 'phone', 'ann', config=config, data=data)}", markup=False)
        console.print(f"    be a caller: {command('demo', 'call', config=config, data=data)}", markup=False)
    else:
        _tell_what_is_next(console, configuration, config, data, users)
    if logs_to_file:
        console.print(f"  each request and each call is in {log_file(data)}", markup=False)
    console.print("  Ctrl-C ends it\n")


def _tell_people(console: Console, configuration: Configuration) -> None:
    people = [user for user in configuration.site.users if user.password]
    named = [user for user in people if not user.id[-1].isdigit()]
    for user in named:
        console.print(f"  sign in as {user.id} / {user.password}  ({user.role.value})", markup=False)
    if len(people) > len(named):
        folder = configuration.site.folder
        console.print(f"  … and {len(people) - len(named)} more for load tests, see {folder}", markup=False)


def _tell_what_is_next(
    console: Console, configuration: Configuration, config: Path, data: Path, users: Collection[User]
) -> None:
    """Passwords for those who have none yet, and what the phones need."""
    agents = list(configuration.plan.agents)
    missing = [agent for agent in agents if agent not in {user.agent for user in users}]
    console.print(f"  in another terminal, in the folder {Path.cwd()}:", markup=False)
    if not users:
        console.print("    nobody can sign in yet; an administrator:", markup=False)
        told = command("user-add", "admin", "--role", "admin", config=config, data=data)
        console.print(f"      {told}", markup=False)
    if missing:
        names = ", ".join(missing[:MOST_NAMED]) + (", …" if len(missing) > MOST_NAMED else "")
        console.print(f"    {len(missing)} of {len(agents)} agents cannot sign in yet ({names}):", markup=False)
        console.print(f"      {command('user-add', missing[0], config=config, data=data)}", markup=False)
    if agents:
        console.print("    what an agent's SIP phone registers with:", markup=False)
        console.print(f"      {command('phone', agents[0], config=config, data=data)}", markup=False)

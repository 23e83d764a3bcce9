"""The commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ccserver import __version__
from ccserver.core.errors import CcserverError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A contact-centre server on Asterisk.",
    pretty_exceptions_enable=False,
)
db = typer.Typer(no_args_is_help=True, help="The CRM database.")
imports = typer.Typer(no_args_is_help=True, help="Bring data in, with a progress bar and an error file.")
demo = typer.Typer(no_args_is_help=True, help="Callers and phones that are simulated, for trying out.")
app.add_typer(db, name="db")
app.add_typer(imports, name="import")
app.add_typer(demo, name="demo")

Config = Annotated[Path, typer.Option("--config", help="the configuration folder", envvar="CCSERVER_CONFIG")]
Data = Annotated[Path, typer.Option("--data", help="the folder for everything that is kept", envvar="CCSERVER_DATA")]
DEFAULT_CONFIG, DEFAULT_DATA = Path("examples/demo"), Path("data")


def _version(is_asked: bool) -> None:
    if is_asked:
        print(f"ccserver {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print it and end")
    ] = False,
) -> None:
    """A contact-centre server on Asterisk."""


@app.command()
def up(config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA, keep_pbx: bool = False) -> None:
    """Run the server, with the Asterisk that comes along. Ctrl-C ends both; --keep-pbx leaves Asterisk and its calls."""
    from ccserver.cli.up import up as run

    run(config, data, keep_pbx)


@app.command()
def down(config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA) -> None:
    """Stop the Asterisk of this data folder, if it was left running."""
    from ccserver.cli.up import down as run

    run(config, data)


@app.command()
def check(folder: Path) -> None:
    """Check a configuration: exit 0, or 2 with every problem as file:line:column."""
    from ccserver.cli.checking import check as run

    run(folder)


@app.command()
def reload(config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA) -> None:
    """Let the running server take a changed configuration, as a whole or not at all."""
    from ccserver.cli.reloading import reload as run

    run(config, data)


@app.command()
def doctor(config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA) -> None:
    """Check this machine and say what to do."""
    from ccserver.cli.checking import doctor as run

    run(config, data)


@app.command()
def staffing(  # noqa: PLR0913, PLR0917 - each is an option that a person types
    calls: Annotated[
        str, typer.Argument(help="calls in an interval, or a CSV file of a day: time, calls, handle_time")
    ],
    handle_time: Annotated[str, typer.Option(help="talk, hold and wrap-up of a call, such as '4 min'")] = "",
    target: Annotated[str, typer.Option(help="which share is to be answered within which time")] = "80 % within 20 s",
    patience: Annotated[str, typer.Option(help="when callers give up in the mean; usual: never (Erlang C)")] = "",
    shrinkage: Annotated[str, typer.Option(help="share of paid time for breaks, training, sickness")] = "0 %",
    most_abandoned: Annotated[str, typer.Option(help="a share, such as '5 %'; needs a patience")] = "",
    most_occupancy: Annotated[str, typer.Option(help="a share, such as '85 %'")] = "",
    interval: Annotated[str, typer.Option(help="its length; usual: as the file's times are apart, or 30 min")] = "",
    agents: Annotated[int | None, typer.Option(min=0, help="what would so many do?")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say how many agents a target takes: one queue, one kind of agent (Erlang C; with a patience Erlang A)."""
    from ccserver.cli.staffing import Asked
    from ccserver.cli.staffing import staffing as run

    limits = {"most_abandoned": most_abandoned, "most_occupancy": most_occupancy, "shrinkage": shrinkage}
    run(Asked(calls, handle_time, interval, target, patience=patience, agents=agents, as_json=as_json, **limits))


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 - each is an option that a person types
    config: Annotated[Path, typer.Argument(help="the configuration folder, played as it is")],
    calls_per_hour: Annotated[str, typer.Option(help="usual: what keeps the agents busy four fifths of the time")] = "",
    agents: Annotated[str, typer.Option(help="how many of the agents work, or names with commas; usual: all")] = "",
    hours: Annotated[float, typer.Option(min=0.1, max=200, help="of virtual time")] = 8.0,
    seed: Annotated[int, typer.Option(help="the same seed, the same calls")] = 1,
    talk: Annotated[str, typer.Option(help="mean length of a talk")] = "3 min",
    wrap_up: Annotated[str, typer.Option(help="mean length of the work after a call")] = "20 s",
    patience: Annotated[
        str, typer.Option(help="mean wait in a queue after which callers give up; '': never")
    ] = "3 min",
    warm_up: Annotated[str, typer.Option(help="played before and not counted")] = "15 min",
    start: Annotated[str, typer.Option(help="in UTC, such as '2026-03-02 09:00', which is usual")] = "",
    tier: Annotated[list[str] | None, typer.Option(help="share of the callers, such as gold=10%; repeat it")] = None,
    number: Annotated[
        list[str] | None, typer.Option(help="called, or its entry point, such as main=80%; repeat it")
    ] = None,
    keys: Annotated[str, typer.Option(help="pressed in a menu, one of them at random; - is none")] = "12",
    time_limit: Annotated[str, typer.Option(help="of computing; then the figures until there are told")] = "5 min",
    picture: Annotated[Path | None, typer.Option(help="an SVG file to be written")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Play a configuration with simulated callers and agents in virtual time: the figures by queue and tier."""
    from ccserver.cli.simulating import Asked, simulating

    people = {"talk": talk, "wrap_up": wrap_up, "patience": patience, "keys": keys}
    when = {"warm_up": warm_up, "start": start, "time_limit": time_limit}
    drawn: dict[str, Any] = {**people, **when, "picture": picture}
    simulating(Asked(config, calls_per_hour, agents, hours, seed, tier or (), number or (), as_json, **drawn))


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - each is an option that a person types
    proposed: Annotated[Path, typer.Argument(help="the proposed configuration folder")],
    present: Annotated[
        Path | None, typer.Option(help="the present one; usual: what is in force by the event log")
    ] = None,
    recorded: Annotated[
        list[Path] | None, typer.Option(help="an event log whose calls are played; repeat it. Usual: a day is drawn")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="how often chance is drawn; both get the same")] = 5,
    picture: Annotated[Path | None, typer.Option(help="an SVG file to be written")] = None,
    calls_per_hour: Annotated[str, typer.Option(help="of a drawn day, as all that follow: see simulate")] = "",
    hours: Annotated[float, typer.Option(min=0.1, max=200)] = 8.0,
    talk: str = "3 min",
    wrap_up: str = "20 s",
    patience: str = "3 min",
    warm_up: str = "15 min",
    start: str = "",
    tier: Annotated[list[str] | None, typer.Option()] = None,
    number: Annotated[list[str] | None, typer.Option()] = None,
    keys: str = "12",
    time_limit: Annotated[str, typer.Option(help="of computing; then what was played until there is told")] = "10 min",
    data: Data = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Play the same calls under the present and the proposed rules, and show the difference before anything is applied."""
    from ccserver.cli.planning import Wanted, planning
    from ccserver.cli.simulating import Asked

    people: dict[str, Any] = {"talk": talk, "wrap_up": wrap_up, "patience": patience, "keys": keys}
    when: dict[str, Any] = {"warm_up": warm_up, "start": start, "time_limit": time_limit}
    day = Asked(proposed, calls_per_hour, "", hours, 1, tier or (), number or (), as_json, **people, **when)
    planning(Wanted(proposed, present, data, recorded or (), seeds, day, picture, as_json))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="an event log, such as data/events/20260302T090000Z.jsonl.gz")],
    interaction: Annotated[str, typer.Option(help="tell the story of this call, by its id")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Give a recorded event log to the core again: exit 0 when the same decisions come out, 1 at the first that differs."""
    from ccserver.cli.replaying import replaying as run

    run(file, interaction, as_json)


@app.command()
def token(user: str, config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA) -> None:
    """Print an API token for USER, on the last line."""
    from ccserver.cli.people import token as run

    run(user, config, data)


@app.command()
def phone(
    agent: str,
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show what AGENT's SIP phone needs: user, secret, registrar."""
    from ccserver.cli.phones import phone as run

    run(agent, config, data, as_json)


@app.command("user-add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help="agent, supervisor or admin; usual: as before, else agent")] = "",
    agent: Annotated[str, typer.Option(help="the agent this user works as; usual: the one of the same name")] = "",
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
) -> None:
    """Make a user, or give an existing one a new password: asked for, or the first line of standard input."""
    from ccserver.cli.people import user_add as run

    run(name, role, agent, config, data)


@app.command("user-disable")
def user_disable(name: str, config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA) -> None:
    """Let NAME sign in no more, and end NAME's sessions and tokens; a new password by user-add lets NAME in again."""
    from ccserver.cli.people import user_disable as run

    run(name, config, data)


@db.command("upgrade")
def db_upgrade(data: Data = DEFAULT_DATA) -> None:
    """Bring the tables of the CRM database to this version."""
    from ccserver.cli.data import upgrade as run

    run(data)


@imports.command("customers")
def import_customers(
    file: Path,
    encoding: Annotated[
        str, typer.Option(help="how the file's letters are written, such as windows-1252 or gb18030; UTF-8 is found")
    ] = "",
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
) -> None:
    """Bring customers in from a CSV file; of c.csv, what cannot be taken goes to c.errors.csv with line and reason.

    Columns: name and numbers, and if you like tier, value, language, external_id, notes. A known customer keeps what the file
    has no column for; an empty cell clears what was there (an external_id stays).
    """
    from ccserver.cli.data import import_customers as run

    run(file, encoding, config, data)


@demo.command("call")
def demo_call(
    dnis: Annotated[str, typer.Argument(help="the number to call")] = "+448081570102",
    ani: Annotated[str, typer.Option(help="the caller's number, or anonymous; empty: a customer of the demo")] = "",
    seconds: Annotated[float, typer.Option(min=0, help="how long the caller stays at the most")] = 120.0,
    keys: Annotated[str, typer.Option(help="keys to press (0-9 * #), one every two seconds")] = "",
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
) -> None:
    """Let a simulated caller ring in."""
    from ccserver.cli.demo import call as run

    run(dnis, ani, seconds, keys, config, data)


@demo.command("phone")
def demo_phone(
    agent: str,
    answer_after: Annotated[float, typer.Option(help="seconds of ringing; negative: never answers")] = 2.0,
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
) -> None:
    """Be AGENT's phone: registers, rings, answers by itself, hums. Ctrl-C hangs up and unregisters."""
    from ccserver.cli.demo import phone as run

    run(agent, answer_after, config, data)


def main() -> None:
    """Run, and turn errors made for people into one line and an exit code."""
    try:
        app()
    except CcserverError as error:
        from ccserver.cli.failing import WRONG, told

        print(f"ccserver: {told(error)}", file=sys.stderr)
        sys.exit(WRONG)

"""Commands find the server of a data folder by the folder, whatever ports it has."""

from __future__ import annotations

import fcntl
import json
import stat
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests.cli.shell import Shell, free_port, web_peer, with_secrets

from ccserver.app.server import JOURNAL_FILE
from ccserver.cli.configuring import CRM_FILE, usual_database_url
from ccserver.cli.whereabouts import WHEREABOUTS_FILE, remove_whereabouts, whereabouts, write_whereabouts
from ccserver.config.site import Network


@pytest.fixture
def terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """One without the variables of any port, and a data folder with secrets."""
    with_secrets(shell)
    for name in ("WEB_PORT", "SIP_PORT", "ASTERISK_HTTP_PORT", "AMI_PORT"):
        monkeypatch.delenv(f"CCSERVER_{name}")
    return shell


@pytest.fixture
def server(terminal: Shell) -> Iterator[Network]:
    """What a server that runs on the data folder listens on."""
    with web_peer() as port, (terminal.data / f"{JOURNAL_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("17")
        lock.flush()
        network = replace(Network(), web_port=port, sip_port=free_port())
        write_whereabouts(terminal.data, network, usual_database_url(terminal.data))
        yield network


def test_a_phone_is_told_the_port_of_the_server_that_runs(terminal: Shell, server: Network) -> None:
    """By --data alone."""
    told = json.loads(terminal.run("phone", "ann", "--json").out)
    assert told["registrar"] == f"127.0.0.1:{server.sip_port}"


def test_a_token_is_tried_at_the_server_that_runs(terminal: Shell, server: Network) -> None:
    """One that does not know it would be named with its port."""
    terminal.run("db", "upgrade")
    with web_peer(tokens=frozenset()) as port:
        write_whereabouts(terminal.data, replace(server, web_port=port), usual_database_url(terminal.data))
        assert f"http://127.0.0.1:{port}" in terminal.run("token", "ann").err


def test_the_doctor_looks_at_the_ports_of_the_server_that_runs(terminal: Shell, server: Network) -> None:
    """Not at the usual ones."""
    assert f"127.0.0.1:{server.web_port}/tcp" in terminal.run("doctor").out


@pytest.mark.parametrize("words", [("demo", "call"), ("demo", "phone", "ann"), ("phone", "ann"), ("token", "ann")])
def test_a_variable_that_contradicts_the_server_is_refused(
    terminal: Shell, server: Network, words: tuple[str, ...]
) -> None:
    """Both values are named; nobody is called."""
    terminal.set(WEB_PORT=server.web_port + 1)
    done = terminal.run(*words)
    assert (done.code, done.out) == (2, "")
    assert f"CCSERVER_WEB_PORT is {server.web_port + 1} here and {server.web_port} there" in done.err
    assert "unset CCSERVER_WEB_PORT" in done.err


def test_a_variable_that_says_the_same_is_no_contradiction(terminal: Shell, server: Network) -> None:
    """As in the terminal of the server itself."""
    terminal.set(WEB_PORT=server.web_port)
    assert terminal.run("phone", "ann").code == 0


def test_what_a_kill_left_behind_is_passed_over(terminal: Shell) -> None:
    """Nobody holds the journal: the usual ports, or those of the environment, count."""
    write_whereabouts(terminal.data, replace(Network(), sip_port=5999), usual_database_url(terminal.data))
    assert json.loads(terminal.run("phone", "ann", "--json").out)["registrar"] == "127.0.0.1:5060"


def test_another_folders_server_is_not_called_in_its_place(terminal: Shell) -> None:
    """A server once ran on this folder and does not now; what answers at the port belongs to another."""
    (terminal.data / f"{JOURNAL_FILE}.lock").write_text("17")
    with web_peer() as port:
        terminal.set(WEB_PORT=port)
        done = terminal.run("demo", "call")
    assert (done.code, done.out) == (2, "")
    assert f"no server runs on the data folder {terminal.data}" in done.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"web_port": 1}', "null", json.dumps({"web_host": 1})])
def test_a_file_that_is_none_is_passed_over(terminal: Shell, server: Network, text: str) -> None:
    """As if it were not there."""
    (terminal.data / WHEREABOUTS_FILE).write_text(text)
    assert whereabouts(terminal.data) is None


def test_the_file_is_private_and_goes_with_the_server(terminal: Shell, server: Network) -> None:
    """It has no secret, but nobody else needs it."""
    file = terminal.data / WHEREABOUTS_FILE
    assert (stat.S_IMODE(file.stat().st_mode), whereabouts(terminal.data)) == (0o600, server)
    remove_whereabouts(terminal.data)
    assert whereabouts(terminal.data) is None


OTHER_DATABASE = "postgresql+asyncpg://cc:geheim@127.0.0.1:1/cc"
ON_THE_DATABASE = [
    ("user-add", "zoe", "--role", "admin"),
    ("user-disable", "zoe"),
    ("token", "ann"),
    ("db", "upgrade"),
    ("doctor",),
]


@pytest.mark.parametrize("words", ON_THE_DATABASE, ids=" ".join)
def test_a_database_that_is_not_the_servers_is_refused(
    terminal: Shell, server: Network, words: tuple[str, ...]
) -> None:
    """The server has it from its unit, the shell lacks the variable: nothing is made beside it, and no password told."""
    write_whereabouts(terminal.data, server, OTHER_DATABASE)
    done = terminal.run(*words, stdin="a long password\n")
    assert (done.code, done.out, (terminal.data / CRM_FILE).exists()) == (2, "", False)
    assert f"{terminal.data} has another database than {terminal.data / CRM_FILE}" in done.err
    assert ("set CCSERVER_DATABASE_URL" in done.err, "geheim" in done.err) == (True, False)


def test_customers_are_not_imported_beside_the_servers_database(
    terminal: Shell, server: Network, tmp_path: Path
) -> None:
    """They would be in nobody's list."""
    write_whereabouts(terminal.data, server, OTHER_DATABASE)
    file = tmp_path / "c.csv"
    file.write_text("name,numbers\nGrace,+442079460001\n")
    done = terminal.run("import", "customers", file)
    assert (done.code, done.out, (terminal.data / CRM_FILE).exists()) == (2, "", False)


def test_a_database_of_the_environment_that_is_not_the_servers_is_refused(terminal: Shell, server: Network) -> None:
    """The other way round; the advice is to unset it."""
    terminal.set(DATABASE_URL=OTHER_DATABASE)
    done = terminal.run("token", "ann")
    assert (done.code, "unset CCSERVER_DATABASE_URL" in done.err, "geheim" in done.err) == (2, True, False)


def test_the_same_database_may_be_written_in_another_way(
    terminal: Shell, server: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path, and without the driver's name."""
    monkeypatch.chdir(terminal.data)
    terminal.set(DATABASE_URL=f"sqlite:///{CRM_FILE}")
    assert terminal.run("db", "upgrade").code == 0


def test_a_server_that_says_nothing_of_its_database_is_believed(terminal: Shell, server: Network) -> None:
    """One of an earlier version."""
    file = terminal.data / WHEREABOUTS_FILE
    told = json.loads(file.read_text())
    file.write_text(json.dumps({name: told[name] for name in asdict(server)}))
    assert (terminal.run("db", "upgrade").code, whereabouts(terminal.data)) == (0, server)


def test_the_file_has_no_password(terminal: Shell, server: Network) -> None:
    """Nor any other part of the database's URL."""
    write_whereabouts(terminal.data, server, OTHER_DATABASE)
    text = (terminal.data / WHEREABOUTS_FILE).read_text()
    assert [word for word in ("geheim", "postgresql", "cc:") if word in text] == []

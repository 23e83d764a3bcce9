"""`ccserver phone`, `token`, `user-add` and `user-disable`: for the owner of the data folder, with a real one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.cli.shell import Shell, web_peer, with_secrets

from ccserver.adapters.db.database import Database
from ccserver.adapters.db.passwords import Passwords
from ccserver.adapters.db.sessions import SignInStore
from ccserver.adapters.db.users import SqlUsers
from ccserver.adapters.system_clock import SystemClock
from ccserver.app.server import SESSIONS_FILE
from ccserver.services.office import Role, User

PASSWORD = "correct horse 7"


def accounts(shell: Shell) -> list[tuple[str, str]]:
    with sqlite3.connect(shell.data / "crm.sqlite") as database:
        return database.execute("SELECT name, role FROM users ORDER BY name").fetchall()


def test_a_phone_is_told_as_json(shell: Shell) -> None:
    """User, secret and registrar, and nothing else on standard output."""
    with_secrets(shell)
    told = json.loads(shell.run("phone", "ann", "--json").out)
    assert (set(told), told["user"]) == ({"user", "secret", "registrar"}, "ann")
    assert told["secret"] in shell.run("phone", "ann").out


def test_asking_for_a_phone_makes_no_folder(shell: Shell) -> None:
    """A secret that no server knows would help nobody: say which folder it was, and how to start."""
    done = shell.run("phone", "ann")
    assert (done.code, done.out, shell.data.exists()) == (2, "", False)
    assert f"no server was ever started with the data folder {shell.data}" in done.err
    assert "ccserver up" in done.err


def test_a_registrar_that_listens_everywhere_is_told_by_an_address(shell: Shell) -> None:
    """0.0.0.0 cannot be called."""
    with_secrets(shell)
    shell.set(SIP_HOST="0.0.0.0", SIP_PORT=5999)
    assert json.loads(shell.run("phone", "ann", "--json").out)["registrar"] == "127.0.0.1:5999"


def test_a_user_is_made_with_the_password_of_standard_input(shell: Shell) -> None:
    """The tables are made too; the password is shown nowhere and kept as a hash in a private file."""
    done = shell.run("user-add", "zoe", "--role", "supervisor", stdin=f"{PASSWORD}\n")
    assert (done.code, done.out) == (0, "zoe can sign in as supervisor\n")
    assert PASSWORD not in done.out + done.err
    assert accounts(shell) == [("zoe", "supervisor")]
    kept = shell.data / "crm.sqlite"
    assert (PASSWORD.encode() in kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (False, 0o600)


def test_a_user_who_is_there_gets_the_new_role_and_password(shell: Shell) -> None:
    """The same command."""
    shell.run("user-add", "zoe", "--role", "supervisor", stdin=f"{PASSWORD}\n")
    done = shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD} new\n")
    assert (done.code, accounts(shell)) == (0, [("zoe", "admin")])


async def signed_in(shell: Shell, token: str) -> User | None:
    """As whom the server would take it: it reads the same file at each request."""
    store = await SignInStore.open_file(shell.data / SESSIONS_FILE, SystemClock())
    session = await store.find(token)
    await store.close_file()
    return session.user if session else None


async def can_sign_in(shell: Shell, name: str, password: str) -> bool:
    database, passwords = Database(f"sqlite+aiosqlite:///{shell.data / 'crm.sqlite'}"), Passwords()
    user = await SqlUsers(database, SystemClock(), passwords).check(name, password)
    passwords.close()
    await database.close()
    return user is not None


def test_a_changed_role_or_password_ends_what_was_signed_in_before(shell: Shell) -> None:
    """An administrator of yesterday is none today, in sessions that are open either; others stay."""
    for name in ("zoe", "eve"):
        shell.run("user-add", name, "--role", "admin", stdin=f"{PASSWORD}\n")
    zoe, eve = (shell.run("token", name).out.strip() for name in ("zoe", "eve"))
    done = shell.run("user-add", "zoe", "--role", "supervisor", stdin=f"{PASSWORD}\n")
    assert done.out == "zoe can sign in as supervisor\nsessions and tokens of zoe that are ended: 1\n"
    assert asyncio.run(signed_in(shell, zoe)) is None
    assert asyncio.run(signed_in(shell, eve)) == User("eve", Role.ADMIN)


def test_a_disabled_user_is_out_at_once(shell: Shell) -> None:
    """Neither the password nor what it opened counts."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    token = shell.run("token", "zoe").out.strip()
    done = shell.run("user-disable", "zoe")
    assert (done.code, "zoe cannot sign in any more; sessions and tokens that are ended: 1" in done.out) == (0, True)
    assert f"ccserver user-add zoe --config {shell.config} --data {shell.data}" in done.out
    assert asyncio.run(signed_in(shell, token)) is None
    assert not asyncio.run(can_sign_in(shell, "zoe", PASSWORD))


def test_a_mistake_in_the_configuration_keeps_nobody_in_and_nobody_out(shell: Shell) -> None:
    """Somebody may have to be locked out while somebody else edits the files."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    (shell.config / "reasons.yaml").write_text("not_ready_reasonz: {break: Break}\n")
    assert shell.run("token", "zoe").code == 0
    assert shell.run("user-disable", "zoe").code == 0


def test_a_token_is_in_the_audit_trail(shell: Shell) -> None:
    """It opens the same doors as a password does, for 90 days."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    shell.run("token", "zoe")
    with sqlite3.connect(shell.data / "crm.sqlite") as database:
        rows = database.execute("SELECT user, object FROM audit WHERE action = 'token-made'").fetchall()
    assert rows == [("local", "user/zoe")]


def test_a_user_who_is_none_cannot_be_disabled(shell: Shell) -> None:
    """The nearest name is told."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    done = shell.run("user-disable", "zoee")
    assert (done.code, "did you mean 'zoe'?" in done.err) == (2, True)
    assert "there are: zoe" in shell.run("user-disable", "somebody").err


def test_a_new_password_lets_a_disabled_user_in_again(shell: Shell) -> None:
    """Else "can sign in" would be untrue."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    shell.run("user-disable", "zoe")
    shell.run("user-add", "zoe", stdin=f"{PASSWORD} new\n")
    assert asyncio.run(can_sign_in(shell, "zoe", f"{PASSWORD} new"))


def test_a_disabled_user_gets_no_token(shell: Shell) -> None:
    """Though the demo's files have this user too."""
    shell.run("user-add", "ann", stdin=f"{PASSWORD}\n")
    shell.run("user-disable", "ann")
    done = shell.run("token", "ann")
    assert (done.code, done.out, "the user 'ann' is disabled" in done.err) == (2, "", True)


def test_nobody_cannot_be_disabled(shell: Shell) -> None:
    """Nor can anybody in a folder that no server ever had: it is not made by asking."""
    early = shell.run("user-disable", "zoe")
    assert (early.code, early.out, shell.data.exists()) == (2, "", False)
    shell.run("db", "upgrade")
    done = shell.run("user-disable", "zoe")
    assert (done.code, done.out, "there is no user 'zoe'" in done.err) == (2, "", True)


def as_agents(shell: Shell) -> list[tuple[str, str, str | None]]:
    with sqlite3.connect(shell.data / "crm.sqlite") as database:
        return database.execute("SELECT name, role, agent FROM users ORDER BY name").fetchall()


def more_agents(shell: Shell) -> None:
    names = {"eve": "1002", "bob": "1003", "evelyn": "1004"}
    lines = "".join(f'  {name}: {{name: {name.title()}, extension: "{number}"}}\n' for name, number in names.items())
    file = shell.config / "ccserver.yaml"
    file.write_text(file.read_text().replace("users:\n", lines + "users:\n", 1))


def test_a_user_with_an_agents_name_is_that_agent(shell: Shell) -> None:
    """Without --agent, and whatever the role: the page is that of the agent."""
    done = shell.run("user-add", "ann", stdin=f"{PASSWORD}\n")
    assert (done.code, done.out) == (0, "ann can sign in as agent, and takes calls as the agent ann\n")
    shell.run("user-add", "ann", "--role", "supervisor", stdin=f"{PASSWORD}\n")
    assert as_agents(shell) == [("ann", "supervisor", "ann")]


def test_a_new_password_alone_changes_neither_role_nor_agent(shell: Shell) -> None:
    """What is not said stays."""
    shell.run("user-add", "zoe", "--role", "supervisor", "--agent", "ann", stdin=f"{PASSWORD}\n")
    shell.run("user-add", "zoe", stdin=f"{PASSWORD} new\n")
    assert as_agents(shell) == [("zoe", "supervisor", "ann")]


def test_a_role_that_is_not_said_is_that_of_the_configuration(shell: Shell) -> None:
    """Its users have one."""
    shell.run("user-add", "admin", stdin=f"{PASSWORD}\n")
    assert as_agents(shell) == [("admin", "admin", None)]


def test_an_agent_that_is_none_is_refused_with_the_nearest(shell: Shell) -> None:
    """Three names and the count, before a password is asked for; nothing is made."""
    more_agents(shell)
    done = shell.run("user-add", "zoe", "--agent", "evee", stdin=f"{PASSWORD}\n")
    assert (done.code, done.out, shell.data.exists()) == (2, "", False)
    assert "'evee' is no agent of this configuration; of its 4 agents the nearest are eve, evelyn, " in done.err


def test_a_user_of_the_role_agent_without_an_agent_is_refused(shell: Shell) -> None:
    """Such a user could see nothing but an empty list."""
    done = shell.run("user-add", "zoe", stdin=f"{PASSWORD}\n")
    assert (done.code, accounts(shell), "--role supervisor or admin" in done.err) == (2, [], True)
    assert "agents are ann" in done.err


@pytest.mark.parametrize(
    ("words", "stdin", "what"),
    [
        (("zoe", "--role", "king"), PASSWORD, "agent, supervisor, admin"),
        (("ann",), "short", "password"),
        (("Zoe the First", "--role", "admin"), PASSWORD, "1 to 64 of a-z"),
    ],
)
def test_a_user_that_cannot_be_is_refused(shell: Shell, words: tuple[str, ...], stdin: str, what: str) -> None:
    """With what can."""
    done = shell.run("user-add", *words, stdin=f"{stdin}\n")
    assert (done.code, done.out, what in done.err) == (2, "", True)


def test_the_token_is_the_last_line(shell: Shell) -> None:
    """Warnings go to standard error; the file of sessions keeps a hash only."""
    shell.run("user-add", "zoe", "--role", "admin", stdin=f"{PASSWORD}\n")
    shell.set(WEB_PROT=1)
    done = shell.run("token", "zoe")
    (token,) = done.out.splitlines()
    assert (done.code, len(token) > 30, "did you mean CCSERVER_WEB_PORT" in done.err) == (0, True, True)
    assert not [file for file in shell.data.iterdir() if token.encode() in file.read_bytes()]


def test_a_token_of_a_user_who_is_only_in_the_demos_files(shell: Shell) -> None:
    """Such as agents for load tests."""
    shell.run("db", "upgrade")
    assert shell.run("token", "ann").code == 0


def test_a_token_of_nobody(shell: Shell) -> None:
    """Says how to make one, with this folder."""
    shell.run("db", "upgrade")
    done = shell.run("token", "nobody")
    assert (done.code, done.out) == (2, "")
    assert f"ccserver user-add nobody --config {shell.config} --data {shell.data}" in done.err


def test_a_token_without_a_data_folder(shell: Shell) -> None:
    """Nothing is made by asking."""
    done = shell.run("token", "ann")
    assert (done.code, done.out, shell.data.exists()) == (2, "", False)
    assert "give --data as the server has it" in done.err


def test_a_token_that_the_server_does_not_know(shell: Shell) -> None:
    """It runs on another data folder; what was made is printed last all the same."""
    shell.run("db", "upgrade")
    with web_peer(tokens=frozenset()) as port:
        shell.set(WEB_PORT=port)
        done = shell.run("token", "ann")
    assert (done.code, len(done.out.splitlines())) == (1, 1)
    assert "another data folder" in done.err
    assert "give --data" in done.err


def test_a_token_that_the_server_knows(shell: Shell) -> None:
    """No remark."""
    shell.run("db", "upgrade")
    with web_peer() as port:
        shell.set(WEB_PORT=port)
        done = shell.run("token", "ann")
    assert (done.code, done.err) == (0, "")


def test_a_database_without_tables_is_one_line(shell: Shell, tmp_path: Path) -> None:
    """No traceback, and no word of the URL's password."""
    shell.set(DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite'}")
    done = shell.run("token", "ann")
    assert done.code == 2
    assert "Traceback" not in done.err

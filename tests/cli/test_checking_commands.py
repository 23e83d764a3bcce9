"""`ccserver check`, `ccserver doctor`, `ccserver --version`; and settings that are none."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.adapters.tts.espeak_peer import espeak_peer
from tests.cli.shell import Shell
from tests.house.files import TOP

from ccserver import __version__
from ccserver.adapters.db.audit import SqlAudit
from ccserver.adapters.db.database import Database
from ccserver.adapters.db.migrating import upgrade
from ccserver.app.accounts import furnish_demo, lock_out_demo
from ccserver.app.server import SESSIONS_FILE
from ccserver.cli.configuring import configuration_of
from ccserver.cli.environment import KNOWN
from ccserver.services.office import AuditEntry


def test_the_version(shell: Shell) -> None:
    """One line."""
    assert shell.run("--version").out == f"ccserver {__version__}\n"


def test_a_valid_configuration(shell: Shell) -> None:
    """Exit code 0."""
    done = shell.run("check", shell.config)
    assert (done.code, done.out, done.err) == (0, f"{shell.config}: the configuration is valid\n", "")


def test_outside_a_demo_it_says_which_command_sets_passwords(shell: Shell) -> None:
    """With a name of this configuration."""
    _no_demo(shell)
    done = shell.run("check", shell.config)
    assert (done.code, f"user-add ann --config {shell.config}" in done.out) == (0, True)


def test_every_problem_has_its_place(shell: Shell) -> None:
    """Exit code 2, one line each on standard error, nothing on standard output."""
    file = shell.config / "ccserver.yaml"
    file.write_text(file.read_text() + "colour: red\nqueue: {}\n")
    done = shell.run("check", shell.config)
    assert (done.code, done.out) == (2, "")
    assert len(re.findall(rf"^{file}:\d+:\d+: ", done.err, re.MULTILINE)) == 2


def test_a_warning_is_told_and_the_configuration_is_valid(shell: Shell) -> None:
    """Exit code 0, the warning on standard error."""
    (shell.config / "more.yaml").write_text("queues: {spare: {max_wait: 5 min, on_max_wait: {message: []}}}\n")
    done = shell.run("check", shell.config)
    assert (done.code, "more.yaml:1:49: warning: " in done.err, "is valid" in done.out) == (0, True, True)


@pytest.mark.parametrize("words", [("check",), ("up", "--config")])
def test_a_missing_first_file_is_one_error(shell: Shell, words: tuple[str, ...]) -> None:
    """Not one for each password that is no demo's any more."""
    (shell.config / "ccserver.yaml").rename(shell.config / "ccserver.yaml.old")
    (shell.config / "agents.yaml").write_text("agents: {ann: {name: Ann, extension: '1001', password: demo-ann}}\n")
    done = shell.run(*words, shell.config)
    (line,) = done.err.splitlines()
    assert (done.code, "there is no ccserver.yaml" in line, "examples/demo" in line) == (2, True, True)


def test_a_mistake_in_the_configuration_hides_nothing_from_the_doctor(shell: Shell) -> None:
    """One red line; the machine is examined all the same."""
    (shell.config / "reasons.yaml").write_text("not_ready_reasonz: {break: Break}\n")
    done = shell.run("doctor")
    (line,) = [each for each in done.out.splitlines() if " configuration " in each]
    assert (done.code, line.startswith("red"), "reasons.yaml:1:1: " in line) == (1, True, True)
    assert " python " in done.out
    assert " port " in done.out or "127.0.0.1:" in done.out


def test_the_doctor_tells_who_speaks_the_prompts(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another language than English is spoken; with the package when nobody does."""

    def prompts() -> list[str]:
        return [line for line in shell.run("doctor").out.splitlines() if " prompts " in line or "espeak" in line]

    assert prompts() == []
    top = shell.config / "ccserver.yaml"
    top.write_text(top.read_text() + "default_language: zh-CN\n")
    program, _ = espeak_peer(tmp_path)
    (tmp_path / "bin").mkdir()
    Path(program).rename(tmp_path / "bin/espeak-ng")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (line,) = prompts()
    assert (line.split()[:3], "cmn-latn-pinyin" in line) == (["fine", "prompts", "zh-CN:"], True)
    monkeypatch.setenv("PATH", str(tmp_path))
    what, advice = prompts()
    assert (what.split()[:2], "apt-get install espeak-ng" in advice) == (["warning", "prompts"], True)


def test_the_files_may_have_other_names(shell: Shell) -> None:
    """One file of any name is enough."""
    (shell.config / "ccserver.yaml").rename(shell.config / "all.yaml")
    assert shell.run("check", shell.config).code == 0


@pytest.mark.parametrize(
    ("name", "meant"),
    [("WEB_PROT", "CCSERVER_WEB_PORT"), ("DATABSE_URL", "CCSERVER_DATABASE_URL"), ("LOGLEVEL", "CCSERVER_LOG_LEVEL")],
)
def test_a_misspelt_setting_is_told_with_the_right_name(shell: Shell, name: str, meant: str) -> None:
    """By check and doctor; its value, which may be a secret, is not."""
    shell.set(**{name: "geheim"})
    checked, doctored = shell.run("check", shell.config), shell.run("doctor")
    assert f"did you mean {meant}?" in checked.err
    assert f"did you mean {meant}?" in doctored.out
    assert "geheim" not in checked.err + doctored.out + doctored.err


def test_a_setting_in_small_letters_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment tells them apart."""
    monkeypatch.setenv("ccserver_web_port", "1")
    assert "did you mean CCSERVER_WEB_PORT?" in shell.run("check", shell.config).err


def test_the_settings_of_the_documents_are_known() -> None:
    """A warning about a setting that is documented would be a lie."""
    files = [*(TOP / "docs").glob("*.md"), TOP / "README.md", *(TOP / "docker").glob("*.y*ml")]
    named = {
        name for file in files for name in re.findall(r"\bCCSERVER_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8"))
    }
    assert named - KNOWN == set()


def test_the_settings_of_the_program_are_known() -> None:
    """Whatever the code reads of the environment."""
    code = [file.read_text(encoding="utf-8") for file in (TOP / "src").rglob("*.py")]
    named = {name for text in code for name in re.findall(r"\bCCSERVER_[A-Z_]*[A-Z]", text)}
    assert named - KNOWN == set()


def test_the_doctor_names_the_setting_of_a_taken_port(shell: Shell) -> None:
    """In full, however narrow the terminal is; red is exit code 1."""
    shell.set(ASTERISK_HTTP_PORT=0)
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        shell.set(ASTERISK_HTTP_PORT=neighbour.getsockname()[1], WEB_PORT=neighbour.getsockname()[1])
        done = shell.run("doctor")
    assert done.code == 1
    assert "or choose another port: CCSERVER_ASTERISK_HTTP_PORT\n" in done.out


def test_the_doctor_knows_the_server_of_its_data_folder(shell: Shell) -> None:
    """By the lock of its journal; a neighbour's server on the port of ours is still a neighbour."""
    shell.data.mkdir(mode=0o700)
    with socket.socket() as web, (shell.data / "journal.sqlite.lock").open("w+") as lock:
        web.bind(("127.0.0.1", 0))
        web.listen()
        shell.set(WEB_PORT=web.getsockname()[1])
        without = shell.run("doctor")
        lock.write(str(os.getpid()))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        beside = shell.run("doctor")
    assert re.search(r"^red +port web", without.out, re.MULTILINE)
    assert re.search(rf"^fine +port web .* in use by ccserver \(process {os.getpid()}\)$", beside.out, re.MULTILINE)


def test_the_doctor_fetches_nothing(shell: Shell, tmp_path: Path) -> None:
    """It looks."""
    shell.run("doctor")
    assert not (tmp_path / "cache").exists()


async def _done(data: Path, times: int) -> None:
    url = f"sqlite+aiosqlite:///{data / 'crm.sqlite'}"
    data.mkdir(mode=0o700)
    await upgrade(url)
    database = Database(url)
    for _ in range(times):
        await SqlAudit(database).write(
            AuditEntry(datetime(2026, 3, 2, 12, tzinfo=UTC), "max", "did", "thing", "127.0.0.1")
        )
    await database.close()


def test_the_doctor_verifies_the_audit_trail(shell: Shell) -> None:
    """And tells its last hash, to be kept elsewhere; before the first start there is none."""
    assert "audit" not in shell.run("doctor").out
    asyncio.run(_done(shell.data, 3))
    assert re.search(r"^fine +audit trail +3 rows, unbroken; .* [0-9a-f]{64}$", shell.run("doctor").out, re.MULTILINE)


def test_the_doctor_sees_a_changed_audit_trail(shell: Shell) -> None:
    """By somebody who took away what forbids it; red is exit code 1."""
    asyncio.run(_done(shell.data, 3))
    with closing(sqlite3.connect(shell.data / "crm.sqlite")) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update audit set user = 'eve' where serial = 2")
        database.commit()
    done = shell.run("doctor")
    assert (done.code, "row 2 of the audit trail is missing or not as it was written" in done.out) == (1, True)


def test_the_doctor_tells_that_the_audit_trail_is_away(shell: Shell) -> None:
    """It is no fault of the trail."""
    shell.data.mkdir(mode=0o700)
    (shell.data / "crm.sqlite").write_bytes(b"no database" * 100)
    assert re.search(r"^warning +audit trail +cannot be read", shell.run("doctor").out, re.MULTILINE)


def _no_demo(shell: Shell) -> None:
    """The same centre in earnest, on the demo's data folder."""
    file = shell.config / "ccserver.yaml"
    plain = file.read_text().replace("demo: true\n", "").replace(", password: demo-ann", "")
    file.write_text(plain.replace(", password: demo-admin", ""))


def test_the_doctor_names_users_with_a_password_of_the_demo(shell: Shell) -> None:
    """Outside a demo: red while they can sign in, a warning when the server's start has disabled them."""
    shell.run("db", "upgrade")
    url = f"sqlite+aiosqlite:///{shell.data / 'crm.sqlite'}"
    asyncio.run(furnish_demo(url, configuration_of(shell.config), shell.config))
    assert "demo's passwords" not in shell.run("doctor").out
    _no_demo(shell)
    red = shell.run("doctor")
    assert (red.code, bool(re.search("^red +demo's passwords .*: admin, ann$", red.out, re.MULTILINE))) == (1, True)
    asyncio.run(lock_out_demo(url, shell.data / SESSIONS_FILE))
    told = shell.run("doctor").out
    assert re.search("^warning +demo's passwords +disabled .*: admin, ann$", told, re.MULTILINE)
    assert f"user-add admin --config {shell.config} --data {shell.data}" in told

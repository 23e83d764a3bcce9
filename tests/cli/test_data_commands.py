"""`ccserver db upgrade` and `ccserver import customers`, on real files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.cli.shell import Shell

HEADER = "name,numbers\n"


def names(shell: Shell) -> list[str]:
    with sqlite3.connect(shell.data / "crm.sqlite") as database:
        return [name for (name,) in database.execute("SELECT name FROM customers ORDER BY name")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "c.csv"


def test_the_database_is_brought_to_this_version(shell: Shell) -> None:
    """And again without harm; the folder is made for its owner alone."""
    first, second = shell.run("db", "upgrade"), shell.run("db", "upgrade")
    assert (first.code, first.out, second.out) == (0, second.out, first.out)
    assert first.out.startswith("the database is at revision ")
    assert shell.data.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "code", "what"),
    [
        ("postgresql+asyncpg://cc:geheim@127.0.0.1:1/cc", 1, "cannot be used"),
        ("mysql://cc:geheim@127.0.0.1/cc", 2, "not supported"),
        ("geheim", 1, "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(
    shell: Shell, url: str, code: int, what: str
) -> None:
    """In words, with the setting that names it."""
    shell.set(DATABASE_URL=url)
    done = shell.run("db", "upgrade")
    assert (done.code, done.out, what in done.err) == (code, "", True)
    assert "CCSERVER_DATABASE_URL" in done.err
    assert "geheim" not in done.err
    assert "Traceback" not in done.err


def test_customers_come_in(shell: Shell, file: Path) -> None:
    """The tables are made; the encoding is named; that something goes on is said at once."""
    file.write_text(HEADER + "José,020 7946 0001\nBob,+442079460002\n", encoding="utf-8")
    done = shell.run("import", "customers", file)
    assert (done.code, done.out) == (0, "c.csv was read as utf-8\n2 rows taken, 0 rejected\n")
    assert (done.err, names(shell)) == ("importing c.csv …\n", ["Bob", "José"])


def test_rejected_rows_are_in_the_file_that_is_named(shell: Shell, file: Path) -> None:
    """c.errors.csv, with line and reason; exit code 1."""
    file.write_text(HEADER + "Ada,12\nBob,+442079460002\n", encoding="utf-8")
    done = shell.run("import", "customers", file)
    errors = file.with_name("c.errors.csv")
    assert (done.code, done.out.splitlines()[-1]) == (1, f"what was rejected, with line and reason: {errors}")
    assert errors.read_text("utf-8-sig").splitlines()[1].startswith("Ada,12,2,")
    assert names(shell) == ["Bob"]


def test_the_help_names_the_error_file(shell: Shell) -> None:
    """As it is called indeed."""
    assert "c.errors.csv" in shell.run("import", "customers", "--help").out


def test_the_help_tells_what_becomes_of_known_customers(shell: Shell) -> None:
    """Before a file without a column is imported, not after."""
    words = " ".join(shell.run("import", "customers", "--help").out.split())
    assert "A known customer keeps what the file has no column for; an empty cell clears what was there" in words


def test_latin_1_is_not_taken_for_chinese(shell: Shell, file: Path) -> None:
    """Nothing is brought in until somebody says what it is; the refusal has the very option."""
    file.write_bytes((HEADER + "José Müller,+442079460001\n").encode("latin-1"))
    done = shell.run("import", "customers", file)
    assert (done.code, done.out) == (2, "")
    assert "--encoding windows-1252" in done.err
    again = shell.run("import", "customers", file, "--encoding", "windows-1252")
    assert (again.code, names(shell)) == (0, ["José Müller"])


@pytest.mark.parametrize("content", [b"", b"name\nAda\n"])
def test_a_file_that_is_no_table_is_one_line(shell: Shell, file: Path, content: bytes) -> None:
    """Which columns it must have."""
    file.write_bytes(content)
    done = shell.run("import", "customers", file)
    assert (done.code, "name and numbers" in done.err, "Traceback" in done.err) == (2, True, False)


def test_a_file_that_is_not_there(shell: Shell, file: Path) -> None:
    """Before a database is made."""
    done = shell.run("import", "customers", file)
    assert (done.code, done.err, shell.data.exists()) == (2, f"ccserver: there is no file {file}\n", False)


def test_a_tier_that_nobody_had_before_is_told(shell: Shell, file: Path) -> None:
    """It is taken, as tiers are words of the house, but it may be a slip; the very first import has no others to compare."""
    file.write_text("name,numbers,tier\nAda,+442079460001,gold\n")
    assert "warning" not in shell.run("import", "customers", file).out
    file.write_text("name,numbers,tier\nBob,+442079460002,diamond\nEve,+442079460003,gold\n")
    done = shell.run("import", "customers", file)
    assert "warning: no customer had the tier 'diamond' before (1 rows); there were gold" in done.out
    assert (done.code, "'gold' before" in done.out) == (0, False)

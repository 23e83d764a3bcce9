"""What a server that is no demo says when it is ready."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.cli.shell import Shell

from ccserver.cli.announcing import announce, users_of
from ccserver.cli.configuring import configuration_of, database_url
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User


def told(shell: Shell, capsys: pytest.CaptureFixture[str], *users: User) -> str:
    found = configuration_of(shell.config)
    own = replace(found, site=replace(found.site, is_demo=False))
    capsys.readouterr()
    announce(own, shell.config, shell.data, False, users)
    return capsys.readouterr().err


def test_a_new_centre_is_told_how_its_people_can_sign_in(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands that can be pasted: an administrator, the first agent, the agent's phone; with the ports in use."""
    err, where = told(shell, capsys), f"--config {shell.config} --data {shell.data}"
    assert f"ccserver user-add admin --role admin {where}" in err
    assert "1 of 1 agents cannot sign in yet (ann):" in err
    assert f"ccserver user-add ann {where}" in err
    assert f"ccserver phone ann {where}" in err
    assert "CCSERVER_WEB_PORT=" in err


def test_who_can_sign_in_already_is_not_asked_for_again(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the phone is left."""
    err = told(shell, capsys, User("ann", Role.AGENT, AgentId("ann")))
    assert ("user-add" in err, "ccserver phone ann" in err) == (False, True)


def test_the_users_are_those_of_the_database(shell: Shell) -> None:
    """As user-add made them."""
    shell.run("user-add", "ann", stdin="correct horse 7\n")
    assert asyncio.run(users_of(database_url(shell.data))) == [User("ann", Role.AGENT, AgentId("ann"))]

"""`ccserver reload` where there is nothing to reload; with a server: tests/app/test_reload_on_the_real_server.py."""

from __future__ import annotations

from tests.cli.shell import Shell


def test_mistakes_are_told_before_anybody_is_asked(shell: Shell) -> None:
    """As `ccserver check` does."""
    (shell.config / "reasons.yaml").write_text("not_ready_reasonz: {break: Break}\n")
    done = shell.run("reload")
    assert (done.code, done.out) == (2, "")
    assert "reasons.yaml:1:1: " in done.err
    assert "nothing was changed" in done.err


def test_without_a_server_it_says_how_to_start_one(shell: Shell) -> None:
    """Nothing runs on this data folder."""
    done = shell.run("reload")
    assert (done.code, "no server runs on" in done.err, "ccserver up" in done.err) == (2, True, True)

"""Secrets: random, private, stable, never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ccserver.pbx import PbxError, Phone, load_or_create_secrets

ANN, BOB = Phone("ann", "1001"), Phone("bob", "1002")


def test_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """0600 whatever the umask."""
    load_or_create_secrets(tmp_path, [ANN])
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_file_that_others_could_read_is_closed_again(tmp_path: Path) -> None:
    """After a careless copy."""
    load_or_create_secrets(tmp_path, [ANN])
    (tmp_path / "secrets.json").chmod(0o644)
    load_or_create_secrets(tmp_path, [ANN])
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_second_load_gives_the_same(tmp_path: Path) -> None:
    """Phones stay registered over a restart."""
    assert load_or_create_secrets(tmp_path, [ANN]) == load_or_create_secrets(tmp_path, [ANN])


def test_new_phone_gets_secrets_and_the_old_keeps_its_own(tmp_path: Path) -> None:
    """Both of its endpoints."""
    before = load_or_create_secrets(tmp_path, [ANN])
    after = load_or_create_secrets(tmp_path, [ANN, BOB])
    assert set(after.phones) == {"ann", "ann-web", "bob", "bob-web"}
    assert after.phones["ann"] == before.phones["ann"]


def test_phone_that_left_and_returned_keeps_its_secret(tmp_path: Path) -> None:
    """Its device still holds it."""
    before = load_or_create_secrets(tmp_path, [ANN, BOB])
    load_or_create_secrets(tmp_path, [ANN])
    assert load_or_create_secrets(tmp_path, [ANN, BOB]).phones["bob"] == before.phones["bob"]


def test_every_secret_is_long_and_different(tmp_path: Path) -> None:
    """At least 24 characters."""
    made = load_or_create_secrets(tmp_path, [ANN, BOB])
    accounts = [made.ari, made.ari_guardian, made.ami_events, *made.phones.values()]
    assert len({account.secret for account in accounts}) == 7
    assert min(len(account.secret) for account in accounts) >= 24


def test_repr_shows_no_secret(tmp_path: Path) -> None:
    """Whatever is logged by accident."""
    made = load_or_create_secrets(tmp_path, [ANN])
    shown = f"{made!r} {made.ari!r} {made.phones['ann']!r} {made.phones!r}"
    assert not [account for account in (made.ari, made.ami_events, made.phones["ann"]) if account.secret in shown]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"accounts": {}}', '{"accounts": {"ari": "a\\n[x]"}, "phones": {}}'])
def test_damaged_file_is_not_replaced(tmp_path: Path, text: str) -> None:
    """New secrets would lock every phone out without a word."""
    (tmp_path / "secrets.json").write_text(text, encoding="utf-8")
    with pytest.raises(PbxError, match="not a file of secrets"):
        load_or_create_secrets(tmp_path, [ANN])
    assert (tmp_path / "secrets.json").read_text(encoding="utf-8") == text

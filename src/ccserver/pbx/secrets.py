"""Secrets of one node: made at random the first time, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ccserver.pbx.errors import PbxError
from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.plan import Phone

BYTES_OF_CHANCE = 24  # 32 characters of base64
SECRET = re.compile(r"[A-Za-z0-9_-]{24,128}")
ACCOUNTS = ("ari", "ari_guardian", "ami_events")


@dataclass(frozen=True)
class Account:
    """A user name and its secret; the secret is not shown by repr, so that it cannot slip into a log."""

    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Secrets:
    """The accounts of one node.

    `ari` is ccserver's, `ari_guardian` the guardian's; `ami_events` reads the states of phones and may change nothing.
    `phones` maps each SIP user (`ann`, `ann-web`) to its account.
    """

    ari: Account
    ari_guardian: Account
    ami_events: Account
    phones: Mapping[str, Account] = field(repr=False)


def load_or_create_secrets(data: Path, phones: Iterable[Phone]) -> Secrets:
    """Read `data`/secrets.json, add what is missing, and write it back whole or not at all (mode 0600).

    A phone that left keeps its secret: it may come back. Raises PbxError when the file is damaged: it is not
    replaced silently, for phones are registered with what it holds.
    """
    path = PbxPaths.of(data).secrets
    known = _read(path)
    accounts = {name: known["accounts"].get(name) or _new() for name in ACCOUNTS}
    users = [user for phone in phones for user in phone.endpoints]
    kept = {**known["phones"], **{user: known["phones"].get(user) or _new() for user in users}}
    if accounts != known["accounts"] or kept != known["phones"]:
        _write(path, {"accounts": accounts, "phones": kept})
    return Secrets(
        **{name: Account(name, accounts[name]) for name in ACCOUNTS},
        phones=MappingProxyType({user: Account(user, kept[user]) for user in users}),
    )


def _new() -> str:
    return secrets.token_urlsafe(BYTES_OF_CHANCE)


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {"accounts": {}, "phones": {}}
    path.chmod(0o600)
    try:
        whole = json.loads(text)
        groups = {group: dict(whole[group]) for group in ("accounts", "phones")}
    except (ValueError, KeyError, TypeError):
        raise _damaged(path) from None
    if not all(_is_secret(value) for group in groups.values() for value in group.values()):
        raise _damaged(path)
    return groups


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and SECRET.fullmatch(value) is not None


def _damaged(path: Path) -> PbxError:
    return PbxError(
        f"{path} is not a file of secrets as ccserver writes it",
        "restore it from a backup, or remove it: new secrets are made and every phone must be given its new one",
    )


def _write(path: Path, whole: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(whole, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)

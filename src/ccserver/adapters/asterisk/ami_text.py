"""The typed encoder of AMI actions: what may be sent at all, and which text may be in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ccserver.adapters.asterisk.errors import ActionRefused, UnsafeText
from ccserver.adapters.asterisk.text import safe

NEVER_SENT = frozenset({"originate", "command", "agi", "updateconfig", "createconfig"})
"""Calls are made over ARI under our own ids, so that none is made twice; the others are a shell by another name."""
LINE_LIMIT = 1_000
"""Bytes; Asterisk reads AMI lines into 1,024 (main/manager.c) and fails the message beyond."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_OURS = frozenset({"action", "actionid"})


def action_fields(action: str, headers: Mapping[str, str | Sequence[str]]) -> dict[str, str | list[str]]:
    """All fields of the action, checked. Raises UnsafeText or ActionRefused."""
    if not _KEY.fullmatch(action):
        raise UnsafeText("AMI action", "is not a plain name")
    if action.lower() in NEVER_SENT:
        raise ActionRefused(action, "is never sent over AMI")
    fields: dict[str, str | list[str]] = {"Action": action}
    for key, value in headers.items():
        if not _KEY.fullmatch(key) or key.lower() in _OURS:
            raise UnsafeText("AMI header name", "is not a plain name, or is one of ours")
        fields[key] = _line(key, value) if isinstance(value, str) else [_line(key, line) for line in value]
    return fields


def _line(key: str, value: str) -> str:
    where = f"AMI header {key}"
    if len(key) + len(value.encode()) > LINE_LIMIT:
        raise UnsafeText(where, f"is longer than {LINE_LIMIT} bytes")
    return safe(value, where)

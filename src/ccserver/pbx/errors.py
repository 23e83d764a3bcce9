"""The one error this layer raises to its callers."""

from __future__ import annotations

from ccserver.core.errors import CcserverError


class PbxError(CcserverError):
    """The PBX cannot be fetched, configured or run; says what happened and what to do about it.

    Meant for a person at a terminal: `what` names the fact, `advice` the next step. Never holds a secret.
    """

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}\n  what to do: {advice}")
        self.what = what
        self.advice = advice

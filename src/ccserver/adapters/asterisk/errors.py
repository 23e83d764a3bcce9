"""What the two links to Asterisk raise.

CcserverError
├── UnsafeText       ours or an attacker's: text that must not reach Asterisk's protocols
├── AriError         Asterisk answered a command with an error, or did not answer (status 0)
└── LinkError
    ├── LinkLost         the link is away or broke before the answer; what became of the action is unknown
    ├── ActionTimedOut   no answer within the deadline; what became of the action is unknown
    ├── ActionRefused    Asterisk answered with an error, or we refuse the action ourselves
    ├── LoginRefused     wrong name or password
    └── Replaced         another process took over our Stasis application
"""

from __future__ import annotations

from ccserver.core.errors import CcserverError


class UnsafeText(CcserverError, ValueError):
    """`where` holds a character that would change the protocol's framing, or is longer than Asterisk reads."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}")  # never the text itself: it may be a secret or a forged log line
        self.where = where
        self.why = why


class AriError(CcserverError):
    """`status` is the HTTP status, 0 when there was no answer at all; `reason` is Asterisk's own text.

    A 409 says nothing by itself: Asterisk's originate repeats an earlier 409 for any later failure on the same
    connection (thread-local error code in main/channel.c, seen in 22.10.1).
    """

    def __init__(self, status: int, reason: str, command: str = "") -> None:
        super().__init__(f"ARI {command}: {status or 'no answer'} {reason}")
        self.status = status
        self.reason = reason
        self.command = command

    @property
    def is_gone(self) -> bool:
        """What the command was about is not there any more: normal, a hang-up may cross any command."""
        return self.status == 404

    @property
    def is_unavailable(self) -> bool:
        """Asterisk is away, booting (503), or did not answer in time: nothing is wrong with the command."""
        return self.status in (0, 503)


class LinkError(CcserverError):
    """Root of what goes wrong on the links themselves."""


class LinkLost(LinkError):
    """The action was not sent, or its answer can no longer come; it is never sent again."""


class ActionTimedOut(LinkError):
    """Asterisk did not answer within the deadline."""


class ActionRefused(LinkError):
    """`action` was refused with `why`."""

    def __init__(self, action: str, why: str) -> None:
        super().__init__(f"AMI {action}: {why}")
        self.action = action
        self.why = why


class LoginRefused(LinkError):
    """Asterisk does not accept the name or password we were given."""


class Replaced(LinkError):
    """Another connection took over our Stasis application."""

"""The words that the dialplan and this adapter have agreed on, and Asterisk's names for our things.

Dialplan (`dialplan/extensions.conf`): `Stasis(app,inbound,DNIS,CC_ID)` and `Stasis(app,agent-dial,NUMBER,CC_ID)`.
Channels we open come into Stasis with `agent,INTERACTION` or `outbound,INTERACTION` when they are answered. The variables
CC_ID and CC_ROLE are on every channel of ours and, by `channelvars` in ari.conf, in every event about it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from ccserver.adapters.asterisk.ari_models import Channel
from ccserver.core.events import Cause
from ccserver.core.ids import OURS, InteractionId, NodeName
from ccserver.services.numbers import to_e164

ID_VARIABLE = "CC_ID"
ROLE_VARIABLE = "CC_ROLE"


class Role(StrEnum):
    """What a channel is; the first Stasis argument and CC_ROLE."""

    INBOUND = "inbound"
    AGENT_DIAL = "agent-dial"
    AGENT = "agent"
    OUTBOUND = "outbound"


OPENED_BY_US = frozenset({Role.AGENT, Role.OUTBOUND})

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PLAIN = re.compile(r"[1-9][0-9]{6,14}")
_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
_DIALLED = re.compile(r"[0-9+*#]{1,24}")
_CHANNEL_NAME = re.compile(r"PJSIP/(.+)-[0-9a-f]+")

# Q.850 and Asterisk's own (include/asterisk/causes.h of 22.10)
_CAUSES = {
    1: Cause.INVALID_NUMBER, 3: Cause.UNREACHABLE, 16: Cause.NORMAL, 17: Cause.BUSY, 18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER, 20: Cause.UNREACHABLE, 21: Cause.REJECTED, 22: Cause.INVALID_NUMBER,
    26: Cause.ANSWERED_ELSEWHERE, 27: Cause.UNREACHABLE, 28: Cause.INVALID_NUMBER, 31: Cause.NORMAL,
    32: Cause.NORMAL, 34: Cause.CONGESTION, 38: Cause.UNREACHABLE, 41: Cause.CONGESTION, 42: Cause.CONGESTION,
    44: Cause.CONGESTION, 58: Cause.CONGESTION,
}  # fmt: skip


def cause_of(code: int, was_up: bool) -> Cause:
    """Our word for a hang-up cause. An answered leg that ends without one (0) has simply been hung up."""
    return Cause.NORMAL if was_up and code == 0 else _CAUSES.get(code, Cause.UNKNOWN)


def e164(number: str) -> str:
    """The number with plus; empty when it is withheld or not in the international form."""
    if _E164.fullmatch(number):
        return number
    return f"+{number}" if _PLAIN.fullmatch(number) else ""


def caller_number(text: str, region: str | None) -> str:
    """The caller's number in E.164: as `e164`, and with a leading 0 or 00 as one dials it in the region. Empty otherwise."""
    if not text.startswith("0"):
        return e164(text)
    try:
        return to_e164(text, region)
    except ValueError:
        return ""


def interaction_id(text: str) -> InteractionId | None:
    """The id the dialplan or we gave; None for anything that does not look like one."""
    return InteractionId(text) if _ID.fullmatch(text) else None


def dialled_number(text: str) -> str:
    """What was dialled on a phone; empty when it is not digits, +, * and #."""
    return text if _DIALLED.fullmatch(text) else ""


def endpoint_of(channel_name: str) -> str:
    """`ann` of `PJSIP/ann-0000001f`; empty for other technologies."""
    found = _CHANNEL_NAME.fullmatch(channel_name)
    return found[1] if found else ""


def is_ours(identity: str) -> bool:
    """Whether we chose the id."""
    return identity.startswith(f"{OURS}-")


def waiting_room(node: NodeName) -> str:
    """The holding bridge where legs of the node hear music."""
    return f"{OURS}-{node}-waiting"


def role_of(channel: Channel) -> Role | None:
    """What the variables on the channel say it is."""
    try:
        return Role(str((channel.channelvars or {}).get(ROLE_VARIABLE, "")))
    except ValueError:
        return None


def interaction_on(channel: Channel) -> InteractionId | None:
    """The interaction whose id is on the channel."""
    return interaction_id(str((channel.channelvars or {}).get(ID_VARIABLE, "")))

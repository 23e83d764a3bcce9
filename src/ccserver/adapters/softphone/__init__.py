"""A small SIP telephone on loopback: the demo's callers and phones, and the peers of the tests on a real PBX.

SIP over UDP (RFC 3261), digest by MD5 (RFC 8760 section 2 keeps it for compatibility), G.711 µ-law, keys by RFC 4733. It
is no telephone for people: it makes and hears tones.
"""

from __future__ import annotations

from ccserver.adapters.softphone.call import Call, CallState
from ccserver.adapters.softphone.phone import Softphone

__all__ = ["Call", "CallState", "Softphone"]

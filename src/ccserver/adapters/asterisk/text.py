"""The one check that every outside string passes before it becomes part of a command to Asterisk.

CR and LF end a header line in AMI, so a caller's name could carry a whole second action; NUL ends a C string. ARI's JSON
and URLs survive them, but the variables that travel there end up in SIP headers and AMI events.
"""

from __future__ import annotations

import re

from ccserver.adapters.asterisk.errors import UnsafeText

_UNSAFE = re.compile(r"[\r\n\0]")


def safe(text: str, where: str) -> str:
    """`text` itself. Raises UnsafeText naming `where` when it holds CR, LF or NUL."""
    if _UNSAFE.search(text):
        raise UnsafeText(where, "holds a line break or NUL")
    return text

"""Values on their way into an Asterisk configuration file, and the templates that receive them.

The file format has no quoting: a line break starts a new option, `;` a comment, `[` a section, `${` a variable. So a
value either has none of them or is refused; nothing is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ccserver.pbx.errors import PbxError

FORBIDDEN = re.compile(r"""[\x00-\x1f\x7f;\[\]{}"\\<>$`|]""")
PLACE = re.compile(r"\{\{ ([a-z_]+) \}\}")
DISPLAY_NAME = re.compile(r"[^\w .'-]")


class Block(str):
    """Lines that were themselves rendered from a template: the only text that may bring line breaks along."""

    __slots__ = ()


Value = str | int | Path | Block


def encode(value: Value) -> str:
    """`value` as it may stand after `key =`; raises PbxError for one that would say more than itself."""
    if isinstance(value, Block):
        return str(value)
    text = str(value)
    if FORBIDDEN.search(text) or text != text.strip() or text.startswith(("#", ">")):
        raise PbxError(
            f"{text!r} cannot be written to an Asterisk configuration file",
            "use a value without line breaks, quotes, brackets, braces, semicolons, $, ` or | and without blanks at its ends",
        )
    return text


def display_name(name: str, otherwise: str) -> str:
    """A person's name as a SIP display name: foreign letters stay, anything that could end the quotes goes."""
    return " ".join(DISPLAY_NAME.sub("", name).split())[:60] or otherwise


def fill(template: str, values: Mapping[str, Value]) -> Block:
    """The template with every `{{ name }}` replaced by its encoded value. Raises KeyError for a name without value."""
    return Block(PLACE.sub(lambda place: encode(values[place[1]]), template))

"""What an administrator asks in a language of the configuration; how it is written and read is no business of the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Expression(Protocol):
    """A question about facts (see `facts`) that the administrator wrote; asked again only when one of them has changed."""

    @property
    def text(self) -> str: ...

    @property
    def reads(self) -> frozenset[str]:
        """The figures of the queue among the facts that it needs."""
        ...

    def holds(self, facts: Mapping[str, Any]) -> bool: ...

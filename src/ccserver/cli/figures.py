"""Figures as people read them, and where they are printed."""

from __future__ import annotations

import math

from rich.console import Console

NARROWEST = 80
"""Letters to a line where the terminal says nothing, or less: a table that is folded says nothing."""
UNKNOWN = "-"


def share(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def wait(seconds: float | None) -> str:
    """Short ones to a tenth; without an end, where the line only grows."""
    if seconds is None:
        return UNKNOWN
    if math.isinf(seconds):
        return "no end"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02} min" if whole < 3600 else f"{whole / 3600:.1f} h"


def rounded(value: float | None) -> float | None:
    """For programs; what has no end is null."""
    return round(value, 6) if value is not None and math.isfinite(value) else None


def console(narrowest: int = NARROWEST) -> Console:
    """Standard output, as wide as it says but never too narrow for a table."""
    found = Console(highlight=False, markup=False)
    return found if found.width >= narrowest else Console(highlight=False, markup=False, width=narrowest)

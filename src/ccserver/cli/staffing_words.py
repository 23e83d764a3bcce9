"""What is typed for `ccserver staffing`: shares, lengths of time, an answer target, numbers of calls."""

from __future__ import annotations

import re

from pydantic_core import PydanticCustomError

from ccserver.cli.failing import fail
from ccserver.config.schema.types import duration

MOST_CALLS = 1e9
LONGEST = 10.0 * 24 * 3600
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_SHARE = r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%"
_PROMISE = r"(.{1,20}%) ?(?:with)?in (.{1,40})"


def is_number(text: str) -> bool:
    """Digits, and perhaps a point."""
    return re.fullmatch(_NUMBER, text) is not None


def number(text: str, name: str) -> float:
    """How many calls; forecasts have fractions."""
    if not is_number(text) or float(text) > MOST_CALLS:
        fail(f"{name}: {text[:40]!r} is no number of calls", "write it in digits, such as 120 or 87.5")
    return float(text)


def seconds(text: str, name: str, least: float = 1.0) -> float:
    """A length of time as in the YAML, in seconds."""
    try:
        length = duration(int(text) if re.fullmatch("[0-9]{1,5}", text) else text).total_seconds()
    except PydanticCustomError as error:
        said = error.context or {}
        fail(f"{name}: {text[:40]!r} {said.get('what')}", str(said.get("advice")))
    if not least <= length <= LONGEST:
        fail(
            f"{name}: {text!r} is too {'short' if length < least else 'long'}",
            f"use {least:g} s to {LONGEST / 3600:g} h",
        )
    return length


def share(text: str, name: str, least: float, most: float) -> float:
    """A share in per cent, as 0 to 1."""
    found = re.fullmatch(_SHARE, text)
    if found is None:
        fail(f"{name}: {text[:40]!r} is no share", "write it as 30 %")
    value = round(float(found[1]) / 100, 8)  # 99.9 / 100 is more than 0.999
    if not least <= value <= most:
        bounds = f"use {100 * least:g} % to {100 * most:g} %"
        fail(f"{name}: {text!r} is too {'little' if value < least else 'much'}", bounds)
    return value


def promise(text: str) -> tuple[float, float]:
    """`80 % within 20 s`, or shorter `80% in 20s`: the share, and the answer target in seconds."""
    found = re.fullmatch(_PROMISE, text)
    if found is None:
        fail(f"--target: {text[:40]!r} is no answer target", "write a share and a length of time, as 80 % within 20 s")
    return share(found[1], "--target", 0.01, 0.999), seconds(found[2], "--target", least=0.0)

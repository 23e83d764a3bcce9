"""The base of everything in the YAML, and its tolerant reading.

A configuration with a mistake is read a second time, tolerantly: a value that is wrong by itself becomes None (in lists
and mappings only the wrong entry does), whatever its type says, and all else is kept. So the checks that compare places
see every reference and every number, and one run tells all mistakes. Tolerant models are never built into a plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

TOLERANT: Final = "tolerant"
"""Set in the context of a tolerant reading."""
_STAND_IN_KEYS = ("a", "1")
"""What a wrong key is read as, so that its value is looked at: a name, and a key of a telephone."""


class _Unknown:
    """A value that is not written."""


_UNKNOWN = _Unknown()


def is_tolerant(info: ValidationInfo) -> bool:
    """This is the second reading, for the checks only."""
    return bool((info.context or {}).get(TOLERANT))


class _Bare(BaseModel):
    """Unknown keys are refused, nothing is converted silently.

    A field that is None was not written: a key without a value is refused before the models see it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any, info: ValidationInfo) -> Any:
        return _completed(cls, value) if is_tolerant(info) else value

    @model_validator(mode="after")
    def _checked_as_a_whole(self, info: ValidationInfo) -> Self:
        if not is_tolerant(info):
            self.check_as_a_whole()
        return self

    def check_as_a_whole(self) -> None:
        """What only several fields together can tell; refuses."""


def _as_far_as_known(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    return _tolerated(value, handler) if is_tolerant(info) else handler(value)


class Section(_Bare):
    """Everything in the YAML but the nodes of flows."""

    _tolerate = field_validator("*", mode="wrap")(_as_far_as_known)


class Node(_Bare):
    """A node of a flow. Its kind, `do`, decides how it is read and is never tolerated (pydantic allows no validator there)."""

    _tolerate = field_validator(
        "sounds",
        "next",
        "keys",
        "limit",
        "tries",
        "wrong",
        "on_timeout",
        "on_wrong",
        "on_failed",
        "store",
        "min_digits",
        "max_digits",
        "values",
        "cases",
        "otherwise",
        "queue",
        "also",
        "priority",
        mode="wrap",
        check_fields=False,
    )(_as_far_as_known)


def _completed(model: type[BaseModel], value: Any) -> dict[str, Any]:
    """A mapping without unknown keys and without gaps."""
    is_mapping = isinstance(value, dict)
    fields = model.model_fields
    gaps = {name: _UNKNOWN for name, field in fields.items() if field.is_required() or not is_mapping}
    return {**gaps, **{key: one for key, one in value.items() if key in fields}} if is_mapping else gaps


def _tolerated(value: Any, read: Callable[[Any], Any]) -> Any:
    if isinstance(value, _Unknown):
        return None
    try:
        return read(value)
    except ValidationError:
        pass
    if isinstance(value, list) and _expects([], read):
        return [_item(one, read) for one in value]
    if isinstance(value, dict) and _expects({}, read):
        return {key: _entry(key, one, read) for key, one in value.items()}
    return None


def _expects(empty: list[Any] | dict[str, Any], read: Callable[[Any], Any]) -> bool:
    try:
        return isinstance(read(empty), type(empty))
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)[0]["type"] == "too_short"


def _item(value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        found = read([value])
    except ValidationError:
        return None
    return found[0]


def _entry(key: Any, value: Any, read: Callable[[Any], Any]) -> Any:
    for stand_in in (key, *_STAND_IN_KEYS):
        try:
            found = read({stand_in: value})
        except ValidationError:
            continue
        if isinstance(found, dict) and len(found) == 1:
            return next(iter(found.values()))
    return None

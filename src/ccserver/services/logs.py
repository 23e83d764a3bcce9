"""Log lines: one JSON object a line, or a readable form on a terminal; never in the way of a call.

Every line passes one chain: the interaction of the context, the instant, masking, then a bounded queue that one thread
writes out. When the reader of standard output is slow the newest lines are dropped and counted, and the next line that
gets through says how many. Lines of libraries (the standard `logging`) take the same way.

Masking is on by default: values under a secret's name never appear, and telephone numbers keep their last three digits.
Ids of ours hold no telephone number and stay whole, so one id follows a call through everything.
"""

from __future__ import annotations

import logging
import queue
import re
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TextIO

import orjson
import structlog

from ccserver.core.notices import (
    CustomerKnown,
    JoinedQueue,
    LeftQueue,
    Notice,
    OddityNoticed,
    PositionAnnounced,
    RecordMade,
    TalkEnded,
    WorkItemChanged,
)

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
QUEUE_LENGTH = 10_000
LONGEST_VALUE = 4_000
SECRET_NAME = re.compile(r"secret|password|passwd|token|authorization|cookie|api_?key", re.IGNORECASE)
SECRET_TEXT = re.compile(
    r"((?:password|secret|token|api_key)[\"']?\s*[=:]\s*[\"']?|Bearer |\w://[^/\s:@]+:)([^\s\"'&@,;]+)", re.I
)
NUMBER_NAME = re.compile(r"ani|dnis|caller|callee|phone|\w*number|from|to", re.IGNORECASE)
NUMBER = re.compile(r"(?:\+|%2[Bb]|(?<![\w.+-]))[0-9]{7,15}(?![\w-])")
E164 = re.compile(r"(?:\+|%2[Bb])[0-9]{6,15}|(?<![\w.-])[0-9]{11,15}(?![\w.-])")
DIGITS = re.compile(r"[0-9]{6}")
"""Without so many in a row there is no telephone number: asked first, because it is quick."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
TRACEBACK_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
EVENT_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")
NOTICE_LEVELS = {OddityNoticed: logging.WARNING} | dict.fromkeys(
    (CustomerKnown, JoinedQueue, LeftQueue, PositionAnnounced, TalkEnded, WorkItemChanged), logging.DEBUG
)
"""A call is told at INFO by its arrival, each offer and its end, the talk and the record; the rest is in the record."""
EventDict = MutableMapping[str, Any]
_SUBJECT: ContextVar[str | None] = ContextVar("interaction", default=None)


@dataclass(frozen=True)
class LogSettings:
    """`form` is json, text or auto (text on a terminal); `full_numbers` shows telephone numbers whole."""

    level: str = "info"
    form: str = "auto"
    full_numbers: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> LogSettings:
        """From CCSERVER_LOG_LEVEL, CCSERVER_LOG_FORMAT and CCSERVER_LOG_NUMBERS; an unknown value is the default."""
        level = environment.get("CCSERVER_LOG_LEVEL", "info").lower()
        form = environment.get("CCSERVER_LOG_FORMAT", "auto").lower()
        return cls(
            level=level if level in LEVELS else "info",
            form=form if form in {"json", "text"} else "auto",
            full_numbers=environment.get("CCSERVER_LOG_NUMBERS", "").lower() == "full",
        )


class LineWriter:
    """Writes lines to a stream from a thread of its own. `write` never blocks: when the queue is full the line is lost."""

    def __init__(self, stream: TextIO, length: int = QUEUE_LENGTH) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(length)
        self._dropped = 0
        self._told = 0
        self._thread = threading.Thread(target=self._work, name="log-writer", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Lines lost since the start."""
        return self._dropped

    def write(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def close(self, limit: float = 2.0) -> None:
        """Write what is queued, waiting `limit` seconds at most."""
        try:
            self._lines.put(None, timeout=limit)
        except queue.Full:
            return
        self._thread.join(limit)

    def _work(self) -> None:
        while (line := self._lines.get()) is not None:
            if self._dropped > self._told:
                self._emit(f'{{"level":"warning","event":"log_lines_dropped","count":{self._dropped - self._told}}}')
                self._told = self._dropped
            self._emit(line)
            if self._lines.empty():
                self._flush()
        self._flush()

    def _emit(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
        except (OSError, ValueError):  # the reader is gone or the stream is closed: nobody is left to tell
            self._dropped += 1

    def _flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._dropped += 1


def set_up_logs(settings: LogSettings, stream: TextIO | None = None) -> LineWriter:
    """Route structlog and the standard `logging` to one writer; the caller closes it at the end of the process."""
    stream = stream or sys.stdout
    writer = LineWriter(stream)
    is_console = settings.form == "text" or (settings.form == "auto" and stream.isatty())
    structlog.configure(
        processors=_chain(settings.full_numbers, is_console),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.level]),
        logger_factory=lambda *_: _Lines(writer),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(LEVELS[settings.level])
    logging.getLogger("alembic").setLevel(max(logging.WARNING, LEVELS[settings.level]))  # chatty at each start
    return writer


@contextmanager
def about(interaction: str) -> Iterator[None]:
    """Within this block every line, in this task and those it starts, carries the interaction's id."""
    token = _SUBJECT.set(interaction)
    try:
        yield
    finally:
        _SUBJECT.reset(token)


def mask_number(number: str) -> str:
    """`+442079460123` becomes `+*********123`."""
    return re.sub(r"[0-9](?=[0-9]{3})", "*", number)


def log_notice(notice: Notice) -> None:
    """One line for each thing the centre tells; a record is told by its figures, for its content is in the history."""
    name = EVENT_NAME.sub("_", type(notice).__name__).lower()
    level = NOTICE_LEVELS.get(type(notice), logging.INFO)
    if level >= _threshold():
        structlog.get_logger().log(level, name, **_fields(notice))


def _threshold() -> int:
    """The level below which nothing is written: a line that nobody reads is not put together either."""
    return logging.getLogger().level


def _fields(notice: Notice) -> dict[str, Any]:
    if isinstance(notice, RecordMade):
        record = notice.record
        return {
            "interaction": record.id,
            "revision": record.revision,
            "result": record.result.value,
            "length": record.length.total_seconds(),
        }
    return {field.name: getattr(notice, field.name) for field in fields(notice)}


# -- the chain ---------------------------------------------------------------------------------------------------------


def _chain(full_numbers: bool, is_console: bool) -> list[Any]:
    chain: list[Any] = [
        _name_subject,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    if not full_numbers:
        chain.append(_hide_numbers)
    if is_console:
        return [*chain, _one_line, structlog.dev.ConsoleRenderer(timestamp_key="ts", pad_event_to=34)]
    return [*chain, _as_json]


def _name_subject(_logger: object, _method: str, line: EventDict) -> EventDict:
    subject = _SUBJECT.get()
    if subject is not None:
        line.setdefault("interaction", subject)
    return line


def _hide_secrets(_logger: object, _method: str, line: EventDict) -> EventDict:
    return {key: "***" if _is_secret(key) else _deep(value, _without_secrets) for key, value in line.items()}


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return SECRET_NAME.search(name) is not None


def _without_secrets(text: str) -> str:
    """Every form of a secret has one of these marks; most values, ids above all, have none."""
    return SECRET_TEXT.sub(r"\1***", text) if any(mark in text for mark in "=: ") else text


def _hide_numbers(_logger: object, _method: str, line: EventDict) -> EventDict:
    return {
        key: value if key == "ts" else _deep(value, _masked if _is_of_a_number(key) else _masked_e164)
        for key, value in line.items()
    }


@lru_cache(maxsize=1024)
def _is_of_a_number(name: str) -> bool:
    return NUMBER_NAME.fullmatch(name) is not None


def _masked(text: str) -> str:
    return NUMBER.sub(lambda found: mask_number(found[0]), text) if DIGITS.search(text) else text


def _masked_e164(text: str) -> str:
    return E164.sub(lambda found: mask_number(found[0]), text) if DIGITS.search(text) else text


def _deep(value: Any, change: Any) -> Any:
    """`value` with every string in it changed and shortened; what is no plain value becomes its repr first."""
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"
        return change(text)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): "***" if SECRET_NAME.search(str(key)) else _deep(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_deep(item, change) for item in value]
    return _deep(repr(value), change)


def _one_line(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Control characters of outside strings would redraw the terminal or forge a line; tracebacks keep their line ends."""
    return {
        key: (TRACEBACK_CONTROL if key == "exception" else CONTROL).sub("?", value) if isinstance(value, str) else value
        for key, value in line.items()
    }


def _as_json(_logger: object, _method: str, line: EventDict) -> str:
    first = {key: line.pop(key, None) for key in ("ts", "level", "event")}
    return orjson.dumps({**first, **line}, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


class _Lines:
    """What structlog calls with a finished line."""

    def __init__(self, writer: LineWriter) -> None:
        self._write = writer.write

    def msg(self, line: str) -> None:
        self._write(line)

    debug = info = warning = error = critical = exception = fatal = msg


class _Bridge(logging.Handler):
    """Takes the lines of libraries into the same chain."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # a library's broken format string must not break the caller
            text = str(record.msg)
        structlog.get_logger().log(record.levelno, text, logger=record.name, exc_info=record.exc_info or None)

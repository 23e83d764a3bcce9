"""Metrics for Prometheus: counts what the centre tells, reads gauges when asked, renders the text format.

Decides nothing and keeps no call. Labels come from closed sets only: enumerations, the plan's queues and tiers, and no
more than `MOST_VALUES` different values of each; the rest is counted as `other`. No number, name or id is ever a label.
Units are seconds. Buckets of waits and talks lie on the usual thresholds of service levels.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from ccserver import __version__
from ccserver.core.acd.estimate_accuracy import Accuracy
from ccserver.core.callback import OPEN, CallbackState
from ccserver.core.commands import TelephonyCommand
from ccserver.core.notices import (
    CallbackChanged,
    JoinedQueue,
    LeftQueue,
    Notice,
    OddityNoticed,
    OfferEnded,
    RecordMade,
    TalkStarted,
    WaitJudged,
)
from ccserver.core.records import InteractionRecord, SegmentKind

CONTENT_TYPE = CONTENT_TYPE_LATEST
BORDERS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
KERNEL_BORDERS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
PRESENCES = ("logged_out", "not_ready", "ready", "leaving")
LINKS = ("ari", "ami")
COMMANDS = frozenset(kind.__name__ for kind in get_args(TelephonyCommand))
MOST_VALUES = 200
SAMPLE_LIMIT = 2.0
NONE, OTHER = "none", "other"


def _nothing() -> Mapping[str, float]:
    return {}


def _zero() -> float:
    return 0


@dataclass(frozen=True)
class Sources:
    """Where the gauges are read, on the event loop's thread, each time the metrics are asked for.

    `waiting`, open `callbacks` and `longest_wait` (seconds) are by queue, `agents` by presence, `links` by `ari` and `ami` (1 is up).
    The depths count entries: undelivered records in the journal, events not yet taken from the inbox. Records that the
    database refused for good, or that this version cannot read, are `set_aside`; rows of the journal that do not match their
    checksum, and files of it that were put beside, are `damaged`.
    """

    waiting: Callable[[], Mapping[str, float]] = _nothing
    callbacks: Callable[[], Mapping[str, float]] = _nothing
    longest_wait: Callable[[], Mapping[str, float]] = _nothing
    agents: Callable[[], Mapping[str, float]] = _nothing
    links: Callable[[], Mapping[str, float]] = _nothing
    journal_depth: Callable[[], float] = _zero
    set_aside: Callable[[], float] = _zero
    event_log_lost: Callable[[], float] = _zero
    damaged: Callable[[], float] = _zero
    inbox_depth: Callable[[], float] = _zero
    log_lines_dropped: Callable[[], float] = _zero
    clock_step: Callable[[], float] = _zero
    tasks: Callable[[], float] = _zero


class _Closed:
    """Lets the first `MOST_VALUES` different values of a label through; later ones become `other`."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, value: str | None) -> str:
        if not value:
            return NONE
        if value not in self._seen:
            if len(self._seen) >= MOST_VALUES:
                return OTHER
            self._seen.add(value)
        return value


class PrometheusMetrics:
    """All metrics of one ccserver. Nothing here raises for what it is told."""

    def __init__(self, registry: CollectorRegistry | None = None, sources: Sources | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.sources = sources or Sources()
        self._queue, self._tier, self._oddity = _Closed(), _Closed(), _Closed()
        self._home = _home()
        disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=self.registry)
        self._build_counters()
        self._build_histograms()
        self._build_gauges()

    def _build_counters(self) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"ccserver_{name}", text, labels, registry=self.registry)

        self._interactions = counter("interactions", "Ended interactions.", "direction", "outcome")
        self._joined = counter("queue_joined", "Interactions that joined the queue.", "queue")
        self._left = counter("queue_left", "Interactions that left the queue, and how.", "queue", "tier", "how")
        self._callbacks = counter("callbacks", "Promises to call back, by their end.", "queue", "end")
        self._attempts = counter("callback_attempts", "Numbers dialled to call back.", "queue", "outcome")
        self._estimates = counter(
            "wait_estimates",
            "Estimated waits of those who were answered, by how they came out.",
            "queue",
            "tier",
            "came_out",
        )
        self._estimate_error = counter(
            "wait_estimate_error_percent",
            "Sum of the errors of estimated waits, in percent of waits of 20 s or more.",
            "queue",
            "tier",
        )
        self._offers = counter("offers", "Offers to agents, by their end.", "end")
        self._commands_failed = counter("commands_failed", "Commands the PBX did not take.", "command")
        self._oddities = counter("oddities", "What the PBX said that did not fit.", "what")
        self._bugs = counter("bugs", "Our own bugs; each ends at most the interaction it hit.")
        self._inbox_dropped = counter("inbox_dropped", "Events not taken because the inbox was full.")
        for command in COMMANDS:
            self._commands_failed.labels(command)
        self._log_lines_dropped = counter("log_lines_dropped", "Log lines lost because their reader was too slow.")
        self._log_lines_counted = 0.0

    def _build_histograms(self) -> None:
        def histogram(name: str, text: str, borders: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"ccserver_{name}", text, labels, buckets=borders, registry=self.registry)

        self._wait = histogram("wait_seconds", "Wait of those connected to an agent.", BORDERS, "queue", "tier")
        self._talk = histogram("talk_seconds", "Talk of one agent in one interaction.", BORDERS, "queue", "tier")
        self._kernel = histogram("kernel_seconds", "Time the kernel took for one event.", KERNEL_BORDERS)

    def _build_gauges(self) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"ccserver_{name}", text, labels, registry=self.registry)

        self._waiting = gauge("queue_waiting", "Interactions waiting now.", "queue")
        self._open_callbacks = gauge("queue_callbacks", "Open promises to call back.", "queue")
        self._longest_wait = gauge("queue_longest_wait_seconds", "Wait of the longest waiting.", "queue")
        self._agents = gauge("agents", "Agents by what they declared.", "presence")
        self._links = gauge("link_up", "1 while the link to Asterisk works.", "link")
        self._journal_depth = gauge("journal_depth", "Records that wait for the database.")
        self._event_log_lost = gauge("event_log_lost", "Events that no file of the event log has.")
        self._set_aside = gauge("journal_set_aside", "Records that the database refused for good.")
        self._damaged = gauge("journal_damaged", "Rows and files of the journal that were damaged.")
        self._inbox_depth = gauge("inbox_depth", "Events that wait for the kernel.")
        self._clock_step = gauge("clock_step_seconds", "How far the wall clock was set forward since the start.")
        self._tasks = gauge("tasks", "Tasks of the event loop; as many after a call as before it.")
        gauge("build_info", "1; the version is the label.", "version").labels(__version__).set(1)

    # -- what it is told -----------------------------------------------------------------------------------------------

    def notice(self, notice: Notice, _now: datetime | None = None) -> None:
        """Count what the notice says; most say nothing to count. The instant is not needed: lengths come with the facts."""
        self._count(notice)

    def kernel_took(self, seconds: float) -> None:
        self._kernel.observe(seconds)

    def command_failed(self, command: str) -> None:
        """`command` is the name of the command's class."""
        self._commands_failed.labels(command if command in COMMANDS else OTHER).inc()

    def bug(self, _what: str = "") -> None:
        """`what` is for the log; a label would be open-ended."""
        self._bugs.inc()

    def inbox_overflowed(self) -> None:
        """An event was not taken, for the inbox was full; the PBX is read back."""
        self._inbox_dropped.inc()

    @singledispatchmethod
    def _count(self, notice: object) -> None:
        """Nothing to count."""

    @_count.register
    def _(self, notice: JoinedQueue) -> None:
        self._joined.labels(self._queue(notice.queue)).inc()

    @_count.register
    def _(self, notice: LeftQueue) -> None:
        queue, tier = self._queue(notice.queue), self._tier(notice.tier)
        self._left.labels(queue, tier, notice.how).inc()
        if notice.how == "connected":
            self._wait.labels(queue, tier).observe(notice.waited.total_seconds())

    @_count.register
    def _(self, notice: CallbackChanged) -> None:
        queue, is_open = self._queue(notice.queue), CallbackState(notice.state) in OPEN
        if not is_open:
            self._callbacks.labels(queue, notice.state).inc()
        if notice.cause or notice.state == CallbackState.REACHED.value:
            self._attempts.labels(queue, notice.cause or notice.state).inc()

    @_count.register
    def _(self, notice: WaitJudged) -> None:
        queue, tier, expected = self._queue(notice.queue), self._tier(notice.tier), notice.expected
        one = Accuracy()
        one.add(expected.typical, expected.low, expected.high, notice.waited)
        came_out = {
            "all": one.contacts,
            "near": one.near,
            "in_range": one.in_range,
            "too_low": one.too_low,
            "long": one.long,
        }
        for name, count in came_out.items():
            self._estimates.labels(queue, tier, name).inc(count)
        self._estimate_error.labels(queue, tier).inc(one.percent_off)

    @_count.register
    def _(self, notice: TalkStarted) -> None:
        self._offers.labels("connected").inc()

    @_count.register
    def _(self, notice: OfferEnded) -> None:
        self._offers.labels(notice.why).inc()

    @_count.register
    def _(self, notice: OddityNoticed) -> None:
        self._oddities.labels(self._oddity(notice.what)).inc()

    @_count.register
    def _(self, notice: RecordMade) -> None:
        record = notice.record
        if record.revision != 1:  # later revisions add the wrap-up to an interaction that is counted already
            return
        self._interactions.labels(record.direction.value, record.result.value).inc()
        for queue, talked in _talks(record):
            self._talk.labels(self._queue(queue), self._tier(record.tier)).observe(talked.total_seconds())

    # -- what it tells -------------------------------------------------------------------------------------------------

    def sample(self) -> None:
        """Read the gauges' sources. Belongs on the event loop's thread; takes no longer than the sources."""
        sources = self.sources
        _set(self._waiting, ((self._queue(queue), count) for queue, count in sources.waiting().items()))
        _set(self._open_callbacks, ((self._queue(queue), count) for queue, count in sources.callbacks().items()))
        _set(self._longest_wait, ((self._queue(queue), wait) for queue, wait in sources.longest_wait().items()))
        _set(self._agents, _in(PRESENCES, sources.agents()))
        _set(self._links, _in(LINKS, sources.links()))
        self._journal_depth.set(sources.journal_depth())
        self._event_log_lost.set(sources.event_log_lost())
        self._set_aside.set(sources.set_aside())
        self._damaged.set(sources.damaged())
        self._inbox_depth.set(sources.inbox_depth())
        self._clock_step.set(sources.clock_step())
        self._tasks.set(sources.tasks())
        dropped = sources.log_lines_dropped()
        self._log_lines_dropped.inc(max(0.0, dropped - self._log_lines_counted))
        self._log_lines_counted = dropped

    def text(self) -> bytes:
        """The text format of what was sampled and counted. May run in a worker thread: it takes milliseconds."""
        return generate_latest(self.registry)

    def render(self) -> bytes:
        """Sample and write down in one go, from any thread: the sampling is done where the metrics were made.

        When the event loop does not come to it in time, the figures of the last sampling are told.
        """
        if self._home is None or threading.get_ident() == self._home[1]:
            self.sample()
        else:
            done: Future[None] = Future()
            self._home[0].call_soon_threadsafe(self._sample_for, done)
            with suppress(TimeoutError):
                done.result(SAMPLE_LIMIT)
        return self.text()

    def _sample_for(self, done: Future[None]) -> None:
        try:
            self.sample()
            done.set_result(None)
        except Exception as error:  # belongs to whoever asked for the page
            done.set_exception(error)


def _home() -> tuple[asyncio.AbstractEventLoop, int] | None:
    """The running event loop and its thread; None when there is none."""
    try:
        return asyncio.get_running_loop(), threading.get_ident()
    except RuntimeError:
        return None


def _talks(record: InteractionRecord) -> Iterator[tuple[str | None, timedelta]]:
    """Queue and length of each agent's talk; a talk broken by holds is one."""
    lengths: defaultdict[tuple[str | None, str | None], timedelta] = defaultdict(timedelta)
    for segment in record.segments:
        if segment.kind is SegmentKind.TALK:
            lengths[segment.queue, segment.agent] += segment.length
    for (queue, _agent), length in lengths.items():
        yield queue, length


def _in(names: tuple[str, ...], values: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """A value for every name of the closed set; what is not told is 0."""
    return ((name, values.get(name, 0)) for name in names)


def _set(gauge: Gauge, values: Iterable[tuple[str, float]]) -> None:
    """The gauge holds exactly these values: those of queues that are gone disappear."""
    sums: defaultdict[str, float] = defaultdict(float)
    for label, value in values:
        sums[label] += value
    gauge.clear()
    for label, value in sums.items():
        gauge.labels(label).set(value)

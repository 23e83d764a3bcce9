"""Metrics: what the centre tells becomes samples with labels from closed sets."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ccserver.adapters import prometheus
from ccserver.adapters.prometheus import PrometheusMetrics, Sources
from ccserver.core.forecast import Forecast
from ccserver.core.ids import AgentId, InteractionId, QueueId, WorkItemId
from ccserver.core.notices import (
    CallbackChanged,
    JoinedQueue,
    LeftQueue,
    Notice,
    OddityNoticed,
    OfferEnded,
    PhoneChanged,
    RecordMade,
    TalkStarted,
    WaitJudged,
)
from ccserver.core.records import Direction, InteractionRecord, Result, Segment, SegmentKind

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
CALL, ITEM, ANN, BOB = InteractionId("i1"), WorkItemId("i1-w1"), AgentId("ann"), AgentId("bob")
SUPPORT = QueueId("support")


@pytest.fixture
def metrics() -> PrometheusMetrics:
    return PrometheusMetrics()


def samples(metrics: PrometheusMetrics) -> dict[str, float]:
    """Each sample of the rendered page, written as Prometheus writes it, with its value."""
    page = metrics.render().decode()
    return {
        sample.name
        + ("{" + ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items())) + "}" if sample.labels else ""): (
            sample.value
        )
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def tell(metrics: PrometheusMetrics, *notices: Notice) -> dict[str, float]:
    for notice in notices:
        metrics.notice(notice, NOON)
    return samples(metrics)


def left(how: str, waited: float, queue: str = "support", tier: str = "gold") -> LeftQueue:
    return LeftQueue(CALL, QueueId(queue), tier, timedelta(seconds=waited), how)


def test_callbacks_are_counted_by_their_end_and_attempts_by_their_outcome() -> None:
    """Nothing is counted when one only rests or is due again."""
    back = InteractionId(f"{CALL}-cb")
    states = [("waiting", ""), ("calling", ""), ("resting", "busy"), ("waiting", ""), ("calling", ""), ("reached", "")]
    metrics = PrometheusMetrics()
    for state, cause in states:
        metrics.notice(CallbackChanged(back, SUPPORT, CALL, state, 1, cause))
    found = samples(metrics)
    assert found["ccserver_callbacks_total{end=reached,queue=support}"] == 1
    assert found["ccserver_callback_attempts_total{outcome=busy,queue=support}"] == 1
    assert found["ccserver_callback_attempts_total{outcome=reached,queue=support}"] == 1
    assert sum(value for name, value in found.items() if name.startswith("ccserver_callback")) == 3


def stretch(kind: SegmentKind, start: float, end: float, agent: AgentId | None = None) -> Segment:
    return Segment(kind, NOON + timedelta(seconds=start), NOON + timedelta(seconds=end), SUPPORT, agent)


def record(*segments: Segment, revision: int = 1) -> RecordMade:
    return RecordMade(
        InteractionRecord(
            id=CALL,
            revision=revision,
            direction=Direction.INBOUND,
            channel="voice",
            started_at=NOON,
            customer_left_at=NOON,
            ended_at=NOON,
            ani="+442079460000",
            dnis="+448081570102",
            customer=None,
            customer_name="Ada",
            customer_number="+442079460000",
            tier="gold",
            queue=SUPPORT,
            agent=ANN,
            reason="",
            result=Result.ANSWERED,
            end_cause="normal",
            ivr_answers={},
            disposition="",
            notes="",
            script="",
            documents=(),
            recordings=(),
            segments=segments,
            is_final=False,
        )
    )


def test_an_ended_interaction_is_counted_by_direction_and_outcome(metrics: PrometheusMetrics) -> None:
    """The first revision of a record counts."""
    assert tell(metrics, record())["ccserver_interactions_total{direction=inbound,outcome=answered}"] == 1


def test_a_later_revision_is_not_counted_again(metrics: PrometheusMetrics) -> None:
    """Wrap-up adds a revision to the same interaction."""
    told = tell(metrics, record(), record(revision=2))
    assert told["ccserver_interactions_total{direction=inbound,outcome=answered}"] == 1


def test_a_wait_falls_into_its_bucket(metrics: PrometheusMetrics) -> None:
    """17 s is above 15 and within 20."""
    told = tell(metrics, left("connected", 17))
    buckets = [told[f"ccserver_wait_seconds_bucket{{le={le},queue=support,tier=gold}}"] for le in ("15.0", "20.0")]
    assert buckets == [0, 1]


def test_an_estimated_wait_is_judged(metrics: PrometheusMetrics) -> None:
    """A minute was expected, and it took eighty seconds: a quarter off, near, in the range, too low."""
    foretold = Forecast(datetime(2026, 3, 2, 9, tzinfo=UTC), 30.0, 60.0, 80.0, 120.0, 0.9)
    told = tell(metrics, WaitJudged(InteractionId("i1"), QueueId("support"), "gold", foretold, 80.0))
    counts = {
        name: told[f"ccserver_wait_estimates_total{{came_out={name},queue=support,tier=gold}}"]
        for name in ("all", "near", "in_range", "too_low", "long")
    }
    assert counts == dict.fromkeys(counts, 1)
    assert told["ccserver_wait_estimate_error_percent_total{queue=support,tier=gold}"] == 25


def test_an_abandoned_wait_is_no_speed_of_answer(metrics: PrometheusMetrics) -> None:
    """It counts as left, and not in the histogram."""
    told = tell(metrics, left("abandoned", 17))
    assert told["ccserver_queue_left_total{how=abandoned,queue=support,tier=gold}"] == 1
    assert "ccserver_wait_seconds_count{queue=support,tier=gold}" not in told


def test_the_buckets_lie_on_the_borders_of_service_levels(metrics: PrometheusMetrics) -> None:
    """Exactly those twelve, and infinity."""
    told = tell(metrics, left("connected", 1))
    borders = [key.split("le=")[1].split(",")[0] for key in told if key.startswith("ccserver_wait_seconds_bucket")]
    assert borders == [f"{le}.0" for le in (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)] + ["+Inf"]


def test_a_talk_broken_by_a_hold_is_one_talk(metrics: PrometheusMetrics) -> None:
    """The hold is left out, the two stretches are added."""
    talk, hold = SegmentKind.TALK, SegmentKind.HOLD
    told = tell(metrics, record(stretch(talk, 0, 30, ANN), stretch(hold, 30, 50, ANN), stretch(talk, 50, 60, ANN)))
    assert told["ccserver_talk_seconds_count{queue=support,tier=gold}"] == 1
    assert told["ccserver_talk_seconds_sum{queue=support,tier=gold}"] == 40


def test_two_agents_talks_are_two(metrics: PrometheusMetrics) -> None:
    """A transfer makes a second talk."""
    talk = SegmentKind.TALK
    told = tell(metrics, record(stretch(talk, 0, 30, ANN), stretch(talk, 30, 40, BOB)))
    assert told["ccserver_talk_seconds_count{queue=support,tier=gold}"] == 2


def test_offers_are_counted_by_their_end(metrics: PrometheusMetrics) -> None:
    """Connected and rona side by side."""
    started = TalkStarted(CALL, ITEM, ANN, SUPPORT, timedelta())
    told = tell(metrics, started, OfferEnded(CALL, ITEM, ANN, "rona"))
    assert (told["ccserver_offers_total{end=connected}"], told["ccserver_offers_total{end=rona}"]) == (1, 1)


def test_what_went_wrong_is_counted(metrics: PrometheusMetrics) -> None:
    """One each; a command nobody knows is `other`."""
    metrics.bug()
    metrics.command_failed("PlayPrompt")
    metrics.command_failed("x" * 1000)
    metrics.inbox_overflowed()
    told = tell(metrics, OddityNoticed("leg_without_interaction", "cc-1"))
    keys = ("bugs_total", "commands_failed_total{command=PlayPrompt}", "commands_failed_total{command=other}")
    others = ("inbox_dropped_total", "oddities_total{what=leg_without_interaction}")
    assert [told[f"ccserver_{key}"] for key in (*keys, *others)] == [1, 1, 1, 1, 1]


def test_the_kernels_time_is_observed(metrics: PrometheusMetrics) -> None:
    """0.3 ms lies in the bucket of 0.5 ms."""
    metrics.kernel_took(0.0003)
    told = samples(metrics)
    assert told["ccserver_kernel_seconds_bucket{le=0.00025}"] == 0
    assert told["ccserver_kernel_seconds_bucket{le=0.0005}"] == 1


def test_gauges_are_read_when_asked() -> None:
    """The value of the moment, not of the start."""
    waiting = {"support": 1.0}
    metrics = PrometheusMetrics(
        sources=Sources(
            waiting=lambda: waiting,
            journal_depth=lambda: 7,
            inbox_depth=lambda: 3,
            set_aside=lambda: 2,
            damaged=lambda: 1,
        )
    )
    waiting["support"] = 4
    told = samples(metrics)
    keys = ("journal_depth", "inbox_depth", "journal_set_aside", "journal_damaged")
    assert told["ccserver_queue_waiting{queue=support}"] == 4
    assert [told[f"ccserver_{key}"] for key in keys] == [7, 3, 2, 1]


def test_a_queue_that_is_gone_leaves_no_gauge() -> None:
    """Stale series would be read as a queue that stands still."""
    waiting = {"old": 1.0}
    metrics = PrometheusMetrics(sources=Sources(waiting=lambda: waiting))
    metrics.render()
    del waiting["old"]
    assert "ccserver_queue_waiting{queue=old}" not in samples(metrics)


def test_every_presence_and_link_has_a_value(metrics: PrometheusMetrics) -> None:
    """A missing figure is 0, so that an alert can see it."""
    told = samples(metrics)
    assert all(told[f"ccserver_agents{{presence={presence}}}"] == 0 for presence in prometheus.PRESENCES)
    assert told["ccserver_link_up{link=ari}"] == told["ccserver_link_up{link=ami}"] == 0


def test_dropped_log_lines_only_grow() -> None:
    """A counter is made of the source's running total."""
    dropped = [5.0]
    metrics = PrometheusMetrics(sources=Sources(log_lines_dropped=lambda: dropped[0]))
    metrics.render()
    dropped[0] = 8
    assert samples(metrics)["ccserver_log_lines_dropped_total"] == 8


def test_labels_are_bounded(metrics: PrometheusMetrics) -> None:
    """After the most values allowed, the rest is `other`."""
    for serial in range(prometheus.MOST_VALUES + 50):
        metrics.notice(JoinedQueue(CALL, QueueId(f"q{serial}"), 1), NOON)
    told = samples(metrics)
    assert told["ccserver_queue_joined_total{queue=other}"] == 50
    assert sum(key.startswith("ccserver_queue_joined_total") for key in told) == prometheus.MOST_VALUES + 1


def test_a_notice_without_figures_changes_nothing(metrics: PrometheusMetrics) -> None:
    """Most notices are for desktops."""

    def ours() -> dict[str, float]:
        return {key: value for key, value in samples(metrics).items() if key.startswith("ccserver_")}

    before = ours()
    metrics.notice(PhoneChanged(ANN, True), NOON)
    assert ours() == before


def test_no_person_is_on_the_page(metrics: PrometheusMetrics) -> None:
    """Numbers, names and agents are no labels."""
    tell(metrics, record(stretch(SegmentKind.TALK, 0, 30, ANN)), left("connected", 3))
    labels = " ".join(key for key in samples(metrics) if key.startswith("ccserver_"))
    assert not any(word in labels for word in ("+44", "Ada", "ann", "i1"))


async def test_rendered_in_a_worker_thread_the_sources_are_still_read_on_the_loops() -> None:
    """They look at live state that only the event loop's thread may touch."""
    readers: list[int] = []

    def waiting() -> dict[str, float]:
        readers.append(threading.get_ident())
        return {"support": 2}

    metrics = PrometheusMetrics(sources=Sources(waiting=waiting))
    page = await asyncio.to_thread(metrics.render)
    assert b'ccserver_queue_waiting{queue="support"} 2.0' in page
    assert readers == [threading.get_ident()]


async def test_a_source_that_breaks_is_told_to_whoever_asked() -> None:
    """Not to the event loop."""

    def broken() -> float:
        raise OSError("gone")

    metrics = PrometheusMetrics(sources=Sources(journal_depth=broken))
    with pytest.raises(OSError, match="gone"):
        await asyncio.to_thread(metrics.render)


def test_two_servers_in_one_process_do_not_meet(metrics: PrometheusMetrics) -> None:
    """Each has its own registry."""
    tell(metrics, record())
    assert "ccserver_interactions_total{direction=inbound,outcome=answered}" not in samples(PrometheusMetrics())

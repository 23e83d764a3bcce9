"""Rules and dashboard speak of metrics that exist, and the rules do what they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from prometheus_client import CollectorRegistry
from tests.house.files import TOP

from ccserver.adapters.prometheus import PrometheusMetrics
from ccserver.core.agent import Presence
from ccserver.core.notices import HowLeft, OfferEnd

PROMETHEUS = TOP / "docker/prometheus"
DASHBOARD = TOP / "docker/grafana/dashboards/ccserver.json"
NAME = re.compile(r"\b(?:ccserver|process)_\w+")
RECORDED = re.compile(r"\bccserver:\w+:\w+")
SELECTOR = re.compile(r"\b((?:ccserver|process)_\w+)\{([^}]*)\}")
LABEL = re.compile(r"(\w+)\s*=~?")
BY = re.compile(r"\bby \(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text())
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def dashboard_expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def series() -> dict[str, set[str]]:
    """Every series name of the registry with its labels."""
    registry = CollectorRegistry()
    PrometheusMetrics(registry)
    found: dict[str, set[str]] = {}
    for collector, names in registry._collector_to_names.items():
        labels = set(getattr(collector, "_labelnames", ()))
        for name in names:
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    process = (
        sample for family in registry.collect() for sample in family.samples if sample.name.startswith("process_")
    )
    return found | {sample.name: set(sample.labels) for sample in process}


def documented(metric: str) -> set[str]:
    """The values of the last label of the metric, as the table of operations.md lists them: plain words between commas."""
    (row,) = [
        line for line in (TOP / "docs/operations.md").read_text().splitlines() if line.startswith(f"| `{metric}`")
    ]
    words = re.sub(r"\([^)]*\)", "", row.split("|")[3]).rpartition(":")[2]
    return {word.strip() for word in words.split(",")}


@pytest.mark.parametrize(
    ("metric", "values"),
    [
        ("ccserver_queue_left_total", get_args(HowLeft)),
        ("ccserver_offers_total", ("connected", *get_args(OfferEnd))),
        ("ccserver_agents", [*Presence]),
    ],
)
def test_the_document_names_the_values_that_the_program_gives(metric: str, values: Sequence[str]) -> None:
    """Neither more nor fewer: people write queries from it."""
    assert documented(metric) == set(values)


EXPRESSIONS = [rule["expr"] for rule in rules()] + dashboard_expressions()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_exists(expression: str) -> None:
    """In the program's own registry, under exactly this name."""
    words = re.sub(r"\{[^}]*\}", "", expression)
    assert [name for name in NAME.findall(words) if name not in series()] == []


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_label_exists(expression: str) -> None:
    """`job` and `instance` come from Prometheus itself."""
    known = series()
    wrong = [
        (name, label)
        for name, selector in SELECTOR.findall(expression)
        for label in LABEL.findall(selector)
        if label not in known[name] | {"job", "instance"}
    ]
    every = set().union(*known.values())
    wrong += [
        ("by", label.strip())
        for names in BY.findall(expression)
        for label in names.split(",")
        if label.strip() not in every
    ]
    assert wrong == []


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_recorded_series_is_recorded(expression: str) -> None:
    """By a rule of ours."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert set(RECORDED.findall(expression)) <= recorded


@pytest.mark.parametrize("rule", [rule for rule in rules() if "alert" in rule], ids=lambda rule: rule["alert"])
def test_every_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    """Severity, summary, and a heading in the operations guide."""
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (\w+)$", (TOP / page).read_text(), re.MULTILINE)
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert (anchor, rule["alert"]) == (rule["alert"].lower(), rule["alert"])
    assert rule["alert"] in headings


def promtool(*words: str) -> str:
    """Nothing when promtool is content. It comes with `make test`."""
    program = shutil.which("promtool") or str(TOP / ".cache/promtool")
    assert Path(program).exists(), "promtool is missing: run `bash tools/test_packages.sh`"
    done = subprocess.run([program, *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.promtool
def test_the_rules_fire_when_they_should() -> None:
    """All silent when all is well, each firing when its fault is there."""
    assert promtool("test", "rules", "alerts.test.yaml") == ""


@pytest.mark.promtool
def test_promtool_accepts_the_rules_and_the_configuration() -> None:
    """Syntax, as Prometheus reads it."""
    assert promtool("check", "rules", "alerts.yaml") == ""
    assert promtool("check", "config", "--syntax-only", "prometheus.yaml") == ""


def test_the_dashboard_lets_the_reader_choose_the_data_source() -> None:
    """No panel is bound to one installation."""
    board = json.loads(DASHBOARD.read_text())
    sources = {panel["datasource"]["uid"] for panel in board["panels"] if "datasource" in panel}
    assert sources == {"${datasource}"}
    assert "datasource" in {variable["name"] for variable in board["templating"]["list"]}

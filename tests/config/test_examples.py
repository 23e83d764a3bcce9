"""The examples beside the demo: each says in a README what it shows, and can be used as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from tests.house.files import TOP

from ccserver.config import check, json_schema, load_configuration
from ccserver.config.yaml_reader import NodeBudget, parse
from ccserver.config.yaml_tree import plain
from ccserver.core.ids import AgentId, QueueId
from ccserver.core.plan import AgentProfile, Plan, QueuePlan
from ccserver.core.skills import meets, suitability, widened
from ccserver.core.tiers import PolicyKind, best_tier

EXAMPLES = sorted(path for path in (TOP / "examples").iterdir() if path.is_dir())
OTHERS = [path for path in EXAMPLES if path.name != "demo"]
FILES = [file for path in OTHERS for file in sorted(path.glob("*.yaml"))]
VALIDATOR = jsonschema_rs.validator_for(json_schema.editor_schema())


def plan(name: str) -> Plan:
    return load_configuration(TOP / "examples" / name).plan


def queue(of: Plan, name: str) -> QueuePlan:
    return of.queues[QueueId(name)]


def agent(of: Plan, name: str) -> AgentProfile:
    return of.agents[AgentId(name)]


def fits(one: AgentProfile, what: QueuePlan, seconds: float = 0) -> int:
    return suitability(one.skills, what.needs, what.prefer, widened(what.relax, seconds))


def test_there_are_the_four_that_the_documents_name() -> None:
    """Besides the demo."""
    assert [path.name for path in OTHERS] == ["airline", "follow-the-sun", "one-size", "private-bank"]


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_nothing_is_wrong_with_it_and_nothing_is_warned_of(folder: Path) -> None:
    """It is copied."""
    assert [str(one) for one in check(folder)] == []


@pytest.mark.parametrize("folder", OTHERS, ids=lambda path: path.name)
def test_it_says_what_it_shows(folder: Path) -> None:
    """And works a case through."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "| what is wanted | how it is said |" in text


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_editors_can_complete_it(file: Path) -> None:
    """Each file names the schema and fits it."""
    text = file.read_text(encoding="utf-8")
    node, problems, _ = parse(file, text.encode(), NodeBudget())
    assert text.startswith("# yaml-language-server: $schema=../../docs/schema/ccserver.schema.json\n")
    assert node is not None
    assert (problems, [one.message for one in VALIDATOR.iter_errors(plain(node))]) == ([], [])


def test_one_size_knows_no_tiers() -> None:
    """Every queue goes by the order of arrival."""
    shop = plan("one-size")
    assert (len(shop.tiers), {one.policy.kind for one in shop.queues.values()}) == (1, {PolicyKind.EQUAL})


@pytest.mark.parametrize(
    ("worth", "tier"), [(7_200_000, "family"), (500_000, "private"), (60_000, "personal"), (1, "other")]
)
def test_the_banks_tiers_go_by_worth(worth: float, tier: str) -> None:
    """As its README says."""
    assert best_tier(plan("private-bank").tiers, worth=worth).id == tier


def test_the_bank_prefers_seniors_and_forbids_trainees() -> None:
    """Ines before Carl; Nia never, Eli after 45 s."""
    bank = plan("private-bank")
    advice = queue(bank, "advice")
    ines, carl, nia, eli = (agent(bank, name) for name in ("ines", "carl", "nia", "eli"))
    assert fits(ines, advice) > fits(carl, advice) > 0
    assert (fits(nia, advice, 60), fits(eli, advice, 44), fits(eli, advice, 45)) == (0, 0, 1)


def test_the_airlines_private_number_gives_its_tier() -> None:
    """And no other number does."""
    entries = plan("airline").entry_points.values()
    assert {one.id: one.tier for one in entries} == {"platinum": "platinum", "main": None, "spanish": None}


def test_the_airlines_luggage_is_patient() -> None:
    """A minute's advantage for each tier; the rest goes by answer targets."""
    airline = plan("airline")
    assert {one.id: one.policy.kind for one in airline.queues.values() if one.policy.kind != PolicyKind.TARGETS} == {
        "luggage": PolicyKind.AGEING
    }
    assert queue(airline, "luggage").policy.ageing == timedelta(minutes=1)


@pytest.mark.parametrize("day", [datetime(2026, 12, 8, tzinfo=UTC), datetime(2026, 7, 8, tzinfo=UTC)])
def test_a_house_is_open_at_every_hour_of_a_working_day(day: datetime) -> None:
    """In winter and in summer."""
    hours = plan("follow-the-sun").hours.values()
    assert all(any(one.is_open(day + timedelta(minutes=30 * half)) for one in hours) for half in range(48))


def test_the_own_house_answers_first() -> None:
    """Others help after 30 s, and answer the world at once."""
    sun = plan("follow-the-sun")
    london, lim, amy = queue(sun, "london"), agent(sun, "lim"), agent(sun, "amy")
    assert (meets(amy.skills, london.needs), fits(lim, london, 29), fits(lim, london, 30)) == (True, 0, 1)
    assert meets(lim.skills, queue(sun, "world").needs)

"""The demo: what others measure on."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from tests.house.files import TOP

from ccserver.config import Configuration, check, load_configuration
from ccserver.config.sounds import stock_recordings
from ccserver.core.acd import wait_words
from ccserver.core.forecast import Step
from ccserver.core.ids import AgentId, FlowId, NodeId, QueueId
from ccserver.core.ivr.flow import DigitsNode, MenuNode, QueueNode, SetNode, VoicemailNode
from ccserver.core.plan import ExitKind
from ccserver.services.office import Role

FOLDER = TOP / "examples/demo"


@pytest.fixture(scope="module")
def demo() -> Configuration:
    return load_configuration(FOLDER)


def test_the_demo_has_no_problem() -> None:
    """It is the example that everyone copies."""
    assert [str(one) for one in check(FOLDER)] == []


def test_the_numbers(demo: Configuration) -> None:
    """Where each leads, and how urgent it is."""
    entries = demo.plan.entry_points.values()
    assert {one.dnis: (one.flow, one.queue, one.priority > 0, one.hours) for one in entries} == {
        "+448081570100": ("welcome", None, False, ""),
        "+448081570102": (None, "support", False, ""),
        "+448081570103": (None, "support", True, ""),
        "+448081570104": (None, "support", False, "never"),
    }


def test_the_closed_line_is_never_open(demo: Configuration) -> None:
    """Not in any hour of a year, and its callers are told."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    never = demo.plan.hours["never"]
    assert not any(never.is_open(begin + timedelta(hours=hour)) for hour in range(366 * 24))
    assert demo.plan.entry_points["+448081570104"].on_closed.kind is ExitKind.MESSAGE


def end_of(demo: Configuration, node: NodeId) -> object:
    """The node that ends the flow, over nodes that only set values."""
    flow = demo.plan.flows[FlowId("welcome")]
    here = flow.nodes[node]
    while isinstance(here, SetNode):
        assert here.next is not None
        here = flow.nodes[here.next]
    return here


def test_the_menu(demo: Configuration) -> None:
    """1 sales, 2 support, 3 voicemail, nothing: support, after one time."""
    menu = demo.plan.flows[FlowId("welcome")].nodes[NodeId("choose")]
    assert isinstance(menu, MenuNode)
    assert menu.on_timeout is not None
    ends = {key: end_of(demo, node) for key, node in menu.choices.items()}
    assert ends["1"] == QueueNode(QueueId("sales"))
    assert ends["2"] == end_of(demo, menu.on_timeout) == QueueNode(QueueId("support"))
    assert ends["3"] == VoicemailNode()
    assert menu.tries == 1


def test_the_order_number(demo: Configuration) -> None:
    """Behind 4, kept with the call."""
    flow = demo.plan.flows[FlowId("welcome")]
    menu = flow.nodes[NodeId("choose")]
    assert isinstance(menu, MenuNode)
    digits = flow.nodes[menu.choices["4"]]
    assert isinstance(digits, DigitsNode)
    assert digits.store == "order_number"


def test_the_agents(demo: Configuration) -> None:
    """Five people and fifty for load tests, who are free again at once."""
    agents = demo.plan.agents
    people = {name: agents[AgentId(name)] for name in ("ann", "bob", "cem", "dia", "eve")}
    load = [agents[AgentId(f"load{number:02d}")] for number in range(1, 51)]
    assert [one.extension for one in people.values()] == ["1001", "1002", "1003", "1004", "1005"]
    assert len({tuple(one.skills.values()) for one in people.values()}) == 5
    assert {frozenset(one.skills) for one in people.values()} == {frozenset({"sales", "support"})}
    assert [one.extension for one in load] == [str(number) for number in range(2001, 2051)]
    assert {(frozenset(one.skills), one.wrap_up_limit) for one in load} == {(frozenset({"support"}), timedelta(0))}
    assert len(agents) == 55


def test_the_users(demo: Configuration) -> None:
    """Everyone can sign in with demo- and the name."""
    assert {one.id: one.role for one in demo.site.users if one.agent is None} == {
        "sue": Role.SUPERVISOR,
        "admin": Role.ADMIN,
    }
    assert all(one.password == f"demo-{one.id}" for one in demo.site.users)


def test_the_trunk(demo: Configuration) -> None:
    """Whoever calls from 127.0.0.2; everything listens on loopback."""
    (trunk,) = demo.site.trunks
    network = demo.site.network
    assert (trunk.match, trunk.target) == (("127.0.0.2",), "127.0.0.2:5070")
    assert (network.web_host, network.sip_host, demo.site.is_demo) == ("127.0.0.1", "127.0.0.1", True)


def customers() -> list[dict[str, str]]:
    with (FOLDER / "customers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_customers() -> None:
    """Two hundred, each with one number of the range for fiction, and the pyramid of tiers."""
    rows = customers()
    assert [one["numbers"] for one in rows] == [f"+442079460{number:03d}" for number in range(200)]
    assert Counter(one["tier"] for one in rows) == {"platinum": 4, "gold": 16, "silver": 40, "basic": 140}
    assert len({one["name"] for one in rows}) == len({one["external_id"] for one in rows}) == 200
    assert list(rows[0]) == ["name", "numbers", "tier", "value", "language", "external_id"]


def test_higher_tiers_are_worth_more() -> None:
    """The least of a tier is worth more than the best of the tier below."""
    values = [
        [float(one["value"]) for one in customers() if one["tier"] == tier]
        for tier in ("basic", "silver", "gold", "platinum")
    ]
    assert all(max(lower) < min(higher) for lower, higher in pairwise(values))


def test_the_numbers_of_customers_are_possible() -> None:
    """They parse as E.164."""
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(one["numbers"])) for one in customers())


def test_what_the_queue_announces_is_among_the_stock_recordings() -> None:
    """Positions and waits are told with Asterisk's own recordings."""
    sounds = [wait_words.position_words(place) for place in (1, 2, 7)]
    sounds += [wait_words.wait_words(step, "en") for step in Step if step is not Step.OVER_12]
    said = {sound.value for one in sounds for sound in one}
    assert {name for name in said if not name.isdigit()} <= stock_recordings()


def test_the_demo_names_the_schema_for_editors() -> None:
    """Each file, with a path that exists."""
    first = "# yaml-language-server: $schema=../../docs/schema/ccserver.schema.json"
    assert {path.read_text(encoding="utf-8").splitlines()[0] for path in FOLDER.glob("*.yaml")} == {first}
    assert (FOLDER / "../../docs/schema/ccserver.schema.json").resolve().is_file()

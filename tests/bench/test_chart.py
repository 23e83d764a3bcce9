"""The pictures: what is drawn where, and that they are what the tables tell."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from bench.chart import Axis, Panel, Series, chart
from bench.routing_pictures import KNOB, PAGE, SPEED, SPEEDS, knob, speed, table


def test_an_axis_is_linear_or_logarithmic() -> None:
    """From its first tick to its last."""
    ticks = [(1.0, "1"), (100.0, "100")]
    assert Axis("", ticks).share(50.5) == 0.5
    assert round(Axis("", ticks, is_log=True).share(10.0), 9) == 0.5


def test_a_chart_is_well_formed_whatever_the_names_are() -> None:
    """Names are text, never markup."""
    ticks = [(0.0, "0"), (1.0, "<1>")]
    panel = Panel("a & b", Axis("x", ticks), Axis("y", ticks), [Series("<s>", [(0.0, 0.0), (1.0, 1.0)], "#000")])
    found = ElementTree.fromstring(chart("t < u", [panel]))
    assert "<s>" in "".join(found.itertext())


def test_the_pictures_in_the_documents_are_those_of_the_figures() -> None:
    """Whoever changes a table draws it again."""
    assert KNOB.read_text() == knob(table(PAGE.read_text(), "### One knob"))
    assert SPEED.read_text() == speed(json.loads(SPEEDS.read_text())["regimes"])

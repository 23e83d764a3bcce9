"""Line charts as SVG text, for the documents: panels side by side, one scale of x for all, series told apart by colour and mark.

Draws what it is given, and decides nothing. No library: a picture in the repository is then the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

COLOURS = ("#7048a8", "#b8860b", "#3d6fb4", "#4a4a4a", "#b03a2e", "#2e8b57")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _GAP = 430, 250, 62, 58, 78, 24
_TEXT = 'font-family="sans-serif" font-size="12" fill="#222"'


class Series(NamedTuple):
    """One line: `points` are x and y, in the order drawn. A dashed one is a limit or an aim."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    is_dashed: bool = False


class Axis(NamedTuple):
    """`ticks` with the text of each; the first and the last are the ends."""

    name: str
    ticks: Sequence[tuple[float, str]]
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where on the axis, 0 to 1."""
        first, last, at = (
            (math.log(each) if self.is_log else each) for each in (self.ticks[0][0], self.ticks[-1][0], value)
        )
        return (at - first) / (last - first)


class Panel(NamedTuple):
    """One diagram."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]


def chart(title: str, panels: Sequence[Panel], note: str = "") -> str:
    """The whole picture, as the text of an SVG file."""
    width, height = len(panels) * (_WIDTH + _LEFT + _GAP) + _GAP, _TOP + _HEIGHT + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" {_TEXT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_GAP}" y="24" font-size="16">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _LEFT + _GAP / 2 + number * (_WIDTH + _LEFT + _GAP))
    parts += [f'<text x="{_GAP}" y="{height - 8}" fill="#666" font-size="11">{escape(note)}</text>', "</svg>", ""]
    return "\n".join(parts)


def _panel(panel: Panel, left: float) -> Iterator[str]:
    right, low = left + _WIDTH, _TOP + _HEIGHT
    yield f'<text x="{left}" y="{_TOP - 12}" font-weight="bold">{escape(panel.title)}</text>'
    for value, text in panel.y.ticks:
        y = low - panel.y.share(value) * _HEIGHT
        yield f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="#ddd"/>'
        yield f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>'
    for value, text in panel.x.ticks:
        x = left + panel.x.share(value) * _WIDTH
        yield f'<path d="M{x:.1f} {low}v5" stroke="#888"/>'
        yield f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{escape(text)}</text>'
    yield f'<text x="{(left + right) / 2:.1f}" y="{low + 34}" text-anchor="middle">{escape(panel.x.name)}</text>'
    middle = _TOP + _HEIGHT / 2
    turned = f'transform="rotate(-90 {left - 48:.1f} {middle})"'
    yield f'<text x="{left - 48:.1f}" y="{middle}" text-anchor="middle" {turned}>{escape(panel.y.name)}</text>'
    step = _WIDTH / max(1, len(panel.series))
    for number, one in enumerate(panel.series):
        yield from _line(
            one, [(left + panel.x.share(x) * _WIDTH, low - panel.y.share(y) * _HEIGHT) for x, y in one.points]
        )
        yield from _named(one, left + number * step, low + 52)


def _line(one: Series, points: list[tuple[float, float]]) -> Iterator[str]:
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path d="M{way}" fill="none" stroke="{one.colour}" stroke-width="2"{_dashes(one)}/>'
    if not one.is_dashed:
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{one.colour}"/>' for x, y in points)


def _named(one: Series, x: float, y: float) -> Iterator[str]:
    yield f'<path d="M{x:.1f} {y - 4}h16" stroke="{one.colour}" stroke-width="3"{_dashes(one)}/>'
    yield f'<text x="{x + 20:.1f}" y="{y}">{escape(one.name)}</text>'


def _dashes(one: Series) -> str:
    return ' stroke-dasharray="5 4"' if one.is_dashed else ""

"""A picture of figures by row as one self-contained SVG: for each figure a panel, for each row a point, or two and the way between.

No fonts, scripts or styles from elsewhere; it is legible in black and white: filled is what is proposed, hollow what is present.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

LEFT, PANEL, GAP, ROW, TOP = 190.0, 220.0, 26.0, 22.0, 76.0
_INK, _FAINT, _BETTER, _WORSE, _GOAL = "#222", "#ddd", "#1a7f5a", "#b3402a", "#b8860b"
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One row of one panel. `after` None: one value only. `margin` is half of the interval of the difference; `goal` a mark."""

    before: float | None
    after: float | None = None
    margin: float | None = None
    is_noise: bool = False
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure. `more_is_better` colours the way from present to proposed; None: in ink."""

    title: str
    points: Sequence[Point]
    said: Callable[[float], str]
    more_is_better: bool | None = True
    least: float = 0.0
    most: float | None = None


def svg(title: str, note: str, rows: Sequence[tuple[str, bool]], panels: Sequence[Panel]) -> str:
    """`rows` are names, and whether they stand for several others and are set in bold."""
    width = LEFT + len(panels) * (PANEL + GAP) + 10
    height = TOP + len(rows) * ROW + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        _text(14, 24, title, 'font-size="16"'),
        _text(14, height - 14, note, 'fill="#555"'),
    ]
    for number, (name, is_bold) in enumerate(rows):
        weight = ' font-weight="bold"' if is_bold else ""
        parts.append(_text(14 if is_bold else 28, _y(number) + 4, name, weight))
    for number, panel in enumerate(panels):
        parts += _panel(panel, LEFT + number * (PANEL + GAP), len(rows))
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Panel, left: float, rows: int) -> list[str]:
    values = [value for point in panel.points for value in (point.before, point.after, point.goal) if value is not None]
    most = panel.most if panel.most is not None else max([*values, panel.least + 1e-9]) * 1.05
    least = min([panel.least, *values]) if panel.most is None else panel.least
    inner = PANEL - 24

    def x(value: float) -> float:
        return left + 12 + inner * (min(max(value, least), most) - least) / ((most - least) or 1.0)

    bottom = TOP + rows * ROW
    parts = [_text(left + 12, TOP - 30, panel.title, 'font-weight="bold"')]
    for tick in range(_TICKS + 1):
        value = least + (most - least) * tick / _TICKS
        parts.append(f'<path d="M{x(value):.1f} {TOP - 6:.0f}V{bottom:.0f}" stroke="{_FAINT}"/>')
        parts.append(_text(x(value), TOP - 12, panel.said(value), 'text-anchor="middle" font-size="10" fill="#555"'))
    for number, point in enumerate(panel.points):
        parts += _point(point, panel.more_is_better, _y(number), x)
    return parts


def _point(point: Point, more_is_better: bool | None, y: float, x: Callable[[float], float]) -> list[str]:
    parts = []
    if point.goal is not None:
        parts.append(f'<path d="M{x(point.goal):.1f} {y - 8:.1f}v16" stroke="{_GOAL}" stroke-width="3"/>')
    if point.after is None:
        return parts if point.before is None else [*parts, _dot(x(point.before), y, _INK, is_filled=True)]
    colour = _colour(point, more_is_better)
    if point.margin is not None and point.before is not None:
        ends = x(point.after - point.margin), x(point.after + point.margin)
        parts.append(
            f'<path d="M{ends[0]:.1f} {y:.1f}H{ends[1]:.1f}" stroke="{colour}" stroke-width="5" opacity=".3"/>'
        )
    if point.before is not None:
        parts.append(
            f'<path d="M{x(point.before):.1f} {y:.1f}H{x(point.after):.1f}" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(_dot(x(point.before), y, colour, is_filled=False))
    return [*parts, _dot(x(point.after), y, colour, is_filled=True)]


def _colour(point: Point, more_is_better: bool | None) -> str:
    if point.is_noise or more_is_better is None or point.before is None or point.after is None:
        return "#777"
    return _BETTER if (point.after > point.before) is more_is_better else _WORSE


def _dot(x: float, y: float, colour: str, *, is_filled: bool) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour if is_filled else "#fff"}" stroke="{colour}" stroke-width="2"/>'


def _text(x: float, y: float, text: str, how: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {how}>{escape(text)}</text>'


def _y(row: int) -> float:
    return TOP + row * ROW + ROW / 2

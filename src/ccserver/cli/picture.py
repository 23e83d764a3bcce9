"""A row of numbers as a picture of letters: bars side by side, with a scale on the left and names below."""

from __future__ import annotations

from collections.abc import Sequence

HEIGHT = 8
_BLOCKS, _PLAIN = " ▁▂▃▄▅▆▇█", "     ####"
_WIDEST_BAR = 4


def bars(values: Sequence[float], names: Sequence[str], width: int, is_plain: bool = False) -> list[str]:
    """Lines of at most `width` letters. Where there is no room for a bar each, neighbours share one, as high as the highest.

    `is_plain` is for terminals that know nothing but ASCII.
    """
    scale = len(f"{max(values):.0f}") + 1
    room = max(1, width - scale - 1)
    together = -(-len(values) // room)
    heights = [max(values[at : at + together]) for at in range(0, len(values), together)]
    each = min(_WIDEST_BAR, room // len(heights))
    top = max(heights) or 1.0
    signs = _PLAIN if is_plain else _BLOCKS
    lines = []
    for row in range(HEIGHT, 0, -1):
        eighths = [min(8, max(0, round(8 * (height / top * HEIGHT - row + 1)))) for height in heights]
        mark = f"{top * row / HEIGHT:.0f}" if row in {HEIGHT, HEIGHT // 2} else ""
        lines.append(
            f"{mark:>{scale - 1}} {'|' if is_plain else '│'}" + "".join(signs[part] * each for part in eighths)
        )
    lines.append(" " * (scale + 1) + _names_below(names[::together], each, room))
    return [line.rstrip() for line in lines]


def _names_below(names: Sequence[str], each: int, room: int) -> str:
    """Each name under the left edge of its bar, where the one before and the edge leave room."""
    text = ""
    for place, name in enumerate(names):
        if (not text or place * each > len(text)) and place * each + len(name) <= room:
            text = text.ljust(place * each) + name
    return text

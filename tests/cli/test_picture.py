"""Bars of letters."""

from __future__ import annotations

from ccserver.cli.picture import HEIGHT, bars


def test_the_highest_fills_the_picture_and_half_of_it_half() -> None:
    """With the scale on the left."""
    lines = bars([8, 4, 0], ["a", "b", "c"], width=20)
    assert lines[0] == "8 │████"
    assert lines[HEIGHT // 2] == "4 │████████"
    assert lines[HEIGHT] == "   a   b   c"


def test_eighths_of_a_letter_are_shown() -> None:
    """A picture of eight lines tells 64 heights apart."""
    assert bars([64, 1], ["a", "b"], width=20)[HEIGHT - 1] == "   │████▁▁▁▁"


def test_where_there_is_no_room_neighbours_share_a_bar() -> None:
    """The highest of them counts, so that no peak is lost."""
    lines = bars([1.0] * 499 + [5.0] + [1.0] * 500, [str(n) for n in range(1000)], width=80)
    assert max(map(len, lines)) <= 80
    assert lines[0].count("█") == 1


def test_names_stand_under_their_bars_where_there_is_room() -> None:
    """A name that would run into the next is left out."""
    lines = bars([1] * 10, [f"{hour:02}:00" for hour in range(8, 18)], width=80)
    assert lines[-1] == "    08:00   10:00   12:00   14:00   16:00"[1:]


def test_a_terminal_of_ascii_gets_ascii() -> None:
    """Halves of a letter are rounded."""
    assert "".join(bars([8, 3], ["a", "b"], width=20, is_plain=True)).isascii()


def test_nothing_at_all_has_a_picture_too() -> None:
    """Of a night without calls."""
    assert bars([0, 0], ["a", "b"], width=20)[0] == "1 │"

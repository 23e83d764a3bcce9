"""Two houses at once do not get in each other's way."""

from __future__ import annotations

from tests.scenarios.ports import PortBlock


def test_two_blocks_share_no_port() -> None:
    """Not even of the media."""
    one, other = PortBlock(), PortBlock()
    spans = [range(block.ports["WEB_PORT"], block.ports["RTP_LAST_PORT"] + 1) for block in (one, other)]
    assert not set(spans[0]) & set(spans[1])
    one.close()
    other.close()


def test_closed_block_is_given_again() -> None:
    """The lowest that is free."""
    block = PortBlock()
    ports = block.ports
    block.close()
    again = PortBlock()
    assert again.ports["WEB_PORT"] <= ports["WEB_PORT"]
    again.close()

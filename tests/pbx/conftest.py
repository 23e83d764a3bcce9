"""What the tests of the PBX share."""

from __future__ import annotations

from tests.pbx.asterisk_fixture import asterisk

__all__ = ["asterisk"]

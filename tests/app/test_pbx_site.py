"""What the environment says of the PBX that comes along."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.house.files import TOP

from ccserver.app.pbx_site import pbx_plan
from ccserver.config import load_configuration
from ccserver.pbx import PbxError, PbxPlan


def plan(data: Path) -> PbxPlan:
    configuration = load_configuration(TOP / "examples/demo")
    return pbx_plan(data, configuration.plan, configuration.site)


def test_who_vanishes_is_hung_up_after_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the environment says another time; 0 is never."""
    monkeypatch.delenv("CCSERVER_MEDIA_TIMEOUT", raising=False)
    assert plan(tmp_path).rtp_timeout_s == 60
    monkeypatch.setenv("CCSERVER_MEDIA_TIMEOUT", "0")
    assert plan(tmp_path).rtp_timeout_s == 0


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "-1"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Before the PBX gets it."""
    monkeypatch.setenv("CCSERVER_MEDIA_TIMEOUT", text)
    with pytest.raises(PbxError, match=r"MEDIA_TIMEOUT is|rtp_timeout_s -1"):
        plan(tmp_path)

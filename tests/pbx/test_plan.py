"""A plan that could not be written to a configuration file safely is refused when it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ccserver.pbx import PbxError, PbxPlan, Phone, Trunk

DATA = Path("/data")
HOSTILE = ("a\nb", "a;b", "[a]", "a b", "", "-a", "1a", "a" * 60, "ä", "${X}")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_phone_user_is_refused(name: str) -> None:
    """It becomes a section of pjsip.conf."""
    with pytest.raises(PbxError, match="phone user"):
        Phone(name, "1001")


def test_user_that_looks_like_a_browser_phone_is_refused() -> None:
    """It would meet the browser phone of another."""
    with pytest.raises(PbxError, match="-web"):
        Phone("ann-web", "1001")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_trunk_name_is_refused(name: str) -> None:
    """The same for trunks."""
    with pytest.raises(PbxError, match="trunk name"):
        Trunk(name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"match": ()},
        {"match": ("sbc.example",)},
        {"target": "127.0.0.2"},
        {"target": "127.0.0.2:0"},
        {"target": "127.0.0.2:5070;transport=tcp"},
        {"codecs": ()},
        {"codecs": ("ulaw\n[x]",)},
        {"qualify_s": -1},
    ],
)
def test_wrong_trunk_is_refused(wrong: dict[str, Any]) -> None:
    """Addresses, target and codecs are checked."""
    with pytest.raises(PbxError):
        Trunk("demo", **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sip_port": 0},
        {"http_port": 70000},
        {"http_port": 5038},
        {"rtp": (10000, 10001)},
        {"rtp": (500, 20000)},
        {"sip_host": "localhost"},
        {"node": "a b"},
        {"stasis_app": "x,y"},
        {"recorded_dnis": ("0815",)},
        {"languages": (("0815", "zh"),)},
        {"languages": (("+448081570100", "zh-CN"),)},
        {"phones": (Phone("ann", "1001"), Phone("ann", "1002"))},
        {"fallback_members": ("nobody",)},
        {"trunks": (Trunk("ann"),), "phones": (Phone("ann", "1001"),)},
    ],
)
def test_wrong_plan_is_refused(wrong: dict[str, Any]) -> None:
    """Ports, numbers, and names that meet."""
    with pytest.raises(PbxError, match="what to do"):
        PbxPlan(DATA, **wrong)


def test_default_plan_listens_on_loopback() -> None:
    """The ports of the design."""
    plan = PbxPlan(DATA)
    assert (plan.sip_host, plan.sip_port, plan.http_port, plan.ami_port) == ("127.0.0.1", 5060, 8088, 5038)


def test_every_phone_is_a_fallback_member_unless_said_otherwise() -> None:
    """The static queue rings whoever is there."""
    phones = (Phone("ann", "1001"), Phone("bob", "1002"))
    assert PbxPlan(DATA, phones=phones).fallback_phones == phones
    assert PbxPlan(DATA, phones=phones, fallback_members=("bob",)).fallback_phones == phones[1:]

"""What the guardian decides to move, on lists as ARI gives them."""

from __future__ import annotations

from typing import Any

from ccserver.pbx.rescue import Rescue, plan_rescue


def channel(name: str, role: str = "inbound", state: str = "Up", app: str = "Stasis") -> dict[str, Any]:
    """A channel as `GET /channels` shows it."""
    return {"id": name, "state": state, "dialplan": {"app_name": app}, "channelvars": {"CC_ROLE": role, "CC_ID": "i"}}


def bridge(kind: str, *channels: str) -> dict[str, Any]:
    """A bridge as `GET /bridges` shows it."""
    return {"id": "b", "bridge_type": kind, "channels": list(channels)}


def test_waiting_caller_goes_to_the_fallback() -> None:
    """Also out of a holding bridge with music."""
    assert plan_rescue([channel("c")], [bridge("holding", "c")]).to_fallback == ("c",)


def test_people_who_talk_are_never_touched() -> None:
    """Two answered channels in a mixing bridge."""
    talking = [channel("c"), channel("a", role="agent")]
    assert plan_rescue(talking, [bridge("mixing", "c", "a")]) == Rescue()


def test_caller_alone_in_a_mixing_bridge_is_rescued() -> None:
    """The agent's leg has gone."""
    assert plan_rescue([channel("c")], [bridge("mixing", "c")]).to_fallback == ("c",)


def test_caller_bridged_with_a_phone_that_only_rings_is_rescued() -> None:
    """A leg that has not answered is nobody to talk to, and would ring for ever."""
    both = [channel("c"), channel("a", role="agent", state="Ringing")]
    assert plan_rescue(both, [bridge("mixing", "c", "a")]) == Rescue(to_fallback=("c",), to_end=("a",))


def test_caller_in_the_dialplan_is_left_there() -> None:
    """Whoever hears the fallback already is not put to its start again."""
    assert plan_rescue([channel("c", app="Queue")], []) == Rescue()


def test_answered_agent_is_left_alone() -> None:
    """An agent can hang up; a caller who is put through a second later finds the phone in use."""
    assert plan_rescue([channel("a", role="agent")], []) == Rescue()


def test_channels_of_others_are_left_alone() -> None:
    """No role, or a role that is not the guardian's business."""
    others = [
        {"id": "x", "state": "Ring"},
        channel("o", role="outbound"),
        channel("d", role="agent-dial", state="Ring"),
    ]
    assert plan_rescue(others, [{"bridge_type": "mixing", "channels": None}]) == Rescue()

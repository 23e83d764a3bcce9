"""Traps of Asterisk that the rendered files keep out. docs/asterisk-traps.md lists all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ccserver.pbx import AsteriskInstall, PbxPlan, Phone, Trunk, load_or_create_secrets
from ccserver.pbx.render import render

INSTALL = AsteriskInstall(("asterisk",), (22, 10, 1), Path("/opt/a/modules"), Path("/opt/a/share"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Every file by its name, without comments."""
    plan = PbxPlan(tmp_path, phones=(Phone("ann", "1001"),), trunks=(Trunk("demo"),), recorded_dnis=("+448081570102",))
    paths = render(plan, load_or_create_secrets(plan.data, plan.phones), INSTALL)
    return {
        file.name: re.sub(r"(^|\s);.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for file in paths.etc.iterdir()
    }


def test_a_reader_that_pauses_is_not_dropped(files: dict[str, str]) -> None:
    """The default write time-out of 100 ms is shorter than a garbage collection (EXP-2)."""
    assert re.search(r"^websocket_write_timeout = 5000\s*$", files["ari.conf"], re.MULTILINE)


def test_asterisk_opens_no_websocket_itself(files: dict[str, str]) -> None:
    """A persistent one hides from the dialplan that ccserver is away: STASISSTATUS would be SUCCESS (T15, EXP-3)."""
    assert files["websocket_client.conf"].strip() == ""
    assert "outbound_websocket" not in files["ari.conf"]


def test_no_call_is_broadcast(files: dict[str, str]) -> None:
    """A call has one owner: nobody has to claim it (EXP-11)."""
    assert "StasisBroadcast" not in files["extensions.conf"]


def test_no_local_channel_is_made(files: dict[str, str]) -> None:
    """Neither by the dialplan nor by the static queue (EXP-8)."""
    assert [name for name, text in files.items() if "Local/" in text] == []


def test_what_ari_sets_a_variable_on_reads_no_database(files: dict[str, str]) -> None:
    """A channel that ARI set a variable on is refused DB(), CURL(), FILE() and SHELL(); none of them is even loaded (T11)."""
    assert re.findall(r"\b(?:DB|DB_EXISTS|CURL|FILE|SHELL|ENV)\(", files["extensions.conf"]) == []
    assert re.findall(r"func_(?:db|curl|env|shell)|app_system", files["modules.conf"]) == []


def test_only_harmless_messages_are_declined(files: dict[str, str]) -> None:
    """A wrong one stops the boot (T18); these four are known to do no harm."""
    assert re.findall(r"^decline = (\w+)", files["stasis.conf"], re.MULTILINE) == [
        "ast_channel_varset_type",
        "ast_rtp_rtcp_sent_type",
        "ast_rtp_rtcp_received_type",
        "ast_test_suite_message_type",
    ]


def test_unique_ids_begin_with_the_node(files: dict[str, str]) -> None:
    """They restart from the time of day: two runs or two nodes could meet (EXP-13)."""
    assert re.search(r"^systemname = ast01\s*$", files["asterisk.conf"], re.MULTILINE)


def test_events_carry_the_id_of_the_call(files: dict[str, str]) -> None:
    """Nothing is replayed after a break: whose channel it is must stand in every event (T4, EXP-1)."""
    assert re.search(r"^channelvars = CC_ID,CC_ROLE\s*$", files["ari.conf"], re.MULTILINE)


def test_recordings_are_made_before_stasis(files: dict[str, str]) -> None:
    """By MixMonitor on the caller's own leg, not on the bridge (T13)."""
    inbound = files["extensions.conf"].partition("[inbound]")[2].partition("\n[")[0]
    assert inbound.index("MixMonitor(") < inbound.index("Stasis(")

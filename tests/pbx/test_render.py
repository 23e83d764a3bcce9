"""Rendering without an Asterisk: what is in the files, and what is refused."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from ccserver.pbx import AsteriskInstall, PbxError, PbxPlan, Phone, Trunk, load_or_create_secrets
from ccserver.pbx.encode import Block, display_name, encode, fill
from ccserver.pbx.render import render

INSTALL = AsteriskInstall(("asterisk",), (22, 10, 1), Path("/opt/a/modules"), Path("/opt/a/share"))
PHONES = (Phone("ann", "1001", 'Ann "Evil" <sip:x>\n[y]; Ärmel'), Phone("bob", "1002"))


@pytest.fixture
def plan(tmp_path: Path) -> PbxPlan:
    """Two phones, one trunk, one recorded number."""
    return PbxPlan(tmp_path, phones=PHONES, trunks=(Trunk("demo"),), recorded_dnis=("+448081570102",))


def rendered(plan: PbxPlan) -> dict[str, str]:
    """Every file by its name."""
    paths = render(plan, load_or_create_secrets(plan.data, plan.phones), INSTALL)
    return {file.name: file.read_text(encoding="utf-8") for file in paths.etc.iterdir()}


def test_no_place_is_left_unfilled(plan: PbxPlan) -> None:
    """A template and the code that fills it belong together."""
    assert [name for name, text in rendered(plan).items() if "{{" in text] == []


def test_files_and_folders_are_private(plan: PbxPlan) -> None:
    """They hold secrets."""
    rendered(plan)
    etc = plan.data / "asterisk" / "etc"
    assert stat.S_IMODE((plan.data / "asterisk").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in etc.iterdir()} == {0o600}


def test_each_phone_has_two_endpoints_with_secrets_of_their_own(plan: PbxPlan) -> None:
    """SIP and browser."""
    pjsip = rendered(plan)["pjsip.conf"]
    assert re.findall(r"^\[([a-z-]+)\]\(((?:web-)?phone)\)$", pjsip, re.MULTILINE) == [
        ("ann", "phone"),
        ("ann-web", "web-phone"),
        ("bob", "phone"),
        ("bob-web", "web-phone"),
    ]
    assert len(set(re.findall(r"^password = (\S+)$", pjsip, re.MULTILINE))) == 4


def test_hostile_display_name_stays_a_name(plan: PbxPlan) -> None:
    """Foreign letters stay, quotes, brackets and line breaks go."""
    assert 'callerid = "Ann Evil sipxy Ärmel" <1001>' in rendered(plan)["pjsip.conf"]


def test_ami_has_no_mighty_class(plan: PbxPlan) -> None:
    """The only account may list, and write nothing."""
    written = re.findall(r"^write = (.*)$", rendered(plan)["manager.conf"], re.MULTILINE)
    assert {name for line in written for name in line.split(",")} == {"reporting"}


def test_a_line_has_its_language_before_ccserver_is_asked(tmp_path: Path) -> None:
    """For what Asterisk says by itself."""
    dialplan = rendered(PbxPlan(tmp_path, languages=(("+448081570102", "zh_CN"),)))["extensions.conf"]
    assert "[language]\nexten => +448081570102,1,Set(CHANNEL(language)=zh_CN)\n same => n,Return()\n" in dialplan


def test_sessions_grow_with_the_agents(tmp_path: Path) -> None:
    """Browser phones and ARI share one limit."""
    phones = tuple(Phone(f"a{number}", f"{1000 + number}") for number in range(300))
    http = rendered(PbxPlan(tmp_path, phones=phones))["http.conf"]
    found = re.search(r"^sessionlimit = (\d+)", http, re.MULTILINE)
    assert found is not None
    assert int(found[1]) >= 2 * 300 + 200


def test_guardian_gets_its_own_secret_only(plan: PbxPlan) -> None:
    """Its file names one account."""
    files = rendered(plan)
    secrets = load_or_create_secrets(plan.data, plan.phones)
    known = json.loads(files["guardian.json"])
    assert (known["user"], known["secret"]) == (secrets.ari_guardian.user, secrets.ari_guardian.secret)


def test_dialplan_uses_nothing_that_reaches_out(plan: PbxPlan) -> None:
    """No shell, no files, no database."""
    code = "\n".join(
        line for line in rendered(plan)["extensions.conf"].splitlines() if not line.lstrip().startswith(";")
    )
    assert re.findall(r"\b(?:SHELL|DB|CURL|FILE|System|TrySystem|AGI|EVAL)\(", code) == []


def test_refused_value_changes_no_file(plan: PbxPlan) -> None:
    """All is rendered before the first file is written."""
    before = rendered(plan)
    bad = AsteriskInstall(("asterisk",), (22, 10, 1), Path("/opt/a;b"), Path("/opt/a/share"))
    with pytest.raises(PbxError, match="cannot be written"):
        render(plan, load_or_create_secrets(plan.data, plan.phones), bad)
    assert rendered(plan) == before


def test_long_data_folder_gets_a_short_place_for_its_sockets(tmp_path: Path) -> None:
    """A Unix socket's path has 107 characters at most."""
    plan = PbxPlan(tmp_path / ("x" * 100))
    paths = render(plan, load_or_create_secrets(plan.data, ()), INSTALL)
    assert len(str(paths.guardian_socket)) < 108
    assert paths.run.is_dir()
    paths.run.rmdir()


@pytest.mark.parametrize(
    "value", ["a\nb", "a;b", "[a]", "a]", " a", "${X}", "a\x00", '"', "a\\", "#include", "{{ x }}"]
)
def test_value_that_says_more_than_itself_is_refused(value: str) -> None:
    """Nothing is escaped: there is no escaping in this format."""
    with pytest.raises(PbxError):
        encode(value)


def test_value_is_not_read_as_a_template() -> None:
    """Filling is one pass."""
    assert fill("a = {{ x }}", {"x": Block("{{ y }}")}) == "a = {{ y }}"


def test_name_of_signs_only_falls_back() -> None:
    """An empty display name would be odd."""
    assert display_name("<>;", otherwise="ann") == "ann"


def test_music_and_recordings_of_our_own(tmp_path: Path) -> None:
    """Each class of music has its folder, each recording its place beside the stock ones."""
    sounds, music = tmp_path / "sounds", tmp_path / "music" / "jazz"
    (sounds / "custom").mkdir(parents=True)
    music.mkdir(parents=True)
    (sounds / "custom" / "welcome.wav").touch()
    plan = PbxPlan(data=tmp_path / "data", music=(("jazz", music),), sounds=sounds)
    assert f"[jazz]\nmode = files\ndirectory = {music}\n" in rendered(plan)["musiconhold.conf"]
    share = plan.data / "asterisk" / "share"
    assert (share / "sounds/custom/welcome.wav").resolve() == sounds / "custom/welcome.wav"


def test_traps_of_asterisk_are_kept_out_of_the_files(plan: PbxPlan) -> None:
    """A slow program does not stop SIP (T9); Answer does not wait for audio (T12); phones transfer nobody (T14)."""
    files = rendered(plan)
    assert "taskprocessor_overload_trigger = pjsip_only" in files["pjsip.conf"]
    assert not re.search(r"Answer\((?!0,i\))", files["extensions.conf"])
    phones = [part for part in files["pjsip.conf"].split("\n[") if "context = from-agent" in part]
    assert phones
    assert all("allow_transfer = no" in part for part in phones)


def test_the_static_queue_offers_callers_back(plan: PbxPlan) -> None:
    """Between two slices of the queue ccserver is asked, under the id that the call always had."""
    fallback = rendered(plan)["extensions.conf"].partition("[fallback]")[2].partition("\n[")[0]
    order = [
        fallback.index(word)
        for word in ("Gosub(black-box", "Queue(fallback", "Stasis(ccserver,inbound,${CC_DNIS}", "?ring)")
    ]
    assert order == sorted(order)

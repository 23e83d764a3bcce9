"""The plan, the secrets and the templates become the files that Asterisk reads."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import resource
from collections.abc import Iterable, Mapping
from importlib.resources import files as package_files
from pathlib import Path

from ccserver.pbx.encode import Block, Value, display_name, fill
from ccserver.pbx.errors import PbxError
from ccserver.pbx.install import AsteriskInstall
from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.plan import PbxPlan, Phone
from ccserver.pbx.secrets import Secrets

MOST_FILES = 65536
REGIONAL = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){1,2}")
HOLD_FACTOR = 10  # a held call sends no media for as long as the agent looks something up
PHONE_QUALIFY_S = 30
SPARE_SESSIONS = 400  # ARI's pool, its events, the guardian, monitors


def render(plan: PbxPlan, secrets: Secrets, install: AsteriskInstall) -> PbxPaths:
    """Write DATA/asterisk/etc and the folders it points at; files are 0600, folders 0700.

    Every file is rendered before the first is written, and each is replaced atomically, so a refused value changes
    nothing. Raises PbxError.
    """
    paths = PbxPaths.of(plan.data)
    templates = template_folder("asterisk-config")
    values = _values(plan, secrets, install, paths)
    values |= {
        "media": _media(plan, _part(templates, "media")),
        "trunks": _trunks(plan, _part(templates, "trunk")),
        "phones": _phones(plan, secrets, _part(templates, "phone")),
        "members": _members(plan.fallback_phones, _part(templates, "member")),
        "own_music": _each(
            _part(templates, "music"), ({"name": name, "folder": folder} for name, folder in plan.music)
        ),
        "languages": _each(
            _part(templates, "language"), ({"number": number, "language": tongue} for number, tongue in plan.languages)
        ),
        "recorded": _each(_part(templates, "recorded"), ({"number": number} for number in plan.recorded_dnis)),
    }
    sources = [*sorted(templates.glob("*.conf")), template_folder("dialplan") / "extensions.conf"]
    rendered = {source.name: fill(source.read_text(encoding="utf-8"), values) for source in sources}
    _make_folders(paths)
    _link_share(paths, install)
    _link_sounds(paths.share / "sounds", plan)
    for name, text in rendered.items():
        write_private(paths.etc / name, text)
    write_private(paths.guardian_settings, json.dumps(_guardian(plan, secrets, paths), indent=1))
    return paths


def template_folder(name: str) -> Path:
    """A folder of templates: in the wheel under `ccserver/_bundled`, in a working tree at its top."""
    package = Path(str(package_files("ccserver")))
    for folder in (package / "_bundled" / name, package.parent.parent / name):
        if folder.is_dir():
            return folder
    raise PbxError(f"the templates {name} are missing from this installation of ccserver", "install ccserver again")


def write_private(path: Path, text: str) -> None:
    """Replace `path` as a whole, mode 0600."""
    partial = path.with_name(path.name + ".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def _values(plan: PbxPlan, secrets: Secrets, install: AsteriskInstall, paths: PbxPaths) -> dict[str, Value]:
    accounts: dict[str, Value] = {
        "ari_user": secrets.ari.user,
        "ari_secret": secrets.ari.secret,
        "guardian_user": secrets.ari_guardian.user,
        "guardian_secret": secrets.ari_guardian.secret,
        "events_user": secrets.ami_events.user,
        "events_secret": secrets.ami_events.secret,
    }
    folders: dict[str, Value] = {
        "root": paths.root,
        "etc": paths.etc,
        "lib": paths.lib,
        "share": paths.share,
        "spool": paths.spool,
        "run": paths.run,
        "log": paths.log,
        "modules": install.modules,
        "music": plan.fallback_music or paths.share / "moh",
    }
    return accounts | folders | {
        "node": plan.node,
        "app": plan.stasis_app,
        "fallback_after": plan.fallback_after_s,
        "sip_host": plan.sip_host,
        "sip_port": plan.sip_port,
        "http_host": "127.0.0.1",
        "http_port": plan.http_port,
        "ami_port": plan.ami_port,
        "rtp_first": plan.rtp[0],
        "rtp_last": plan.rtp[1],
        "rtp_timeout": plan.rtp_timeout_s,
        "rtp_timeout_hold": plan.rtp_timeout_s * HOLD_FACTOR,
        "rewrite_contact": "no" if plan.phones_are_local else "yes",
        "phone_qualify": 0 if plan.phones_are_local else PHONE_QUALIFY_S,
        "session_limit": 2 * len(plan.phones) + SPARE_SESSIONS,
        "max_files": _most_files(),
    }  # fmt: skip


def _most_files() -> int:
    # As an ordinary user, asking for more than the hard limit is refused and logged as an error.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)


def _part(templates: Path, name: str) -> str:
    return (templates / "parts" / f"{name}.conf").read_text(encoding="utf-8")


def _each(template: str, rows: Iterable[Mapping[str, Value]]) -> Block:
    return Block("".join(fill(template, row) for row in rows))


def _media(plan: PbxPlan, template: str) -> Block:
    # RTP on the address of SIP alone; with SIP on every address there is no one address to say.
    if ipaddress.ip_address(plan.sip_host).is_unspecified:
        return Block("")
    return fill(template, {"sip_host": plan.sip_host})


def _trunks(plan: PbxPlan, template: str) -> Block:
    rows: list[dict[str, Value]] = [
        {
            "name": trunk.name,
            "target": trunk.target,
            "codecs": ",".join(trunk.codecs),
            "match": ",".join(trunk.match),
            "qualify": trunk.qualify_s,
        }
        for trunk in plan.trunks
    ]
    return _each(template, rows)


def _phones(plan: PbxPlan, secrets: Secrets, template: str) -> Block:
    rows: list[dict[str, Value]] = [
        {
            "user": user,
            "kind": kind,
            "name": display_name(phone.name, otherwise=phone.user),
            "extension": phone.extension,
            "secret": secrets.phones[user].secret,
        }
        for phone in plan.phones
        for user, kind in ((phone.user, "phone"), (phone.web_user, "web-phone"))
    ]
    return _each(template, rows)


def _members(phones: tuple[Phone, ...], template: str) -> Block:
    return _each(template, ({"user": user} for phone in phones for user in phone.endpoints))


def _guardian(plan: PbxPlan, secrets: Secrets, paths: PbxPaths) -> dict[str, object]:
    return {
        "ari": f"http://127.0.0.1:{plan.http_port}/ari",
        "user": secrets.ari_guardian.user,
        "secret": secrets.ari_guardian.secret,
        "socket": str(paths.guardian_socket),
        "grace_s": plan.guardian_grace_s,
    }


def _make_folders(paths: PbxPaths) -> None:
    for folder in (paths.root, paths.run):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if paths.run.is_symlink() or paths.run.stat().st_uid != os.getuid():
        raise PbxError(
            f"{paths.run} belongs to somebody else", "remove it, or choose a data folder with a shorter path"
        )
    for name in ("etc", "lib/keys", "log", "cache", "spool/monitor", "spool/recording", "spool/tmp", "share/agi-bin"):
        (paths.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    (paths.share / "sounds" / "custom").mkdir(mode=0o700, parents=True, exist_ok=True)


def _link_share(paths: PbxPaths, install: AsteriskInstall) -> None:
    # Debian makes sounds/en in a maintainer script, which unpacking does not run; and prompts of our own need a place.
    wanted = {"documentation": "documentation", "rest-api": "rest-api", "static-http": "static-http", "moh": "moh"}
    for name, target in wanted.items():
        _link(paths.share / name, install.share / target)
    _link(paths.share / "sounds" / "en", install.sounds)


def _link_sounds(sounds: Path, plan: PbxPlan) -> None:
    """Prompts that were made and recordings of our own, which go before them, file by file. `en` is the installation's and
    stays as it is. Links that lead nowhere go, and those of prompts that are not of this plan."""
    wanted = {sounds / f"{name}.wav": file.absolute() for name, file in plan.prompts}
    wanted |= _own_places(sounds, plan.sounds) if plan.sounds is not None else {}
    made = {file.absolute().parent for _, file in plan.prompts} | {PbxPaths.of(plan.data).prompts}
    for old in sounds.rglob("*"):
        is_link = old.is_symlink() and old != sounds / "en"
        if is_link and old not in wanted and (old.readlink().parent in made or not old.exists()):
            old.unlink()
    for place, file in wanted.items():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link(place, file)


def _own_places(sounds: Path, own: Path) -> dict[Path, Path]:
    """Where each recording goes. A folder of a language with its region, `zh-CN`, is there as Asterisk spells it, too."""
    places = {}
    for file in sorted(own.rglob("*")):
        first, *rest = file.relative_to(own).parts
        if file.is_file() and first != "en":
            for folder in {first, first.replace("-", "_") if REGIONAL.fullmatch(first) else first}:
                places[sounds.joinpath(folder, *rest)] = file.resolve()
    return places


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)

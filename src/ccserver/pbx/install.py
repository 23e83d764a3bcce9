"""An Asterisk on this machine: fetched by us and run by its own dynamic loader, or installed by its owner."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccserver.pbx.errors import PbxError

# Twenty advisories were fixed in 22.10.1, two of them in ARI.
OLDEST = (22, 10, 1)
VERSION = re.compile(r"Asterisk (?:certified[-/])?(\d+)\.(\d+)\.(\d+)")
MACHINES = {
    # Debian's name: (folder of libraries, dynamic loader)
    "amd64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}
BINARIES = ("usr/sbin", "usr/local/sbin", "usr/bin", "usr/local/bin")
MARKER = "unpacked.json"


@dataclass(frozen=True)
class AsteriskInstall:
    """How to run it (`argv` is the start of every command line) and where its modules and sounds are."""

    argv: tuple[str, ...]
    version: tuple[int, int, int]
    modules: Path
    share: Path
    root: Path | None = None
    """The folder it was unpacked to; None for one installed on the machine."""

    @property
    def sounds(self) -> Path:
        """The English prompts."""
        folder = self.share / "sounds"
        for name in ("en", "en_US_f_Allison"):
            if (folder / name).is_dir():
                return folder / name
        return folder

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables the process needs: OpenSSL's defaults and modules, not those of the machine's other version."""
        if self.root is None:
            return {}
        libraries = self.modules.parent.parent
        return {
            "OPENSSL_CONF": "/dev/null",
            "OPENSSL_MODULES": str(libraries / "ossl-modules"),
        }


def unpacked(root: Path, architecture: str) -> AsteriskInstall:
    """The Asterisk in `root`, asked for its version. Raises PbxError when it does not start or is too old."""
    triplet, loader_name = MACHINES[architecture]
    libraries = root / "usr/lib" / triplet
    loader = _first(root / "usr/lib64" / loader_name, root / "usr/lib" / loader_name, libraries / loader_name)
    argv = (str(loader), "--library-path", str(libraries), str(root / "usr/sbin/asterisk"))
    version = _version(argv)
    if version is None or version < OLDEST:
        raise PbxError(
            f"the Asterisk unpacked to {root} answers version {_dotted(version)}; at least {_dotted(OLDEST)} is needed",
            "remove that folder and start again; if it stays so, set CCSERVER_DEBIAN_SUITE to a newer suite, such as sid",
        )
    return AsteriskInstall(argv, version, libraries / "asterisk/modules", root / "usr/share/asterisk", root)


def read_marker(folder: Path) -> Path | None:
    """The root that was unpacked completely, or None. The marker is written last, so half a tree has none."""
    try:
        root = folder / json.loads((folder / MARKER).read_text(encoding="utf-8"))["root"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return root if (root / "usr/sbin/asterisk").is_file() else None


def write_marker(folder: Path, root: Path) -> None:
    """Say that `root` is complete."""
    partial = folder / (MARKER + ".new")
    partial.write_text(json.dumps({"root": root.name}), encoding="utf-8")
    partial.replace(folder / MARKER)


def machine_architecture() -> str:
    """Debian's name for this machine, such as amd64. Raises PbxError for one we cannot serve."""
    try:
        done = subprocess.run(
            ["dpkg", "--print-architecture"],  # noqa: S607 - the machine's own dpkg, wherever its PATH has it
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise PbxError(
            "this machine has no dpkg, so Debian's packages cannot be unpacked",
            "run ccserver on Debian or Ubuntu, or install Asterisk 22.10.1 or newer on the machine yourself",
        ) from None
    architecture = done.stdout.strip()
    if architecture not in MACHINES:
        raise PbxError(
            f"Asterisk is not fetched for the architecture {architecture}",
            f"use {' or '.join(MACHINES)}, or install Asterisk 22.10.1 or newer on the machine yourself",
        )
    return architecture


def installed(machine: Path = Path("/")) -> AsteriskInstall | None:
    """The machine's own Asterisk below `machine` if it is new enough and complete, else None."""
    binary = shutil.which("asterisk", path=":".join(str(machine / folder) for folder in BINARIES))
    if binary is None:
        return None
    version = _version((binary,))
    modules = _first_folder([machine / folder for folder in _module_folders()], "res_ari.so")
    share = _first_folder([machine / "usr/share/asterisk", machine / "var/lib/asterisk"], "sounds")
    if version is None or version < OLDEST or modules is None or share is None:
        return None
    return AsteriskInstall((binary,), version, modules, share)


def _module_folders() -> list[Path]:
    triplets = [Path("usr/lib") / triplet / "asterisk/modules" for triplet, _ in MACHINES.values()]
    return [*triplets, Path("usr/lib/asterisk/modules"), Path("usr/lib64/asterisk/modules")]


def _first_folder(folders: list[Path], member: str) -> Path | None:
    return next((folder for folder in folders if (folder / member).exists()), None)


def _first(*candidates: Path) -> Path:
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise PbxError(
        f"no dynamic loader at {candidates[0]}",
        "the unpacked files are damaged: remove the folder asterisk in ccserver's cache and start again",
    )


def _version(argv: tuple[str, ...]) -> tuple[int, int, int] | None:
    try:
        done = subprocess.run([*argv, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(done.stdout)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _dotted(version: tuple[int, int, int] | None) -> str:
    return ".".join(map(str, version)) if version else "none"

"""apt-get with a state of its own: it reads the machine's keyring and proxy settings, and changes nothing outside its folder.

Signature and checksums are apt's business: it refuses what the keyring has not signed, and we never override it.
A download that broke goes on where it stopped (apt's `partial` folder).
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import tempfile
import time
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ccserver.pbx.debian import DebianSource
from ccserver.pbx.errors import PbxError
from ccserver.pbx.progress import Progress

SLOWEST = 30 * 60  # seconds of one run of apt-get, whatever it does meanwhile: one that hangs is told, not waited for
PIECE = 4096  # bytes read from the status pipe at once

# Given with -c, which is read after the machine's own files: its proxies hold, its hooks and folders do not.
CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "{folder}/debian.sources";
Dir::Etc::sourceparts "{folder}/none";
Dir::Etc::preferences "{folder}/none/preferences";
Dir::Etc::preferencesparts "{folder}/none";
Dir::Log "{folder}/log";
DPkg::Lock::Timeout "600";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Get::List-Cleanup "true";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
{sandbox}
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""

SOURCES = """\
Types: deb
URIs: {mirror}
Suites: {suite}
Components: main
Signed-By: {keyring}
"""

# Inst libssl3t64 (3.6.5-1 Debian:testing [amd64])
CHOSEN = re.compile(r"^Inst (?P<name>\S+) .*?\((?P<version>\S+) .*\[(?P<architecture>\w+)\]\)", re.MULTILINE)
SIGNATURE_WORDS = (
    "NO_PUBKEY",
    "not signed",
    "BADSIG",
    "EXPKEYSIG",
    "REVKEYSIG",
    "invalid signature",
    "At least one invalid",
)
CHECKSUM_WORDS = ("Hash Sum mismatch", "File has unexpected size", "Mirror sync in progress")
FULL_WORDS = ("No space left on device", "have enough free space")
ABSENT_WORDS = ("Unable to locate package", "has no installation candidate", "unmet dependencies")


@dataclass(frozen=True)
class PrivateApt:
    """One private apt in `folder`, which is made if needed."""

    folder: Path
    source: DebianSource

    @property
    def archives(self) -> Path:
        """Where the packages are downloaded to."""
        return self.folder / "cache" / "archives"

    def prepare(self) -> None:
        """Write its configuration; what was downloaded before stays."""
        for name in ("state/lists/partial", "cache/archives/partial", "log", "none"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").write_text("", encoding="utf-8")
        # apt would leave the packages of a file: mirror where they are; copied, they are in the cache like all others.
        mirror = re.sub("^file:", "copy:", self.source.mirror)
        sources = SOURCES.format(mirror=mirror, suite=self.source.suite, keyring=self.source.keyring)
        (self.folder / "debian.sources").write_text(sources, encoding="utf-8")
        # root would hand downloads to the user _apt, who cannot write into a private folder.
        sandbox = 'APT::Sandbox::User "root";' if os.geteuid() == 0 else ""
        text = CONFIGURATION.format(folder=self.folder, architecture=self.source.architecture, sandbox=sandbox)
        (self.folder / "apt.conf").write_text(text, encoding="utf-8")

    def update(self, report: Progress) -> None:
        """Fetch and verify the list of packages."""
        self._run(["update", "-q"], report)

    def download(self, packages: tuple[str, ...], report: Progress) -> tuple[Path, ...]:
        """Fetch the packages and all they need, libraries of C included; answers their files."""
        plan = self._run(["install", "-y", "--simulate", *packages], report)
        files = tuple(self.archives / _file_name(found) for found in CHOSEN.finditer(plan))
        self._run(["install", "-y", "-q", "--download-only", *packages], report)
        missing = [file.name for file in files if not file.is_file()]
        if missing or not files:
            raise PbxError(f"apt-get left out {len(missing)} packages: {', '.join(missing[:3])}", "start again")
        return files

    def _run(self, arguments: list[str], report: Progress) -> str:
        # The status pipe has lines such as dlstatus:12:43.5:Retrieving file 12 of 161 (apt's progress-reporting.md).
        reading, writing = os.pipe()
        with (
            open(reading, "rb", buffering=0) as status,
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
        ):
            process = subprocess.Popen(
                ["apt-get", "-c", str(self.folder / "apt.conf"), "-o", f"APT::Status-Fd={writing}", *arguments],  # noqa: S607 - the machine's own apt
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(writing,),
            )
            os.close(writing)
            code = _end_of(process, status, report)
            output.seek(0)
            said = output.read()
        if code != 0:
            raise explain(said, self.source.suite)
        return said


def _end_of(process: subprocess.Popen[bytes], status: FileIO, report: Progress) -> int:
    """Its exit code; the pipe may stay open after its end, or close before. Leaves no process behind, Ctrl-C included."""
    until = time.monotonic() + SLOWEST
    try:
        _follow(status, report, until)
        return process.wait(max(0.0, until - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise PbxError(
            f"apt-get did not come to an end within {SLOWEST / 60:g} minutes and was stopped",
            "check the network and whether another apt is at work, then start again: what was downloaded is kept",
        ) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _follow(status: FileIO, report: Progress, until: float) -> None:
    """Tell each line until the pipe is closed. Raises TimeoutError."""
    rest = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([status], [], [], left)[0]:
            continue
        chunk = status.read(PIECE)
        if not chunk:
            return
        *lines, rest = (rest[-PIECE:] + chunk).split(b"\n")
        for line in lines:
            _tell(line.decode(errors="replace"), report)
    raise TimeoutError


def _file_name(chosen: re.Match[str]) -> str:
    # As apt names archives in its cache: an epoch's colon is written %3a.
    return f"{chosen['name']}_{chosen['version'].replace(':', '%3a')}_{chosen['architecture']}.deb"


def _tell(line: str, report: Progress) -> None:
    parts = line.split(":", 3)
    if parts[0] == "dlstatus" and len(parts) > 2:
        try:
            report.at(float(parts[2]) / 100)
        except ValueError:
            return


def explain(said: str, suite: str) -> PbxError:
    """What apt-get's words mean for the person at the terminal."""
    lines = [line for line in said.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    words = "\n  ".join(lines[:6]) or said[-400:]
    if any(word in said for word in SIGNATURE_WORDS):
        return PbxError(
            f"the signature of Debian's package list cannot be verified, so nothing was taken from it:\n  {words}",
            "update the package debian-archive-keyring; if it is current, the mirror is not to be trusted: use another",
        )
    if any(word in said for word in CHECKSUM_WORDS):
        return PbxError(
            f"a file differs from what Debian has signed, and was not used:\n  {words}",
            "start again in some minutes (the mirror may be in the middle of an update); if it stays, use another mirror",
        )
    if any(word in said for word in FULL_WORDS):
        return PbxError(
            f"the disk is full:\n  {words}",
            "make room, or set CCSERVER_CACHE to a folder on another disk, then start again: what was downloaded is kept",
        )
    if any(word in said for word in ABSENT_WORDS):
        return PbxError(
            f"Debian's suite {suite} has no complete Asterisk at the moment:\n  {words}",
            "set CCSERVER_DEBIAN_SUITE to a suite that has one, such as sid, or install Asterisk yourself",
        )
    if "Could not get lock" in said:
        return PbxError(
            f"the download of an earlier start is still at work:\n  {words}",
            "wait a minute and start again: what it downloads is used",
        )
    return PbxError(
        f"Debian's packages cannot be downloaded:\n  {words}",
        "check the network and the proxy settings of apt, then start again: what was downloaded is kept",
    )

"""Where everything of one embedded Asterisk lies inside the data folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sun_path of a Unix socket holds 108 bytes with its final zero (unix(7)); "asterisk.ctl" and "guardian.sock" must fit.
LONGEST_SOCKET_FOLDER = 107 - len("/guardian.sock")


@dataclass(frozen=True)
class PbxPaths:
    """Folders and files of one data folder. Pure arithmetic: nothing is created or looked at."""

    data: Path

    @classmethod
    def of(cls, data: Path) -> PbxPaths:
        """The paths for `data`, made absolute so that they hold in other processes too."""
        return cls(data.absolute())

    @property
    def secrets(self) -> Path:
        """All secrets of this node, mode 0600."""
        return self.data / "secrets.json"

    @property
    def root(self) -> Path:
        """Everything Asterisk reads and writes."""
        return self.data / "asterisk"

    @property
    def etc(self) -> Path:
        """The rendered configuration."""
        return self.root / "etc"

    @property
    def asterisk_conf(self) -> Path:
        """The file given to `asterisk -C`; it points at all the others."""
        return self.etc / "asterisk.conf"

    @property
    def log(self) -> Path:
        """Asterisk's log files, its standard output, and the guardian's log."""
        return self.root / "log"

    @property
    def messages(self) -> Path:
        """Asterisk's own log: notices, warnings, errors."""
        return self.log / "messages.log"

    @property
    def logs(self) -> tuple[Path, ...]:
        """The files that logger.conf names: they grow until somebody renames them."""
        return (self.messages, self.log / "security.log")

    @property
    def queue_log(self) -> Path:
        """The black box: what Asterisk did with callers while ccserver was away."""
        return self.log / "queue_log"

    @property
    def share(self) -> Path:
        """astdatadir: sounds, music and documentation, mostly links into the installation."""
        return self.root / "share"

    @property
    def prompts(self) -> Path:
        """Prompts that an engine spoke; links in `share` lead there."""
        return self.data / "prompts"

    @property
    def spool(self) -> Path:
        """Recordings: MixMonitor writes to `monitor`, ARI to `recording`."""
        return self.root / "spool"

    @property
    def lib(self) -> Path:
        """astdb (registrations survive a restart there) and keys."""
        return self.root / "lib"

    @property
    def run(self) -> Path:
        """Sockets and pid files; outside the data folder when its path is too long for a Unix socket."""
        inside = self.data / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ccserver-{os.getuid()}-{digest}"

    @property
    def pid_file(self) -> Path:
        """Our own note of the Asterisk we started: process id and start time."""
        return self.run / "asterisk.started"

    @property
    def guardian_socket(self) -> Path:
        """ccserver keeps a connection open here; the guardian counts from its end."""
        return self.run / "guardian.sock"

    @property
    def guardian_settings(self) -> Path:
        """The guardian's own small configuration with its own secret, mode 0600."""
        return self.etc / "guardian.json"

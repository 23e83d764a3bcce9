"""A small Debian archive of our own, signed by a key made for the test."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from pathlib import Path

from ccserver.pbx.apt import PrivateApt
from ccserver.pbx.debian import DebianSource
from ccserver.pbx.install import machine_architecture

CONTROL = (
    "Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.test>\nDescription: a test\n"
)


class Archive:
    """A Debian archive with one package in suite forky, with one file."""

    def __init__(
        self,
        folder: Path,
        filling: bytes = b"tiny",
        architecture: str | None = None,
        *,
        name: str = "tiny",
        file: str = "tiny.bin",
    ) -> None:
        self.folder = folder
        self._control, self._file = CONTROL.format(name=name), file
        self._filling = filling
        self.architecture = architecture or machine_architecture()
        self.deb = folder / f"pool/{name}_1.0_all.deb"
        self.keyring = folder / "keyring.gpg"
        self._home = folder / "gnupg"
        self._build()

    def _build(self) -> None:
        package = self.folder / "package"
        (package / "DEBIAN").mkdir(parents=True)
        (package / "DEBIAN/control").write_text(self._control)
        (package / self._file).parent.mkdir(parents=True, exist_ok=True)
        (package / self._file).write_bytes(self._filling)
        self.deb.parent.mkdir()
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", package, self.deb], check=True, capture_output=True)
        content = self.deb.read_bytes()
        index = f"{self._control}Filename: pool/{self.deb.name}\nSize: {len(content)}\nSHA256: {_sha256(content)}\n\n".encode()
        self._release = self.folder / "dists/forky"
        binary = f"main/binary-{self.architecture}"
        (self._release / binary).mkdir(parents=True)
        packed = gzip.compress(index)
        (self._release / binary / "Packages").write_bytes(index)
        (self._release / binary / "Packages.gz").write_bytes(packed)
        sums = "".join(
            f" {_sha256(data)} {len(data)} {binary}/{name}\n"
            for name, data in (("Packages", index), ("Packages.gz", packed))
        )
        self._text = (
            f"Origin: Test\nSuite: forky\nCodename: forky\nDate: Sat, 21 Nov 2026 00:00:00 UTC\n"
            f"Architectures: {self.architecture}\nComponents: main\nSHA256:\n{sums}"
        )
        (self._release / "Release").write_text(self._text)

    def sign(self) -> None:
        """Sign it with a new key and export the key as its keyring."""
        self._home.mkdir(mode=0o700)
        gpg = ["gpg", "--homedir", str(self._home), "--batch", "--passphrase", ""]
        subprocess.run([*gpg, "--quick-gen-key", "test", "ed25519", "sign", "never"], check=True, capture_output=True)
        subprocess.run(
            [*gpg, "--clearsign", "-o", self._release / "InRelease", self._release / "Release"],
            check=True,
            capture_output=True,
        )
        subprocess.run([*gpg, "--export", "-o", self.keyring], check=True, capture_output=True)

    def apt(self, folder: Path, keyring: Path | None = None, mirror: str | None = None) -> PrivateApt:
        """A private apt that reads it, from this disk or through the server at `mirror`."""
        place = mirror or f"file:{self.folder}"
        return PrivateApt(folder, DebianSource(place, "forky", keyring or self.keyring, self.architecture))

    def close(self) -> None:
        """End the agent that gpg started."""
        if self._home.exists():
            subprocess.run(["gpgconf", "--homedir", str(self._home), "--kill", "all"], check=False, capture_output=True)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

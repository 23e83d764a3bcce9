"""How long the tests take:  .venv/bin/python -m bench.house_times [--all]

`make test-fast`, with `--all` also `make test` (about 15 minutes; root or sudo). Prints a Markdown row for each and exits 1 when
one fails or takes longer than it may.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).parents[1]
LIMITS = {"test-fast": 60, "test": 900}
"""Seconds on two quiet cores, packages installed."""


def took(target: str) -> float | None:
    """Seconds of the target; nothing when it fails."""
    began = time.monotonic()
    done = subprocess.run(["make", target], cwd=TOP, stdout=sys.stderr, check=False)
    return None if done.returncode else time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="`make test`, too")
    fine = True
    for target in LIMITS if parser.parse_args().all else ["test-fast"]:
        load = os.getloadavg()[0]
        seconds = took(target)
        told = "failed" if seconds is None else f"{seconds:.0f} s"
        print(f"| `make {target}` | {told} | {LIMITS[target]} s | {load:.2f} |", flush=True)
        fine = fine and seconds is not None and seconds <= LIMITS[target]
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()

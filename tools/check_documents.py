"""Check what no compiler reads: YAML and JSON parse, and every relative link in the documents leads somewhere.

Prints each fault with its file; exit 1 when there is one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

TOP = Path(__file__).parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def committed(*patterns: str) -> list[Path]:
    """Files git knows or would add; what is ignored is built, not written."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout.split("\n")
    return [TOP / name for name in listed if name and (TOP / name).exists()]


def anchors(page: Path) -> set[str]:
    """The anchors as the usual viewers make them from headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(text)}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists():
            yield f"{page.relative_to(TOP)}: {target} does not exist"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            yield f"{page.relative_to(TOP)}: {target}: no such heading"


def unreadable() -> Iterator[str]:
    for path in committed("*.yaml", "*.yml"):
        try:
            list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            yield f"{path.relative_to(TOP)}: {error}"
    for path in committed("*.json"):
        if path.name.startswith("tsconfig"):  # allows comments
            continue
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            yield f"{path.relative_to(TOP)}: {error}"


def main() -> int:
    faults = [*unreadable(), *(fault for page in committed("*.md") for fault in broken_links(page))]
    print("\n".join(faults) or "documents: all links and files are right")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

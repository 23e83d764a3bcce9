"""The demo's log: everything in a file, what matters on the terminal."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TextIO, cast

import structlog

from ccserver.cli.demo_log import LONGEST_LINE, DemoLog
from ccserver.services.logs import LogSettings, set_up_logs


def test_requests_go_to_the_file_and_warnings_to_the_terminal_too(tmp_path: Path) -> None:
    """Through the log's own chain: JSON, masked; the file is its owner's alone."""
    told: list[str] = []
    path = tmp_path / "log" / "ccserver.log"
    log = DemoLog(path, told.append)
    before = structlog.get_config()
    writer = set_up_logs(LogSettings(), cast(TextIO, log))
    try:
        structlog.get_logger().info("http.request", path="/api/v1/session")
        structlog.get_logger().warning("call control lost", why="closed\x1b[2J", ani="+442079460123")
    finally:
        writer.close()
        structlog.configure(**before)
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert events == ["http.request", "call control lost"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (line,) = told
    assert line.startswith("warning  call control lost  why=closed?[2J  ani=+*********123")
    assert str(path) in line


def test_at_the_end_only_errors_are_news(tmp_path: Path) -> None:
    """That a link closes is what was asked for."""
    told: list[str] = []
    log = DemoLog(tmp_path / "a.log", told.append)
    log.is_stopping = True
    log.write('{"level":"warning","event":"link lost"}\n')
    log.write('{"level":"error","event":"broken","exception":"Traceback\\nValueError: x"}\n')
    log.close()
    assert [line.partition("  (")[0] for line in told] == ["error  broken  error=ValueError: x"]


def test_lines_on_the_terminal_are_short_and_garbage_is_kept(tmp_path: Path) -> None:
    """What is no JSON goes to the file as it is."""
    told: list[str] = []
    log = DemoLog(tmp_path / "a.log", told.append)
    log.write(json.dumps({"level": "error", "event": "x" * 1000}) + "\n")
    log.write("no json\n")
    log.write("[1]\n")
    log.close()
    assert len(told[0].partition("…")[0]) == LONGEST_LINE
    assert (tmp_path / "a.log").read_text().splitlines()[1:] == ["no json", "[1]"]


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    """Two are kept, and nothing is lost between them."""
    log = DemoLog(tmp_path / "a.log", lambda _line: None, most_bytes=20)
    for number in range(5):
        log.write(f"line {number} ......\n")
    log.close()
    assert (tmp_path / "a.log.1").read_text().splitlines()[-1] == "line 3 ......"
    assert (tmp_path / "a.log").read_text() == "line 4 ......\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_of_before_is_continued(tmp_path: Path) -> None:
    """A second start does not wipe what led to it."""
    for number in range(2):
        log = DemoLog(tmp_path / "a.log", lambda _line: None)
        log.write(f"{number}\n")
        log.close()
    assert (tmp_path / "a.log").read_text() == "0\n1\n"

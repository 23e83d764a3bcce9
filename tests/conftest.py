"""Options of the whole test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--stage` must be known before the scenarios are collected."""
    parser.addoption(
        "--stage", choices=("sim", "asterisk", "both"), default="both", help="where the scenarios play (default: both)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The scenarios' own marker."""
    config.addinivalue_line("markers", "thorough: a scenario that plays on the real PBX only with --stage=asterisk")

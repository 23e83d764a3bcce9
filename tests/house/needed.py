"""Programs that tests need. `make test` installs them, so where one is missing the test fails instead of hiding a gap.

TESTS_MAY_SKIP=1 in the environment (`make test-fast` sets it) lets such tests be skipped instead.
"""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

OPT_OUT = "TESTS_MAY_SKIP"


def may_skip() -> bool:
    """Whoever runs the tests accepts that some cannot run here."""
    return os.environ.get(OPT_OUT, "") not in {"", "0"}


def missing(package: str, program: str) -> NoReturn:
    """End this test, because the program is not here: as a failure, or skipped where that was asked for."""
    why = f"{program} is not on this machine (Debian package {package}); make test installs it"
    if may_skip():
        pytest.skip(why)
    pytest.fail(f"{why}; {OPT_OUT}=1 skips what it is needed for", pytrace=False)


def needs_program(program: str, package: str) -> pytest.MarkDecorator:
    """A mark for tests of a program: skipped without it only where that was asked for; else they run and fail."""
    is_missing = shutil.which(program) is None
    return pytest.mark.skipif(is_missing and may_skip(), reason=f"{program} is not here (Debian package {package})")

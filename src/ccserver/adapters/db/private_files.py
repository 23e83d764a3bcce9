"""Files that only their owner may read, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Create the file with mode 0600 if it is not there, and take away what others may do with it.

    SQLite gives the files it makes beside a database (-wal, -shm) the mode of the database.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)

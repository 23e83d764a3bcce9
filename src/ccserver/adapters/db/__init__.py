"""SQL stores: the CRM database (SQLite or PostgreSQL), and the local journal and sign-in sessions (always SQLite)."""

from __future__ import annotations

from pathlib import Path

import ccserver


def migrations_folder() -> Path:
    """Where the revisions are: inside an installed wheel, or at the top of a checkout.

    Raises FileNotFoundError when neither is there, that is when the installation is damaged.
    """
    package = Path(ccserver.__file__).resolve().parent
    for folder in (package / "_bundled" / "migrations", package.parents[1] / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError(f"no database migrations beside {package}: install ccserver again")

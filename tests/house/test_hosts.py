"""No committed file names a package registry or a mirror: each machine knows its own."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from tests.house.files import committed, named

# Written in two halves, so that this file names none of them.
REGISTRIES = [
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("npmmirror", ".com"),
    ("deb.debian", ".org"),
    ("security.debian", ".org"),
    ("ftp.debian", ".org"),
    ("snapshot.debian", ".org"),
    ("archive.ubuntu", ".com"),
    ("crates", ".io"),
    ("proxy.golang", ".org"),
]
SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry", "UV_INDEX_URL")


def test_no_file_names_a_registry() -> None:
    """Neither the public ones nor the one this machine is set to."""
    ours = (urlsplit(url).hostname for name in SETTINGS for url in os.environ.get(name, "").split())
    hosts = ["".join(halves) for halves in REGISTRIES] + [host for host in ours if host]
    pattern = re.compile("|".join(re.escape(host) for host in hosts), re.IGNORECASE)
    found = [
        (named(path), match[0])
        for path in committed()
        if (match := pattern.search(path.read_bytes().decode("utf-8", errors="replace")))
    ]
    assert found == []

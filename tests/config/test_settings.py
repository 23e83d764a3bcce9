"""Settings of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccserver.config import ConfigError, Network
from ccserver.config.settings import Settings, read_settings


def test_nothing_set() -> None:
    """The usual values; other programs' variables are none of ours."""
    assert read_settings({"PATH": "/bin", "CCSERVER_DATA": ""}) == Settings()


def test_ports_and_hosts_override_the_files() -> None:
    """The environment has the last word."""
    settings = read_settings({"CCSERVER_WEB_PORT": "9000", "CCSERVER_WEB_HOST": "0.0.0.0"})
    assert settings.applied_to(Network(web_port=8000, ami_port=5039)) == Network("0.0.0.0", 9000, ami_port=5039)


def test_folders() -> None:
    """Where things are."""
    settings = read_settings({"CCSERVER_DATA": "/var/lib/ccserver", "CCSERVER_CONFIG": "/etc/ccserver"})
    assert (settings.data, settings.config) == (Path("/var/lib/ccserver"), Path("/etc/ccserver"))


def test_the_database_url() -> None:
    """It may hold a password, so it is not in the text of the object."""
    settings = read_settings({"CCSERVER_DATABASE_URL": "postgresql+asyncpg://cc:secret@db/cc"})
    assert settings.database_url == "postgresql+asyncpg://cc:secret@db/cc"
    assert "secret" not in repr(settings)


def test_the_database_url_in_a_file(tmp_path: Path) -> None:
    """As secrets are mounted; the line end is not part of it."""
    (tmp_path / "url").write_text("sqlite+aiosqlite:///x.db\n")
    settings = read_settings({"CCSERVER_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "sqlite+aiosqlite:///x.db"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CCSERVER_WEB_PORT": "70000"}, "environment:1:1: CCSERVER_WEB_PORT cannot be '70000'"),
        ({"CCSERVER_AMI_PORT": "many"}, "give the port of Asterisk's manager interface"),
        ({"CCSERVER_SIP_HOST": "localhost"}, "CCSERVER_SIP_HOST cannot be 'localhost'"),
        ({"CCSERVER_LOG_LEVEL": "loud"}, "use one of debug, info, warning, error"),
        ({"CCSERVER_LOG_FORMAT": "xml"}, "use one of auto, json, text"),
        ({"CCSERVER_DATABASE_URL_FILE": "/nowhere/url"}, "CCSERVER_DATABASE_URL_FILE cannot be read"),
        ({"CCSERVER_DATABASE_URL": "a://b", "CCSERVER_DATABASE_URL_FILE": "/x"}, "set one of them"),
    ],
)
def test_a_wrong_setting(environment: dict[str, str], words: str) -> None:
    """It names the variable and what would be right."""
    with pytest.raises(ConfigError) as refused:
        read_settings(environment)
    assert words in str(refused.value)


def test_all_wrong_settings_at_once() -> None:
    """Not one after the other."""
    with pytest.raises(ConfigError) as refused:
        read_settings({"CCSERVER_WEB_PORT": "0", "CCSERVER_SIP_PORT": "x", "CCSERVER_LOG_LEVEL": "y"})
    assert len(refused.value.problems) == 3

"""What of the container files can be checked without an engine: they name things that exist, and nothing by chance."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.house.files import TOP, committed

from ccserver.config.site import Network
from ccserver.pbx import fetch
from ccserver.pbx.paths import PbxPaths
from ccserver.pbx.processes import Started
from ccserver.pbx.run import GUARDIAN

COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "docker/compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
START = TOP / "docker/asterisk/start.sh"


def instructions() -> Iterator[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, continued lines joined."""
    text = (TOP / "docker/Dockerfile").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def stages() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for word, rest in instructions():
        if word == "FROM":
            name = rest.rpartition(" AS ")[2]
            found[name] = []
        found[name].append((word, rest))
    return found


STAGES = stages()


def test_the_services_are_those_of_the_house() -> None:
    """Asterisk and its guardian, the database and its tables, ccserver, and who watches them."""
    wanted = {"asterisk", "guardian", "postgres", "migrate", "ccserver", "prometheus", "grafana"}
    assert set(SERVICES) == wanted


@pytest.mark.parametrize("name", SERVICES)
def test_images_have_a_fixed_tag(name: str) -> None:
    """What runs tomorrow is what ran today."""
    _, _, tag = SERVICES[name]["image"].rpartition(":")
    assert re.match(r"v?\d", tag)


def test_base_images_have_a_tag_or_are_stages() -> None:
    """No `latest`, spoken or silent."""
    bases = [rest.partition(" AS ")[0] for word, rest in instructions() if word == "FROM"]
    assert [base for base in bases if base not in STAGES and not re.search(r":(?!latest)[\w.-]+$", base)] == []


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if "build" in service])
def test_what_is_built_exists(name: str) -> None:
    """The Dockerfile is there and has the stage."""
    build = SERVICES[name]["build"]
    folder = (TOP / "docker" / build["context"]).resolve()
    assert (folder / build["dockerfile"]).is_file()
    assert build["target"] in STAGES


def test_everything_copied_is_in_the_checkout_and_reaches_the_build() -> None:
    """COPY finds its sources, and the ignore file lets them through."""
    allowed = {
        line[1:] for line in (TOP / "docker/Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    sources = [
        source
        for word, rest in instructions()
        if word == "COPY" and "--from=" not in rest
        for source in [part for part in rest.split() if not part.startswith("--")][:-1]
    ]
    assert [source for source in sources if not (TOP / source).exists()] == []
    assert [s for s in sources if not any(s == entry or s.startswith(entry + "/") for entry in allowed)] == []


def test_the_build_gets_every_file_pyproject_names() -> None:
    """A folder that the wheel includes and the image lacks would fail in the image only."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    wanted = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]) | {
        "pyproject.toml",
        "README.md",
    }
    wanted |= {path.name for path in committed("hatch_build.py")}
    copied = {part for word, rest in STAGES["build"] if word == "COPY" for part in rest.split()[:-1]}
    assert wanted - copied == set()


@pytest.mark.parametrize("stage", ["asterisk", "ccserver"])
def test_nothing_runs_as_root(stage: str) -> None:
    """The last word on the user is not root."""
    users = [rest for word, rest in STAGES[stage] if word == "USER"]
    assert users[-1] not in {"root", "0"}


@pytest.mark.parametrize("stage", ["asterisk", "ccserver"])
def test_every_image_says_whether_it_is_well(stage: str) -> None:
    """A health check in each."""
    assert "HEALTHCHECK" in {word for word, _ in STAGES[stage]}


def test_the_health_check_asks_an_address_that_is_served() -> None:
    """On the port ccserver listens on by default."""
    check = next(rest for word, rest in STAGES["ccserver"] if word == "HEALTHCHECK")
    assert f"http://127.0.0.1:{Network().web_port}/healthz" in check
    assert any('"/healthz"' in path.read_text() for path in committed("src/ccserver/adapters/web/*.py"))


def test_the_python_of_the_image_is_one_we_support() -> None:
    """And it is the same in both stages."""
    versions = set(re.findall(r"\bpython(3\.\d+)", (TOP / "docker/Dockerfile").read_text()))
    assert len(versions) == 1
    assert versions <= {"3.11", "3.12", "3.13"}


def test_asterisks_packages_are_those_that_are_fetched_without_docker() -> None:
    """The same voice and the same music."""
    installed = next(rest for word, rest in STAGES["asterisk"] if word == "RUN")
    assert [package for package in fetch.PACKAGES if package not in shlex.split(installed)] == []


def told_by(*words: str) -> str:
    """What `ccserver ... --help` says, on one wide page."""
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}
    program = Path(sys.executable).parent / "ccserver"
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True, env=plain).stdout


@pytest.mark.slow
def test_ccserver_is_started_by_commands_that_exist() -> None:
    """The entry point is the package's script; the words after it are its commands and options."""
    words = {word: yaml.safe_load(rest) for word, rest in STAGES["ccserver"] if word in {"ENTRYPOINT", "CMD"}}
    scripts = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["scripts"]
    assert Path(words["ENTRYPOINT"][0]).name in scripts
    for command in (words["CMD"], SERVICES["migrate"]["command"]):
        first_option = next(place for place, word in enumerate(command) if word.startswith("-"))
        told = told_by(*command[:first_option])
        assert [word for word in command if word.startswith("--") and word not in told] == []


def test_a_new_ccserver_keeps_the_calls() -> None:
    """Stopping its container leaves the Asterisk next door alone."""
    assert "--keep-pbx" in next(rest for word, rest in STAGES["ccserver"] if word == "CMD")


def test_every_setting_exists_in_the_program() -> None:
    """A misspelt variable would be ignored in silence."""
    names = {
        name for service in SERVICES.values() for name in service.get("environment", {}) if name.startswith("CCSERVER_")
    }
    code = "\n".join(path.read_text() for path in committed("src/*.py"))
    assert [name for name in sorted(names) if name not in code] == []


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared_and_mounted_files_exist(name: str) -> None:
    """A missing file would become an empty folder."""
    for volume in SERVICES[name].get("volumes", []):
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
        if source.startswith("."):
            assert (TOP / "docker" / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


def test_no_secret_is_written_down() -> None:
    """They come from outside, and without them nothing starts."""
    secrets = [
        str(value)
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key or "URL" in key
    ]
    assert [value for value in secrets if not re.search(r"\$\{\w+:\?[^}]+\}", value)] == []


def test_what_is_reachable_is_so_from_this_machine_only() -> None:
    """Published ports and watchers stay on loopback."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert "--web.listen-address=127.0.0.1:9090" in SERVICES["prometheus"]["command"]
    assert SERVICES["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"


def test_prometheus_scrapes_where_ccserver_listens() -> None:
    """The default port."""
    config = yaml.safe_load((TOP / "docker/prometheus/prometheus.yaml").read_text())
    targets = [
        target for job in config["scrape_configs"] for each in job["static_configs"] for target in each["targets"]
    ]
    assert targets == [f"127.0.0.1:{Network().web_port}"]


def test_the_files_prometheus_reads_are_mounted() -> None:
    """Rule files by the path in its configuration."""
    config = yaml.safe_load((TOP / "docker/prometheus/prometheus.yaml").read_text())
    mounted = [volume.split(":")[1] for volume in SERVICES["prometheus"]["volumes"]]
    assert [path for path in config["rule_files"] if path not in mounted] == []


def test_ccserver_adopts_the_asterisk_of_its_neighbour(tmp_path: Path) -> None:
    """Already while start.sh waits for the configuration, and still when it has become Asterisk."""
    paths = PbxPaths.of(tmp_path / "data")
    program = tmp_path / "bin/asterisk"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho here\nread -r _ || true\n")
    program.chmod(0o755)
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    command = [START, paths.asterisk_conf]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        started = _noted(paths, process)
        assert (started.pid, started.is_alive(str(paths.asterisk_conf))) == (process.pid, True)
        paths.etc.mkdir(parents=True)
        paths.guardian_settings.write_text("{}")
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        assert started.is_alive(str(paths.asterisk_conf))
        process.communicate(b"\n", timeout=10)
    assert process.returncode == 0


def test_the_guardian_is_a_module_that_exists() -> None:
    """Started as ccserver itself starts it, on the volume of Asterisk."""
    words = SERVICES["guardian"]["entrypoint"]
    assert words[words.index("-m") + 1] == GUARDIAN
    assert Path(words[-1]).as_posix() in {volume.split(":")[1] for volume in SERVICES["asterisk"]["volumes"]}


def _noted(paths: PbxPaths, process: subprocess.Popen[bytes]) -> Started:
    """The note, as soon as it is there."""
    for _ in range(1000):
        started = Started.read(paths.pid_file)
        if started is not None:
            return started
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"start.sh ended with {process.returncode}")
    raise AssertionError("no note after 20 s")

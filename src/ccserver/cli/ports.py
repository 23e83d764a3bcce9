"""The ports of a server: which there are, which setting chooses another, and whether they are free before a start."""

from __future__ import annotations

from pathlib import Path

from ccserver.cli.failing import fail
from ccserver.cli.running import asterisk_process
from ccserver.config.settings import PREFIX
from ccserver.config.site import Network
from ccserver.pbx.ports import Wanted, owner
from ccserver.services.doctor import Port, trouble_with

MOST_TRIED = 100


def ports_of(network: Network, web: str = "", asterisk: str = "") -> list[Port]:
    """The ports of the server and of its Asterisk; `web` and `asterisk` name the process of ours that has them already."""
    return [
        Port("SIP", network.sip_host, network.sip_port, True, f"{PREFIX}SIP_PORT", asterisk),
        Port("web", network.web_host, network.web_port, False, f"{PREFIX}WEB_PORT", web),
        Port("Asterisk HTTP", "127.0.0.1", network.asterisk_http_port, False, f"{PREFIX}ASTERISK_HTTP_PORT", asterisk),
        Port("AMI", "127.0.0.1", network.ami_port, False, f"{PREFIX}AMI_PORT", asterisk),
    ]


def require_free_ports(network: Network, data: Path) -> None:
    """End the command before anything is fetched or started when a port is taken; all of them are named at once.

    The ports of this data folder's own Asterisk are left out while it runs: it will be taken over.
    """
    has_asterisk = asterisk_process(data) is not None
    wanted = [port for port in ports_of(network) if port.name == "web" or not has_asterisk]
    taken = {port: trouble for port in wanted if (trouble := trouble_with(port)) is not None}
    if not taken:
        return
    whats = "".join(f"\n    {port.told} ({port.name}): {trouble}, {_owner(port)}" for port, trouble in taken.items())
    others = " ".join(f"{port.setting}={_free_one(port)}" for port in taken)
    fail(
        f"ports that are needed cannot be used:{whats}",
        f"stop that program, or put other ports before the command: {others}",
    )


def _owner(port: Port) -> str:
    return f"by {owner(Wanted(port.name, 'udp' if port.is_udp else 'tcp', port.host, port.number))}"


def _free_one(port: Port) -> int:
    """A higher port that is free now; the same one when there is none near."""
    for number in range(port.number + 1, min(port.number + MOST_TRIED, 65536)):
        if trouble_with(Port(port.name, port.host, number, port.is_udp)) is None:
            return number
    return port.number

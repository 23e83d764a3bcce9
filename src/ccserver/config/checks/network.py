"""Ports and addresses that cannot be used together."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at
from ccserver.config.schema.site import NetworkSection
from ccserver.config.site import Network


def ports_used_twice(checked: Checked) -> Iterator[ConfigProblem]:
    """Two TCP servers on one port, and audio ports that are no range."""
    network = Network.of(checked.model.network)
    tcp = {key: getattr(network, key) for key in ("web_port", "asterisk_http_port", "ami_port")}
    unread = {key for key in NetworkSection.model_fields if checked.is_unknown("network", key) and checked.is_whole}
    for first, second in combinations(tcp, 2):
        if tcp[first] == tcp[second] and unread.isdisjoint((first, second)):
            key = second if getattr(checked.model.network, second) is not None else first
            what = f"{first} and {second} are both {tcp[first]}"
            yield problem_at(checked.place("network", key), what, "use two ports", tcp[first])
    if network.rtp_first_port + 3 > network.rtp_last_port and unread.isdisjoint(("rtp_first_port", "rtp_last_port")):
        key = "rtp_last_port" if checked.model.network.rtp_last_port is not None else "rtp_first_port"
        what = f"{network.rtp_first_port} to {network.rtp_last_port} are too few ports for audio"
        yield problem_at(checked.place("network", key), what, "use at least 4 ports, 2 for each call")


def trunks_that_overlap(checked: Checked) -> Iterator[ConfigProblem]:
    """An address from which two trunks send: nobody could say which one it is."""
    around: list[_Claim] = []
    told: set[_Claim] = set()
    for claim in sorted(_claims(checked), key=lambda one: one.order):
        while around and not around[-1].holds(claim):
            around.pop()
        other = next((one for one in around if one.trunk != claim.trunk), None)
        if other is not None:
            later, earlier = max(claim, other, key=lambda one: one.rank), min(claim, other, key=lambda one: one.rank)
            if later not in told:
                told.add(later)
                place = checked.place("trunks", later.trunk, "match", later.index)
                what = f"{later.text} belongs to the trunk {earlier.trunk!r} too"
                yield problem_at(place, what, "give each address to one trunk", later.text)
        around.append(claim)


@dataclass(frozen=True, slots=True)
class _Claim:
    """One network of one trunk. Two networks are apart, or one holds the other: sorted, who holds comes first."""

    trunk: str
    index: int
    rank: int
    text: str
    version: int
    first: int
    last: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        return self.version, self.first, -self.last, self.rank

    def holds(self, other: _Claim) -> bool:
        return self.version == other.version and self.first <= other.first and other.last <= self.last


def _claims(checked: Checked) -> Iterator[_Claim]:
    for rank, (name, trunk) in enumerate(checked.model.trunks.items()):
        for index, text in enumerate(trunk.match or ()):
            if text is None:
                continue
            one = ipaddress.ip_network(text, strict=False)
            yield _Claim(name, index, rank, text, one.version, int(one.network_address), int(one.broadcast_address))

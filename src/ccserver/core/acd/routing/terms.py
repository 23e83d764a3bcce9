"""What the administrator promises and prefers: terms of a class of contacts, and the policy. Lengths are seconds."""

from __future__ import annotations

from dataclasses import dataclass

SMALL_CENTRE, TINY_CENTRE = 50, 12
"""Agents. Below, holding one free costs more than it saves; measured, see bench/routing.md. Below the second
each agent is so much of the whole that it costs more: of three who sometimes kept one free the lowest tier lost 31 %, and
10 % of three who did not (`ccserver simulate` on the demo, 35 calls an hour)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One class of contacts. `value` is what the loss of one costs, in any unit that all classes share."""

    name: str
    value: float
    target: float
    """Answer within this time ..."""
    goal: float
    """... for this share of the contacts, 0 to 1."""
    wait_limit: float
    """Nobody waits longer while an agent who can take the contact is free, whatever the agent is kept for."""
    band: int = 0
    """A contact of a higher band always goes before one of a lower, whatever its urgency."""

    def __post_init__(self) -> None:
        if not (self.value > 0 and self.target > 0 and 0 < self.goal <= 1 and self.wait_limit >= self.target):
            raise ValueError(
                f"terms {self.name}: value and target above 0, goal up to 1, wait limit at least the target"
            )

    @property
    def rank(self) -> tuple[int, float, float]:
        """Smaller goes first where urgency has no say."""
        return -self.band, -self.value, self.target


@dataclass(frozen=True, slots=True)
class Policy:
    """Parameters of the one rule, for the needs of a queue; every selectable policy is a set of them.

    `protect` prices the agents: 0 never holds anybody, more keeps scarce agents free more readily for this need.
    """

    name: str = "targets"
    protect: float = 2.0
    protect_small: float = 1.0
    """Instead of `protect`, in a centre with fewer than SMALL_CENTRE agents signed in."""
    is_adjusting: bool = True
    """Protect less while the goals are met, more while they are missed."""
    late: float = 0.03
    """Worth of a contact that has missed its target, as a share of one that is about to miss it."""
    spread: float = 1.5
    """The next capable agent is awaited this many mean intervals."""
    longest_look: float = 48.0
    """Seconds ahead that a price may look."""
    longest_look_small: float = 75.0
    """The same in a centre with fewer than SMALL_CENTRE agents signed in: the next capable agent comes later there."""
    holds: bool = True
    """Whether anybody is kept free at all; else the prices only choose among those who could take a contact."""
    holds_from: int = 0
    """Nobody is kept free while fewer agents are signed in."""
    level_gain: float = 0.15
    """Urgency gained by four levels of proficiency."""
    idle_gain: float = 1.5
    """Wish to spread the work: weight of five idle minutes in the choice of the agent."""

    def protect_for(self, agents: int) -> float:
        """The price factor before adjusting, by the number of agents signed in."""
        return self.protect if agents >= SMALL_CENTRE else self.protect_small

    def look_for(self, agents: int) -> float:
        """The longest look, by the number of agents signed in."""
        return self.longest_look if agents >= SMALL_CENTRE else self.longest_look_small

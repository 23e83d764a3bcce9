"""I15: when nothing more goes wrong, the centre and the PBX come to agree on every call: who is there and what is heard."""

from __future__ import annotations

from datetime import timedelta

from ccserver.adapters.sim.centre import SimCentre
from ccserver.adapters.sim.legs import Sense
from ccserver.core.interaction import Interaction, InteractionState
from ccserver.core.work_item import WorkState

SETTLED = timedelta(seconds=25)
"""Longer than the pause between two audits and the age at which they judge."""
S = InteractionState


def i15_they_come_to_agree(sim: SimCentre) -> None:
    """After a while without faults; something may just be on its way, so a difference counts only if it stays."""
    sim.run_for(SETTLED)
    for _ in range(4):
        found = differences(sim)
        if not found:
            return
        sim.run_for(timedelta(milliseconds=700))
    raise AssertionError(f"I15: {found}")


def differences(sim: SimCentre) -> list[str]:
    """What does not fit at this instant."""
    there = {leg.id for leg in sim.pbx.legs.values() if leg.is_handed_over}
    in_fallback = {i.customer_leg for i in sim.centre.interactions.values() if i.state is S.FALLBACK}
    known = set(sim.centre.legs) - in_fallback
    found = [f"leg {leg} should be in the fallback" for leg in in_fallback - sim.pbx.snapshot().elsewhere]
    found += [f"leg {leg} is on the PBX only" for leg in there - known]
    found += [f"leg {leg} is in the centre only" for leg in known - there]
    for interaction in sim.centre.interactions.values():
        wrong = _misheard(sim, interaction)
        if wrong is not None:
            found.append(f"{interaction.id} is {interaction.state.value}: {wrong}")
    return found


def _misheard(sim: SimCentre, interaction: Interaction) -> str | None:
    """What the customer hears although the state says otherwise."""
    customer = interaction.customer_leg
    if customer is None or interaction.state in (S.ENDED, S.CLOSING, S.CALLING, S.FALLBACK):
        return None
    heard = sim.pbx.hears(customer)
    item = sim.centre.work_items.get(interaction.work_item) if interaction.work_item else None
    if interaction.state in (S.QUEUED, S.OFFERED):
        return None if heard in (Sense.MUSIC, Sense.PROMPT) else f"the caller hears {heard}"
    if interaction.state is S.CONNECTED:
        if item is not None and item.state is WorkState.HELD:
            return None if heard is Sense.MUSIC else f"the held caller hears {heard}"
        other = item.leg if item is not None else interaction.forwarded_leg
        return None if other in sim.pbx.partners(customer) else f"the two are not connected, the caller hears {heard}"
    if interaction.state is S.RECORDING and interaction.recording:
        return None  # whether it still runs cannot be read back; MessageLimit ends it
    if interaction.state is S.RECORDING:
        return None if heard is Sense.PROMPT else f"no greeting is played, the caller hears {heard}"
    return None if heard in (Sense.PROMPT, Sense.SILENCE) else f"in the flow the caller hears {heard}"

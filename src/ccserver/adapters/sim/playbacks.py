"""Prompts on the simulated PBX: those of one leg play one after the other, and each reports its end, however it ends."""

from __future__ import annotations

from ccserver.adapters.sim.clock import Agenda
from ccserver.adapters.sim.legs import Prompt, SimLeg, length_of
from ccserver.core.events import PromptFinished
from ccserver.core.ids import PromptId
from ccserver.core.sounds import Sounds
from ccserver.services.ports import EventSink


class Playbacks:
    """`report` gets the ends."""

    def __init__(self, agenda: Agenda, report: EventSink) -> None:
        self._agenda, self._report = agenda, report

    def play(self, leg: SimLeg, key: PromptId, sounds: Sounds) -> None:
        """Behind those that play already; an id that is there is not played again."""
        if all(prompt.id != key for prompt in leg.prompts):
            leg.prompts.append(Prompt(key, sounds))
            self._play_next(leg)

    def stop(self, leg: SimLeg, key: PromptId) -> None:
        """The next one plays at once."""
        for prompt in [prompt for prompt in leg.prompts if prompt.id == key]:
            self._finish(leg, prompt)

    def stop_all(self, leg: SimLeg) -> None:
        """Nothing plays any more."""
        prompts, leg.prompts = leg.prompts, []
        for prompt in prompts:
            self._end(leg, prompt)

    def _play_next(self, leg: SimLeg) -> None:
        if leg.prompts and leg.prompts[0].ends is None:
            first = leg.prompts[0]
            first.ends = self._agenda.after(length_of(first.sounds), lambda: self._finish(leg, first))

    def _finish(self, leg: SimLeg, prompt: Prompt) -> None:
        if prompt in leg.prompts:
            leg.prompts.remove(prompt)
            self._end(leg, prompt)
            self._play_next(leg)

    def _end(self, leg: SimLeg, prompt: Prompt) -> None:
        if prompt.ends is not None:
            prompt.ends.cancel()
        self._report(PromptFinished(leg.id, prompt.id))

"""What needs more than one value to see: references, loops, numbers used twice, skills that nobody has.

Each check is a function from what is checked so far to problems. Values that are wrong by themselves are None there,
whatever their types say, and told already: a check passes over them and draws no conclusion from their absence.
Warnings are looked for only where there is no mistake, so they see every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ccserver.config.checks import (
    callbacks,
    doubts,
    entries,
    flows,
    further,
    needs,
    network,
    numbers,
    overflow,
    people,
    policies,
    preferring,
    promises,
    queues,
    references,
    relaxing,
    sounds,
    tiers,
)
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem

Check = Callable[[Checked], Iterator[ConfigProblem]]

CHECKS: tuple[Check, ...] = (
    references.unknown_names,
    references.unknown_nodes,
    entries.flow_or_queue,
    entries.numbers_used_twice,
    entries.opening_hours,
    flows.nodes_never_reached,
    flows.silent_loops,
    flows.no_expressions,
    tiers.limits_below_the_promise,
    policies.misleading_names,
    policies.ageing_of_no_use,
    queues.endless_exits,
    queues.no_last_resort,
    queues.skills_nobody_has,
    needs.needs_nobody_meets,
    relaxing.steps_out_of_order,
    numbers.numbers_of_our_own,
    numbers.numbers_without_a_trunk,
    callbacks.keys_to_the_own_queue,
    callbacks.offers_without_a_key,
    overflow.unknown_queues,
    overflow.no_expressions,
    overflow.moves_to_itself,
    further.names_said_twice,
    preferring.choices_said_twice,
    queues.queues_without_agents,
    queues.misspelt_skills,
    people.ranges,
    people.extensions_used_twice,
    people.names_used_twice,
    people.passwords_outside_a_demo,
    people.reserved_reasons,
    network.ports_used_twice,
    network.trunks_that_overlap,
    sounds.unknown_recordings,
    sounds.unknown_music,
)
WARNINGS: tuple[Check, ...] = (
    doubts.not_in_service,
    doubts.silent_messages,
    doubts.announced_never,
    sounds.languages_without_words,
    doubts.agents_for_no_queue,
    needs.parts_of_no_use,
    relaxing.steps_too_late,
    relaxing.steps_that_add_nobody,
    relaxing.preferences_of_nobody,
    callbacks.keys_nobody_hears_of,
    callbacks.invitations_to_nothing,
    callbacks.callbacks_without_key,
    callbacks.fewer_hours_than_retries,
    overflow.rules_that_never_hold,
    overflow.rules_behind_others,
    overflow.circles_of_moves,
    further.queues_that_bring_nobody,
    further.widenings_that_bring_nobody,
    preferring.agents_that_are_none,
    preferring.preferred_in_vain,
    tiers.values_out_of_rank,
    tiers.promises_out_of_rank,
    tiers.worth_out_of_rank,
    tiers.tiers_given_in_vain,
    tiers.promises_beyond_the_wait,
    promises.promises_beyond_the_agents,
    policies.ranks_without_tiers,
)


def problems_of(checked: Checked) -> Iterator[ConfigProblem]:
    """Every mistake that the checks find."""
    for check in CHECKS:
        yield from check(checked)


def warnings_of(checked: Checked) -> Iterator[ConfigProblem]:
    """What may be meant as it is written, of a configuration without mistakes."""
    for check in WARNINGS:
        yield from check(checked)

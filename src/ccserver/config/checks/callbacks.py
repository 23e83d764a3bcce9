"""In-queue menus and callbacks that contradict themselves, or that nobody hears of."""

from __future__ import annotations

from collections.abc import Iterator

from ccserver.config.checks.references import overflow_rules
from ccserver.config.load import Checked
from ccserver.config.problems import ConfigProblem, problem_at, warning_at


def keys_to_the_own_queue(checked: Checked) -> Iterator[ConfigProblem]:
    """A key that leads where the caller is."""
    for name, queue in checked.model.queues.items():
        for key, way in (queue.keys or {}).items():
            if way is not None and way.queue == name:
                place = checked.place("queues", name, "keys", key, "queue")
                what = f"the key {key} of {name!r} leads to {name!r} itself"
                yield problem_at(place, what, "name another queue, or take the key out", name)


def offers_without_a_key(checked: Checked) -> Iterator[ConfigProblem]:
    """An overflow rule offers a callback that no key leads to."""
    for loc, rule in overflow_rules(checked.model):
        queue = checked.model.queues[str(loc[1])]
        keys = [way for way in (queue.keys or {}).values() if way is not None]
        if rule.then is not None and rule.then.callback and not any(way.callback for way in keys):
            place = checked.place(*loc, "then")
            what = "this rule offers a callback, and no key of the queue leads to one"
            yield problem_at(place, what, 'add keys: {"1": callback} and an invitation to the queue')


def fewer_hours_than_retries(checked: Checked) -> Iterator[ConfigProblem]:
    """Promises that expire before the number is dialled a second time."""
    for name, queue in checked.model.queues.items():
        section = queue.callback
        if section is None or None in (section.attempts, section.retry_after, section.expires_after):
            continue
        if section.attempts > 1 and section.retry_after >= section.expires_after:
            place = checked.place("queues", name, "callback", "retry_after")
            what = f"callbacks of {name!r} expire before there is a second attempt"
            yield warning_at(place, what, "make retry_after shorter than expires_after, or set attempts: 1")


def keys_nobody_hears_of(checked: Checked) -> Iterator[ConfigProblem]:
    """Keys without an invitation: callers do not know of them."""
    for name, queue in checked.model.queues.items():
        if queue.keys and queue.invitation is None:
            place = checked.place("queues", name, "keys", at_key=True)
            what = f"no caller of {name!r} is told of its keys"
            yield warning_at(place, what, "add invitation: with what they do")


def invitations_to_nothing(checked: Checked) -> Iterator[ConfigProblem]:
    """An invitation without keys, or one that comes when the caller has left."""
    for name, queue in checked.model.queues.items():
        if queue.invitation is None:
            continue
        if not queue.keys:
            place = checked.place("queues", name, "invitation", at_key=True)
            yield warning_at(place, f"callers of {name!r} are invited to press keys that are not there", "add keys:")
        elif queue.invitation.first_after >= queue.max_wait:
            place = checked.place("queues", name, "invitation", at_key=True)
            what = f"callers of {name!r} leave before they are told of the keys"
            yield warning_at(place, what, "make first_after shorter than max_wait")


def callbacks_without_key(checked: Checked) -> Iterator[ConfigProblem]:
    """Terms of a promise that nobody can ask for, or that comes too late."""
    for name, queue in checked.model.queues.items():
        section = queue.callback
        if section is None:
            continue
        if not any(way.callback for way in queue.keys.values()):
            place = checked.place("queues", name, "callback", at_key=True)
            what = f"no key of {name!r} leads to a callback"
            yield warning_at(place, what, 'add keys: {"1": callback}')
        elif section.offered_after is not None and section.offered_after >= queue.max_wait:
            place = checked.place("queues", name, "callback", "offered_after")
            what = f"callers of {name!r} leave before they are offered a callback"
            yield warning_at(place, what, "make offered_after shorter than max_wait")

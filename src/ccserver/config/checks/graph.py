"""Questions about directed graphs, as far as configurations need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def reached(start: str, edges: Mapping[str, Iterable[str | None]]) -> set[str | None]:
    """Everything that can be reached from `start`, itself included; None is what is not known."""
    seen: set[str | None] = {start}
    open_ends: list[str | None] = [start]
    while open_ends:
        for target in edges.get(open_ends.pop() or "", ()):
            if target not in seen:
                seen.add(target)
                open_ends.append(target)
    return seen


def loops(next_of: Mapping[str, str]) -> list[list[str]]:
    """The loops of a graph in which everything has at most one successor; each once, from its first name in the order given."""
    order = {name: index for index, name in enumerate(next_of)}
    done: set[str] = set()
    found = []
    for start in next_of:
        path: dict[str, None] = {}
        here: str | None = start
        while here is not None and here in next_of and here not in done and here not in path:
            path[here] = None
            here = next_of[here]
        if here is not None and here in path:
            names = list(path)
            loop = names[names.index(here) :]
            first = loop.index(min(loop, key=order.__getitem__))
            found.append(loop[first:] + loop[:first])
        done.update(path)
    return found


def some_loops(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Loops of any directed graph that share nothing with one another: one at least, if there is any.

    Without recursion: a hostile chain may be long.
    """
    done: set[str] = set()
    found: list[list[str]] = []
    for start in edges:
        path: dict[str, None] = {}
        stack = [(start, iter(edges.get(start, ())))] if start not in done else []
        if stack:
            path[start] = None
        while stack:
            here, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                stack.pop()
                path.pop(here)
                done.add(here)
            elif target in path and target not in done:
                names = list(path)
                found.append(names[names.index(target) :])
                done.update(found[-1])
            elif target not in done:
                path[target] = None
                stack.append((target, iter(edges.get(target, ()))))
    return found

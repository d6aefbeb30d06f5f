"""Located trees that are put together part by part, and the paths of keys that lead into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crf2tlf.findings import Place
from crf2tlf.spec.located import LocatedList, LocatedMap, yaml_value

_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\.?(\"(?:[^\"\\]|\\.)*\")|\[([^\]]+)\]", re.ASCII)


class Labelled(LocatedList):
    """The rows of a list, with what the column of their numbers says of each."""

    labels: list[str]


class Shortened(LocatedMap):
    """A mapping that YAML may write in a shorter form."""

    short: Any


def new_map(place: Place) -> LocatedMap:
    """Return an empty mapping that stands at a place."""
    result = LocatedMap()
    result.place, result.places = place, {}
    return result


def new_list(place: Place) -> Labelled:
    """Return an empty list that stands at a place."""
    result = Labelled()
    result.place, result.places, result.labels = place, [], []
    return result


def put(owner: LocatedMap, key: str, value: Any, place: Place) -> None:
    """Set a key of a located mapping, with its place; its shorter form does not say the key, and is none any more."""
    vars(owner).pop("short", None)
    owner[key] = value
    owner.places[key] = place


def add(owner: LocatedList, value: Any, place: Place, label: str) -> None:
    """Add an item to a located list, with its place and label."""
    owner.append(value)
    owner.places.append(place)
    if isinstance(owner, Labelled):
        owner.labels.append(label)


def insert_at(tree: LocatedMap, key: str, value: Any, place: Place) -> None:
    """Set the value that a path such as ``rows[2].set.X`` leads to. Raises ValueError for a path that leads nowhere."""
    steps = list(_steps(key))
    owner: Any = tree
    for number, (name, label) in enumerate(steps):
        last = number == len(steps) - 1
        if label is not None:
            if not isinstance(owner, Labelled) or label not in owner.labels:
                raise ValueError(f"there is no [{label}] there")
            at = owner.labels.index(label)
            if last:
                owner[at] = value
            owner = owner[at]
            continue
        if not isinstance(owner, LocatedMap):
            raise ValueError("leads to no place of the specs")
        if last:
            if owner.get(name) is not None:
                raise ValueError("has a value in another sheet too")
            put(owner, name, value, place)
        elif name not in owner:
            put(owner, name, new_map(place), place)
        owner = owner[name]


def _steps(key: str) -> Iterator[tuple[str, str | None]]:
    position = 0
    while position < len(key):
        match = _STEP.match(key, position)
        if match is None:
            raise ValueError("is no path of keys such as variables.AESEV.comment or rows[2].where")
        name, text, label = match.groups()
        yield (name or (str(yaml_value(text, Place(""))) if text is not None else ""), label)
        position = match.end()
    if not key:
        raise ValueError("the key is blank")

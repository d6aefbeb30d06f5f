"""JSON as text that is the same for the same data and that a line-by-line comparison can show changes of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def json_text(value: object, *, sort_keys: bool = False) -> str:
    """Return a value as JSON with one record a line and a line break at the end.

    A list has each item on a line of its own. A mapping has each key on a line of its own, and where the value there
    is a list or mapping, each of its items too; everything deeper is compact. Keys keep their order unless
    ``sort_keys``. numpy's numbers are written as numbers; text is not escaped beyond what JSON asks, so the file is
    UTF-8. Raises ValueError for NaN and infinity, which JSON does not have, and TypeError for any other kind of value.
    """
    return _expanded(value, 2, sort_keys) + "\n"


def _expanded(value: object, levels: int, sort_keys: bool) -> str:
    """Write a container with an item a line, ``levels`` deep along mappings; anything else compactly."""
    if isinstance(value, Mapping) and value and levels:
        keys = sorted(value) if sort_keys else list(value)
        lines = [f"{_key(key)}: {_expanded(value[key], levels - 1, sort_keys)}" for key in keys]
        return "{\n" + ",\n".join(lines) + "\n}"
    if isinstance(value, Sequence) and not isinstance(value, str) and value and levels:
        return "[\n" + ",\n".join(_compact(item, sort_keys) for item in value) + "\n]"
    return _compact(value, sort_keys)


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key of a JSON object is a text, not {key!r}")
    return _compact(key, False)


def _compact(value: object, sort_keys: bool) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys, separators=(", ", ": "), default=_plain
    )


def _plain(value: Any) -> object:
    """numpy's scalars as Python's; mappings and sequences of other kinds as dicts and lists."""
    if isinstance(value, np.generic):
        plain: object = value.item()
        if not isinstance(plain, np.generic):
            return plain
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"JSON has no way to write {value!r}")

"""Texts as YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./%()<>=+-]*")
_TRUTH = {"true", "false", "null"}


def as_yaml(text: object) -> str:
    """Return a text as a YAML scalar that stays text, also inside braces: plain where it can be."""
    shown = str(text)
    plain = _PLAIN.fullmatch(shown) and shown == shown.strip() and shown.casefold() not in _TRUTH
    return shown if plain else json.dumps(shown, ensure_ascii=False)


def as_list(texts: Iterable[object]) -> str:
    """Return texts as a YAML list on one line."""
    return "[" + ", ".join(as_yaml(text) for text in texts) + "]"

"""Values of specs as plain data that keep how numbers are written, and their text as YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode

from crf2tlf.spec.located import LocatedFloat, LocatedInt

WIDTH = 120
"""Lists and mappings that fit into a line of this many characters are written in one."""


@dataclass(frozen=True)
class Number:
    """A number as it is written in YAML: ``0.90`` is not ``0.9``."""

    text: str


class Full(dict[str, Any]):
    """A mapping for which YAML has a shorter form, such as a rule alone for a variable."""

    short: Any = None


def plain(value: Any) -> Any:
    """Return a located value as plain data: texts, :class:`Number`, truth values, None, lists and mappings."""
    if isinstance(value, Mapping):
        parts = {str(key): plain(item) for key, item in value.items()}
        if not hasattr(value, "short"):
            return parts
        full = Full(parts)
        full.short = plain(value.short)
        return full
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (LocatedInt, LocatedFloat)):
        return Number(value.written)
    return value if isinstance(value, Number) else str(value)


def ordered(value: Any) -> Any:
    """Return plain data in a form that is equal only where values, kinds and the order of keys are."""
    if isinstance(value, dict):
        return ("map", tuple((key, ordered(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", tuple(ordered(item) for item in value))
    return (type(value).__name__, value)


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, with the kinds of their parts and the order of keys."""
    return bool(ordered(one) == ordered(other))


# Scalars

_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~]")
_PLAIN_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]*")
_IN_LINE = re.compile(r"[^,\[\]{}]*")
_BARE_CODE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


def scalar(value: Any, *, in_line: bool = False) -> str:
    """Return a text, number, truth value or None as YAML; ``in_line``: inside brackets or braces."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.text
    return _text(str(value), in_line)


def key_text(key: str, *, in_line: bool = False) -> str:
    """Return a key as YAML; keys are always read as text, so that a code such as 01 needs no quotes."""
    return key if _BARE_CODE.fullmatch(key) else scalar(key, in_line=in_line)


@lru_cache(maxsize=20_000)
def _text(text: str, in_line: bool) -> str:
    if not _PLAIN_TEXT.fullmatch(text):
        return quoted(text)
    usable = _PLAIN_START.match(text) and text == text.strip() and ": " not in text and " #" not in text
    if usable and not text.endswith(":") and (not in_line or _IN_LINE.fullmatch(text)) and _reads_as_text(text):
        return text
    if not text or ("\\" not in text and '"' not in text):
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _reads_as_text(text: str) -> bool:
    """Whether YAML reads a text without quotes as this text."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return False
    return isinstance(node, ScalarNode) and str(node.tag).endswith(":str") and node.value == text


def quoted(text: str) -> str:
    """Return a text in double quotes, in ASCII, as YAML and JSON both read it for characters of one code."""
    return '"' + "".join(_escaped(character) for character in text).replace("_x", "\\u005fx") + '"'


def _escaped(character: str) -> str:
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    if character in known:
        return known[character]
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


# Lists and mappings


def in_line(value: Any, *, ascii_only: bool = False) -> str:
    """Return a value as YAML in one line; ``ascii_only``: every text in quotes, so that any text survives anywhere."""
    value = shortest(value)

    if isinstance(value, dict):
        keys = {key: quoted(key) if ascii_only else key_text(key, in_line=True) for key in value}
        return "{" + ", ".join(f"{keys[k]}: {in_line(v, ascii_only=ascii_only)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_line(item, ascii_only=ascii_only) for item in value) + "]"
    return quoted(value) if ascii_only and isinstance(value, str) else scalar(value, in_line=True)


def shortest(value: Any) -> Any:
    """Return the shorter form of a mapping that has one, anything else as it is."""
    return value.short if isinstance(value, Full) else value


def block(value: Any, indent: int = 0, width: int = WIDTH) -> list[str]:
    """Return the lines of a value as YAML: short mappings and lists in a line, others with a line for each part."""
    value = shortest(value)
    if isinstance(value, (dict, list)):
        lines = list(_entries(value, width - indent)) if value else [in_line(value)]
        return [" " * indent + line if line else line for line in lines]
    return [" " * indent + scalar(value)]


def _entries(value: Any, width: int) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
        yield from entry(key, item, width)


def entry(key: str | None, value: Any, width: int = WIDTH) -> list[str]:
    """Return the lines of ``key: value`` in a mapping, or of ``- value`` in a list, where ``key`` is None."""
    lead, value = "- " if key is None else f"{key_text(key)}: ", shortest(value)
    if isinstance(value, str) and "\n" in value and (lines := _literal(value)):
        return [lead + lines[0], *(f"  {line}" if line else "" for line in lines[1:])]
    if not isinstance(value, (dict, list)):
        return [lead + scalar(value) if value is not None or key is None else lead.rstrip()]
    if not value or _fits(value, width - len(lead)):
        return [lead + in_line(value)]
    inner = list(_entries(value, width - 2))
    if key is None and isinstance(value, dict):
        return [lead + inner[0], *(f"  {line}" if line else "" for line in inner[1:])]
    return [lead.rstrip(), *(f"  {line}" if line else "" for line in inner)]


def _fits(value: Any, width: int) -> bool:
    """Whether a mapping or list is shown in one line: it is short, and what is in it is not nested deeply."""
    parts = _parts(value)
    nested = [part for part in parts if isinstance(part, (dict, list)) and part]
    deeper = any(isinstance(p, (dict, list)) for part in nested for p in _parts(part))
    mappings = isinstance(value, list) and any(isinstance(part, dict) for part in nested)
    return len(in_line(value)) <= width and not deeper and not mappings


def _parts(value: Any) -> list[Any]:
    return [shortest(part) for part in (value.values() if isinstance(value, dict) else value)]


def _literal(text: str) -> list[str] | None:
    """Return the lines of a text as a literal block, or None for a text that such a block cannot hold."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    whole = all(_PLAIN_TEXT.fullmatch(line) and line == line.rstrip() for line in lines)
    if not whole or not lines[0] or lines[0][0].isspace() or not lines[-1]:
        return None
    return ["|" if text.endswith("\n") else "|-", *lines]

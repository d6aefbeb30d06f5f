"""What differs between two sets of specs: file, key, old and new value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from crf2tlf.workbook.unfold import join
from crf2tlf.workbook.values import in_line, ordered, same

_NOT_THERE: Any = object()


@dataclass(frozen=True)
class Change:
    """A value that differs; ``old`` is None for a new key, ``new`` for one that goes."""

    file: str
    key: str
    old: str | None
    new: str | None


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every difference between two sets of spec files, by their path in specs/."""
    return tuple(
        Change(file, *found)
        for file in (*old, *(name for name in new if name not in old))
        for found in _between("", old.get(file, _NOT_THERE), new.get(file, _NOT_THERE))
    )


def _between(key: str, old: Any, new: Any) -> Iterator[tuple[str, str | None, str | None]]:
    if old is not _NOT_THERE and new is not _NOT_THERE and same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _in_mapping(key, old, new)
    elif isinstance(old, list) and isinstance(new, list) and any(isinstance(item, dict) for item in (*old, *new)):
        yield from _in_list(key, old, new)
    elif not key and (old is _NOT_THERE or new is _NOT_THERE):
        yield "", _shown(old) and "the file", _shown(new) and "the file"
    else:
        yield key, _shown(old), _shown(new)


def _in_mapping(key: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    for name in (*old, *(name for name in new if name not in old)):
        yield from _between(join(key, name), old.get(name, _NOT_THERE), new.get(name, _NOT_THERE))
    stay = [name for name in old if name in new], [name for name in new if name in old]
    if stay[0] != stay[1]:
        moved = [name for one, name in zip(*stay, strict=True) if one != name]
        yield key, f"order {', '.join(name for name in stay[0] if name in moved)}", f"order {', '.join(moved)}"


def _in_list(key: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, str | None, str | None]]:
    matcher = SequenceMatcher(None, [ordered(item) for item in old], [ordered(item) for item in new], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(i2 - i1, j2 - j1)):
            one = old[i1 + at] if i1 + at < i2 else _NOT_THERE
            other = new[j1 + at] if j1 + at < j2 else _NOT_THERE
            number = j1 + at + 1 if other is not _NOT_THERE else i1 + at + 1
            yield from _between(f"{key}[{number}]", one, other)


def _shown(value: Any) -> str | None:
    if value is _NOT_THERE:
        return None
    return value if isinstance(value, str) and value else in_line(value)

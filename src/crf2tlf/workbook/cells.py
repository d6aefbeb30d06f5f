"""The text that stands in a cell for a value of the specs, and the value that a cell's text stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from crf2tlf.findings import Place
from crf2tlf.spec.located import LocatedList, LocatedText, yaml_value
from crf2tlf.spec.model import as_written
from crf2tlf.workbook.fields import Content
from crf2tlf.workbook.values import Number, block, plain, same

LONGEST_TEXT = 32_767
"""What Excel's cells hold, in characters of two bytes."""

CELL_WIDTH = 70
_BARE_NAME = re.compile(r"[A-Za-z0-9_][\w.@-]*", re.ASCII)
_UNUSABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_TRUTH = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}


@dataclass(frozen=True)
class Cell:
    """A cell's text, without blanks around it, and where it stands."""

    text: str
    place: Place


def fits(text: str) -> bool:
    """Whether a cell gives back a text as it is: not empty, no blanks around it, nothing that Excel changes."""
    units = len(text) + sum(ord(character) > 0xFFFF for character in text)
    return bool(text) and text == text.strip() and units <= LONGEST_TEXT and not _UNUSABLE.search(text)


def written(content: Content, value: Any) -> str | None:
    """Return the cell's text for a plain value, or None where no cell can hold it exactly."""
    if content is Content.YAML:
        text = "\n".join(block(value, width=CELL_WIDTH))
        return text if fits(text) and _reads_back(text, value) else None
    if content is Content.LIST:
        items = [_text(item) for item in (value if isinstance(value, list) else [value])]
        return _listed([item for item in items if item is not None]) if None not in items else None
    text = ("Yes" if value else "No") if content is Content.TRUTH and isinstance(value, bool) else _text(value) or ""
    return text if fits(text) else None


def _text(value: Any) -> str | None:
    """Return a scalar as the text that a field for texts takes it for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.text
    return value if isinstance(value, str) else None


def _reads_back(text: str, value: Any) -> bool:
    try:
        return same(plain(yaml_value(text, Place(""))), value)
    except ValueError:
        return False


def _listed(items: list[str]) -> str | None:
    """Return a list's items: names with commas between them, other texts a line each."""
    lines = "\n".join("\n".join(block([item])) for item in items)
    for text in (", ".join(items), "\n".join(items), lines):
        if fits(text) and _items(text) == items:
            return text
    return None


def _items(text: str) -> list[str] | None:
    if text.startswith(("- ", "[")):
        try:
            value = yaml_value(text, Place(""))
        except ValueError:
            return None
        return [str(as_written(item)) for item in value] if isinstance(value, list) else None
    if "\n" in text:
        return [line.strip() for line in text.split("\n") if line.strip()]
    names = [name for name in re.split(r"[,;\s]+", text) if name]
    return names if all(_BARE_NAME.fullmatch(name) for name in names) and ("," in text or len(names) == 1) else [text]


def read(content: Content, cell: Cell) -> Any:
    """Return the located value that a cell's text stands for.

    Raises ValueError, with what is wrong in words, for a text that is no YAML where YAML stands.
    """
    if content is Content.YAML:
        return yaml_value(cell.text, cell.place)
    if content is Content.TRUTH and cell.text.casefold() in _TRUTH:
        return _TRUTH[cell.text.casefold()]
    if content is Content.NUMBER:
        try:
            value = yaml_value(cell.text, cell.place)
        except ValueError:
            value = None
        return value if hasattr(value, "written") else located(cell.text, cell.place)
    if content is Content.LIST:
        return _located_list(cell)
    return located(cell.text, cell.place)


def _located_list(cell: Cell) -> LocatedList:
    items = _items(cell.text)
    if items is None:
        raise ValueError("is not a list: names with commas between them, or a line for each item")
    result = LocatedList(located(item, cell.place) for item in items)
    result.place = cell.place
    result.places = [cell.place for _ in items]
    return result


def located(text: str, place: Place) -> LocatedText:
    """Return text that stands at a place."""
    result = LocatedText(text)
    result.place = place
    return result

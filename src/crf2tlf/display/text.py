"""Texts as Word, Excel and a file system can hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from crf2tlf.analysis.results import Results

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_FILE_NAME = re.compile(r"[^\w.-]+|^\.+")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\n]+")
_COUNT = re.compile(r"\(\s?[Nn]\s?=\s?\d[\d,]*\s?\)")
_NO_BREAK_SPACE = "\u00a0"
_HEADERS = ("label", "spanner", "over")
_SHEET_NAME_LENGTH = 31
_FILE_NAME_LENGTH = 100


def clean(text: str) -> str:
    """Return the text without characters that XML 1.0 forbids, with ``\\n`` as its only line end and no tabs."""
    one_line_end = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _NOT_IN_XML.sub("", one_line_end)


def unbroken(text: str) -> str:
    """Return the text with no line break possible within a count such as "(N = 9)"."""
    return _COUNT.sub(lambda count: re.sub(r"\s", _NO_BREAK_SPACE, count[0]), text)


def printable(results: Results) -> Results:
    """Return what displays show: texts cleaned, counts in headers unbroken; without statistics and record sets."""
    shown = results.model_dump(exclude={"results", "record_sets"})
    return Results.model_validate({**_cleaned(shown), "results": (), "record_sets": {}})


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {key: _cleaned(_header(part) if key in _HEADERS else part) for key, part in value.items()}
        case tuple() | list():
            return [_cleaned(part) for part in value]
        case _:
            return value


def _header(value: Any) -> Any:
    """Return a header, or several, with no line break in a count."""
    if isinstance(value, (tuple, list)):
        return [_header(part) for part in value]
    return unbroken(value) if isinstance(value, str) else value


def file_names(identifiers: Sequence[str]) -> list[str]:
    """Return one file name (no suffix) per output: its id, kept inside the folder and told apart from ``tlf``."""
    plain = [_NOT_IN_FILE_NAME.sub("-", identifier) or "output" for identifier in identifiers]
    return _told_apart(plain, limit=_FILE_NAME_LENGTH, taken=["tlf"])


def sheet_names(identifiers: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return one worksheet name per output as Excel takes them: at most 31 characters, unique without case."""
    plain = [_NOT_IN_SHEET_NAME.sub("-", identifier).strip("' ") or "Sheet" for identifier in identifiers]
    return _told_apart(plain, limit=_SHEET_NAME_LENGTH, taken=[*taken, "History"])


def _told_apart(names: Iterable[str], limit: int, taken: Iterable[str]) -> list[str]:
    used = {name.casefold() for name in taken}
    result = []
    for name in names:
        candidate, count = name[:limit], 1
        while candidate.casefold() in used:
            count += 1
            ending = f"-{count}"
            candidate = name[: limit - len(ending)] + ending
        used.add(candidate.casefold())
        result.append(candidate)
    return result

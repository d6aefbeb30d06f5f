"""What can be told of a column from its header and its values."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from crf2tlf.propose.dates import TIMES, DateGuess, dates_of
from crf2tlf.propose.extract import Extract
from crf2tlf.spec.form import FORM_COLUMNS, ColumnType

MOST_CODES = 12
"""More distinct values than this are no code list."""

RESERVED = {*FORM_COLUMNS, "USUBJID"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_VISIT_VALUE = re.compile(
    r"screen|baseline|week|month|visit|cycle|follow|unsched|retrieval|end of|early term|^day|^c[0-9]+d[0-9]+|^v[0-9]+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ColumnFacts:
    """A column: header, name in rules, label, what it holds, and its distinct values in the order of the file."""

    header: str
    name: str
    label: str
    kind: ColumnType
    values: tuple[str, ...]
    records: int
    filled: int
    dates: DateGuess | None = None
    codes: tuple[str, ...] = ()
    decimals: int = 0

    @property
    def required(self) -> bool:
        """Whether no cell is blank, of enough cells to say so."""
        return self.records >= 5 and self.filled == self.records

    @property
    def empty(self) -> bool:
        """Whether all cells are blank."""
        return not self.filled

    @property
    def ambiguous(self) -> bool:
        """Whether the dates can be read in two ways."""
        return self.dates is not None and bool(self.dates.others)

    @property
    def bare(self) -> str:
        """The header as names are compared: what stands after a dot, in capitals."""
        last = self.header.rpartition(".")[2].strip() or self.header
        return re.sub(r"\W+", "_", last, flags=re.ASCII).strip("_").upper()

    @property
    def words(self) -> frozenset[str]:
        """The words of header and label, in small letters."""
        spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", f"{self.header} {self.label}").replace("_", " ")
        return frozenset(re.findall(r"[a-z]+", spaced.lower()))

    @property
    def looks_like_visits(self) -> bool:
        """Whether most of the values are names of visits."""
        named = sum(bool(_VISIT_VALUE.search(value)) for value in self.values)
        return self.kind in ("text", "code") and len(self.values) > 1 and named >= 0.6 * len(self.values)


def facts_of(extract: Extract) -> list[ColumnFacts]:
    """Return what can be told of each column of a file; names are unique within it."""
    names = column_names(extract.frame.columns)
    facts = [
        _facts(str(header), names[str(header)], extract.labels.get(str(header)), extract.frame[header])
        for header in extract.frame.columns
    ]
    return [_with_known_order(column, facts) for column in facts]


def column_names(headers: Iterable[object]) -> dict[str, str]:
    """Return a name for rules for each header: itself where it can stand in a rule, else what is left of it."""
    names: dict[str, str] = {}
    for number, header in enumerate(map(str, headers), 1):
        name = header.strip()
        if not _usable(name):
            name = re.sub(r"\W+", "_", name.rpartition(".")[2] or name, flags=re.ASCII).strip("_").upper()
            name = f"COLUMN_{number}" if not name else f"C_{name}" if name[0].isdigit() else name
            name = name if _usable(name) else f"{name}_"
        while name in names.values():
            name = f"{name}_{number}"
        names[header] = name
    return names


def _usable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in RESERVED and not keyword.iskeyword(name)


def _facts(header: str, name: str, label: str | None, cells: pd.Series[Any]) -> ColumnFacts:
    stripped = cells.astype("str").str.strip()
    filled = stripped[cells.notna() & (stripped != "")]
    values = tuple(filled.unique())
    made = ColumnFacts(header, name, label or _label(header), "text", values, len(cells), len(filled))
    dates = dates_of(values)
    if dates is not None:
        time_only = dates.formats[0] in TIMES
        kind: ColumnType = "time" if time_only else "datetime" if "hh" in dates.formats[0] else "date"
        return replace(made, kind=kind, dates=dates)
    if values and all(_INTEGER.fullmatch(value) for value in values):
        return replace(made, kind="integer", codes=_codes(values, len(filled), 6))
    if values and all(_NUMBER.fullmatch(value) for value in values):
        return replace(made, kind="number", decimals=max(len(value.partition(".")[2]) for value in values))
    return replace(made, codes=_codes(values, len(filled), MOST_CODES))


def _codes(values: tuple[str, ...], filled: int, most: int) -> tuple[str, ...]:
    """Return the values as a code list where they are few and come again; spellings by case are one."""
    folded = {value.casefold() for value in values}
    few = 1 < len(folded) <= most and filled >= 3 * len(folded) and all(len(value) <= 60 for value in values)
    return tuple({value.casefold(): value for value in reversed(values)}.values())[::-1] if few else ()


def _label(header: str) -> str:
    """Return the header as words."""
    text = header.rpartition(".")[2] or header
    if re.fullmatch(r"\w+", text, flags=re.ASCII):
        text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ").strip()
    return text.capitalize() if text.isupper() and " " in text else text or header


def _with_known_order(column: ColumnFacts, columns: list[ColumnFacts]) -> ColumnFacts:
    """Settle whether day or month comes first by the other columns of the file that are written alike."""
    if column.dates is None or not column.dates.others:
        return column
    settled = {c.dates.formats[0] for c in columns if c.dates is not None and not c.dates.others}
    candidates = [column.dates.formats[0], *column.dates.others]
    known = [name for name in candidates if name in settled]
    if len(known) != 1:
        return column
    return replace(column, dates=DateGuess((known[0], *column.dates.formats[1:]), (), column.dates.unread))

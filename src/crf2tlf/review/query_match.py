"""Finding the record that a query is about in another extract, by its keys and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from crf2tlf.build import BuildResult
from crf2tlf.compare.extracts import record_keys
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review.query_list import Query, as_text
from crf2tlf.review.records import ReviewTable, review_tables, subject_index

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Match:
    """The position of the record that was found; None with a note why there is none, or that there are several."""

    position: int | None = None
    several: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class QueryTable:
    """A form, design table or dataset as queries see it: all values as texts, records by subject.

    ``headers`` are the names that a form's file has for columns. ``subjects`` are the positions of the records of each
    subject, by USUBJID and by the subject as collected.
    """

    name: str
    source: ReviewTable
    keys: tuple[str, ...]
    headers: Mapping[str, str]
    subjects: Mapping[str, Integers]
    _texts: dict[str, Texts] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.source.columns)

    def column_named(self, name: str) -> str | None:
        """Return the column that a query names: by its name, or by the form's header."""
        return name if name in self.source.columns else self.headers.get(name)

    def texts(self, column: str) -> Texts:
        """Return a column as texts; a missing value is blank."""
        if column not in self._texts:
            coded = self.source.columns[column]
            self._texts[column] = np.array([*map(as_text, coded.values), ""], dtype=object)[coded.codes]
        return self._texts[column]

    def record(self, position: int) -> dict[str, str]:
        """Return the values of a record."""
        return {column: self.texts(column)[position] for column in self.source.columns}

    def place(self, position: int) -> str:
        """Return where a record is: line of a file, or number of a dataset's record."""
        return f"{self.source.file if self.source.kind == 'raw' else self.name}:{self.source.numbers[position]}"

    def fate(self, position: int) -> str:
        """Return why a raw record is left out; blank if it is not."""
        fates = self.source.fates
        fate = "" if fates is None or fates.codes[position] < 0 else str(fates.values[fates.codes[position]])
        return fate if fate.startswith("left out") else ""

    def find(self, query: Query, column: str | None) -> Match:
        """Return the record that a query is about; ``column`` is the one in question."""
        known = self.subjects.get(query.subject) if query.subject else np.arange(self.source.size, dtype=np.int64)
        if known is None or not len(known):
            return Match(note="the subject has no record here" if query.subject else "there are no records")
        keys = {name: value for name, value in query.keys.items() if name in self.source.columns}
        if not keys:
            return self._by_value(query, column, known)
        found = self._agreeing(known, keys)
        if len(found):
            return self._one(found, query.record, column, keys)
        return self._without_key(query, column, known, keys)

    def _without_key(self, query: Query, column: str | None, known: Integers, keys: Mapping[str, str]) -> Match:
        """Return the record that has other keys now: all other values, or the other keys and most other values."""
        others = {n: v for n, v in query.record.items() if n in self.source.columns and n != column}
        rest = {name: value for name, value in keys.items() if name != column}
        found = self._nearly(known, others, exactly=column is not None) if others else known[:0]
        if not len(found) and len(rest) < len(keys):
            found = self._agreeing(known, rest)
            found = found[2 * self._differences(found, others) < len(others)] if others else found
        if len(found) == 1:
            return Match(int(found[0]))
        if len(found) > 1:
            return self._several(found, "agree in what is not in question")
        return Match(note=f"no record has {_told(keys)}{self._nearest(known, query.record)}")

    def _agreeing(self, among: Integers, values: Mapping[str, str]) -> Integers:
        chosen = np.ones(len(among), dtype=bool)
        for column, value in values.items():
            chosen &= self.texts(column)[among] == value
        return among[chosen]

    def _differences(self, among: Integers, values: Mapping[str, str]) -> Integers:
        count = np.zeros(len(among), dtype=np.int64)
        for column, value in values.items():
            count += self.texts(column)[among] != value
        return count

    def _nearly(self, among: Integers, values: Mapping[str, str], *, exactly: bool) -> Integers:
        """Return the records with all of the values; if not ``exactly``, one of them may differ."""
        return among[self._differences(among, values) <= (0 if exactly else 1)]

    def _one(self, found: Integers, record: Mapping[str, str], column: str | None, keys: Mapping[str, str]) -> Match:
        """Return the one record of those with the keys: by its other values, then the one that is not left out."""
        known = {n: v for n, v in record.items() if n in self.source.columns}
        if len(found) > 1 and known:
            same = self._agreeing(found, known)
            others = {n: v for n, v in known.items() if n != column}
            found = same if len(same) else next((f for f in [self._agreeing(found, others)] if len(f)), found)
            if len(same):  # if several records are the same in every column, what became of them is the same too
                return Match(int(same[0]))
        if len(found) > 1:
            kept = found[[not self.fate(int(position)) for position in found]]
            found = kept if len(kept) else found
        return Match(int(found[0])) if len(found) == 1 else self._several(found, f"have {_told(keys)}")

    def _by_value(self, query: Query, column: str | None, known: Integers) -> Match:
        """Return the record of a query without keys: the subject's only one, or that at the line with the value."""
        if len(known) == 1:
            return Match(int(known[0]))
        at_line = known[self.source.numbers[known].astype(str) == query.line] if query.line else known[:0]
        if len(at_line) == 1 and (column is None or self.texts(column)[at_line[0]] == query.value):
            return Match(int(at_line[0]))
        having = known[self.texts(column)[known] == query.value] if column and query.value else known[:0]
        if len(having) == 1:
            return Match(int(having[0]))
        return self._several(having if len(having) else known, "fit a query without KEYS; fill KEYS in")

    def _several(self, found: Integers, what: str) -> Match:
        places = ", ".join(self.place(int(position)) for position in found[:5])
        more = f" … {len(found)} in all" if len(found) > 5 else ""
        return Match(several=True, note=f"{len(found)} records {what}: {places}{more}")

    def _nearest(self, known: Integers, record: Mapping[str, str]) -> str:
        """Say which record is nearest to one that is gone, and where they differ."""
        values = {n: v for n, v in record.items() if n in self.source.columns}
        if not values:
            return ""
        position = int(known[int(np.argmin(self._differences(known, values)))])
        now = self.record(position)
        differing = [name for name, value in values.items() if now[name] != value]
        if 2 * len(differing) >= len(values):
            return ""
        return f"; the nearest is {self.place(position)}, which differs in {', '.join(differing[:5])}"


def _told(keys: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value or '(blank)'}" for name, value in keys.items())


def query_tables(build: BuildResult) -> dict[str, QueryTable]:
    """Return the tables of a build as queries name them: a form without ``raw.``, a dataset by its name."""
    subjects = subject_index(build)
    tables = review_tables(build, subjects)
    keys = identifying_columns(build, tables)
    found = {}
    for name, table in tables.items():
        short = name.removeprefix("raw.")
        form = build.study.forms.get(short) if name.startswith("raw.") else None
        headers = {form.header(column): column for column in form.columns} if form else {}
        found[short] = QueryTable(short, table, keys[name], headers, _by_subject(table, subjects))
    return found


def _by_subject(table: ReviewTable, subjects: Any) -> dict[str, Integers]:
    """Return the positions of each subject's records, by USUBJID and by the subject as the table has it."""
    order = np.argsort(table.subjects, kind="stable")
    places, first = np.unique(table.subjects[order], return_index=True)
    groups = dict(zip(places.tolist(), np.split(order, first[1:]), strict=True))
    found = {str(subjects[place]): positions for place, positions in groups.items() if place >= 0}
    if table.kind == "raw" and table.subject is not None and table.subject in table.columns:
        coded = table.columns[table.subject]
        for place, positions in groups.items():
            code = coded.codes[positions[0]]
            if place >= 0 and code >= 0:
                found.setdefault(str(coded.values[code]), positions)
    return found


def identifying_columns(build: BuildResult, tables: Mapping[str, ReviewTable]) -> dict[str, tuple[str, ...]]:
    """Return for each table the columns that tell its records apart, all of them where no spec says which do.

    Of a form those of ``duplicates``, else what ``repeats``, ``visits`` and ``item`` say; of a dataset its keys. They
    are taken only if they tell apart the records that are there (of a form those that are not left out).
    """
    return {name: _identifying(build, table) for name, table in tables.items()}


def _identifying(build: BuildResult, table: ReviewTable) -> tuple[str, ...]:
    names = [table.keys]
    if table.kind == "raw":
        form = build.study.forms[table.name.removeprefix("raw.")]
        names = [form.duplicates.by if form.duplicates else (), record_keys(form)]
    chosen = _kept(table)
    for columns in names:
        if columns and set(columns) <= set(table.columns) and _tells_apart(table, columns, chosen):
            return tuple(columns)
    return tuple(table.columns)


def _kept(table: ReviewTable) -> npt.NDArray[np.bool_]:
    if table.fates is None:
        return np.ones(table.size, dtype=bool)
    out = np.array([*(str(fate).startswith("left out") for fate in table.fates.values), False], dtype=bool)
    return ~out[table.fates.codes]


def _tells_apart(table: ReviewTable, columns: tuple[str, ...], chosen: npt.NDArray[np.bool_]) -> bool:
    codes = np.stack([table.columns[column].codes[chosen] for column in columns], axis=1)
    return len(np.unique(codes, axis=0)) == len(codes)

"""Shards: all records of a subject from all tables, with their sources, what their rules read, and their sets.

A piece ``subjects/<p>`` holds the shards of some subjects, so many that it is of about :data:`PIECE` bytes; ``shared``
holds the records that no subject has. Everything is put in the order of the subjects once, and then cut.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from crf2tlf.build.tables import Link
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review.lists import Lists, memberships, references
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site
from crf2tlf.review.records import ReviewTable
from crf2tlf.review.rules import RulesOfVariable
from crf2tlf.review.sets import cells_of_sets
from crf2tlf.trace import VariableReading
from crf2tlf.trace.record_sets import DESIGN

PIECE = 256 * 1024
"""How many bytes of JSON a piece of subjects should have."""

SAMPLE = 24
"""How many subjects tell how large a subject is."""

AT_ONCE = 64
"""How many subjects are cut out at once."""

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Relations:
    """What the records of a table lead to; ``reads`` by variable, ``rules`` of those variables that have several."""

    sources: Lists | None = None
    reads: Mapping[str, Lists] | None = None
    sets: Lists | None = None
    rules: Mapping[str, npt.NDArray[np.int16]] | None = None


class TableShards:
    """A table's records in the order of the subjects, ready to be cut."""

    def __init__(self, table: ReviewTable, relations: Relations, subjects: int) -> None:
        order = np.argsort(table.subjects, kind="stable")
        self.bounds = np.searchsorted(table.subjects[order], np.arange(NOBODY, subjects + 1))
        self.numbers = table.numbers[order]
        self._cells, self._values = _cells(table, order)
        self._fates = None if table.fates is None else _cells_of([table.fates], order)
        self._sources = None if relations.sources is None else relations.sources.taken(order)
        self._reads = {name: lists.taken(order) for name, lists in (relations.reads or {}).items()}
        self._sets = None if relations.sets is None else relations.sets.taken(order)
        self._rules = {name: chosen[order] for name, chosen in (relations.rules or {}).items()}

    def cut(self, first: int, last: int) -> list[dict[str, Any] | None]:
        """Return the records of each of consecutive subjects, None for one without any; ``last`` is not among them."""
        start, stop = int(self.bounds[first + 1]), int(self.bounds[last + 1])
        columns: dict[str, list[Any]] = {
            "numbers": self.numbers[start:stop].tolist(),
            "rows": self._values[self._cells[start:stop]].tolist(),
        }
        if self._fates is not None:
            columns["fates"] = self._fates[1][self._fates[0][start:stop, 0]].tolist()
        if self._sources is not None:
            columns["sources"] = self._sources.plain(start, stop)
        if self._sets is not None:
            columns["sets"] = self._sets.plain(start, stop)
        reads = {name: lists.plain(start, stop) for name, lists in self._reads.items()}
        rules = {name: chosen[start:stop].tolist() for name, chosen in self._rules.items()}
        found: list[dict[str, Any] | None] = []
        for a, b in pairwise((self.bounds[first + 1 : last + 2] - start).tolist()):
            if a == b:
                found.append(None)
                continue
            own: dict[str, Any] = {name: values[a:b] for name, values in columns.items()}
            if self._sources is not None:
                own["reads"] = {name: lists[a:b] for name, lists in reads.items() if any(lists[a:b])}
            if rules:
                own["rules"] = {name: chosen[a:b] for name, chosen in rules.items()}
            found.append(own)
        return found


def _cells(table: ReviewTable, order: Integers) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    return _cells_of(list(table.columns.values()), order)


def _cells_of(columns: Sequence[Any], order: Integers) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    """Return records as places in one list of values for all columns; its last value is None, for missing ones."""
    values: list[Any] = []
    cells = np.empty((len(order), len(columns)), dtype=np.int32)
    for number, column in enumerate(columns):
        codes = column.codes[order]
        cells[:, number] = np.where(codes < 0, -1, codes + len(values))
        values.extend(column.values)
    table = np.empty(len(values) + 1, dtype=object)
    table[:-1] = values
    return cells, table


class Shards:
    """The shards of all subjects."""

    def __init__(
        self, tables: Mapping[str, ReviewTable], relations: Mapping[str, Relations], subjects: Sequence[str]
    ) -> None:
        self.subjects = subjects
        self._tables = {
            name: TableShards(table, relations.get(name, Relations()), len(subjects)) for name, table in tables.items()
        }

    def of(self, subject: int) -> dict[str, Any]:
        """Return the shard of a subject by its number; that of :data:`NOBODY` is the piece ``shared``."""
        return self.between(subject, subject + 1)[0]

    def between(self, first: int, last: int) -> list[dict[str, Any]]:
        """Return the shards of consecutive subjects; ``last`` is not among them. Many at once take less time."""
        cut = {name: table.cut(first, last) for name, table in self._tables.items()}
        return [
            {
                "subject": None if subject == NOBODY else self.subjects[subject],
                "tables": {name: records for name, of in cut.items() if (records := of[subject - first]) is not None},
            }
            for subject in range(first, last)
        ]

    @cached_property
    def in_a_piece(self) -> int:
        """How many subjects share a piece, by the size of a sample spread evenly over all of them."""
        chosen = np.unique(np.linspace(0, len(self.subjects) - 1, num=min(SAMPLE, len(self.subjects)), dtype=np.int64))
        sizes = [len(json.dumps(self.of(int(subject)), separators=(",", ":"))) for subject in chosen]
        return max(1, PIECE // max(1, sum(sizes) // len(sizes))) if sizes else 1


def write(review: Review, site: Site, shards: Shards) -> None:
    """Write the pieces ``subjects/<p>``, ``shared`` and ``sets``."""
    size, everyone = shards.in_a_piece, len(shards.subjects)
    step = size * max(1, AT_ONCE // size)
    for start in range(0, everyone, step):
        cut = shards.between(start, min(start + step, everyone))
        for first in range(0, len(cut), size):
            site.piece(f"subjects/{(start + first) // size}", cut[first : first + size])
    site.piece("shared", shards.of(NOBODY))
    site.piece("sets", cells_of_sets(review.results))


def readings_of(review: Review) -> dict[str, tuple[VariableReading, ...]]:
    """Return what the rules of each dataset's variables looked up."""
    return {name: review.tracing.readings(name) for name in review.build.datasets}


def relations_of(
    review: Review,
    tables: Mapping[str, ReviewTable],
    rules: Mapping[str, Mapping[str, RulesOfVariable]],
    readings: Mapping[str, Sequence[VariableReading]],
) -> dict[str, Relations]:
    """Return for each dataset where its records come from, what their rules read, and which sets they are in."""
    build, tracing, sets = review.build, review.tracing, _sets(review)
    built = {name: tracing.number(name) for name in build.tables if "@" not in name}
    finished = {**built, **{name: tables[name].numbers for name in build.datasets}}
    found = {}
    for name, dataset in build.datasets.items():
        sources = references(tracing.sources(dataset), built, dataset.size)
        reads = _reads(readings[name], finished, dataset.size)
        several = {variable: of.chosen for variable, of in rules[name].items() if of.chosen is not None}
        found[name] = Relations(sources, reads, sets.get(name), several)
    return found


def _reads(readings: Sequence[VariableReading], numbers: Mapping[str, Integers], size: int) -> dict[str, Lists]:
    """Return the records that the rules of each variable looked into."""
    links: dict[str, list[Link]] = {}
    for reading in readings:
        links.setdefault(reading.variable, []).append(reading.link)
    return {variable: references(found, numbers, size) for variable, found in links.items()}


def _sets(review: Review) -> dict[str, Lists]:
    """Return for the records of each analysed dataset the numbers of the sets that they are in."""
    sets = review.tracing.sets
    of: dict[str, tuple[list[Integers], list[int]]] = {}
    for name, number in sets.numbers.items():
        if sets.dataset(name) != DESIGN:
            records, labels = of.setdefault(sets.dataset(name), ([], []))
            records.append(sets.positions(name))
            labels.append(number)
    datasets = review.build.datasets
    return {name: memberships(records, labels, datasets[name].size) for name, (records, labels) in of.items()}

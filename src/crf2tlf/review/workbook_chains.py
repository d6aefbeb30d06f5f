"""The chains of the workbook: from each number of an output to its records, their tabulation records and raw lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crf2tlf.analysis.results import Result
from crf2tlf.build.tables import DatasetTable, Link
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review.model import Review
from crf2tlf.review.queries import cells_of
from crf2tlf.review.records import ReviewTable
from crf2tlf.trace.record_sets import DESIGN

MOST_ROWS = 200_000
"""Rows of the sheet; what is beyond is counted, and in the browser's review."""
MOST_RECORDS = 1_000
"""Records of one set that are listed; the others are counted."""
MOST_READ = 20_000_000
"""Records times results up to which looked-up raw records are listed."""
_MOST_SOURCES = 20

Reference = tuple[str, int]
"""A table and the number of a record."""


@dataclass(frozen=True)
class Step:
    """A record of a set: whose it is, and what it was made from.

    ``read`` are further raw records of the subject that values behind the number were looked up in.
    """

    record: Reference
    subject: str
    sdtm: tuple[Reference, ...] = ()
    raw: tuple[Reference, ...] = ()
    read: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class ChainLine:
    """A line of the chains: a number with its role, and one record of the set behind it, or what stands for records."""

    output: str
    cell: str
    shown: str
    statistics: str
    values: str
    role: str
    step: Step | None = None
    told: str = ""
    denominator: str | None = None


class Chains:
    """The ways from sets of records down to raw lines; what several sets share is worked out once."""

    def __init__(self, review: Review, tables: Mapping[str, ReviewTable], subjects: Sequence[str]) -> None:
        self._tracing = review.tracing
        self._review = review
        self._tables = tables
        self._subjects = subjects
        self._links: dict[str, dict[str, Link]] = {}
        self._ratios: dict[tuple[str, str, str], bool] = {}

    def is_ratio(self, result: Result) -> bool:
        """Return whether a result says how many of how many: others have no numerator in the usual sense."""
        key = result.output, result.analysis, result.group
        if key not in self._ratios:
            self._ratios[key] = self._tracing.is_ratio(result)
        return self._ratios[key]

    @property
    def reading(self) -> bool:
        """Whether looked-up raw records are listed: each number needs a pass over what all rules read."""
        records = sum(table.size for table in self._tables.values())
        return records * len(self._review.results.results) <= MOST_READ

    def steps(self, name: str, of: Sequence[Result] = ()) -> Iterator[Step]:
        """Yield the records of a set, the first :data:`MOST_RECORDS`; ``of`` are the results whose values were read."""
        dataset, positions = self._tracing.set_positions(name)
        read = self._read(of) if of and self.reading else {}
        for position in positions[:MOST_RECORDS].tolist():
            step = self._step(dataset, position)
            known = set(step.raw)
            yield replace(step, read=tuple(one for one in read.get(step.subject, ()) if one not in known))

    def _read(self, of: Sequence[Result]) -> dict[str, list[Reference]]:
        """Return the raw records that values behind results come from, by subject."""
        found: dict[str, list[Reference]] = {}
        for name, variables in self._tracing.merged(self._tracing.values_of(of)).items():
            table = self._tables.get(name)
            if table is None or table.kind != "raw":
                continue
            rows = np.unique(np.concatenate(list(variables.values())))
            numbers = self._tracing.number(name)[rows]
            owners = table.subjects[np.searchsorted(table.numbers, numbers)]
            for number, owner in zip(numbers.tolist(), owners.tolist(), strict=True):
                if owner >= 0:
                    found.setdefault(self._subjects[owner], []).append((name, number))
        return found

    def size(self, name: str) -> int:
        """Return how many records a set has."""
        return len(self._tracing.set_positions(name)[1])

    def constants(self, name: str) -> str:
        """Return the design constants of a set as a text; blank for a set of records."""
        if self._tracing.sets.dataset(name) != DESIGN:
            return ""
        return "; ".join(f"study.{record[0]} = {record[1]}" for record in self._tracing.sets.constants(name))

    def dataset(self, name: str) -> str:
        """Return the dataset of a set of records."""
        return self._tracing.sets.dataset(name)

    def _step(self, dataset: str, position: int) -> Step:
        of = self._tables[dataset].subjects[position]
        subject = self._subjects[of] if of >= 0 else ""
        sdtm: list[Reference] = []
        raw: list[Reference] = []
        for name, link in self._ancestors(dataset).items():
            rows = link.rows[link.offsets[position] : link.offsets[position + 1]]
            kind = self._tables[name].kind
            if kind in ("raw", "design"):
                raw += [(name, int(number)) for number in self._tracing.number(name)[rows]]
            elif kind == "sdtm":
                sdtm += [(name, int(row) + 1) for row in rows]
        return Step((dataset, position + 1), subject, tuple(sdtm), tuple(raw))

    def _ancestors(self, dataset: str) -> dict[str, Link]:
        """Return the records that those of a finished dataset come from, directly or not, by table.

        Rows are positions in a finished dataset, or in a form's or design table's records.
        """
        if dataset in self._links:
            return self._links[dataset]
        build = self._review.build
        here = build.datasets[dataset]
        parts: dict[str, list[Link]] = {}
        for link in self._tracing.sources(here):
            base = link.table.split("@")[0]
            rows = self._tracing.finished(link.table, link.rows)
            direct = Link(base, link.offsets, rows)
            parts.setdefault(base, []).append(direct)
            if isinstance(build.tables[base], DatasetTable):
                for further in self._ancestors(base).values():
                    parts.setdefault(further.table, []).append(_composed(direct, further))
        self._links[dataset] = {name: _merged(name, links) for name, links in parts.items() if name in self._tables}
        return self._links[dataset]


def _composed(first: Link, further: Link) -> Link:
    """Return the link over two steps."""
    counts = np.diff(further.offsets)[first.rows]
    starts = further.offsets[first.rows]
    within = np.arange(counts.sum(), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    record = np.repeat(np.arange(len(first.offsets) - 1, dtype=np.int64), np.diff(first.offsets))
    per_record = np.bincount(record, weights=counts, minlength=len(first.offsets) - 1).astype(np.int64)
    return Link(further.table, np.r_[0, np.cumsum(per_record)], further.rows[np.repeat(starts, counts) + within])


def _merged(table: str, links: Sequence[Link]) -> Link:
    """Return several links to a table as one; a record that is reached twice counts once."""
    size = len(links[0].offsets) - 1
    record = np.concatenate([np.repeat(np.arange(size, dtype=np.int64), np.diff(link.offsets)) for link in links])
    rows = np.concatenate([link.rows for link in links])
    order = np.lexsort((rows, record))
    record, rows = record[order], rows[order]
    new = np.ones(len(record), dtype=bool)
    new[1:] = (np.diff(record) != 0) | (np.diff(rows) != 0)
    counts: Integers = np.bincount(record[new], minlength=size).astype(np.int64)
    return Link(table, np.r_[0, np.cumsum(counts)], rows[new])


def chain_lines(review: Review, chains: Chains) -> Iterator[ChainLine]:
    """Yield the lines of all numbers that outputs show: the records of each numerator, a line for a denominator."""
    by_id = {result.id: result for result in review.results.results}
    for output in review.results.outputs:
        for cell in cells_of(output):
            results = [by_id[id_] for id_ in cell.results if id_ in by_id]
            if cell.id is None or not results:
                continue
            shown: dict[str, Any] = {"output": output.id, "cell": cell.id, "shown": cell.text}
            for name, of in _by_set(results, "numerator"):
                yield from _numerator(chains, shown, name, of)
            for name, of in _by_set(results, "denominator"):
                if name is not None:
                    yield _denominator(chains, shown, name, of)


def _by_set(results: Sequence[Result], role: str) -> Iterator[tuple[str | None, list[Result]]]:
    """Yield the sets of a role, each with the results that have it."""
    found: dict[str | None, list[Result]] = {}
    for result in results:
        found.setdefault(getattr(result, role), []).append(result)
    yield from found.items()


def _told(of: Sequence[Result]) -> dict[str, str]:
    return {"statistics": ", ".join(one.statistic for one in of), "values": ", ".join(one.text for one in of)}


def _numerator(chains: Chains, shown: Mapping[str, Any], name: str | None, of: Sequence[Result]) -> Iterator[ChainLine]:
    line: dict[str, Any] = {**shown, **_told(of), "role": "numerator" if chains.is_ratio(of[0]) else "made_of"}
    if name is None:
        yield ChainLine(**line, told="no_records")
        return
    if constants := chains.constants(name):
        yield ChainLine(**line, told=constants)
        return
    steps = list(chains.steps(name, of))
    for step in steps:
        yield ChainLine(**line, step=step)
    if not steps:
        yield ChainLine(**line, told="nobody")
    elif (rest := chains.size(name) - len(steps)) > 0:
        yield ChainLine(**line, told=f"… {rest:,}")


def _denominator(chains: Chains, shown: Mapping[str, Any], name: str, of: Sequence[Result]) -> ChainLine:
    line: dict[str, Any] = {**shown, **_told(of), "role": "denominator" if chains.is_ratio(of[0]) else "analysed"}
    told = chains.constants(name) or f"{chains.dataset(name)}: {chains.size(name):,}"
    return ChainLine(**line, told=told, denominator=None if chains.constants(name) else name)


def listed(references: Sequence[Reference], file_of: Mapping[str, str]) -> str:
    """Return records as a text: ``AE 17, DM 3`` or ``raw/ae.csv:19``."""
    texts = [f"{file_of[t]}:{n}" if t in file_of else f"{t} {n}" for t, n in references[:_MOST_SOURCES]]
    more = f" … {len(references)}" if len(references) > _MOST_SOURCES else ""
    return ", ".join(texts) + more

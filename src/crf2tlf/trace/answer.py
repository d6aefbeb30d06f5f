"""The answer to what a person asked to be traced, as lines for a terminal and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crf2tlf.rules.compile import SUBJECT
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.find import FoundCells, FoundLeftOut, FoundRecord, FoundSubject, find
from crf2tlf.trace.model import CellPlace, Chain, Made, SubjectTrace, Touched
from crf2tlf.trace.record import ORDER
from crf2tlf.trace.report import as_data, chain_lines, made_lines, subject_lines, touched_lines
from crf2tlf.trace.touch import Touch
from crf2tlf.trace.tracing import Tracing


@dataclass(frozen=True)
class Answer:
    """What was found: the chains of cells, what a record was made from and what it reaches, or a subject."""

    chains: tuple[Chain, ...] = ()
    made: Made | None = None
    touched: Touched | None = None
    subject: SubjectTrace | None = None
    left_out: FoundLeftOut | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The answer as plain data; what was not asked for is left out."""
        data = as_data(self)
        return {name: value for name, value in data.items() if value}

    def lines(self, *, everything: bool) -> Iterator[str]:
        """Yield the answer as lines; ``everything``: the records behind denominators too."""
        for number, chain in enumerate(self.chains):
            if number:
                yield ""
            yield from chain_lines(chain, everything=everything)
        if self.made is not None:
            yield from made_lines(self.made)
        if self.touched is not None:
            if self.made is not None:
                yield ""
            yield from touched_lines(self.touched, values=self.made is None)
        if self.subject is not None:
            yield from subject_lines(self.subject)
        if self.left_out is not None:
            yield f"{self.left_out.place} is in no dataset: {self.left_out.reason}"


def answer(tracing: Tracing, words: Sequence[str], *, back: bool = True, on: bool = True) -> Answer:
    """Answer what words name (see :func:`crf2tlf.trace.find.find`); a record is traced back and on.

    Raises :class:`crf2tlf.trace.find.NotFound`.
    """
    chains = Chains(tracing)
    found = find(chains, words)
    if isinstance(found, FoundCells):
        if found.result is not None:
            return Answer((chains.of_result(found.result),))
        return Answer(tuple(chains.of_cell(place.cell) for place in found.cells))
    if isinstance(found, FoundSubject):
        return Answer(subject=_subject(chains, found.subject))
    if isinstance(found, FoundLeftOut):
        return Answer(left_out=found)
    return _record(chains, found, back=back, on=on)


def _record(chains: Chains, found: FoundRecord, *, back: bool, on: bool) -> Answer:
    made = None
    if back and not found.table.startswith(("raw.", "study.")):
        made = chains.of_record(found.table, found.number, found.variables)
    return Answer(made=made, touched=Touch(chains).of(found.table, found.number, found.variables) if on else None)


def _subject(chains: Chains, subject: str) -> SubjectTrace:
    """Return where a subject's records are, and the cells that count them."""
    build, tracing = chains.tracing.build, chains.tracing
    tables: dict[str, tuple[int, ...]] = {}
    for name, table in build.tables.items():
        if "@" not in name and SUBJECT in table.columns:
            at = np.flatnonzero((table.columns[SUBJECT] == subject).to_numpy(dtype=bool, na_value=False))
            if len(at):
                tables[name] = tuple(sorted(tracing.number(name)[at].tolist()))
    ordered = sorted(tables, key=lambda name: (ORDER.index(chains.records.kind(name)), name))
    counted: list[CellPlace] = []
    for place, ids in chains.cells.values():
        if any(_counts(tracing, tracing.by_id[id_].numerator, subject) for id_ in ids):
            counted.append(place)
    return SubjectTrace(subject, {name: tables[name] for name in ordered}, tuple(counted))


def _counts(tracing: Tracing, name: str | None, subject: str) -> bool:
    dataset, positions = tracing.set_positions(name)
    if not dataset or SUBJECT not in tracing.build.datasets[dataset].frame:
        return False
    return bool((tracing.build.datasets[dataset].frame[SUBJECT].iloc[positions] == subject).any())

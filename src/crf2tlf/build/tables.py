"""Tables that rules look into while a study is built, with the record-level lineage that they keep.

Lineage is many to many and nothing heavier than an offsets array and an index array: the source records of record
``i`` are ``rows[offsets[i]:offsets[i + 1]]`` of the source table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.findings import Place
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.columns import take
from crf2tlf.rules.scope import Ref

PLACES_SHOWN = 20
POSITION = "@position"
"""The name under which a block's source has the positions of its records."""


@dataclass(frozen=True)
class Link:
    """Source records of consecutive records: those of record ``i`` are ``rows[offsets[i]:offsets[i + 1]]``."""

    table: str
    offsets: Integers
    rows: Integers

    @classmethod
    def one_to_one(cls, table: str, rows: Integers) -> Link:
        """Return the link of records with one source record each; a row of -1 is no source record."""
        present = rows >= 0
        return cls(table, np.r_[0, np.cumsum(present)].astype(np.int64), rows[present])

    def sources(self, positions: Integers) -> Integers:
        """Return the source records of the records at ``positions``, each once."""
        chosen = np.zeros(len(self.offsets) - 1, dtype=bool)
        chosen[positions] = True
        return np.unique(self.rows[np.repeat(chosen, np.diff(self.offsets))])


@dataclass(frozen=True)
class FormTable:
    """The records of a form that the specs take, with their lines in the file."""

    name: str
    file: str
    columns: Mapping[str, pd.Series[Any]]
    lines: Integers

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.lines)

    def column(self, variable: str) -> pd.Series[Any]:
        """Return a column of all records."""
        return self.columns[variable]

    def places(self, positions: Integers) -> list[Place]:
        """Return the lines of records."""
        return [Place(self.file, int(self.lines[p])) for p in positions[:PLACES_SHOWN]]


@dataclass(frozen=True)
class Block:
    """Consecutive records of a dataset that come from one row source.

    ``first`` is the source position whose columns a record sees; ``members`` the record and source position of every
    source record of grouped records; ``added`` what a record method (time_to_event …) adds to the source's columns;
    ``chosen`` the records that it chose, as the variable with their numbers and their positions (-1 for none).
    """

    source: str
    start: int
    stop: int
    first: Integers
    links: tuple[Link, ...]
    members: tuple[Integers, Integers] | None = None
    added: Mapping[str, pd.Series[Any]] = field(default_factory=dict)
    chosen: tuple[tuple[Ref, Integers], ...] = ()

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.stop - self.start


@dataclass
class DatasetTable:
    """A dataset while it is built: its blocks of records, and its columns as they are worked out."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    columns: dict[str, pd.Series[Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.blocks[-1].stop if self.blocks else 0

    def column(self, variable: str) -> pd.Series[Any]:
        """Return a column of all records."""
        return self.columns[variable]


AnyTable = FormTable | DatasetTable


class Tables(dict[str, AnyTable]):
    """All tables of a build by name: ``raw.ae``, ``study.arms``, ``AE``."""

    def places(self, table: str, positions: Integers) -> list[Place]:
        """Return the raw lines (or lines of study.yaml) that records come from, the first few."""
        found: list[Place] = []
        for name, rows in self.origins(table, positions[:PLACES_SHOWN]):
            form = self[name]
            assert isinstance(form, FormTable)
            found.extend(form.places(rows))
        return sorted(set(found))[:PLACES_SHOWN]

    def origins(self, table: str, positions: Integers) -> Iterable[tuple[str, Integers]]:
        """Yield the forms and design tables that records come from, with the positions there."""
        here = self[table]
        if isinstance(here, FormTable):
            yield table, positions
            return
        for block in here.blocks:
            inside = positions[(positions >= block.start) & (positions < block.stop)] - block.start
            if len(inside):
                for link in block.links:
                    yield from self.origins(link.table, link.sources(inside))

    def source_column(self, block: Block, variable: str) -> pd.Series[Any]:
        """Return a column of a block's source, one value for each of the block's records."""
        if variable == POSITION:
            return pd.Series(block.first)
        if variable == "SRCSEQ" and block.added:
            return self._chosen_sequence(block)
        if variable in block.added:
            return block.added[variable]
        return take(self[block.source].column(variable), block.first)

    def _chosen_sequence(self, block: Block) -> pd.Series[Any]:
        """Return the numbers, in their finished datasets, of the records that a record method chose."""
        sequence = np.full(block.size, np.nan)
        for ref, rows in block.chosen:
            at = rows >= 0
            sequence[at] = self[ref.table].column(ref.variable).to_numpy(dtype="float64", na_value=np.nan)[rows[at]]
        return pd.Series(sequence)

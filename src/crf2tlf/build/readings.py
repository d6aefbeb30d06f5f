"""What every rule of a build read, kept where somebody asked for it: the lineage of single values.

Readings are kept as the rules made them, by positions in the tables of the build. ``OWN`` readings are of the same
dataset, ``SOURCE`` readings of the source records of its records.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from crf2tlf.build.tables import Block
from crf2tlf.rules.reading import MEMBERS, OWN, SOURCE, Reading, Tracer
from crf2tlf.rules.scope import Ref

ADDED = "@added"
"""The name under which a record method's readings stand: those of all columns that it adds."""


@dataclass
class Readings:
    """The readings of each variable, of each record method (``ADDED``), and of the conditions of each row source.

    Positions on the left are those of the dataset's records; for ``rows``, by dataset and number of the row source,
    those of the source's records.
    """

    variables: dict[Ref, list[Reading]] = field(default_factory=dict)
    rows: dict[tuple[str, int], list[Reading]] = field(default_factory=dict)

    def of_source(self, table: str, number: int, start: int) -> SourceReadings:
        """Return what keeps the readings of a row source; ``start`` is the number of records above its own."""
        condition = self.rows.setdefault((table, number), [])
        return SourceReadings(condition.append, self.variables.setdefault(Ref(table, ADDED), []), start)

    def of_variable(self, ref: Ref, block: Block | None = None) -> Tracer:
        """Return what keeps the readings of a variable for the records of a row source, or (None) for all records."""
        kept = self.variables.setdefault(ref, [])
        if block is None:
            return kept.append
        return lambda reading: kept.append(_moved(reading, block.start, block.size, block.source))


@dataclass(frozen=True)
class SourceReadings:
    """What keeps the readings of a row source's condition, and of its record method."""

    condition: Tracer
    kept: list[Reading]
    start: int

    def method(self, size: int) -> Tracer:
        """Return what keeps the readings of the record method; it works on as many records as the row source gives."""
        return lambda reading: self.kept.append(_moved(reading, self.start, size, MEMBERS))


def _moved(reading: Reading, start: int, size: int, source: str) -> Reading:
    """Return a reading of a row source's records by positions in the whole dataset."""
    left = np.arange(size, dtype=np.int64) if reading.left is None else reading.left
    inside = reading.right is not None and reading.table in (OWN, SOURCE)
    return replace(
        reading,
        table=source if reading.table == MEMBERS else reading.table,
        left=left + start,
        right=reading.right + start if inside and reading.right is not None else reading.right,
    )

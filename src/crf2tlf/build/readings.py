"""What every rule of a build read, kept where somebody asked for it: the lineage of single values.

Readings are kept as the rules made them, by positions in the tables of the build. ``OWN`` readings are of the same
dataset, ``SOURCE`` readings of the source records of its records. They are most of what tracing needs of memory, so
positions and group numbers are kept in 32 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast, overload

import numpy as np

from crf2tlf.build.tables import Block
from crf2tlf.methods.catalogue import Integers
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
    _ranges: dict[tuple[int, int], Integers] = field(default_factory=dict)

    def of_source(self, table: str, number: int, start: int) -> SourceReadings:
        """Return what keeps the readings of a row source; ``start`` is the number of records above its own."""
        condition = self.rows.setdefault((table, number), [])
        return SourceReadings(_keeping(condition), self.variables.setdefault(Ref(table, ADDED), []), start)

    def of_variable(self, ref: Ref, block: Block | None = None) -> Tracer:
        """Return what keeps the readings of a variable for the records of a row source, or (None) for all records."""
        kept = self.variables.setdefault(ref, [])
        if block is None:
            return _keeping(kept)
        everyone = self._range(block.start, block.size)
        return _keeping(kept, lambda reading: _moved(reading, block.start, everyone, block.source))

    def _range(self, start: int, size: int) -> Integers:
        """Return the positions of a row source's records: one array for all that read them."""
        if (start, size) not in self._ranges:
            self._ranges[start, size] = _small(np.arange(start, start + size, dtype=np.int64))
        return self._ranges[start, size]


@dataclass(frozen=True)
class SourceReadings:
    """What keeps the readings of a row source's condition, and of its record method."""

    condition: Tracer
    kept: list[Reading]
    start: int

    def method(self, size: int) -> Tracer:
        """Return what keeps the readings of the record method; it works on as many records as the row source gives."""
        everyone = _small(np.arange(self.start, self.start + size, dtype=np.int64))
        return _keeping(self.kept, lambda reading: _moved(reading, self.start, everyone, MEMBERS))


def _keeping(kept: list[Reading], change: Callable[[Reading], Reading] = lambda reading: reading) -> Tracer:
    """Return what keeps readings in a list, in few bytes."""

    def keep(reading: Reading) -> None:
        found = change(reading)
        kept.append(
            replace(
                found,
                left=_small(found.left),
                left_group=_small(found.left_group),
                right=_small(found.right),
                right_group=_small(found.right_group),
            )
        )

    return keep


@overload
def _small(numbers: Integers) -> Integers: ...
@overload
def _small(numbers: None) -> None: ...
def _small(numbers: Integers | None) -> Integers | None:
    """Return positions or group numbers in 32 bits; their type says less than that, since every reader takes both."""
    return None if numbers is None else cast("Integers", numbers.astype(np.int32, copy=False))


def _moved(reading: Reading, start: int, everyone: Integers, source: str) -> Reading:
    """Return a reading of a row source's records by positions in the whole dataset; ``everyone`` are all of those."""
    inside = reading.right is not None and reading.table in (OWN, SOURCE)
    return replace(
        reading,
        table=source if reading.table == MEMBERS else reading.table,
        left=everyone if reading.left is None else reading.left + start,
        right=reading.right + start if inside and reading.right is not None else reading.right,
    )

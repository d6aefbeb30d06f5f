"""What a rule read: noted while it is worked out, where somebody asks for it.

A reading is exact to the record and the variable, and linear in the data: readers and records read are joined by
group numbers, as in the rule itself, and never written out as pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.grouping import pairs

OWN = "own"
"""Stands for the dataset being built, in the place of a table's name."""
SOURCE = "source"
"""Stands for the source record of each record, in the place of a table's name."""
MEMBERS = "members"
"""Stands for the table of the source records of a group, in the place of its name."""


@dataclass(frozen=True)
class Reading:
    """Variables of a table that records read, and of which of its records.

    The record at ``left`` reads the records ``right`` with its number in ``right_group``; without ``right`` it reads
    itself (``OWN``) or its source record (``SOURCE``). ``left`` None: all records; without ``left_group`` each record
    is a group. One that is not ``chosen`` was looked at only: the rule did not select it, or it was compared as a key.
    """

    table: str
    variables: frozenset[str]
    left: Integers | None = None
    left_group: Integers | None = None
    right: Integers | None = None
    right_group: Integers | None = None
    chosen: bool = True

    def pairs(self, size: int) -> tuple[Integers, Integers]:
        """Return who read what as pairs of positions; ``size`` is how many records could read."""
        left = np.arange(size, dtype=np.int64) if self.left is None else self.left.astype(np.int64, copy=False)
        if self.right is None:
            return left, left
        right = self.right.astype(np.int64, copy=False)
        if self.left_group is None or self.right_group is None:
            return left, right
        at, of = pairs(self.left_group, self.right_group)
        return left[at], right[of]


Tracer = Callable[[Reading], None]


def itself(where: str, variable: str, at: Integers | None) -> Reading:
    """Return the reading of a record's own variable, or of a column of its source record."""
    return Reading(OWN if where == OWN else SOURCE, frozenset({variable}), at)


def within_groups(
    inner: Iterable[Reading], group: Integers, at: Integers | None, *, chosen: bool, members: Integers | None = None
) -> Iterable[Reading]:
    """Yield what records read by looking at the records of their group, given what those read themselves.

    ``group`` numbers all records; ``at`` are the readers, None all; only the readings of ``members`` count, None all.
    """
    kept = None
    if members is not None:
        kept = np.zeros(len(group), dtype=bool)
        kept[members] = True
    reader = group if at is None else group[at]
    for reading in inner:
        left = np.arange(len(group), dtype=np.int64) if reading.left is None else reading.left
        inside = np.ones(len(left), dtype=bool) if kept is None else kept[left]
        if reading.right is None:
            right, right_group = left[inside], group[left[inside]]
        else:
            numbers = np.arange(len(left)) if reading.left_group is None else reading.left_group
            others = np.arange(len(reading.right)) if reading.right_group is None else reading.right_group
            both = np.unique(np.stack([group[left[inside]], numbers[inside]]), axis=1)
            of, found = pairs(both[1], others)
            right, right_group = reading.right[found], both[0][of]
        yield replace(
            reading,
            left=at,
            left_group=reader,
            right=right,
            right_group=right_group,
            chosen=chosen and reading.chosen,
        )


def through(reader: Integers, record: Integers, inner: Iterable[Reading], size: int) -> Iterable[Reading]:
    """Yield what readers read by looking at other records, pair by pair, given what those read; none is chosen.

    ``size`` is how many of the other records there are.
    """
    for reading in inner:
        left, right = reading.pairs(size)
        of, found = pairs(record, left)
        yield replace(reading, left=reader[of], left_group=None, right=right[found], right_group=None, chosen=False)

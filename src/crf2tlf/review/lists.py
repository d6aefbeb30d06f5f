"""A list of things for each record: source records, records that rules read, sets that a record is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from crf2tlf.build.tables import Link
from crf2tlf.methods.catalogue import Integers


@dataclass(frozen=True, eq=False)
class Lists:
    """The list of record ``i`` is ``numbers[offsets[i]:offsets[i + 1]]``.

    ``tables`` are places in ``names``: the table of each number. Without them a list is one of numbers alone.
    """

    offsets: Integers
    numbers: Integers
    tables: Integers | None = None
    names: tuple[str, ...] = ()

    def taken(self, positions: Integers) -> Lists:
        """Return the lists of the records at positions, in that order."""
        first, count = self.offsets[positions], np.diff(self.offsets)[positions]
        within = np.arange(count.sum(), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(first, count) + within
        offsets = np.r_[0, np.cumsum(count)].astype(np.int64)
        return Lists(offsets, self.numbers[at], None if self.tables is None else self.tables[at], self.names)

    def plain(self, start: int, stop: int) -> list[list[Any]]:
        """Return the lists of consecutive records: of numbers, or of pairs of table and number.

        Most lists are short and the same for many records (all of a subject look into one record of DM), so equal lists
        of one are one object; nobody changes them.
        """
        offsets = self.offsets[start : stop + 1]
        found = np.empty(stop - start, dtype=object)
        counts = np.diff(offsets)
        found[counts == 0] = _shared([[]])
        one = np.flatnonzero(counts == 1)
        found[one] = self._ones(offsets[one])
        for at in np.flatnonzero(counts > 1).tolist():
            found[at] = self._items(slice(offsets[at], offsets[at + 1]))
        lists: list[list[Any]] = found.tolist()
        return lists

    def _items(self, at: Any) -> list[Any]:
        numbers: list[Any] = self.numbers[at].tolist()
        if self.tables is None:
            return numbers
        return list(zip([self.names[table] for table in self.tables[at].tolist()], numbers, strict=True))

    def _ones(self, at: Integers) -> npt.NDArray[np.object_]:
        tables = np.zeros(len(at), dtype=np.int64) if self.tables is None else self.tables[at]
        _, first, inverse = np.unique(
            self.numbers[at] * (len(self.names) + 1) + tables, return_index=True, return_inverse=True
        )
        return _shared([[item] for item in self._items(at[first])])[inverse]


def _shared(lists: list[list[Any]]) -> npt.NDArray[np.object_]:
    """Return lists as an array of objects."""
    return np.fromiter(lists, dtype=object, count=len(lists))


def references(links: Sequence[Link], numbers: Mapping[str, Integers], size: int) -> Lists:
    """Return the records that links lead to, as tables and the numbers that people know their records by.

    ``numbers`` has for each table the number of each of its positions. A record's references are in the order of the
    links; one that stands twice is there once.
    """
    if not links:
        empty = np.empty(0, dtype=np.int64)
        return Lists(np.zeros(size + 1, dtype=np.int64), empty, empty)
    names = tuple(dict.fromkeys(link.table for link in links))
    place = {name: at for at, name in enumerate(names)}
    records = np.concatenate([np.repeat(np.arange(size, dtype=np.int64), np.diff(link.offsets)) for link in links])
    tables = np.concatenate([np.full(len(link.rows), place[link.table], dtype=np.int64) for link in links])
    found = np.concatenate([numbers[link.table][link.rows] for link in links]).astype(np.int64)
    order = np.lexsort((found, tables, records))
    records, tables, found = records[order], tables[order], found[order]
    new = np.ones(len(records), dtype=bool)
    new[1:] = (np.diff(records) != 0) | (np.diff(tables) != 0) | (np.diff(found) != 0)
    counts = np.bincount(records[new], minlength=size)
    return Lists(np.r_[0, np.cumsum(counts)].astype(np.int64), found[new], tables[new], names)


def memberships(records: Sequence[Integers], labels: Sequence[int], size: int) -> Lists:
    """Return for each record the labels of the sets that it is in; ``records`` are the positions of each set."""
    if not records:
        return Lists(np.zeros(size + 1, dtype=np.int64), np.empty(0, dtype=np.int64))
    at = np.concatenate(records).astype(np.int64)
    label = np.repeat(np.asarray(labels, dtype=np.int64), [len(found) for found in records])
    order = np.lexsort((label, at))
    counts = np.bincount(at, minlength=size)
    return Lists(np.r_[0, np.cumsum(counts)].astype(np.int64), label[order])

"""A list of things for each record: source records, records that rules read, sets that a record is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from crf2tlf.build.tables import Link
from crf2tlf.methods.catalogue import Integers

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Lists:
    """The list of record ``i`` is ``numbers[offsets[i]:offsets[i + 1]]``; ``tables`` name the table of each number."""

    offsets: Integers
    numbers: Integers
    tables: Objects | None = None

    def taken(self, positions: Integers) -> Lists:
        """Return the lists of the records at positions, in that order."""
        first, count = self.offsets[positions], np.diff(self.offsets)[positions]
        within = np.arange(count.sum(), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(first, count) + within
        offsets = np.r_[0, np.cumsum(count)].astype(np.int64)
        return Lists(offsets, self.numbers[at], None if self.tables is None else self.tables[at])

    def plain(self, start: int, stop: int) -> list[list[Any]]:
        """Return the lists of consecutive records: numbers, or pairs of table and number."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        flat: list[Any] = self.numbers[first:last].tolist()
        if self.tables is not None:
            flat = list(map(list, zip(self.tables[first:last].tolist(), flat, strict=True)))
        return [flat[a:b] for a, b in pairwise((self.offsets[start : stop + 1] - first).tolist())]


def references(links: Sequence[Link], numbers: Mapping[str, Integers], size: int) -> Lists:
    """Return the records that links lead to, as tables and the numbers that people know their records by.

    ``numbers`` has for each table the number of each of its positions. A record's references are in the order of the
    links; one that stands twice is there once.
    """
    if not links:
        return Lists(np.zeros(size + 1, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=object))
    names = np.array(list(dict.fromkeys(link.table for link in links)), dtype=object)
    place = {name: at for at, name in enumerate(names)}
    records = np.concatenate([np.repeat(np.arange(size, dtype=np.int64), np.diff(link.offsets)) for link in links])
    tables = np.concatenate([np.full(len(link.rows), place[link.table], dtype=np.int64) for link in links])
    found = np.concatenate([numbers[link.table][link.rows] for link in links]).astype(np.int64)
    order = np.lexsort((found, tables, records))
    records, tables, found = records[order], tables[order], found[order]
    new = np.ones(len(records), dtype=bool)
    new[1:] = (np.diff(records) != 0) | (np.diff(tables) != 0) | (np.diff(found) != 0)
    counts = np.bincount(records[new], minlength=size)
    return Lists(np.r_[0, np.cumsum(counts)].astype(np.int64), found[new], names[tables[new]])


def memberships(records: Sequence[Integers], labels: Sequence[int], size: int) -> Lists:
    """Return for each record the labels of the sets that it is in; ``records`` are the positions of each set."""
    if not records:
        return Lists(np.zeros(size + 1, dtype=np.int64), np.empty(0, dtype=np.int64))
    at = np.concatenate(records).astype(np.int64)
    label = np.repeat(np.asarray(labels, dtype=np.int64), [len(found) for found in records])
    order = np.lexsort((label, at))
    counts = np.bincount(at, minlength=size)
    return Lists(np.r_[0, np.cumsum(counts)].astype(np.int64), label[order])

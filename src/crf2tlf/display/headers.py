"""The header of a table: spanning headers at several levels above the columns' labels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from crf2tlf.analysis.results import Column, Table


def headers(column: Column) -> tuple[str, ...]:
    """Return the headers that span a column, outermost first."""
    return (*column.over, column.spanner) if column.spanner else column.over


def depth(table: Table) -> int:
    """Return how many rows of spanning headers there are above the labels."""
    return max(len(headers(column)) for column in table.columns)


def spans(table: Table, level: int) -> Iterator[tuple[str | None, list[int]]]:
    """Yield for a row of the header the spanning header and its columns; None and one column where none spans it.

    The outermost row is level 0. A column's label begins in the row below the headers that span it.
    """
    above = [headers(column) for column in table.columns]
    for key, places in groupby(range(len(above)), key=lambda at: above[at][: level + 1]):
        group = list(places)
        if len(key) > level:
            yield key[level], group
        else:
            yield from ((None, [at]) for at in group)

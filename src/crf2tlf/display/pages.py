"""A table over several pages: which rows stand on which, with the groups that go on from the page before.

A page begins with the headings that its first row is under, each followed by "(continued)"; a heading never ends one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crf2tlf.analysis.results import Cell, Page, Row, Table
from crf2tlf.display.headers import depth, spans

CONTINUED = " (continued)"
_SMALL = 8


@dataclass(frozen=True)
class Sheet:
    """The rows of one page by their numbers in the table: those it goes on with from the page before, then its own."""

    subtitle: str
    above: tuple[int, ...]
    own: range

    def lines(self, table: Table, texts: Sequence[list[str]]) -> list[tuple[Row, list[str]]]:
        """Return the rows with the texts of their cells."""
        continued = [_continued(table.rows[at]) for at in self.above]
        again = [(row, [cell.text for cell in row.cells]) for row in continued]
        return [*again, *((table.rows[at], texts[at]) for at in self.own)]


def sheets(table: Table, heights: Sequence[float], room: Callable[[str], float]) -> list[Sheet]:
    """Return the pages of a table.

    ``heights`` are the rows', ``room`` what all rows of a page may have together, by the line under the title. Where
    the table says how many rows a page holds, rows are counted instead.
    """
    if table.page_rows is not None:
        heights, limit = [1.0] * len(table.rows), float(table.page_rows)
        room = lambda _: limit  # noqa: E731
    begins = table.pages or (Page(first=0, subtitle=""),)
    ends = [*(page.first for page in begins[1:]), len(table.rows)]
    found: list[Sheet] = []
    for page, end in zip(begins, ends, strict=True):
        found += _parts(table.rows, page, end, heights, room(page.subtitle))
    return found


def _parts(rows: Sequence[Row], page: Page, end: int, heights: Sequence[float], room: float) -> Iterator[Sheet]:
    start = page.first
    while start < end or start == end == page.first:
        above = _above(rows, page.first, start)
        used = sum(heights[at] for at in above)
        stop = start
        while stop < end and (used + heights[stop] <= room or stop == start):
            used += heights[stop]
            stop += 1
        if stop < end:
            stop = _end(rows, start, stop, heights, room)
        yield Sheet(page.subtitle, tuple(above), range(start, stop))
        if stop == end:
            return
        start = stop


def _above(rows: Sequence[Row], first: int, start: int) -> list[int]:
    """Return the rows that a row is under, outermost first."""
    found: list[int] = []
    level = rows[start].indent if start < len(rows) else 0
    for at in range(start - 1, first - 1, -1):
        if rows[at].indent < level:
            found.append(at)
            level = rows[at].indent
    return found[::-1]


def _end(rows: Sequence[Row], start: int, stop: int, heights: Sequence[float], room: float) -> int:
    """Return where a page ends that has room up to ``stop``: before a small group that would be parted.

    Small are the few rows under one heading, such as the statistics of a visit, where the next page can hold them all.
    """
    around = [at for at in _above(rows, start, stop) if rows[at].heading]
    if around:
        head = around[-1]
        after = (at for at in range(head + 1, len(rows)) if rows[at].indent <= rows[head].indent)
        group = range(head, next(after, len(rows)))
        needed = sum(heights[at] for at in (*_above(rows, 0, head), *group))
        if len(group) <= _SMALL and needed <= room and _without_headings(rows, start, head) == head:
            return head
    return _without_headings(rows, start, stop)


def _without_headings(rows: Sequence[Row], start: int, stop: int) -> int:
    """Return an end of a page that does not leave a heading, or a row with others under it, alone."""
    best = stop
    while best > start and (rows[best - 1].heading or rows[best].indent > rows[best - 1].indent):
        best -= 1
    return best if best > start else stop


def _continued(row: Row) -> Row:
    label = Cell(text=row.cells[0].text + CONTINUED)
    blanks = [Cell(text="")] * (len(row.cells) - 1)
    return row.model_copy(update={"cells": (label, *blanks), "rule_above": False})


def panels(table: Table) -> list[Table]:
    """Return a table that has more columns than a page takes as several, each with the first column.

    Columns under one header stay together where they fit.
    """
    if table.page_columns is None or len(table.columns) - 1 <= table.page_columns:
        return [table]
    chosen: list[list[int]] = [[]]
    for group in _units(table, table.page_columns):
        if len(chosen[-1]) + len(group) > table.page_columns:
            chosen.append([])
        chosen[-1] += group
    return [_columns(table, (0, *group)) for group in chosen if group]


def _units(table: Table, most: int) -> Iterator[list[int]]:
    """Yield the columns that stay together: those under one header, of the outermost level at which all of them fit."""
    for level in range(depth(table)):
        groups = [[at for at in group if at] for _, group in spans(table, level)]
        if max(map(len, groups)) <= most:
            return iter([group for group in groups if group])
    return ([at] for at in range(1, len(table.columns)))


def _columns(table: Table, places: Sequence[int]) -> Table:
    rows = tuple(row.model_copy(update={"cells": tuple(row.cells[at] for at in places)}) for row in table.rows)
    return table.model_copy(update={"columns": tuple(table.columns[at] for at in places), "rows": rows})

"""Tables as pages show them: header cells with their spans, rows with aligned texts, and names for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crf2tlf.analysis.results import Cell, Table
from crf2tlf.display.alignment import NO_BREAK_SPACE, padded
from crf2tlf.display.headers import depth, headers, spans
from crf2tlf.review.addresses import cell_anchor
from crf2tlf.review.cell_labels import column_labels, row_labels


@dataclass(frozen=True)
class HeaderCell:
    """A cell of a table's header: over how many columns and rows it goes."""

    text: str
    columns: int
    rows: int
    align: str
    spanning: bool


@dataclass(frozen=True)
class BodyCell:
    """A cell with its text as rendered; ``name`` says row, column and text in one line. Without id it is plain text.

    ``before`` and ``after`` are the blanks that put numbers of a column under each other.
    """

    text: str
    align: str
    before: str = ""
    after: str = ""
    id: str | None = None
    anchor: str = ""
    name: str = ""
    status: str = ""


@dataclass(frozen=True)
class BodyRow:
    """A row: its label, and its cells unless the label spans the row."""

    label: BodyCell
    cells: tuple[BodyCell, ...]
    indent: int
    heading: bool
    spanning: bool
    rule_above: bool


@dataclass(frozen=True)
class Block:
    """Rows that belong together, with the line that stands over them."""

    subtitle: str
    rows: tuple[BodyRow, ...]


def header_rows(table: Table) -> list[list[HeaderCell]]:
    """Return the rows of a table's header: spanning headers first, each label as high as there is room for."""
    last = depth(table)
    found = []
    for level in range(last + 1):
        row = []
        for spanning, group in spans(table, level):
            if spanning is not None:
                row.append(HeaderCell(spanning, len(group), 1, "center", True))
            elif len(headers(table.columns[group[0]])) == level:
                column = table.columns[group[0]]
                row.append(HeaderCell(column.label, 1, last - level + 1, column.align, False))
        found.append(row)
    return found


def blocks(table: Table, statuses: Mapping[str, str]) -> list[Block]:
    """Return a table's rows, parted where it begins a page with a line of its own; statuses are of cells by id."""
    rows = list(_rows(table, statuses))
    firsts = [page.first for page in table.pages] or [0]
    subtitles = [page.subtitle for page in table.pages] or [""]
    ends = [*firsts[1:], len(rows)]
    parted = zip(subtitles, firsts, ends, strict=True)
    return [Block(subtitle, tuple(rows[first:end])) for subtitle, first, end in parted]


def _rows(table: Table, statuses: Mapping[str, str]) -> Iterator[BodyRow]:
    columns, labels = column_labels(table), row_labels(table)
    aligned = [_aligned(table, at) for at in range(len(table.columns))]
    for at, (row, label) in enumerate(zip(table.rows, labels, strict=True)):
        cells = [
            _cell(cell, texts[at], column.align, f"{label}, {name}" if name else label, statuses)
            for cell, texts, column, name in zip(row.cells, aligned, table.columns, columns, strict=True)
        ]
        spanning = row.heading and not any(cell.text or cell.id for cell in row.cells[1:])
        indent = min(row.indent, 9)
        yield BodyRow(cells[0], () if spanning else tuple(cells[1:]), indent, row.heading, spanning, row.rule_above)


def _aligned(table: Table, at: int) -> list[str]:
    texts = [row.cells[at].text for row in table.rows]
    return padded(texts) if at and table.columns[at].align == "center" else texts


def _cell(cell: Cell, text: str, align: str, name: str, statuses: Mapping[str, str]) -> BodyCell:
    if cell.id is None or not cell.results:
        return BodyCell(text, align)
    blank = NO_BREAK_SPACE
    return BodyCell(
        text.strip(blank),
        align,
        text[: len(text) - len(text.lstrip(blank))],
        text[len(text.rstrip(blank)) :],
        cell.id,
        cell_anchor(cell.id),
        f"{name}: {cell.text}",
        statuses.get(cell.id, ""),
    )

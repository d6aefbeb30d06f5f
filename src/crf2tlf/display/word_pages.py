"""How much room a table has on a page of Word, and how much its rows take: estimates, on the safe side."""

from __future__ import annotations

from collections.abc import Sequence

from crf2tlf.analysis.results import Column, Output, Row, Table
from crf2tlf.display.headers import depth, headers
from crf2tlf.display.pages import Sheet, sheets
from crf2tlf.display.word_styles import MARGIN_MM, PAGE_MM, height_of

_POINTS_PER_MM = 72 / 25.4
_TWIPS = 20
_CELL_PADDING = 7.1  # the margins of a cell at its left and right, and a little
_SPARE = 0.98
_DRAFT = 20.0


def paged(output: Output, table: Table, widths: Sequence[int], kind: str, indent: int, *, draft: bool) -> list[Sheet]:
    """Return the pages of a table whose columns are ``widths`` twips wide, with ``indent`` twips for each level."""
    room = [width / _TWIPS - _CELL_PADDING for width in widths]
    heights = [_row_height(row, room, kind, indent / _TWIPS) for row in table.rows]
    header = _header_height(table, room, kind)

    def free(subtitle: str) -> float:
        return _free(output, subtitle, draft) - header

    return sheets(table, heights, free)


def _row_height(row: Row, room: Sequence[float], kind: str, indent: float) -> float:
    style = f"{kind}{'Group' if row.heading else 'Cell'}"
    texts = [cell.text for cell in row.cells]
    if row.heading and not any(texts[1:]):
        return height_of(style, texts[0], sum(room) - indent * row.indent)
    own = [room[0] - indent * row.indent, *room[1:]]
    return max(height_of(style, text, points) for text, points in zip(texts, own, strict=True))


def _header_height(table: Table, room: Sequence[float], kind: str) -> float:
    one = height_of(f"{kind}Header", "", 100.0)
    labels = max(_label_height(column, points, kind) for column, points in zip(table.columns, room, strict=True))
    spanning = max((text.count("\n") for column in table.columns for text in headers(column)), default=0)
    return labels + depth(table) * one * (1 + spanning) + 2


def _label_height(column: Column, room: float, kind: str) -> float:
    return height_of(f"{kind}Header", column.label, room)


def _free(output: Output, subtitle: str, draft: bool) -> float:
    """Return the height that a page has for the table: without the texts above and below it."""
    short, long = PAGE_MM
    high, wide = (short, long) if output.orientation == "landscape" else (long, short)
    room, width = ((side - 2 * MARGIN_MM) * _POINTS_PER_MM for side in (high, wide))
    texts = [("Heading1", output.title)]
    texts += [("DisplayPopulation", text) for text in (output.population, subtitle) if text]
    texts += [("DisplayFootnote", note) for note in output.footnotes] or [("DisplayEnd", "")]
    return room * _SPARE - sum(height_of(style, text, width) for style, text in texts) - (_DRAFT if draft else 0)

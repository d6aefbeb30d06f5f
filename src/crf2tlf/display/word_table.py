"""One table for every display: three rules, spanners, heading rows, indents and aligned numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crf2tlf.analysis.results import Column, Output, Row, Table
from crf2tlf.display import word_xml as xml
from crf2tlf.display.alignment import padded
from crf2tlf.display.headers import depth, headers, spans
from crf2tlf.display.pages import panels
from crf2tlf.display.word_pages import paged

_INDENT = 220
_THICK, _THIN = 8, 4
_WIDE = 9


@dataclass(frozen=True)
class TablePart:
    """A table, or as much of it as goes onto a page, as WordprocessingML; and its line under the title."""

    subtitle: str
    xml: str


def table_parts(output: Output, table: Table, width: int, *, draft: bool) -> Iterator[TablePart]:
    """Yield the pages of a table, ``width`` twips wide, with its columns' shares of it."""
    kind = "Listing" if output.kind == "listing" or len(table.columns) >= _WIDE else "Display"
    across = panels(table)
    texts = [_aligned_texts(panel) for panel in across]
    widths = [_widths(panel, width) for panel in across]
    down = [paged(output, panel, wide, kind, _INDENT, draft=draft) for panel, wide in zip(across, widths, strict=True)]
    for sheet in max(down, key=len):  # all panels have the rows of the one with the least room
        for panel, wide, shown in zip(across, widths, texts, strict=True):
            rows = [*_header_rows(panel, wide, kind), *_body_rows(panel, sheet.lines(panel, shown), wide, kind)]
            yield TablePart(sheet.subtitle, xml.table(rows, wide, output.title))


def _widths(table: Table, width: int) -> list[int]:
    whole = sum(column.width for column in table.columns)
    widths = [round(width * column.width / whole) for column in table.columns]
    widths[-1] += width - sum(widths)
    return widths


def _header_rows(table: Table, widths: list[int], kind: str) -> Iterator[str]:
    """Yield the rows of spanning headers where there are any, then the labels' row."""
    last = depth(table)
    for level in range(last + 1):
        yield xml.row(_header_cells(table, widths, kind, level, last), header=True)


def _header_cells(table: Table, widths: list[int], kind: str, level: int, last: int) -> Iterator[str]:
    """Yield the cells of a header row: a merged cell over each spanning header's columns, labels, what is merged.

    The rule under a spanning header is the paragraph's, so neighbours stay apart.
    """
    borders = (xml.border("top", _THICK) if level == 0 else "") + (xml.border("bottom", _THIN) if level == last else "")
    for spanning, group in spans(table, level):
        if spanning is not None:
            rule = f"<w:pBdr>{xml.border('bottom', _THIN)}</w:pBdr>"
            text = xml.paragraph(xml.run(spanning), f"{kind}Header", align="center", borders=rule)
            yield xml.cell(text, sum(widths[at] for at in group), span=len(group), borders=borders, foot=True)
            continue
        (at,) = group
        column = table.columns[at]
        begins = len(headers(column)) == level
        merge = "" if begins and level == last else "restart" if begins else "continue"
        text = _label(column, kind) if begins else xml.paragraph("", f"{kind}Header")
        yield xml.cell(text, widths[at], borders=borders, merge=merge, foot=True)


def _label(column: Column, kind: str) -> str:
    return xml.paragraph(xml.run(column.label), f"{kind}Header", align=column.align)


def _body_rows(table: Table, shown: list[tuple[Row, list[str]]], widths: list[int], kind: str) -> Iterator[str]:
    last = len(shown) - 1
    for place, (row, texts) in enumerate(shown):
        yield xml.row(_body_cells(table, row, texts, widths, kind, place == last))


def _aligned_texts(table: Table) -> list[list[str]]:
    """Return the cells' texts, row by row, with the numbers of centred columns padded into line."""
    columns = []
    for place, column in enumerate(table.columns):
        texts = [row.cells[place].text for row in table.rows]
        columns.append(padded(texts) if column.align == "center" else texts)
    return [list(texts) for texts in zip(*columns, strict=True)]


def _body_cells(table: Table, row: Row, texts: list[str], widths: list[int], kind: str, last: bool) -> Iterator[str]:
    rule = (xml.border("top", _THIN) if row.rule_above else "") + (xml.border("bottom", _THICK) if last else "")
    style = f"{kind}Group" if row.heading else f"{kind}Cell"
    stub = xml.paragraph(xml.run(texts[0]), style, align="left", indent=_INDENT * row.indent, keep=last)
    if row.heading and not any(texts[1:]):
        yield xml.cell(stub, sum(widths), span=len(widths), borders=rule)
        return
    yield xml.cell(stub, widths[0], borders=rule)
    for column, text, width in list(zip(table.columns, texts, widths, strict=True))[1:]:
        yield xml.cell(xml.paragraph(xml.run(text), style, align=column.align, keep=last), width, borders=rule)

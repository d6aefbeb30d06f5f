"""One table for every display: three rules, spanners, heading rows, indents and aligned numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from crf2tlf.analysis.results import Column, Output, Row, Table
from crf2tlf.display import word_xml as xml
from crf2tlf.display.alignment import padded

_INDENT = 220
_THICK, _THIN = 8, 4
_WIDE = 9


def table_xml(output: Output, table: Table, width: int) -> str:
    """Return the table as WordprocessingML, ``width`` twips wide, with its columns' shares of it."""
    widths = _widths(table, width)
    kind = "Listing" if output.kind == "listing" or len(table.columns) >= _WIDE else "Display"
    rows = [*_header_rows(table, widths, kind), *_body_rows(table, widths, kind)]
    return xml.table(rows, widths, output.title)


def _widths(table: Table, width: int) -> list[int]:
    whole = sum(column.width for column in table.columns)
    widths = [round(width * column.width / whole) for column in table.columns]
    widths[-1] += width - sum(widths)
    return widths


def _header_rows(table: Table, widths: list[int], kind: str) -> Iterator[str]:
    """Yield the spanners' row where there are spanners, then the labels' row."""
    spanned = any(column.spanner for column in table.columns)
    if spanned:
        yield xml.row(_spanner_cells(table, widths, kind), header=True)
    yield xml.row(_label_cells(table, widths, kind, spanned), header=True)


def _spanner_cells(table: Table, widths: list[int], kind: str) -> Iterator[str]:
    """Yield a merged cell over each spanner's columns; its rule is the paragraph's, so neighbours stay apart."""
    top = xml.border("top", _THICK)
    for spanner, places in groupby(range(len(widths)), key=lambda place: table.columns[place].spanner):
        group = list(places)
        if spanner:
            rule = f"<w:pBdr>{xml.border('bottom', _THIN)}</w:pBdr>"
            text = xml.paragraph(xml.run(spanner), f"{kind}Header", align="center", borders=rule)
            yield xml.cell(text, sum(widths[at] for at in group), span=len(group), borders=top, foot=True)
            continue
        for at in group:
            yield xml.cell(_label(table.columns[at], kind), widths[at], borders=top, merge="restart", foot=True)


def _label_cells(table: Table, widths: list[int], kind: str, spanned: bool) -> Iterator[str]:
    borders = ("" if spanned else xml.border("top", _THICK)) + xml.border("bottom", _THIN)
    for column, width in zip(table.columns, widths, strict=True):
        if spanned and not column.spanner:
            empty = xml.paragraph("", f"{kind}Header")
            yield xml.cell(empty, width, borders=borders, merge="continue", foot=True)
        else:
            yield xml.cell(_label(column, kind), width, borders=borders, foot=True)


def _label(column: Column, kind: str) -> str:
    return xml.paragraph(xml.run(column.label), f"{kind}Header", align=column.align)


def _body_rows(table: Table, widths: list[int], kind: str) -> Iterator[str]:
    texts = _aligned_texts(table)
    last = len(table.rows) - 1
    for place, (row, cells) in enumerate(zip(table.rows, texts, strict=True)):
        yield xml.row(_body_cells(table, row, cells, widths, kind, place == last))


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

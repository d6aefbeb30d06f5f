"""Sheets as an Excel file: every cell is text, so that Excel changes nothing; headers say what may be edited."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import xlsxwriter

from crf2tlf.display.excel_formats import Formats
from crf2tlf.display.excel_layout import TYPEFACE, column_points, row_height
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.workbook.cells import LONGEST_TEXT
from crf2tlf.workbook.digests import DIGESTS
from crf2tlf.workbook.fields import Content, Field, alternatives
from crf2tlf.workbook.layout import INFORMATION, ORDER, Table
from crf2tlf.workbook.sheets import (
    DETAILS,
    FILE,
    PART,
    STUDY,
    Book,
    Sheet,
    columns,
    information,
    passes,
    slots,
)

_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_KEY = {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "bottom": 1}
_SPEC = {"bold": True, "bg_color": "#BDD7EE", "bottom": 1}
_INFORMATION = {"bold": True, "bg_color": "#D9D9D9", "font_color": "#595959", "italic": True, "bottom": 1}
_TOLD = {"font_color": "#7F7F7F", "italic": True, "bg_color": "#F2F2F2"}
_NARROWEST, _WIDEST_TOLD, _WIDEST, _HIGHEST = 8, 24, 60, 150
_WIDEST_PRINTED = 250
_MOST_FROZEN = 4
_VALIDATED_ROWS = 5_000
_LONGEST_CHOICES = 255
_A4 = 9

NOTES = {
    "Key": "A key of study.yaml, codelists.yaml, analysis.yaml, reconciliation.yaml or conformance.yaml.",
    "Value": "What a cell of another sheet cannot hold, and values by key.",
    FILE: "The spec file under specs/. Blank: the usual name is taken.",
    PART: "Which mapping the row is in.",
    "Row": "The row's name; other sheets refer to it. The order of the rows of the sheet counts. 2.1 stands under 2.",
    "Kind": "The kind's name; other sheets refer to it.",
}


def write_book(book: Book, study: str, timestamp: str, path: Path) -> Path:
    """Write the sheets as an Excel file and return its path; the same sheets, the same bytes."""
    content = BytesIO()
    settings = {"in_memory": True, "default_format_properties": dict(TYPEFACE), **_PLAIN_TEXT}
    with xlsxwriter.Workbook(content, settings) as workbook:
        properties = {"title": f"Specifications of {study}"[:255], "author": "crf2tlf"}
        workbook.set_properties({**properties, "created": release_time(timestamp)})
        formats = Formats(workbook)
        for name in sorted(book, key=_order):
            sheet = workbook.add_worksheet(name)
            _write_sheet(sheet, book[name], formats)
            if name == DIGESTS:
                sheet.very_hidden()
    return write_archive(content.getvalue(), path)


def _order(name: str) -> tuple[int, int]:
    first = ORDER.index(name) if name in ORDER else len(ORDER)
    return (3 if name == DIGESTS else 2 if name == DETAILS else 1 if name not in ORDER else 0), first


def _write_sheet(target: Any, sheet: Sheet, formats: Formats) -> None:
    kinds = {header: _kind(sheet.name, header) for header in sheet.headers}
    table = table_of(sheet.name)
    target.set_landscape()
    target.set_paper(_A4)
    target.repeat_rows(0)
    widths = [_width(sheet, header, kinds[header] is _INFORMATION) for header in sheet.headers]
    if sum(widths) < _WIDEST_PRINTED:
        target.fit_to_pages(1, 0)
    for place, (header, width) in enumerate(zip(sheet.headers, widths, strict=True)):
        told = kinds[header] is _INFORMATION
        style = formats.of(num_format="@", wrap=True, valign="top", **(_TOLD if told else {}))
        target.set_column(place, place, width, style, {"level": 1 if told and table else 0})
        target.write_string(0, place, header, formats.of(wrap=True, valign="top", **kinds[header]))
        _explain(target, place, header, table, told)
    room = [column_points(width) for width in widths]
    for number, line in enumerate(sheet.lines, 1):
        texts = [line.text(header) for header in sheet.headers]
        target.set_row(number, min(row_height(texts, room), _HIGHEST))
        for place, (header, text) in enumerate(zip(sheet.headers, texts, strict=True)):
            if text:
                look = _TOLD if kinds[header] is _INFORMATION else {}
                style = formats.for_text(text, num_format="@", wrap=True, valign="top", **look)
                target.write_string(number, place, text[:LONGEST_TEXT], style)
    target.freeze_panes(1, _frozen(sheet, kinds))
    if sheet.headers:
        target.autofilter(0, 0, max(len(sheet.lines), 1), len(sheet.headers) - 1)


def _frozen(sheet: Sheet, kinds: dict[str, dict[str, Any]]) -> int:
    """Return how many columns stay in sight: those up to the last one that names rows, if they are few."""
    keys = [place for place, header in enumerate(sheet.headers, 1) if kinds[header] is _KEY]
    return keys[-1] if keys and keys[-1] <= _MOST_FROZEN else 0


def table_of(name: str) -> Table | None:
    """Return the table of a sheet, or None for one that is no table of specs."""
    return next((s.table for s in slots() if s.table.sheet == name and not passes(s.table)), None)


def _kind(name: str, header: str) -> dict[str, Any]:
    """Return the look of a header: what names the row, what is imported, what only informs."""
    if name in INFORMATION:
        return _INFORMATION
    table = table_of(name)
    if table is None:
        key = header in ("Key", "File") if name in (STUDY, DETAILS) else False
        return _KEY if key else _INFORMATION if name == STUDY and header == "Attribute" else _SPEC
    keys = next(slot.keys for slot in slots() if slot.table is table)
    if header in keys:
        return _KEY
    return _INFORMATION if header in information(table, keys) else _SPEC


def _width(sheet: Sheet, header: str, told: bool) -> float:
    longest = max((len(part) for line in sheet.lines for part in line.text(header).split("\n")), default=0)
    return min(
        max(longest + 2, len(header) + 4, _NARROWEST), _WIDEST_TOLD if told and table_of(sheet.name) else _WIDEST
    )


def _explain(target: Any, place: int, header: str, table: Table | None, told: bool) -> None:
    """Say in a note what a column means, and offer the values that it takes."""
    found = columns(table).get(header) if table else None
    text = "Information: follows from the specs and the standards, and is not imported." if told else ""
    text = found.description if found and found.description else NOTES.get(header, text)
    if text:
        target.write_comment(0, place, text[:1000], {"author": "crf2tlf", "x_scale": 2})
    choices = _choices(found) if found else []
    if choices and len(",".join(choices)) <= _LONGEST_CHOICES:
        options = {"validate": "list", "source": choices, "error_type": "warning"}
        target.data_validation(1, place, _VALIDATED_ROWS, place, options)


def _choices(found: Field) -> list[str]:
    if found.content is Content.TRUTH:
        return ["Yes", "No"]
    literals = [part for part in alternatives(found.annotation) if get_origin(part) is Literal]
    return [str(value) for part in literals for value in get_args(part)] if found.content is Content.TEXT else []

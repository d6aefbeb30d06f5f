"""``conformance.xlsx``: the summary, the findings and the rules of a conformance check, to filter and to read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from crf2tlf.conform.model import Conformance
from crf2tlf.conform.tables import ConformanceTable, findings_table, rules_table, summary_table
from crf2tlf.display.excel_formats import Formats
from crf2tlf.display.excel_layout import TYPEFACE, column_points, row_height
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.spec.study import StudySpec

_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST_TEXT = 32_767
_A4 = 9
_COLOURS = {"error": "#C00000", "warning": "#9C5700"}
_OPEN = "#FFF2CC"


def conformance_workbook(conformance: Conformance, study: StudySpec, path: Path) -> Path:
    """Write the outcome of a conformance check as a workbook and return its path; the same outcome, the same bytes.

    The sheet of findings lists those without an explanation first, on a coloured ground.
    """
    content = BytesIO()
    # a typeface of its own, since the writer changes the one it is given
    settings = {"in_memory": True, "default_format_properties": dict(TYPEFACE), **_PLAIN_TEXT}
    with xlsxwriter.Workbook(content, settings) as book:
        released = release_time(study.release_timestamp.isoformat())
        title = f"Conformance of {study.study}"[:255]
        book.set_properties({"title": title, "subject": study.study[:255], "author": "crf2tlf", "created": released})
        formats = Formats(book)
        for table in (summary_table(conformance), findings_table(conformance), rules_table(conformance)):
            _write_table(book.add_worksheet(table.title), table, formats, study.study)
    return write_archive(content.getvalue(), path)


def _write_table(sheet: Any, table: ConformanceTable, formats: Formats, study: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L&8 {study.replace('&', '&&')[:100]}")
    sheet.set_footer("&R&8Page &P of &N")
    heading = formats.of(wrap=True, bold=True, bg_color="#D9E1F2", bottom=1)
    for place, (text, width) in enumerate(zip(table.headings, table.widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, text, heading)
    for line, row in enumerate(table.rows, 1):
        room = [column_points(width) for width in table.widths]
        sheet.set_row(line, row_height([str(value) for value in row], room))
        for place, value in enumerate(row):
            _write_value(sheet, line, place, value, formats, _look(table, row, place))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)


def _look(table: ConformanceTable, row: tuple[str | int, ...], place: int) -> dict[str, Any]:
    """Return how a cell looks: the severity in its colour, findings without an explanation on a coloured ground."""
    named = dict(zip(table.headings, row, strict=True))
    look: dict[str, Any] = {"bg_color": _OPEN} if named.get("Explanation") == "" else {}
    if table.headings[place] == "Severity" and row[place] in _COLOURS:
        look["font_color"] = _COLOURS[str(row[place])]
    return look


def _write_value(sheet: Any, line: int, place: int, value: str | int, formats: Formats, look: dict[str, Any]) -> None:
    if isinstance(value, int):
        sheet.write_number(line, place, value, formats.of(align="center", **look))
    elif value:
        sheet.write_string(line, place, value[:_LONGEST_TEXT], formats.for_text(value, wrap=True, **look))
    else:
        sheet.write_blank(line, place, None, formats.of(**look))

"""The sheet of a query list in a workbook: every cell a text, STATUS one of a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

EARLIEST = datetime(1980, 1, 1)
"""What workbooks without a release state as the time they were made: no clock, so that equal lists are equal bytes."""
_LONGEST_TEXT = 32_767
_WIDTHS = {"QUERYID": 15, "SUBJECT": 22, "VALUE": 24, "TEXT": 50, "CELL": 30, "RELEASE": 22, "NOTE": 40, "CHANGED": 30}
_ROWS_TO_FILL = 500


def queries_sheet(
    book: Any, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], statuses: Sequence[str]
) -> Any:
    """Add a sheet with a query list and return it; STATUS may be chosen from a list, in the rows to be filled too.

    Cells have the format of texts, so that what is typed into them stays what it is (``1-2`` is no date).
    """
    sheet = book.add_worksheet(name)
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    header = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "bg_color": "#EAEFF4"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(column, 13), text)
        sheet.write_string(0, at, column, header)
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if value:
                sheet.write_string(line, at, value[:_LONGEST_TEXT], text)
    last = max(len(rows), 1)
    if "STATUS" in columns:
        at = list(columns).index("STATUS")
        message = f"STATUS is one of {', '.join(statuses)}."
        allowed = {"validate": "list", "source": list(statuses), "error_title": "STATUS", "error_message": message}
        sheet.data_validation(1, at, last + _ROWS_TO_FILL, at, allowed)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    return sheet

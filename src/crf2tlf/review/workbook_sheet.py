"""Writing the sheets of the review's workbook: cells of texts, numbers and links, as many as Excel can hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from crf2tlf.display.excel import LINK, sheet_link
from crf2tlf.display.excel_formats import Formats
from crf2tlf.display.excel_layout import column_points, row_height
from crf2tlf.display.text import clean

_LONGEST_TEXT = 32_767
_LINE_POINTS, _MOST_LINES = 12.75, 25
_MOST_LINKS = 60_000  # Excel takes 65,530 of a sheet
_HEADER: dict[str, Any] = {"bold": True, "bottom": 1, "bg_color": "#EAEFF4", "valign": "vcenter"}


@dataclass(frozen=True)
class Linked:
    """A text or number of a cell that leads to another place of the workbook."""

    value: str | int | float
    target: str


Value = str | int | float | None | Linked


def place(sheet: str, row: int, column: int = 0) -> str:
    """Return the address of a cell in the workbook; rows and columns are counted from 0."""
    return f"internal:{sheet_link(sheet)}!{xl_rowcol_to_cell(row, column)}"


class Sheet:
    """A sheet with a header, and rows below it; a text is a text, whatever it begins with."""

    def __init__(self, book: Any, name: str, formats: Formats, back: str) -> None:
        self.name = name
        self._sheet = book.add_worksheet(name)
        self._formats = formats
        self._links = 0
        self._text = formats.of(wrap=True)
        self._linked = formats.of(wrap=True, font_color=LINK, underline=1)
        self._widths: Sequence[float] = ()
        self.row = 0
        if back:
            self.write(0, 0, Linked(f"← {back}", place(back, 0)))
            self.row = 1

    def heading(self, text: str, note: str = "") -> None:
        """Write the sheet's title, and a note below it."""
        self._sheet.write_string(self.row, 0, text, self._formats.of(bold=True, font_size=14))
        self.row += 1
        if note:
            self._sheet.write_string(self.row, 0, note, self._formats.of(font_color="#4D5B69"))
            self.row += 1

    def header(self, labels: Sequence[str], widths: Sequence[float], rows: int, frozen: int = 1) -> None:
        """Write the labels of the columns, which stay in sight and can be filtered; ``rows`` follow."""
        self._widths = widths
        for at, (label, width) in enumerate(zip(labels, widths, strict=True)):
            self._sheet.set_column(at, at, width)
            self._sheet.write_string(self.row, at, label, self._formats.of(**_HEADER))
        self._sheet.freeze_panes(self.row + 1, frozen)
        self._sheet.autofilter(self.row, 0, self.row + max(rows, 1), len(labels) - 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(self.row)
        self.row += 1

    def across(self, text: str, widths: Sequence[float], **look: Any) -> None:
        """Write a text over columns of these widths, in a row high enough for it."""
        style = self._formats.of(wrap=True, **look)
        self._sheet.set_row(self.row, row_height([text], [sum(column_points(width) for width in widths)]))
        self._sheet.merge_range(self.row, 0, self.row, len(widths) - 1, "", style)
        self._sheet.write_string(self.row, 0, clean(text), style)
        self.row += 1

    def rows(self, rows: Iterable[Sequence[Value]]) -> None:
        """Write rows of cells below what is there."""
        for row in rows:
            self.line(row)

    def line(self, row: Sequence[Value]) -> None:
        """Write a row of cells below what is there, high enough for its texts as far as their lengths tell."""
        lines = 1
        for at, value in enumerate(row):
            self.write(self.row, at, value)
            shown = value.value if isinstance(value, Linked) else value
            if isinstance(shown, str) and at < len(self._widths):
                lines = max(lines, ceil(len(shown) / self._widths[at]))
        if lines > 1:
            self._sheet.set_row(self.row, _LINE_POINTS * min(lines, _MOST_LINES))
        self.row += 1

    def write(self, row: int, column: int, value: Value) -> None:
        """Write a cell; a link too many is its value alone."""
        style = self._text
        if isinstance(value, Linked):
            if self._links < _MOST_LINKS:
                self._links += 1
                style = self._linked
                self._sheet.write_url(row, column, value.target, style, string=clean(str(value.value))[:255] or " ")
            value = value.value
        if isinstance(value, (int, float)):
            self._sheet.write_number(row, column, value, style)
        elif value:
            text = clean(value)[:_LONGEST_TEXT]
            look = self._formats.for_text(text, wrap=True) if style is self._text else style
            self._sheet.write_string(row, column, text, look)

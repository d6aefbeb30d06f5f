"""Reading forms from the sheets of an Excel workbook: cells as the texts that people see, records with their rows.

Numbers and dates as :mod:`crf2tlf.files.cell_text` says; formulas by the value that Excel saved; TRUE and FALSE; hidden
rows and columns are read. Errors such as #N/A are findings, and missing.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from crf2tlf.files.archive import size_fault
from crf2tlf.files.cell_text import clock_text, moment_text, number_text
from crf2tlf.files.excel_sheet import sheet_faults
from crf2tlf.files.raw_table import RawTable, header_is_sound, report_no_record, table_of, text_column
from crf2tlf.findings import Findings, Place, nearest

_OLE = b"\xd0\xcf\x11\xe0"
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ZEROS = re.compile(r"(0+)(?:\.(0+))?(%?)")
_SHOWN = 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, EOFError, NotImplementedError)
# Bad XML is a SyntaxError of two libraries: openpyxl reads with lxml where that is installed.
_MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)  # parts missing or misshapen
DAMAGED = (*_UNREADABLE, *_MALFORMED, OSError)
"""What openpyxl raises over files that are no sound workbooks."""


@dataclass
class _Sheet:
    """What is gathered of a sheet: its header, its records' rows and cells, and cells with errors."""

    header: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    cells: list[list[str | None]] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    unnamed: list[tuple[int, str]] = field(default_factory=list)


def read_workbook(
    path: Path, place_name: str, sheets: Iterable[tuple[str | None, int]], findings: Findings
) -> dict[tuple[str | None, int], RawTable]:
    """Read sheets of a workbook, each by its name (None: the only one with cells) and the row of its header.

    Rows without any value are no records. Returns the tables that can be read. Findings: RAW_FILE_FORMAT (no .xlsx
    workbook, damaged, encrypted; no such sheet; columns unnamed or named twice; merged cells; formulas without saved
    values; cells with errors), RAW_FILE_EMPTY.
    """
    place = Place(place_name)
    if fault := _file_fault(path):
        code, message = fault
        findings.add(code, place, message)
        return {}
    try:
        # openpyxl warns in the terminal of what it does not know (extensions, validations) and of what is found below.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return _tables(path, place, sheets, findings)
    except DAMAGED as problem:
        findings.add("RAW_FILE_FORMAT", place, f"the workbook is damaged ({type(problem).__name__}: {problem})")
        return {}


def _tables(
    path: Path, place: Place, sheets: Iterable[tuple[str | None, int]], findings: Findings
) -> dict[tuple[str | None, int], RawTable]:
    """Read the sheets. Raises whatever the library does over a damaged workbook."""
    tables = {}
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        for name, header_row in sheets:
            sheet = _sheet(workbook, name, place, findings)
            if sheet is None:
                continue
            shown = f"{place.file}#{sheet.title}" if name else place.file
            _report_faults(path, sheet, header_row, shown, findings)
            table = _table(_gathered(sheet, header_row), header_row, shown, findings)
            if table is not None:
                tables[name, header_row] = table
    finally:
        workbook.close()
    return tables


def _file_fault(path: Path) -> tuple[str, str] | None:
    """Return the code and message of a file that is no workbook, or one that must not be opened."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if not start:
            return "RAW_FILE_EMPTY", "the file is empty"
        if start.startswith(_OLE):
            message = "the file is an old Excel file (.xls) or one with a password; save it as .xlsx without a password"
            return "RAW_FILE_FORMAT", message
        if not zipfile.is_zipfile(path):
            return "RAW_FILE_FORMAT", "the file is no Excel workbook (.xlsx), or a damaged one"
        with zipfile.ZipFile(path) as archive:
            fault = size_fault(archive.infolist())
        return ("RAW_FILE_FORMAT", f"the workbook is not opened: {fault}") if fault else None
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "RAW_FILE_FORMAT", "the workbook is damaged: it is no whole zip archive"
    except OSError as problem:
        return "RAW_FILE_MISSING", f"the file cannot be read: {problem.strerror}"


def _sheet(workbook: Any, name: str | None, place: Place, findings: Findings) -> Any:
    """Return the named sheet, or the only one with cells; None after a finding."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if name is not None:
        if name not in sheets:
            known = ", ".join(sheets)
            findings.add("RAW_FILE_FORMAT", place, f"the workbook has no sheet {name}{nearest(name, sheets)}: {known}")
        return sheets.get(name)
    filled = [title for title, sheet in sheets.items() if _has_cells(sheet)]
    if len(filled) > 1:
        message = f"the workbook has more than one sheet with cells ({', '.join(filled)}); name one with `sheet:`"
        findings.add("RAW_FILE_FORMAT", place, message)
        return None
    if not filled:
        findings.add("RAW_FILE_EMPTY", place, "no sheet of the workbook has a cell with a value")
        return None
    return sheets[filled[0]]


def _has_cells(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _report_faults(path: Path, sheet: Any, header_row: int, shown: str, findings: Findings) -> None:
    """Report merged cells and formulas without values, of which the reader of values says nothing."""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as xml:  # the library names it so only
        faults = sheet_faults(xml)  # type: ignore[arg-type]
    for _, _, cells in [found for found in faults.merged if found[1] >= header_row][:_SHOWN]:
        row = int(re.sub(r"\D", "", cells.split(":")[0]))
        message = f"the cells {cells} are merged, and only the first holds the value; unmerge and fill them"
        findings.add("RAW_FILE_FORMAT", Place(shown, row), message)
    if without := [found for found in faults.without_value if found[0] >= header_row]:
        message = f"the formula in {without[0][1]} has no saved value; open the workbook in Excel and save it"
        places = [Place(shown, row) for row, _ in without]
        findings.add("RAW_FILE_FORMAT", places[0], message, records=places[1:_SHOWN], count=len(without))
    if faults.entities:
        findings.add("RAW_FILE_FORMAT", Place(shown), "the sheet declares entities, which no workbook needs")


def _gathered(sheet: Any, header_row: int) -> _Sheet:
    """Read the header and the records below it, as texts."""
    sheet.reset_dimensions()
    found = _Sheet()
    width = 0
    for number, cells in enumerate(sheet.iter_rows(min_row=header_row), header_row):
        texts = [None if cell.value is None else _text(cell, number, found.errors) for cell in cells]
        if number == header_row:
            found.header = _header(texts)
            width = len(found.header)
            continue
        if not any(text and text.strip() for text in texts):
            continue
        further = (column for column, text in enumerate(texts[width:], width) if text and text.strip())
        found.unnamed += ((number, get_column_letter(column + 1)) for column in further)
        found.rows.append(number)
        found.cells.append((texts + [None] * width)[:width])
    return found


def _header(texts: list[str | None]) -> list[str]:
    """Return the names of the columns up to the last one that has a name."""
    names = [text or "" for text in texts]
    while names and not names[-1].strip():
        names.pop()
    return names


def _table(found: _Sheet, header_row: int, shown: str, findings: Findings) -> RawTable | None:
    place = Place(shown, header_row)
    if not found.header:
        findings.add("RAW_FILE_EMPTY", place, f"row {header_row}, which should name the columns, is blank")
        return None
    _report_cells(found, shown, findings)
    columns = list(zip(*found.cells, strict=True)) if found.cells else [()] * len(found.header)
    named = [n for n, name in enumerate(found.header) if name.strip() or any(columns[n])]  # blank columns are spacing
    header = [found.header[n] for n in named]
    if not header_is_sound(header, place, findings):
        return None
    if not found.rows:
        report_no_record(place, findings)
    frame = table_of({found.header[n]: text_column(columns[n]) for n in named})
    return RawTable(shown, frame, np.array(found.rows, dtype=np.int64), header_row)


def _report_cells(found: _Sheet, shown: str, findings: Findings) -> None:
    """Report cells that show an error, and values beside the named columns."""
    if found.errors:
        row, cell, error = found.errors[0]
        places = [Place(shown, at) for at, _, _ in found.errors]
        message = f"the cell {cell} shows the error {error}; correct it in Excel"
        findings.add("RAW_FILE_FORMAT", Place(shown, row), message, records=places[1:_SHOWN], count=len(places))
    if found.unnamed:
        row, column = found.unnamed[0]
        places = [Place(shown, at) for at, _ in found.unnamed]
        message = f"the column {column} has values but no name in the header"
        findings.add("RAW_FILE_FORMAT", Place(shown, row), message, records=places[1:_SHOWN], count=len(places))


def _text(cell: Any, row: int, errors: list[tuple[int, str, str]]) -> str | None:
    """Return what people see in a cell; None for an error, which is noted."""
    value = cell.value
    if isinstance(value, str):
        if cell.data_type == "e":
            errors.append((row, f"{get_column_letter(cell.column)}{row}", value))
            return None
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format)
    return _moment(value, _shown_parts(cell.number_format))


def _number(value: float, number_format: str) -> str:
    whole, decimals, percent = _digits(number_format)
    if percent:
        return f"{number_text(float(f'{value * 100:.15g}'), whole, decimals)}%"
    return number_text(value, whole, decimals)


@lru_cache(maxsize=1_000)
def _digits(number_format: str) -> tuple[int, int, bool]:
    """Return the digits before and after the point that a format asks for, and whether it shows percent."""
    match = _ZEROS.fullmatch(number_format.split(";")[0])
    return (len(match[1]), len(match[2] or ""), bool(match[3])) if match else (0, 0, False)


@lru_cache(maxsize=1_000)
def _shown_parts(number_format: str) -> str:
    """Return the letters of the parts that a date format shows: y, n (month), d, h, s."""
    plain = re.sub(r"am/pm|a/p", "", _LITERAL.sub("", number_format.split(";")[0].lower()))
    parts = {letter for letter in "ydhs" if letter in plain}
    without_minutes = re.sub(r"h+[^a-z]*m+|m+[^a-z]*s+", "", plain)
    return "".join(sorted(parts | ({"n"} if "m" in without_minutes else set())))


def _moment(value: datetime | date | time | timedelta, shown: str) -> str:
    if isinstance(value, timedelta):
        return clock_text(value.total_seconds(), show_seconds="s" in shown)
    if isinstance(value, time):
        return moment_text(datetime.combine(date(1900, 1, 1), value), "".join(p for p in shown if p in "hs") or "h")
    if isinstance(value, datetime):
        return moment_text(_to_the_second(value), shown or "ynd")
    return value.isoformat()


def _to_the_second(moment: datetime) -> datetime:
    """Take off what the binary fraction of a day adds to or takes from a second."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)

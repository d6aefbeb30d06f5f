"""An Excel file as sheets: texts with the places of their cells, under the names that sheets and columns have here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from crf2tlf.findings import Findings, Place, Severity, nearest
from crf2tlf.workbook.cells import Cell
from crf2tlf.workbook.digests import DIGEST_HEADERS, DIGESTS
from crf2tlf.workbook.layout import INFORMATION
from crf2tlf.workbook.sheets import (
    DESIGN_PREFIX,
    DETAILS,
    DETAILS_HEADERS,
    STUDY,
    STUDY_HEADERS,
    Book,
    Line,
    Sheet,
    headers,
    sheet_names,
)

SHEET_ALIASES = {
    "define": STUDY, "value level": "ValueLevel", "valuelevels": "ValueLevel", "value level metadata": "ValueLevel",
    "where clauses": "WhereClauses", "whereclause": "WhereClauses", "code lists": "Codelists", "codelist": "Codelists",
    "dataset": "Datasets", "domains": "Datasets", "variable": "Variables", "method": "Methods", "comment": "Comments",
    "document": "Documents", "dictionary": "Dictionaries", "standard": "Standards",
}  # fmt: skip
COLUMN_ALIASES = {
    "code list": "Codelist", "controlled term": "Codelist", "controlled terms": "Codelist", "codelist id": "Codelist",
    "domain": "Dataset", "variable name": "Variable", "variable label": "Label", "type": "Data Type",
    "data_type": "Data Type", "datatype": "Data Type", "significant digits ": "Significant Digits",
    "sig digits": "Significant Digits", "display format": "Format", "core mandatory": "Mandatory",
    "origin type": "Origin", "origin source": "Source", "page": "Pages", "method id": "Method", "where": "Where Clause",
    "where clause id": "Where Clause", "keys": "Key Variables", "key": "Key Variables", "dataset label": "Description",
    "label": "Description", "decode": "Decoded Value", "decoded": "Decoded Value", "code": "Term", "oid": "ID",
    "submission value": "Term", "nci code": "NCI Codelist Code", "derivation": "Method", "text": "Description",
    "observation class": "Class", "dataset name": "Dataset", "variables": "Variables",
}  # fmt: skip
OTHER_KNOWN = {
    "Developer Notes", "Common", "Has No Data", "No Data", "Non-standard", "Is Non Standard", "Document", "Pages",
    "Comment", "Standard", "Expression Context", "Expression Code", "Language", "Order", "Dataset", "Key Order", "Name",
    "Assigned Value", "Core", "Version", "Data Type", "Dictionary",
}  # fmt: skip
"""Columns of workbooks from elsewhere that are known and say nothing that specs take."""


def read_book(path: Path, findings: Findings) -> Book | None:
    """Return the sheets of an Excel file; None, with a finding, where it is none.

    Sheets and columns are found by their names, without regard to case and blanks, and by the names that they have in
    other versions of Pinnacle 21's workbook. What nothing reads is a finding, and so are formulas without a value,
    error values, merged cells, and cells under no header.
    """
    try:
        formulas = load_workbook(path, rich_text=False)
        values = load_workbook(path, data_only=True)
    except OSError as error:
        findings.add("WORKBOOK_FILE", Place(path.name), f"cannot be read: {error.strerror or error}")
        return None
    except Exception as error:
        findings.add(
            "WORKBOOK_FILE",
            Place(path.name),
            f"is not an Excel workbook (.xlsx): {str(error) or type(error).__name__:.100}",
        )
        return None
    reader = _Reader(path.name, findings)
    book: Book = {}
    for sheet in formulas.worksheets:
        name = sheet_name(sheet.title)
        if name is None:
            known = (*sheet_names(), *INFORMATION)
            message = f"nothing reads this sheet{nearest(sheet.title, known)}"
            findings.add("WORKBOOK_SHEET", Place(f"{path.name}!{sheet.title}"), message, severity=Severity.WARNING)
        elif name in book:
            findings.add("WORKBOOK_SHEET", Place(f"{path.name}!{sheet.title}"), f"there is another sheet {name}")
        else:
            book[name] = reader.sheet(name, sheet, values[sheet.title])
    return book


def sheet_name(title: str) -> str | None:
    """Return the name that a sheet has here, or None for one that nothing reads."""
    if title.startswith(DESIGN_PREFIX):
        return title
    fold = " ".join(title.split()).casefold()
    for name in (*sheet_names(), *INFORMATION, DIGESTS):
        if name.casefold() in (fold, fold.replace(" ", "")):
            return name
    return SHEET_ALIASES.get(fold)


def known_headers(name: str) -> tuple[str, ...]:
    """Return the columns that a sheet has, its design table's left out."""
    if name in INFORMATION:
        return INFORMATION[name]
    own = {STUDY: STUDY_HEADERS, DETAILS: DETAILS_HEADERS, DIGESTS: DIGEST_HEADERS}
    return own.get(name) or headers(name)


def header_name(header: str, known: Iterable[str]) -> str | None:
    """Return the name that a column has here, or None for one that nothing reads."""
    known = tuple(known)
    fold = header.casefold()
    if header in known:
        return header
    for candidates in (
        [k for k in known if not k.endswith(":") and k.casefold() == fold],
        [k for k in (COLUMN_ALIASES.get(fold),) if k in known],
        [k for k in known if k.rstrip(":").casefold() == fold.rstrip(":").strip()],
    ):
        if candidates:
            return candidates[0]
    return None


class _Reader:
    """Reads the cells of a workbook."""

    def __init__(self, file: str, findings: Findings) -> None:
        self.file, self.findings = file, findings

    def sheet(self, name: str, formulas: Any, values: Any) -> Sheet:
        named = self.headers(name, formulas)
        sheet = Sheet(name, list(named), places={h: self.place(formulas, 1, c) for h, c in named.items()})
        merged = {cell: str(area) for area in formulas.merged_cells.ranges for cell in list(_cells(area))[1:]}
        by_column = {column: header for header, column in named.items()}
        width = formulas.max_column or 0  # the library goes through all cells for it, so ask once
        for row in range(2, (formulas.max_row or 1) + 1):
            cells: dict[str, Cell] = {}
            for column in range(1, width + 1):
                place = self.place(formulas, row, column)
                header = by_column.get(column)
                if (row, column) in merged and header:
                    message = f"is merged ({merged[row, column]}); write the value into each cell"
                    self.findings.add("WORKBOOK_CELL", place, message)
                text = self.text(formulas.cell(row, column), values.cell(row, column), place, raw=name == DETAILS)
                if text and header:
                    cells[header] = Cell(text, place)
            if cells:
                sheet.lines.append(Line(cells, Place(f"{self.file}!{formulas.title}!{row}")))
        return sheet

    def headers(self, name: str, sheet: Any) -> dict[str, int]:
        """Return the columns by their names here; a design table's as they are written."""
        found: dict[str, int] = {}
        known = () if name.startswith(DESIGN_PREFIX) else known_headers(name)
        for column in range(1, (sheet.max_column or 0) + 1):
            place = self.place(sheet, 1, column)
            text = self.text(sheet.cell(1, column), sheet.cell(1, column), place)
            if not text:
                if any(sheet.cell(row, column).value is not None for row in range(2, (sheet.max_row or 1) + 1)):
                    self.findings.add("WORKBOOK_COLUMN", place, "the header is blank, and cells stand under it")
                continue
            header = text if name.startswith(DESIGN_PREFIX) else header_name(" ".join(text.split()), known)
            if header is None:
                self.unknown(text, known, place)
            elif header in found:
                self.findings.add("WORKBOOK_COLUMN", place, f"the column {header} stands twice")
            else:
                found[header] = column
        return found

    def unknown(self, text: str, known: tuple[str, ...], place: Place) -> None:
        if text in OTHER_KNOWN:
            return
        guess = nearest(text, known)
        severity = Severity.ERROR if guess or text.endswith(":") else Severity.WARNING
        self.findings.add("WORKBOOK_COLUMN", place, f"nothing reads the column {text}{guess}", severity=severity)

    def text(self, formula: Any, value: Any, place: Place, *, raw: bool = False) -> str:
        """Return a cell's text; numbers, days and truth values as :func:`as_text` gives them."""
        found = formula.value
        if formula.data_type == "f":
            found = value.value
            if found is None:
                message = "is a formula without a value; write what it should give, as text"
                self.findings.add("WORKBOOK_CELL", place, message)
                return ""
        if formula.data_type == "e" or (
            isinstance(found, str)
            and re.fullmatch(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)", found)
            and formula.data_type != "s"
        ):
            self.findings.add("WORKBOOK_CELL", place, f"is an error of Excel's: {found}")
            return ""
        text = as_text(found).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
        return text if raw else text.strip()

    def place(self, sheet: Any, row: int, column: int) -> Place:
        return Place(f"{self.file}!{sheet.title}!{get_column_letter(column)}{row}")


def _cells(area: Any) -> Iterable[tuple[int, int]]:
    for row in range(area.min_row, area.max_row + 1):
        for column in range(area.min_col, area.max_col + 1):
            yield row, column


def as_text(value: Any) -> str:
    """Return a cell's value as text: 1.0 is 1, a day is 2020-03-31, a truth value is true or false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)

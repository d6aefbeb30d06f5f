"""What a workbook does not say stays as it is: sheets and columns that it lacks are taken from the specs."""

from __future__ import annotations

from collections.abc import Iterable

from crf2tlf.findings import Findings, Place
from crf2tlf.workbook.layout import INFORMATION
from crf2tlf.workbook.sheets import (
    DETAILS,
    DETAILS_HEADERS,
    PART,
    STUDY,
    Book,
    Line,
    Sheet,
    headers,
    information,
    passes,
    sheet_names,
    slots,
)

REQUIRED = (STUDY, "Datasets", "Variables")
"""Sheets without which a workbook is none of specs."""


def complete(book: Book, before: Book, workbook: str, findings: Findings) -> None:
    """Add to a workbook's sheets what they lack: other sheets, and columns, as the specs have them.

    A sheet that every workbook of specs has, or a column that names rows, is missing: a finding.
    """
    require(book, REQUIRED, workbook, findings)
    given = set(book)
    for name in before:
        if name not in given and name not in INFORMATION:
            book[name] = _staying(name, book, before)
    for name in given & set(sheet_names()) - {STUDY}:
        _complete_columns(book[name], before.get(name), workbook, findings)


def is_own(book: Book) -> bool:
    """Whether a workbook has rules: sheets or columns that only workbooks of this program have."""
    known = {header for header in book["Variables"].headers if header.endswith(":")} if "Variables" in book else set()
    return bool(known) or not set(book).isdisjoint({"Row Sources", "Forms", DETAILS, "Maps"})


def require(book: Book, names: Iterable[str], workbook: str, findings: Findings) -> None:
    """Report each of the sheets that a workbook lacks."""
    for name in names:
        if name not in book:
            message = "the sheet is missing; a workbook of specs has it"
            findings.add("WORKBOOK_SHEET", Place(f"{workbook}!{name}"), message)


def _staying(name: str, book: Book, before: Book) -> Sheet:
    """Return a sheet of the specs, without the rows of what the workbook takes out."""
    sheet = Sheet(name, before[name].headers)
    slot = next((s for s in slots() if s.table.sheet == name and not passes(s.table)), None)
    owners = slot.keys[:-1] if slot else ()
    above = next((s for s in slots() if s.root is slot.root and s.keys == owners), None) if slot and owners else None
    known = None
    if above is not None and above.table.sheet in book:
        known = {tuple(line.text(key) for key in owners) for line in book[above.table.sheet].lines}
    sheet.lines = [
        line for line in before[name].lines if known is None or tuple(line.text(key) for key in owners) in known
    ]
    return sheet


def _complete_columns(sheet: Sheet, before: Sheet | None, workbook: str, findings: Findings) -> None:
    found = [s for s in slots() if s.table.sheet == sheet.name and not passes(s.table)]
    keys = found[0].keys if found else ("File", "Key")
    missing = [key for key in keys if key not in sheet.headers]
    if missing:
        message = f"the sheet lacks the column {' and '.join(missing)}, which says what a row is about"
        findings.add("WORKBOOK_COLUMN", Place(f"{workbook}!{sheet.name}"), message)
        return
    if before is None:
        return
    whole = headers(sheet.name) if found else DETAILS_HEADERS
    told = information(found[0].table, keys) if found else ()
    lacking = [header for header in whole if header not in sheet.headers and header not in told]
    if not lacking or sheet.name == DETAILS:
        return
    named = (*keys, PART)
    known = {tuple(line.text(key) for key in named): line for line in before.lines}
    for number, line in enumerate(sheet.lines):
        other = known.get(tuple(line.text(key) for key in named))
        if other is not None:
            cells = {header: other.cells[header] for header in lacking if header in other.cells}
            sheet.lines[number] = Line({**line.cells, **cells}, line.place)

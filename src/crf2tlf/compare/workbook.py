"""A comparison as an Excel workbook: a summary, what changed in tables, and a sheet for each dataset that differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from crf2tlf.compare.compare import Comparison
from crf2tlf.compare.datasets import NEW, NEW_RECORD, OLD, OLD_RECORD, VARIABLE, DatasetComparison
from crf2tlf.compare.report import SUMMARY, remarks, summary

LAST_ROW = 1_048_576
_CREATED = datetime(1980, 1, 1)  # no clock: the same differences give the same bytes
_WIDTHS = {"keys": 45, "keys from": 20, "remark": 80, "output": 20, "cell": 45, OLD: 40, NEW: 40, "what": 16}
_SHEET_NAME = 31


def write_workbook(comparison: Comparison, path: Path, titles: tuple[str, str]) -> None:
    """Write a comparison; ``titles`` name the old and the new side. Raises OSError if the file cannot be written.

    A sheet has one row a difference: what it is (added, removed, changed, attribute), the keys, the record's numbers,
    the variable, the old and the new value. Rows beyond Excel's limit are left out, and the last one says so.
    """
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            book.set_properties({"created": _CREATED})
            styles = _Styles(book)
            _write_summary(book, styles, comparison, titles)
            if comparison.cells:
                rows = [(cell.output, cell.cell, cell.old, cell.new) for cell in comparison.cells]
                _write_rows(book.add_worksheet("Tables"), styles, ("output", "cell", OLD, NEW), rows)
            taken = {"summary", "tables"}
            for found in comparison.datasets:
                if not found.equal:
                    sheet = book.add_worksheet(_sheet_name(found.name, taken))
                    _write_rows(sheet, styles, _header(found), _rows(found))
    except xlsxwriter.exceptions.FileCreateError as problem:
        raise OSError(str(problem)) from problem


class _Styles:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        self.bold = book.add_format({"bold": True})
        self.header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@", "valign": "top"})


def _write_summary(book: Any, styles: _Styles, comparison: Comparison, titles: tuple[str, str]) -> None:
    sheet = book.add_worksheet("Summary")
    said = [("OLD", titles[0]), ("NEW", titles[1]), ("Result", "equal" if comparison.equal else "different")]
    said += [(f"Datasets only in {side}", ", ".join(names)) for side, names in _one_sided(comparison) if names]
    if comparison.results_compared:
        said.append(("Cells of tables changed", str(len(comparison.cells))))
    for row, (what, text) in enumerate(said):
        sheet.write_string(row, 0, what, styles.bold)
        sheet.write_string(row, 1, text)
    header = (*SUMMARY, "remark")
    rows = [
        (*row, "; ".join(remarks(found))) for row, found in zip(summary(comparison), comparison.datasets, strict=True)
    ]
    _write_rows(sheet, styles, header, rows, first=len(said) + 1)


def _one_sided(comparison: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    return [("OLD", comparison.only_old), ("NEW", comparison.only_new)]


def _header(found: DatasetComparison) -> tuple[str, ...]:
    return ("what", *found.keys, OLD_RECORD, NEW_RECORD, VARIABLE, OLD, NEW)


def _rows(found: DatasetComparison) -> Iterable[Sequence[Any]]:
    """Yield all differences of a dataset."""
    blank = (None,) * len(found.keys)
    for name in found.only_old:
        yield ("variable only in OLD", *blank, None, None, name, None, None)
    for name in found.only_new:
        yield ("variable only in NEW", *blank, None, None, name, None, None)
    for a in found.attributes:
        yield (f"attribute: {a.attribute}", *blank, None, None, a.variable or "(dataset)", a.old, a.new)
    for *keys, record in _values(found.added):
        yield ("added", *keys, None, record, None, None, None)
    for *keys, record in _values(found.removed):
        yield ("removed", *keys, record, None, None, None, None)
    for values in _values(found.changes):
        yield ("changed", *values)


def _values(frame: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    yield from frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)


def _write_rows(
    sheet: Any, styles: _Styles, header: Sequence[str], rows: Iterable[Sequence[Any]], first: int = 0
) -> None:
    """Write a table with a header that stays in sight and filters."""
    for column, name in enumerate(header):
        sheet.write_string(first, column, name, styles.header)
        sheet.set_column(column, column, _WIDTHS.get(name, 14))
    row = first
    for values in rows:
        row += 1
        if row == LAST_ROW - 1:
            sheet.write_string(row, 0, "more rows than a sheet holds are left out; use --json")
            break
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value, styles.text)
            elif value is not None:
                sheet.write_number(row, column, value)
    sheet.freeze_panes(first + 1, 0)
    sheet.autofilter(first, 0, max(row, first + 1), len(header) - 1)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel takes for a sheet, and that no other sheet has."""
    plain = "".join("_" if character in "[]:*?/\\'" else character for character in name)[:_SHEET_NAME] or "_"
    number = 1
    while plain.casefold() in taken:
        number += 1
        suffix = f"~{number}"
        plain = plain[: _SHEET_NAME - len(suffix)] + suffix
    taken.add(plain.casefold())
    return plain

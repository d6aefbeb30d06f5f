"""A drift report as an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from crf2tlf.compare.extracts import Drift

HEADINGS = ("what", "form", "where", "old extract", "new extract", "the specs")
WIDTHS = (18, 16, 28, 32, 60, 16)
_CREATED = datetime(1980, 1, 1)  # no clock: the same drift gives the same bytes


def drift_row(drift: Drift) -> tuple[str, ...]:
    """Return the texts that a report shows of a drift."""
    return (drift.kind, drift.form, drift.place, drift.old, drift.new, "need a change" if drift.spec else "")


def write_drift(drifts: Sequence[Drift], path: Path, titles: tuple[str, str]) -> None:
    """Write a drift report; ``titles`` name the old and the new extract. Raises OSError if it cannot be written."""
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            book.set_properties({"created": _CREATED})
            header = book.add_format({"bold": True, "bottom": 1})
            text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet("Drift")
            for at, (name, title) in enumerate(zip(("OLD", "NEW"), titles, strict=True)):
                sheet.write_string(at, 0, name, header)
                sheet.write_string(at, 1, title)
            for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
                sheet.set_column(column, column, width)
                sheet.write_string(3, column, heading, header)
            for row, drift in enumerate(drifts, start=4):
                for column, value in enumerate(drift_row(drift)):
                    sheet.write_string(row, column, value, text)
            sheet.freeze_panes(4, 0)
            sheet.autofilter(3, 0, 3 + len(drifts), len(HEADINGS) - 1)
    except xlsxwriter.exceptions.FileCreateError as problem:
        raise OSError(str(problem)) from problem

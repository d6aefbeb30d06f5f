"""What a library that reads values does not tell of a sheet: merged cells, and formulas without a value.

A workbook written by a program that does not calculate holds formulas without values; they would read as blank cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO

_AT_ONCE = 1 << 20
_LONGEST_CELL = 1 << 16
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_WITHOUT_VALUE = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)")


@dataclass
class SheetFaults:
    """Merged ranges (first row, last row, as written), cells with formulas but no value, and whether entities are."""

    merged: list[tuple[int, int, str]] = field(default_factory=list)
    without_value: list[tuple[int, str]] = field(default_factory=list)
    entities: bool = False


def sheet_faults(sheet: BinaryIO) -> SheetFaults:
    """Look through a sheet's XML, some of it at a time."""
    faults = SheetFaults()
    seen: set[tuple[bytes, bytes]] = set()
    text = b""
    while chunk := sheet.read(_AT_ONCE):
        text = text[-_LONGEST_CELL:] + chunk
        faults.entities |= bool(_DECLARATION.search(text))
        for match in _WITHOUT_VALUE.finditer(text):
            column, row = match.groups()
            if (column, row) not in seen:
                seen.add((column, row))
                faults.without_value.append((int(row), f"{column.decode()}{row.decode()}"))
        for match in _MERGED.finditer(text):
            first_column, first, last_column, last = match.groups()
            if (first_column + last_column, first) not in seen:
                seen.add((first_column + last_column, first))
                cells = f"{first_column.decode()}{first.decode()}:{last_column.decode()}{last.decode()}"
                faults.merged.append((int(first), int(last), cells))
    return faults

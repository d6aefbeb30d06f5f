"""Raw cells that nobody should trust: HTML, formulas of Excel, very long texts, another script."""

from __future__ import annotations

import csv
from pathlib import Path

SCRIPT = "<script>alert(1)</script>"
PICTURE = '"><img src=x onerror=alert(2)>'
TEMPLATE = "{{ 7 * 7 }} ${7 * 7} </script><svg/onload=alert(3)>"
FORMULA = "=cmd|' /C calc'!A0"
LONG = "A very long term that goes on " * 12 + "to its end"
UNBROKEN = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6
JAPANESE = "間質性肺疾患（疑い）"

CELLS: dict[tuple[str, str, int], str] = {
    ("ae.csv", "AETERM", 1): SCRIPT,
    ("ae.csv", "AEDECOD", 1): PICTURE,
    ("ae.csv", "AEBODSYS", 1): TEMPLATE,
    ("ae.csv", "AECOM", 1): FORMULA,
    ("ae.csv", "AETERM", 2): PICTURE,
    ("ae.csv", "AECOM", 2): LONG,
    ("ae.csv", "AETERM", 3): FORMULA,
    ("ae.csv", "AECOM", 3): JAPANESE,
    ("ae.csv", "AETERM", 4): UNBROKEN,
    ("ae.csv", "AETERM", 5): JAPANESE,
    ("subsequent.csv", "STTRT", 1): SCRIPT,
    ("subsequent.csv", "STTRT", 2): JAPANESE,
    ("target.csv", "Site of lesion", 1): PICTURE,
}
"""A cell by its file, column and record (1 the first)."""


def write_cells(raw: Path) -> None:
    """Put the cells into the files of a raw folder."""
    for name in sorted({file for file, _, _ in CELLS}):
        path = raw / name
        with path.open(encoding="utf-8", newline="") as file:
            header, *records = csv.reader(file)
        for (_, column, number), text in ((place, text) for place, text in CELLS.items() if place[0] == name):
            records[number - 1][header.index(column)] = text
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *records])

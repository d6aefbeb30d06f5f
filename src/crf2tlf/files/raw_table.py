"""The records of a form's file as every reader gives them: texts, and the place of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crf2tlf.findings import Findings, Place

Lines = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RawTable:
    """The records of a form's file.

    ``frame`` has one ``str`` column a header name, with NaN for a blank cell; ``lines`` holds for each record where it
    begins: the physical line of a text file (the header is line 1), the row of a sheet, or the number of the record in
    a file without lines. ``file`` names the file in findings; ``header`` is the line of the header, 0 where there is
    none. ``optional`` are columns that a reader adds: a form need not declare them.
    """

    file: str
    frame: pd.DataFrame
    lines: Lines
    header: int = 1
    optional: frozenset[str] = frozenset()

    def place(self, record: int) -> Place:
        """Return where the record (counted from 0) stands in its file."""
        return Place(self.file, int(self.lines[record]))


def text_column(values: Sequence[Any] | pd.Series[Any]) -> pd.Series[str]:
    """Return texts as a column in which a cell of nothing but white space is missing."""
    column = pd.Series(values, dtype="str")
    return column.mask(column.str.strip() == "")


def table_of(columns: dict[str, pd.Series[str]]) -> pd.DataFrame:
    """Return columns as a frame whose names are texts, also where there is no column."""
    return pd.DataFrame(columns, columns=pd.Index(list(columns), dtype="str"))


def header_is_sound(header: Sequence[str], place: Place, findings: Findings) -> bool:
    """Report columns without a name and names that stand more than once; return whether there are none."""
    repeated = sorted(name for name, times in Counter(header).items() if times > 1 and name.strip())
    unnamed = [str(number) for number, name in enumerate(header, 1) if not name.strip()]
    if repeated:
        names = ", ".join(repeated)
        findings.add("RAW_FILE_FORMAT", place, f"the header names more than one column {names}; names must differ")
    if unnamed:
        columns = ", ".join(unnamed)
        findings.add("RAW_FILE_FORMAT", place, f"the header gives no name to column number {columns}")
    return not repeated and not unnamed


def report_no_record(place: Place, findings: Findings, what: str = "the file has a header line but no record") -> None:
    """Report a file without records, and how a study says that this is right."""
    message = f"{what}; if nobody filled in the form, put `severity: {{RAW_FILE_EMPTY: note}}` into specs/study.yaml"
    findings.add("RAW_FILE_EMPTY", place, message)

"""The sheet of all records, patient by patient: a row a record, with what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from crf2tlf.review.records import ReviewTable
from crf2tlf.review.workbook_chains import Reference
from crf2tlf.review.workbook_sheet import Linked, Sheet, Value, place

MOST_RECORDS = 100_000
"""Rows of the sheet; the records of further patients are in the browser's review only."""
_NAME = "Records"


class Records:
    """The records of all tables in the order of the subjects, and the rows at which they stand.

    ``files`` has the file of each raw or design table; ``cut`` is how many records are left out, those after the
    subject ``last``.
    """

    def __init__(self, tables: Mapping[str, ReviewTable], subjects: Sequence[str], first: int) -> None:
        self._tables = [table for table in tables.values() if not table.helper]
        self._subjects, self._first = subjects, first
        self.files = {table.name: table.file for table in tables.values() if table.kind in ("raw", "design")}
        of = np.concatenate([table.subjects for table in self._tables]).astype(np.int64)
        which = np.repeat(np.arange(len(self._tables)), [table.size for table in self._tables])
        at = np.concatenate([np.arange(table.size) for table in self._tables])
        of = np.where(of < 0, len(subjects), of)  # what is nobody's comes last
        order = np.lexsort((at, which, of))
        self.cut = max(len(order) - MOST_RECORDS, 0)
        kept = order[:MOST_RECORDS]
        self._of, self._which, self._at = of[kept], which[kept], at[kept]
        self.size = len(kept)
        self.last = self._name(int(self._of[-1])) if self.size else ""
        self._rows = {self._reference(row): row for row in range(self.size)}
        starts, where = np.unique(self._of, return_index=True)
        self._starts = {self._name(int(subject)): int(row) for subject, row in zip(starts, where, strict=True)}

    def _name(self, subject: int) -> str:
        return self._subjects[subject] if subject < len(self._subjects) else ""

    def _reference(self, row: int) -> Reference:
        table = self._tables[self._which[row]]
        return table.name, int(table.numbers[self._at[row]])

    def at(self, reference: Reference) -> str | None:
        """Return the address of a record's row, None if it is not on the sheet."""
        row = self._rows.get(reference)
        return None if row is None else place(_NAME, self._first + row)

    def first_of(self, subject: str) -> str | None:
        """Return the address of a subject's first record, None if it is not on the sheet."""
        row = self._starts.get(subject)
        return None if row is None else place(_NAME, self._first + row)

    def write(self, sheet: Sheet, text: Callable[..., str], patients: Mapping[str, str]) -> None:
        """Write the sheet; ``patients`` are the addresses of the patients' rows."""
        sheet.heading(text("records"), text("of_records"))
        keys = ("subject", "table", "record", "contents", "fate")
        sheet.header([text(key) for key in keys], (26, 14, 24, 120, 30), self.size)
        columns = [_texts(table) for table in self._tables]
        before = -1
        for row in range(self.size):
            number, at, subject = int(self._which[row]), int(self._at[row]), int(self._of[row])
            table, name = self._tables[number], self._name(subject)
            shown: Value = Linked(name, patients[name]) if name and subject != before else name
            before = subject
            where = (
                f"{self.files[table.name]}:{table.numbers[at]}" if table.name in self.files else int(table.numbers[at])
            )
            contents = "; ".join(
                f"{column}={values[code]}" for column, values, codes in columns[number] if (code := codes[at]) >= 0
            )
            sheet.line([shown, table.name, where, contents, _fate(table, at)])


def _texts(table: ReviewTable) -> list[tuple[str, list[str], list[int]]]:
    """Return the columns of a table that have values, as texts and codes."""
    return [
        (name, [str(value) for value in column.values], column.codes.tolist())
        for name, column in table.columns.items()
        if column.values
    ]


def _fate(table: ReviewTable, at: int) -> str:
    fates = table.fates
    return "" if fates is None or fates.codes[at] < 0 else str(fates.values[fates.codes[at]])

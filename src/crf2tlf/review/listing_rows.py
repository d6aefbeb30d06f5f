"""Listings: the rows with the record that each shows; long ones are parted, and a page loads what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crf2tlf.analysis.results import Row, Table
from crf2tlf.review.addresses import patient_page
from crf2tlf.review.records import SUBJECT
from crf2tlf.trace import Tracing

IN_A_PAGE = 100
"""How many rows of a long listing a page shows at a time; shorter listings are shown whole."""

IN_A_PIECE = 10 * IN_A_PAGE


@dataclass(frozen=True)
class ListingRow:
    """A row's texts, and the record that it shows: its dataset's name and number, and its place on a patient's page."""

    texts: tuple[str, ...]
    rule_above: bool
    record: int | None
    address: str


class Listing:
    """A listing with its rows in the order shown. The first column's repeated values come again on every page."""

    def __init__(self, table: Table, tracing: Tracing) -> None:
        self.table = table
        self.dataset = table.dataset or ""
        self._tracing = tracing
        dataset = tracing.build.datasets.get(self.dataset)
        frame = dataset.frame if dataset is not None else pd.DataFrame()
        self._subjects = frame[SUBJECT].tolist() if SUBJECT in frame else []

    @property
    def long(self) -> bool:
        """Whether it is shown a page at a time."""
        return len(self.table.rows) > IN_A_PAGE

    def rows(self, start: int, stop: int) -> Iterator[ListingRow]:
        """Yield some of the rows."""
        for at in range(start, min(stop, len(self.table.rows))):
            yield self._row(self.table.rows[at], top=self.long and at % IN_A_PAGE == 0, at=at)

    def pieces(self) -> Iterator[list[list[Any]]]:
        """Yield the rows of each piece: texts, whether a rule is above, the record's number and its address."""
        for start in range(0, len(self.table.rows), IN_A_PIECE):
            rows = self.rows(start, start + IN_A_PIECE)
            yield [[row.texts, int(row.rule_above), row.record, row.address] for row in rows]

    def _row(self, row: Row, *, top: bool, at: int) -> ListingRow:
        texts = [cell.text for cell in row.cells]
        if top and not texts[0]:
            above = (self.table.rows[before].cells[0].text for before in range(at, -1, -1))
            texts[0] = next((text for text in above if text), "")
        position = self._tracing.sets.record_position(self.dataset, row.record) if row.record else None
        number = None if position is None else position + 1
        subject = self._subjects[position] if position is not None and self._subjects else None
        address = patient_page(str(subject), self.dataset, number) if isinstance(subject, str) else ""
        return ListingRow(tuple(texts), row.rule_above, number, address)

"""From a cell or result down to the raw lines and design constants it was worked out from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from crf2tlf.analysis.results import Cell, Output, Result, Table
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.spec.model import NOWHERE, place_of
from crf2tlf.trace.closure import Values, backward
from crf2tlf.trace.model import CellPlace, Chain, DesignConstant, Made, RecordsBehind, Statistic
from crf2tlf.trace.record import Records
from crf2tlf.trace.record_sets import DESIGN
from crf2tlf.trace.tracing import Tracing


class Chains:
    """The chains of a study's results."""

    def __init__(self, tracing: Tracing) -> None:
        self.tracing = tracing
        self.records = Records(tracing)
        self._behind: dict[tuple[str, str, str, bool], RecordsBehind] = {}

    @cached_property
    def cells(self) -> dict[str, tuple[CellPlace, tuple[str, ...]]]:
        """The cells of all outputs with the ids of their results, by the cells' ids."""
        found = {}
        for output in self.tracing.results.outputs:
            for row, column, cell in places(output):
                if cell.id is not None and cell.results:
                    found[cell.id] = CellPlace(output.id, cell.id, row, column, cell.text), cell.results
        return found

    @cached_property
    def subjects(self) -> list[str]:
        """The subjects of all datasets, in the order of their identifiers."""
        found: set[str] = set()
        for dataset in self.tracing.build.datasets.values():
            if SUBJECT in dataset.frame:
                found |= set(dataset.frame[SUBJECT].dropna())
        return sorted(found)

    def of_cell(self, cell_id: str) -> Chain:
        """Return the chain of a cell's statistics. Raises KeyError where there is no such cell."""
        place, ids = self.cells[cell_id]
        return Chain(place, tuple(self.statistic(self.tracing.by_id[id_]) for id_ in dict.fromkeys(ids)))

    def of_result(self, result_id: str) -> Chain:
        """Return the chain of one result. Raises KeyError where there is no such result."""
        result = self.tracing.by_id[result_id]
        place = next((place for place, ids in self.cells.values() if result_id in ids), None)
        return Chain(place, (self.statistic(result),))

    def of_record(self, table: str, number: int, variables: Sequence[str] = ()) -> Made:
        """Return what a dataset's record was made from, or some of its variables; its number is the one people see."""
        position = int(np.flatnonzero(self.tracing.number(table) == number)[0])
        written = [variable.name for variable in self.tracing.build.datasets[table].variables]
        values = Values(self.tracing.build)
        values.add(table, variables or written, np.array([position], dtype=np.int64))
        chain = self.records.chain(self.tracing.merged(backward(values, self.tracing.read)), table)
        start = next(record for record in chain if (record.table, record.number) == (table, number))
        return Made(start, tuple(record for record in chain if record is not start))

    def statistic(self, result: Result) -> Statistic:
        """Return a result with everything behind it."""
        return Statistic(
            result.id,
            result.statistic,
            result.value,
            result.text,
            self.tracing.rule_of(result),
            self.tracing.is_ratio(result),
            self._records_behind(result, result.numerator, numerator=True),
            self._records_behind(result, result.denominator, numerator=False),
        )

    def _records_behind(self, result: Result, name: str | None, *, numerator: bool) -> RecordsBehind | None:
        if name is None:
            return None
        if self.tracing.sets.dataset(name) == DESIGN:
            return RecordsBehind(DESIGN, (), (), (), tuple(self._constants(name)))
        key = result.output, result.analysis, name, numerator
        if key not in self._behind:
            dataset, positions = self.tracing.set_positions(name)
            side = {"denominator": None} if numerator else {"numerator": None}
            values = self.tracing.values_of([result.model_copy(update=side)])
            frame = self.tracing.build.datasets[dataset].frame
            subjects = frame[SUBJECT].iloc[positions].dropna().unique() if SUBJECT in frame else ()
            chain = self.records.chain(self.tracing.merged(values), dataset)
            numbers = tuple((positions + 1).tolist())
            self._behind[key] = RecordsBehind(dataset, numbers, tuple(map(str, subjects)), chain)
        return self._behind[key]

    def _constants(self, name: str) -> Iterator[DesignConstant]:
        study = self.tracing.build.study.spec
        for constant, value in self.tracing.sets.constants(name):
            given = study.constants.get(str(constant).removeprefix("study."))
            place = place_of(given)
            yield DesignConstant(str(constant), value, str(study.place if place == NOWHERE else place))


def places(output: Output) -> Iterator[tuple[str, str, Cell]]:
    """Yield the cells of an output with the labels of their rows (those above joined by slashes) and columns."""
    if isinstance(output.body, Table):
        above: list[tuple[int, str]] = []
        for row in output.body.rows:
            label = row.cells[0].text
            above = [(indent, text) for indent, text in above if indent < row.indent]
            path = " / ".join([*(text for _, text in above if text), label])
            for column, cell in zip(output.body.columns[1:], row.cells[1:], strict=True):
                heads = [*column.over, *([column.spanner] if column.spanner else []), column.label]
                yield path, " / ".join(heads), cell
            above.append((row.indent, label))
    for cell in output.cells:  # stated in notes or in a figure: they have no row
        yield (cell.id or "").removeprefix(f"{output.id}/"), "", cell

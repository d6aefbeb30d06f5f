"""The lineage of a study's values and results, as its rules made them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from crf2tlf.analysis.results import Result, Results
from crf2tlf.build.lineage import record_lineage, record_numbers
from crf2tlf.build.planned import ROWS
from crf2tlf.build.readings import ADDED, Readings
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.tables import DatasetTable, Link
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import OWN, SOURCE, Reading
from crf2tlf.rules.scope import Ref
from crf2tlf.trace.analyses import Analyses, Analysis
from crf2tlf.trace.closure import Values, backward
from crf2tlf.trace.model import RuleLine, VariableReading
from crf2tlf.trace.record_sets import DESIGN, RecordSets


class Tracing:
    """What a build read, and the way between its results and its raw lines, both ways.

    Raises :class:`ValueError` for a build that did not keep its readings.
    """

    def __init__(self, build: BuildResult, results: Results) -> None:
        if build.readings is None:
            raise ValueError("the build did not keep what its rules read")
        self.build = build
        self.results = results
        self.read: Readings = build.readings
        self.sets = RecordSets(build, results)
        self.analyses = Analyses(build.study)
        self._numbers: dict[str, Integers] = {}
        self._at: dict[str, Integers] = {}
        self._links: dict[str, list[Link]] = {}
        self._rules: dict[tuple[str, str], list[Reading]] = {}

    @cached_property
    def by_id(self) -> dict[str, Result]:
        """The results by their ids."""
        return {result.id: result for result in self.results.results}

    def number(self, table: str) -> Integers:
        """Return for each position of a table the line or record number that people see."""
        base = table.split("@")[0]
        if base not in self._numbers:
            self._numbers[base] = record_numbers(self.build, base)
        return self._numbers[base]

    def finished(self, table: str, positions: Integers) -> Integers:
        """Return the positions of records in the finished dataset, given those in the build's table.

        The records of an earlier stage are the first of the dataset. A form's or design table's records stay.
        """
        base = table.split("@")[0]
        if not isinstance(self.build.tables[base], DatasetTable):
            return positions
        if base not in self._at:
            at = np.empty(self.build.tables[base].size, dtype=np.int64)
            at[self.build.datasets[base].positions] = np.arange(len(at))
            self._at[base] = at
        return self._at[base][positions]

    def sources(self, dataset: Dataset) -> list[Link]:
        """Return the source records of a finished dataset's records."""
        return record_lineage(self.build, dataset, self._links)

    def readings(self, name: str) -> tuple[VariableReading, ...]:
        """Return what the rules of a finished dataset's variables looked up: which records of which table.

        Values of the same record and of its source record are left out (the rule names them), and so is what rules read
        by looking along the dataset's own records, as sequence numbers do.
        """
        dataset = self.build.datasets[name]
        if dataset.is_supplement:
            return ()
        return tuple(
            VariableReading(variable.name, table, columns, link)
            for variable in dataset.variables
            for table, columns, link in self._looked_up(dataset, variable.name)
        )

    def _looked_up(self, dataset: Dataset, variable: str) -> Iterator[tuple[str, tuple[str, ...], Link]]:
        merged: dict[tuple[str, tuple[str, ...]], list[tuple[Integers, Integers]]] = {}
        for stage, reading in self.chosen(Ref(dataset.name, variable)):
            if reading.right is None or reading.table in (OWN, SOURCE):
                continue
            left, right = reading.pairs(self.build.tables[stage].size)
            table = reading.table.split("@")[0]
            pair = self.finished(stage, left), self.finished(table, right)
            merged.setdefault((table, tuple(sorted(reading.variables))), []).append(pair)
        for (table, columns), pairs in merged.items():
            left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
            if len(left):
                order = np.lexsort((right, left))
                counts = np.bincount(left, minlength=dataset.size)
                yield table, columns, Link(table, np.r_[0, np.cumsum(counts)].astype(np.int64), right[order])

    def chosen(self, ref: Ref) -> Iterator[tuple[str, Reading]]:
        """Yield what a variable's rules chose to read, stage by stage, with the stage.

        A column that a record method adds has the readings of the method.
        """
        stage = self.build.plan.stages.get(ref.table)
        if stage is None:
            return
        table = self.build.tables[ref.table]
        assert isinstance(table, DatasetTable)
        added = frozenset(name for block in table.blocks for name in block.added)
        for reading in self.read.variables.get(ref, ()):
            if reading.chosen:
                yield ref.table, reading
            if reading.table == SOURCE and reading.variables & added:
                yield from self._of_method(ref.table, reading)
        if stage.earlier is not None:
            yield from self.chosen(Ref(stage.earlier, ref.variable))

    def _of_method(self, stage: str, reading: Reading) -> Iterator[tuple[str, Reading]]:
        size = self.build.tables[stage].size
        asked = np.zeros(size, dtype=bool)
        asked[slice(None) if reading.left is None else reading.left] = True
        for inner in self.read.variables.get(Ref(stage, ADDED), ()):
            if inner.chosen and inner.left is not None:
                kept = asked[inner.left]
                part = replace(
                    inner,
                    left=inner.left[kept],
                    left_group=None if inner.left_group is None else inner.left_group[kept],
                    right=inner.right[kept] if inner.right is not None and inner.left_group is None else inner.right,
                )
                yield stage, part

    # Results

    def analysis(self, result: Result) -> Analysis | None:
        """Return what was asked for a result."""
        return self.analyses.of(result)

    def rule_of(self, result: Result) -> tuple[RuleLine, ...]:
        """Return the rules behind a result: the analysis, its population, records, columns, and what it is of."""
        found = self.analysis(result)
        return found.lines if found is not None else ()

    def is_ratio(self, result: Result) -> bool:
        """Return whether a result says how many of how many; others are made of records, of those analysed."""
        found = self.analysis(result)
        return found is not None and found.is_ratio

    def set_positions(self, name: str | None) -> tuple[str, Integers]:
        """Return the dataset of a set of records and their positions in its finished form; constants have none."""
        if name is None or self.sets.dataset(name) == DESIGN:
            return "", np.empty(0, dtype=np.int64)
        return self.sets.dataset(name), self.sets.positions(name)

    def values_of(self, results: Iterable[Result]) -> Values:
        """Return the values that results were worked out from, with everything that these were made from."""
        values = Values(self.build)
        for result in results:
            self._start(values, result)
        return backward(values, self.read)

    def _start(self, values: Values, result: Result) -> None:
        """Add the values that a result's analysis reads of the records behind it."""
        records: dict[str, list[Integers]] = {}
        for name in dict.fromkeys((result.numerator, result.denominator)):
            dataset, positions = self.set_positions(name)
            if dataset:
                records.setdefault(dataset, []).append(positions)
        behind = {dataset: np.unique(np.concatenate(parts)) for dataset, parts in records.items()}
        for dataset, positions in behind.items():
            self._add(values, dataset, (), positions)
        analysis = self.analysis(result)
        if analysis is None:
            return
        if analysis.subjects and analysis.subjects not in behind:
            behind[analysis.subjects] = self._of_same_subjects(analysis.subjects, behind)
        for asked in analysis.rules:
            if asked.dataset in behind:
                for reading in self.read_by(asked.dataset, asked.rule):
                    if reading.chosen:
                        self._add_reading(values, asked.dataset, reading, behind[asked.dataset])

    def _of_same_subjects(self, name: str, behind: Mapping[str, Integers]) -> Integers:
        """Return the records of a finished dataset that are of the subjects behind a result: who counts, and where."""
        found: set[str] = set()
        for other, positions in behind.items():
            frame = self.build.datasets[other].frame
            if SUBJECT in frame:
                found |= set(frame[SUBJECT].iloc[positions].dropna())
        frame = self.build.datasets[name].frame
        if SUBJECT not in frame:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(frame[SUBJECT].isin(found)).astype(np.int64)

    def _add_reading(self, values: Values, dataset: str, reading: Reading, positions: Integers) -> None:
        size = self.build.datasets[dataset].size
        asked = np.zeros(size, dtype=bool)
        asked[positions] = True
        left, right = reading.pairs(size)
        table = dataset if reading.table in (OWN, SOURCE) else reading.table
        self._add(values, table, reading.variables, np.unique(right[asked[left]]))

    def _add(self, values: Values, name: str, variables: Iterable[str], positions: Integers) -> None:
        """Add values of a finished dataset; a supplemental qualifier is a variable of its parent."""
        dataset = self.build.datasets[name]
        if dataset.is_supplement:
            for qualifier, at in dataset.frame["QNAM"].iloc[positions].groupby(dataset.frame["QNAM"]).groups.items():
                values.add(dataset.spec.dataset, [str(qualifier)], dataset.positions[np.asarray(at, dtype=np.int64)])
            return
        worked = [variable for variable in variables if variable in dataset.frame]
        values.add(dataset.spec.dataset, worked, dataset.positions[positions])

    def read_by(self, dataset: str, rule: object) -> list[Reading]:
        """Return what a rule of an analysis reads of finished datasets, nothing for a faulty one."""
        key = dataset, str(rule)
        if key not in self._rules:
            try:
                self._rules[key] = self.build.read_by(dataset, rule)  # type: ignore[arg-type]
            except RuleError:  # reported where the output was made
                self._rules[key] = []
        return self._rules[key]

    def merged(self, values: Values) -> dict[str, dict[str, Integers]]:
        """Return values by table and variable, as positions; stages are taken together, ``ROWS`` has all records."""
        found: dict[str, dict[str, np.ndarray]] = {}
        for ref, mask in values.masks.items():
            if ref.variable == ADDED or not mask.any():
                continue
            base = ref.table.split("@")[0]
            whole = found.setdefault(base, {})
            size = self.build.tables[base].size
            known = whole.setdefault(ref.variable, np.zeros(size, dtype=bool))
            known[: len(mask)] |= mask
        return {
            table: {name: np.flatnonzero(mask).astype(np.int64) for name, mask in names.items()}
            for table, names in found.items()
            if ROWS in names
        }

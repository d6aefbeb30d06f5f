"""Records of a chain as people see them: number, subject, values with their labels and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np

from crf2tlf.analysis.data import as_texts
from crf2tlf.build.planned import ROWS
from crf2tlf.build.tables import DatasetTable, FormTable
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.reading import OWN, SOURCE
from crf2tlf.rules.scope import Ref
from crf2tlf.trace.model import Kind, LookedUp, Record, Value
from crf2tlf.trace.tracing import Tracing
from crf2tlf.trace.words import rule_at

ORDER: tuple[Kind, ...] = ("adam", "sdtm", "raw", "design")


class Records:
    """Makes the records of chains; positions are those of the build's tables."""

    def __init__(self, tracing: Tracing) -> None:
        self.tracing = tracing
        self.build = tracing.build
        self._texts: dict[tuple[str, str], list[str | None]] = {}

    def kind(self, table: str) -> Kind:
        """Return what a table is."""
        if table.startswith("raw."):
            return "raw"
        if table.startswith("study."):
            return "design"
        return "sdtm" if self.build.datasets[table].sdtm else "adam"

    def place(self, table: str, position: int) -> str:
        """Return where a record is, in one word: ``raw/ae.csv:17``, ``AE 3``."""
        number = int(self.tracing.number(table)[position])
        here = self.build.tables[table]
        return f"{here.file}:{number}" if isinstance(here, FormTable) else f"{table} {number}"

    def subject(self, table: str, position: int) -> str | None:
        """Return the subject of a record, None where it has none."""
        return self.text(table, SUBJECT, position) if SUBJECT in self.build.tables[table].columns else None

    def text(self, table: str, variable: str, position: int) -> str | None:
        """Return a value as text, None where missing."""
        key = table, variable
        if key not in self._texts:
            self._texts[key] = as_texts(self.build.tables[table].column(variable))
        return self._texts[key][position]

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """The labels of variables and of the columns of forms."""
        study = self.build.study
        found = {
            (name, variable.name): variable.label
            for name, dataset in self.build.datasets.items()
            for variable in dataset.variables
        }
        for form in study.forms.values():
            found.update({(f"raw.{form.form}", name): column.label or "" for name, column in form.columns.items()})
        return found

    def chain(self, values: Mapping[str, Mapping[str, Integers]], start: str = "") -> tuple[Record, ...]:
        """Return the records of values, analysis datasets first, then tabulations, raw lines, design tables.

        Among these, what the records of the dataset ``start`` come from stands before what was looked up.
        """
        main = self._way_back(start)
        tables = sorted(values, key=lambda name: (ORDER.index(self.kind(name)), main.get(name, len(main)), name))
        return tuple(record for name in tables for record in self._of_table(name, values[name]))

    def _way_back(self, start: str) -> dict[str, int]:
        """Return the tables that a dataset's records come from, step by step, with their place on the way."""
        found = {start: 0}
        pending = [start]
        while pending:
            dataset = self.build.datasets.get(pending.pop(0))
            for link in self.tracing.sources(dataset) if dataset is not None else ():
                if len(link.rows) and link.table not in found:
                    found[link.table] = len(found)
                    pending.append(link.table)
        return found

    def _of_table(self, table: str, values: Mapping[str, Integers]) -> Iterator[Record]:
        positions = values[ROWS]
        names = [name for name in self._in_order(table) if name in values]
        there = {name: set(values[name].tolist()) for name in names}
        looked = {name: self.looked_up(table, name, values[name]) for name in names}
        sources = self.sources(table, positions)
        for position in sorted(positions.tolist(), key=lambda at: int(self.tracing.number(table)[at])):
            shown = [name for name in names if position in there[name]]
            made = tuple(self.value(table, name, position, looked[name].get(position, ())) for name in shown)
            yield self.record(table, position, made, sources.get(position, ()))

    def _in_order(self, table: str) -> list[str]:
        columns = list(self.build.tables[table].columns)
        if not isinstance(self.build.tables[table], DatasetTable):
            return columns
        written = [variable.name for variable in self.build.datasets[table].variables]
        return [*(name for name in written if name in columns), *(name for name in columns if name not in written)]

    def record(
        self, table: str, position: int, values: tuple[Value, ...], sources: tuple[tuple[str, int], ...] = ()
    ) -> Record:
        """Return a record with some of its values."""
        number = int(self.tracing.number(table)[position])
        subject = self.subject(table, position)
        return Record(table, self.kind(table), number, self.place(table, position), subject, values, sources)

    def value(self, table: str, name: str, position: int, looked_up: Iterable[LookedUp] = ()) -> Value:
        """Return a value of a record with the rule that made it."""
        rule = None
        if isinstance(self.build.tables[table], DatasetTable):
            rule = rule_at(self.build, table, name, position)
        text = self.text(table, name, position)
        return Value(name, self.labels.get((table, name), ""), text, rule, tuple(looked_up))

    def looked_up(self, table: str, variable: str, positions: Integers) -> dict[int, tuple[LookedUp, ...]]:
        """Return for records what a variable's rule looked up elsewhere."""
        found: dict[int, dict[LookedUp, None]] = {}
        asked = set(positions.tolist())
        for stage, reading in self.tracing.chosen(Ref(table, variable)):
            if reading.right is None or reading.table in (OWN, SOURCE):
                continue
            there = reading.table.split("@")[0]
            number, names = self.tracing.number(there), tuple(sorted(reading.variables))
            left, right = reading.pairs(self.build.tables[stage].size)
            kept = np.isin(left, positions)
            for at, of in zip(left[kept].tolist(), right[kept].tolist(), strict=True):
                if at in asked:
                    found.setdefault(at, {})[LookedUp(there, int(number[of]), names)] = None
        return {at: tuple(each) for at, each in found.items()}

    def sources(self, table: str, positions: Integers) -> dict[int, tuple[tuple[str, int], ...]]:
        """Return for records of a dataset the records that their row source made them from."""
        dataset = self.build.datasets.get(table)
        if dataset is None:
            return {}
        found: dict[int, list[tuple[str, int]]] = {}
        finished = self.tracing.finished(table, positions)
        for link in self.tracing.sources(dataset):
            number = self.tracing.number(link.table)
            for position, at in zip(positions.tolist(), finished.tolist(), strict=True):
                rows = link.rows[link.offsets[at] : link.offsets[at + 1]]
                found.setdefault(position, []).extend((link.table, int(number[row])) for row in rows)
        return {position: tuple(each) for position, each in found.items()}

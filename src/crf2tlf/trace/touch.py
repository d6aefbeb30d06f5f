"""From a record on: every dataset value and every cell that a change of it could touch."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import numpy as np

from crf2tlf.build.planned import ROWS
from crf2tlf.build.tables import AnyTable, DatasetTable
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.parse import RuleError, parse
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.form import FORM_COLUMNS, FormSpec
from crf2tlf.spec.model import Rule
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.closure import Mask, Values, forward
from crf2tlf.trace.model import Touched, TouchedRecord
from crf2tlf.trace.record import ORDER
from crf2tlf.trace.touched_cells import TouchedCells


class Touch:
    """What records of a study reach."""

    def __init__(self, chains: Chains) -> None:
        self.chains = chains
        self.tracing = chains.tracing
        self.build = chains.tracing.build
        self.records = chains.records

    def of(self, table: str, number: int, variables: Iterable[str] = ()) -> Touched:
        """Return what values of a record reach; without ``variables`` all of them, and whether it exists.

        A raw line that a form's spec leaves out is not in the build; what it would reach is what its form reaches for
        its subject. Raises KeyError where there is no such table or record.
        """
        names = tuple(variables)
        values = Values(self.build)
        at = np.flatnonzero(self.tracing.number(table) == number)
        if not len(at):
            raise KeyError(number)
        position = int(at[0])
        start_names = names or tuple(self.build.tables[table].columns)
        shown = tuple(self.records.value(table, name, position) for name in names or self._shown(table))
        for name in self._with_derived(table, start_names):
            values.mask(Ref(table, name))[position] = True
        again = self._entered_again(table, position, names)
        if not names or again or self._decides_existence(table, names):
            values.mask(Ref(table, ROWS))[position] = True
        if again:
            values.may_appear(table, self._subject(table, position))
        forward(values, self.tracing.read)
        start = self.records.record(table, position, shown)
        records = tuple(self._touched_records(values, table, position))
        cells = TouchedCells(self.chains, self._merged(values), _appearing(values)).cells()
        return Touched(start, records, tuple(cells), tuple(sorted(_appearing(values).keys() - {table})))

    def _shown(self, table: str) -> list[str]:
        return [name for name in self.build.tables[table].columns if name not in FORM_COLUMNS]

    def _subject(self, table: str, position: int) -> set[str] | None:
        subject = self.records.subject(table, position)
        return None if subject is None else {subject}

    def _form(self, table: str) -> FormSpec | None:
        return self.build.study.forms.get(table.removeprefix("raw.")) if table.startswith("raw.") else None

    def _with_derived(self, table: str, names: Iterable[str]) -> set[str]:
        """Return columns of a form with those that are made of them: the subject's identifier."""
        found = set(names)
        form = self._form(table)
        if form is not None:
            used = {form.subject if name == "SUBJECT" else name for name in _names(self.build.study.spec.usubjid)}
            if used & found:
                found |= {SUBJECT, *FORM_COLUMNS} if form.subject in found else {SUBJECT}
        return found

    def _decides_existence(self, table: str, names: Iterable[str]) -> bool:
        """Whether a form's rules on which of its records count look at columns (duplicates apart)."""
        form = self._form(table)
        if form is None:
            return False
        deciding = {form.cutoff} if form.cutoff else set()
        deciding |= {name for rule in form.leave_out for name in _names(rule.where)}
        return bool(deciding & set(names))

    def _entered_again(self, table: str, position: int, names: Iterable[str]) -> bool:
        """Whether another record of the form, kept or not, is or might become the same record entered twice."""
        form = self._form(table)
        asked = set(names) or {SUBJECT, *self.build.tables[table].columns}
        if form is None or not form.duplicates or not asked & set(form.duplicates.by):
            return False
        kept = [name for name in form.duplicates.by if name not in asked]
        own = {name: self.records.text(table, name, position) for name in kept}
        others = [out.table for out in self.build.left_out if out.form == form.form]
        frames = [(self.build.tables[table], position), *((other, -1) for other in others)]
        return any(_alike(other, own, but) for other, but in frames)

    def _touched_records(self, values: Values, table: str, position: int) -> Iterator[TouchedRecord]:
        merged = self._merged(values)
        tables = sorted(merged, key=lambda name: (-ORDER.index(self.records.kind(name)), name))
        for name in tables:
            if not isinstance(self.build.tables[name], DatasetTable):
                continue
            masks = merged[name]
            any_ = np.logical_or.reduce(list(masks.values()))
            dataset = self.build.datasets[name]
            written = dict.fromkeys([*(variable.name for variable in dataset.variables), *dataset.spec.supplemental])
            columns = [variable for variable in written if variable in masks]
            number = self.tracing.number(name)
            for at in sorted(np.flatnonzero(any_).tolist(), key=lambda at: int(number[at])):
                touched = tuple(column for column in columns if masks[column][at])
                exists = ROWS in masks and bool(masks[ROWS][at])
                if (touched or exists) and (name, at) != (table, position):
                    subject = self.records.subject(name, at)
                    yield TouchedRecord(name, int(number[at]), self.records.place(name, at), subject, touched, exists)

    def _merged(self, values: Values) -> dict[str, dict[str, Mask]]:
        """Return what may change by table and variable, stages under their dataset; ``ROWS``: whether it exists."""
        found: dict[str, dict[str, Mask]] = {}
        for ref, mask in values.masks.items():
            base = ref.table.split("@")[0]
            known = found.setdefault(base, {})
            if ref.variable not in known:
                known[ref.variable] = np.zeros(self.build.tables[base].size, dtype=bool)
            known[ref.variable][: len(mask)] |= mask
        return found


def _alike(table: AnyTable, values: dict[str, str | None], but: int) -> bool:
    """Whether a record of a table, but one, has the values."""
    same = np.ones(table.size, dtype=bool)
    same[[but] if but >= 0 else []] = False
    for name, value in values.items():
        column = table.column(name)
        same &= (column.isna() if value is None else column == value).to_numpy(dtype=bool, na_value=False)
    return bool(same.any())


def _names(rule: Rule) -> set[str]:
    try:
        return {node.id for node in ast.walk(parse(rule)) if isinstance(node, ast.Name)}
    except RuleError:
        return set()


def _appearing(values: Values) -> dict[str, set[str] | None]:
    """Return the datasets, stages under their own name, that might get further records, and of which subjects."""
    found: dict[str, set[str] | None] = {}
    for name, subjects in values.appear.items():
        base = name.split("@")[0]
        if "." not in base:
            known = found.get(base, set())
            found[base] = None if subjects is None or known is None else known | subjects
    return found

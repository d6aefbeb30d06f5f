"""Who and what a number is about: populations, the columns of a table, and the records that a cell takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Data, Mask, Records, as_texts
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import Place, nearest
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import ColumnSpec, OutputSpec
from crf2tlf.spec.statistic import Selection
from crf2tlf.spec.template import Template


@dataclass(frozen=True, eq=False)
class Scope:
    """Some subjects of a population, and conditions on the records of the analysed dataset."""

    data: Data
    population: str
    dataset: str | None
    subjects: Mask
    records: tuple[Rule, ...] = ()

    @property
    def size(self) -> int:
        """How many subjects there are."""
        return int(self.subjects.sum())

    def select(self, selection: Selection) -> Records:
        """Return the records that an analysis takes in this scope."""
        name = self._dataset(selection)
        chosen = self._of_subjects(name, selection.place)
        for rule in (selection.where, *self.records):
            if rule is not None:
                chosen = chosen & self.data.where(name, rule)
        return Records(name, np.flatnonzero(chosen).astype(np.int64))

    def everyone(self, place: Place, denominator: Selection | None = None) -> Records:
        """Return the population's records of the subjects; of those with a record in ``denominator``, if given."""
        name = self._dataset(Selection(place=place))
        chosen = self._of_subjects(name, place)
        if denominator is not None:
            counted = np.zeros(len(self.data.subjects), dtype=bool)
            records = replace(self, records=()).select(denominator)
            counted[self.data.codes(records.dataset, place)[records.positions]] = True
            chosen = chosen & counted[self.data.codes(name, place)]
        return Records(name, np.flatnonzero(chosen).astype(np.int64))

    def within(self, rule: Rule | None, records: Rule | None) -> Scope:
        """Return the part of the scope whose subjects (and records) fulfil further conditions."""
        subjects = self.subjects
        if rule is not None:
            name = self._dataset(Selection(place=rule.place))
            subjects = subjects & members(self.data, name, self.data.where(name, rule), rule.place)
        return replace(self, subjects=subjects, records=(*self.records, *([records] if records else [])))

    def subject_codes(self, records: Records) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the subject's number for each of some records."""
        return self.data.codes(records.dataset, Place(""))[records.positions]

    def subject_count(self, records: Records) -> int:
        """Return how many different subjects some records have."""
        return len(np.unique(self.subject_codes(records)))

    def _dataset(self, selection: Selection) -> str:
        name = selection.from_ or self.dataset
        if name is None:
            raise AnalysisError("ANALYSIS", selection.place, "needs a dataset: give `from`, or the output a population")
        return name

    def _of_subjects(self, name: str, place: Place) -> Mask:
        codes = self.data.codes(name, place)
        known: Mask = codes >= 0
        if len(self.subjects):
            known &= self.subjects[codes]
        if name == self.dataset and self.population:
            known &= population_records(self.data, self.population)
        return known


def population_records(data: Data, name: str) -> Mask:
    """Return which records of a population's dataset are the population."""
    spec = data.study.analysis.populations[name]
    if spec.where is None:
        return np.ones(data.dataset(spec.dataset, spec.place).size, dtype=bool)
    return data.where(spec.dataset, spec.where)


def members(data: Data, dataset: str, records: Mask, place: Place) -> Mask:
    """Return which subjects have one of the records."""
    codes = data.codes(dataset, place)
    found = np.zeros(len(data.subjects), dtype=bool)
    found[codes[records & (codes >= 0)]] = True
    return found


def scope_of(data: Data, output: OutputSpec) -> Scope:
    """Return the scope of an output's population. Raises :class:`AnalysisError` where there is no such population."""
    if output.population is None:
        return Scope(data, "", None, np.ones(len(data.subjects), dtype=bool))
    populations = data.study.analysis.populations
    if output.population not in populations:
        message = f"there is no population {output.population}{nearest(output.population, populations)}"
        raise AnalysisError("SPEC_REFERENCE", output.place, message)
    spec = populations[output.population]
    data.dataset(spec.dataset, spec.place)
    chosen = population_records(data, output.population)
    codes = data.codes(spec.dataset, spec.place)[chosen]
    if len(np.unique(codes)) < len(codes):
        message = f"{output.population} has subjects with several records of {spec.dataset}; a population has one each"
        raise AnalysisError("ANALYSIS", spec.place, message)
    return Scope(data, output.population, spec.dataset, members(data, spec.dataset, chosen, spec.place))


# Columns


@dataclass(frozen=True, eq=False)
class Leaf:
    """A column that holds cells: the end of its ids, header, and scope."""

    id: str
    label: str
    scope: Scope
    spec: ColumnSpec
    spanner: str | None = None

    @property
    def suffix(self) -> str:
        """What the column adds to the ids of cells and results."""
        return f"/{self.id}" if self.id else ""


def leaves(output: OutputSpec, whole: Scope, texts: Texts) -> list[Leaf]:
    """Return the columns of an output: those with `by` become one a value, those with columns under them spread out."""
    given = output.columns
    if isinstance(given, str):
        known = whole.data.study.analysis.columns
        if given not in known:
            message = f"there are no columns {given}{nearest(given, known)}"
            raise AnalysisError("SPEC_REFERENCE", output.place, message)
        given = known[given]
    found = [leaf for spec in given for group in _groups(spec, whole, texts) for leaf in _under(group, texts)]
    ids = [leaf.id for leaf in found]
    if len(set(ids)) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1) or "(none)"
        raise AnalysisError("ANALYSIS", output.place, f"several columns have the id {twice}; each needs one of its own")
    return found


def _groups(spec: ColumnSpec, whole: Scope, texts: Texts) -> list[Leaf]:
    if spec.by is None:
        scope = whole.within(spec.subjects, spec.records)
        return [Leaf(spec.id or "", texts.render(spec.label, N=scope.size), scope, spec)]
    inside = whole.within(spec.subjects, spec.records)
    groups = [_group(spec, inside, texts, value, label) for value, label in _values(spec, inside).items()]
    if spec.total is not None:
        label = texts.render(spec.total, N=inside.size)
        groups.append(Leaf(joined_id(spec.id, "total"), label, inside, spec))
    return groups


def _values(spec: ColumnSpec, scope: Scope) -> dict[str, Template | str]:
    if spec.values:
        return dict(spec.values)
    assert spec.by is not None
    records = scope.everyone(spec.place)
    values = scope.data.column(records.dataset, spec.by).iloc[records.positions].dropna()
    found = as_texts(pd.Series(np.sort(values.unique()), dtype=values.dtype))
    return {text: text for text in found if text is not None}


def _group(spec: ColumnSpec, inside: Scope, texts: Texts, value: str, label: Template | str) -> Leaf:
    assert spec.by is not None
    records = inside.everyone(spec.place)
    same = np.array([text == value for text in inside.data.texts(records, spec.by)], dtype=bool)
    subjects = np.zeros(len(inside.data.subjects), dtype=bool)
    subjects[inside.subject_codes(Records(records.dataset, records.positions[same]))] = True
    scope = replace(inside, subjects=inside.subjects & subjects)
    shown = label if isinstance(label, str) else texts.render(label, N=scope.size)
    if spec.label is not None:
        shown = texts.render(spec.label, N=scope.size, value=shown)
    return Leaf(joined_id(spec.id, value), shown, scope, spec)


def _under(group: Leaf, texts: Texts) -> list[Leaf]:
    if not group.spec.columns:
        return [group]
    found = []
    for spec in group.spec.columns:
        scope = group.scope.within(spec.subjects, spec.records)
        label = texts.render(spec.label, N=scope.size)
        found.append(Leaf(joined_id(group.id, spec.id or ""), label, scope, spec, group.label))
    return found


def joined_id(*parts: str | None) -> str:
    """Return parts of an id joined by slashes; blanks in values become hyphens."""
    return "/".join("-".join(part.replace("/", "-").split()) for part in parts if part)

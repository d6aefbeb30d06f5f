"""Who and what a number is about: subjects of a population, and the records of them that a cell takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from crf2tlf.analysis.data import AnalysisError, Data, Mask, Records
from crf2tlf.findings import Place, nearest
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.statistic import Selection


@dataclass(frozen=True)
class Among:
    """A condition on records: a rule has one of some values, as texts; None is a missing one."""

    rule: Rule
    values: tuple[str | None, ...]


Condition: TypeAlias = "Rule | Among"


@dataclass(frozen=True, eq=False)
class Scope:
    """Some subjects of a population, and conditions on the records of the analysed dataset.

    ``records`` are conditions of a column, ``block`` those of the rows and pages that come again for each value: they
    hold for every dataset but the population's.
    """

    data: Data
    population: str
    dataset: str | None
    subjects: Mask
    records: tuple[Condition, ...] = ()
    block: tuple[Among, ...] = ()

    @property
    def size(self) -> int:
        """How many subjects there are."""
        return int(self.subjects.sum())

    def select(self, selection: Selection) -> Records:
        """Return the records that an analysis takes in this scope."""
        name = self.dataset_of(selection)
        chosen = self._of_subjects(name, selection.place)
        for condition in (selection.where, *self.records, *(self.block if name != self.dataset else ())):
            if condition is not None:
                chosen = chosen & self.fulfils(name, condition)
        return Records(name, np.flatnonzero(chosen).astype(np.int64))

    def fulfils(self, dataset: str, condition: Condition) -> Mask:
        """Return which records of a dataset fulfil a condition; unknown is not fulfilled."""
        if isinstance(condition, Among):
            return self.data.among(dataset, condition.rule, condition.values)
        return self.data.where(dataset, condition)

    def narrowed(self, records: Records) -> Records:
        """Return those of some records that the column takes."""
        chosen = records.positions
        for condition in self.records:
            chosen = chosen[self.fulfils(records.dataset, condition)[chosen]]
        return Records(records.dataset, chosen)

    @property
    def group(self) -> Scope:
        """The same subjects, with all their records."""
        return replace(self, records=())

    def everyone(self, place: Place, denominator: Selection | None = None) -> Records:
        """Return the population's records of the subjects; of those with a record in ``denominator``, if given."""
        name = self.base(place)
        chosen = self._of_subjects(name, place)
        if denominator is not None:
            counted = np.zeros(len(self.data.subjects), dtype=bool)
            records = self.group.select(denominator)
            counted[self.data.codes(records.dataset, place)[records.positions]] = True
            chosen = chosen & counted[self.data.codes(name, place)]
        return Records(name, np.flatnonzero(chosen).astype(np.int64))

    def within(self, subjects: Condition | None, records: Condition | None) -> Scope:
        """Return the part of the scope whose subjects (and records) fulfil further conditions."""
        chosen = self.subjects
        if subjects is not None:
            place = subjects.rule.place if isinstance(subjects, Among) else subjects.place
            name = self.base(place)
            found = self.fulfils(name, subjects) & self._of_subjects(name, place)
            chosen = chosen & members(self.data, name, found, place)
        return replace(self, subjects=chosen, records=(*self.records, *([records] if records else [])))

    def base(self, place: Place) -> str:
        """Return the population's dataset. Raises :class:`AnalysisError` where there is none."""
        return self.dataset_of(Selection(place=place))

    def subject_codes(self, records: Records) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the subject's number for each of some records."""
        return self.data.codes(records.dataset, Place(""))[records.positions]

    def subject_count(self, records: Records) -> int:
        """Return how many different subjects some records have."""
        return len(np.unique(self.subject_codes(records)))

    def dataset_of(self, selection: Selection) -> str:
        """Return the dataset of a selection. Raises :class:`AnalysisError` where neither it nor the output says."""
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


def joined_id(*parts: str | None) -> str:
    """Return parts of an id joined by slashes; blanks in values become hyphens."""
    return "/".join("-".join(part.replace("/", "-").split()) for part in parts if part)

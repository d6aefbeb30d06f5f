"""What analyses are worked out on: finished datasets, rules on them, and sets of records and subjects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crf2tlf.analysis.absent import Absent
from crf2tlf.build import BuildResult, Dataset
from crf2tlf.findings import Place, nearest
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.parse import RuleError
from crf2tlf.spec import Study
from crf2tlf.spec.model import Rule

SUBJECT = "USUBJID"

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class AnalysisError(Exception):
    """A mistake in a spec that only the data show: the finding's code, place and message."""

    def __init__(self, code: str, place: Place, message: str) -> None:
        self.code = code
        self.place = place
        super().__init__(message)


@dataclass(frozen=True, eq=False)
class Records:
    """Records of a dataset by their positions, in the dataset's order."""

    dataset: str
    positions: Integers


@dataclass(frozen=True)
class Constants:
    """Constants of the study (or written in a spec) that a number was worked out from, by name."""

    values: tuple[tuple[str, str | float], ...]


class Data:
    """The datasets of a study; each rule is worked out once, on all records of its dataset.

    ``absent`` has the values that rules ask for and that are nowhere.
    """

    def __init__(self, build: BuildResult) -> None:
        self.build = build
        self.absent = Absent(build.study, build.datasets)
        self._columns: dict[tuple[str, str], pd.Series[Any]] = {}
        self._masks: dict[tuple[str, str], Mask] = {}
        self._codes: dict[str, Integers] = {}
        self._categories: dict[tuple[str, str], tuple[Integers, list[str | None]]] = {}
        subjects = [d.frame[SUBJECT] for d in self.datasets.values() if SUBJECT in d.frame]
        known = pd.concat(subjects).dropna().unique() if subjects else []
        self.subjects = pd.Index(known, dtype="str")

    @property
    def study(self) -> Study:
        """The study's specs."""
        return self.build.study

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """All finished datasets by name."""
        return self.build.datasets

    def dataset(self, name: str, place: Place) -> Dataset:
        """Return a dataset; one that does not exist is the mistake of the spec at ``place``."""
        if name not in self.datasets:
            raise AnalysisError("SPEC_REFERENCE", place, f"there is no dataset {name}{nearest(name, self.datasets)}")
        return self.datasets[name]

    def codes(self, name: str, place: Place) -> Integers:
        """Return for each record of a dataset the number of its subject, -1 where it has none."""
        if name not in self._codes:
            dataset = self.dataset(name, place)
            if SUBJECT not in dataset.frame:
                raise AnalysisError("ANALYSIS", place, f"{name} has no {SUBJECT}: it cannot be analysed by subject")
            self._codes[name] = self.subjects.get_indexer(pd.Index(dataset.frame[SUBJECT])).astype(np.int64)
        return self._codes[name]

    def column(self, name: str, rule: Rule) -> pd.Series[Any]:
        """Return a rule's value for every record of a dataset."""
        key = name, rule.text
        if key not in self._columns:
            self.absent.see(name, rule)
            try:
                self._columns[key] = self.build.evaluate(name, rule)
            except RuleError as error:
                raise AnalysisError(error.code, rule.place, str(error)) from None
        return self._columns[key]

    def where(self, name: str, rule: Rule) -> Mask:
        """Return which records of a dataset a condition selects; unknown is not selected."""
        key = name, rule.text
        if key not in self._masks:
            self.absent.see(name, rule)
            try:
                self._masks[key] = self.build.where(name, rule)
            except RuleError as error:
                raise AnalysisError(error.code, rule.place, str(error)) from None
        return self._masks[key]

    def among(self, name: str, rule: Rule, values: tuple[str | None, ...]) -> Mask:
        """Return for which records of a dataset a rule has one of some values, as texts; None is a missing one."""
        self.absent.see_values(name, rule, values)
        numbers, texts = self.categories(name, rule)
        wanted = [number for number, text in enumerate(texts) if text in values]
        return np.isin(numbers, wanted)

    def categories(self, name: str, rule: Rule) -> tuple[Integers, list[str | None]]:
        """Return the number of each record's category by a rule, and the categories' values as sorted texts.

        They are in the order of the values (of numbers and dates, too); a missing value is the last.
        """
        key = name, rule.text
        if key not in self._categories:
            values = self.column(name, rule)
            numbers, distinct = pd.factorize(values, sort=True)
            texts = [*as_texts(pd.Series(distinct, dtype=values.dtype)), None]
            self._categories[key] = np.where(numbers < 0, len(texts) - 1, numbers).astype(np.int64), texts
        return self._categories[key]

    def numbers(self, records: Records, rule: Rule) -> Floats:
        """Return a rule's numbers for some records, NaN where missing."""
        values = self.column(records.dataset, rule)
        if values.dtype != np.float64:
            raise AnalysisError("RULE_TYPE", rule.place, f"{rule.text!r} is no number but {kind_of(values)}")
        return values.to_numpy(dtype=np.float64)[records.positions]

    def texts(self, records: Records, rule: Rule) -> list[str | None]:
        """Return a rule's values for some records as texts: dates in ISO 8601, numbers without needless zeros."""
        return as_texts(self.column(records.dataset, rule).iloc[records.positions])


def kind_of(values: pd.Series[Any]) -> str:
    """Return in words what a column holds."""
    kinds = {"f": "a number", "M": "a date", "b": "a condition"}
    return kinds.get(np.dtype(values.dtype).kind if isinstance(values.dtype, np.dtype) else "", _extension(values))


def _extension(values: pd.Series[Any]) -> str:
    return "a condition" if str(values.dtype) == "boolean" else "a text"


def as_texts(values: pd.Series[Any]) -> list[str | None]:
    """Return values as texts, None where missing."""
    kind = kind_of(values)
    if kind == "a text":
        present = values.notna().to_numpy()
        return [text if there else None for text, there in zip(values.to_numpy(dtype=object), present, strict=True)]
    numbers, distinct = pd.factorize(values)  # a missing value is -1: the last text
    shown = [*_distinct_texts(pd.Series(distinct, dtype=values.dtype), kind), None]
    return [shown[number] for number in numbers]


def _distinct_texts(values: pd.Series[Any], kind: str) -> list[str]:
    if kind == "a date":
        return list(values.dt.strftime("%Y-%m-%d"))
    if kind == "a number":
        return [f"{number:.12g}" for number in values]
    return ["Y" if holds else "N" for holds in values]

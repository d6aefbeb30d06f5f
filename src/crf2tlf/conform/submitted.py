"""The datasets of a study as they are submitted: what conformance rules look at.

A rule sees the written variables only, under names that may begin with ``--`` for the domain's prefix, and as text,
number or date whatever a draft made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build import BuildResult, Dataset
from crf2tlf.build.codelists import allowed_values
from crf2tlf.build.metadata import VariableMetadata, declared
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules.columns import missing
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import CodelistBy
from crf2tlf.standards import AdamStructure, sdtm_dataset

Mask = np.ndarray[Any, np.dtype[np.bool_]]

_TOPICS = {"--TESTCD": "Findings", "--TERM": "Events", "--TRT": "Interventions"}


@dataclass(frozen=True)
class Listed:
    """The codelists of a variable: what values it may take, for the records where ``by`` has the value ``case``."""

    names: tuple[str, ...]
    values: frozenset[str]
    extensible: bool
    by: str | None = None
    case: str | None = None

    @cached_property
    def folded(self) -> frozenset[str]:
        """The values without regard to case."""
        return frozenset(value.casefold() for value in self.values)


@dataclass(frozen=True)
class Submitted:
    """A dataset as it is submitted: its written variables in order, and its records in the order of the file.

    ``structure`` is the ADaM structure, ``OTHER`` for a tabulation dataset.
    """

    name: str
    label: str
    sdtm: bool
    structure: AdamStructure
    keys: tuple[str, ...]
    frame: pd.DataFrame
    variables: Mapping[str, VariableMetadata]
    listed: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The names of its variables in order."""
        return [str(name) for name in self.frame]

    @property
    def domain(self) -> str:
        """The two letters that variables' names begin with; empty for analysis and relationship datasets."""
        return self.name[:2] if self.sdtm and len(self.name) <= 4 else ""

    @property
    def observation_class(self) -> str:
        """The class that SDTMIG gives the dataset, or the one that its topic variable shows; else empty."""
        standard = sdtm_dataset(self.name) if self.sdtm else None
        if standard:
            return standard.observation_class
        return next((name for topic, name in _TOPICS.items() if self.sdtm and self.has(topic)), "")

    def named(self, pattern: str) -> str:
        """Return a variable's name with the domain's prefix for ``--``."""
        return pattern.replace("--", self.domain) if self.domain else pattern

    def has(self, *patterns: str) -> bool:
        """Whether the dataset has all of these variables."""
        return all(self.named(pattern) in self.frame for pattern in patterns)

    def text(self, pattern: str) -> pd.Series[Any]:
        """Return a variable as texts; a variable that the dataset lacks is missing everywhere."""
        values = self._values(pattern)
        return values if values.dtype == "str" else CATALOGUE["text"].function(values).astype("str")

    def number(self, pattern: str) -> pd.Series[Any]:
        """Return a variable as numbers; what is none, and a variable that the dataset lacks, is missing."""
        values = self._values(pattern)
        if values.dtype.kind == "M":
            return missing(Kind.NUMBER, self.size)
        return pd.to_numeric(values, errors="coerce").astype("float64")

    def date(self, pattern: str) -> pd.Series[Any]:
        """Return a variable as dates; what is none, and a variable that the dataset lacks, is missing."""
        values = self._values(pattern)
        return values if values.dtype.kind == "M" else missing(Kind.DATE, self.size)

    def _values(self, pattern: str) -> pd.Series[Any]:
        name = self.named(pattern)
        return self.frame[name] if name in self.frame else missing(Kind.TEXT, self.size)


@dataclass(frozen=True)
class SubmittedStudy:
    """All datasets of a study that are submitted, by name."""

    study: str
    datasets: Mapping[str, Submitted]

    def __iter__(self) -> Iterator[Submitted]:
        return iter(self.datasets.values())

    def get(self, name: str) -> Submitted | None:
        """Return a dataset, or None where the study has none of that name."""
        return self.datasets.get(name)

    @property
    def sdtm(self) -> list[Submitted]:
        """The tabulation datasets."""
        return [dataset for dataset in self if dataset.sdtm]

    @property
    def adam(self) -> list[Submitted]:
        """The analysis datasets."""
        return [dataset for dataset in self if not dataset.sdtm]


def submitted_study(build: BuildResult) -> SubmittedStudy:
    """Return the datasets of a build that are written."""
    written = (dataset for dataset in build.datasets.values() if dataset.spec.output)
    return SubmittedStudy(build.study.spec.study, {d.name: _submitted(build.study, d) for d in written})


def _submitted(study: Study, dataset: Dataset) -> Submitted:
    return Submitted(
        name=dataset.name,
        label=dataset.label,
        sdtm=dataset.sdtm,
        structure=dataset.spec.structure or "OTHER",
        keys=dataset.keys,
        frame=dataset.frame[[variable.name for variable in dataset.variables]],
        variables={variable.name: variable for variable in dataset.variables},
        listed={v.name: tuple(_listed(study, dataset, v)) for v in dataset.variables if v.codelists},
    )


def _listed(study: Study, dataset: Dataset, variable: VariableMetadata) -> Iterator[Listed]:
    given = declared(dataset.spec, variable.name).codelist
    if isinstance(given, CodelistBy):
        for case, name in given.cases.items():
            yield from _together(study, (name,), given.by, case)
    else:
        yield from _together(study, variable.codelists)


def _together(study: Study, names: Iterable[str], by: str | None = None, case: str | None = None) -> Iterator[Listed]:
    """Yield the values of several codelists as one; unknown codelists were reported when the specs were read."""
    known = {name: found for name in names if (found := allowed_values(study, name))}
    values = frozenset().union(*(terms for terms, _ in known.values()))
    if values:
        yield Listed(tuple(known), values, any(extensible for _, extensible in known.values()), by, case)

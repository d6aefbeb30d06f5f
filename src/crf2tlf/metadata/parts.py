"""The parts of a variable: which of a finished dataset's records get it in which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from crf2tlf.build.metadata import variable_names
from crf2tlf.build.planned import PlannedSource
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.tables import DatasetTable
from crf2tlf.findings import Place
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.dataset import DatasetSpec, VariableSpec
from crf2tlf.spec.model import NOWHERE, Rule

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Way = Literal["rule", "constant", "copy", "method", "nothing"]


@dataclass(frozen=True, eq=False)
class Part:
    """Records of a dataset that get a variable in one way.

    ``rule`` goes with the way "rule", ``constant`` with "constant"; a "copy" is one of a variable of the same name in
    the row source, "method" a column that its record method adds. ``source`` is None for a rule that is the same for
    all row sources. ``case`` are the values of the ``by`` variable for which the rule counts.
    """

    spec: DatasetSpec
    variable: str
    records: Mask = field(repr=False)
    way: Way
    place: Place
    given: VariableSpec = field(default_factory=VariableSpec)
    rule: Rule | None = None
    constant: str | None = None
    source: PlannedSource | None = None

    @property
    def source_table(self) -> str:
        """The table of the row source, stages under the dataset's own name; empty without one."""
        return self.source.table.split("@")[0] if self.source else ""


def parts_of(build: BuildResult, dataset: Dataset, variable: str) -> list[Part]:
    """Return the parts of a variable of a finished dataset: disjoint, and together all of its records.

    A supplemental qualifier is a variable of the dataset that it belongs to.
    """
    return [case for part in _stage(build, dataset, dataset.spec.dataset, variable) for case in _cases(dataset, part)]


def _stage(build: BuildResult, dataset: Dataset, stage: str, name: str) -> Iterator[Part]:
    planned = build.plan.variables[Ref(stage, name)]
    table, sources = build.tables[stage], build.plan.sources[stage]
    assert isinstance(table, DatasetTable)
    spec = dataset.spec
    general = spec.variables.get(name) or spec.supplemental.get(name)
    if not planned.per_source:
        inside = dataset.positions < table.size
        assert general is not None
        yield _given(Part(spec, name, inside, "rule", general.place), general)
        return
    for source, block in zip(sources, table.blocks, strict=True):
        if source.carried:
            yield from _stage(build, dataset, source.table, name)
            continue
        inside = (dataset.positions >= block.start) & (dataset.positions < block.stop)
        yield _of_source(Part(spec, name, inside, "nothing", source.spec.place, source=source), general)


def _of_source(part: Part, general: VariableSpec | None) -> Part:
    """Return how a row source gives a variable: the same decision as the plan's."""
    assert part.source is not None
    row, name = part.source.spec, part.variable
    own = row.set.get(name)
    has_rule = general is not None and general.has_rule
    if own and own.has_rule:
        return _given(part, own)
    if name in row.parameter:
        return replace(part, way="constant", constant=row.parameter[name])
    if name in row.keep or (name in part.source.added and not has_rule):
        return replace(part, way="method" if name in part.source.added else "copy")
    if general is not None and has_rule:
        return _given(part, general)
    return part


def _given(part: Part, given: VariableSpec) -> Part:
    place = given.rule.place if given.rule and given.rule.place != NOWHERE else given.place
    part = replace(part, given=given, place=place if place.file else part.place)
    if given.value is not None:
        return replace(part, way="constant", constant=given.value)
    return replace(part, way="rule", rule=given.rule)


def _cases(dataset: Dataset, part: Part) -> Iterator[Part]:
    """Yield a part once for each case of its `by` variable."""
    if part.way != "rule" or part.given.by is None or part.given.by not in dataset.kinds:
        yield part
        return
    chosen = as_texts(dataset, part.given.by)
    left = part.records.copy()
    for value, rule in part.given.cases.items():
        here = part.records & (chosen == value).to_numpy(dtype=bool, na_value=False)
        left &= ~here
        yield replace(part, records=here, rule=rule, place=rule.place if rule.place.file else part.place)
    other = part.given.else_
    yield replace(part, records=left, rule=other, way="rule" if other else "nothing")


def as_texts(dataset: Dataset, variable: str) -> pd.Series[Any]:
    """Return a variable's values as texts, numbers as a where clause writes them."""
    values = dataset.frame[variable]
    if dataset.kinds[variable] is Kind.NUMBER:
        texts: pd.Series[Any] = CATALOGUE["text"].function(values)
        return texts
    return values


def is_shown(spec: DatasetSpec, variable: str) -> bool:
    """Whether a variable of a dataset is in the dataset's file."""
    given = spec.variables.get(variable)
    return spec.output and variable in variable_names(spec) and (given is None or given.output)

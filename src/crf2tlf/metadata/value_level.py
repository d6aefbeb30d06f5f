"""Value-level metadata: the where clauses that tell a variable's records apart by constants of the dataset.

The records of a variable get labels: two records have the same label where the same metadata hold for both. A clause
is found by looking at the data: first the records' topic (test, parameter), then the other variables that row sources
set to constants. A value of the topic whose records all have one label needs nothing else; for one with several the
next variable is taken, which makes a compound clause. Labels that no constant tells apart stay together.

Source: Define-XML 2.1, sections 4.2.2 (value-level metadata) and 5.3.8 (def:WhereClauseDef).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.metadata import variable_names
from crf2tlf.build.result import Dataset
from crf2tlf.metadata.model import Comparison, WhereClause
from crf2tlf.metadata.parts import Mask, as_texts
from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.dataset import CodelistBy, DatasetSpec, EachRow, RowSource, VariableSpec

MOST_VALUES = 200
"""The longest list of values in a clause; with more, a variable tells single records apart, not kinds of them."""


@dataclass(frozen=True, eq=False)
class Clause:
    """A where clause, the records that it selects among those labelled, and their labels."""

    where: WhereClause
    records: Integers
    labels: tuple[int, ...]


def clauses(dataset: Dataset, variable: str, labels: Integers) -> list[Clause]:
    """Return the clauses that tell labels apart; none where one holds for all or nothing tells them apart.

    ``labels`` has a number for each record of the dataset, -1 for records that do not matter (without a value).
    """
    rows = np.flatnonzero(labels >= 0)
    names = candidates(dataset, variable)
    texts = {name: as_texts(dataset, name) for name in names}
    found = list(_split(dataset.name, labels, rows, names, texts, ()))
    return [clause for clause in found if clause.where] if len(found) > 1 else []


def _split(
    dataset: str,
    labels: Integers,
    rows: Integers,
    names: list[str],
    texts: Mapping[str, pd.Series[Any]],
    where: WhereClause,
) -> Iterator[Clause]:
    """Yield the clauses for some records, whose labels the first names do not tell apart."""
    here = tuple(np.unique(labels[rows]).tolist())
    if len(here) <= 1 or not names:
        yield Clause(where, rows, here)
        return
    name, rest = names[0], names[1:]
    values = texts[name].iloc[rows]
    by_value = {value: np.unique(labels[rows[group]]) for value, group in _groups(values)}
    if values.isna().any() or all(len(found) == len(here) for found in by_value.values()):
        yield from _split(dataset, labels, rows, rest, texts, where)
        return
    pure: dict[int, list[str]] = {}
    for value, found in by_value.items():
        if len(found) == 1:
            pure.setdefault(int(found[0]), []).append(value)
    for value, group in _groups(values):
        label = int(by_value[value][0])
        if value not in pure.get(label, []):
            condition = Comparison(dataset, name, "EQ", (value,))
            yield from _split(dataset, labels, rows[group], rest, texts, (*where, condition))
        elif value == pure[label][0]:
            together = tuple(pure[label])
            condition = Comparison(dataset, name, "EQ" if len(together) == 1 else "IN", together)
            chosen = rows[values.isin(together).to_numpy(dtype=bool)]
            yield Clause((*where, condition), chosen, (label,))


def _groups(values: pd.Series[Any]) -> Iterator[tuple[str, Integers]]:
    """Yield each value with the positions of its records, in the order in which the values come up."""
    numbers, uniques = pd.factorize(values)
    for number, value in enumerate(uniques):
        yield str(value), np.flatnonzero(numbers == number)


def selected(datasets: Mapping[str, Dataset], where: WhereClause) -> Mask:
    """Return which records of a dataset a where clause of its own variables selects."""
    dataset = datasets[where[0].dataset]
    chosen = np.ones(dataset.size, dtype=bool)
    for part in where:
        chosen &= as_texts(dataset, part.variable).isin(part.values).to_numpy(dtype=bool)
    return chosen


# Which variables may stand in a clause


def topic(dataset: Dataset) -> str | None:
    """Return the variable that names what a record is about: QNAM, --TESTCD, --PARMCD or PARAMCD."""
    return next((name for name in _names_of_topics(dataset) if name in dataset.kinds), None)


def topic_name(dataset: Dataset) -> str | None:
    """Return the variable with the topic's name: QLABEL, --TEST, --PARM or PARAM."""
    code = topic(dataset)
    return _names_of_topics(dataset)[code] if code else None


def _names_of_topics(dataset: Dataset) -> dict[str, str]:
    """Return the variables that may name what records are about, each with the one that has the name in words."""
    if dataset.is_supplement:
        return {"QNAM": "QLABEL"}
    codes = ("TESTCD", "PARMCD") if dataset.sdtm else ()
    return {f"{dataset.name}{code}": f"{dataset.name}{code[:-2]}" for code in codes} | {"PARAMCD": "PARAM"}


def candidates(dataset: Dataset, variable: str) -> list[str]:
    """Return the variables by whose constants records are told apart, the most telling first."""
    first = topic(dataset)
    if dataset.is_supplement:
        return [first] if first else []
    names = [first] if first else []
    names += [name for given in _said(dataset.spec, variable) for name in _choosers(given)]
    constant = _set_to_constants(dataset.spec)
    keys = [key for key in dataset.keys if key in constant]
    names += [*keys, *(name for name in variable_names(dataset.spec) if name in constant)]
    excluded = {variable, topic_name(dataset), "SRCDOM", "SRCVAR", "PARAMN"}
    shown = {shown.name for shown in dataset.variables if dataset.kinds[shown.name] in (Kind.TEXT, Kind.NUMBER)}
    found = [name for name in dict.fromkeys(names) if name in shown - excluded]
    return [name for name in found if as_texts(dataset, name).nunique() <= MOST_VALUES]


def _said(spec: DatasetSpec, variable: str) -> Iterator[VariableSpec]:
    """Yield what a spec says of a variable, everywhere it does."""
    for part in (spec.variables, *(row.set for row in spec.rows), *(e.set for row in spec.rows for e in row.each)):
        if variable in part:
            yield part[variable]


def _choosers(given: VariableSpec) -> Iterator[str]:
    if given.by:
        yield given.by
    if isinstance(given.codelist, CodelistBy):
        yield given.codelist.by


def _set_to_constants(spec: DatasetSpec) -> set[str]:
    """Return the variables that some row source sets to a constant."""
    names: set[str] = set()
    parts: list[RowSource | EachRow] = [*spec.rows, *(part for row in spec.rows for part in row.each)]
    for part in parts:
        names.update(part.parameter)
        names.update(name for name, given in part.set.items() if given.value is not None)
    return names

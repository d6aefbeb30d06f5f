"""Tables as a review shows them: raw forms with the records that were left out too, design tables, and datasets.

Each column is held as its distinct values and a code for each record: what grids load, and what rows are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from crf2tlf.build import BuildResult, Dataset
from crf2tlf.build.tables import FormTable
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.methods.catalogue import Integers, unreported
from crf2tlf.spec.form import DATES, NUMBERS, ColumnSpec, FormSpec

SUBJECT = "USUBJID"
TableKind = Literal["raw", "design", "sdtm", "adam"]
Value = str | int | float
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Coded:
    """A column: its distinct values in their order, and the place of each record's value among them, -1 if missing."""

    values: list[Value]
    codes: Codes


@dataclass(frozen=True, eq=False)
class ReviewTable:
    """A table with the numbers that people know its records by, and the subject of each.

    ``numbers`` are lines of a raw file or of study.yaml, or record numbers of a dataset; they ascend. ``subjects`` are
    places in :func:`subject_index`, -1 without a subject; ``subject`` is the column that names it. ``fates`` tell of
    raw records where they went. A ``helper`` is a dataset that is in no file.
    """

    name: str
    kind: TableKind
    label: str
    file: str
    keys: tuple[str, ...]
    subject: str | None
    columns: Mapping[str, Coded]
    numbers: Integers
    subjects: Integers
    labels: Mapping[str, str] = field(default_factory=dict)
    fates: Coded | None = None
    helper: bool = False

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.numbers)


def subject_index(build: BuildResult) -> pd.Index[Any]:
    """Return the subjects of a study; the place of one is its number everywhere in the site.

    Those of the subject dataset come first, in its order; then, sorted, those that only other tables have.
    """
    found = [columns[SUBJECT] for columns in _all_columns(build) if SUBJECT in columns]
    others = pd.Series(pd.concat(found).dropna().unique(), dtype="str") if found else pd.Series([], dtype="str")
    first = build.datasets.get(build.study.spec.subject_dataset)
    known = [] if first is None or SUBJECT not in first.frame else first.frame[SUBJECT].dropna().unique().tolist()
    names: pd.Index[Any] = pd.Index([*known, *sorted(set(others.tolist()) - set(known))], dtype="str")
    return names


def _all_columns(build: BuildResult) -> Iterator[Mapping[str, pd.Series[Any]]]:
    for dataset in build.datasets.values():
        yield dict(dataset.frame.items())  # type: ignore[arg-type]
    yield from (table.columns for table in build.tables.values() if isinstance(table, FormTable))
    yield from (out.table.columns for out in build.left_out)


def review_tables(build: BuildResult, subjects: pd.Index[Any]) -> dict[str, ReviewTable]:
    """Return all tables of a build by name: raw forms, design tables, tabulations, analysis datasets."""
    found = [_raw_table(build, form, subjects) for form in build.study.forms.values()]
    for name, table in build.tables.items():
        if isinstance(table, FormTable) and name.startswith("study."):
            columns = {column: coded(values) for column, values in table.columns.items()}
            nobody = np.full(table.size, -1, dtype=np.int64)
            label = name.removeprefix("study.")
            found.append(ReviewTable(name, "design", label, table.file, (), None, columns, table.lines, nobody))
    datasets = [_dataset_table(dataset, subjects) for dataset in build.datasets.values()]
    found += sorted(datasets, key=lambda table: table.kind == "adam")
    return {table.name: table for table in found}


def _raw_table(build: BuildResult, form: FormSpec, subjects: pd.Index[Any]) -> ReviewTable:
    """Return a form's records in the order of the file, those that were left out too."""
    kept = build.tables[f"raw.{form.form}"]
    assert isinstance(kept, FormTable)
    parts = [kept, *(out.table for out in build.left_out if out.form == form.form)]
    lines = np.concatenate([part.lines for part in parts]).astype(np.int64)
    order = np.argsort(lines, kind="stable")

    def whole(name: str) -> pd.Series[Any]:
        return pd.concat([part.column(name) for part in parts], ignore_index=True).iloc[order]

    columns = {name: _coded_cells(column, whole(name)) for name, column in form.columns.items()}
    of = _numbers_of_subjects(whole(SUBJECT), subjects) if SUBJECT in kept.columns else np.full(len(lines), -1)
    label = form.label or form.form
    fates = _fates(build, form.form, lines[order])
    labels = {name: column.label or name for name, column in form.columns.items()}
    return ReviewTable(kept.name, "raw", label, kept.file, (), form.subject, columns, lines[order], of, labels, fates)


def _fates(build: BuildResult, form: str, lines: Integers) -> Coded:
    """Return where the records of a form went, in the words of the ledger."""
    entries = [entry for entry in build.ledger if entry.form == form]
    texts = [f"{e.fate}: {e.detail}" if e.fate == "left out" else f"{e.fate} {e.detail}".strip() for e in entries]
    fate = pd.Series(index=pd.Index(lines), dtype="str")
    for entry, text in zip(entries, texts, strict=True):
        fate.loc[list(entry.lines)] = text
    return coded(fate)


def _dataset_table(dataset: Dataset, subjects: pd.Index[Any]) -> ReviewTable:
    columns = {variable.name: coded(dataset.frame[variable.name]) for variable in dataset.variables}
    of = np.full(dataset.size, -1, dtype=np.int64)
    if SUBJECT in dataset.frame:
        of = _numbers_of_subjects(dataset.frame[SUBJECT], subjects)
    helper = not dataset.spec.output
    return ReviewTable(
        dataset.name,
        "sdtm" if dataset.sdtm else "adam",
        dataset.label,
        "" if helper else f"{'sdtm' if dataset.sdtm else 'adam'}/{dataset.name.lower()}.xpt",
        tuple(key for key in dataset.keys if key in columns),
        SUBJECT if SUBJECT in dataset.frame else None,
        columns,
        np.arange(1, dataset.size + 1, dtype=np.int64),
        of,
        {variable.name: variable.label for variable in dataset.variables},
        helper=helper,
    )


def _numbers_of_subjects(values: pd.Series[Any], subjects: pd.Index[Any]) -> Integers:
    return np.asarray(subjects.get_indexer(pd.Index(values)), dtype=np.int64)


def coded(values: pd.Series[Any]) -> Coded:
    """Return a column as distinct values and codes: whole numbers as integers, days in ISO 8601, truth as Y and N."""
    codes, distinct = pd.factorize(values, sort=True)
    return Coded(_plain(pd.Series(distinct)), codes.astype(np.int32))


def _plain(values: pd.Series[Any]) -> list[Value]:
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
    if kind == "M":
        days = bool((values.dt.normalize() == values).all())
        return list(values.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%dT%H:%M:%S"))
    if kind == "f":
        return [_number(value) for value in values.tolist()]
    if kind == "b" or str(values.dtype) == "boolean":
        return ["Y" if value else "N" for value in values.tolist()]
    texts: list[Value] = values.tolist()
    return texts


def _number(value: float) -> Value:
    if value in (float("inf"), float("-inf")):  # JSON has no such number
        return str(value)
    return int(value) if value.is_integer() else value


def _coded_cells(column: ColumnSpec, values: pd.Series[Any]) -> Coded:
    """Return a form's column: collected texts, in the order of the numbers or days that they are."""
    found = coded(values)
    if column.kind not in (*NUMBERS, *DATES):
        return found
    texts = pd.Series(found.values, dtype="str")
    keys = pd.to_numeric(texts, errors="coerce") if column.kind in NUMBERS else _days(texts, column.formats)
    order = np.argsort(keys.rank(method="first", na_option="bottom").to_numpy(), kind="stable")
    places = np.empty(len(order) + 1, dtype=np.int32)
    places[order], places[-1] = np.arange(len(order)), -1
    return Coded(texts.iloc[order].tolist(), places[found.codes])


def _days(texts: pd.Series[Any], formats: tuple[str, ...]) -> pd.Series[Any]:
    """Return collected dates in ISO 8601, so that they can be put in order; unreadable ones are missing."""
    try:
        days: pd.Series[Any] = CATALOGUE["iso8601"].function(texts, formats=formats, report=unreported)
    except ValueError:  # reported with the form's other findings
        days = pd.Series([None] * len(texts), dtype="str")
    return days


def type_of(dataset: Dataset, variable: str) -> Literal["text", "number", "date"]:
    """Return what a dataset's column holds, for grids."""
    kind = dataset.kinds.get(variable, Kind.TEXT)
    return "number" if kind is Kind.NUMBER else "date" if kind is Kind.DATE else "text"

"""What differs from an older cut: raw and finished records by key with the subjects that they are of, and outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from crf2tlf.analysis.results import Results
from crf2tlf.analysis.results import Table as Listing
from crf2tlf.build import BuildResult
from crf2tlf.build.result import Dataset
from crf2tlf.build.tables import FormTable
from crf2tlf.compare import DatasetComparison, Options, Side, Table, compare_sides
from crf2tlf.compare.datasets import NEW_RECORD, OLD_RECORD
from crf2tlf.compare.extracts import record_keys
from crf2tlf.compare.results import CellChange, compare_outputs
from crf2tlf.files.cell_text import number_texts
from crf2tlf.findings import Findings
from crf2tlf.methods import Kind
from crf2tlf.spec.form import FormSpec

SUBJECT = "USUBJID"
NO_SUBJECT = ""
"""Stands for the subject of records that belong to nobody: trial design, summary of the trial."""
FIGURE = "(figure)"
_SEQUENCE = "SEQ"
_NAMING = ("subject", "label", "time", "x")
"""What tells the parts of a figure apart, where a part has it."""

Layer = Literal["raw", "sdtm", "adam", "listing"]


@dataclass(frozen=True)
class TableChanges:
    """What differs in a raw table, a dataset, or in the rows of a listing (then ``table`` is the output's id).

    ``added``, ``removed`` and ``changed`` name for each record of the comparison's frames its subject
    (:data:`NO_SUBJECT`: none) and its number: the line of a raw file, the record number of a dataset, the row of a
    listing; ``changed`` has the number in the older cut as ``old``.
    """

    table: str
    layer: Layer
    comparison: DatasetComparison
    added: pd.DataFrame
    removed: pd.DataFrame
    changed: pd.DataFrame


@dataclass(frozen=True)
class Changes:
    """All that differs from an older cut, which ``old`` names.

    Tables without a difference are not listed. ``cells`` are those of tables, the values of figures, titles and
    footnotes. ``subjects`` are those of the old and of the new cut.
    """

    old: str
    tables: tuple[TableChanges, ...]
    cells: tuple[CellChange, ...]
    subjects: tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class _Layered:
    """A table of one cut as it is compared, with the subject and the number of each record."""

    table: Table
    layer: Layer
    keys: tuple[str, ...]
    subjects: pd.Series[Any]
    numbers: np.ndarray[Any, np.dtype[np.int64]]


def changes_between(old: BuildResult, old_results: Results, new: BuildResult, new_results: Results) -> Changes:
    """Return what differs between two cuts that were built with the same specs.

    Raw records are paired by the columns that tell a form's records apart, records of datasets by their keys; where
    there are none, by keys found in the data. Numbers in a sequence (``AESEQ``) move with every new record: they are
    neither keys nor compared, and what refers to a record by such a number does it here by that record's keys.
    """
    before, after = _cut(old, old_results), _cut(new, new_results)
    compared = compare_sides(_side(before), _side(after), Options(attributes=False), Findings())
    found = [_changes(before[one.name], after[one.name], one) for one in compared.datasets if not one.equal]
    outputs = [results.model_dump(mode="json")["outputs"] for results in (old_results, new_results)]
    listings = {name for name, part in after.items() if part.layer == "listing"}
    cells = [c for c in compare_outputs(*outputs) if c.output not in listings or c.cell.startswith("(")]
    return Changes(old.study.raw.name, tuple(found), tuple(cells), (_subjects(before), _subjects(after)))


def _cut(build: BuildResult, results: Results) -> dict[str, _Layered]:
    return {part.table.name: part for part in (*_tables(build), *_listings(results))}


def _subjects(cut: dict[str, _Layered]) -> frozenset[str]:
    return frozenset().union(*(set(part.subjects.unique()) for part in cut.values())) - {NO_SUBJECT}


def _side(cut: dict[str, _Layered]) -> Side:
    tables = {name: partial(_itself, part.table) for name, part in cut.items()}
    return Side(tables, {name: (part.keys, "specs") for name, part in cut.items() if part.keys})


def _itself(table: Table) -> Table:
    return table


# The tables of a cut


def _tables(build: BuildResult) -> Iterator[_Layered]:
    for form in build.study.forms.values():
        yield _raw_table(build, form)
    for dataset in build.datasets.values():
        if dataset.spec.output:
            yield _dataset_table(build, dataset)


def _dataset_table(build: BuildResult, dataset: Dataset) -> _Layered:
    frame = _with_steady_references(build, _comparable(dataset))
    frame = frame[[name for name in frame if not str(name).endswith(_SEQUENCE)]]
    subjects = frame.get(SUBJECT, pd.Series(NO_SUBJECT, index=frame.index)).fillna(NO_SUBJECT)
    numbers = np.arange(1, dataset.size + 1, dtype=np.int64)
    layer: Layer = "sdtm" if dataset.sdtm else "adam"
    return _Layered(Table(dataset.name, frame), layer, _steady_keys(dataset.keys), subjects, numbers)


def _steady_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Leave numbers in a sequence out of keys; none if too little is left to tell records apart."""
    left = tuple(key for key in keys if not key.endswith(_SEQUENCE))
    return left if left == keys or set(left) - {"STUDYID", SUBJECT} else ()


def _listings(results: Results) -> Iterator[_Layered]:
    """Return the rows of listings by the keys of their records; columns are named by their headers and numbers."""
    for output in results.outputs:
        body = output.body
        if output.kind != "listing" or not isinstance(body, Listing) or not body.keys:
            continue
        rows = [(number, row) for number, row in enumerate(body.rows, 1) if len(row.record) == len(body.keys)]
        columns: dict[str, list[Any]] = {
            key: [row.record[at] for _, row in rows] for at, key in enumerate(body.keys) if not key.endswith(_SEQUENCE)
        }
        keys = tuple(columns)
        for at, column in enumerate(body.columns):
            columns[f"{at + 1} {column.label}"] = [row.cells[at].text or None for _, row in rows]
        frame = pd.DataFrame({name: _column(values) for name, values in columns.items()})
        subjects = frame.get(SUBJECT, pd.Series(NO_SUBJECT, index=frame.index)).fillna(NO_SUBJECT)
        numbers = np.array([number for number, _ in rows], dtype=np.int64)
        yield _Layered(Table(output.id, frame), "listing", _steady_keys(keys), subjects, numbers)


def _column(values: list[Any]) -> pd.Series[Any]:
    """Return values as a column of numbers or of texts."""
    numbers = any(isinstance(value, float) for value in values)
    return pd.Series(values, dtype="float64" if numbers else "str")


def _raw_table(build: BuildResult, form: FormSpec) -> _Layered:
    """Return the records of a form as they were collected, those that its spec left out too."""
    name = f"raw.{form.form}"
    taken = build.tables[name]
    assert isinstance(taken, FormTable)
    parts = [taken, *(left.table for left in build.left_out if left.form == form.form)]
    lines = np.concatenate([part.lines for part in parts])
    order = np.argsort(lines, kind="stable")
    columns = {
        column: pd.concat([part.columns[column] for part in parts], ignore_index=True).iloc[order].to_numpy()
        for column in (*form.columns, SUBJECT)
    }
    frame = pd.DataFrame({column: pd.Series(values, dtype="str") for column, values in columns.items()})
    subjects = frame.pop(SUBJECT).fillna(NO_SUBJECT)
    keys = record_keys(form) or (form.duplicates.by if form.duplicates else ())
    return _Layered(Table(name, frame), "raw", tuple(keys), subjects, lines[order])


def _comparable(dataset: Dataset) -> pd.DataFrame:
    """Return the records as texts and numbers: dates as ISO 8601."""
    columns = {}
    for variable in dataset.variables:
        values = dataset.frame[variable.name]
        if dataset.kinds.get(variable.name) is Kind.DATE:
            values = values.dt.strftime("%Y-%m-%d").astype("str")
        columns[variable.name] = values.reset_index(drop=True)
    return pd.DataFrame(columns)


def _with_steady_references(build: BuildResult, frame: pd.DataFrame) -> pd.DataFrame:
    """Name the records that IDVARVAL refers to by their keys in place of their numbers in a sequence.

    Source: SDTMIG 3.4, section 8.4 and 8.5 (RDOMAIN, IDVAR, IDVARVAL).
    """
    if not {"RDOMAIN", "IDVAR", "IDVARVAL", SUBJECT} <= set(frame):
        return frame
    steady = frame["IDVARVAL"].copy()
    for (domain, variable), group in frame.groupby(["RDOMAIN", "IDVAR"], sort=True):
        parent = build.datasets.get(str(domain))
        if parent is None or not str(variable).endswith(_SEQUENCE) or not {SUBJECT, variable} <= set(parent.frame):
            continue
        named = _key_texts(_comparable(parent), [key for key in parent.keys if key not in ("STUDYID", SUBJECT)])
        places = parent.frame[SUBJECT].str.cat(number_texts(parent.frame[variable].to_numpy(dtype="float64")), "\n")
        known = pd.Series(named.to_numpy(), index=places).groupby(level=0).first()
        steady[group.index] = group[SUBJECT].str.cat(group["IDVARVAL"], "\n").map(known).fillna(group["IDVARVAL"])
    return frame.assign(IDVARVAL=steady)


def _key_texts(frame: pd.DataFrame, keys: list[str]) -> pd.Series[Any]:
    """Return the values of keys as one text a record."""
    joined = pd.Series("", index=range(len(frame)), dtype="str")
    for key in keys:
        values = frame[key].reset_index(drop=True)
        texts = number_texts(values.to_numpy(dtype="float64")) if values.dtype.kind == "f" else values
        joined = joined.str.cat(texts.fillna(""), " ")
    return joined.str.strip()


# What differs


def _changes(old: _Layered, new: _Layered, found: DatasetComparison) -> TableChanges:
    return TableChanges(
        found.name,
        new.layer,
        found,
        _of(new, found.added["record"]),
        _of(old, found.removed["record"]),
        _of(new, found.changes[NEW_RECORD]).assign(old=_of(old, found.changes[OLD_RECORD])["number"]),
    )


def _of(part: _Layered, records: pd.Series[Any]) -> pd.DataFrame:
    """Return the subject and the number of records, which are counted from 1."""
    positions = records.to_numpy(dtype=np.int64) - 1
    return pd.DataFrame({"subject": part.subjects.to_numpy()[positions], "number": part.numbers[positions]})


def figure_changes(old: str | None, new: str | None) -> list[tuple[str, str, str]]:
    """Return the values of a figure that differ, each by its place in the figure: bars and lanes by their subject."""
    before, after = (dict(_leaves(json.loads(text) if text else None, "")) for text in (old, new))
    return [
        (place, before.get(place, ""), after.get(place, ""))
        for place in dict.fromkeys([*after, *before])
        if before.get(place) != after.get(place)
    ]


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place} · {name}" if place else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            named = next((inner[n] for n in _NAMING if n in inner), number) if isinstance(inner, dict) else number
            yield from _leaves(inner, f"{place} {_number_text(named)}")
    elif value is not None:
        yield place, _number_text(value)


def _number_text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)

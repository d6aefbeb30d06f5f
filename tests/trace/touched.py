"""Edits of single raw cells, and what they changed that a trace did not name before."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from tests.trace.rebuilt import RawFolder, Rebuilt

from crf2tlf.analysis.data import as_texts
from crf2tlf.analysis.results import Output, Results, Table
from crf2tlf.build import BuildResult
from crf2tlf.build.tables import DatasetTable
from crf2tlf.trace import Tracing
from crf2tlf.trace.model import Touched

FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%d-%b-%Y")


@dataclass(frozen=True)
class Edit:
    """A raw cell with another value."""

    form: str
    line: int
    column: str
    old: str
    value: str


@dataclass(frozen=True)
class Missed:
    """What changed without being named, and how much was named for how much that changed."""

    missed: tuple[str, ...]
    named_values: int
    changed_values: int
    named_cells: int
    changed_cells: int


def edits(folder: RawFolder, tracing: Tracing, seed: int, count: int) -> list[Edit]:
    """Return random edits: another value of the column, a blank, a shifted date, a changed text or subject."""
    draw = random.Random(seed)
    study = tracing.build.study
    made: list[Edit] = []
    while len(made) < count:
        form = draw.choice(sorted(study.forms))
        spec, rows = study.forms[form], folder.rows(study.forms[form].file)
        lines = tracing.build.tables[f"raw.{form}"].lines.tolist()
        if not lines:
            continue
        line, column = draw.choice(lines), draw.choice(list(spec.columns))
        at = rows[0].index(spec.header(column))
        old = rows[line - 1][at]
        value = _other(draw, old, sorted({row[at] for row in rows[1:]}))
        if value != old:
            made.append(Edit(form, line, column, old, value))
    return made


def _other(draw: random.Random, old: str, known: list[str]) -> str:
    way = draw.choice(("another", "another", "blank", "near", "near"))
    if way == "another" and len(known) > 1:
        return draw.choice(known)
    if way == "near":
        for shape in FORMATS:
            try:
                day = datetime.strptime(old, shape)
            except ValueError:
                continue
            moved = (day + timedelta(days=draw.choice((-400, -30, -7, -1, 1, 7, 30, 400)))).strftime(shape)
            return moved.upper() if "%b" in shape else moved
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", old):
            return str(round(float(old) * draw.choice((0.5, 0.9, 1.1, 2)) + 1)).zfill(len(old))
        return f"{old}X" if old else draw.choice(known)
    return ""


def moved_to(edit: Edit, tracing: Tracing) -> set[str]:
    """Return the subject that an edit moves a record to: what it reaches there cannot be named before."""
    if edit.column != tracing.build.study.forms[edit.form].subject:
        return set()
    found: set[str] = set()
    for name, form in tracing.build.study.forms.items():
        table = tracing.build.tables[f"raw.{name}"]
        if form.subject in table.columns:
            found |= set(table.column("USUBJID")[table.column(form.subject) == edit.value.strip()].dropna())
    return found


def misses(edit: Edit, before: Tracing, touched: Touched, after: Rebuilt) -> Missed:
    """Compare a build with the one before its raw data were edited, value by value and cell by cell."""
    elsewhere = moved_to(edit, before)
    missed: list[str] = []
    changed = 0
    aligned = Aligned(before.build, after.build)
    for name in before.build.datasets:
        if before.build.datasets[name].is_supplement:
            continue
        for what, subject, named in _values(before, after.build, name, touched, aligned):
            changed += 1
            if not named and not (elsewhere and (subject is None or subject in elsewhere)):
                missed.append(what)
    cells = [] if elsewhere else list(_cells(before.results, after.results, touched, before))
    missed += [what for what, named in cells if not named]
    named_values = sum(len(record.variables) + record.exists for record in touched.records)
    return Missed(tuple(missed), named_values, changed, len(touched.cells), len(cells))


class Aligned:
    """Whether the records of a table are those of the same raw lines, one by one, in two builds."""

    def __init__(self, one: BuildResult, other: BuildResult) -> None:
        self.one, self.other = one, other
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        if name not in self._known:
            here, there = self.one.tables[name], self.other.tables[name]
            if isinstance(here, DatasetTable) and isinstance(there, DatasetTable):
                same = len(here.blocks) == len(there.blocks)
                for a, b in zip(here.blocks, there.blocks, strict=False):
                    same = same and np.array_equal(a.first, b.first) and self(a.source)
                    same = same and (a.members is None or np.array_equal(a.members, b.members))  # type: ignore[arg-type]
                self._known[name] = same
            else:
                self._known[name] = np.array_equal(here.lines, there.lines)  # type: ignore[union-attr]
        return self._known[name]


def _texts(build: BuildResult, name: str) -> dict[str, list[str | None]]:
    dataset, table = build.datasets[name], build.tables[name]
    written = [variable.name for variable in dataset.variables]
    names = dict.fromkeys([*written, *dataset.spec.supplemental])
    return {variable: as_texts(table.column(variable)) for variable in names if variable in table.columns}


def _values(
    before: Tracing, after: BuildResult, name: str, touched: Touched, aligned: Aligned
) -> Iterator[tuple[str, str | None, bool]]:
    """Yield what changed in a dataset, whose it is, and whether the trace named it."""
    old, new = _texts(before.build, name), _texts(after, name)
    size = before.build.tables[name].size
    subjects, subjects_now = old.get("USUBJID") or [None] * size, new.get("USUBJID") or [None] * after.tables[name].size
    number = before.number(name)
    records = {record.number: record for record in touched.records if record.table == name}
    if aligned(name):
        pairs = [(at, at) for at in range(before.build.tables[name].size)]
    else:
        keys = [key for key in before.build.datasets[name].keys if key in old]
        pairs, gone, come = _by_keys([old[k] for k in keys], [new[k] for k in keys], before, after, name)
        for at in gone:
            record = records.get(int(number[at]))
            moved = record is not None and bool({*record.variables} & {*keys})
            yield f"{name} {number[at]} is gone", subjects[at], record is not None and (record.exists or moved)
        moved_ = [r for r in records.values() if r.exists or {*r.variables} & {*keys}]
        for at in come[len(moved_) :]:
            yield f"{name} has a new record {[new[k][at] for k in keys]}", subjects_now[at], name in touched.may_appear
    for variable, values in old.items():
        for here, there in pairs:
            if values[here] != new[variable][there]:
                record = records.get(int(number[here]))
                named = record is not None and (record.exists or variable in record.variables)
                what = f"{name} {number[here]} {variable}: {values[here]} -> {new[variable][there]}"
                yield what, subjects[here], named


def _by_keys(
    old: list[list[str | None]], new: list[list[str | None]], before: Tracing, after: BuildResult, name: str
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    def numbered(columns: list[list[str | None]], size: int) -> dict[tuple[object, ...], int]:
        seen: Counter[tuple[object, ...]] = Counter()
        found = {}
        for at in range(size):
            key = tuple(column[at] for column in columns)
            found[(*key, seen[key])] = at
            seen[key] += 1
        return found

    here = numbered(old, before.build.tables[name].size)
    there = numbered(new, after.tables[name].size)
    pairs = [(at, there[key]) for key, at in here.items() if key in there]
    gone = [at for key, at in here.items() if key not in there]
    come = [at for key, at in there.items() if key not in here]
    return pairs, gone, come


def _cells(old: Results, new: Results, touched: Touched, before: Tracing) -> Iterator[tuple[str, bool]]:
    """Yield the cells and results that changed, and whether the trace named them."""
    named = {cell.place.cell for cell in touched.cells}
    outputs = {cell.place.output for cell in touched.cells}
    after = {output.id: output for output in new.outputs}
    for output in old.outputs:
        if output.id not in after:
            continue
        cells, now = _texts_of(output), _texts_of(after[output.id])
        for id_, text in cells.items():
            if now.get(id_) != text:
                yield f"{id_}: {text} -> {now.get(id_)}", id_ in named
        for id_ in now.keys() - cells.keys():
            yield f"{id_} is new", output.id in outputs
        listed, listed_now = _listed(output), _listed(after[output.id])
        for key, texts in listed.items():
            there = listed_now.get(key)
            if there is None:  # the record has other keys, or is not listed any more
                yield f"{output.id} {key} is gone", output.id in outputs
                continue
            for column, text in texts.items():
                if there[column] != text:
                    yield f"{output.id} {key} {column}", _row_named(touched, output, key, column, before)
        for key in listed_now.keys() - listed.keys():
            yield f"{output.id} {key} is new", output.id in outputs
    values = {result.id: result for result in new.results}
    shown = {id_ for output in old.outputs for id_ in _results_of(output)}
    figures = {output.id for output in old.outputs if output.kind == "figure" and output.id in after}
    for result in old.results:
        now_ = values.get(result.id)
        drawn = result.id not in shown and result.output in figures
        if drawn and (now_ is None or (now_.value, now_.text) != (result.value, result.text)):
            yield f"result {result.id}: {result.text} -> {now_ and now_.text}", result.id in named


def _results_of(output: Output) -> Iterator[str]:
    if isinstance(output.body, Table):
        for row in output.body.rows:
            for cell in row.cells:
                yield from cell.results
    for cell in output.cells:
        yield from cell.results


def _texts_of(output: Output) -> dict[str, str]:
    rows = output.body.rows if isinstance(output.body, Table) else ()
    cells = [*(cell for row in rows for cell in row.cells), *output.cells]
    return {cell.id: cell.text for cell in cells if cell.id is not None and cell.results}


def _listed(output: Output) -> dict[tuple[object, ...], dict[str, str]]:
    if not isinstance(output.body, Table) or output.body.dataset is None:
        return {}
    heads = [column.label for column in output.body.columns]
    return {
        row.record: dict(zip(heads, (cell.text for cell in row.cells), strict=True))
        for row in output.body.rows
        if row.record
    }


def _row_named(touched: Touched, output: Output, key: tuple[object, ...], column: str, before: Tracing) -> bool:
    """Whether a row's cell is named, or (rows that group are blank below the same value) that rows come, go or move."""
    assert isinstance(output.body, Table)
    assert output.body.dataset is not None
    at = before.sets.record_position(output.body.dataset, key)  # type: ignore[arg-type]
    assert at is not None
    row = f"{output.body.dataset} {at + 1}"
    here = [cell.place for cell in touched.cells if cell.place.output == output.id]
    if any(place.row == row and place.column == column for place in here):
        return True
    listing = before.build.study.outputs[output.id].listing
    heads = [head.label for head in output.body.columns]
    grouped = listing is not None and bool(listing.columns[heads.index(column)].group)
    return grouped and any(place.row == "" for place in here)

"""Listings: records of a dataset as they are, one a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.data import AnalysisError, Data, Records, as_texts, kind_of
from crf2tlf.analysis.results import Cell, Column, Row, Table
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.templates import Field, Value, parse, show
from crf2tlf.analysis.texts import Texts
from crf2tlf.rules.grouping import ranks, sorted_positions
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import ListingColumn, OutputSpec
from crf2tlf.statistics import significant


def listing(output: OutputSpec, scope: Scope, collector: Collector, texts: Texts) -> Table:
    """Return a listing: the records selected, in order, with repeated group values left blank."""
    spec = output.listing
    assert spec is not None
    records = _ordered(scope.data, scope.select(spec), spec.order)
    cells = [_cells(scope.data, records, column, collector.missing) for column in spec.columns]
    starts = _block_starts(cells, spec.columns)
    for column, made, start in zip(spec.columns, cells, starts, strict=True):
        if column.group:
            made[:] = [cell if first else Cell(text="") for cell, first in zip(made, start, strict=True)]
    keys = collector.keys_of(records.dataset)
    outer = starts[0] if spec.columns[0].group else np.zeros(len(records.positions), dtype=bool)
    rows = tuple(
        Row(cells=row, record=keys[at], rule_above=bool(first and number))
        for number, (row, at, first) in enumerate(zip(zip(*cells, strict=True), records.positions, outer, strict=True))
    )
    heads = tuple(
        Column(label=texts.render(column.label, N=scope.size), align=column.align, width=column.width)
        for column in spec.columns
    )
    dataset = scope.data.datasets[records.dataset]
    return Table(columns=heads, rows=rows, dataset=records.dataset, keys=dataset.keys)


def _ordered(data: Data, records: Records, order: Sequence[Rule]) -> Records:
    numbers = [ranks(data.column(records.dataset, rule).iloc[records.positions]) for rule in order]
    at = sorted_positions(np.zeros(len(records.positions), dtype=np.int64), numbers)
    return Records(records.dataset, records.positions[at])


def _block_starts(cells: Sequence[list[Cell]], columns: Sequence[ListingColumn]) -> list[np.ndarray]:
    """Return for each column where a new value begins, given those of the group columns before it."""
    size = len(cells[0])
    above = np.zeros(size, dtype=bool)
    above[:1] = True
    starts = []
    for column, made in zip(columns, cells, strict=True):
        texts = np.array([cell.text for cell in made], dtype=object)
        change = above.copy()
        change[1:] |= texts[1:] != texts[:-1]
        starts.append(change)
        above = change if column.group else above
    return starts


def _cells(data: Data, records: Records, column: ListingColumn, missing: str) -> list[Cell]:
    if column.value is not None:
        return _values(data, records, column, column.value)
    assert column.show is not None
    parts = [part if isinstance(part, str) else _texts(data, records, column, part) for part in parse(column.show)]
    size = len(records.positions)
    spread = [[part] * size if isinstance(part, str) else part for part in parts]
    named = [part for part in parts if not isinstance(part, str)]
    shown = []
    for number in range(size):
        present = any(part[number] for part in named) or not named
        shown.append(Cell(text="".join(part[number] or missing for part in spread) if present else ""))
    return shown


def _values(data: Data, records: Records, column: ListingColumn, rule: Rule) -> list[Cell]:
    values = data.column(records.dataset, rule).iloc[records.positions]
    if kind_of(values) != "a number":
        if column.decimals is not None:
            raise AnalysisError("ANALYSIS", rule.place, f"decimals are for numbers; {rule.text!r} is {kind_of(values)}")
        return [Cell(text=text or "") for text in as_texts(values)]
    shape = "" if column.decimals is None else str(column.decimals)
    return [
        Cell(text="")
        if np.isnan(number)
        else Cell(text=show(number, shape, ""), number=significant(number), decimals=column.decimals)
        for number in map(float, values)
    ]


def _texts(data: Data, records: Records, column: ListingColumn, field: Field) -> list[str]:
    """Return a field's texts for all records, blank where missing."""
    assert column.show is not None
    values = data.column(records.dataset, Rule(field.name, column.show.place)).iloc[records.positions]
    if not field.format:
        return [text or "" for text in as_texts(values)]
    as_value: Callable[[object], Value] = _number if kind_of(values) == "a number" else _other
    try:
        return [show(as_value(value), field.format, "") for value in values]
    except ValueError as error:
        message = f"{{{field.name}:{field.format}}}: {error}"
        raise AnalysisError("TEMPLATE", column.show.place, message) from None


def _number(value: object) -> Value:
    return float(value)  # type: ignore[arg-type]


def _other(value: object) -> Value:
    if value is None or value is pd.NaT or value != value:
        return None
    return value if isinstance(value, pd.Timestamp) else str(value)

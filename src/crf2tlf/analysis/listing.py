"""Listings: records of a dataset as they are, one a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.data import AnalysisError, Data, Mask, Records, as_texts, kind_of
from crf2tlf.analysis.results import Cell, Column, Row, Table
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.templates import Field, parse, show
from crf2tlf.analysis.texts import Texts
from crf2tlf.rules.grouping import ranks, sorted_positions
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import ListingColumn, OutputSpec
from crf2tlf.statistics import significant

BLANK = Cell(text="")


def listing(output: OutputSpec, scope: Scope, collector: Collector, texts: Texts) -> Table:
    """Return a listing: the records selected, in order, with repeated group values left blank."""
    spec = output.listing
    assert spec is not None
    records = _ordered(scope.data, scope.select(spec), spec.order)
    cells = [_cells(scope.data, records, column, collector.missing) for column in spec.columns]
    starts = _block_starts(cells, spec.columns)
    on_top = _tops(len(records.positions), output.page_rows)
    for column, made, start in zip(spec.columns, cells, starts, strict=True):
        if column.group is True:
            made[:] = [cell if first else BLANK for cell, first in zip(made, start | on_top, strict=True)]
    keys = collector.keys_of(records.dataset)
    outer = starts[0] if spec.columns[0].group else np.zeros(len(records.positions), dtype=bool)
    rows = tuple(
        Row.model_construct(cells=row, indent=0, heading=False, record=keys[at], rule_above=bool(first and number))
        for number, (row, at, first) in enumerate(zip(zip(*cells, strict=True), records.positions, outer, strict=True))
    )
    heads = tuple(
        Column(label=texts.render(column.label, N=scope.size), align=column.align, width=column.width)
        for column in spec.columns
    )
    dataset = scope.data.datasets[records.dataset]
    return Table(columns=heads, rows=rows, dataset=records.dataset, keys=dataset.keys, page_rows=output.page_rows)


def _ordered(data: Data, records: Records, order: Sequence[Rule]) -> Records:
    numbers = [ranks(data.column(records.dataset, rule).iloc[records.positions]) for rule in order]
    at = sorted_positions(np.zeros(len(records.positions), dtype=np.int64), numbers)
    return Records(records.dataset, records.positions[at])


def _tops(size: int, page_rows: int | None) -> Mask:
    """Return which rows begin a page, where the output says how many rows a page holds."""
    return np.arange(size) % page_rows == 0 if page_rows is not None else np.zeros(size, dtype=bool)


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
    named = [part for part in parts if not isinstance(part, str)]
    size = len(records.positions)
    shown: dict[str, Cell] = {"": BLANK}
    cells = []
    for number in range(size):
        present = any(part[number] for part in named) or not named
        text = "".join(part if isinstance(part, str) else part[number] or missing for part in parts) if present else ""
        cells.append(shown.setdefault(text, Cell(text=text)) if text not in shown else shown[text])
    return cells


def _values(data: Data, records: Records, column: ListingColumn, rule: Rule) -> list[Cell]:
    """Return a rule's cells; equal values share one cell, so that long listings stay light."""
    values = data.column(records.dataset, rule).iloc[records.positions]
    if kind_of(values) == "a number":
        shape = "" if column.decimals is None else str(column.decimals)
        numbers, distinct = pd.factorize(values)
        made = [Cell(text=show(n, shape, ""), number=significant(n), decimals=column.decimals) for n in distinct]
    elif column.decimals is not None:
        raise AnalysisError("ANALYSIS", rule.place, f"decimals are for numbers; {rule.text!r} is {kind_of(values)}")
    else:
        texts = as_texts(values)
        shown = {text: Cell(text=text) for text in set(texts) if text}
        return [shown.get(text or "", BLANK) for text in texts]
    cells = [*made, BLANK]  # a missing value is -1
    return [cells[number] for number in numbers]


def _texts(data: Data, records: Records, column: ListingColumn, field: Field) -> list[str]:
    """Return a field's texts for all records, blank where missing."""
    assert column.show is not None
    values = data.column(records.dataset, Rule(field.name, column.show.place)).iloc[records.positions]
    if not field.format:
        return [text or "" for text in as_texts(values)]
    numbers, distinct = pd.factorize(values)
    try:
        texts = [show(value, field.format, "") for value in distinct]
    except ValueError as error:
        message = f"{{{field.name}:{field.format}}}: {error}"
        raise AnalysisError("TEMPLATE", column.show.place, message) from None
    texts.append("")
    return [texts[number] for number in numbers]

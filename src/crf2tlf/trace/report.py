"""Traces as text for a terminal, and as plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from crf2tlf.rules.compile import SUBJECT
from crf2tlf.trace.model import (
    CellPlace,
    Chain,
    Made,
    Record,
    RecordsBehind,
    RuleLine,
    Statistic,
    SubjectTrace,
    Touched,
    TouchedCell,
    Value,
)


def as_data(trace: Any) -> Any:
    """Return a trace as plain data, for JSON."""
    return dataclasses.asdict(trace)


def chain_lines(chain: Chain, *, everything: bool) -> Iterator[str]:
    """Yield the chain of a cell or result: statistics, rules, and the records behind it down to the raw lines.

    Of denominators only the ends are shown, unless ``everything`` is asked for.
    """
    if chain.cell is not None:
        yield _cell(chain.cell)
    for same, group in groupby(chain.statistics, key=lambda s: (s.rules, s.ratio, s.numerator, s.denominator)):
        statistics = list(group)
        for statistic in statistics:
            yield f"  {statistic.name} = {_number(statistic)}    ({statistic.id})"
        rules, ratio, numerator, denominator = same
        yield from (f"  {line}" for line in _aligned(rules))
        yield from _behind("numerator" if ratio else "records", numerator, whole=True)
        if denominator != numerator:
            yield from _behind("denominator" if ratio else "analysed", denominator, whole=everything)


def _number(statistic: Statistic) -> str:
    if statistic.value is None:
        return statistic.text or "missing"
    return f"{statistic.value:.12g}" if isinstance(statistic.value, float) else statistic.value


def _aligned(rules: Iterable[RuleLine]) -> Iterator[str]:
    lines = list(rules)
    first = max((len(line.what) for line in lines), default=0)
    for line in lines:
        yield f"{line.what:<{first}}  {' '.join(line.text.split())}    [{line.place}]"


def _behind(word: str, behind: RecordsBehind | None, *, whole: bool) -> Iterator[str]:
    if behind is None:
        return
    yield ""
    if behind.constants:
        yield f"{word}: constants of the study"
        yield from (f"  {constant.name} = {constant.value}    [{constant.place}]" for constant in behind.constants)
        return
    if not behind.numbers:
        yield f"{word}: nobody; no record of {behind.dataset} was taken"
        return
    records = _plural(len(behind.numbers), "record")
    subjects = _plural(len(behind.subjects), "subject")
    ends = ends_of(record for record in behind.chain if record.kind in ("raw", "design"))
    yield f"{word}: {records} of {behind.dataset} ({ranges(behind.numbers)}), {subjects}"
    yield f"  from {ends}"
    if whole:
        for record in behind.chain:
            yield from record_lines(record)


def record_lines(record: Record) -> Iterator[str]:
    """Yield a record with its values, the rules that made them, and what they looked up."""
    of = f"  {record.subject}" if record.subject else ""
    made = f"  from {', '.join(f'{table} {number}' for table, number in record.sources)}" if record.sources else ""
    yield f"  {record.place}{of}{made}"
    for value in record.values:
        if value.name != SUBJECT or not record.subject:  # stands above already
            yield f"    {_value(value)}"


def _value(value: Value) -> str:
    shown = "(missing)" if value.text is None else value.text
    text = f"{value.name} = {shown}"
    if value.rule is not None:
        text += f"    ← {' '.join(value.rule.text.split()) or value.rule.what}    [{value.rule.place}]"
    if value.looked_up:
        text += f"    looked up: {', '.join(_looked_up(value))}"
    return text


def _looked_up(value: Value) -> Iterator[str]:
    for table, group in groupby(value.looked_up, key=lambda each: each.table):
        yield f"{table} {ranges([each.number for each in group])}"


def touched_lines(touched: Touched, *, values: bool) -> Iterator[str]:
    """Yield what a change of a record's values would touch, tabulations first, then cells.

    ``values``: with the values themselves, which stand above where it was said what the record is made of.
    """
    shown = [value for value in touched.start.values if value.name != SUBJECT] if values else []
    names = ", ".join(f"{value.name} = {'(missing)' if value.text is None else value.text}" for value in shown)
    yield "  ".join(part for part in (touched.start.place, touched.start.subject, names) if part)
    yield ""
    if touched.records:
        yield f"may change in {_plural(len(touched.records), 'dataset record')}:"
    else:
        yield "no value of another record may change"
    for record in touched.records:
        exists = "  (whether it exists)" if record.exists else ""
        yield f"  {record.place}{exists}: {', '.join(record.variables) or '–'}"
    if touched.may_appear:
        yield f"  further records may appear in {', '.join(touched.may_appear)}"
    counting = [cell for cell in touched.cells if cell.counted]
    others = [cell for cell in touched.cells if not cell.counted]
    yield ""
    rest = f"{len(counting)} cells rest" if len(counting) != 1 else "1 cell rests"
    yield f"{rest} on records that may change:" if counting else "no cell rests on records that may change"
    yield from _cells(counting)
    yield ""
    yield f"{_plural(len(others), 'further cell')} might change:" if others else "no further cell might change"
    yield from _cells(others)


def _cells(cells: Iterable[TouchedCell]) -> Iterator[str]:
    """Yield a line a cell, of listings a line a row."""
    for row, group in groupby(cells, key=lambda cell: cell.place.cell or (cell.place.output, cell.place.row)):
        found = [cell.place for cell in group]
        if isinstance(row, tuple):
            yield f"  {' · '.join(part for part in row if part)} · {', '.join(place.column for place in found)}"
        else:
            yield f"  {_cell(found[0])}"


def _cell(place: CellPlace) -> str:
    return f"{' · '.join(part for part in (place.output, place.row, place.column) if part)}: {place.text or '(blank)'}"


def made_lines(made: Made) -> Iterator[str]:
    """Yield what a record was made from, down to the raw lines."""
    ends = ends_of(record for record in made.chain if record.kind in ("raw", "design"))
    yield f"{made.start.place} is made of {ends}"
    for record in (made.start, *made.chain):
        yield from record_lines(record)


def subject_lines(subject: SubjectTrace) -> Iterator[str]:
    """Yield where a subject's records are, and the cells that count it."""
    yield subject.subject
    width = max((len(name) for name in subject.records), default=0)
    for name, numbers in subject.records.items():
        yield f"  {name:<{width}}  {'lines' if name.startswith('raw.') else 'records'} {ranges(numbers)}"
    yield ""
    yield f"counted in {_plural(len(subject.cells), 'cell')}:"
    yield from (f"  {_cell(place)}" for place in subject.cells)


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers in short: ``2-5, 9``."""
    ordered = sorted(set(numbers))
    parts = []
    for _, group in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(parts)


def ends_of(records: Iterable[Record]) -> str:
    """Return raw lines and design records in short, file by file."""
    by_file: dict[str, list[int]] = {}
    for record in records:
        by_file.setdefault(record.place.rsplit(":", 1)[0], []).append(record.number)
    return "; ".join(f"{file}:{ranges(numbers)}" for file, numbers in by_file.items()) or "nothing"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"

"""Row sources that read their own dataset: the dataset is split into stages, each an ordinary dataset.

A row source that mentions the dataset itself sees all records of the row sources above it. The records above become
a dataset of their own (``ADRS@1``), which the next stage carries over. Nothing else in the engine knows of stages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.spec.dataset import DatasetSpec, RowSource, VariableSpec
from crf2tlf.spec.model import Rule


@dataclass(frozen=True)
class Stage:
    """A dataset to plan: its row sources, and the earlier stage whose records it carries over first."""

    name: str
    spec: DatasetSpec
    rows: tuple[RowSource, ...]
    earlier: str | None


def stages(spec: DatasetSpec) -> list[Stage]:
    """Return the stages of a dataset, the last one under the dataset's own name."""
    sources = [part for row in spec.rows for part in _each(row)]
    groups: list[list[RowSource]] = [[]]
    for row in sources:
        if mentions(row, spec.dataset) and (groups[-1] or len(groups) == 1):
            groups.append([])
        groups[-1].append(row)
    result: list[Stage] = []
    for number, rows in enumerate(groups, start=1):
        name = spec.dataset if number == len(groups) else f"{spec.dataset}@{number}"
        result.append(Stage(name, spec, tuple(rows), result[-1].name if result else None))
    return result


def _each(row: RowSource) -> Iterator[RowSource]:
    """Turn a row source with `each` into one row source for each kind of record."""
    if not row.each:
        yield row
        return
    for part in row.each:
        where = tuple(w for w in (row.where, part.where) if w is not None)
        joined = None
        if where:
            joined = Rule(" and ".join(f"({w.text}\n)" for w in where), where[-1].place)
        yield row.model_copy(
            update={
                "each": (),
                "where": joined,
                "set": {**row.set, **part.set},
                "parameter": {**row.parameter, **part.parameter},
                "place": part.place,
            }
        )


def mentions(row: RowSource, dataset: str) -> bool:
    """Whether a row source reads the dataset: as its source, in a method's sources, or by name in a rule."""
    if row.from_ == dataset:
        return True
    if row.time_to_event:
        method = row.time_to_event
        if any(source.from_ == dataset for source in (*method.events, *method.censor)):
            return True
    if row.best_overall_response and row.best_overall_response.responses.from_ == dataset:
        return True
    return any(_names(rule, dataset) for rule in _rules(row))


def _rules(row: RowSource) -> Iterator[Rule]:
    if row.where:
        yield row.where
    if row.time_to_event:
        yield row.time_to_event.start
        if row.time_to_event.new_therapy:
            yield row.time_to_event.new_therapy.date
    if row.best_overall_response:
        yield row.best_overall_response.start
        if row.best_overall_response.until:
            yield row.best_overall_response.until
    for variable in row.set.values():
        yield from variable_rules(variable)


def variable_rules(variable: VariableSpec) -> Iterator[Rule]:
    """Yield every rule of a variable."""
    if variable.rule:
        yield variable.rule
    yield from variable.cases.values()
    if variable.else_:
        yield variable.else_


def _names(rule: Rule, dataset: str) -> bool:
    try:
        tree = parse(rule)
    except RuleError:
        return False
    names = (dotted(node) for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Attribute)))
    return any(parts is not None and parts[0] == dataset for parts in names)

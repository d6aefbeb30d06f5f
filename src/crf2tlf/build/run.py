"""Taking the steps of a plan: making records from their sources, and working out variables on whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.names import missing_value
from crf2tlf.build.planned import ROWS, Plan, PlannedSource, PlannedVariable
from crf2tlf.build.readings import Readings, SourceReadings
from crf2tlf.build.record_methods import Added, apply_method
from crf2tlf.build.tables import Block, DatasetTable, FormTable, Link, Tables
from crf2tlf.findings import Findings, Place
from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules import columns
from crf2tlf.rules.columns import column
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.grouping import codes, combine
from crf2tlf.rules.node import Node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import JoinedReporter, Ref, Reporter, Scope
from crf2tlf.spec import Study

Progress = Callable[[str], None]


def design_tables(study: Study) -> dict[str, FormTable]:
    """Return the design tables of study.yaml as tables; their lines are those of study.yaml."""
    result = {}
    for name, records in study.spec.tables.items():
        names = dict.fromkeys(column for record in records for column in record.cells)
        values = {n: pd.Series([r.cells.get(n) for r in records], dtype="str") for n in names}
        lines = np.array([record.place.line for record in records], dtype=np.int64)
        result[f"study.{name}"] = FormTable(f"study.{name}", "specs/study.yaml", values, lines)
    return result


def run(plan: Plan, tables: Tables, findings: Findings, progress: Progress, readings: Readings | None = None) -> None:
    """Take all steps of a plan; afterwards ``tables`` holds every dataset with every variable.

    ``readings`` keeps what every rule reads, where it is given.
    """
    for step in plan.steps:
        if step.variable == ROWS:
            progress(step.table)
            tables[step.table] = _records(step.table, plan, tables, findings, readings)
        else:
            table = tables[step.table]
            assert isinstance(table, DatasetTable)
            planned = plan.variables[step]
            table.columns[step.variable] = _values(step, planned, plan, table, tables, findings, readings)


# Records


def _records(name: str, plan: Plan, tables: Tables, findings: Findings, readings: Readings | None) -> DatasetTable:
    table = DatasetTable(name)
    for number, source in enumerate(plan.sources[name]):
        traced = readings.of_source(name, number, table.size) if readings is not None else None
        table.blocks.append(_block(source, table.size, tables, findings, traced))
    return table


def _block(
    source: PlannedSource, start: int, tables: Tables, findings: Findings, traced: SourceReadings | None
) -> Block:
    """Select, group and complete the source records of one row source."""
    origin = tables[source.table]
    place = source.spec.place

    def scope_of(positions: Integers) -> Scope:
        def report(found: Integers, code: str, message: str) -> None:
            report_records(tables, source.table, positions[found], code, message, place, findings)

        def value(name: str) -> pd.Series[Any]:
            return columns.take(origin.column(name), positions)

        joined = _joined_reporter(f"rows from {source.table}", place, tables, findings)
        return Scope(len(positions), value, value, tables, report, joined_reporter=joined)

    selected = np.arange(origin.size, dtype=np.int64)
    if source.where is not None:
        try:
            everything = replace(scope_of(selected), tracer=traced.condition if traced else None)
            chosen = column(source.where.evaluate(everything), Kind.TRUTH, origin.size)
        except RuleError as error:  # a method refuses the data
            findings.add(error.code, place, str(error))
            chosen = columns.missing(Kind.TRUTH, origin.size)
        selected = columns.positions(chosen).astype(np.int64)
        if origin.size and not len(selected) and source.spec.where:
            message = f"none of the {origin.size} records of {source.table} meets {source.spec.where.text!r}"
            findings.add(
                "ROWS_NONE", source.spec.where.place, f"{message}; a comparison with a missing value is unknown"
            )
    if source.group:
        return _grouped(source, selected, start, tables)
    completed = replace(scope_of(selected), tracer=traced.method(len(selected)) if traced else None)
    added = _added(source, completed, tables, findings)
    links = (Link.one_to_one(source.table, selected), *added.links)
    stop = start + len(selected)
    return Block(source.table, start, stop, selected, links, added=added.columns, chosen=added.chosen)


def _added(source: PlannedSource, scope: Scope, tables: Tables, findings: Findings) -> Added:
    """Run the record method of a row source, if it has one; what it refuses becomes a finding.

    Columns that it could not make are missing.
    """
    found = Added({})
    if source.method_rules:
        try:
            rules = {word: column(n.evaluate(scope), Kind.DATE, scope.size) for word, n in source.method_rules.items()}
            found = apply_method(source, scope.source(SUBJECT), rules, scope, tables)
        except RuleError as error:
            findings.add(error.code, source.spec.place, str(error))
        except ValueError as error:
            findings.add("RULE_ARGUMENT", source.spec.place, str(error))
    empty = {name: columns.missing(kind, scope.size) for name, kind in source.added.items()}
    return replace(found, columns={**empty, **found.columns})


def _grouped(source: PlannedSource, selected: Integers, start: int, tables: Tables) -> Block:
    origin = tables[source.table]
    keys = [codes(columns.take(origin.column(name), selected)) for name in source.group]
    group, _ = pd.factorize(combine(keys, len(selected)))
    order = np.argsort(group, kind="stable")
    rows, counts = selected[order], np.bincount(group) if len(group) else np.empty(0, dtype=np.int64)
    offsets = np.r_[0, np.cumsum(counts)].astype(np.int64)
    record = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    link = Link(source.table, offsets, rows)
    return Block(source.table, start, start + len(counts), rows[offsets[:-1]], (link,), members=(record, rows))


# Variables


def _values(
    ref: Ref,
    planned: PlannedVariable,
    plan: Plan,
    table: DatasetTable,
    tables: Tables,
    findings: Findings,
    readings: Readings | None,
) -> pd.Series[Any]:
    if not planned.per_source:
        scope = _whole_scope(ref, planned, table, tables, findings)
        scope = replace(scope, tracer=readings.of_variable(ref) if readings else None)
        return _finished(planned.nodes[0], planned.kind, scope)
    parts = []
    for block, source, node in zip(table.blocks, plan.sources[ref.table], planned.nodes, strict=True):
        place = planned.place if ref.variable not in source.spec.set else source.spec.set[ref.variable].place
        scope = _block_scope(ref, block, place, table, tables, findings)
        scope = replace(scope, tracer=readings.of_variable(ref, block) if readings else None)
        parts.append(_finished(node, planned.kind, scope))
    if not parts:
        return columns.missing(planned.kind, 0)
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _finished(node: Node, kind: Kind, scope: Scope) -> pd.Series[Any]:
    if node.kind is not kind and not (node.kind is Kind.ANY and node.is_constant):  # a finding of the plan
        node = missing_value(kind)
    try:
        values = column(node.evaluate(scope), kind, scope.size)
    except RuleError as error:  # a method refuses its options or the data
        scope.reporter(np.empty(0, dtype=np.int64), error.code, str(error))
        return columns.missing(kind, scope.size)
    if kind is Kind.TEXT and len(values):
        values = values.where(values != "")
    return values.reset_index(drop=True)


def _whole_scope(ref: Ref, planned: PlannedVariable, table: DatasetTable, tables: Tables, findings: Findings) -> Scope:
    report = _reporter(ref, 0, planned.place, tables, findings)
    joined = _joined_reporter(str(ref), planned.place, tables, findings)
    return Scope(table.size, table.column, table.column, tables, report, joined_reporter=joined)


def _block_scope(
    ref: Ref, block: Block, place: Place, table: DatasetTable, tables: Tables, findings: Findings
) -> Scope:
    within = np.arange(block.start, block.stop, dtype=np.int64)
    return Scope(
        block.size,
        lambda name: columns.take(table.column(name), within),
        lambda name: tables.source_column(block, name),
        {**tables, "source": tables[block.source]} if block.members else tables,
        _reporter(ref, block.start, place, tables, findings),
        members=block.members,
        joined_reporter=_joined_reporter(str(ref), place, tables, findings, block.source),
    )


def _reporter(ref: Ref, start: int, place: Place, tables: Tables, findings: Findings) -> Reporter:
    def report(found: Integers, code: str, message: str) -> None:
        report_records(tables, ref.table, found + start, code, f"{ref}: {message}", place, findings)

    return report


def _joined_reporter(what: str, place: Place, tables: Tables, findings: Findings, source: str = "") -> JoinedReporter:
    """Return what reports records of a table that a rule looks into; ``source`` is the row source's table."""

    def report(table: str, found: Integers, code: str, message: str) -> None:
        there = source if table == "source" else table
        report_records(tables, there, found, code, f"{what}: {message}", place, findings)

    return report


def report_records(
    tables: Tables, table: str, found: Integers, code: str, message: str, rule: Place, findings: Findings
) -> None:
    """Add a finding about records at the raw lines they come from; without any, at the rule's place."""
    places = tables.places(table, np.asarray(found, dtype=np.int64))
    for stage in (name for name in tables if "@" in name):  # people know a dataset by one name
        message = message.replace(stage, stage.split("@")[0])
    if not places:
        findings.add(code, rule, message, count=max(len(found), 1))
        return
    text = f"{message} (rule: {rule})" if rule.file else message
    findings.add(code, places[0], text, records=places[1:], count=len(found))

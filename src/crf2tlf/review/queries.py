"""Queries followed up on the next extract: answered, still open, changed elsewhere, or the record is gone.

Records are found by their keys, never by their line. Where the value in question is itself a key, the record is the
one that has all other values; where several records fit, that is a finding and no guess is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Cell, Output, Results, Table
from crf2tlf.build import BuildResult
from crf2tlf.conform import check
from crf2tlf.findings import Findings, nearest
from crf2tlf.review.found import all_found
from crf2tlf.review.query_list import Query, QueryList
from crf2tlf.review.query_match import QueryTable, query_tables
from crf2tlf.review.query_outcome import FollowUp, Outcome

OF_FIGURE = "mark:"
"""What the site's names for the elements of figures (bars, lanes, steps) begin with."""


def follow_up_list(
    listed: QueryList,
    build: BuildResult,
    results: Results,
    reconciliation: Iterable[ReconciliationRow],
    of_build: Findings,
    findings: Findings,
) -> dict[int, FollowUp]:
    """Follow a list up on a finished run; ``of_build`` are the findings of the run, ``findings`` those of the list.

    Findings are made again, the conformance check among them, only if a query is about one.
    """
    found: dict[str, str] = {}
    if any(query.finding for query in listed.queries.values()):
        known = all_found(build, of_build, check(build, Findings()), tuple(reconciliation))
        found = {one.id: one.message for one in known}
    return follow_up(listed, extract_of(build, results, found), findings)


@dataclass(frozen=True)
class Extract:
    """What queries are followed up on: the tables and cells of a build, and its findings by their identifiers."""

    tables: Mapping[str, QueryTable]
    outputs: Mapping[str, Mapping[str, str]]
    found: Mapping[str, str] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()


def extract_of(build: BuildResult, results: Results, found: Mapping[str, str]) -> Extract:
    """Return what queries are followed up on; ``found`` are the messages of the findings by their identifiers."""
    tables = query_tables(build)
    subjects = frozenset(subject for table in tables.values() for subject in table.subjects)
    outputs = {output.id: {cell.id: cell.text for cell in cells_of(output) if cell.id} for output in results.outputs}
    return Extract(tables, outputs, found, subjects)


def cells_of(output: Output) -> Iterator[Cell]:
    """Yield the cells of an output that show something: those of its table, and the numbers that a figure states."""
    yield from output.cells
    if isinstance(output.body, Table):
        for row in output.body.rows:
            yield from row.cells


def follow_up(listed: QueryList, extract: Extract, findings: Findings) -> dict[int, FollowUp]:
    """Return what became of each query, by the position of its row.

    Findings: QUERY_ROW for a form, dataset, column or output that does not exist, QUERY_AMBIGUOUS where several
    records fit.
    """
    return {number: _followed(query, extract, findings) for number, query in listed.queries.items()}


def _followed(query: Query, extract: Extract, findings: Findings) -> FollowUp:
    if query.status == "closed":
        return FollowUp(query, Outcome.CLOSED)
    if query.finding:
        return _of_finding(query, extract, findings)
    return _of_record(query, extract, findings) if query.table else _of_cell(query, extract, findings)


def _of_finding(query: Query, extract: Extract, findings: Findings) -> FollowUp:
    """A finding that is still made is an open query, whatever else of its record changed."""
    of_record = _of_record(query, extract, findings) if query.table and query.record else FollowUp(query, Outcome.OPEN)
    if query.finding not in extract.found:
        return replace(of_record, outcome=Outcome.ANSWERED, note="the finding is no longer made")
    still = of_record.outcome in (Outcome.ANSWERED, Outcome.CHANGED) or of_record.changed
    return replace(of_record, outcome=Outcome.CHANGED if still else Outcome.OPEN, note=extract.found[query.finding])


def _of_cell(query: Query, extract: Extract, findings: Findings) -> FollowUp:
    cells = extract.outputs.get(query.output)
    if cells is None:
        message = f"there is no output {query.output}{nearest(query.output, extract.outputs)}"
        findings.add("QUERY_ROW", query.place, message)
        return FollowUp(query, Outcome.FAULTY, note=message)
    place = f"{query.output} {query.cell}"
    if query.cell.startswith(OF_FIGURE):
        return FollowUp(query, Outcome.OPEN, query.value, place=place, note="elements of figures are not compared")
    if query.cell not in cells:
        guess = nearest(query.cell, cells)
        return FollowUp(query, Outcome.GONE, query.value, note=f"the output has no cell {query.cell}{guess}")
    now = cells[query.cell]
    same = " ".join(query.value.split()) == " ".join(now.split())
    return FollowUp(query, Outcome.OPEN if same else Outcome.ANSWERED, query.value, now, place=place)


def _of_record(query: Query, extract: Extract, findings: Findings) -> FollowUp:
    table = extract.tables.get(query.table)
    if table is None:
        alike = sorted(extract.tables, key=lambda name: name.islower() == query.table.islower())  # forms and datasets
        message = f"there is no form or dataset {query.table}{nearest(query.table, alike)}"
        findings.add("QUERY_ROW", query.place, message)
        return FollowUp(query, Outcome.FAULTY, note=message)
    column = table.column_named(query.column)
    if query.column and column is None:
        message = f"{query.table} has no column {query.column}{nearest(query.column, table.columns)}"
        findings.add("QUERY_ROW", query.place, message)
        return FollowUp(query, Outcome.FAULTY, note=message)
    was = query.record.get(column, query.value) if column else ""
    match = table.find(query, column)
    if match.several:
        message = f"{query.id}: {match.note}"
        findings.add("QUERY_AMBIGUOUS", query.place, message)
        return FollowUp(query, Outcome.AMBIGUOUS, was, note=match.note)
    if match.position is None:
        note = match.note
        if query.subject and query.subject not in extract.subjects:
            note = f"no record has the subject {query.subject}{nearest(query.subject, extract.subjects)}"
        return FollowUp(query, Outcome.GONE, was, note=note)
    return _compared(query, table, match.position, column, was)


def _compared(query: Query, table: QueryTable, position: int, column: str | None, was: str) -> FollowUp:
    """Compare a query's record with what it is now."""
    now = table.record(position)
    record = {name: old for name, old in query.record.items() if name in now}
    changed = tuple((name, old, now[name]) for name, old in record.items() if old != now[name] and name != column)
    place, fate = table.place(position), table.fate(position)
    if column and was != now[column]:
        outcome = Outcome.ANSWERED
    elif changed:
        outcome = Outcome.CHANGED if column else Outcome.ANSWERED
    else:
        outcome = Outcome.OPEN
    return FollowUp(query, outcome, was, now[column] if column else "", changed, place, fate)

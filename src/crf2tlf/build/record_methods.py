"""Record methods at work in a row source: what they add to each source record, and the records they chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.planned import PlannedDates, PlannedSource
from crf2tlf.build.tables import AnyTable, Link, Tables
from crf2tlf.methods import Kind
from crf2tlf.methods.best_response import best_overall_response
from crf2tlf.methods.catalogue import Integers
from crf2tlf.methods.time_to_event import DatedRecords, time_to_event
from crf2tlf.rules import columns
from crf2tlf.rules.columns import column
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.grouping import pairs, shared_codes
from crf2tlf.rules.reading import Reading, through
from crf2tlf.rules.scope import Ref, Scope
from crf2tlf.spec.dataset import MissedAssessments, NewTherapy


@dataclass(frozen=True)
class Added:
    """Columns that a record method adds, the links to the records it chose, and the variables with their numbers."""

    columns: Mapping[str, pd.Series[Any]]
    links: tuple[Link, ...] = ()
    chosen: tuple[tuple[Ref, Integers], ...] = ()


@dataclass(frozen=True)
class Joined:
    """Selected records of a planned source, each with the position of a source record it joins by subject."""

    planned: PlannedDates
    subject: Integers
    rows: Integers

    def reading(self, rows: Integers, left: Integers, *, chosen: bool) -> Reading:
        """Return the reading of some of the records by those at ``left``."""
        table, word = self.planned.table, frozenset({SUBJECT} if not chosen else ())
        variables = frozenset(ref.variable for ref in self.planned.needs if ref.table == table and ref.variable)
        return Reading(table, variables | word, left, right=rows, chosen=chosen)


def apply_method(
    source: PlannedSource,
    subjects: pd.Series[Any],
    rules: Mapping[str, pd.Series[Any]],
    scope: Scope,
    tables: Tables,
) -> Added:
    """Run the record method of a row source; ``subjects`` and ``rules`` hold one value a source record."""
    planned = (*source.events, *source.censor)
    joined = [_join(part, subjects, tables, scope) for part in planned]
    if source.spec.time_to_event:
        return _time_to_event(source, joined, rules, scope, tables)
    return _best_overall_response(source, joined[0], rules, scope, tables) if joined else Added({})


def _join(planned: PlannedDates, subjects: pd.Series[Any], tables: Tables, scope: Scope) -> Joined:
    table = tables[planned.table]
    rows = everything = np.arange(table.size, dtype=np.int64)
    known = table.column(SUBJECT)
    inner: list[Reading] = []
    if planned.where is not None:
        there = _whole(planned.table, table, tables, scope)
        there = replace(there, tracer=inner.append if scope.tracer is not None else None)
        rows = columns.positions(column(planned.where.evaluate(there), Kind.TRUTH, table.size)).astype(np.int64)
    left, right = pairs(*shared_codes([subjects], [columns.take(known, rows)]))
    if scope.tracer is not None:
        looked = Joined(planned, *pairs(*shared_codes([subjects], [columns.take(known, everything)])))
        scope.note(looked.reading(looked.rows, looked.subject, chosen=False))
        for reading in through(looked.subject, looked.rows, (r for r in inner if r.right is not None), table.size):
            scope.note(reading)
    return Joined(planned, left, rows[right])


def _whole(name: str, table: AnyTable, tables: Tables, scope: Scope) -> Scope:
    """Return the scope of all records of a table; what is wrong with them is reported as the joined table's."""
    assert scope.joined_reporter is not None
    report = scope.joined_reporter
    return Scope(table.size, table.column, table.column, tables, lambda *found: report(name, *found))


def _column(joined: Joined, word: str, tables: Tables) -> pd.Series[Any]:
    return columns.take(tables[joined.planned.table].column(joined.planned.columns[word]), joined.rows)


def _time_to_event(
    source: PlannedSource,
    joined: Sequence[Joined],
    rules: Mapping[str, pd.Series[Any]],
    scope: Scope,
    tables: Tables,
) -> Added:
    method = source.spec.time_to_event
    assert method is not None
    events = len(source.events)
    dated = [
        DatedRecords(
            j.subject,
            _column(j, "date", tables).to_numpy(dtype="datetime64[s]"),
            j.planned.description,
            j.planned.censor if n >= events else 0,
            n if n < events else n - events,
        )
        for n, j in enumerate(joined)
    ]
    found = time_to_event(
        rules["start"],
        dated[:events],
        dated[events:],
        new_therapy=rules.get("new_therapy"),
        no_assessment=method.no_assessment,
        **_options("new_therapy", method.new_therapy),
        **_options("missed", method.missed_assessments),
        missed_days=source.method_days.get("missed_days"),
        unit=method.unit,
    )
    if found.ignored.any():
        scope.reporter(np.flatnonzero(found.ignored), "EVENT_BEFORE_START", "an event before the origin does not count")
    in_censor = (found.source >= 0) & (found.censor.to_numpy() > 0)
    origin = np.where(in_censor, found.source + events, found.source)
    chosen = _chosen(joined, origin, found.record, scope, "date")
    added = {
        "STARTDT": rules["start"],
        "ADT": found.day,
        "AVAL": found.value,
        "CNSR": found.censor,
        "EVNTDESC": found.event_description,
        "CNSDTDSC": found.censor_description,
    }
    return replace(chosen, columns={**added, **chosen.columns})


def _options(word: str, given: NewTherapy | MissedAssessments | None) -> dict[str, Any]:
    """Return the description and CNSR of a censoring rule, where the spec has it, as the method's options."""
    return {f"{word}_description": given.description, f"{word}_censor": given.censor} if given else {}


def _best_overall_response(
    source: PlannedSource, joined: Joined, rules: Mapping[str, pd.Series[Any]], scope: Scope, tables: Tables
) -> Added:
    method = source.spec.best_overall_response
    assert method is not None
    found = best_overall_response(
        joined.subject,
        _column(joined, "response", tables),
        _column(joined, "date", tables),
        rules["start"],
        rules.get("until"),
        confirm_days=source.method_days.get("confirm_days"),
        stable_days=source.method_days.get("stable_days", 0),
        not_evaluable_between=method.not_evaluable_between,
        stable_between=method.stable_between,
        missing=method.missing,
    )
    record = np.asarray(found.record)
    origin = np.where(record >= 0, 0, -1)
    size = len(found.response)
    chosen = _chosen([joined], origin, record, scope, "response")
    scope.note(joined.reading(joined.rows, joined.subject, chosen=True))
    added = {"AVALC": found.response, "ADT": found.day, **chosen.columns}
    return replace(chosen, columns=added, links=(_considered(joined, size),))


def _considered(joined: Joined, size: int) -> Link:
    """Return the link to all assessments of each subject: a best response depends on every one of them."""
    order = np.lexsort((joined.rows, joined.subject))
    counts = np.bincount(joined.subject, minlength=size)
    return Link(joined.planned.table, np.r_[0, np.cumsum(counts)].astype(np.int64), joined.rows[order])


def _chosen(joined: Sequence[Joined], source: Integers, record: Integers, scope: Scope, word: str) -> Added:
    """Return SRCDOM and SRCVAR of the chosen records, the links to them, and where their numbers are."""
    links, chosen = [], []
    for number, part in enumerate(joined):
        at = np.flatnonzero(source == number)
        rows = np.full(scope.size, -1, dtype=np.int64)
        rows[at] = part.rows[record[at]]
        scope.note(part.reading(rows[at], at, chosen=True))
        links.append(Link.one_to_one(part.planned.table, rows))
        if part.planned.sequence:
            chosen.append((part.planned.sequence, rows))
    names = pd.Series([*(part.planned.table.split("@")[0] for part in joined), None], dtype="str")
    variables = pd.Series([*(part.planned.columns[word] for part in joined), None], dtype="str")
    added = {"SRCDOM": columns.take(names, source), "SRCVAR": columns.take(variables, source)}
    return Added(added, tuple(links), tuple(chosen))

"""Record methods at work in a row source: what they add to each source record, and the records they chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.plan import PlannedDates, PlannedSource
from crf2tlf.build.tables import Link, Tables
from crf2tlf.methods import Kind
from crf2tlf.methods.best_response import best_overall_response
from crf2tlf.methods.catalogue import Integers
from crf2tlf.methods.time_to_event import DatedRecords, time_to_event
from crf2tlf.rules import columns
from crf2tlf.rules.columns import column
from crf2tlf.rules.scope import Reporter, Scope
from crf2tlf.spec.dataset import MissedAssessments, NewTherapy


@dataclass(frozen=True)
class Added:
    """Columns that a record method adds, and the links to the records it chose."""

    columns: Mapping[str, pd.Series[Any]]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Joined:
    """Selected records of a planned source, each with the position of the source record it joins by subject."""

    planned: PlannedDates
    subject: Integers
    rows: Integers


def apply_method(
    source: PlannedSource,
    subjects: pd.Series[Any],
    rules: Mapping[str, pd.Series[Any]],
    tables: Tables,
    report: Reporter,
) -> Added:
    """Run the record method of a row source; ``subjects`` and ``rules`` hold one value a source record."""
    if source.spec.time_to_event:
        return _time_to_event(source, subjects, rules, tables, report)
    return _best_overall_response(source, subjects, rules, tables)


def _join(planned: PlannedDates, subjects: pd.Series[Any], tables: Tables) -> Joined:
    table = tables[planned.table]
    rows = np.arange(table.size, dtype=np.int64)
    if planned.where is not None:
        scope = Scope(table.size, table.column, table.column, tables, lambda _found, _code, _message: None)
        rows = columns.positions(column(planned.where.evaluate(scope), Kind.TRUTH, table.size)).astype(np.int64)
    at = pd.Index(subjects).get_indexer(pd.Index(columns.take(table.column("USUBJID"), rows)))
    return Joined(planned, at[at >= 0].astype(np.int64), rows[at >= 0])


def _column(joined: Joined, word: str, tables: Tables) -> pd.Series[Any]:
    return columns.take(tables[joined.planned.table].column(joined.planned.columns[word]), joined.rows)


def _time_to_event(
    source: PlannedSource,
    subjects: pd.Series[Any],
    rules: Mapping[str, pd.Series[Any]],
    tables: Tables,
    report: Reporter,
) -> Added:
    method = source.spec.time_to_event
    assert method is not None
    joined = [_join(planned, subjects, tables) for planned in (*source.events, *source.censor)]
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
        missed_days=method.missed_assessments.days if method.missed_assessments else None,
        unit=method.unit,
    )
    if found.ignored.any():
        report(np.flatnonzero(found.ignored), "EVENT_BEFORE_START", "an event before the origin does not count")
    in_censor = (found.source >= 0) & (found.censor.to_numpy() > 0)
    origin = np.where(in_censor, found.source + events, found.source)
    chosen = _chosen(joined, origin, found.record, len(subjects), tables, "date")
    return Added(
        {
            "STARTDT": rules["start"],
            "ADT": found.day,
            "AVAL": found.value,
            "CNSR": found.censor,
            "EVNTDESC": found.event_description,
            "CNSDTDSC": found.censor_description,
            **chosen.columns,
        },
        chosen.links,
    )


def _options(word: str, given: NewTherapy | MissedAssessments | None) -> dict[str, Any]:
    """Return the description and CNSR of a censoring rule, where the spec has it, as the method's options."""
    return {f"{word}_description": given.description, f"{word}_censor": given.censor} if given else {}


def _best_overall_response(
    source: PlannedSource, subjects: pd.Series[Any], rules: Mapping[str, pd.Series[Any]], tables: Tables
) -> Added:
    method = source.spec.best_overall_response
    assert method is not None
    joined = [_join(planned, subjects, tables) for planned in source.events]
    if not joined:
        return Added({}, ())
    found = best_overall_response(
        joined[0].subject,
        _column(joined[0], "response", tables),
        _column(joined[0], "date", tables),
        rules["start"],
        rules.get("until"),
        confirm_days=method.confirm_days,
        stable_days=method.stable_days,
        not_evaluable_between=method.not_evaluable_between,
        stable_between=method.stable_between,
        missing=method.missing,
    )
    record = np.asarray(found.record)
    origin = np.where(record >= 0, 0, -1)
    chosen = _chosen(joined, origin, record, len(subjects), tables, "response")
    return Added({"AVALC": found.response, "ADT": found.day, **chosen.columns}, chosen.links)


def _chosen(
    joined: Sequence[Joined], source: Integers, record: Integers, size: int, tables: Tables, word: str
) -> Added:
    """Return SRCDOM, SRCVAR and SRCSEQ of the chosen records, and the links to them."""
    names: list[str | None] = [None] * len(joined)
    variables: list[str | None] = [None] * len(joined)
    sequence = np.full(size, np.nan)
    links = []
    for number, part in enumerate(joined):
        names[number] = part.planned.table.split("@")[0]
        variables[number] = part.planned.columns[word]
        at = np.flatnonzero(source == number)
        rows = np.full(size, -1, dtype=np.int64)
        rows[at] = part.rows[record[at]]
        links.append(Link.one_to_one(part.planned.table, rows))
        if "sequence" in part.planned.columns and len(at):
            numbers = tables[part.planned.table].column(part.planned.columns["sequence"])
            sequence[at] = columns.take(numbers, rows[at]).to_numpy(dtype="float64", na_value=np.nan)
    origin = pd.Series([*names, None], dtype="str")
    variable = pd.Series([*variables, None], dtype="str")
    return Added(
        {
            "SRCDOM": columns.take(origin, source),
            "SRCVAR": columns.take(variable, source),
            "SRCSEQ": pd.Series(sequence),
        },
        tuple(links),
    )

"""An extract against its form specs: what is required, asked and plausible, and how often a form is filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.form_rules import SUBJECT_COLUMN, condition
from crf2tlf.build.tables import FormTable
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods import CATALOGUE
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.grouping import codes, combine
from crf2tlf.rules.scope import by_value
from crf2tlf.spec import Study
from crf2tlf.spec.form import DATES, NUMBERS, ColumnSpec, FormSpec, Visits

VISIT_COLUMN, VISIT_DAY_COLUMN = "VISIT", "VISITDY"
"""Columns of the design table `visits`."""

Report = Callable[..., None]
"""Takes a mask of records, a finding code, a message in which {value} is the cell, and the cells."""


@dataclass(frozen=True)
class _Checked:
    """A form, its records, and where findings go."""

    study: Study
    form: FormSpec
    table: FormTable
    findings: Findings

    def report(self, column: str) -> Report:
        """Return the function that reports cells of a column."""

        def report(mask: Any, code: str, message: str, given: Any = None) -> None:
            found = np.flatnonzero(pd.Series(mask).to_numpy(dtype=bool, na_value=False))
            for shown, positions in [("", found)] if given is None else by_value(found, given):
                self.add(code, positions, f"{self.form.header(column)}: {message.replace('{value}', shown)}")

        return report

    def add(self, code: str, positions: Integers, message: str) -> None:
        """Report records."""
        if len(positions):
            places = self.table.places(positions)
            self.findings.add(code, places[0], message, records=places[1:], count=len(positions))


def check_form(study: Study, form: FormSpec, table: FormTable, findings: Findings) -> None:
    """Check the records of a form that are taken against its spec; what does not fit is a finding at file and line.

    Cells: RAW_REQUIRED, RAW_NOT_ASKED, RAW_CODE, RAW_DATE, RAW_NUMBER, RAW_DECIMALS, RAW_RANGE. Records: RAW_VISIT,
    RAW_REPEAT, RAW_VISIT_MISSING. A missing cell is only ever a finding where an answer is required.
    """
    checked = _Checked(study, form, table, findings)
    for name, column in form.columns.items():
        _check_presence(checked, name, column)
        _check_values(checked, name, column)
    if form.visits:
        _check_visits(checked, form.visits)
    _check_repeats(checked)


def _check_presence(checked: _Checked, name: str, column: ColumnSpec) -> None:
    values, report = checked.table.column(name), checked.report(name)
    if column.when is None:
        if column.required:
            report(values.isna(), "RAW_REQUIRED", "a required cell is blank")
        return
    asked = condition(checked.study, checked.form, checked.table, column.when, checked.findings, "when")
    if column.required:
        message = f"a required cell is blank although the question is asked: {column.when}"
        report(values.isna() & asked, "RAW_REQUIRED", message)
    message = f"{{value}} is given although the question is asked only when {column.when}; the cell should be blank"
    report(values.notna() & ~asked, "RAW_NOT_ASKED", message, values)


def _check_values(checked: _Checked, name: str, column: ColumnSpec) -> None:
    values, report = checked.table.column(name), checked.report(name)
    if column.codes:
        known = {code.casefold() for code in column.codes}
        unknown = values.notna() & ~values.str.casefold().isin(known)
        report(unknown, "RAW_CODE", f"{{value}} is not in the code list {', '.join(column.codes)}", values)
    if column.formats:
        try:
            read = CATALOGUE["iso8601"].function(values, formats=column.formats, report=report)
        except ValueError as error:
            checked.findings.add("SPEC_MODEL", column.place, f"columns.{name}.formats: {error}")
            return
        if column.kind in DATES and column.range:
            _check_days(column, read, values, report)
    if column.kind in NUMBERS:
        _check_numbers(column, values, report)


def _check_numbers(column: ColumnSpec, values: pd.Series[Any], report: Report) -> None:
    read = CATALOGUE["number"].function(values, report=report)
    if column.kind == "integer":
        report(read.notna() & (read != np.floor(read)), "RAW_NUMBER", "{value} is not a whole number", values)
    if column.decimals is not None:
        given = values.str.extract(r"\.([0-9]*)", expand=False).str.len().fillna(0)
        message = f"{{value}} has more than {column.decimals} decimals"
        report(read.notna() & (given > column.decimals), "RAW_DECIMALS", message, values)
    if column.range:
        low, high = column.range
        outside = pd.Series(False, index=values.index)
        for end, beyond in ((low, read.lt), (high, read.gt)):
            if end is not None:
                outside |= beyond(end)
        unit = f" {column.unit}" if column.unit else ""
        report(outside, "RAW_RANGE", f"{{value}} is outside the range {_shown(column)}{unit}", values)


def _check_days(column: ColumnSpec, read: pd.Series[Any], values: pd.Series[Any], report: Report) -> None:
    """Check days; one that is known in part lies outside only if every day it can mean does."""
    assert column.range is not None
    known = read.str.slice(0, 10).str.replace(r"-{2,}.*$", "", regex=True).fillna("")
    outside = pd.Series(False, index=values.index)
    for end, above in zip(column.range, (False, True), strict=True):
        if end is not None:
            for length in (4, 7, 10):
                as_long = known.str.len() == length
                limit = str(end)[:length]
                outside |= as_long & ((known > limit) if above else (known < limit))
    report(outside, "RAW_RANGE", f"{{value}} is outside the range {_shown(column)}", values)


def _shown(column: ColumnSpec) -> str:
    low, high = (
        None if end is None else f"{end:g}" if isinstance(end, float) else str(end) for end in column.range or ()
    )
    if low is None:
        return f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


# Visits and repeats


def schedule(study: Study, form: FormSpec) -> dict[str, int | None]:
    """Return the visits of a form in their order, with their planned days where known.

    They are those of the form's ``visits.schedule``; without one those of study.yaml's design table `visits`.
    """
    planned: dict[str, int | None] = {}
    for record in study.spec.tables.get("visits", ()):
        name, day = record.cells.get(VISIT_COLUMN), record.cells.get(VISIT_DAY_COLUMN)
        if name:
            planned.setdefault(name, int(day) if day and day.strip().lstrip("+-").isdigit() else None)
    given = form.visits.schedule if form.visits else {}
    return {name: planned.get(name) if day is None else day for name, day in (given or planned).items()}


def _check_visits(checked: _Checked, visits: Visits) -> None:
    planned = schedule(checked.study, checked.form)
    if not planned:
        message = "visits: there is no schedule; give it here, or as the design table `visits` of study.yaml"
        checked.findings.add("SPEC_REFERENCE", visits.place, message)
        return
    values = checked.table.column(visits.column)
    numbers = {name.casefold(): number for number, name in enumerate(planned)}
    number = values.str.casefold().map(numbers).astype("float64")
    if visits.others == "finding":
        guess = nearest(str(values[values.notna() & number.isna()].min()), planned)
        message = f"{{value}} is no visit of the schedule {', '.join(planned)}{guess}"
        checked.report(visits.column)(values.notna() & number.isna(), "RAW_VISIT", message, values)
    if checked.form.repeats == "visit":
        _count_missing_visits(checked, number, list(planned))


def _count_missing_visits(checked: _Checked, number: pd.Series[Any], names: list[str]) -> None:
    """Count visits that a subject lacks although it has a later one."""
    subjects = checked.table.column(SUBJECT_COLUMN)
    seen = pd.DataFrame({"subject": subjects, "number": number}).dropna().drop_duplicates()
    by_subject = seen.groupby("subject")["number"]
    last, earlier = by_subject.max(), seen["number"][seen["number"] < by_subject.transform("max")]
    expected = np.array([(last > at).sum() for at in range(len(names))])
    present = np.array([(earlier == at).sum() for at in range(len(names))])
    lacking = {name: int(count) for name, count in zip(names, expected - present, strict=True) if count}
    if lacking:
        listed = ", ".join(f"{name} {count}" for name, count in lacking.items())
        message = f"visits without a record, of subjects that have a later one: {listed}"
        checked.findings.add("RAW_VISIT_MISSING", Place(checked.table.file), message, count=sum(lacking.values()))


def _check_repeats(checked: _Checked) -> None:
    form = checked.form
    by = {"once": [SUBJECT_COLUMN], "visit": [SUBJECT_COLUMN]}.get(form.repeats or "", [])
    if form.repeats == "visit" and form.visits:
        by += [form.visits.column, *([form.item] if form.item else [])]
    if not by:
        return
    complete = ~pd.concat([checked.table.column(name).isna() for name in by], axis=1).any(axis=1)
    groups = combine([codes(checked.table.column(name)) for name in by], checked.table.size)
    again = np.flatnonzero(pd.Series(groups).duplicated() & complete)
    named = ", ".join([form.subject, *by[1:]])
    checked.add("RAW_REPEAT", again, f"a further record with the same {named}; the form has repeats: {form.repeats}")

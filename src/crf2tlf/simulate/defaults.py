"""What is plausible without hints: columns known by their names, in one data file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from pydantic import Field

from crf2tlf.findings import Findings
from crf2tlf.spec.form import DATES, NUMBERS, ColumnSpec, FormSpec
from crf2tlf.spec.located import load_yaml
from crf2tlf.spec.model import OneOrMore, Rule, SpecModel
from crf2tlf.spec.simulation import DRAWS, ColumnSimulation, Course
from crf2tlf.spec.validation import validate


class Entry(SpecModel):
    """Columns of some names, and how they are drawn; {0} stands for the first group of the name's pattern."""

    names: OneOrMore[str] = Field(description="Patterns (regular expressions) of the whole name.")
    needs: OneOrMore[str] = Field(default=(), description="Columns that the form must have beside it.")
    simulate: dict[str, Any] = Field(description="The hints, with the meanings of codes in place of codes.")


class PlannedDay(SpecModel):
    """Visits whose names say the planned day."""

    name: str = Field(description="A pattern of the name; its groups are numbers.")
    day: int = Field(description="The planned day where the numbers are 0.")
    each: tuple[int, ...] = Field(default=(), description="What each number adds for each unit.")


class Defaults(SpecModel):
    """The data file."""

    accrual: tuple[int, int] = Field(description="Subjects are enrolled so many days before the cut-off.")
    duration: int = Field(description="Days on study where no schedule tells.")
    jitter: int = Field(description="Days that a visit may be early or late.")
    dropout: float = Field(description="Share of subjects that leave early.")
    missed: float = Field(description="Share of visits that do not take place.")
    subjects_a_site: int = Field(description="How many subjects a site has, about.")
    subject: str = Field(description="Pattern of subject numbers.")
    records: dict[str, Any] = Field(description="How many records of a log a subject has.")
    site: tuple[str, ...] = Field(description="Names of the column with the site.")
    enrolled: tuple[str, ...] = Field(description="Names of the date of enrolment, the first found counts.")
    enrolled_where_told: tuple[str, ...] = Field(description="Further ones, where a spec says how they are drawn.")
    start: tuple[str, ...] = Field(description="Names of the date of the first treatment.")
    log: tuple[str, ...] = Field(description="Columns that only forms with many records have.")
    noise: float = Field(description="Part of the spread of a number that is between visits.")
    texts: tuple[str, ...] = Field(description="Free texts.")
    visits: tuple[PlannedDay, ...] = Field(description="Planned days by the names of visits.")
    columns: tuple[Entry, ...] = Field(description="Columns by name; the first that fits is taken.")


@cache
def defaults() -> Defaults:
    """Return the data file's content."""
    findings = Findings()
    with as_file(files("crf2tlf.simulate") / "data" / "defaults.yaml") as path:
        tree = load_yaml(path, path.name, findings)
        found = validate(Defaults, tree, findings) if tree is not None else None
    assert found is not None, [str(finding) for finding in findings]
    return found


def repeats(form: FormSpec) -> str:
    """Return how often a subject has a form: as it says, or as its columns tell."""
    if form.repeats:
        return form.repeats
    if form.visits:
        return "visit"
    many = form.item or form.duplicates or any(_matches(defaults().log, name) for name in form.columns)
    return "log" if many else "once"


def column_like(form: FormSpec, patterns: Sequence[str]) -> str | None:
    """Return the form's column whose name matches the earliest of some patterns."""
    for pattern in patterns:
        for name in form.columns:
            if _matches((pattern,), name):
                return name
    return None


def _matches(patterns: Sequence[str], name: str) -> bool:
    return any(re.fullmatch(pattern, name, re.IGNORECASE) for pattern in patterns)


def hints_for(form: FormSpec, name: str) -> ColumnSimulation:
    """Return how a column is drawn: as its spec says, completed by what its name or type makes plausible."""
    column = form.columns[name]
    usual = _by_name(form, name, column) or _by_kind(form, column)
    given = column.simulate
    if given is None:
        return usual
    own = {key: getattr(given, key) for key in given.model_fields_set}
    theirs = {key: getattr(usual, key) for key in usual.model_fields_set}
    if given.by is not None or DRAWS & given.model_fields_set:
        theirs = {key: value for key, value in theirs.items() if key in ("decimals", "partial")}
    return ColumnSimulation.model_validate({**theirs, **own})


def _by_name(form: FormSpec, name: str, column: ColumnSpec) -> ColumnSimulation | None:
    for entry in defaults().columns:
        for pattern in entry.names:
            found = re.fullmatch(pattern, name, re.IGNORECASE)
            if found is None:
                continue
            groups = tuple(group or "" for group in found.groups())
            if all(_filled(need, groups) in form.columns for need in entry.needs):
                tree = _filled(entry.simulate, groups)
                hints = _hints(tree, column) if _rests_on_a_date(form, tree) else None
                if hints is not None:
                    return hints
    return None


def _rests_on_a_date(form: FormSpec, tree: Mapping[str, Any]) -> bool:
    """Whether the column of the form that a date is to follow is a date."""
    base = str(tree.get("after", ""))
    return base not in form.columns or form.columns[base].kind in DATES


def _filled(value: Any, groups: tuple[str, ...]) -> Any:
    """Put the groups of a name's pattern into texts, at any depth."""
    if isinstance(value, Mapping):
        return {key: _filled(item, groups) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, groups) for item in value]
    if isinstance(value, str):
        for number, group in enumerate(groups):
            value = value.replace(f"{{{number}}}", group)
    return value


def _hints(tree: Mapping[str, Any], column: ColumnSpec) -> ColumnSimulation | None:
    """Return hints where they suit the kind of column: of a code, the codes with the meanings that they weigh."""
    if column.kind == "code":
        given = tree.get("values") or {}
        listed = given if isinstance(given, Mapping) else dict.fromkeys(given, 1.0)
        weights = {str(text).casefold(): weight for text, weight in listed.items()}
        by_code = {
            code: weights.get(code.casefold(), weights.get(meaning.casefold(), 0.0))
            for code, meaning in column.codes.items()
        }
        return ColumnSimulation(values=by_code) if sum(by_code.values()) > 0 else None
    numeric = {"mean", "low", "high", "sequence"} & tree.keys()
    if column.kind in DATES and not {"after", "same_as", "rule"} & tree.keys():
        return None
    if column.kind in NUMBERS and ("after" in tree or not (numeric or "by" in tree)):
        return None
    if column.kind == "time" or (column.kind == "text" and "after" in tree):
        return None
    hints = ColumnSimulation.model_validate(tree)
    return _within(hints, column)


def _within(hints: ColumnSimulation, column: ColumnSpec) -> ColumnSimulation | None:
    """Return hints only where their mean is plausible for the column's range: other units are other numbers."""
    if column.kind not in NUMBERS or column.range is None or hints.mean is None:
        return hints
    low, high = column.range
    mean = float(hints.mean.text)
    outside = (isinstance(low, float) and mean < low) or (isinstance(high, float) and mean > high)
    return None if outside else hints


def _by_kind(form: FormSpec, column: ColumnSpec) -> ColumnSimulation:
    """Return hints for a column whose name says nothing."""
    if column.kind == "code":
        return ColumnSimulation(values=dict.fromkeys(column.codes, 1.0))
    if column.kind in DATES:
        if repeats(form) == "once":
            return ColumnSimulation(after="timeline.ENROLLED", low=_rule(0), high=_rule(7))
        return ColumnSimulation(after="timeline.START", low=_rule(0), high=Rule("timeline.END - timeline.START"))
    if column.kind in NUMBERS:
        low, high = (end if isinstance(end, float) else None for end in column.range or (None, None))
        start = low if low is not None else high - 100.0 if high is not None else 0.0
        end = high if high is not None else start + 100.0
        mean, sd = (start + end) / 2, (end - start) / 8
        return ColumnSimulation(mean=_rule(mean), sd=_rule(sd), course=_course(form, sd))
    return ColumnSimulation(values=dict.fromkeys(defaults().texts, 1.0))


def _course(form: FormSpec, sd: float) -> Course | None:
    return Course(noise=_rule(sd * defaults().noise)) if form.visits else None


def _rule(value: float) -> Rule:
    return Rule(repr(value))


def planned_days(schedule: Mapping[str, int | None]) -> list[int]:
    """Return the planned day of each visit: as the schedule says, as the name tells, or four weeks after the last."""
    days: list[int] = []
    for name, day in schedule.items():
        planned = day if day is not None else _day_of(name)
        days.append(planned if planned is not None else (days[-1] + 28 if days else 1))
    return days


def _day_of(name: str) -> int | None:
    for visit in defaults().visits:
        found = re.search(visit.name, name, re.IGNORECASE)
        if found:
            numbers = [int(group or 0) for group in found.groups()]
            return visit.day + sum(n * each for n, each in zip(numbers, visit.each, strict=False))
    return None

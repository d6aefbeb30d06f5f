"""The simulated study while it is made: every column is worked out when something asks for it.

A hint may name any other column, of the same form or of another one; the order follows from who asks whom. A column
that is asked for while it is being worked out is a circle: RULE_CYCLE, with the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.build.form_rules import FormNames
from crf2tlf.build.run import design_tables
from crf2tlf.findings import Findings, nearest
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.methods.catalogue import Integers, unreported
from crf2tlf.methods.numbers import number
from crf2tlf.rules import columns
from crf2tlf.rules.compile import compile_rule
from crf2tlf.rules.node import Node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import Scope, Table
from crf2tlf.simulate.cells import Days
from crf2tlf.simulate.defaults import column_like, defaults, planned_days, repeats
from crf2tlf.simulate.names import HintNames
from crf2tlf.simulate.records import NO_DAY, Records, leaving, make_records
from crf2tlf.simulate.roster import Roster, make_roster
from crf2tlf.simulate.streams import Floats, uniforms
from crf2tlf.spec import Study
from crf2tlf.spec.form import DATES, FORM_COLUMNS, NUMBERS, ColumnSpec, FormSpec
from crf2tlf.spec.model import Rule
from crf2tlf.spec.simulation import DRAWS

TIMELINE = "timeline"
DAYS = ("ACCRUED", "ENROLLED", "START", "END")
"""The time line of a subject: enrolment as drawn, enrolment as the forms say, first treatment, end of the study."""

HIDDEN_KINDS = {"text": Kind.TEXT, "number": Kind.NUMBER, "date": Kind.DATE}
SUBJECT_COLUMNS = FORM_COLUMNS[:2]


@dataclass(frozen=True)
class Cells:
    """A column: the texts of its cells (of a hidden value the values themselves), and its days where it has any."""

    values: pd.Series[Any]
    days: Days | None = None


@dataclass(frozen=True)
class LazyTable:
    """A form, or the time line, whose columns are worked out when asked for."""

    count: Callable[[], int]
    column: Callable[[str], pd.Series[Any]]

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.count()


@dataclass
class World:
    """A simulated study: its forms, its subjects, and what has been worked out so far."""

    study: Study
    seed: int
    roster: Roster
    findings: Findings
    draw: Callable[[World, FormSpec, str], Cells]
    count: Callable[[World, FormSpec], Integers]
    tables: dict[str, Table] = field(default_factory=dict)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    _busy: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables.update(design_tables(self.study))
        self.tables[TIMELINE] = LazyTable(lambda: self.roster.size, lambda name: self._of_timeline(name))
        for form in self.study.forms.values():
            self.tables[f"raw.{form.form}"] = LazyTable(
                lambda form=form: self.records(form).size,  # type: ignore[misc]
                lambda name, form=form: self._in_hints(form, name),  # type: ignore[misc]
            )

    @property
    def cutoff(self) -> np.datetime64:
        """The day after which nothing is known: the data cut-off, else the day of the release."""
        day = self.study.spec.data_cutoff or self.study.spec.release_timestamp.date()
        return np.datetime64(day, "D")

    # What has been made

    @contextmanager
    def _making(self, key: tuple[str, str]) -> Iterator[None]:
        if key in self._busy:
            chain = [*self._busy[self._busy.index(key) :], key]
            raise RuleError(
                "RULE_CYCLE", f"hints go round in a circle: {' → '.join(filter(None, map('.'.join, chain)))}"
            )
        self._busy.append(key)
        try:
            yield
        finally:
            self._busy.pop()

    def _once(self, key: tuple[str, str], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            with self._making(key):
                self._made[key] = make()
        return self._made[key]

    def records(self, form: FormSpec) -> Records:
        """Return the records of a form."""
        found: Records = self._once((form.form, "(records)"), lambda: make_records(self, form))
        return found

    def record_counts(self, form: FormSpec) -> Integers:
        """Return how many records of a log each subject has."""
        found: Integers = self._once((form.form, "(how many records)"), lambda: self.count(self, form))
        return found

    def cells(self, form: FormSpec, name: str) -> Cells:
        """Return a column of a form, a hidden value, or SUBJECT, USUBJID or RECORD."""
        records = self.records(form)
        if name in SUBJECT_COLUMNS or name == form.subject:
            return Cells(columns.take(self.roster.subject, records.subject))
        if name == FORM_COLUMNS[2]:
            return Cells(pd.Series(np.arange(1.0, records.size + 1)))
        found: Cells = self._once((form.form, name), lambda: self.draw(self, form, name))
        return found

    def _in_hints(self, form: FormSpec, name: str) -> pd.Series[Any]:
        """Return a column as hints see it: numbers as numbers, dates as dates, where the day is known."""
        cells = self.cells(form, name)
        kind = kind_in_hints(form.columns[name]) if name in form.columns else None
        if kind is Kind.DATE and cells.days is not None:
            return pd.Series(cells.days.astype("datetime64[s]"))
        return number(cells.values, report=unreported) if kind is Kind.NUMBER else cells.values

    # The time line of a subject

    def timeline(self, name: str) -> Days:
        """Return a day of each subject's time line."""
        make = {"ACCRUED": self._accrued, "ENROLLED": self._enrolled, "START": self._start, "END": self._end}[name]
        found: Days = self._once((TIMELINE, name), make)
        return found

    def _of_timeline(self, name: str) -> pd.Series[Any]:
        if name in DAYS:
            return pd.Series(self.timeline(name).astype("datetime64[s]"))
        if name in SUBJECT_COLUMNS:
            return self.roster.subject
        return self.roster.site if name == "SITE" else pd.Series(self.roster.number.astype(np.float64))

    def _accrued(self) -> Days:
        first, last = self._accrual()
        back = first - uniforms(self.roster.size, self.seed, "subject", "accrual") * (first - last)
        days: Days = self.cutoff - np.floor(back).astype("timedelta64[D]")
        return days

    def _accrual(self) -> tuple[int, int]:
        """Return how many days before the cut-off subjects are enrolled: by the range of the date, else as usual."""
        for pattern in (*defaults().enrolled, *defaults().enrolled_where_told):
            for form in self.study.forms.values():
                name = column_like(form, (pattern,))
                low, high = form.columns[name].range or (None, None) if name else (None, None)
                if isinstance(low, date) and isinstance(high, date):
                    ends = [(self.cutoff - np.datetime64(end, "D")).astype(int) for end in (low, high)]
                    return int(ends[0]), max(int(ends[1]) - 1, 0)
        return defaults().accrual

    def _enrolled(self) -> Days:
        usual = self.timeline("ACCRUED")
        known = self._told(defaults().enrolled_where_told, usual, hinted=True)
        return self._told(defaults().enrolled, known)

    def _start(self) -> Days:
        wait = np.floor(uniforms(self.roster.size, self.seed, "subject", "start") * 14) + 1
        usual = self.timeline("ENROLLED") + wait.astype("timedelta64[D]")
        return np.minimum(self._told(defaults().start, usual), self.cutoff)

    def _end(self) -> Days:
        """Return the end of each subject's time on study: the last planned visit, leaving early, or the cut-off."""
        given = [form.visits.schedule for form in self.study.forms.values() if form.visits and form.visits.schedule]
        designed = self.study.spec.tables.get("visits", ())
        given += [{record.cells.get("VISIT") or "": _whole(record.cells.get("VISITDY")) for record in designed}]
        length = max([day for schedule in given for day in planned_days(schedule)], default=0)
        length = length if length > 1 else defaults().duration
        days = np.minimum(leaving(self, defaults().dropout, length), length)
        end: Days = np.minimum(self.timeline("START") + days.astype("timedelta64[D]"), self.cutoff)
        return end

    def _told(self, patterns: tuple[str, ...], usual: Days, *, hinted: bool = False) -> Days:
        """Return the dates of the column that is known by its name as one of the time line, else the usual ones."""
        for pattern in patterns:
            for form in self.study.forms.values():
                name = column_like(form, (pattern,)) if repeats(form) == "once" else None
                column = form.columns[name] if name else None
                if column is None or column.when is not None or not column.formats:
                    continue
                drawn = column.simulate is not None and bool(DRAWS & column.simulate.model_fields_set)
                if name and (drawn or not hinted):
                    days = self.cells(form, name).days
                    if days is not None:
                        told = np.full(self.roster.size, NO_DAY)
                        told[self.records(form).subject] = days
                        return np.where(np.isnat(told), usual, told)
        return usual

    # Columns seen from the records of another table

    def form(self, name: str) -> FormSpec:
        """Return a form by its name. Raises :class:`RuleError` where there is none."""
        if name not in self.study.forms:
            known = [*self.study.forms, TIMELINE]
            raise RuleError("RULE_NAME", f"there is no form {name}{nearest(name, known)}")
        return self.study.forms[name]

    def subject_days(self, reference: str) -> Days:
        """Return the days that ``form.COLUMN`` names, one for each subject of the roster."""
        return self.days(reference, None)

    def days(self, reference: str, here: FormSpec | None) -> Days:
        """Return the days that a column names, for the records of a form (None: for the subjects)."""
        table, _, name = reference.rpartition(".")
        if table == TIMELINE:
            self.check_name(TIMELINE, name)
            days = self.timeline(name)
            return days if here is None else days[self.records(here).subject]
        other = self.form(table) if table else here
        if other is None:
            raise RuleError("RULE_NAME", f"{reference}: say which form has it, as form.{name}")
        self.check_name(f"raw.{other.form}", name)
        found = self.cells(other, name).days
        if found is None:
            raise RuleError("RULE_TYPE", f"{reference} is no date")
        at = self.positions(other, here)
        return np.where(at >= 0, found[at] if len(found) else NO_DAY, NO_DAY).astype("datetime64[D]")

    def positions(self, other: FormSpec, here: FormSpec | None) -> Integers:
        """Return for the records of a form (None: the subjects) the first record of another form that belongs to each.

        It is one of the same subject, and of the same visit where both forms have visits; -1 where there is none.
        """
        if other is here:
            return np.arange(self.records(other).size)
        theirs = self.records(other)
        mine = self.records(here) if here else None
        by_visit = mine is not None and bool(mine.visits) and bool(theirs.visits)
        right = _keys(theirs, by_visit)
        left = _keys(mine, by_visit) if mine is not None else pd.Index(np.arange(self.roster.size))
        first = np.flatnonzero(~right.duplicated())
        return np.asarray(np.r_[first, -1][right[first].get_indexer(left)], dtype=np.int64)

    def check_name(self, table: str, name: str) -> None:
        """Raise :class:`RuleError` for a column that a table does not have."""
        known = self.members(table)
        if name not in known:
            raise RuleError("RULE_NAME", f"unknown name {table}.{name}{nearest(name, known)}")

    # Rules

    def members(self, table: str) -> dict[str, tuple[Kind, tuple[str, ...]]]:
        """Return the columns of a table with their kinds and date formats, as rules see them."""
        if table == TIMELINE:
            subject = dict.fromkeys([*SUBJECT_COLUMNS, "SITE"], (Kind.TEXT, ()))
            return {**dict.fromkeys(DAYS, (Kind.DATE, ())), **subject, "NUMBER": (Kind.NUMBER, ())}
        kind, _, name = table.partition(".")
        if kind == "study":
            cells = [record.cells for record in self.study.spec.tables[name]]
            return {column: (Kind.TEXT, ()) for record in cells for column in record}
        form = self.study.forms[name]
        found = {column: (kind_in_hints(spec), spec.formats) for column, spec in form.columns.items()}
        if form.simulate:
            found |= {column: (HIDDEN_KINDS[spec.type], ()) for column, spec in form.simulate.hidden.items()}
        return {**found, **dict.fromkeys(SUBJECT_COLUMNS, (Kind.TEXT, ())), FORM_COLUMNS[2]: (Kind.NUMBER, ())}

    def evaluate(self, rule: Rule, table: str) -> tuple[Node, pd.Series[Any]]:
        """Work a rule out on the records of a table. Raises :class:`RuleError` for a mistake in it."""

        def report(positions: Integers, code: str, message: str) -> None:
            self.findings.add(code, rule.place, f"simulate: {message}", count=len(positions))

        here = self.tables[table]
        scope = Scope(here.size, here.column, here.column, self.tables, report)
        node = compile_rule(rule, HintNames(self, table))
        return node, columns.column(node.evaluate(scope), node.kind, here.size)

    def asked(self, form: FormSpec, rule: Rule) -> NDArray[np.bool_]:
        """Return the records in which a form asks a question: there all its columns are the texts of the cells."""

        def text(name: str) -> pd.Series[Any]:
            return self.cells(form, name).values

        scope = Scope(self.records(form).size, text, text, {}, lambda *_: None)
        node = compile_rule(rule, FormNames(form, self.study.constants))
        if node.kind is not Kind.TRUTH:
            raise RuleError("RULE_TYPE", f"when takes a condition, {rule.text!r} is {node.kind}")
        return columns.column(node.evaluate(scope), Kind.TRUTH, scope.size).to_numpy(dtype=bool, na_value=False)

    def numbers(self, rule: Rule, table: str) -> Floats:
        """Return the numbers that a rule gives. Raises :class:`RuleError` for another kind."""
        values = self._of_kind(rule, table, Kind.NUMBER, "a number")
        return values.to_numpy(dtype=np.float64, na_value=np.nan)

    def truth(self, rule: Rule, table: str) -> NDArray[np.bool_]:
        """Return for which records a condition is true (not unknown)."""
        values = self._of_kind(rule, table, Kind.TRUTH, "a condition")
        return values.to_numpy(dtype=bool, na_value=False)

    def _of_kind(self, rule: Rule, table: str, kind: Kind, wanted: str) -> pd.Series[Any]:
        node, values = self.evaluate(rule, table)
        if node.kind not in (kind, Kind.ANY):
            raise RuleError("RULE_TYPE", f"{wanted} is wanted, {rule.text!r} is {node.kind}")
        return values


def kind_in_hints(column: ColumnSpec) -> Kind:
    """Return the kind that a form's column has in the rules of hints."""
    if column.kind in NUMBERS:
        return Kind.NUMBER
    return Kind.DATE if column.kind in DATES else Kind.TEXT


def make_world(
    study: Study,
    size: int,
    seed: int,
    findings: Findings,
    draw: Callable[[World, FormSpec, str], Cells],
    count: Callable[[World, FormSpec], Integers],
) -> World:
    """Return the study before anything but its subjects is drawn."""
    return World(study, seed, make_roster(study.forms, size, seed), findings, draw, count)


def read_days(values: pd.Series[Any], formats: tuple[str, ...]) -> Days:
    """Return the days that texts in some formats say; NaT where the day is not known."""
    iso = CATALOGUE["iso8601"].function(values, formats=formats, report=unreported).str.slice(0, 10)
    whole = iso.where(iso.str.fullmatch(r"\d{4}-\d\d-\d\d").fillna(False).astype(bool))
    days: Days = pd.to_datetime(whole, format="%Y-%m-%d").to_numpy().astype("datetime64[D]")
    return days


def _keys(records: Records, by_visit: bool) -> pd.Index[Any]:
    if not by_visit:
        return pd.Index(records.subject)
    names = np.array([*records.visits, ""], dtype=object)[records.visit]
    return pd.MultiIndex.from_arrays([records.subject, names])


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.strip().lstrip("+-").isdigit() else None

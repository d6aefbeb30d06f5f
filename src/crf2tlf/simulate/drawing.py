"""From hints to values: one column on whole records, by distribution, weights, rule, copy, sequence or pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy

from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers, unreported
from crf2tlf.methods.numbers import number
from crf2tlf.rules.columns import take
from crf2tlf.rules.parse import RuleError
from crf2tlf.simulate.cells import Days, day_texts, fields_of, number_texts, patterned, texts
from crf2tlf.simulate.distributions import DISTRIBUTIONS, choose, without_limit
from crf2tlf.simulate.records import NO_DAY, Records
from crf2tlf.simulate.streams import Floats, uniforms
from crf2tlf.simulate.world import TIMELINE, World, read_days
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.model import Rule
from crf2tlf.spec.simulation import DRAWS, NUMERIC, ColumnSimulation, Course, Hints

What = Literal["text", "number", "date"]
ISO = "YYYY-MM-DD"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Drawing:
    """A column that is being drawn: what it holds and the records that it is drawn for.

    ``form`` None: for the subjects of the roster. ``low`` and ``high`` are the ends of the column's range.
    """

    world: World
    form: FormSpec | None
    name: str
    what: What
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    formats: tuple[str, ...] = (ISO,)

    @property
    def table(self) -> str:
        """The table whose records the column is drawn for."""
        return f"raw.{self.form.form}" if self.form else TIMELINE

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.world.tables[self.table].size

    @property
    def records(self) -> Records:
        """The records; for the roster one of each subject."""
        if self.form:
            return self.world.records(self.form)
        nothing = np.zeros(self.size, dtype=np.int64)
        return Records(np.arange(self.size), nothing - 1, nothing, np.full(self.size, NO_DAY))

    def uniforms(self, purpose: str) -> Floats:
        """Return the random numbers of the column for one purpose."""
        name = self.form.form if self.form else ""
        return uniforms(self.size, self.world.seed, name, self.name, purpose)

    def numbers(self, rule: Rule | None, default: float) -> Floats:
        """Return the numbers that a hint gives for the records."""
        return np.full(self.size, default) if rule is None else self.world.numbers(rule, self.table)

    def values(self, hints: ColumnSimulation) -> Any:
        """Return the values that hints draw: texts, numbers or days; with cases each record by its own case."""
        if hints.by is None:
            return self._values(hints)
        result = self._values(hints) if DRAWS & hints.model_fields_set else self._nothing()
        node, chooser = self.world.evaluate(hints.by, self.table)
        shown = number_texts(chooser.to_numpy(), None) if node.kind is Kind.NUMBER else chooser.astype("str")
        shown = shown.str.casefold()
        for case, own in hints.cases.items():
            chosen = (shown == case.casefold()).to_numpy(dtype=bool, na_value=False)
            if chosen.any():
                drawn = self._values(own.over(hints))
                result = drawn.where(chosen, result) if self.what == "text" else np.where(chosen, drawn, result)
        return result

    def _values(self, hints: Hints) -> Any:
        if hints.values is not None:
            return self._from_text(texts(choose(self.uniforms("value"), hints.values)))
        if hints.rule is not None:
            return self._by_rule(hints.rule)
        if hints.same_as is not None:
            return self._copied(hints.same_as)
        if hints.sequence is not None:
            return self._from_numbers(self._sequence(hints.sequence).astype(np.float64), 0)
        if hints.pattern is not None:
            return self._from_text(self._patterned(hints.pattern))
        if self.what == "date":
            return self._days(hints)
        if not NUMERIC & hints.model_fields_set:
            return self._nothing()
        decimals = self.decimals if self.decimals is not None else hints.decimals
        drawn = self._drawn(hints, self.low, self.high, decimals if decimals is not None else 1)
        return self._from_numbers(drawn, decimals if decimals is not None else 1)

    def _nothing(self) -> Any:
        return self._from_text(texts(np.full(self.size, "", dtype=object)))

    # Numbers

    def _drawn(self, hints: Hints, low: float | None, high: float | None, decimals: int) -> Floats:
        """Return numbers of the distribution with the decimals that the column has, between its limits."""
        unit = 10.0**-decimals
        lowest = np.ceil(self._limit(hints.low, low, -1) / unit - 1e-9) * unit
        highest = np.floor(self._limit(hints.high, high, 1) / unit + 1e-9) * unit
        mean, sd = self.numbers(hints.mean, 0.0), self.numbers(hints.sd, 0.0)
        name = hints.distribution or ("uniform" if hints.mean is None else "normal" if hints.sd else "exponential")
        if name == "uniform":
            steps = np.floor((highest - lowest) / unit + 0.5) + 1
            drawn = lowest + unit * np.floor(self.uniforms("value") * np.maximum(steps, 1))
        else:
            drawn = DISTRIBUTIONS[name](self.uniforms("value"), mean, sd, lowest, highest)
        if hints.course is not None:
            drawn = self._along(hints.course, drawn)
        return np.asarray(np.clip(np.round(drawn, decimals), lowest, highest), dtype=np.float64)

    def _limit(self, rule: Rule | None, given: float | None, sign: int) -> Floats:
        """Return the limit that a hint and the column's range give together."""
        end = without_limit(self.size, sign) if given is None else np.full(self.size, given)
        if rule is None:
            return end
        told = self.numbers(rule, 0.0)
        told = np.where(np.isnan(told), end, told)
        return np.maximum(end, told) if sign < 0 else np.minimum(end, told)

    def _along(self, course: Course, drawn: Floats) -> Floats:
        """Let each item of a subject go on from its first value; what is drawn for later visits is not used."""
        records = self.records
        group = pd.Series(records.subject * (int(records.item.max(initial=0)) + 1) + records.item)
        first = pd.Series(np.arange(self.size)).groupby(group).transform("min").to_numpy(dtype=np.int64)
        later = first < np.arange(self.size)
        slope = (self.numbers(course.sd, 0.0) * scipy.special.ndtri(self.uniforms("course")))[first]
        change = np.where(later, self.numbers(course.change, 0.0) + slope, 0.0)
        noise = self.numbers(course.noise, 0.0) * scipy.special.ndtri(self.uniforms("noise"))
        if course.relative:
            steps = pd.Series(np.log1p(np.maximum(change, -0.99))).groupby(group).cumsum().to_numpy()
            return np.asarray(drawn[first] * np.exp(steps) * (1 + noise))
        return np.asarray(drawn[first] + pd.Series(change).groupby(group).cumsum().to_numpy() + noise)

    def _sequence(self, within: str) -> Integers:
        records = self.records
        if within == "form":
            return np.arange(1, self.size + 1)
        keys = [pd.Series(records.subject), *([pd.Series(records.visit)] if within == "visit" else [])]
        return np.asarray(pd.Series(np.zeros(self.size)).groupby(keys).cumcount() + 1, dtype=np.int64)

    # Dates

    def _days(self, hints: Hints) -> Days:
        if hints.after is not None:
            base = self.world.days(hints.after, self.form)
            if not NUMERIC & hints.model_fields_set:
                return base
            shift = self._drawn(hints, None, None, 0)
            known = ~np.isnat(base) & (np.abs(shift) < 1e6)
            moved = base + np.where(known, shift, 0).astype(np.int64).astype("timedelta64[D]")
            return np.where(known, moved, NO_DAY)
        low = self._day(hints.low, "START") if hints.low or self.low is None else _as_days(self.low, self.size)
        high = self._day(hints.high, "END") if hints.high or self.high is None else _as_days(self.high, self.size)
        width = np.maximum((high - low).astype(np.int64), 0)
        known = ~np.isnat(low) & ~np.isnat(high)
        within = np.floor(self.uniforms("value") * (width + 1)).astype(np.int64)
        return np.where(known, low + np.where(known, within, 0).astype("timedelta64[D]"), NO_DAY)

    def _day(self, rule: Rule | None, default: str) -> Days:
        """Return the day that a hint names: one of the calendar, or what a rule gives; else one of the time line."""
        if rule is None:
            return self.world.days(f"{TIMELINE}.{default}", self.form)
        if _DAY.fullmatch(rule.text.strip()):
            try:
                return np.full(self.size, np.datetime64(rule.text.strip(), "D"))
            except ValueError:
                raise RuleError("RULE_TYPE", f"{rule.text} is no day of the calendar") from None
        node, values = self.world.evaluate(rule, self.table)
        if node.kind is not Kind.DATE:
            raise RuleError("RULE_TYPE", f"a day such as 2020-03-31 is wanted, {rule.text!r} is {node.kind}")
        return values.to_numpy().astype("datetime64[D]")

    # Rules and copies

    def _by_rule(self, rule: Rule) -> Any:
        node, values = self.world.evaluate(rule, self.table)
        if node.kind is Kind.DATE:
            return self._from_days(values.to_numpy().astype("datetime64[D]"))
        if node.kind is Kind.NUMBER:
            return self._from_numbers(values.to_numpy(dtype=np.float64, na_value=np.nan), self.decimals)
        if node.kind is Kind.TRUTH:
            raise RuleError("RULE_TYPE", f"a value is wanted, {rule.text!r} is a condition; write x if … else y")
        return self._from_text(values, node.formats)

    def _copied(self, reference: str) -> Any:
        table, _, name = reference.rpartition(".")
        if table == TIMELINE and self.world.members(TIMELINE).get(name, (None,))[0] is Kind.DATE:
            return self._from_days(self.world.days(reference, self.form))
        if table == TIMELINE:
            node_values = self.world.tables[TIMELINE].column(self._known(TIMELINE, name))
            return self._from_text(take(node_values.astype("str"), self.records.subject))
        other = self.world.form(table) if table else self.form
        if other is None:
            raise RuleError("RULE_NAME", f"{reference}: say which form has it, as form.{name}")
        cells = self.world.cells(other, self._known(f"raw.{other.form}", name))
        at = self.world.positions(other, self.form)
        if cells.days is not None and self.what == "date":
            return np.r_[cells.days, NO_DAY][at]
        return self._from_text(take(cells.values.astype("str"), at))

    def _known(self, table: str, name: str) -> str:
        self.world.check_name(table, name)
        return name

    def _patterned(self, pattern: str) -> pd.Series[Any]:
        records, roster = self.records, self.world.roster
        values = {name: take(column, records.subject) for name, column in roster.fields().items()}
        values["record"] = texts(self._sequence("subject").astype(str))
        values["item"] = texts((records.item + 1).astype(str))
        unknown = fields_of(pattern) - values.keys()
        if unknown:
            raise RuleError("RULE_NAME", f"{{{min(unknown)}}} is none of {', '.join(f'{{{n}}}' for n in values)}")
        return patterned(pattern, values, self.size)

    # From what was drawn to what the column holds

    def _from_text(self, values: pd.Series[Any], formats: tuple[str, ...] = ()) -> Any:
        if self.what == "number":
            return number(values, report=unreported).to_numpy(dtype=np.float64, na_value=np.nan)
        if self.what == "date":
            return read_days(values, tuple(dict.fromkeys([*formats, *self.formats, ISO])))
        return values

    def _from_numbers(self, values: Floats, decimals: int | None) -> Any:
        if self.what == "date":
            raise RuleError("RULE_TYPE", "a date is wanted, not a number; say the day that it comes `after`")
        return number_texts(values, decimals) if self.what == "text" else values

    def _from_days(self, days: Days) -> Any:
        if self.what == "number":
            raise RuleError("RULE_TYPE", "a number is wanted, not a date")
        nothing = np.zeros(len(days), dtype=np.int64)
        return day_texts(days, ISO, nothing, nothing.astype(bool)) if self.what == "text" else days


def _as_days(number: float, size: int) -> Days:
    return np.full(size, np.datetime64(int(number), "D"))

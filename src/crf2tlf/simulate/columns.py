"""The columns of simulated forms: what their specs ask, allow and say, over what the hints draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods import CATALOGUE
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules import columns
from crf2tlf.rules.parse import RuleError
from crf2tlf.simulate.cells import Days, day_texts, number_texts, texts, unambiguous
from crf2tlf.simulate.defaults import column_like, defaults, hints_for
from crf2tlf.simulate.drawing import Drawing, What
from crf2tlf.simulate.records import NO_DAY
from crf2tlf.simulate.world import TIMELINE, Cells, World
from crf2tlf.spec.form import DATES, NUMBERS, ColumnSpec, FormSpec
from crf2tlf.spec.simulation import SOURCES, ColumnSimulation, HiddenColumn

OPENS, OPEN_FOR = 8 * 3600, 10 * 3600
"""Times of the day lie between 8 and 18 o'clock."""
_EPOCH = date(1970, 1, 1)


def draw_column(world: World, form: FormSpec, name: str) -> Cells:
    """Draw a column of a form or one of its hidden values; a mistake in its hints is a finding and leaves it blank."""
    hidden = form.simulate.hidden.get(name) if form.simulate else None
    size = world.records(form).size
    place = hidden.place if hidden else (form.columns[name].simulate or form.columns[name]).place
    try:
        return _hidden(world, form, name, hidden) if hidden else _Column(world, form, name).cells()
    except RuleError as error:
        world.findings.add(error.code, place, f"simulate: {name}: {error}")
    return Cells(texts(np.full(size, "", dtype=object)), np.full(size, NO_DAY))


def draw_counts(world: World, form: FormSpec) -> Integers:
    """Draw how many records of a log each subject has."""
    hints = form.simulate.records if form.simulate else None
    place = hints.place if hints else form.place
    hints = hints or ColumnSimulation.model_validate(defaults().records)
    if hints.mean is not None and hints.sd is None and hints.distribution is None:
        given = {name: getattr(hints, name) for name in hints.model_fields_set}
        hints = ColumnSimulation(**{**given, "distribution": "poisson"})
    try:
        drawing = Drawing(world, None, f"records of {form.form}", "number", decimals=0, low=0.0)
        return np.asarray(np.maximum(np.nan_to_num(drawing.values(hints)), 0), dtype=np.int64)
    except RuleError as error:
        world.findings.add(error.code, place, f"simulate: records: {error}")
    return np.ones(world.roster.size, dtype=np.int64)


def _hidden(world: World, form: FormSpec, name: str, spec: HiddenColumn) -> Cells:
    drawing = Drawing(world, form, name, spec.type, decimals=spec.decimals if spec.decimals is not None else 6)
    drawn = drawing.values(spec)
    blank = np.zeros(drawing.size, dtype=bool)
    if spec.missing is not None:
        blank = drawing.uniforms("missing") < world.numbers(spec.missing, drawing.table)
    if spec.type == "date":
        for until in spec.until:
            blank = blank | (drawn > world.days(until, form))
        days = np.where(blank, NO_DAY, drawn)
        return Cells(pd.Series(days.astype("datetime64[s]")), days)
    if spec.type == "number":
        return Cells(pd.Series(np.where(blank, np.nan, drawn)))
    return Cells(drawn.mask(blank))


@dataclass(frozen=True)
class _Column:
    """A column of a form that is being made."""

    world: World
    form: FormSpec
    name: str

    @property
    def spec(self) -> ColumnSpec:
        return self.form.columns[self.name]

    @property
    def size(self) -> int:
        return self.world.records(self.form).size

    def cells(self) -> Cells:
        """Return the column's cells."""
        given = self._structure()
        if isinstance(given, pd.Series):
            return Cells(given)
        hints = hints_for(self.form, self.name)
        asked = self._asked()
        blank = ~asked | (self._left_out(hints) if not self.spec.required else np.zeros(self.size, dtype=bool))
        kind = self.spec.kind
        if kind in DATES:
            days = given if given is not None else self._drawing("date").values(hints)
            return self._dates(days, hints, blank)
        if kind == "time":
            midnight = np.full(self.size, np.datetime64("2000-01-01", "D"))
            return Cells(self._shown(midnight, np.zeros(self.size, dtype=bool)).mask(blank))
        if kind in NUMBERS:
            drawn = self._drawing("number").values(hints)
            decimals = self._decimals(hints)
            return Cells(number_texts(np.where(blank, np.nan, drawn), decimals))
        return Cells(self._drawing("text").values(hints).mask(blank))

    def _structure(self) -> Any:
        """Return what the structure of the form gives a column: visit, its number, its day, the item; else None."""
        records, visits = self.world.records(self.form), self.form.visits
        own = self.spec.simulate
        told = own is not None and any(getattr(own, s) is not None for s in (*SOURCES, "mean", "after", "low", "high"))
        if visits and self.name == visits.column and records.visits:
            return texts(np.array(records.visits, dtype=object)[records.visit])
        if told:
            return None
        if visits and self.name == visits.number and records.visits:
            return texts(np.array(self._visit_numbers(records.visits), dtype=object)[records.visit])
        if self._is_site():
            return columns.take(self.world.roster.site, records.subject)
        if self.name == self.form.item:
            if records.items:
                return texts(np.array(records.items, dtype=object)[records.item])
            return texts((records.item + 1).astype(str))
        return records.day if visits and self.name == self._visit_date() else None

    def _is_site(self) -> bool:
        """Whether the column names the subject's site, in codes that are those of the sites."""
        sites = set(self.world.roster.site)
        named = self.name == column_like(self.form, defaults().site) and self.spec.kind in ("text", "code")
        return named and self.spec.when is None and (not self.spec.codes or sites <= self.spec.codes.keys())

    def _visit_numbers(self, names: tuple[str, ...]) -> list[str]:
        rows = [record.cells for record in self.world.study.spec.tables.get("visits", ())]
        designed = {row.get("VISIT"): row.get("VISITNUM") for row in rows}
        return [designed.get(name) or str(at) for at, name in enumerate(names, 1)]

    def _visit_date(self) -> str | None:
        """Return the column with the day of the visit: the one named, that of the cut-off, or the first date."""
        visits, dates = self.form.visits, [n for n, c in self.form.columns.items() if c.kind in DATES]
        named = (visits.date if visits else None) or self.form.cutoff
        return named or (dates[0] if dates else None)

    def _asked(self) -> NDArray[np.bool_]:
        if self.spec.when is None:
            return np.ones(self.size, dtype=bool)
        return self.world.asked(self.form, self.spec.when)

    def _left_out(self, hints: ColumnSimulation) -> NDArray[np.bool_]:
        if hints.missing is None:
            return np.zeros(self.size, dtype=bool)
        drawing = self._drawing("text")
        return np.asarray(drawing.uniforms("missing") < drawing.numbers(hints.missing, 0.0))

    def _drawing(self, what: What) -> Drawing:
        low, high = (_as_number(end) for end in self.spec.range or (None, None))
        decimals = 0 if self.spec.kind == "integer" else self.spec.decimals
        formats = self.spec.formats or ("YYYY-MM-DD",)
        return Drawing(self.world, self.form, self.name, what, decimals, low, high, formats)

    def _decimals(self, hints: ColumnSimulation) -> int | None:
        if self.spec.kind == "integer" or (hints.sequence is not None and self.spec.decimals is None):
            return 0
        if self.spec.decimals is not None:
            return self.spec.decimals
        if hints.rule is not None or hints.values is not None or hints.same_as is not None:
            return None
        return hints.decimals if hints.decimals is not None or hints.by is not None else 1

    # Dates

    def _dates(self, days: Days, hints: ColumnSimulation, blank: NDArray[np.bool_]) -> Cells:
        """Keep days within range, cut-off and `until`; then write them, some with an unknown day."""
        required = self.spec.required & ~blank
        last = self._last(hints)
        first = np.full(self.size, self._end(0, np.datetime64("0001-01-01", "D")))
        start = self.world.days(hints.after, self.form) if hints.after else np.full(self.size, NO_DAY)
        start = np.where(np.isnat(start) | (days < start), first, np.maximum(start, first))
        lacking = np.isnat(days) & required
        if lacking.any():  # the time line may rest on this very column: it is asked only where nothing else is known
            days = np.where(lacking, self.world.days(f"{TIMELINE}.START", self.form), days)
        days = np.where(days > last, np.where(required, np.maximum(last, np.minimum(start, last)), NO_DAY), days)
        days = np.maximum(days, first)
        days = np.where(blank, NO_DAY, days)
        days = unambiguous(days, self.spec.formats, start, last)
        return Cells(self._shown(days, self._partial(days, hints)), days)

    def _last(self, hints: ColumnSimulation) -> Days:
        last = np.full(self.size, min(self.world.cutoff, self._end(1, self.world.cutoff)))
        for name in hints.until:
            end = self.world.days(name, self.form)
            last = np.where(np.isnat(end), last, np.minimum(last, end))
        return last

    def _end(self, at: int, default: np.datetime64) -> np.datetime64:
        end = self.spec.range[at] if self.spec.range else None
        return np.datetime64(end, "D") if isinstance(end, date) else default

    def _shown(self, days: Days, unknown: NDArray[np.bool_]) -> pd.Series[Any]:
        u = self._drawing("text").uniforms("time")
        seconds = OPENS + np.floor(u * OPEN_FOR).astype(np.int64) // 60 * 60
        try:
            CATALOGUE["iso8601"].function(texts([]), formats=self.spec.formats, report=lambda *_: None)
        except ValueError as error:
            raise RuleError("SPEC_MODEL", str(error)) from None
        return day_texts(days, self.spec.formats[0], seconds, unknown)

    def _partial(self, days: Days, hints: ColumnSimulation) -> NDArray[np.bool_]:
        """Return which dates have an unknown day: a share, where all formats still read the text alike."""
        layout = self.spec.formats[0]
        nobody = np.zeros(self.size, dtype=bool)
        if hints.partial is None or "DD" not in layout or self.spec.kind != "date":
            return nobody
        drawing = self._drawing("text")
        chosen = (drawing.uniforms("partial") < drawing.numbers(hints.partial, 0.0)) & ~np.isnat(days)
        bad = nobody.copy()

        def report(mask: Any, *_: Any) -> None:
            bad[np.asarray(mask, dtype=bool)] = True

        CATALOGUE["iso8601"].function(self._shown(days, chosen), formats=self.spec.formats, report=report)
        return chosen & ~bad


def _as_number(end: float | date | None) -> float | None:
    """Return an end of a range as a number: a day is the number of days since 1970."""
    return float((end - _EPOCH).days) if isinstance(end, date) else end

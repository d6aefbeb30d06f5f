"""Who has records of a form, how many, at which visits, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crf2tlf.build.form_checks import schedule
from crf2tlf.methods.catalogue import Integers
from crf2tlf.simulate.cells import Days
from crf2tlf.simulate.defaults import defaults, planned_days, repeats
from crf2tlf.simulate.streams import uniforms
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.simulation import FormSimulation

if TYPE_CHECKING:
    from crf2tlf.simulate.world import World

NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Records:
    """The records of a form in their order: the subject, the visit and the item of each, and the day of the visit.

    ``subject`` is a position in the roster, ``visit`` one in ``visits`` (-1 without visits), ``item`` counts from 0.
    ``items`` are the values of the form's item column where the spec lists them.
    """

    subject: Integers
    visit: Integers
    item: Integers
    day: Days
    visits: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.subject)


def make_records(world: World, form: FormSpec) -> Records:
    """Make the records of a form, sorted by subject, visit and item."""
    hints = form.simulate or FormSimulation()
    chosen = _subjects(world, form, hints)
    items = _items(form)
    kind = repeats(form)
    if form.visits and kind != "once":
        attended = _attended(world, form, hints, chosen)
        return _with_items(world, form, attended, items, every=kind == "visit")
    subject = np.flatnonzero(chosen)
    visit, day = np.full(len(subject), -1), np.full(len(subject), NO_DAY)
    base = Records(subject, visit, np.zeros(len(subject), dtype=np.int64), day)
    if form.visits:
        planned = _attended(world, form, FormSimulation(dropout=0, missed=0, start=hints.start), chosen)
        first = planned.visit == 0
        subject = planned.subject[first]
        at_first = np.zeros(len(subject), dtype=np.int64)
        return Records(subject, at_first, at_first, planned.day[first], planned.visits)
    return base if kind == "once" else _with_items(world, form, base, items, every=False)


def _subjects(world: World, form: FormSpec, hints: FormSimulation) -> NDArray[np.bool_]:
    size = world.roster.size
    chosen = np.ones(size, dtype=bool)
    if hints.where is not None:
        chosen &= world.truth(hints.where, "timeline")
    if hints.share is not None:
        share = world.numbers(hints.share, "timeline")
        chosen &= uniforms(size, world.seed, form.form, "", "share") < share
    return chosen


def _items(form: FormSpec) -> tuple[str, ...]:
    """Return the values of the item column where its spec lists them."""
    if form.item is None:
        return ()
    column = form.columns[form.item]
    given = column.simulate.values if column.simulate else None
    return tuple(given or column.codes)


def _with_items(world: World, form: FormSpec, base: Records, items: tuple[str, ...], *, every: bool) -> Records:
    """Repeat records: for every listed item, or as often as a subject has records of the log."""
    if every and not items:
        return base if form.item is None else _repeated(base, _counts(world, form, base, least=1), items)
    if every:
        return _repeated(base, np.full(base.size, len(items), dtype=np.int64), items)
    counts = _counts(world, form, base, least=0)
    return _repeated(base, np.minimum(counts, len(items)) if items else counts, items)


def _counts(world: World, form: FormSpec, base: Records, least: int) -> Integers:
    drawn = world.record_counts(form)
    return np.maximum(drawn, least)[base.subject]


def _repeated(base: Records, counts: Integers, items: tuple[str, ...]) -> Records:
    at = np.repeat(np.arange(base.size), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    item = np.arange(len(at)) - starts
    return Records(base.subject[at], base.visit[at], item, base.day[at], base.visits, items)


# Visits


def _attended(world: World, form: FormSpec, hints: FormSimulation, chosen: NDArray[np.bool_]) -> Records:
    """Return a record for each visit that takes place, up to the cut-off and to what `until` names."""
    planned = schedule(world.study, form) or {"VISIT 1": 1}
    names, days = tuple(planned), np.array(planned_days(planned), dtype=np.int64)
    size, usual = world.roster.size, defaults()
    start = world.subject_days(hints.start) if hints.start else world.timeline("START")
    jitter = usual.jitter if hints.jitter is None else hints.jitter
    shift = np.column_stack([_shifts(world, name, jitter, days, at) for at, name in enumerate(names)])
    offset = np.where(days > 0, days - 1, days)
    day = start[:, None] + (offset[None, :] + shift).astype("timedelta64[D]")
    if hints.start is None:
        day = np.maximum(day, np.minimum(world.timeline("ENROLLED"), start)[:, None])
    takes_place = chosen[:, None] & ~np.isnat(day) & (day <= _last(world, hints)[:, None])
    missed = usual.missed if hints.missed is None else hints.missed
    dropout = usual.dropout if hints.dropout is None else hints.dropout
    for at, name in enumerate(names):
        if at and days[at] != 1:
            takes_place[:, at] &= uniforms(size, world.seed, "visit", name, "missed") >= missed
    takes_place &= offset[None, :] <= leaving(world, dropout, int(offset.max()))[:, None]
    subject, visit = np.nonzero(takes_place)
    return Records(subject, visit, np.zeros(len(subject), dtype=np.int64), day[subject, visit], names)


def _shifts(world: World, name: str, jitter: int, days: Integers, at: int) -> Integers:
    """Return how many days each subject's visit is early or late, so little that visits keep their order."""
    others = np.delete(days, at)
    gap = int(np.abs(others - days[at]).min()) if len(others) else 2 * jitter + 1
    most = min(jitter, max(gap - 1, 0) // 2) if days[at] > 1 else 0
    drawn = uniforms(world.roster.size, world.seed, "visit", name, "jitter")
    return np.asarray(np.floor(drawn * (2 * most + 1)) - most, dtype=np.int64)


def _last(world: World, hints: FormSimulation) -> Days:
    """Return the last day on which a subject can have a record."""
    last = np.full(world.roster.size, world.cutoff)
    for name in hints.until:
        end = world.subject_days(name)
        last = np.where(np.isnat(end), last, np.minimum(last, end))
    return last


def leaving(world: World, share: float, length: int) -> Integers:
    """Return the day after the start on which each subject leaves; who stays leaves after everything else.

    All forms see the same subjects leave: with a larger share more do, and none of the others comes back.
    """
    u = uniforms(world.roster.size, world.seed, "subject", "dropout")
    early = u < share
    return np.where(early, np.floor(u / max(share, 1e-12) * length), np.iinfo(np.int32).max).astype(np.int64)

"""Time to event: the event or censoring date of each subject, the time to it, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crf2tlf.methods.catalogue import Date, Integers, Number, Text
from crf2tlf.methods.columns import Mask, days, numbers, texts
from crf2tlf.methods.durations import DAYS_PER_MONTH, days_between, days_per

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class DatedRecords:
    """The selected records of one event or censoring source.

    ``subject`` is each record's subject position (0, 1, …), ``day`` its date, ``description`` what it means (EVNTDESC
    or CNSDTDSC), ``censor`` its CNSR (0 for events), ``source`` the number by which the result names the source.
    """

    subject: Integers
    day: Days
    description: str
    censor: int
    source: int


@dataclass(frozen=True)
class Times:
    """The time to event of each subject.

    ``source`` and ``record`` say where the date comes from: the source's number, and the record's position in that
    source; both −1 where it is no record's date.
    """

    day: Date
    """ADT: the date of the event or censoring."""
    value: Number
    """AVAL: the time from the start to it."""
    censor: Number
    """CNSR: 0 for an event."""
    event_description: Text
    """EVNTDESC: the event; missing where censored."""
    censor_description: Text
    """CNSDTDSC: why, and at which date, censored; missing for an event."""
    source: Integers
    record: Integers
    ignored: Mask
    """Whether the subject has an event before the start, which does not count."""


@dataclass(frozen=True)
class _Found:
    """One record of each subject: its date, its place in the list of records, and the number of its source."""

    day: Days
    place: Integers
    record: Integers

    @property
    def exists(self) -> Mask:
        """Which subjects have one."""
        return self.place >= 0


def time_to_event(
    start: Date,
    events: Sequence[DatedRecords],
    censors: Sequence[DatedRecords],
    *,
    new_therapy: Date | None = None,
    new_therapy_description: str = "New anticancer therapy",
    new_therapy_censor: int = 1,
    missed_days: int | None = None,
    missed_description: str = "Event after missed assessments",
    missed_censor: int = 1,
    no_assessment: str = "No assessment after the origin",
    unit: str = "days",
    days_per_month: float = DAYS_PER_MONTH,
) -> Times:
    """Find each subject's event or censoring, and the time from ``start`` to it.

    ``start`` and ``new_therapy`` have one date a subject. Both ends count: the time is (day − start + 1), divided by
    the days of ``unit``; an event on the day of the start has the time 1 day.

    1. The event is the earliest record of ``events`` on or after the start; of the same day, the one of the source
    listed first. Events before the start do not count; a subject with one is a finding EVENT_BEFORE_START.
    2. ``new_therapy``: where a new therapy starts before the event, or there is no event, the subject is censored at
    the latest record of ``censor`` not after that day, with the description and CNSR of the new therapy. An event on
    that day counts.
    3. ``missed_assessments``: where more than ``days`` days lie between the last record of ``censor`` before the
    event's day (or the start, where there is none) and the event, the subject is censored there, likewise.
    4. Without an event the subject is censored at the latest record of ``censor`` on or after the start; of the same
    day, the one of the source listed first.
    5. Where a censored subject has no such record, it is censored at the start, with the description that applies, or
    else ``no_assessment`` and CNSR 1.

    A subject without a start has nothing. Records without a date do not count. Raises ``ValueError`` for an unknown
    unit. Source: ADaM BDS for Time-to-Event Analyses 1.0 (ADT, STARTDT, AVAL, CNSR, EVNTDESC, CNSDTDSC); the rules of
    censoring are those of the FDA guidance "Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics"
    (2018), appendix on progression-free survival.
    """
    divisor = days_per(unit, days_per_month)
    origin = start.to_numpy().astype("datetime64[D]")
    event = _earliest(events, origin)
    last = _latest(censors, origin, np.full(len(origin), np.datetime64("9999-12-31")))
    nothing = (no_assessment, 1)
    outcomes = [_outcome(censors, last, origin, nothing), _outcome(events, event, origin, nothing)]
    which = np.where(event.exists, 1, 0)
    if missed_days is not None:
        before = _latest(censors, origin, event.day - 1)
        at = np.where(before.exists, before.day, origin)
        outcomes.append(_outcome(censors, before, origin, (missed_description, missed_censor), of_all=True))
        missed = event.exists & (days_between(at, event.day) > missed_days)
        which = np.where(missed, len(outcomes) - 1, which)
    if new_therapy is not None:
        therapy = new_therapy.to_numpy().astype("datetime64[D]")
        until = _latest(censors, origin, therapy)
        outcomes.append(_outcome(censors, until, origin, (new_therapy_description, new_therapy_censor), of_all=True))
        treated = ~np.isnat(therapy) & ~(event.exists & (event.day <= therapy))
        which = np.where(treated, len(outcomes) - 1, which)
    return _times(start, outcomes, which, events, divisor)


@dataclass(frozen=True)
class _Outcome:
    """What a rule gives for every subject; which rule decides for whom is settled afterwards."""

    day: Days
    censor: Integers
    description: NDArray[np.object_]
    source: Integers
    record: Integers


def _outcome(
    sources: Sequence[DatedRecords], found: _Found, origin: Days, reason: tuple[str, int], *, of_all: bool = False
) -> _Outcome:
    """Describe the found records by their source, or (``of_all``) by the reason.

    Subjects without a record are censored at the origin, for the reason.
    """
    of_source = [reason if of_all else (source.description, source.censor) for source in sources]
    described = np.array([*(text for text, _ in of_source), reason[0]], dtype=object)
    censor = np.array([*(number for _, number in of_source), reason[1]], dtype=np.int64)
    numbered = np.array([*(s.source for s in sources), -1], dtype=np.int64)
    return _Outcome(
        np.where(found.exists, found.day, origin),
        censor[found.place],
        described[found.place],
        numbered[found.place],
        found.record,
    )


def _times(
    start: Date, outcomes: Sequence[_Outcome], which: Integers, events: Sequence[DatedRecords], divisor: float
) -> Times:
    """Take each subject's outcome from the rule that decides."""
    origin = start.to_numpy().astype("datetime64[D]")
    known, here = ~np.isnat(origin), np.arange(len(origin))
    day = np.where(known, np.stack([o.day for o in outcomes])[which, here], np.datetime64("NaT", "D"))
    description = np.stack([o.description for o in outcomes])[which, here]
    censor = np.stack([o.censor for o in outcomes])[which, here]
    ignored = np.zeros(len(origin), dtype=bool)
    for source in events:
        early = source.day.astype("datetime64[D]") < origin[source.subject]
        ignored[source.subject[early]] = True
    return Times(
        days(day, start.index),
        numbers((days_between(origin, day) + 1) / divisor, start.index),
        numbers(np.where(known, censor, np.nan), start.index),
        texts(np.where(known & (censor == 0), description, ""), start.index),
        texts(np.where(known & (censor != 0), description, ""), start.index),
        np.where(known, np.stack([o.source for o in outcomes])[which, here], -1),
        np.where(known, np.stack([o.record for o in outcomes])[which, here], -1),
        ignored,
    )


def _earliest(sources: Sequence[DatedRecords], origin: Days) -> _Found:
    """Return each subject's earliest record on or after the origin."""
    subject, day, place, record = _stacked(sources)
    fits = day >= origin[subject]
    return _one_each(subject, day, place, record, fits, len(origin), latest=False)


def _latest(sources: Sequence[DatedRecords], origin: Days, limit: Days) -> _Found:
    """Return each subject's latest record on or after the origin and not after the limit."""
    subject, day, place, record = _stacked(sources)
    fits = (day >= origin[subject]) & (day <= limit[subject])
    return _one_each(subject, day, place, record, fits, len(origin), latest=True)


def _stacked(sources: Sequence[DatedRecords]) -> tuple[Integers, Days, Integers, Integers]:
    """Stack the records of the sources: subject, day, place of the source, position in the source."""
    sizes = [len(source.subject) for source in sources]
    none = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([none, *(source.subject for source in sources)]),
        np.concatenate([none.astype("datetime64[D]"), *(source.day.astype("datetime64[D]") for source in sources)]),
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([none, *(np.arange(size) for size in sizes)]),
    )


def _one_each(
    subject: Integers, day: Days, place: Integers, record: Integers, fits: Mask, size: int, *, latest: bool
) -> _Found:
    """Return each subject's first or last fitting record by date; of one date, of the source listed first."""
    kept = np.flatnonzero(fits)
    number = day[kept].astype("int64")
    order = kept[np.lexsort((record[kept], place[kept], -number if latest else number, subject[kept]))]
    first = order[np.r_[True, subject[order][1:] != subject[order][:-1]][: len(order)]]
    found = _Found(
        np.full(size, np.datetime64("NaT", "D")), np.full(size, -1, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    )
    found.day[subject[first]] = day[first]
    found.place[subject[first]] = place[first]
    found.record[subject[first]] = record[first]
    return found

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crf2tlf.methods.time_to_event import DatedRecords, Times, time_to_event

ORIGIN = np.datetime64("2017-01-01", "s")


def dates(days: list[int | None]) -> pd.Series:
    """Dates so many days after the origin."""
    return pd.Series(
        np.array(
            [np.datetime64("NaT", "s") if d is None else ORIGIN + np.timedelta64(d, "D") for d in days], dtype="M8[s]"
        )
    )


def records(per_subject: list[list[int | None]], description: str, censor: int, source: int) -> DatedRecords:
    subject = [i for i, days in enumerate(per_subject) for _ in days]
    listed = [day for days in per_subject for day in days]
    return DatedRecords(np.array(subject, dtype=np.int64), dates(listed).to_numpy(), description, censor, source)


def days_after_origin(column: pd.Series) -> list[int | None]:
    return [None if pd.isna(d) else int((d.to_datetime64() - ORIGIN) / np.timedelta64(1, "D")) for d in column]


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


@dataclass(frozen=True)
class Subject:
    """A subject's dates, in days after its start (day 0)."""

    progression: tuple[int | None, ...] = ()
    death: int | None = None
    scans: tuple[int | None, ...] = ()
    therapy: int | None = None


def progression_free(subjects: list[Subject], starts: list[int | None] | None = None, **options: Any) -> Times:
    events = [
        records([list(s.progression) for s in subjects], "Progressive disease", 0, 0),
        records([[s.death] for s in subjects], "Death", 0, 1),
    ]
    censors = [records([list(s.scans) for s in subjects], "Last adequate assessment", 1, 2)]
    start = dates([0] * len(subjects) if starts is None else starts)
    therapy = dates([s.therapy for s in subjects])
    return time_to_event(start, events, censors, new_therapy=therapy, new_therapy_censor=2, missed_censor=3, **options)


SCENARIOS = [
    # (subject, day, CNSR, EVNTDESC, CNSDTDSC, source, record)
    # the earliest event
    (Subject((100, 50), 200, (49, 99)), 50, 0, "Progressive disease", None, 0, 1),
    (Subject((), 80, (49,)), 80, 0, "Death", None, 1, 0),
    # of the same day, the source listed first
    (Subject((80,), 80, (49,)), 80, 0, "Progressive disease", None, 0, 0),
    # an event on the day of the start
    (Subject((0,)), 0, 0, "Progressive disease", None, 0, 0),
    # without an event: the latest assessment
    (Subject((), None, (49, 91, 70)), 91, 1, None, "Last adequate assessment", 2, 1),
    (Subject((None,), None, (49, None)), 49, 1, None, "Last adequate assessment", 2, 0),
    # what lies before the start does not count
    (Subject((-5,), None, (49,)), 49, 1, None, "Last adequate assessment", 2, 0),
    (Subject((), None, (-5,)), 0, 1, None, "No assessment after the origin", -1, -1),
    (Subject(), 0, 1, None, "No assessment after the origin", -1, -1),
    # a new therapy before the event
    (Subject((100,), None, (49, 91), 60), 49, 2, None, "New anticancer therapy", 2, 0),
    (Subject((100,), None, (49, 60), 60), 60, 2, None, "New anticancer therapy", 2, 1),
    (Subject((100,), None, (70,), 60), 0, 2, None, "New anticancer therapy", -1, -1),
    # on the day of the event, and after it
    (Subject((100,), None, (49,), 100), 100, 0, "Progressive disease", None, 0, 0),
    (Subject((100,), None, (49,), 101), 100, 0, "Progressive disease", None, 0, 0),
    # a new therapy and no event
    (Subject((), None, (49, 91), 60), 49, 2, None, "New anticancer therapy", 2, 0),
]


@pytest.mark.parametrize(("subject", "day", "censor", "event", "reason", "source", "record"), SCENARIOS)
def test_progression_free_survival(
    subject: Subject, day: int, censor: int, event: str | None, reason: str | None, source: int, record: int
) -> None:
    # a second subject, whose records must not matter
    result = progression_free([subject, Subject((10,), 20, (5, 300), 30)])
    assert days_after_origin(result.day)[0] == day
    assert result.value[0] == day + 1  # both ends count
    assert result.censor[0] == censor
    assert plain(result.event_description)[0] == event
    assert plain(result.censor_description)[0] == reason
    assert (result.source[0], result.record[0]) == (source, record)
    assert bool(result.ignored[0]) == (-5 in subject.progression)


@pytest.mark.parametrize(
    ("subject", "day", "censor", "reason"),
    [
        (Subject((226,), None, (100,)), 226, 0, None),  # 126 days are accepted
        (Subject((227,), None, (100,)), 100, 3, "Event after missed assessments"),
        (Subject((127,)), 0, 3, "Event after missed assessments"),  # since the start
        (Subject((), 227, (100,)), 100, 3, "Event after missed assessments"),
        # the assessment that found the progression is not the one before it
        (Subject((227,), None, (100, 227)), 100, 3, "Event after missed assessments"),
        (Subject((227,), None, (100, 226)), 227, 0, None),
        # a new therapy explains the gap
        (Subject((227,), None, (100,), 150), 100, 2, "New anticancer therapy"),
        # without an event nothing was missed
        (Subject((), None, (100,)), 100, 1, "Last adequate assessment"),
    ],
)
def test_event_after_missed_assessments(subject: Subject, day: int, censor: int, reason: str | None) -> None:
    result = progression_free([subject], missed_days=126)
    assert (days_after_origin(result.day), result.censor[0]) == ([day], censor)
    assert plain(result.censor_description) == [reason]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, 61), ({"unit": "weeks"}, 61 / 7), ({"unit": "months"}, 61 / 30.4375), ({"unit": "years"}, 61 / 365.25)],
)
def test_units(options: dict[str, Any], expected: float) -> None:
    assert progression_free([Subject((60,))], **options).value[0] == expected
    with pytest.raises(ValueError, match="fortnights"):
        progression_free([Subject((60,))], unit="fortnights")


def test_a_subject_without_a_start_has_nothing() -> None:
    result = progression_free([Subject((60,), 70, (50,), 20), Subject((60,))], [None, 0], missed_days=126)
    assert plain(result.value) == [None, 61]
    assert plain(result.censor) == [None, 0]
    assert plain(result.event_description) == [None, "Progressive disease"]
    assert plain(result.censor_description) == [None, None]
    assert result.source.tolist() == [-1, 0]


def test_of_censoring_dates_of_one_day_the_source_listed_first_counts() -> None:
    first, second = records([[10, 30]], "Last contact", 1, 7), records([[30, 20]], "Data cut-off", 2, 8)
    for censors, expected in (
        ([first, second], ("Last contact", 1, 7, 1)),
        ([second, first], ("Data cut-off", 2, 8, 0)),
    ):
        result = time_to_event(dates([0]), [], censors)
        found = result.censor_description[0], result.censor[0], result.source[0], result.record[0]
        assert found == expected


def test_no_sources_and_no_subjects() -> None:
    assert time_to_event(dates([0]), [], []).censor.tolist() == [1]
    assert len(time_to_event(dates([]), [records([], "Death", 0, 0)], []).value) == 0


def reference(subject: Subject, start: int | None, missed: int | None) -> tuple[Any, ...]:
    """Follow the rules for one subject: day, CNSR, description."""
    if start is None:
        return None, None, None
    listed = [(d, 0, "Progressive disease") for d in subject.progression if d is not None]
    listed += [(subject.death, 1, "Death")] if subject.death is not None else []
    event = min((e for e in listed if e[0] >= start), default=None)
    scans = [d for d in subject.scans if d is not None and d >= start]
    if subject.therapy is not None and (event is None or subject.therapy < event[0]):
        return max((d for d in scans if d <= subject.therapy), default=start), 2, "New anticancer therapy"
    if event is None:
        if scans:
            return max(scans), 1, "Last adequate assessment"
        return start, 1, "No assessment after the origin"
    before = max((d for d in scans if d < event[0]), default=start)
    if missed is not None and event[0] - before > missed:
        return before, 3, "Event after missed assessments"
    return event[0], 0, event[2]


DAY = st.one_of(st.none(), st.integers(-10, 60))
DAYS = st.lists(DAY, max_size=4).map(tuple)
SUBJECT = st.tuples(st.builds(Subject, DAYS, DAY, DAYS, DAY), st.one_of(st.none(), st.integers(-5, 20)))


@settings(max_examples=300)
@given(st.lists(SUBJECT, max_size=6), st.one_of(st.none(), st.integers(1, 30)))
def test_agreement_with_one_subject_at_a_time(cases: list[tuple[Subject, int | None]], missed: int | None) -> None:
    subjects, starts = [subject for subject, _ in cases], [start for _, start in cases]
    result = progression_free(subjects, starts, missed_days=missed)
    described = result.event_description.fillna(result.censor_description)
    found = list(zip(days_after_origin(result.day), plain(result.censor), plain(described), strict=True))
    assert found == [reference(subject, start, missed) for subject, start in cases]
    listed = [
        [day for subject in subjects for day in subject.progression],
        [subject.death for subject in subjects],
        [day for subject in subjects for day in subject.scans],
    ]
    for i, (source, record) in enumerate(zip(result.source, result.record, strict=True)):
        if source >= 0:  # the record that the date comes from has that date
            assert listed[source][record] == found[i][0]

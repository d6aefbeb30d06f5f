from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crf2tlf.methods.best_response import BestResponse, best_overall_response

START = date(2020, 1, 1)
Visits = list[tuple[int, str]]
"""The assessments of a subject: days after the start, and response."""


def dates(values: list[Any]) -> pd.Series:
    return pd.Series(np.array(["NaT" if v is None else str(v) for v in values], dtype="datetime64[s]"))


def evaluate(subjects: list[Visits], until: list[int | None] | None = None, **options: Any) -> BestResponse:
    records = [
        (i, START + timedelta(days=day), response) for i, visits in enumerate(subjects) for day, response in visits
    ]
    return best_overall_response(
        np.array([r[0] for r in records], dtype=np.int64),
        pd.Series([r[2] for r in records], dtype="str"),
        dates([r[1] for r in records]),
        dates([START] * len(subjects)),
        None if until is None else dates([None if u is None else START + timedelta(days=u) for u in until]),
        **options,
    )


def days_after_start(result: BestResponse) -> list[int | None]:
    return [None if pd.isna(day) else (day.date() - START).days for day in result.day]


# RECIST 1.1, Table 3: best overall response when CR and PR need confirmation. Confirmation after 28 days, SD after 42.
TABLE_3 = [
    # (visits, best response, its day)
    ([(56, "CR"), (112, "CR")], "CR", 56),
    ([(56, "CR"), (112, "PR")], "SD", 56),
    ([(56, "CR"), (112, "SD")], "SD", 56),
    ([(28, "CR"), (40, "SD")], "PD", 40),  # too early for SD: disease is back
    ([(28, "CR"), (40, "PR")], "PD", 40),
    ([(56, "CR"), (112, "PD")], "SD", 56),
    ([(28, "CR"), (40, "PD")], "PD", 40),
    ([(56, "CR"), (112, "NE")], "SD", 56),
    ([(28, "CR"), (40, "NE")], "NE", 28),
    ([(56, "PR"), (112, "CR")], "PR", 56),
    ([(56, "PR"), (112, "PR")], "PR", 56),
    ([(56, "PR"), (112, "SD")], "SD", 56),
    ([(56, "PR"), (112, "PD")], "SD", 56),
    ([(28, "PR"), (40, "PD")], "PD", 40),
    ([(56, "PR"), (112, "NE")], "SD", 56),
    ([(28, "PR"), (40, "NE")], "NE", 28),
    ([(56, "NE"), (112, "NE")], "NE", 56),
    # stable disease, section 4.4: it depends on the time since the start
    ([(42, "SD")], "SD", 42),
    ([(41, "SD")], "NE", 41),
    ([(41, "SD"), (83, "PD")], "PD", 83),
    ([(41, "SD"), (83, "SD")], "SD", 83),
    ([(42, "NON-CR/NON-PD")], "NON-CR/NON-PD", 42),
    ([(41, "NON-CR/NON-PD")], "NE", 41),
    # confirmation
    ([(56, "PR"), (83, "PR")], "SD", 56),  # 27 days are too few
    ([(56, "PR"), (84, "PR")], "PR", 56),
    ([(56, "PR"), (70, "PR"), (84, "PR")], "PR", 56),  # the third confirms the first
    ([(56, "PR"), (84, "NE"), (112, "PR")], "PR", 56),  # one NE between is allowed
    ([(56, "PR"), (84, "NE"), (100, "NE"), (112, "PR")], "SD", 56),
    ([(56, "PR"), (84, "SD"), (112, "PR")], "SD", 56),
    ([(56, "CR"), (70, "PR"), (84, "CR")], "SD", 56),
    ([(56, "PR"), (70, "CR"), (84, "PR")], "SD", 56),  # a PR after a CR
    ([(56, "SD"), (112, "PR"), (168, "CR"), (224, "CR")], "CR", 168),
    # nothing counts after progression
    ([(56, "PD"), (112, "CR"), (168, "CR")], "PD", 56),
    ([(56, "PR"), (70, "PD"), (112, "PR")], "SD", 56),
    ([(-7, "CR"), (56, "SD")], "SD", 56),  # nor before the start
    ([], "NE", None),
]


@pytest.mark.parametrize(("visits", "best", "day"), TABLE_3)
def test_confirmed_best_response(visits: Visits, best: str, day: int | None) -> None:
    result = evaluate([visits], confirm_days=28)
    assert (list(result.response), days_after_start(result)) == ([best], [day])


@pytest.mark.parametrize(
    ("visits", "best", "day"),
    [
        ([(28, "PR"), (40, "PD")], "PR", 28),  # no confirmation, no waiting
        ([(56, "SD"), (112, "CR"), (168, "PR")], "CR", 112),
        ([(41, "SD")], "NE", 41),
        ([(41, "SD"), (60, "SD"), (80, "PD")], "SD", 60),
        ([(56, "NON-CR/NON-PD"), (112, "SD")], "SD", 112),
    ],
)
def test_best_response_without_confirmation(visits: Visits, best: str, day: int) -> None:
    result = evaluate([visits])
    assert (list(result.response), days_after_start(result)) == ([best], [day])


def test_options() -> None:
    gap = [[(56, "PR"), (84, "NE"), (100, "NE"), (112, "PR")]]
    assert list(evaluate(gap, confirm_days=28, not_evaluable_between=2).response) == ["PR"]
    steady = [[(56, "PR"), (84, "SD"), (112, "PR")]]
    assert list(evaluate(steady, confirm_days=28, stable_between=1).response) == ["PR"]
    assert list(evaluate([[(41, "SD")]], stable_days=41).response) == ["SD"]
    assert list(evaluate([[]], missing="MISSING").response) == ["MISSING"]
    # assessments after a new therapy are left out; its day still counts
    visits = [(56, "SD"), (112, "PR"), (168, "PR")]
    therapy: list[int | None] = [167, 168, None]
    assert list(evaluate([visits] * 3, until=therapy, confirm_days=28).response) == ["SD", "PR", "PR"]


def test_the_record_is_the_position_of_the_assessment() -> None:
    subject = np.array([1, 0, 1, 1])
    response = pd.Series(["PR", None, "SD", "PR"], dtype="str", index=[9, 8, 7, 6])
    day = dates(["2020-06-01", "2020-03-01", "2020-03-01", None])
    result = best_overall_response(subject, response, day, dates([START] * 3))
    assert list(result.response) == ["NE", "PR", "NE"]
    assert result.record.tolist() == [-1, 0, -1]  # no response, and no date, is no assessment


def test_a_subject_without_a_start_has_no_stable_disease() -> None:
    day, response = dates(["2020-06-01"]), pd.Series(["SD"], dtype="str")
    assert list(best_overall_response(np.array([0]), response, day, dates([None])).response) == ["NE"]


def test_an_unknown_response_is_named() -> None:
    with pytest.raises(ValueError, match="iCR"):
        evaluate([[(56, "iCR")]])


# What R admiralonco's own tests of derive_param_confirmed_bor expect (window 28 days, confirmation 28 days).
ADMIRALONCO = {
    "1": (
        "2020-01-01",
        "2020-01-01 PR, 2020-02-01 CR, 2020-02-16 NE, 2020-03-01 CR, 2020-04-01 SD",
        "CR",
        "2020-02-01",
    ),
    "2": ("2019-12-12", "2020-01-01 SD, 2020-02-01 PR, 2020-03-01 SD, 2020-03-13 CR", "SD", "2020-02-01"),
    "3": ("2019-11-11", "2019-11-12 CR, 2019-12-02 CR, 2020-01-01 SD", "SD", "2020-01-01"),
    "4": ("2019-12-30", "2020-01-01 PR, 2020-03-01 SD, 2020-04-01 SD, 2020-05-01 PR", "SD", "2020-03-01"),
    "5": (
        "2020-01-01",
        "2020-01-01 PR, 2020-01-10 SD, 2020-01-20 PR, 2020-05-15 NON-CR/NON-PD",
        "NON-CR/NON-PD",
        "2020-05-15",
    ),
    "6": ("2020-02-02", "2020-02-06 PR, 2020-02-16 CR, 2020-03-30 PR", "SD", "2020-03-30"),
    "7": ("2020-02-02", "2020-02-06 PR, 2020-02-16 CR, 2020-04-01 NE", "NE", "2020-02-06"),
    "8": ("2020-04-01", "", "NE", None),
    "9": ("2020-02-01", "2020-02-16 PD, 2020-03-06 SD", "PD", "2020-02-16"),
}


def test_agreement_with_admiralonco() -> None:
    subject: list[int] = []
    visits: list[list[str]] = []
    for i, (_, listed, _, _) in enumerate(ADMIRALONCO.values()):
        for visit in listed.split(", ") if listed else []:
            subject.append(i)
            visits.append(visit.split(" "))
    result = best_overall_response(
        np.array(subject),
        pd.Series([v[1] for v in visits], dtype="str"),
        dates([v[0] for v in visits]),
        dates([case[0] for case in ADMIRALONCO.values()]),
        confirm_days=28,
        stable_days=28,
    )
    assert list(result.response) == [case[2] for case in ADMIRALONCO.values()]
    assert [None if pd.isna(d) else d.date().isoformat() for d in result.day] == [c[3] for c in ADMIRALONCO.values()]


def reference(
    visits: Visits, until: int | None, confirm: int | None, stable: int, ne: int, sd: int
) -> tuple[str, int | None]:
    """Evaluate one subject by the text of the rules, one assessment after the other."""
    counted: Visits = []
    for day, response in sorted(visits, key=lambda v: v[0]):
        if day < 0 or (until is not None and day > until):
            continue
        counted.append((day, response))
        if response == "PD":
            break

    def confirmed(i: int, by: set[str], allowed: dict[str, int]) -> bool:
        assert confirm is not None
        for j in range(i + 1, len(counted)):
            if counted[j][1] in by and counted[j][0] >= counted[i][0] + confirm:
                between = [response for _, response in counted[i + 1 : j]]
                through = [response for _, response in counted[i + 1 : j + 1]]
                back = by != {"CR"} and "CR" in through and "PR" in through[through.index("CR") :]
                return all(between.count(r) <= allowed.get(r, 0) for r in set(between)) and not back
        return False

    ranked: list[tuple[int, int, str, int]] = []
    for i, (day, response) in enumerate(counted):
        late = day >= stable
        after_complete = i > 0 and counted[i - 1][1] == "CR"
        if response == "CR" and (confirm is None or confirmed(i, {"CR"}, {"CR": 99, "NE": ne})):
            ranked.append((0, i, "CR", day))
        elif response == "PR" and (
            confirm is None or confirmed(i, {"CR", "PR"}, {"CR": 99, "PR": 99, "NE": ne, "SD": sd})
        ):
            ranked.append((1, i, "PR", day))
        elif response in ("CR", "PR", "SD") and late:
            ranked.append((2, i, "SD", day))
        elif response == "NON-CR/NON-PD" and late:
            ranked.append((3, i, "NON-CR/NON-PD", day))
        elif response == "PD" or (after_complete and response in ("PR", "SD", "NON-CR/NON-PD")):
            ranked.append((4, i, "PD", day))
        else:
            ranked.append((5, i, "NE", day))
    return min(ranked)[2:] if ranked else ("NE", None)


VISIT = st.tuples(st.integers(-5, 120), st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "CR", "PR"]))
SUBJECT = st.tuples(st.lists(VISIT, max_size=7, unique_by=lambda v: v[0]), st.one_of(st.none(), st.integers(0, 120)))


@settings(max_examples=300)
@given(
    st.lists(SUBJECT, max_size=5),
    st.one_of(st.none(), st.integers(1, 40)),
    st.integers(0, 60),
    st.integers(0, 2),
    st.integers(0, 1),
)
def test_agreement_with_one_subject_at_a_time(
    subjects: list[tuple[Visits, int | None]], confirm: int | None, stable: int, ne: int, sd: int
) -> None:
    result = evaluate(
        [visits for visits, _ in subjects],
        [until for _, until in subjects],
        confirm_days=confirm,
        stable_days=stable,
        not_evaluable_between=ne,
        stable_between=sd,
    )
    expected = [reference(visits, until, confirm, stable, ne, sd) for visits, until in subjects]
    assert list(zip(result.response, days_after_start(result), strict=True)) == expected

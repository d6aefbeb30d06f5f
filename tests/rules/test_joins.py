"""Joins: a subject's value by name, and intervals that a day lies in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]


def study(rule: str, days: list[str], intervals: str, kind: str = "") -> dict[str, str]:
    """AX has a record for each day, all of subject 1; SE has the intervals; V is made by the rule."""
    convert = f"{kind}({{}})" if kind else "{}"
    return {
        **form("f", "SUBJ DAY"),
        "raw/f.csv": "SUBJ,DAY\n" + "".join(f"1,{day}\n" for day in days),
        **form("g", "SUBJ EL FROM TO"),
        "raw/g.csv": "SUBJ,EL,FROM,TO\n" + intervals,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [ROW]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              ROW: {{rule: RECORD, label: Row}}
              DAY: {{rule: {convert.format("DAY")}, label: Day}}
              V: {{rule: {rule!r}, label: Value}}
            """,
        "specs/adam/el.yaml": f"""\
            dataset: EL
            keys: [USUBJID, START]
            rows: [{{from: raw.g}}]
            variables:
              USUBJID: USUBJID
              ELEMENT: {{rule: EL, label: Element}}
              START: {{rule: {convert.format("FROM")}, label: Start}}
              STOP: {{rule: {convert.format("TO")}, label: End}}
            """,
    }


FOLLOWING = "1,A,2020-01-01,2020-02-01\n1,B,2020-02-01,2020-03-01\n1,C,2020-03-01,2020-04-30\n2,X,2019-01-01,\n"
OPEN = "1,A,2020-01-01,2020-02-01\n1,B,2020-02-01,\n"
TIMED = "1,A,2020-01-01T08:00,2020-01-05T09:30\n1,B,2020-01-05T09:30,2020-01-09\n"
INTERVAL = "interval(DAY, EL.ELEMENT, EL.START, EL.STOP)"


@pytest.mark.parametrize(
    ("intervals", "days", "expected"),
    [
        # half-open: the day on which one ends and the next starts is the next one's; the last one includes its end
        (FOLLOWING, ["2019-12-31", "2020-01-01", "2020-01-31", "2020-02-01"], [None, "A", "A", "B"]),
        (FOLLOWING, ["2020-02-29", "2020-03-01", "2020-04-30", "2020-05-01"], ["B", "C", "C", None]),
        # an interval without an end is open
        (OPEN, ["2020-01-31", "2020-02-01", "2031-01-01"], ["A", "B", "B"]),
        # a partial day lies in an interval if all the days it can mean do
        (FOLLOWING, ["2020-01", "2020-02", "2020-04", "2020", "2019"], ["A", "B", "C", None, None]),
        (OPEN, ["2020-03", "2021", "2020"], ["B", "B", None]),
        # times: a day without one is compared by the day
        (TIMED, ["2020-01-01", "2020-01-05T09:29", "2020-01-05T09:30", "2020-01-05"], ["A", "A", "B", "B"]),
        (TIMED, ["2020-01-09", "2020-01-09T23:00"], ["B", "B"]),
        (FOLLOWING, ["", "2020-01-02"], [None, "A"]),
        ("2,X,2019-01-01,\n", ["2020-01-02"], [None]),  # another subject's
    ],
)
def test_interval(build_small: BuildSmall, intervals: str, days: list[str], expected: list[object]) -> None:
    built = build_small(study(INTERVAL, days, intervals))
    assert built.codes == []
    assert built.values("AX", "V") == expected


def test_interval_of_dates(build_small: BuildSmall) -> None:
    built = build_small(study(INTERVAL, ["2020-01-31", "2020-02-01", "2020-04-30"], FOLLOWING, kind="date"))
    assert built.values("AX", "V") == ["A", "B", "C"]


def test_a_day_in_two_intervals_is_a_finding(build_small: BuildSmall) -> None:
    overlapping = "1,A,2020-01-01,2020-02-10\n1,B,2020-02-01,2020-03-01\n"
    built = build_small(study(INTERVAL, ["2020-01-15", "2020-02-05"], overlapping))
    assert built.values("AX", "V") == ["A", "A"]
    assert [str(f.place) for f in built.findings] == ["raw/f.csv:3"]
    assert built.codes == ["INTERVAL_OVERLAP"]


WINDOWS = """\
study: TST
title: A test study
usubjid: '"TST-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
tables:
  windows:
    - {TEST: A, VISIT: Baseline, TO: 1}
    - {TEST: A, VISIT: Week 2, FROM: 2, TO: 21}
    - {TEST: A, VISIT: Week 4, FROM: 22}
    - {TEST: B, VISIT: Any day}
"""


@pytest.mark.parametrize(
    ("test", "days", "expected"),
    [
        # both ends belong to a window; where an end is blank it is open
        ("A", ["-99", "1", "2", "21", "22", "400"], ["Baseline", "Baseline", "Week 2", "Week 2", "Week 4", "Week 4"]),
        ("A", ["1.5", ""], [None, None]),  # between two windows; no day
        ("B", ["-99", "1000"], ["Any day", "Any day"]),
        ("C", ["1"], [None]),
    ],
)
def test_within_a_range_of_numbers(build_small: BuildSmall, test: str, days: list[str], expected: list[object]) -> None:
    rule = "within(number(DAY), study.windows.VISIT, number(study.windows.FROM), number(study.windows.TO), by=[TEST])"
    files = study(rule, days, OPEN)
    dataset = files["specs/adam/ax.yaml"].rstrip() + f"\n              TEST: {{value: {test}, label: Test}}\n"
    built = build_small({**files, "specs/adam/ax.yaml": dataset, "specs/study.yaml": WINDOWS})
    assert built.codes == []
    assert built.values("AX", "V") == expected


def test_windows_for_all_records_that_overlap_are_a_finding(build_small: BuildSmall) -> None:
    rule = "within(number(DAY), study.windows.VISIT, number(study.windows.FROM), number(study.windows.TO), by=[])"
    built = build_small({**study(rule, ["21", "22"], OPEN), "specs/study.yaml": WINDOWS})
    assert built.values("AX", "V") == ["Week 2", "Week 4"]  # the first one in the table
    assert [(f.code, str(f.place)) for f in built.findings] == [("INTERVAL_OVERLAP", "raw/f.csv:2")]


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ("interval(DAY, EL.ELEMENT, EL.START)", "RULE_ARGUMENT", "interval takes a day"),
        ("interval(DAY, ROW, ROW, ROW)", "RULE_ARGUMENT", "those of another dataset"),
        ("interval(ROW, EL.ELEMENT, EL.START, EL.STOP)", "RULE_TYPE", "all ISO 8601 texts or all dates"),
        ("interval(date(DAY), EL.ELEMENT, EL.START, EL.STOP)", "RULE_TYPE", "all ISO 8601 texts or all dates"),
        ("interval(ROW, EL.ELEMENT, 1, 2)", "RULE_TYPE", "all ISO 8601 texts or all dates"),
        (
            "within(ROW, EL.ELEMENT, EL.START, EL.STOP)",
            "RULE_TYPE",
            "the number, start and end of within are all numbers",
        ),
        ("within(DAY, EL.ELEMENT, 1, 2)", "RULE_TYPE", "the number, start and end of within are all numbers"),
        ("within(ROW, EL.ELEMENT)", "RULE_ARGUMENT", "within takes a number, and the value, start and end"),
    ],
)
def test_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    found = build_small(study(rule, ["2020-01-01"], OPEN)).messages(code)
    assert [message in text for text in found] == [True]


def lookup(rule: str, current: str, other: str) -> dict[str, str]:
    return {
        **form("f", "SUBJ A"),
        "raw/f.csv": "SUBJ,A\n" + current,
        **form("g", "SUBJ B"),
        "raw/g.csv": "SUBJ,B\n" + other,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [ROW]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              ROW: {{rule: RECORD, label: Row}}
              V: {{rule: {rule!r}, label: Value}}
            """,
    }


def test_value_of_the_same_subject(build_small: BuildSmall) -> None:
    built = build_small(lookup("raw.g.B + A", "2,x\n1,y\n3,z\n1,w\n", "1,p\n2,q\n4,r\n"))
    assert built.values("AX", "V") == ["qx", "py", None, "pw"]
    assert built.codes == []


def test_two_records_of_the_subject_are_a_finding(build_small: BuildSmall) -> None:
    built = build_small(lookup("raw.g.B", "1,x\n2,y\n3,z\n", "1,p\n2,q\n1,r\n"))
    assert built.values("AX", "V") == ["p", "q", None]  # the first, in a draft
    assert built.messages("LOOKUP_MANY") == [
        "raw/f.csv:2: error: LOOKUP_MANY: AX.V: raw.g has several records for the subject (rule: specs/adam/ax.yaml:7)"
    ]


def test_records_without_a_subject_are_nobodys(build_small: BuildSmall) -> None:
    """Neither do they join each other, nor are two of them two records of one subject."""
    built = build_small(lookup("raw.g.B", ",x\n1,y\n", ",p\n,q\n1,r\n"))
    assert built.values("AX", "V") == [None, "r"]
    assert built.codes == []


def test_lookup_in_a_form_without_records(build_small: BuildSmall) -> None:
    built = build_small(lookup("raw.g.B", "1,x\n", ""))
    assert built.values("AX", "V") == [None]
    assert built.codes == ["RAW_FILE_EMPTY"]

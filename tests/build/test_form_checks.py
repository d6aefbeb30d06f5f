"""Extracts checked by their form specs: one mistake a line, with place, value and what was expected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built

BuildSmall = Callable[[dict[str, str]], Built]

TABLES = """\
study: TST
title: A test study
usubjid: SUBJECT
release_timestamp: 2026-01-01T00:00:00
tables: {visits: [{VISIT: SCREENING, VISITDY: -7}, {VISIT: WEEK 2}, {VISIT: WEEK 4, VISITDY: 29}]}
"""


def messages(build_small: BuildSmall, columns: str, rows: str, more: str = "") -> list[str]:
    """What is found in a form of the columns SUBJ and those given, with rows of cells."""
    names = ["SUBJ", *(line.split(":")[0] for line in columns.splitlines() if line)]
    listed = "".join(f"  {line}\n" for line in columns.splitlines())
    form = f"form: f\nfile: f.csv\nsubject: SUBJ\ncolumns:\n  SUBJ: Subject\n{listed}{more}"
    dataset = "dataset: AX\nkeys: [ROW]\nrows: [{from: raw.f}]\nvariables:\n  USUBJID: USUBJID\n"
    built = build_small(
        {
            "specs/study.yaml": TABLES,
            "specs/raw/f.yaml": form,
            "raw/f.csv": ",".join(names) + "\n" + rows,
            "specs/adam/ax.yaml": dataset + "  ROW: {rule: RECORD, label: Row}\n",
        }
    )
    return [str(f) for f in built.findings]


@pytest.mark.parametrize(
    ("column", "cells", "found"),
    [
        ("X: {type: integer}", "12", ""),
        ("X: {type: integer}", "-3", ""),
        ("X: {type: integer}", "1.5", "error: RAW_NUMBER: X: '1.5' is not a whole number"),
        ("X: {type: integer}", "<5", "error: RAW_NUMBER: X: '<5' is not a number"),
        ("X: {type: number}", "1e3", ""),
        ("X: {type: number}", "1;5", "error: RAW_NUMBER: X: '1;5' is not a number"),
        ("X: {type: number, decimals: 1}", "36.6", ""),
        ("X: {type: number, decimals: 1}", "36.65", "warning: RAW_DECIMALS: X: '36.65' has more than 1 decimals"),
        ("X: {type: integer, range: [60, 250], unit: mmHg}", "250", ""),
        (
            "X: {type: integer, range: [60, 250], unit: mmHg}",
            "251",
            "warning: RAW_RANGE: X: '251' is outside the range 60 to 250 mmHg",
        ),
        ("X: {type: number, range: [null, 2.5]}", "2.6", "warning: RAW_RANGE: X: '2.6' is outside the range up to 2.5"),
        ("X: {type: number, range: [0, null]}", "-1", "warning: RAW_RANGE: X: '-1' is outside the range from 0"),
        ("X: {formats: DD-MON-YYYY, range: [2020-02-10, null]}", "10-FEB-2020", ""),
        (
            "X: {formats: DD-MON-YYYY, range: [2020-02-10, null]}",
            "09-FEB-2020",
            "warning: RAW_RANGE: X: '09-FEB-2020' is outside the range from 2020-02-10",
        ),
        ("X: {formats: DD-MON-YYYY, range: [2020-02-10, null]}", "UN-FEB-2020", ""),  # may be the 10th
        (
            "X: {formats: DD-MON-YYYY, range: [null, 2020-02-10]}",
            "UN-MAR-2020",
            "warning: RAW_RANGE: X: 'UN-MAR-2020' is outside the range up to 2020-02-10",
        ),
        ("X: {formats: DD-MON-YYYY, range: [null, 2020-02-10]}", "15-UNK-2020", ""),
        (
            "X: {formats: 'hh:mm'}",
            "25:00",
            "error: RAW_DATE: X: '25:00' is no day of the calendar, or no time of the day",
        ),
        ("X: {codes: {1: Yes, 2: No}}", "3", "error: RAW_CODE: X: '3' is not in the code list 1, 2"),
        ("X: {type: integer, range: [1, 2]}", "", ""),  # blank is not out of range
    ],
)
def test_a_cell(build_small: BuildSmall, column: str, cells: str, found: str) -> None:
    seen = messages(build_small, column, f"1,{cells}\n")
    assert seen == ([f"raw/f.csv:2: {found}"] if found else [])


@pytest.mark.parametrize(
    ("asked", "answer", "required", "found"),
    [
        ("Y", "a", True, ""),
        ("Y", "", False, ""),
        ("Y", "", True, 'error: RAW_REQUIRED: X: a required cell is blank although the question is asked: YN == "Y"'),
        ("N", "", True, ""),
        (
            "N",
            "a",
            True,
            "warning: RAW_NOT_ASKED: X: 'a' is given although the question is asked only when YN == \"Y\"",
        ),
        ("", "a", True, ""),  # not known whether it is asked
        ("", "", True, ""),
    ],
)
def test_a_question_that_is_not_always_asked(
    build_small: BuildSmall, asked: str, answer: str, required: bool, found: str
) -> None:
    columns = f'YN: Any\nX: {{label: Which, when: YN == "Y", required: {str(required).lower()}}}'
    seen = messages(build_small, columns, f"1,{asked},{answer}\n")
    assert [m.startswith(f"raw/f.csv:2: {found}") for m in seen] == ([True] if found else [])


@pytest.mark.parametrize(
    ("when", "code", "words"),
    [("YM == 'Y'", "RULE_NAME", "unknown column YM"), ("YN", "RULE_TYPE", "when takes a condition")],
)
def test_a_condition_that_cannot_be_used(build_small: BuildSmall, when: str, code: str, words: str) -> None:
    seen = messages(build_small, f"YN: Any\nX: {{label: Which, when: {when}}}", "1,Y,\n")
    assert len(seen) == 1
    assert code in seen[0]
    assert words in seen[0]
    assert seen[0].startswith("specs/raw/f.yaml:7: ")


ONCE = "a further record with the same SUBJ; the form has repeats: once"
AGAIN = "warning: RAW_REPEAT: a further record with the same SUBJ, VISIT"
VISITS = "visits: {column: VISIT}\n"


@pytest.mark.parametrize(
    ("more", "rows", "found"),
    [
        ("repeats: once\n", "1,a\n2,a\n1,b\n1,c\n", [f"raw/f.csv:4: warning: RAW_REPEAT: {ONCE} [raw/f.csv:5]"]),
        ("repeats: log\n", "1,a\n1,a\n", []),
        (VISITS + "repeats: visit\n", "1,SCREENING\n1,week 2\n2,SCREENING\n", []),  # as in a map, case does not matter
        (
            VISITS + "repeats: visit\n",
            "1,SCREENING\n1,WEEK 2\n1,WEEK 2\n",
            [f"raw/f.csv:4: {AGAIN}; the form has repeats: visit"],
        ),
        (
            VISITS,
            "1,SCREENING\n1,WEEK 3\n",
            [
                "raw/f.csv:3: warning: RAW_VISIT: VISIT: 'WEEK 3' is no visit of the schedule SCREENING, WEEK 2, "
                "WEEK 4 (did you mean WEEK 4?)"
            ],
        ),
        ("visits: {column: VISIT, others: ignore}\n", "1,UNSCHEDULED\n", []),
        (VISITS + "repeats: visit\n", "1,\n2,\n", []),  # nobody has a visit
        (
            VISITS + "repeats: visit\n",
            "1,SCREENING\n1,WEEK 4\n2,SCREENING\n3,WEEK 4\n",
            [
                "raw/f.csv: note: RAW_VISIT_MISSING: visits without a record, of subjects that have a later one: "
                "SCREENING 1, WEEK 2 2"
            ],
        ),
        (
            "visits: {column: VISIT, schedule: [WEEK 2, WEEK 4]}\n",
            "1,SCREENING\n",
            ["raw/f.csv:2: warning: RAW_VISIT: VISIT: 'SCREENING' is no visit of the schedule WEEK 2, WEEK 4"],
        ),
    ],
)
def test_records(build_small: BuildSmall, more: str, rows: str, found: list[str]) -> None:
    assert messages(build_small, "VISIT: Visit", rows, more) == found


def test_items_of_a_visit(build_small: BuildSmall) -> None:
    more = VISITS + "repeats: visit\nitem: TEST\n"
    seen = messages(build_small, "VISIT: Visit\nTEST: Test", "1,SCREENING,A\n1,SCREENING,B\n1,SCREENING,B\n", more)
    assert seen == [f"raw/f.csv:4: {AGAIN}, TEST; the form has repeats: visit"]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("{type: number, range: [5, 1]}", "the range ends before it begins: 5.0 is over 1.0"),
        ("{range: [1, 5]}", "a range is for numbers and dates, the type is text; say the type"),
        ("{type: integer, range: [2020-01-01, null]}", "the range of an integer column is of numbers"),
        ("{formats: YYYY-MM-DD, range: [1, 5]}", "the range of a date column is of days"),
        ("{type: integer, range: [many, 5]}", "an end of a range is a number or a day such as 2020-03-31"),
        ("{type: integer, decimals: 1}", "decimals are for type: number, the type is integer"),
        ("{type: date}", "a date needs formats, such as DD-MON-YYYY"),
        ("{type: code}", "a code needs its list under codes"),
        ("{type: integer, codes: {1: Yes}}", "a column with codes is of the type code, not integer"),
        ("{type: text, formats: YYYY}", "formats are for dates and times, the type is text"),
        ("{type: whole}", "is wanted, not 'whole'"),
        ("{simulate: {values: [a], mean: 3}}", "values and mean both say how values are drawn; keep one"),
        ("{simulate: {values: {a: 0}}}", "at least one value needs a weight over 0"),
        ("{simulate: {by: SUBJ}}", "by and cases go together"),
        ("{simulate: {distribution: poisson}}", "poisson needs a mean"),
        ("{codes: {A: Yes}, simulate: {values: {B: 1}}}", "X.simulate.values.B: B is not among the codes"),
        ("{codes: {A: Yes}, simulate: {by: SUBJ, cases: {1: {values: [B]}}}}", "B is not among the codes"),
        ("{simulate: {men: 3}}", "unknown key men (did you mean mean?)"),
    ],
)
def test_keys_that_contradict_each_other(build_small: BuildSmall, column: str, words: str) -> None:
    seen = messages(build_small, f"X: {column}", "1,1\n")
    assert any(words in m and m.startswith("specs/raw/f.yaml:6: error: SPEC_MODEL") for m in seen), seen


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("repeats: visit\n", "a form of each visit needs visits"),
        ("visits: {column: VISITE}\n", "visits.column: VISITE is not declared under columns (did you mean VISIT?)"),
        ("visits: {column: VISIT, date: VISIT}\n", "visits.date: the column VISIT is no date"),
        ("repeats: once\nitem: VISIT\n", "a form that a subject has once has no items"),
        ("item: TEST\n", "item: TEST is not declared"),
        ("simulate: {hidden: {VISIT: {mean: 1}}}\n", "simulate.hidden.VISIT: VISIT is a column of the form"),
    ],
)
def test_keys_of_a_form_that_contradict_each_other(build_small: BuildSmall, more: str, words: str) -> None:
    seen = messages(build_small, "VISIT: Visit", "1,1\n", more)
    assert len(seen) == 1
    assert words in seen[0]
    assert seen[0].startswith(f"specs/raw/f.yaml:{8 if 'once' in more else 7}: error: SPEC_MODEL"), seen

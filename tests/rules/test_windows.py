"""Windows: values that a record takes from its place among the records of its own dataset."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

RAW = """\
    SUBJ,DAY,VAL,CAT
    1,2020-01-03,30,a
    1,2020-01-01,10,b
    1,2020-01-02,,a
    2,2020-01-05,5,b
    2,2020-01-04,50,b
    """


def study(rule: str, raw: str = RAW, keys: str = "USUBJID, DAY") -> dict[str, str]:
    """AX has a record for each of RAW's, in its order in the file for the values; V is made by the rule."""
    return {
        **form("f", "SUBJ DAY VAL CAT"),
        "raw/f.csv": raw,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [{keys}]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              ROW: {{rule: RECORD, label: Row}}
              DAY: {{rule: DAY, label: Day}}
              N: {{rule: number(VAL), label: Number}}
              CAT: {{rule: CAT, label: Category}}
              V: {{rule: {rule!r}, label: Value, scope: study}}
            """,
    }


def by_row(built: Built) -> list[object]:
    """The values of V in the order of the file."""
    pairs = zip(built.values("AX", "ROW"), built.values("AX", "V"), strict=True)
    return [value for _, value in sorted(pairs, key=lambda pair: str(pair[0]))]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("sequence()", [3, 1, 2, 2, 1]),  # within the subject, in the order of the keys
        ("sequence(order=[])", [1, 2, 3, 1, 2]),  # as the records stand
        ("sequence(order=[desc(DAY)])", [1, 3, 2, 1, 2]),
        ("sequence(order=[N])", [3, 2, 1, 1, 2]),  # missing first
        ("sequence(order=[desc(N)])", [1, 2, 3, 2, 1]),  # and last where descending
        ("sequence(order=[CAT, DAY])", [2, 3, 1, 2, 1]),
        ("sequence(by=[])", [3, 1, 2, 5, 4]),
        ("sequence(by=[CAT], order=[DAY])", [2, 1, 1, 3, 2]),
        ("sequence(by=[USUBJID, CAT])", [2, 1, 1, 2, 1]),
        ("sequence(where=N is not None)", [2, 1, None, 2, 1]),  # records left out get nothing
        ("sequence(where=N > 5)", [2, 1, None, None, 1]),  # unknown is left out
        ("previous(N)", [None, None, 10, 50, None]),
        ("previous(N, where=N is not None)", [10, None, None, 50, None]),
        ("previous(DAY)", ["2020-01-02", None, "2020-01-01", "2020-01-04", None]),
        ("running_min(N)", [10, None, 10, 50, None]),  # of the earlier records
        ("running_max(N, order=[desc(DAY)])", [None, 30, 30, None, 5]),
        ("first_flag()", [None, "Y", None, None, "Y"]),
        ('first_flag(CAT == "a")', [None, None, "Y", None, None]),
        ("first_flag(N > 20)", ["Y", None, None, None, "Y"]),
        ('last_flag(CAT == "b")', [None, "Y", None, "Y", None]),
        ("last_flag(where=N < 40)", ["Y", None, None, "Y", None]),
        ('baseline_flag(N, DAY, "2020-01-03")', ["Y", None, None, None, None]),
        ('baseline_flag(N, DAY, "2020-01-02")', [None, "Y", None, None, None]),  # the 2nd has no value
        ('baseline_flag(N, DAY, "2020-01-09", by=[USUBJID, CAT])', ["Y", "Y", None, "Y", None]),
        # a condition chooses who gets the value, not what it is worked out on
        ('sequence() if CAT == "a" else 0', [3, 0, 2, 0, 0]),
        ("previous(N) if N is None else N", [30, 10, 10, 5, 50]),
    ],
)
def test_window(build_small: BuildSmall, rule: str, expected: list[object]) -> None:
    built = build_small(study(rule))
    assert built.codes == []
    assert by_row(built) == expected


def test_a_tie_for_the_baseline_is_a_finding(build_small: BuildSmall) -> None:
    raw = "SUBJ,DAY,VAL,CAT\n1,2020-01-01,1,a\n1,2020-01-02,2,a\n1,2020-01-02,3,b\n2,2020-01-01,4,a\n"
    built = build_small(study('baseline_flag(N, DAY, "2020-01-03", order=[DAY])', raw, keys="USUBJID, DAY, CAT"))
    assert by_row(built) == [None, None, None, "Y"]
    assert built.messages("VALUE_TIE") == [
        "raw/f.csv:3: error: VALUE_TIE: AX.V: records tie for the baseline ('2.0') (rule: specs/adam/ax.yaml:10)",
        "raw/f.csv:4: error: VALUE_TIE: AX.V: records tie for the baseline ('3.0') (rule: specs/adam/ax.yaml:10)",
    ]


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ("sequence(by=[SUB])", "RULE_NAME", "unknown name SUB:"),
        ("sequence(order=[V])", "RULE_NAME", "V stands in its own rule"),
        ("sequence(where=CAT)", "RULE_TYPE", "where takes a truth value, CAT is text"),
        ("previous()", "RULE_ARGUMENT", "needs value"),
        ("previous(N, expect='one')", "RULE_ARGUMENT", "takes no expect"),
        ("baseline_flag(N, N, DAY)", "RULE_ARGUMENT", "RULE_ARGUMENT: AX.V: baseline_flag compares dates"),
        ("sequence(by=[], by=[CAT])", "RULE_SYNTAX", "sequence gets by twice"),
    ],
)
def test_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    found = build_small(study(rule)).messages(code)
    assert [message in text for text in found] == [True]


def test_windows_of_one_and_of_no_record(build_small: BuildSmall) -> None:
    rule = "previous(N) if sequence() > 1 else running_min(N)"
    assert by_row(build_small(study(rule, "SUBJ,DAY,VAL,CAT\n1,2020-01-01,1,a\n"))) == [None]
    assert by_row(build_small(study(rule, "SUBJ,DAY,VAL,CAT\n"))) == []

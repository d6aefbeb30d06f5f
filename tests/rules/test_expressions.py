"""Expressions on whole columns: operators, three-valued logic, conditions, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

RAW = """\
    SUBJ,A,B,N
    1,x,,10
    2,y,y,
    3,,x,2.5
    4,NA,NA,-1
    """


def dataset(rule: str, more: str = "") -> dict[str, str]:
    """A dataset X with one variable V made by a rule from the form f."""
    return {
        **form("f", "SUBJ A B N"),
        "raw/f.csv": RAW,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [USUBJID]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              V: {{rule: {rule!r}, label: Value}}
              {more}
            """,
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("A", ["x", "y", None, "NA"]),  # NA is a text, a blank is missing
        ("A + B", [None, "yy", None, "NANA"]),  # text joins; a missing part gives missing
        ("number(N) * 2 + 1", [21, None, 6, -1]),
        ("number(N) / 0", [None, None, None, None]),  # not finite is missing
        ("-number(N)", [-10, None, -2.5, 1]),
        ('yn(A == "x")', ["Y", "N", None, "N"]),  # a missing operand makes a comparison unknown
        ('yn(A != "x")', ["N", "Y", None, "Y"]),
        ('yn(A in ["x", "NA"])', ["Y", "N", None, "Y"]),
        ('yn(A not in ["x", "NA"])', ["N", "Y", None, "N"]),
        ("yn(A is None)", ["N", "N", "Y", "N"]),
        ("yn(A is not None)", ["Y", "Y", "N", "Y"]),
        ("yn(A == B)", [None, "Y", None, "Y"]),
        ('yn(A == "x" or B == "y")', ["Y", "Y", None, "N"]),  # true or unknown is true; unknown or false unknown
        ('yn(A == "x" and B == "y")', [None, "N", "N", "N"]),  # unknown and false is false
        ('yn(not A == "x")', ["N", "Y", None, "Y"]),
        ("yn(0 < number(N) <= 10)", ["Y", None, "Y", "N"]),
        ("yn(number(N) > study.LIMIT)", ["Y", None, "N", "N"]),
        ('"p" if A == "x" else "q"', ["p", "q", None, "q"]),  # an unknown condition gives missing, not the other
        ('"p" if A == "x" else "q" if A == "y" else None', ["p", "q", None, None]),
        ("study.WORD", ["hello"] * 4),
        ('coalesce(B, A, "none")', ["x", "y", "x", "NA"]),
        ('upper(A + "")', [None] * 4),  # the empty text is missing
    ],
)
def test_rule(build_small: BuildSmall, rule: str, expected: list[object]) -> None:
    built = build_small(dataset(rule))
    assert built.values("AX", "V") == expected, built.codes


def test_a_branch_is_worked_out_for_its_own_records_only(build_small: BuildSmall) -> None:
    """number() would report the texts of the records that the condition leaves to the other branch."""
    built = build_small(dataset('number(A) if A == "never" else 1'))
    assert built.values("AX", "V") == [1, 1, None, 1]
    assert built.codes == []


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ("A +", "RULE_SYNTAX", "cannot read the rule"),
        ("[x for x in A]", "RULE_SYNTAX", "not part of the rule language"),
        ("A.__class__", "RULE_NAME", "unknown name"),
        ("(lambda: 1)()", "RULE_SYNTAX", "cannot be called"),
        ("A[0]", "RULE_SYNTAX", "not part of the rule language"),
        ("AA", "RULE_NAME", "unknown name AA"),
        ("DN.SEX", "RULE_NAME", "unknown name DN.SEX"),
        ("study.LIMITS", "RULE_NAME", "did you mean LIMIT?"),
        ("uper(A)", "RULE_METHOD", "unknown method uper (did you mean upper?)"),
        ("upper()", "RULE_ARGUMENT", "needs value"),
        ("upper(A, B)", "RULE_ARGUMENT", "takes 1 argument"),
        ("upper(A, size=2)", "RULE_ARGUMENT", "takes no size"),
        ("substring(A, B)", "RULE_ARGUMENT", "takes a constant"),
        ("upper(number(N))", "RULE_TYPE", "takes text"),
        ("A > 3", "RULE_TYPE", 'write "3"'),
        ("A + number(N)", "RULE_TYPE", "(text) + number(N) (number)"),
        ("A if number(N) else B", "RULE_TYPE", "if takes a truth value"),
        ('A if A == "x" else 1', "RULE_TYPE", "different kinds"),
        ('A == "x"', "RULE_TYPE", "cannot hold a condition"),
        ("A is 3", "RULE_SYNTAX", "None only"),
        ("A in B", "RULE_SYNTAX", "list of constants"),
        ("iso8601(A)", "RULE_ARGUMENT", "needs formats"),
        ("V + A", "RULE_NAME", "stands in its own rule"),
        ("__import__('os')", "RULE_METHOD", "unknown method __import__"),
    ],
)
def test_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    built = build_small(dataset(rule))
    found = built.messages(code)
    assert len(found) == 1, [str(f) for f in built.findings]
    assert found[0].startswith("specs/adam/ax.yaml:6:")
    assert message in found[0]


def test_variables_come_before_source_columns(build_small: BuildSmall) -> None:
    """A bare name is the dataset's variable, except in its own rule; source.A is always the source's column."""
    built = build_small(dataset("A + source.A", 'A: {rule: "upper(A)", label: Upper}'))
    assert built.values("AX", "V") == ["Xx", "Yy", None, "NANA"]


def test_variables_may_stand_in_any_order_but_not_in_a_circle(build_small: BuildSmall) -> None:
    built = build_small(dataset("P + A", "P: {rule: Q + A, label: P}\n              Q: {rule: A, label: Q}"))
    assert built.values("AX", "V") == ["xxx", "yyy", None, "NANANA"]
    built = build_small(dataset("P", "P: {rule: Q, label: P}\n              Q: {rule: V, label: Q}"))
    assert ["AX.V ← AX.P ← AX.Q ← AX.V" in m for m in built.messages("RULE_CYCLE")] == [True]

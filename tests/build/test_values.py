"""What a variable's spec does to its rule's value: maps, constants, cases, rounding, kinds; and checks on values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

RAW = """\
    SUBJ,SEX,N
    1,1,2.5
    2, m ,0.125
    3,Female,-2.5
    4,,1.005
    5,X,
    """
CODELISTS = """\
    maps:
      SEX: {1: M, male: M, m: M, FEMALE: F, X: null}
      TWICE: {a: A, " A": B}
    codelists:
      OWN: {label: Own, terms: {M: Male, F: Female}}
      MORE: {from: NCOMPLT, add: {TRANSFERRED: Transferred}}
      YES: {from: NY, terms: {Y: "Yes"}}
    """


def study(variable: str, codelists: str = CODELISTS, more: str = "", raw: str = RAW) -> dict[str, str]:
    """AX has a record for each of RAW's; V is the variable's spec."""
    return {
        **form("f", "SUBJ SEX N"),
        "raw/f.csv": raw,
        "specs/codelists.yaml": codelists,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [USUBJID]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              V: {{{variable}, label: Value}}
              {more}
            """,
    }


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        # maps ignore case and blanks at the ends; a missing value stays missing, and null makes one
        ("rule: SEX, map: SEX", ["M", "M", "F", None, None]),
        ("rule: SEX, map: {1: M, M: M, female: F}, unmapped: keep", ["M", "M", "F", None, "X"]),
        ("rule: SEX, map: {1: M}, unmapped: missing", ["M", None, None, None, None]),
        ("rule: number(N), map: {2.5: a, 0.125: b}, unmapped: missing", ["a", "b", None, None, None]),
        ("rule: SEX, map: {1: 10, m: 20.5}, unmapped: missing, type: number", [10, 20.5, None, None, None]),
        # constants take the kind of the variable
        ("value: 7", ["7"] * 5),
        ("value: 007, type: number", [7] * 5),
        # decimals round half up, as written in decimal
        ("rule: number(N), decimals: 0", [3, 0, -3, 1, None]),
        ("rule: number(N), decimals: 2", [2.5, 0.13, -2.5, 1.01, None]),
        # a rule for each value of another variable
        ('by: SEX, cases: {1: \'"one"\', "Female": \'"two"\'}', ["one", None, "two", None, None]),
        ('by: SEX, cases: {1: \'"one"\', "Female": \'"two"\'}, else: N', ["one", "0.125", "two", "1.005", None]),
        ("by: ROW, cases: {1: number(N), 2: ROW}, else: 0", [2.5, 2, 0, 0, 0]),
        ("by: SEX, cases: {1: N}, map: {2.5: a}", ["a", None, None, None, None]),
    ],
)
def test_variable(build_small: BuildSmall, variable: str, expected: list[object]) -> None:
    built = build_small(study(variable, more="ROW: {rule: RECORD, label: Row}"))
    assert built.codes == []
    assert built.values("AX", "V") == expected


def test_a_date_constant(build_small: BuildSmall) -> None:
    built = build_small(study("value: 2020-02-29, type: date"))
    assert [str(v)[:10] for v in built.values("AX", "V")] == ["2020-02-29"] * 5


def test_by_does_not_work_out_other_cases(build_small: BuildSmall) -> None:
    """number() would report the texts of the records of other cases."""
    built = build_small(study("by: SEX, cases: {1: number(N), X: number(SEX)}"))
    assert [str(f) for f in built.findings] == [
        "raw/f.csv:6: error: RAW_NUMBER: AX.V: 'X' is not a number (rule: specs/adam/ax.yaml:6)"
    ]


def test_values_outside_a_map_are_findings_at_their_lines(build_small: BuildSmall) -> None:
    built = build_small(study("rule: SEX, map: {1: M, F: F}"))
    assert built.values("AX", "V") == ["M", None, None, None, None]
    assert built.messages("MAP_UNMAPPED") == [
        f"raw/f.csv:{line}: error: MAP_UNMAPPED: AX.V: {value!r} is not in the map (1, F) (rule: specs/adam/ax.yaml:6)"
        for line, value in [(3, "m"), (4, "Female"), (6, "X")]
    ]


def test_very_many_values_outside_a_map_are_told_together(build_small: BuildSmall) -> None:
    raw = "SUBJ,SEX,N\n" + "".join(f"{n},v{n},\n" for n in range(70))
    built = build_small(study("rule: SEX, map: SEX", raw=raw))
    assert len(built.codes) == 13  # twelve values by themselves, and the rest
    assert "each of 58 further values is not in the map SEX" in built.messages("MAP_UNMAPPED")[-1]
    assert sum(f.count for f in built.findings) == 70


@pytest.mark.parametrize(
    ("variable", "code", "message"),
    [
        ("rule: SEX, map: SEKS", "SPEC_REFERENCE", "there is no map SEKS in codelists.yaml"),
        ("rule: SEX, map: TWICE", "SPEC_MODEL", "two meanings"),
        ("rule: SEX is None, map: SEX", "RULE_TYPE", "a map takes text or numbers, not truth"),
        ("value: many, type: number", "RULE_TYPE", "the constant 'many' is not a number"),
        ("value: today, type: date", "RULE_TYPE", "the constant 'today' is not a date; write YYYY-MM-DD"),
        ("rule: SEX, decimals: 2", "RULE_TYPE", "decimals rounds numbers, not text"),
        ("rule: SEX, type: number", "RULE_TYPE", "V takes number, its rule gives text"),
        ("rule: SEX is None", "RULE_TYPE", "a variable cannot hold a condition"),
        ("by: FLAG, cases: {1: N}", "RULE_TYPE", "by takes a variable with text or numbers; FLAG is truth"),
        ("by: SECKS, cases: {1: N}", "RULE_NAME", "unknown name SECKS"),
        ("by: SEX, cases: {1: N, 2: number(N)}", "RULE_TYPE", "the cases are of different kinds: number, text"),
        ("rule: SEX, codelist: OWNN", "SPEC_REFERENCE", "there is no codelist OWNN (did you mean OWN?)"),
        ("rule: SEX, codelist: {by: SECKS, cases: {M: OWN}}", "SPEC_REFERENCE", "SECKS, which is no variable"),
        ('rule: date(N) == "today"', "RULE_TYPE", "'today' is no date; write YYYY-MM-DD"),
    ],
)
def test_mistake(build_small: BuildSmall, variable: str, code: str, message: str) -> None:
    built = build_small(study(variable, more="FLAG: {rule: SEX is None, output: false}"))
    found = built.messages(code)
    assert [message in text for text in found] == [True], [str(f) for f in built.findings]
    assert found[0].startswith("specs/adam/ax.yaml:6:")
    assert len(built.values("AX", "V")) == 5  # a draft goes on


def test_row_sources_that_give_different_kinds(build_small: BuildSmall) -> None:
    files = study("rule: SEX", more="W: {rule: V, label: Copy}")
    files["specs/adam/ax.yaml"] = """\
        dataset: AX
        keys: [USUBJID]
        rows:
          - {from: raw.f, where: RECORD == 1, set: {V: {rule: number(N), label: V}}}
          - {from: raw.f, where: RECORD > 1, set: {V: {rule: SEX, label: V}}}
        variables: {USUBJID: USUBJID, W: {rule: V + 1, label: W}}
        """
    built = build_small(files)
    assert built.values("AX", "W") == [3.5, None, None, None, None]
    assert ["the row sources give different kinds: number, text" in m for m in built.messages("RULE_TYPE")] == [True]


# Codelists


@pytest.mark.parametrize(
    ("variable", "outside"),
    [
        ("rule: SEX, map: SEX, codelist: OWN", []),
        ("rule: SEX, codelist: OWN", ["'1'", "'m'", "'Female'", "'X'"]),
        ("rule: SEX, codelist: NY", ["'1'", "'m'", "'Female'", "'X'"]),  # a CDISC codelist that may not be extended
        ("rule: SEX, codelist: NCOMPLT", []),  # one that may: a warning of its own
        ("rule: SEX, codelist: MORE", ["'1'", "'m'", "'Female'", "'X'"]),  # one that the study has extended
        ("value: TRANSFERRED, codelist: MORE", []),
        ("value: COMPLETED, codelist: MORE", []),
        ("rule: '\"N\"', codelist: YES", ["'N'"]),  # only the terms named
        ("rule: SEX, codelist: {by: N, cases: {2.5: OWN, 1.005: OWN}}", ["'1'"]),
        ("rule: SEX, codelist: {by: ROW, cases: {2: OWN, 3: NCOMPLT}}", ["'m'"]),  # chosen by a number
    ],
)
def test_codelist(build_small: BuildSmall, variable: str, outside: list[str]) -> None:
    built = build_small(study(variable, more="N: {rule: N, label: N}\n              ROW: {rule: RECORD, label: Row}"))
    assert [m.split("AX.V: ")[1].split(" is not in")[0] for m in built.messages("CODELIST_VALUE")] == outside
    assert set(built.codes) <= {"CODELIST_VALUE", "CODELIST_EXTENDED"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('decode("SYSBP", "VSTESTCD")', "Systolic Blood Pressure"),  # the name of the same concept in VSTEST
        ('decode("BESTRESP", "ONCRTSCD")', "Best Overall Response"),
        ('decode("MILD", "AESEV")', "Mild Adverse Event"),  # the preferred term
        ('decode("M", "OWN")', "Male"),  # the study's
        ('decode("TRANSFERRED", "MORE")', "Transferred"),
        ('decode("Y", "YES")', "Yes"),
        ('decode(None, "OWN")', None),
    ],
)
def test_decode(build_small: BuildSmall, rule: str, expected: str | None) -> None:
    built = build_small(study(f"rule: {rule!r}"))
    assert built.codes == []
    assert built.values("AX", "V") == [expected] * 5


def test_decode_of_a_value_outside_the_codelist(build_small: BuildSmall) -> None:
    built = build_small(study("rule: 'decode(upper(SEX), \"OWN\")'"))
    assert built.values("AX", "V") == [None, "Male", None, None, None]
    assert [str(f.place) for f in built.findings] == ["raw/f.csv:2", "raw/f.csv:4", "raw/f.csv:6"]
    assert "'1' has no decode: it is not in the codelist OWN" in built.messages("CODELIST_VALUE")[0]


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ('decode(SEX, "OWNN")', "SPEC_REFERENCE", "there is no codelist OWNN (did you mean OWN?)"),
        ("decode(SEX, SEX)", "RULE_ARGUMENT", "a codelist's name in quotes"),
        ('decode(RECORD, "OWN")', "RULE_TYPE", "decode takes text, RECORD is number"),
    ],
)
def test_decode_with_a_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    built = build_small(study(f"rule: {rule!r}"))
    assert [message in text for text in built.messages(code)] == [True]


# NCI codes: those of CDISC's files, such as Y C49488 in NY (C66742) and the terms of Protocol CT


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('nci_code("Y", "NY")', "C49488"),
        ('nci_code("PHASE II TRIAL", "TPHASE")', "C15601"),
        ('nci_code("PHASE 2", "TPHASE")', None),  # not a term: for the codelist's own check
        ('nci_code("Y", "YES")', "C49488"),  # the study's list of CDISC terms
        ('nci_code("N", "YES")', None),
        ('nci_code("TRANSFERRED", "MORE")', None),  # the study's addition has no code
        ('nci_code("M", "OWN")', None),  # a list of the study's own has no codes
        ('nci_code(None, "NY")', None),
    ],
)
def test_nci_code(build_small: BuildSmall, rule: str, expected: str | None) -> None:
    built = build_small(study(f"rule: {rule!r}"))
    assert built.codes == []
    assert built.values("AX", "V") == [expected] * 5


@pytest.mark.parametrize(
    ("codelist", "expected"),
    [
        ("NY", ["C49488", "C49488", "C49487", "C49487", "C49487"]),
        ("{by: ROW, cases: {1: NY, 3: YES}}", ["C49488", None, None, None, None]),  # ROW 2 has no codelist
    ],
)
def test_nci_code_in_the_codelist_of_a_variable(build_small: BuildSmall, codelist: str, expected: list[str]) -> None:
    more = f'YN: {{rule: \'"Y" if RECORD < 3 else "N"\', label: YN, codelist: {codelist}}}'
    built = build_small(study("rule: nci_code(YN)", more=f"{more}\n              ROW: {{rule: RECORD, label: Row}}"))
    assert built.values("AX", "V") == expected


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ('nci_code(SEX, "NYY")', "SPEC_REFERENCE", "there is no codelist NYY"),
        ("nci_code(SEX)", "RULE_ARGUMENT", "SEX has no codelist; name one in quotes after it"),
        ("nci_code(SEX, SEX)", "RULE_ARGUMENT", "a codelist's name in quotes"),
        ('nci_code(RECORD, "NY")', "RULE_TYPE", "nci_code takes text, RECORD is number"),
        ("nci_code()", "RULE_ARGUMENT", "nci_code takes a value"),
    ],
)
def test_nci_code_with_a_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    built = build_small(study(f"rule: {rule!r}"))
    assert [message in text for text in built.messages(code)] == [True]


# Keys, required variables, checks


def dataset(keys: str, more: str = "", raw: str = "SUBJ,A,B\n2,x,2\n1,y,10\n1,x,9\n1,,1\n") -> dict[str, str]:
    return {
        **form("f", "SUBJ A B"),
        "raw/f.csv": raw,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [{keys}]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: {{rule: USUBJID, required: true}}
              A: {{rule: A, label: A}}
              N: {{rule: number(B), label: N}}
            {more}
            """,
    }


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("USUBJID, A", [1, 9, 10, 2]),  # missing first
        ("USUBJID, N", [1, 9, 10, 2]),  # numbers as numbers
        ("A, USUBJID", [1, 9, 2, 10]),
        ("N", [1, 2, 9, 10]),
    ],
)
def test_keys_order_the_records(build_small: BuildSmall, keys: str, order: list[object]) -> None:
    built = build_small(dataset(keys))
    assert built.values("AX", "N") == order
    assert built.codes == []


def test_records_that_share_their_key(build_small: BuildSmall) -> None:
    raw = "SUBJ,A,B\n1,x,1\n2,,2\n1,x,3\n2,,4\n3,x,5\n"
    found = build_small(dataset("USUBJID, A", raw=raw)).findings
    assert [(f.code, str(f.place), [str(p) for p in f.records], f.count) for f in found] == [
        ("KEY_DUPLICATE", "raw/f.csv:2", ["raw/f.csv:3", "raw/f.csv:4", "raw/f.csv:5"], 4)
    ]


def test_a_key_that_is_no_variable(build_small: BuildSmall) -> None:
    assert ["the key C is not one" in m for m in build_small(dataset("C")).messages("SPEC_REFERENCE")] == [True]


def test_a_required_variable(build_small: BuildSmall) -> None:
    built = build_small(dataset("USUBJID, N", raw="SUBJ,A,B\n1,x,1\n,y,2\n"))
    assert built.messages("KEY_MISSING")[0].startswith(
        "raw/f.csv:3: error: KEY_MISSING: AX.USUBJID must not be missing"
    )


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("that: N < 5", ["raw/f.csv:3 raw/f.csv:4"]),
        ("that: N < 5, where: A == 'y'", ["raw/f.csv:3"]),
        ("that: 'A != \"y\"'", ["raw/f.csv:3"]),  # unknown (the last) is not reported
        ("that: N > 0", []),
        ("that: count(1) < 3", ["raw/f.csv:3 raw/f.csv:4 raw/f.csv:5"]),
        ("that: number(A) is None or True", []),  # what a method reports is at the line too, below
    ],
)
def test_check(build_small: BuildSmall, check: str, found: list[str]) -> None:
    built = build_small(dataset("USUBJID, N", f"checks: [{{{check}, message: Odd}}]"))
    failed = [f for f in built.findings if f.code == "CHECK_FAILED"]
    assert [" ".join(map(str, sorted([f.place, *f.records]))) for f in failed] == found
    assert all("AX: Odd (TST-1" in f.message for f in failed)
    assert {str(f.place) for f in built.findings if f.code == "RAW_NUMBER"} <= {"raw/f.csv:2", "raw/f.csv:3"}


@pytest.mark.parametrize(
    ("check", "code", "message"),
    [
        ("that: A", "RULE_TYPE", "a check takes a condition"),
        ("that: NN > 1", "RULE_NAME", "AX has no variable NN (did you mean N?)"),
        ("that: N > 1, where: N", "RULE_TYPE", "where takes a condition"),
        ("that: source.A is None", "RULE_NAME", "has no source columns"),
    ],
)
def test_check_with_a_mistake(build_small: BuildSmall, check: str, code: str, message: str) -> None:
    built = build_small(dataset("USUBJID, N", f"checks: [{{{check}, message: Odd}}]"))
    assert [message in m for m in built.messages(code)] == [True]
    assert [str(f.place) for f in built.findings] == ["specs/adam/ax.yaml:8"]

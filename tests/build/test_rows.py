"""Row sources: which records a dataset has, and what each of them sets."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

STUDY = """\
    study: TST
    title: A test study
    usubjid: '"TST-" + SUBJECT'
    release_timestamp: 2026-01-01T00:00:00
    tables:
      arms: [{ARMCD: B, ORDER: "2"}, {ARMCD: A, ORDER: "1"}]
    """
VITALS = """\
    SUBJ,VISIT,TEST,VAL,DAY
    1,1,SYSBP,120,2020-01-01
    1,1,DIABP,80,2020-01-01
    1,2,SYSBP,125,2020-01-08
    2,1,DIABP,70,2020-01-02
    2,,SYSBP,,2020-01-03
    """


def study(rows: str, variables: str = "", keys: str = "ROW", **more: str) -> dict[str, str]:
    """AX is made of the rows and variables given; form f has the records of VITALS."""
    return {
        "specs/study.yaml": STUDY,
        **form("f", "SUBJ VISIT TEST VAL DAY"),
        "raw/f.csv": VITALS,
        "specs/adam/ax.yaml": (
            f"dataset: AX\nkeys: [{keys}]\nrows:\n{indent(rows.strip(), '  ')}\nvariables:\n"
            f"  USUBJID: USUBJID\n{indent(variables, '  ')}\n"
        ),
        **more,
    }


ROW = "ROW: {rule: RECORD, label: Row}\n"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("None is None", [1, 2, 3, 4, 5]),
        ('TEST == "SYSBP"', [1, 3, 5]),
        ('VISIT == "1"', [1, 2, 4]),  # unknown (the fifth) is not selected
        ('not VISIT == "1"', [3]),  # by neither
        ("number(VAL) > 75", [1, 2, 3]),
        ('exists(raw.f, where=raw.f.TEST == "DIABP" and raw.f.RECORD > RECORD)', [1]),
        ("RECORD > 9", []),
    ],
)
def test_where_selects(build_small: BuildSmall, where: str, expected: list[object]) -> None:
    built = build_small(study(f"- {{from: raw.f, where: '{where}'}}", ROW))
    assert built.values("AX", "ROW") == expected
    assert set(built.codes) <= {"RAW_UNUSED", *([] if expected else ["ROWS_NONE"])}


def test_each_makes_several_records_of_one(build_small: BuildSmall) -> None:
    rows = """
- from: raw.f
  where: VISIT is not None # with a visit
  parameter: {PARAM: Blood pressure}
  each:
    - where: TEST == "SYSBP"
      set: {K: {value: s, label: Kind}, AVAL: number(VAL)}
    - set: {K: {rule: '"all"', label: Kind}, AVAL: number(VAL) * 10}
"""
    built = build_small(study(rows, ROW, keys="ROW, K"))
    assert built.values("AX", "K") == ["all", "s", "all", "all", "s", "all"]
    assert built.values("AX", "AVAL") == [1200, 120, 800, 1250, 125, 700]
    assert built.values("AX", "PARAM") == ["Blood pressure"] * 6
    assert built.codes == ["RAW_UNUSED"]  # the record without a visit


def test_set_comes_before_variables_and_sees_them(build_small: BuildSmall) -> None:
    rows = """
- {from: raw.f, where: RECORD < 3, set: {V: {rule: W + "!", label: Value}}}
- {from: raw.f, where: RECORD >= 3}
"""
    variables = ROW + "W: {rule: lower(TEST), label: Test}\nV: {rule: W, label: Value}\n"
    built = build_small(study(rows, variables))
    assert built.values("AX", "V") == ["sysbp!", "diabp!", "sysbp", "diabp", "sysbp"]
    assert built.codes == []


def test_sources_with_different_columns_are_stacked(build_small: BuildSmall) -> None:
    rows = """
- {from: raw.f, where: RECORD == 1, keep: [TEST]}
- {from: raw.g, set: {TEST: {value: none, label: Test}, V: {rule: WORD, label: Value}}}
"""
    variables = "ROW: {rule: RECORD, label: Row}\nTEST: {label: Test}\nV: {label: Value}\n"
    more = {**form("g", "SUBJ WORD"), "raw/g.csv": "SUBJ,WORD\n7,x\n8,\n"}
    built = build_small(study(rows, variables, keys="USUBJID", **more))
    assert built.values("AX", "TEST") == ["SYSBP", "none", "none"]
    assert built.values("AX", "V") == [None, "x", None]  # missing where a source does not set it
    assert built.values("AX", "USUBJID") == ["TST-1", "TST-7", "TST-8"]


def test_a_rule_that_one_source_cannot_follow_names_that_source(build_small: BuildSmall) -> None:
    rows = "- {from: raw.f}\n- {from: raw.g}\n"
    more = {**form("g", "SUBJ WORD"), "raw/g.csv": "SUBJ,WORD\n7,x\n"}
    built = build_small(study(rows, ROW + "V: {rule: TEST, label: Value}\n", keys="USUBJID, ROW", **more))
    assert built.values("AX", "V") == ["SYSBP", "DIABP", "SYSBP", "DIABP", "SYSBP", None]
    assert ["nor a column of raw.g" in m for m in built.messages("RULE_NAME")] == [True]


def test_a_design_table_is_a_row_source(build_small: BuildSmall) -> None:
    files = study("- {from: raw.f}", ROW)
    files["specs/adam/arms.yaml"] = """\
        dataset: ARMS
        keys: [NUMBER]
        rows: [{from: study.arms, where: ORDER is not None}]
        variables:
          NUMBER: {rule: number(ORDER), label: Order}
          ARMCD: {rule: ARMCD, label: Arm}
        """
    built = build_small(files)
    assert built.values("ARMS", "ARMCD") == ["A", "B"]
    assert built.codes == []


# Groups: long to wide

GROUP = "- {from: raw.f, group: [USUBJID, VISIT]}\n"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("VISIT", ["1", "2", None, "1"]),
        ('first(source.VAL, where=source.TEST == "SYSBP")', ["120", "125", None, None]),
        ('first(source.VAL, where=source.TEST == "DIABP")', ["80", None, None, "70"]),
        ("text(count(source.VAL))", ["2", "1", "1", "1"]),
        ("text(sum(number(source.VAL)))", ["200", "125", None, "70"]),
        ("join_text(source.TEST, order=[desc(source.RECORD)])", ["DIABP, SYSBP", "SYSBP", "SYSBP", "DIABP"]),
        ("text(max(source.RECORD)) if VISIT == '1' else 'other'", ["2", "other", None, "4"]),
        ("last(source.VAL, where=number(source.VAL) < LIMIT)", ["80", None, None, "70"]),  # the group's own variable
        ("text(count(raw.f))", ["3", "3", "2", "2"]),  # another join beside it
    ],
)
def test_group(build_small: BuildSmall, rule: str, expected: list[object]) -> None:
    variables = "VISIT: {rule: VISIT, label: Visit}\nLIMIT: {rule: '100', label: Limit}\n"
    variables += f"V: {{rule: {rule!r}, label: Value}}\n"
    built = build_small(study(GROUP, variables, keys="USUBJID, VISIT"))
    found = dict(
        zip(
            zip(built.values("AX", "USUBJID"), built.values("AX", "VISIT"), strict=True),
            built.values("AX", "V"),
            strict=True,
        )
    )
    assert [found[key] for key in [("TST-1", "1"), ("TST-1", "2"), ("TST-2", None), ("TST-2", "1")]] == expected
    assert built.codes == []


@pytest.mark.parametrize("rule", ["VAL", "source.VAL", "number(VAL)", "first(source.TEST, where=source.VAL == VAL)"])
def test_other_columns_of_a_group_are_refused(build_small: BuildSmall, rule: str) -> None:
    built = build_small(study(GROUP, f"V: {{rule: {rule!r}, label: V}}\n", keys="USUBJID"))
    assert ["VAL may differ within a group of source records" in m for m in built.messages("RULE_NAME")] == [True]


def test_keep_of_a_column_that_differs_within_a_group_is_refused(build_small: BuildSmall) -> None:
    rows = "- {from: raw.f, group: [USUBJID], keep: [VAL]}\n"
    built = build_small(study(rows, "VAL: {label: V}\n", keys="USUBJID"))
    assert ["VAL may differ within a group" in m for m in built.messages("RULE_NAME")] == [True]


def test_members_need_a_group(build_small: BuildSmall) -> None:
    built = build_small(study("- {from: raw.f}", ROW + "V: {rule: first(source.VAL), label: V}\n"))
    assert ["needs `group`" in m for m in built.messages("RULE_ARGUMENT")] == [True]


def test_what_a_method_says_of_a_member_is_at_its_line(build_small: BuildSmall) -> None:
    built = build_small(study(GROUP, "V: {rule: max(number(source.TEST)), label: V}\n", keys="USUBJID, V"))
    assert [str(p) for f in built.findings if f.code == "RAW_NUMBER" for p in (f.place, *f.records)] == [
        *("raw/f.csv:2", "raw/f.csv:4", "raw/f.csv:6"),  # SYSBP
        *("raw/f.csv:3", "raw/f.csv:5"),  # DIABP
    ]


# The dataset itself: later row sources see the records of those above


def test_later_rows_see_earlier_records_with_all_their_variables(build_small: BuildSmall) -> None:
    rows = """
- {from: raw.f, where: VAL is not None, set: {K: {value: a, label: Kind}, AVAL: number(VAL)}}
- {from: AX, where: AVAL > 100, set: {K: {value: b, label: Kind}, AVAL: AVAL * 2}}
- from: raw.f
  where: RECORD == 1 and count(AX) > 0
  set: {K: {value: c, label: Kind}, AVAL: {rule: 'count(AX, by=[])', scope: study}}
- {from: AX, group: [USUBJID], set: {K: {value: d, label: Kind}, AVAL: sum(source.AVAL)}}
"""
    variables = "TWICE: {rule: AVAL * 2, label: Twice}\nASEQ: sequence()\n"
    variables += "TOTAL: {rule: 'count(1, by=[])', label: Number, scope: study}\n"
    built = build_small(study(rows, variables, keys="USUBJID, K, AVAL"))
    assert built.codes == ["RAW_UNUSED"]
    assert list(zip(built.values("AX", "K"), built.values("AX", "AVAL"), built.values("AX", "ASEQ"), strict=True)) == [
        *(("a", 80, 1), ("a", 120, 2), ("a", 125, 3)),
        *(("b", 240, 4), ("b", 250, 5)),
        ("c", 6, 6),  # the records above: four of a and two of b
        ("d", 821, 7),
        *(("a", 70, 1), ("d", 70, 2)),
    ]
    assert built.values("AX", "TWICE") == [160, 240, 250, 480, 500, 12, 1642, 140, 140]
    assert built.values("AX", "TOTAL") == [9] * 9  # general rules see all records


def test_the_first_row_source_cannot_read_the_dataset(build_small: BuildSmall) -> None:
    built = build_small(study("- {from: AX}\n- {from: raw.f}\n", ROW))
    assert ["no row source stands above this one" in m for m in built.messages("SPEC_REFERENCE")] == [True]


# Datasets that need each other


def test_two_datasets_may_need_each_other(build_small: BuildSmall) -> None:
    """DM takes its reference day from EX, whose study day counts from it."""
    files = {
        **form("dose", "SUBJ DAY"),
        "raw/dose.csv": "SUBJ,DAY\n1,2020-01-03\n1,2020-01-01\n2,2020-02-01\n",
        "specs/sdtm/dm.yaml": """\
            dataset: DM
            keys: [USUBJID]
            rows: [{from: EX, group: [USUBJID]}]
            variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, RFSTDTC: min(EX.EXSTDTC)}
            """,
        "specs/sdtm/ex.yaml": """\
            dataset: EX
            keys: [USUBJID, EXSTDTC]
            rows: [{from: raw.dose}]
            variables:
              STUDYID: study.STUDYID
              USUBJID: USUBJID
              EXSTDTC: DAY
              EXSTDY: study_day(EXSTDTC, DM.RFSTDTC)
            """,
    }
    built = build_small(files)
    assert built.codes == []
    assert built.values("EX", "EXSTDY") == [1, 3, 1]


@pytest.mark.parametrize(
    ("first", "second", "chain"),
    [
        ("raw.f}", "AX}", None),
        ("AY}", "AX}", "records of AX ← records of AY ← records of AX"),
        ("raw.f, where: exists(AY)}", "AX}", "records of AX ← records of AY ← records of AX"),
    ],
)
def test_records_in_a_circle(build_small: BuildSmall, first: str, second: str, chain: str | None) -> None:
    files = study(f"- {{from: {first}\n")
    files["specs/adam/ax.yaml"] = files["specs/adam/ax.yaml"].replace("[ROW]", "[USUBJID]")
    files["specs/adam/ay.yaml"] = (
        f"dataset: AY\nkeys: [USUBJID]\nrows: [{{from: {second}]\nvariables: {{USUBJID: USUBJID}}\n"
    )
    found = build_small(files).messages("RULE_CYCLE")
    assert [chain in text for text in found if chain] == ([True] if chain else [])
    assert bool(found) is (chain is not None)


def test_variables_in_a_circle_across_datasets(build_small: BuildSmall) -> None:
    files = study("- {from: raw.f}", ROW + "V: {rule: first(AY.W), label: V}\n")
    files["specs/adam/ay.yaml"] = """\
        dataset: AY
        keys: [USUBJID]
        rows: [{from: raw.f, where: RECORD == 1}]
        variables: {USUBJID: USUBJID, W: {rule: first(AX.V), label: W}}
        """
    found = build_small(files).messages("RULE_CYCLE")
    assert ["AX.V ← AY.W ← AX.V" in text for text in found] == [True]


def test_a_source_that_does_not_exist(build_small: BuildSmall) -> None:
    built = build_small(study("- {from: raw.ff}\n- {from: raw.f}", ROW))
    assert built.messages("SPEC_REFERENCE") == [
        "specs/adam/ax.yaml:4: error: SPEC_REFERENCE: there is no raw.ff to take records from (did you mean raw.f?)"
    ]
    assert built.values("AX", "ROW") == [1, 2, 3, 4, 5]


def test_a_dataset_without_records(build_small: BuildSmall) -> None:
    files = study(
        "- {from: raw.f, where: RECORD > 9}",
        ROW + "V: {rule: 'max(RECORD, by=[])', label: V, scope: study}\nASEQ: sequence()\n",
    )
    files["specs/adam/ay.yaml"] = """\
        dataset: AY
        keys: [USUBJID]
        rows: [{from: AX, group: [USUBJID], set: {N: {rule: count(source.V), label: N}}}, {from: AX}]
        variables: {USUBJID: USUBJID, N: {rule: 'count(AX, by=[])', label: N, scope: study}}
        """
    built = build_small(files)
    assert built.values("AX", "V") == built.values("AY", "N") == []
    assert sorted(built.codes) == ["RAW_UNUSED", "ROWS_NONE"]

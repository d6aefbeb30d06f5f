"""Columns of three arms: pooled arms, two levels, columns by values of records, columns of another variable."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

ADSL = """
USUBJID TRT  SEX
01      P    F
02      P    M
03      LOW  F
04      LOW  F
05      HIGH M
06      HIGH F
07      .    F
"""

TABLE = "id: t\ntitle: T\npopulation: ALL\nstub: Sex\ncolumns:\n"
ROWS = "rows:\n  - {id: sex, count: {by: SEX, values: {F: Female, M: Male}}}\n"


def test_some_arms_together_in_a_column(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        TABLE
        + """\
  - by: TRT
    label: "{{ value }} (N={{ N }})"
    values:
      P: Placebo
      LOW: Low dose
      HIGH: High dose
      ACTIVE: {label: Active, of: [LOW, HIGH]}
    missing: "Not treated (N={{ N }})"
    total: "All (N={{ N }})"
"""
        + ROWS,
        ADSL=ADSL,
    )
    assert not made.problems
    assert made.heads("t") == [
        *("Sex", "Placebo (N=2)", "Low dose (N=2)", "High dose (N=2)", "Active (N=4)"),
        *("Not treated (N=1) (N=1)", "All (N=7)"),
    ]
    assert made.rows("t") == [
        "Female | 1 (50) | 2 (100) | 1 (50) | 3 (75) | 1 (100) | 5 (71)",
        "Male | 1 (50) | 0 (0) | 1 (50) | 1 (25) | 0 (0) | 2 (29)",
    ]
    assert made.behind("t/sex/F/ACTIVE/n") == ["03", "04", "06"]
    assert made.result("t/sex/F/missing/n").group == "missing"


def test_columns_by_treatment_and_sex_under_spanners(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        TABLE
        + """\
  - label: Active
    id: act
    columns:
      - by: TRT
        values: {LOW: Low, HIGH: High}
        columns: [{by: SEX, values: {F: Female, M: Male}, label: "{{ value }} (N={{ N }})"}]
rows: [{id: n, label: Subjects, count: {}, show: "{n}"}]
""",
        ADSL=ADSL,
    )
    assert not made.problems
    assert made.heads("t") == [
        *("Sex", "Active > Low > Female (N=2)", "Active > Low > Male (N=0)"),
        *("Active > High > Female (N=1)", "Active > High > Male (N=1)"),
    ]
    assert made.rows("t") == ["Subjects | 2 | 0 | 1 | 1"]
    assert made.result("t/n/act/LOW/F/n").value == 2


def test_groups_under_a_spanner(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        TABLE
        + """\
  - label: Treatment
    columns: [{by: TRT, values: {P: Placebo, LOW: Low}}]
  - {id: all, label: All}
rows: [{id: n, label: Subjects, count: {}, show: "{n}"}]
""",
        ADSL=ADSL,
    )
    assert made.heads("t") == ["Sex", "Treatment > Placebo", "Treatment > Low", "All"]
    assert made.rows("t") == ["Subjects | 2 | 2 | 7"]
    assert made.result("t/n/P/n").value == 2


LB = """
USUBJID SEQ:n AVAL:n CHG:n BASE   WORST
01      1     10     0     NORMAL NORMAL
02      1     20     5     NORMAL HIGH
03      1     30     10    HIGH   HIGH
04      1     40     -2    .      LOW
05      1     50     1     HIGH   .
"""


def test_columns_of_another_variable(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        TABLE
        + """\
  - by: TRT
    values: {P: Placebo, LOW: Low}
    columns: [{id: value, label: Value, of: AVAL}, {id: change, label: Change, of: CHG}]
rows: [{id: mean, label: Mean (SD), summary: {from: ADLB, of: AVAL}, show: "{mean:1} ({sd:1})"}]
""",
        ADSL=ADSL,
        ADLB=LB,
    )
    assert not made.problems
    assert made.heads("t")[1:] == ["Placebo > Value", "Placebo > Change", "Low > Value", "Low > Change"]
    assert made.rows("t") == ["Mean (SD) | 15.0 (7.1) | 2.5 (3.5) | 35.0 (7.1) | 4.0 (8.5)"]
    assert made.result("t/mean/P/change/mean").variable == "CHG"


SHIFT = """\
  - by: TRT
    values: {P: Placebo, LOW: Low}
    columns:
      - {records_by: BASE, values: {LOW: Low, NORMAL: Normal, HIGH: High}, missing: Missing, total: Total}
rows:
  - id: shift
    count:
      from: ADLB
      by: WORST
      values: {LOW: Low, NORMAL: Normal, HIGH: High}
      missing: Missing
      total: Total
"""


def test_a_shift_table(analyse_small: AnalyseSmall) -> None:
    """Columns are the categories at baseline, rows those after it, with missing ones and totals on both sides."""
    made = analyse_small(TABLE + SHIFT + "    show: '{n}'\n", ADSL=ADSL, ADLB=LB)
    assert not made.problems
    assert made.heads("t")[1:6] == [f"Placebo > {text}" for text in ("Low", "Normal", "High", "Missing", "Total")]
    assert made.rows("t") == [
        "Low | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 1",
        "Normal | 0 | 1 | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0",
        "High | 0 | 1 | 0 | 0 | 1 | 0 | 0 | 1 | 0 | 1",
        "Missing | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0",
        "Total | 0 | 2 | 0 | 0 | 2 | 0 | 0 | 1 | 1 | 2",
    ]
    assert made.behind("t/shift/HIGH/P/NORMAL/n") == ["02 1.0"]


def test_percentages_of_rows_columns_and_groups(analyse_small: AnalyseSmall) -> None:
    """Of High, Normal at baseline, in the arm P (2 subjects, of whom 1 is in the row and 2 are in the column)."""
    expected = {"subjects": "1/2", "column": "1/2", "row": "1/1", "table": "1/2", "above": "1/2"}
    for percent, shown in expected.items():
        spec = SHIFT.replace("by: WORST\n", f"by: WORST\n      percent_of: {percent}\n")
        made = analyse_small(TABLE + spec + "    show: '{n}/{N}'\n", ADSL=ADSL, ADLB=LB)
        assert not made.problems
        assert made.rows("t")[2].split(" | ")[2] == shown, percent
    # The arm LOW: subject 04 has no baseline category; the column High has one subject, the group two.
    assert made.rows("t")[2].split(" | ")[8] == "1/1"
    spec = SHIFT.replace("by: WORST\n", "by: WORST\n      percent_of: table\n")
    made = analyse_small(TABLE + spec + "    show: '{n}/{N}'\n", ADSL=ADSL, ADLB=LB)
    assert made.rows("t")[2].split(" | ")[8] == "1/2"


def test_a_column_that_is_asked_for_twice(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(TABLE + "  - {by: TRT, values: {LOW: {label: Both, of: [LOW, HIGH]}}}\n" + ROWS, ADSL=ADSL)
    assert made.problems[0].endswith(
        "t: LOW is the name of several values and one of them; give the pooled column another name"
    )

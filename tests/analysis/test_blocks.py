"""Rows and pages for each visit, parameter and subgroup."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

from crf2tlf.analysis.results import Table

ADSL = """
USUBJID TRT SEX
01      A   F
02      A   M
03      B   F
04      B   M
"""

VS = """
USUBJID SEQ:n PARAMCD PARAM       VISIT    VISITN:n AVAL:n CHG:n FLAG
01      1     PULSE   Pulse_(/min) Week_10 10       60     0     Y
01      2     PULSE   Pulse_(/min) Baseline 0       60     .     Y
01      3     PULSE   Pulse_(/min) Baseline 0       999    .     N
01      4     DIABP   Diastolic    Baseline 0       80     .     Y
01      5     DIABP   Diastolic    Week_2   2       84     4     Y
02      1     PULSE   Pulse_(/min) Baseline 0       70     .     Y
03      1     PULSE   Pulse_(/min) Baseline 0       64     .     Y
03      2     PULSE   Pulse_(/min) Week_10  10      66     2     Y
04      1     DIABP   Diastolic    Week_2   2       .      .     Y
"""

VISITS = """\
id: t
title: T
population: ALL
columns: [{by: TRT}]
pages: {from: ADVS, where: FLAG == "Y", by: PARAMCD, named: PARAM, label: "Parameter: {{ value }}"}
rows:
  - for_each: {by: VISIT, order: VISITN}
    label: "{{ value }} (n = {{ N }})"
    rows:
      - {id: n, label: n, summary: {of: AVAL}, show: "{n}"}
      - {id: mean, label: Mean, summary: {of: AVAL}, show: "{mean:1}"}
"""


def test_visits_on_pages_by_parameter(analyse_small: AnalyseSmall) -> None:
    """The pages' records are those of the rows; 999 has another flag, and visits are those of the parameter."""
    made = analyse_small(VISITS, ADSL=ADSL, ADVS=VS)
    assert not made.problems
    body = made["t"].body
    assert isinstance(body, Table)
    assert [(page.first, page.subtitle) for page in body.pages] == [
        (0, "Parameter: Diastolic"),
        (6, "Parameter: Pulse (/min)"),
    ]
    assert made.rows("t") == [
        *("Baseline (n = 1)", "  n | 1 | 0", "  Mean | 80.0 | –"),
        *("Week 2 (n = 2)", "  n | 1 | 0", "  Mean | 84.0 | –"),
        *("Baseline (n = 3)", "  n | 2 | 1", "  Mean | 65.0 | 64.0"),
        *("Week 10 (n = 2)", "  n | 1 | 1", "  Mean | 60.0 | 66.0"),
    ]
    assert made.behind("t/PULSE/Week-10/mean/A/mean") == ["01 1.0"]


def test_visits_that_are_listed_stay(analyse_small: AnalyseSmall) -> None:
    spec = VISITS.replace(
        "{by: VISIT, order: VISITN}",
        "{by: VISIT, values: {Baseline: Start, Week 2: Second week, LATE: {label: Later, of: [Week 10]}}}",
    )
    made = analyse_small(spec, ADSL=ADSL, ADVS=VS)
    assert [row for row in made.rows("t") if not row.startswith(" ")] == [
        *("Start (n = 1)", "Second week (n = 2)", "Later (n = 0)"),
        *("Start (n = 3)", "Second week (n = 0)", "Later (n = 2)"),
    ]
    assert made.result("t/PULSE/LATE/mean/B/mean").value == 66


def test_a_row_for_each_visit(analyse_small: AnalyseSmall) -> None:
    """One row a visit: the analysis stands in the row of the block; value and change side by side."""
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: TRT, columns: [{id: value, label: Value, of: AVAL}, {id: change, label: Change, of: CHG}]}]
        rows:
          - {label: Pulse}
          - for_each: {from: ADVS, where: PARAMCD == "PULSE" and FLAG == "Y", by: VISITN, named: VISIT}
            id: pulse
            summary: {of: AVAL}
            show: "{n}, {mean:1}"
        """,
        ADSL=ADSL,
        ADVS=VS,
    )
    assert not made.problems
    assert made.rows("t") == [
        "Pulse",
        "Baseline | 2, 65.0 | 0, – | 1, 64.0 | 0, –",
        "Week 10 | 1, 60.0 | 1, 0.0 | 1, 66.0 | 1, 2.0",
    ]
    assert made.result("t/10/pulse/B/change/mean").value == 2


def test_denominators_of_a_visit(analyse_small: AnalyseSmall) -> None:
    """Percentages of those with data at the visit, of those who fulfil a condition there, and of all subjects."""
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - for_each: {from: ADVS, where: PARAMCD == "PULSE" and FLAG == "Y", by: VISIT, order: VISITN}
            rows:
              - {id: data, label: Of those with data, count: {where: AVAL >= 64, percent_of: column}, show: "{n}/{N}"}
              - id: some
                label: Of those
                count: {where: AVAL >= 66, denominator: {where: AVAL >= 64}}
                show: "{n}/{N}"
              - {id: all, label: Of all, count: {where: AVAL >= 64}, show: "{n}/{N}"}
              - id: high
                label: Category
                count: {by: '"High" if AVAL > 64 else "Low"', percent_of: column}
                show: "{n}/{N}"
              - {id: men, label: Men, count: {from: ADSL, where: SEX == "M"}, show: "{n}/{N}"}
        """,
        ADSL=ADSL,
        ADVS=VS,
    )
    assert not made.problems
    assert made.rows("t") == [
        "Baseline",
        *("  Of those with data | 2/2", "  Of those | 1/2", "  Of all | 2/4"),
        *("  Category", "    High | 1/3", "    Low | 2/3", "  Men | 2/4"),
        "Week 10",
        *("  Of those with data | 1/1", "  Of those | 1/1", "  Of all | 1/4"),
        *("  Category", "    High | 1/2", "    Low | 1/2", "  Men | 2/4"),
    ]


def test_rows_for_subgroups(analyse_small: AnalyseSmall) -> None:
    """A block on the population's dataset is about subjects: its N is the subgroup's."""
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: TRT}]
        rows:
          - for_each: {by: SEX, values: {F: Women, M: Men}}
            label: "{{ value }} (N = {{ N }})"
            id: vs
            count: {from: ADVS, where: PARAMCD == "PULSE"}
            show: "{n}/{N}"
        """,
        ADSL=ADSL,
        ADVS=VS,
    )
    assert made.rows("t") == ["Women (N = 2) | 1/1 | 1/1", "Men (N = 2) | 1/1 | 0/1"]


def test_a_block_on_a_variable_that_does_not_exist(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(VISITS.replace("by: VISIT,", "by: VISITX,"), ADSL=ADSL, ADVS=VS)
    assert made.problems[0].startswith("specs/tlf/0.yaml:7: error: RULE_NAME: t: ADVS has no variable VISITX")
    assert made.rows("t") == ["VISITX | ERROR | ERROR"] * 2
    made = analyse_small(VISITS.replace("by: PARAMCD,", "by: PARAMX,"), ADSL=ADSL, ADVS=VS)
    assert made.problems == [
        "specs/tlf/0.yaml:5: error: RULE_NAME: t: ADVS has no variable PARAMX (did you mean PARAM?)"
    ]

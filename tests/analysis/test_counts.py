"""Counts of subjects and records: categories, denominators, columns."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

AE = """
USUBJID AESEQ:n TERM     SOC      GRADE:n
01      1       Nausea   Gut      1
01      2       Nausea   Gut      3
01      3       Headache Nerves   2
02      1       Nausea   Gut      2
04      1       Vomiting Gut      1
04      2       Headache Nerves   4
05      1       Headache Nerves   1
"""

ARMS = """\
  - by: ARM
    values: {A: Drug, B: Placebo}
    label: "{{ value }} (N = {{ N }})"
    total: "All (N = {{ N }})"
"""


def test_categories_are_those_listed_and_stay_when_nobody_is_in_them(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: table-1
        title: One
        population: ALL
        columns: [{label: "Subjects (N = {{ N }})"}]
        rows:
          - {id: sex, label: "Sex, n (%)", count: {by: SEX, values: {M: Male, F: Female, U: Unknown}}}
        """
    )
    assert made.rows("table-1") == ["Sex, n (%)", "  Male | 3 (43)", "  Female | 4 (57)", "  Unknown | 0 (0)"]
    assert made.heads("table-1") == ["", "Subjects (N = 7)"]
    assert made.behind("table-1/sex/M/n") == ["03", "05", "06"]
    assert made.behind("table-1/sex/U/n") == []  # nobody is an answer, too
    assert len(made.behind("table-1/sex/U/n", "denominator")) == 7
    assert not made.problems


def test_records_that_no_row_counts_are_a_finding(analyse_small: AnalyseSmall) -> None:
    row = "count: {by: ARM, values: {A: Drug}"
    output = "id: t\ntitle: T\npopulation: ALL\nrows:\n  - id: arm\n    label: Arm\n    "
    made = analyse_small(output + row + "}\n")
    assert made.rows("t") == ["Arm | ERROR"]
    assert made.problems == [
        "specs/tlf/0.yaml:7: error: ANALYSIS: t/arm: ARM is 'B', missing in 4 records of ADSL, which no row counts: "
        "add to `values`, give `missing`, or say `others: ignore`"
    ]
    made = analyse_small(output + row + ", others: ignore}\n")
    assert made.rows("t") == ["Arm", "  Drug | 3 (43)"]
    made = analyse_small(output + "count: {by: ARM, values: {A: Drug, B: Placebo}, missing: None}\n")
    assert made.rows("t") == ["Arm", "  Drug | 3 (43)", "  Placebo | 3 (43)", "  None | 1 (14)"]
    assert not made.problems


def test_a_subject_counts_once_a_row_and_a_record_each_time(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - {id: subjects, label: Subjects, count: {from: ADAE, where: TERM == "Nausea"}}
          - {id: records, label: Events, count: {from: ADAE, where: TERM == "Nausea", of: records}, show: "{n}"}
        """,
        ADAE=AE,
    )
    assert made.rows("t") == ["Subjects | 2 (29)", "Events | 3"]
    assert made.behind("t/subjects/n") == ["01 1.0", "01 2.0", "02 1.0"]  # all the records that qualify


def test_arms_a_total_and_columns_under_them(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        "id: t\ntitle: T\npopulation: ALL\nstub: Event\ncolumns:\n"
        + ARMS
        + """\
    columns:
      - {id: any, label: Any}
      - {id: severe, label: "Grade ≥ 3", records: GRADE >= 3}
rows:
  - {id: term, count: {from: ADAE, by: TERM, order: frequency}}
""",
        ADAE=AE,
    )
    assert made.heads("t") == [
        "Event",
        *("Drug (N = 3) > Any", "Drug (N = 3) > Grade ≥ 3"),
        *("Placebo (N = 3) > Any", "Placebo (N = 3) > Grade ≥ 3"),
        *("All (N = 7) > Any", "All (N = 7) > Grade ≥ 3"),
    ]
    # The most frequent first; with equal counts in the order of their names.
    assert made.rows("t") == [
        "Headache | 1 (33) | 0 (0) | 2 (67) | 1 (33) | 3 (43) | 1 (14)",
        "Nausea | 2 (67) | 1 (33) | 0 (0) | 0 (0) | 2 (29) | 1 (14)",
        "Vomiting | 0 (0) | 0 (0) | 1 (33) | 0 (0) | 1 (14) | 0 (0)",
    ]
    assert made.behind("t/term/Headache/B/severe/n") == ["04 2.0"]
    assert made.result("t/term/Headache/B/severe/pct").value == 33.3333333333
    assert made.result("t/term/Headache/B/severe/n").group == "B/severe"


def test_terms_within_classes(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - {id: any, label: Any event, count: {from: ADAE}}
          - {id: event, count: {from: ADAE, by: [SOC, TERM]}}
        """,
        ADAE=AE,
    )
    assert made.rows("t") == [
        "Any event | 4 (57)",
        "Gut | 3 (43)",
        "  Nausea | 2 (29)",
        "  Vomiting | 1 (14)",
        "Nerves | 3 (43)",
        "  Headache | 3 (43)",
    ]
    assert made.behind("t/event/Gut/Vomiting/n") == ["04 1.0"]


def test_a_denominator_of_its_own(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - id: female
            label: Female, of those with an event
            count: {where: SEX == "F", denominator: {from: ADAE}}
            show: "{n}/{N} ({pct:1})"
          - id: nobody
            label: Of nobody
            count: {where: SEX == "F", denominator: {where: SEX == "X"}}
            show: "{n}/{N} ({pct:1})"
        """,
        ADAE=AE,
    )
    # 07 is female but has no event; without a denominator there is no percentage
    assert made.rows("t") == ["Female, of those with an event | 3/4 (75.0)", "Of nobody | 0/0 (–)"]
    assert made.behind("t/female/n") == ["01", "02", "04"]
    assert made.result("t/nobody/pct").value is None


def test_a_population_with_several_records_of_a_subject_is_a_finding(analyse_small: AnalyseSmall) -> None:
    populations = "populations:\n  EVENTS: {dataset: ADAE, where: GRADE > 0, label: Events}\n"
    made = analyse_small(
        "id: t\ntitle: T\npopulation: EVENTS\nrows: [{id: a, label: A, count: {}}]\n", populations, ADAE=AE
    )
    assert made.problems == [
        "specs/analysis.yaml:2: error: ANALYSIS: t: EVENTS has subjects with several records of ADAE; "
        "a population has one each"
    ]

"""Adverse events by class and term: order, the least percentage, events beside subjects, worst grades."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

ADSL = "USUBJID TRT\n" + "".join(f"{n:02} {'A' if n <= 10 else 'B'}\n" for n in range(1, 21))

# Skin: 3 subjects, Gut: 4, Eye: 1; the terms of a class are not in the order of their frequencies.
AE = """
USUBJID SEQ:n SOC  TERM    GRADE:n
01      1     Gut  Colic   1
01      2     Gut  Nausea  2
01      3     Gut  Nausea  3
02      1     Gut  Nausea  1
03      1     Gut  Vomit   2
04      1     Gut  Vomit   .
11      1     Skin Itching 1
11      2     Skin Itching 2
12      1     Skin Itching 4
01      4     Skin Rash    1
13      1     Eye  Blur    1
"""

TABLE = """\
id: t
title: T
population: ALL
columns: [{by: TRT, total: All}]
rows:
  - id: ae
    count: {from: ADAE, by: [SOC, TERM], order: frequency}
    show: "{n}"
"""


def changed(**replaced: str) -> str:
    spec = TABLE
    for written, instead in replaced.items():
        spec = spec.replace({"order": "order: frequency", "by": "by: [SOC, TERM]", "show": '"{n}"'}[written], instead)
    return spec


def test_classes_and_terms_by_frequency(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(TABLE, ADSL=ADSL, ADAE=AE)
    assert made.rows("t") == [
        "Gut | 4 | 0 | 4",
        "  Nausea | 2 | 0 | 2",  # as often as Vomit, and before it in the alphabet
        "  Vomit | 2 | 0 | 2",
        "  Colic | 1 | 0 | 1",
        "Skin | 1 | 2 | 3",
        "  Itching | 0 | 2 | 2",
        "  Rash | 1 | 0 | 1",
        "Eye | 0 | 1 | 1",
        "  Blur | 0 | 1 | 1",
    ]


def test_by_frequency_in_a_column(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(changed(order="order: frequency, order_column: B"), ADSL=ADSL, ADAE=AE)
    assert [row.split(" | ")[0] for row in made.rows("t")] == [
        *("Skin", "  Itching", "  Rash", "Eye", "  Blur", "Gut", "  Colic", "  Nausea", "  Vomit")
    ]
    made = analyse_small(changed(order="order: frequency, order_column: C"), ADSL=ADSL, ADAE=AE)
    assert made.problems == ["specs/tlf/0.yaml:7: error: SPEC_REFERENCE: t/ae: there is no column C"]


def test_terms_of_a_least_percentage_in_any_column(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(changed(order="order: frequency, minimum: 20, any: Any event"), ADSL=ADSL, ADAE=AE)
    assert made.rows("t") == [
        "Any event | 4 | 3 | 7",
        "Gut | 4 | 0 | 4",
        "  Nausea | 2 | 0 | 2",
        "  Vomit | 2 | 0 | 2",
        "Skin | 1 | 2 | 3",  # all of the class, terms that are left out too
        "  Itching | 0 | 2 | 2",
    ]
    assert made["t"].footnotes == (
        "Shown are rows with at least 20% in any column, and the rows above them; 4 rows are left out.",
    )
    assert not [r.id for r in made.results.results if "Rash" in r.id]


def test_subjects_and_events_in_a_cell(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(changed(show='"{n} ({pct:0}) [{events}]"', by="by: TERM"), ADSL=ADSL, ADAE=AE)
    assert made.rows("t")[:2] == [
        "Itching | 0 (0) [0] | 2 (20) [3] | 2 (10) [3]",
        "Nausea | 2 (20) [3] | 0 (0) [0] | 2 (10) [3]",
    ]
    assert made.result("t/ae/Itching/B/events").value == 3
    assert "t/ae/Itching/B/subjects" not in [r.id for r in made.results.results]  # nobody asked


GRADES = """\
id: t
title: T
population: ALL
columns:
  - records_by: GRADE
    values: {1: "1", 2: "2", 3: "3", SEVERE: {label: "≥ 3", of: [3, 4, 5]}}
    missing: Unknown
    total: Any
rows:
  - {id: ae, count: {from: ADAE, by: [SOC, TERM], worst: GRADE, any: Any event}, show: "{n}"}
"""


def test_the_worst_grade_of_a_subject_in_columns(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(GRADES, ADSL=ADSL, ADAE=AE)
    assert made.heads("t") == ["", "1", "2", "3", "≥ 3", "Unknown", "Any"]
    assert made.rows("t") == [
        "Any event | 2 | 2 | 1 | 2 | 1 | 7",  # 02 13 | 03 11 | 01 | 01 12 | 04
        "Eye | 1 | 0 | 0 | 0 | 0 | 1",
        "  Blur | 1 | 0 | 0 | 0 | 0 | 1",
        "Gut | 1 | 1 | 1 | 1 | 1 | 4",
        "  Colic | 1 | 0 | 0 | 0 | 0 | 1",  # of subject 01, who has grade 3 in the class
        "  Nausea | 1 | 0 | 1 | 1 | 0 | 2",
        "  Vomit | 0 | 1 | 0 | 0 | 1 | 2",
        "Skin | 1 | 1 | 0 | 1 | 0 | 3",
        "  Itching | 0 | 1 | 0 | 1 | 0 | 2",
        "  Rash | 1 | 0 | 0 | 0 | 0 | 1",
    ]
    assert made.behind("t/ae/Gut/Nausea/3/n") == ["01 3.0"]


def test_the_worst_grade_of_a_subject_in_rows(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        changed(by="by: [TERM, GRADE], worst: GRADE, others: ignore", order="order: value"), ADSL=ADSL, ADAE=AE
    )
    assert made.rows("t") == [
        *("Blur | 0 | 1 | 1", "  1 | 0 | 1 | 1"),
        *("Colic | 1 | 0 | 1", "  1 | 1 | 0 | 1"),
        *("Itching | 0 | 2 | 2", "  2 | 0 | 1 | 1", "  4 | 0 | 1 | 1"),
        *("Nausea | 2 | 0 | 2", "  1 | 1 | 0 | 1", "  3 | 1 | 0 | 1"),
        *("Rash | 1 | 0 | 1", "  1 | 1 | 0 | 1"),
        *("Vomit | 2 | 0 | 2", "  2 | 1 | 0 | 1"),
    ]


def test_grades_together_in_rows(analyse_small: AnalyseSmall) -> None:
    values = 'values: {1: "1", 2: "2", S: {label: "≥ 3", of: [3, 4]}}'
    spec = changed(by=f"by: GRADE, worst: GRADE, missing: Unknown, total: Any, {values}")
    made = analyse_small(spec, ADSL=ADSL, ADAE=AE)
    assert not made.problems
    assert made.rows("t") == [
        "1 | 1 | 1 | 2",
        "2 | 1 | 1 | 2",
        "≥ 3 | 1 | 1 | 2",
        "Unknown | 1 | 0 | 1",
        "Any | 4 | 3 | 7",
    ]

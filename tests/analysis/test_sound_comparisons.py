"""What comparisons and counts must not do without a word: share subjects, take another variable, lose records."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import AnalyseSmall

from crf2tlf.analysis.groups import merged

SIX = """
USUBJID ARM SEX X:n BASE:n
01      A   F   1   2
02      A   F   4   1
03      A   M   6   .
04      B   F   5   3
05      B   M   9   7
06      B   M   2   2
07      B   M   .   2
"""
TWICE = """
USUBJID SEQ:n AVAL:n CHG:n
01      1     10     1
02      1     20     3
03      1     30     8
04      1     10     4
05      1     20     6
06      1     30     5
"""
EVENTS = """
USUBJID SEQ:n TERM   GRADE:n
01      1     Nausea 1
01      2     Vomit  3
02      1     Nausea 2
02      2     Rash   .
04      1     Vomit  2
05      1     .      1
"""


def spec(columns: str, *rows: str) -> str:
    return "\n".join(
        ["id: t", "title: T", "population: ALL", f"columns: {columns}", "rows:", *(f"  - {r}" for r in rows)]
    )


POOLED = "[{by: ARM, values: {A: A, B: B, E: {label: Either, of: [A, B]}}, reference: B}]"


@pytest.mark.parametrize(
    ("columns", "row", "problem"),
    [
        (
            POOLED,
            "difference: {where: SEX == 'F'}",
            "4 subjects are in two of the columns E, B; compare distinct groups",
        ),
        (POOLED, "test: {method: welch, of: X}", "4 subjects are in two of the columns E, B"),
        (
            "[{by: ARM, total: All}, {id: d, compare: [A, total]}]",
            "odds_ratio: {where: SEX == 'F'}",
            "3 subjects are in",
        ),
        (
            "[{by: ARM, values: {A: A, B: B, E: {label: A again, of: A}}, reference: B}]",
            "ancova: {of: X}",
            "3 subjects are in two of the columns A, B, E",
        ),
        (
            "[{by: ARM}, {id: d, compare: [A, B]}]",
            "count: {of: records, where: SEX == 'F'}, compare: {d: {difference: {}}}",
            "difference compares subjects, but the row counts records",
        ),
        (
            "[{by: ARM, reference: B}]",
            "test: {method: chi-square, by: SEX, values: {F: F, M: M, E: {label: Either, of: [F, M]}}}",
            "F, M is in two of the categories that are tested",
        ),
    ],
)
def test_groups_and_categories_must_be_distinct(
    analyse_small: AnalyseSmall, columns: str, row: str, problem: str
) -> None:
    made = analyse_small(spec(columns, f"{{id: r, label: R, {row}}}"), ADSL=SIX)
    assert made.problems
    assert all(problem in found for found in made.problems), made.problems


def test_a_comparison_is_of_the_variable_of_its_columns(analyse_small: AnalyseSmall) -> None:
    """Welch: means of CHG 4 and 5, of AVAL 20 and 20."""
    columns = """
  - by: ARM
    columns: [{id: value, label: Value, of: AVAL}, {id: change, label: Change, of: CHG}]
  - {id: dv, label: Difference, compare: [A/value, B/value]}
  - {id: dc, label: Difference, compare: [A/change, B/change]}"""
    compare = "{dv: &d {difference: {}, show: '{difference:0}'}, dc: *d}"
    row = f"{{id: m, label: M, summary: {{from: ADVS, of: AVAL}}, show: '{{mean:0}}', compare: {compare}}}"
    made = analyse_small(spec(columns, row), ADSL=SIX, ADVS=TWICE)
    assert made.rows("t") == ["M | 20 | 4 | 20 | 5 | 0 | -1"]
    assert made.result("t/m/dc/difference").variable == "CHG"
    mixed = analyse_small(spec(columns.replace("B/change", "B/value"), row), ADSL=SIX, ADVS=TWICE)
    assert any("dc compares columns of different variables" in found for found in mixed.problems)


def test_the_records_in_an_adjusted_model(analyse_small: AnalyseSmall) -> None:
    """Subject 03 has no covariate and 07 no value: neither is in the model, nor behind its numbers."""
    made = analyse_small(
        spec("[{by: ARM, reference: B}]", "{id: a, label: A, ancova: {of: X, covariates: BASE}}"), ADSL=SIX
    )
    assert made.behind("t/a/A/difference") == ["01", "02", "04", "05", "06"]
    assert made.behind("t/a/A/difference", "denominator") == ["01", "02", "03", "04", "05", "06", "07"]
    assert made.behind("t/a/A/n") == ["01", "02"]
    assert made.result("t/a/B/n").value == 3


def test_a_reference_without_values_is_explained(analyse_small: AnalyseSmall) -> None:
    arms = SIX.replace("07      B   M", "07      C   M").replace("03      A", "03      D")
    columns = "[{by: ARM, values: {A: A, B: B, C: Drug C}, reference: C}]"
    made = analyse_small(spec(columns, "{id: a, label: Adjusted, ancova: {of: X}}"), ADSL=arms)
    assert made.rows("t") == ["Adjusted | – | –"]
    assert made["t"].footnotes[-2:] == (
        "Adjusted, A: not estimable (no values in Drug C).",
        "Adjusted, B: not estimable (no values in Drug C).",
    )


def test_records_of_a_block_in_a_comparison_with_a_dataset_of_its_own(analyse_small: AnalyseSmall) -> None:
    """Only records that the block selects are compared, also where the comparison names its dataset again."""
    row = """{id: v, for_each: {from: ADVS, where: SEQ == 1, by: VISIT}, label: "{{ value }}",
        count: {by: AVALC, values: {Y: Yes, N: No}}, show: "{n}",
        compare: {p: {test: {from: ADVS, method: fisher, by: AVALC}, show: "{p:4}"}}}"""
    visits = "USUBJID SEQ:n VISIT AVALC\n01 1 V1 Y\n01 2 V1 N\n02 1 V1 Y\n03 1 V1 Y\n04 1 V1 N\n05 1 V1 N\n06 1 V1 N"
    made = analyse_small(spec("[{by: ARM}, {id: p, compare: [A, B]}]", row), ADSL=SIX, ADVS=visits)
    assert not made.problems
    assert made.rows("t") == ["V1 |  |  | 0.1000", "  Yes | 3 | 0", "  No | 0 | 3"]  # R: fisher.test, 2 / choose(6, 3)


def test_the_worst_grade_in_a_row_of_several_terms(analyse_small: AnalyseSmall) -> None:
    """Subject 01 has nausea of grade 1 and vomits with grade 3: in the row of both the subject has grade 3 alone."""
    columns = "[{records_by: GRADE, values: {1: '1', 2: '2', 3: '3'}, total: Any}]"
    count = "{from: ADAE, by: TERM, values: {GI: {label: GI, of: [Nausea, Vomit]}}, worst: GRADE, others: ignore}"
    made = analyse_small(spec(columns, f"{{id: e, count: {count}, show: '{{n}}'}}"), ADSL=SIX, ADAE=EVENTS)
    assert made.rows("t") == ["GI | 0 | 2 | 1 | 3"]
    assert made.behind("t/e/GI/total/n") == ["01 2.0", "02 1.0", "04 1.0"]


def test_records_without_a_category_are_a_finding(analyse_small: AnalyseSmall) -> None:
    row = "{{id: e, label: E, count: {{from: ADAE, by: {by}}}, show: '{{n}}'}}"
    made = analyse_small(spec("[{label: All}]", row.format(by="TERM")), ADSL=SIX, ADAE=EVENTS)
    assert ["TERM is missing in 1 records of ADAE" in found for found in made.problems] == [True]
    nested = analyse_small(
        spec("[{label: All}]", row.format(by="[TERM, GRADE], missing: Unknown")), ADSL=SIX, ADAE=EVENTS
    )
    assert ["GRADE is missing in 1 records" in found for found in nested.problems] == [True]
    ignored = analyse_small(spec("[{label: All}]", row.format(by="TERM, others: ignore")), ADSL=SIX, ADAE=EVENTS)
    assert not ignored.problems


def test_orders_of_levels(analyse_small: AnalyseSmall) -> None:
    """Terms by frequency, the grades within them by value."""
    events = "USUBJID SEQ:n TERM GRADE:n\n01 1 Rash 1\n01 2 Rash 2\n02 1 Rash 2\n03 1 Rash 3\n04 1 Cold 1\n"
    row = "{{id: e, count: {{from: ADAE, by: [TERM, GRADE], order: {order}}}, show: '{{n}}'}}"
    made = analyse_small(spec("[{label: All}]", row.format(order="[frequency, value]")), ADSL=SIX, ADAE=events)
    assert made.rows("t") == ["Rash | 3", "  1 | 1", "  2 | 2", "  3 | 1", "Cold | 1", "  1 | 1"]
    other = analyse_small(spec("[{label: All}]", row.format(order="[value, frequency]")), ADSL=SIX, ADAE=events)
    assert other.rows("t") == ["Cold | 1", "  1 | 1", "Rash | 3", "  2 | 2", "  1 | 1", "  3 | 1"]


def test_nothing_is_said_of_nothing_left_out(analyse_small: AnalyseSmall) -> None:
    row = "{id: e, count: {by: SEX, minimum: 20}}"
    assert analyse_small(spec("[{label: All}]", row), ADSL=SIX)["t"].footnotes == ()


def test_cells_without_numbers(analyse_small: AnalyseSmall) -> None:
    """The text for missing numbers stands once; `zero` is a cell of nobody, of a summary where its row gives it."""
    rows = [
        "{id: a, label: A, summary: {of: X, where: SEX == 'F'}, show: '{mean:1} ({sd:1})'}",
        "{id: b, label: B, summary: {of: X, where: SEX == 'F'}, show: '{mean:1} ({sd:1})', missing: ''}",
        "{id: c, label: C, summary: {of: X, where: SEX == 'F'}, show: '{n}, {mean:1} ({sd:1})'}",
        "{id: d, label: D, summary: {of: X, where: SEX == 'F'}, show: '{n}, {mean:1} ({sd:1})', zero: ''}",
    ]
    nobody = SIX.replace("04      B   F", "04      B   M")
    made = analyse_small(spec("[{by: ARM}]", *rows), ADSL=nobody)
    assert made.rows("t") == ["A | 2.5 (2.1) | –", "B | 2.5 (2.1)", "C | 2, 2.5 (2.1) | 0, – (–)", "D | 2, 2.5 (2.1)"]


def test_an_interaction_of_categories_that_overlap(analyse_small: AnalyseSmall) -> None:
    forest = """id: f
title: F
population: ALL
columns: [{by: ARM, reference: B}]
forest:
  hazard_ratio: {from: ADTTE, time: AVAL, censored: CNSR}
  show_label: HR
  x_label: HR
  subgroups: [{id: s, label: S, by: SEX, values: {F: F, E: {label: E, of: [F, M]}}, interaction: true}]
"""
    times = "USUBJID PARAMCD AVAL:n CNSR:n\n" + "\n".join(f"0{n} T {n % 4 + 1} {n % 3 % 2}" for n in range(1, 8))
    assert any("categories that share no value" in p for p in analyse_small(forest, ADSL=SIX, ADTTE=times).problems)


def test_sentences_that_differ_in_their_strata() -> None:
    plain, long = "Test; p is two-sided.", "Test, stratified by region; p is two-sided."
    assert merged([long, "Other.", plain]) == ["Other.", "Test; p is two-sided; where stratified, by region."]
    assert merged([long, "Test of other; p is two-sided."]) == [long, "Test of other; p is two-sided."]

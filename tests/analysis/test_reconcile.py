"""The comparison with a publication: by cell id, every disagreement said or explained."""

from __future__ import annotations

from tests.analysis.conftest import Analysed, AnalyseSmall

from crf2tlf.analysis.reconcile import reconcile, reconciliation_csv, reconciliation_output
from crf2tlf.analysis.results import Table

TABLE = """\
id: table-1
title: T
population: ALL
columns: [{id: n, show: "{n}"}, {id: mean, show: "{mean:1} ({min:0}–{max:0})"}]
rows:
  - {id: age, label: Age, summary: {of: AGE}}
"""
PUBLISHED = """\
output,section,row,column,published
Table 1,Age,,Number,6
Table 1,Age,,"Mean (range), years",47.2 (25-70)
"""
SPEC = """\
title: Published and generated
outputs:
  Table 1:
    output: table-1
    columns: {Number: n, "Mean (range), years": mean}
    rows: {Age: age}
"""


def compare(analyse_small: AnalyseSmall, published: str = PUBLISHED, spec: str = SPEC) -> Analysed:
    return analyse_small(TABLE, more={"specs/reconciliation.yaml": spec, "specs/published.csv": published})


def test_numbers_are_matched_by_cell_whatever_the_dash(analyse_small: AnalyseSmall) -> None:
    made = compare(analyse_small)
    rows = reconcile(made.results, made.study, made.findings)
    assert reconciliation_csv(rows) == (
        "output,section,row,column,published,generated,agrees,note\n"
        "Table 1,Age,,Number,6,6,yes,\n"
        'Table 1,Age,,"Mean (range), years",47.2 (25-70),47.2 (25–70),yes,\n'
    )
    assert not made.problems


def test_a_difference_is_an_error_until_it_is_explained(analyse_small: AnalyseSmall) -> None:
    made = compare(analyse_small, PUBLISHED.replace("Number,6", "Number,7"))
    rows = reconcile(made.results, made.study, made.findings)
    assert [row.agrees for row in rows] == [False, True]
    assert made.problems == [
        "specs/published.csv:2: error: RECONCILE_DIFFERENT: Table 1 / Age / Number: published '7', table-1/age/n is "
        "'6'; correct the data or specs, or explain it in a note"
    ]
    note = "notes:\n  - {cells: [table-1/age/n], text: One age is missing.}\n  - {text: The paper is old.}\n"
    made = compare(analyse_small, PUBLISHED.replace("Number,6", "Number,7"), SPEC + note)
    rows = reconcile(made.results, made.study, made.findings)
    assert rows[0].note == "One age is missing."
    assert [(f.code, str(f.severity)) for f in made.findings] == [("RECONCILE_EXPLAINED", "note")]
    page = reconciliation_output(rows, made.study)
    assert page.population == "1 of 2 published numbers agree."
    assert page.footnotes == ("[1] One age is missing.", "The paper is old.")
    assert isinstance(page.body, Table)
    assert [cell.text for cell in page.body.rows[0].cells] == ["Table 1", "Age", "", "Number", "7", "6", "no [1]"]


def test_numbers_without_a_cell_and_cells_that_do_not_exist(analyse_small: AnalyseSmall) -> None:
    published = PUBLISHED + "Table 1,Sex,Male,Number,3\nTable 9,X,,Y,1\n"
    spec = SPEC.replace("rows: {Age: age}", "rows: {Age: aeg, Weight: weight}")
    made = compare(analyse_small, published, spec)
    reconcile(made.results, made.study, made.findings)
    assert {f.code for f in made.findings} == {"RECONCILE_UNMATCHED"}
    for expected in (
        "specs/reconciliation.yaml:4: error: RECONCILE_UNMATCHED: there is no cell table-1/aeg/n (did you mean",
        "specs/reconciliation.yaml:4: error: RECONCILE_UNMATCHED: published.csv has no row Table 1 / Weight",
        "specs/published.csv:4: error: RECONCILE_UNMATCHED: no cell is named for it in specs/reconciliation.yaml",
        "specs/published.csv:5: error: RECONCILE_UNMATCHED: no cell is named",
    ):
        assert any(problem.startswith(expected) for problem in made.problems), made.problems


def test_a_file_of_published_numbers_that_is_none(analyse_small: AnalyseSmall) -> None:
    for text, message in {
        "output,row\n": "lacks the columns section, column, published",
        "": "lacks the columns output",
        'output,section,row,column,published\n"a': "cannot be read: unexpected end of data",
    }.items():
        made = compare(analyse_small, text)
        assert reconcile(made.results, made.study, made.findings) == []
        assert message in made.problems[0]


def test_without_a_publication_there_is_nothing_to_compare(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(TABLE)
    assert reconcile(made.results, made.study, made.findings) == []

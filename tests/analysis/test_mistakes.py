"""Mistakes in output specs: each a finding with the file and line, and never a traceback."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import ANALYSIS, AnalyseSmall
from tests.conftest import WriteStudy

from crf2tlf.findings import Findings
from crf2tlf.spec import load_study

TABLE = """\
id: table-1
title: "Table {{ N }}"
population: ALL
rows:
  - id: age
    label: Age
    summary: {of: AGE}
    show: "{mean:1}"
"""


@pytest.mark.parametrize(
    ("written", "instead", "finding"),
    [
        ("AGE}", "AEG}", ":7: error: RULE_NAME: table-1/age: ADSL has no variable AEG (did you mean AGE?)"),
        ("AGE}", "SEX}", ":7: error: RULE_TYPE: table-1/age: 'SEX' is no number but a text"),
        ("AGE}", "AGE +}", ":7: error: RULE_SYNTAX"),
        ("AGE}", "max(AGE)}", ""),  # any rule is good, aggregates of the dataset too
        ("AGE}", "maxi(AGE)}", ":7: error: RULE_METHOD: table-1/age: unknown method maxi (did you mean max?)"),
        ("AGE}", "AGE, from: ADSX}", ":7: error: SPEC_REFERENCE: table-1/age: there is no dataset ADSX (did you mean"),
        ("AGE}", "AGE, where: AGE}", ":7: error: RULE_TYPE: table-1/age: where takes a condition"),
        (
            "{mean:1}",
            "{maen:1}",
            ":8: error: TEMPLATE: table-1/age: '{maen:1}': no statistic maen (did you mean me",
        ),
        ("{mean:1}", "{mean:1", ":8: error: TEMPLATE: table-1/age: '{mean:1': a brace without its pair"),
        ("{mean:1}", "{mean:%Y}", ":8: error: TEMPLATE: table-1/age: {mean:%Y}: %Y is for dates"),
        ("{{ N }}", "{{ M }}", ":2: error: TEMPLATE: 'Table {{ M }}': unknown name M"),
        (": ALL", ": AL", ":1: error: SPEC_REFERENCE: table-1: there is no population AL (did you mean ALL?)"),
        ("rows:", "columns: arms\nrows:", ":1: error: SPEC_REFERENCE: table-1: there are no columns arms"),
        ("rows:", "columns: [{}, {}]\nrows:", ":1: error: ANALYSIS: table-1: several columns have the id (none)"),
        (
            "rows:",
            "columns: [{records: GRADE > 1}]\nrows:",
            ":4: error: RULE_NAME: table-1/age: ADSL has no variable",
        ),
        (
            "rows:",
            "abbreviations: [CX]\nrows:",
            ":1: error: SPEC_REFERENCE: the abbreviation CX is not in",
        ),
        (
            "rows:",
            "rows:\n  - {id: age, label: A, count: {}}",
            ": error: ANALYSIS: table-1/age: two results have",
        ),
        (
            "population: ALL\n",
            "",
            ":6: error: ANALYSIS: table-1/age: needs a dataset: give `from`, or the output",
        ),
    ],
)
def test_a_mistake_that_the_data_show(analyse_small: AnalyseSmall, written: str, instead: str, finding: str) -> None:
    assert written in TABLE
    made = analyse_small(TABLE.replace(written, instead))
    if not finding:
        assert not made.problems
        return
    (problem,) = made.problems
    assert problem.startswith("specs/tlf/0.yaml:")
    assert finding in problem
    if finding.startswith((":7", ":8")):
        assert made.rows("table-1") == ["Age | ERROR"]


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("summary:", "sumary:", "unknown key sumary (did you mean summary?)"),
        ("{of: AGE}", "{off: AGE}", "unknown key off"),
        ("id: age", "label: Age", "the key label stands twice"),
        ("  - id: age\n    label: Age", "  - label: Age", "a row with an analysis needs an id"),
        ("summary: {of: AGE}", "summary: {of: AGE}\n    count: {}", "a row takes one analysis, not count and summary"),
        ("    summary: {of: AGE}\n", "", "show and lines go with an analysis"),
        ("rows:", "listing: {columns: [{label: A, value: AGE}]}\nrows:", "listing goes without rows"),
        ("{of: AGE}", "{of: AGE, quantiles: type9}", "one of type2 or type7 is wanted"),
        ("summary: {of: AGE}", "proportion: {level: 95}", "a number under 1 is wanted"),
        ("summary: {of: AGE}", "count: {values: {M: Male}}", "values, any, missing and total go with by"),
        ("summary: {of: AGE}", "count: {by: SEX, order_column: A}", "order_column goes with order: frequency"),
        ("summary: {of: AGE}", "count: {minimum: 5}", "minimum goes with by"),
        ("summary: {of: AGE}", "count: {percent_of: row, denominator: {}}", "goes with percent_of: subjects"),
        ("summary: {of: AGE}", "count: {by: SEX, values: {X: {label: X}}}", "values.X: the key of is required"),
        ("rows:", "columns: [{records_by: SEX}]\nrows:", "records_by needs values"),
        ("rows:", "columns: [{by: SEX, records_by: SEX, values: {M: M}}]\nrows:", "takes one of by and records_by"),
        ("rows:", "columns: [{values: {M: M}}]\nrows:", "values, missing and total go with by"),
        ("rows:", "pages: {from: ADSL}\nrows:", "pages: the key by is required"),
        ("rows:", "page_rows: 1\nrows:", "a number of at least 3 is wanted"),
        ("summary: {of: AGE}", "two_stage: {p0: 0.1, p1: 0.5, alpha: 0.05, beta: 0.2, n: 9}", "either searched for"),
    ],
)
def test_a_mistake_that_the_spec_shows(study_folder: WriteStudy, written: str, instead: str, message: str) -> None:
    findings = Findings()
    assert written in TABLE
    files = {"specs/analysis.yaml": ANALYSIS, "specs/tlf/table-1.yaml": TABLE.replace(written, instead, 1)}
    assert load_study(study_folder(files), None, findings) is None
    assert any(message in finding.message for finding in findings), [str(f) for f in findings]
    assert all(finding.place.line for finding in findings)


def test_an_output_with_a_mistake_leaves_the_others(analyse_small: AnalyseSmall) -> None:
    other = TABLE.replace("table-1", "table-2")
    made = analyse_small(TABLE.replace(": ALL", ": NONE"), more={"specs/tlf/other.yaml": other})
    assert [output.id for output in made.results.outputs] == ["table-2"]
    assert made.rows("table-2") == ["Age | 47.2"]


def test_survival_times_that_are_none(analyse_small: AnalyseSmall) -> None:
    spec = (
        "id: t\ntitle: T\npopulation: ALL\nrows:\n"
        "  - {id: os, kaplan_meier: {from: ADTTE, time: AVAL, censored: CNSR}}\n"
    )
    for times, message in {
        "01 -1 0": "a time to event is -1",
        "01 . 0": "AVAL is missing in 1 records of ADTTE; select the others with `where`",
        "01 2 .": "CNSR is missing in 1 records",
        "01 2 0\n01 3 0": "selects several records of a subject in ADTTE; a survival curve takes one",
    }.items():
        made = analyse_small(spec, ADTTE=f"USUBJID AVAL:n CNSR:n\n{times}\n")
        assert message in made.problems[0]


def test_a_pair_with_three_members(analyse_small: AnalyseSmall) -> None:
    spec = (
        "id: t\ntitle: T\npopulation: ALL\nrows:\n"
        '  - {id: p, paired_t: {from: ADX, of: AVAL, first: DRUG == "A", second: DRUG == "B"}}\n'
    )
    made = analyse_small(spec, ADX="USUBJID DRUG AVAL:n\n01 A 1\n01 A 2\n01 B 3\n")
    assert "'DRUG == \"A\"' selects several records of a subject; a pair has one" in made.problems[0]

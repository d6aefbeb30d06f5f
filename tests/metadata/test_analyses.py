"""Analysis Results Metadata: what a display shows, from which data, by which program."""

from __future__ import annotations

import pytest
from tests.conftest import BuildStudy
from tests.metadata.small import analysis, described

from crf2tlf.metadata.model import AnalysisDataset, AnalysisDisplay

POPULATIONS = 'populations: {SAF: {dataset: ADSL, where: SAFFL == "Y", label: "Treated (N = {{ N }})"}}\n'
VARIABLES = """\
PARAMCD: LBTESTCD
PARAM: LBTESTCD
AVAL: LBSTRESN
AVALC: LBORRES
SAFFL: ADSL.SAFFL
HID: {value: x, output: false}
"""


def display(build_small: BuildStudy, spec: str) -> AnalysisDisplay:
    """The metadata of an output with a given spec after its title and population."""
    text = f"id: table-1\ntitle: Table 1. Results of {{{{ N }}}} patients\npopulation: SAF\n{spec}"
    built = build_small(analysis(VARIABLES) | {"specs/tlf/table-1.yaml": text, "specs/analysis.yaml": POPULATIONS})
    submission, _ = described(built, sdtm=False)
    (found,) = submission.displays
    return found


def shown(data: AnalysisDataset) -> str:
    """A dataset of an analysis in one line."""
    where = " & ".join(f"{c.dataset}.{c.variable} {c.comparator} {'/'.join(c.values)}" for c in data.where)
    return f"{data.dataset}({' '.join(data.variables)}) {where or data.selection}".strip()


POPULATION = "ADSL(SAFFL) ADSL.SAFFL EQ Y"


@pytest.mark.parametrize(
    ("statistic", "datasets"),
    [
        ("summary: {of: TRTSDT - TRTSDT}", ["ADSL(TRTSDT) ADSL.SAFFL EQ Y"]),
        ("count: {by: SAFFL}", ["ADSL(SAFFL) ADSL.SAFFL EQ Y"]),
        ("count: {where: TRTSDT is not None}", ["ADSL(USUBJID) SAFFL == 'Y' and TRTSDT is not None", ]),
        ("summary: {from: ADX, of: AVAL}", ["ADX(AVAL)", POPULATION]),
        ('summary: {from: ADX, of: AVAL, where: PARAMCD == "ALT"}', ["ADX(AVAL) ADX.PARAMCD EQ ALT", POPULATION]),
        (
            "count: {from: ADX, by: AVALC, where: 'PARAMCD in [\"ALT\", \"ALB\"] and AVAL >= study.LIMIT'}",
            ["ADX(AVALC) ADX.PARAMCD IN ALT/ALB & ADX.AVAL GE 3", POPULATION],
        ),
        ('count: {from: ADX, where: AVAL > 1 or AVAL < 0}', ["ADX(USUBJID) (AVAL > 1 or AVAL < 0)", POPULATION]),
        ('count: {from: ADX, where: HID == "x"}', ["ADX(USUBJID) HID == 'x'", POPULATION]),  # in no file
        (
            "summary: {of: 'lookup(ADX.AVAL, where=ADX.PARAMCD == \"ALT\")'}",
            ["ADSL(USUBJID) ADSL.SAFFL EQ Y", "ADX(AVAL) ADX.PARAMCD EQ ALT"],
        ),
        (
            'paired_t: {from: ADX, of: AVAL, first: PARAMCD == "ALT", second: PARAMCD == "GLUC"}',
            ["ADX(AVAL) ADX.PARAMCD IN ALT/GLUC", POPULATION],
        ),
    ],
)  # fmt: skip
def test_data(build_small: BuildStudy, statistic: str, datasets: list[str]) -> None:
    found = display(build_small, f"rows:\n  - id: a\n    label: A\n    {statistic}\n")
    (result,) = found.results
    assert [shown(data) for data in result.datasets] == datasets


TABLE = """\
reason: SPECIFIED IN PROTOCOL
purpose: SECONDARY OUTCOME MEASURE
columns: [{label: All}]
rows:
  - label: Lab
    rows:
      - {id: alt, label: "ALT, mean", summary: {from: ADX, where: PARAMCD == "ALT", of: AVAL}, show: "{mean:1}"}
      - id: share
        label: Share
        purpose: PRIMARY OUTCOME MEASURE
        proportion: {from: ADX, where: PARAMCD == "ALT", level: 0.9}
        show: "{lower:1}–{upper:1}"
        rows:
          - {id: n, label: N, count: {}}
numbers:
  - {id: deaths, count: {where: SAFFL == "N"}}
"""


def test_results(build_small: BuildStudy) -> None:
    found = display(build_small, TABLE)
    assert (found.id, found.name, found.title) == ("table-1", "Table 1", "Table 1. Results of 2 patients")
    assert [(r.id, r.description, r.reason, r.purpose) for r in found.results] == [
        ("alt", "Lab – ALT, mean", "SPECIFIED IN PROTOCOL", "SECONDARY OUTCOME MEASURE"),
        ("share", "Lab – Share", "SPECIFIED IN PROTOCOL", "PRIMARY OUTCOME MEASURE"),
        ("n", "Lab – Share – N", "SPECIFIED IN PROTOCOL", "SECONDARY OUTCOME MEASURE"),
        ("deaths", "Results of 2 patients: deaths", "SPECIFIED IN PROTOCOL", "SECONDARY OUTCOME MEASURE"),
    ]
    assert [result.parameter for result in found.results] == [("ADX", "PARAMCD"), ("ADX", "PARAMCD"), None, None]
    assert found.results[0].documentation == "Descriptive statistics. Variable: AVAL. Shown: mean."
    assert found.results[2].documentation == (
        "Numbers of subjects. Percentages are of the subjects of the population. Shown: n, pct."
    )
    assert found.results[1].documentation == (
        "A proportion of subjects with confidence limits. Percentages are of the subjects of the population. "
        "Shown: lower, upper. Confidence intervals of proportions: exact limits by Clopper and Pearson."
    )


def test_the_program_is_the_part_of_the_spec(build_small: BuildStudy) -> None:
    alt, share, n, deaths = (result.program for result in display(build_small, TABLE).results)
    lines = TABLE.splitlines()
    assert alt == lines[6].strip()
    assert share == "\n".join(line[6:] for line in lines[7:12])  # without the rows under it
    assert n == "- {id: n, label: N, count: {}}"
    assert deaths == lines[15].strip()


def test_a_figure(build_small: BuildStudy) -> None:
    spec = """\
kaplan_meier:
  from: ADX
  where: PARAMCD == "ALT"
  time: AVAL
  censored: "0"

  x_label: Days
  y_label: S
  at_risk_every: 1
footnotes: [None.]
"""
    (result,) = display(build_small, spec).results
    assert (result.id, result.description) == ("kaplan_meier", "Results of 2 patients")
    assert result.program == spec.partition("footnotes")[0].rstrip()
    assert [shown(data) for data in result.datasets] == ["ADX(AVAL) ADX.PARAMCD EQ ALT", POPULATION]


def test_a_listing_is_no_analysis(build_small: BuildStudy) -> None:
    assert display(build_small, "listing: {columns: [{label: A, value: USUBJID}]}\n").results == ()


BLOCKS = """\
pages: {from: ADX, where: AVAL > 0, by: PARAMCD}
columns: [{records_by: AVALC, values: {HIGH: High}}]
rows:
  - for_each: {by: SAFFL}
    rows:
      - {id: mean, label: Mean, summary: {of: AVAL}, show: "{mean:1}"}
      - {id: n, label: N, count: {by: PARAM, worst: AVAL, percent_of: column}}
"""


def test_pages_and_blocks(build_small: BuildStudy) -> None:
    """An analysis inside has the dataset and the condition of the pages, and is done for each value."""
    mean, n = display(build_small, BLOCKS).results
    assert mean.description == "each SAFFL – Mean"
    assert [shown(data) for data in mean.datasets] == ["ADX(AVAL AVALC PARAMCD SAFFL) ADX.AVAL GT 0", POPULATION]
    assert mean.documentation == (
        "Descriptive statistics. Variable: AVAL. Shown: mean. For each value of PARAMCD and SAFFL."
    )
    assert n.documentation == (
        "Numbers of subjects by PARAM. Of a subject's records in a row those with the highest AVAL count. Percentages "
        "are of the subjects with a record in the column. Shown: n, pct. For each value of PARAMCD and SAFFL."
    )


def test_comparisons_inside_of_a_block(build_small: BuildStudy) -> None:
    """What a row shows in a column that compares others is done for each value, too; labels name the rule."""
    spec = """\
columns: [{by: SAFFL, values: {Y: Yes, N: No}}, {id: d, compare: [Y, N]}]
rows:
  - for_each: {from: ADX, where: AVAL > 0, by: PARAMCD}
    rows:
      - {id: m, label: "Mean of {{ value }}", summary: {of: AVAL}, show: "{mean:1}", compare: {d: {difference: {}}}}
"""
    mean, difference = display(build_small, spec).results
    assert mean.description == "each PARAMCD – Mean of each PARAMCD"
    assert difference.description == "each PARAMCD – Mean of each PARAMCD: d"
    assert difference.documentation.endswith("For each value of PARAMCD.")
    assert shown(difference.datasets[0]) == "ADX(AVAL PARAMCD) ADX.AVAL GT 0"

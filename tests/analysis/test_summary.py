"""Statistics of a summary beside the usual ones, and how cells of counts are shown. Numbers from R (geometric.R)."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import ANALYSIS, AnalyseSmall
from tests.conftest import WriteStudy

from crf2tlf.findings import Findings
from crf2tlf.spec import load_study

ADSL = "USUBJID AGE:n SEX\n" + "".join(
    f"{number:02} {value} {sex}\n"
    for number, (value, sex) in enumerate(zip([12.5, 8.1, 30.2, 4.4, 17.9, 9.6, 11.3], "FFFFFFM", strict=True), start=1)
)
TABLE = "id: t\ntitle: T\npopulation: ALL\nrows:\n"


@pytest.mark.parametrize(
    ("summary", "show", "text", "convention"),
    [
        ("", "{mean:2} ± {se:3}", "13.43 ± 3.204", None),
        ("", "{cv:2}", "63.13", None),
        ("", "{sum:1}", "94.0", None),
        ("", "({lower:2}, {upper:2})", "(5.59, 21.27)", "Confidence intervals of means: Student's t."),
        (", level: 0.9", "({lower:2}, {upper:2})", "(7.20, 19.66)", "Confidence intervals of means: Student's t."),
        ("", "{geo_mean:2} {geo_sd:3}", "11.47 1.836", None),
        (
            "",
            "{geo_cv:1}%",
            "66.8%",
            "Geometric coefficient of variation: √(exp(s²) − 1), s the standard deviation of the logarithms.",
        ),
        (
            "",
            "({geo_lower:2}, {geo_upper:2})",
            "(6.54, 20.12)",
            "Confidence intervals of means: Student's t of the logarithms.",
        ),
        (
            ", percentiles: [10, 90]",
            "{p10:1}, {p90:1}",
            "4.4, 30.2",
            "Quantiles: empirical distribution function with averaging (SAS PCTLDEF=5, R type 2).",
        ),
        (
            ", percentiles: 90, quantiles: type7",
            "{p90:2}",
            "22.82",
            "Quantiles: linear interpolation between order statistics (R type 7, Excel PERCENTILE.INC).",
        ),
    ],
)
def test_further_statistics(
    analyse_small: AnalyseSmall, summary: str, show: str, text: str, convention: str | None
) -> None:
    row = f"  - {{id: dose, label: Dose, summary: {{of: AGE{summary}}}, show: '{show}'}}\n"
    made = analyse_small(TABLE + row, ADSL=ADSL)
    assert not made.problems
    assert made.rows("t") == [f"Dose | {text}"]
    assert made["t"].footnotes == ((convention,) if convention else ())


def test_statistics_nobody_asks_for_are_no_results(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        TABLE + "  - {id: dose, label: Dose, summary: {of: AGE}, show: '{mean:1} {se:1}'}\n", ADSL=ADSL
    )
    names = {result.statistic for result in made.results.results}
    assert names == {"n", "missing", "mean", "sd", "median", "q1", "q3", "min", "max", "se"}


SEX = "  - {id: sex, count: {by: SEX, values: {F: Female, M: Male, U: Unknown}}%s}\n"


def test_what_counts_show_is_said_once_for_a_study(analyse_small: AnalyseSmall) -> None:
    study = ANALYSIS + 'zero: "0"\nshow: {count: "{n} ({pct:1}%)"}\n'
    made = analyse_small(TABLE + SEX % "", study, ADSL=ADSL)
    assert made.rows("t") == ["Female | 6 (85.7%)", "Male | 1 (14.3%)", "Unknown | 0"]
    assert made.result("t/sex/U/n").value == 0
    made = analyse_small(TABLE + SEX % ", zero: none, show: '{n}'", study, ADSL=ADSL)
    assert made.rows("t") == ["Female | 6", "Male | 1", "Unknown | none"]
    assert analyse_small(TABLE + SEX % "", ADSL=ADSL).rows("t")[2] == "Unknown | 0 (0)"


def test_what_an_unknown_analysis_shows(study_folder: WriteStudy) -> None:
    findings = Findings()
    load_study(study_folder({"specs/analysis.yaml": ANALYSIS + "show: {cuont: '{n}'}\n"}), None, findings)
    (problem,) = map(str, findings)
    assert problem == (
        "specs/analysis.yaml:4: error: SPEC_MODEL: show.cuont: there is no analysis cuont (did you mean count?)"
    )

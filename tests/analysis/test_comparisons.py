"""Comparisons of columns, with numbers from R (comparisons.R in tests/statistics) unless another source is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.analysis.conftest import ANALYSIS, AnalyseSmall
from tests.analysis.test_statistics import aml

from crf2tlf.findings import Findings
from crf2tlf.spec import load_study

StudyFolder = Callable[[Mapping[str, str]], Any]

# 200 subjects: 56 of 70 respond in A, 48 of 80 in B (Newcombe 1998, table II, example a), 25 of 50 in C.
RESPONDERS = {"A": (56, 70), "B": (48, 80), "C": (25, 50)}


def responders() -> dict[str, str]:
    lines = [
        f"{arm}{n:02} {arm} {'Y' if n < x else 'N'} S{n % 3} {10 + n % 7 + (3 if arm == 'A' else 0)}"
        for arm, (x, size) in RESPONDERS.items()
        for n in range(size)
    ]
    return {"ADSL": "USUBJID ARM RESP STRAT AVAL:n\n" + "\n".join(lines)}


def test_log_rank_and_hazard_ratio_against_a_reference(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: ARM, reference: Nonmaintained, total: All}]
        rows:
          - {id: n, label: N, count: {}, show: "{n}"}
          - {id: lr, label: Log-rank p, log_rank: {from: ADTTE, time: AVAL, censored: CNSR}, show: "{p:4}"}
          - id: hr
            label: Hazard ratio
            hazard_ratio: {from: ADTTE, time: AVAL, censored: CNSR}
            lines:
              - {id: hr, label: HR (95% CI), show: "{hr:4} ({lower:4}–{upper:4})"}
              - {id: p, label: p, show: "{p:pvalue}"}
        """,
        **aml(),
    )
    # R: survdiff(Surv(time, status) ~ x, aml); coxph(Surv(time, status) ~ I(x == "Maintained"), aml)
    assert made.rows("t") == [
        "N | 11 | 12 | 23",
        "Log-rank p | 0.0653",
        "Hazard ratio",
        "  HR (95% CI) | 0.4003 (0.1468–1.0918)",
        "  p | 0.074",
    ]
    assert made["t"].footnotes == (
        "Log-rank test; p is two-sided.",
        "Hazard ratios by Cox's model, ties by Efron's method, with 95% Wald confidence limits; "
        "p by Wald's test, two-sided.",
    )
    assert len(made.behind("t/hr/Maintained/hr")) == 18
    assert len(made.behind("t/hr/Maintained/hr", "denominator")) == 23
    assert not made.problems


def test_columns_that_compare_others(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns:
          - {by: ARM, show: "{n} ({pct:0})"}
          - {id: diff, label: Difference, compare: [A, B]}
          - {id: p, label: p, compare: [A, B, C]}
        rows:
          - id: orr
            label: Responders
            count: {where: RESP == "Y"}
            compare:
              diff: {difference: {limits: miettinen-nurminen}, show: "{difference:1} ({lower:2} to {upper:2})"}
              p: {test: {method: chi-square}}
          - id: resp
            label: Response
            count: {by: RESP, values: {Y: Yes, N: No}}
            compare:
              diff: {difference: {}, show: "{difference:1} ({lower:2} to {upper:2})"}
              p: {test: {method: chi-square, by: RESP}}
          - id: or
            label: Odds ratio
            compare: {diff: {odds_ratio: {where: RESP == "Y"}, show: "{ratio:3} ({lower:3}–{upper:3})"}}
          - id: aval
            label: Value
            summary: {of: AVAL}
            compare:
              diff: {difference: {variances: pooled}, show: "{difference:1}"}
              p: {test: {method: kruskal-wallis}}
            lines: [{id: mean, label: Mean, show: "{mean:2}"}]
        """,
        **responders(),
    )
    assert made.rows("t") == [
        "Responders | 56 (80) | 48 (60) | 25 (50) | 20.0 (5.28 to 33.82) | 0.002",
        "Response |  |  |  |  | 0.002",
        "  Yes | 56 (80) | 48 (60) | 25 (50) | 20.0 (5.24 to 33.39)",
        "  No | 14 (20) | 32 (40) | 25 (50) | -20.0 (-33.39 to -5.24)",
        "Odds ratio |  |  |  | 2.667 (1.276–5.572)",
        "Value |  |  |  | 3.1 | <0.001",
        "  Mean | 16.00 | 12.93 | 12.94",
    ]
    assert made.result("t/orr/p/p").value == pytest.approx(0.00179697454735849)
    assert made.result("t/aval/p/p").value == pytest.approx(1.0575626155803e-14, rel=1e-9)
    assert made.result("t/aval/diff/difference").value == pytest.approx(3.075)
    assert len(made.behind("t/orr/diff/difference")) == 56 + 48
    assert len(made.behind("t/orr/diff/difference", "denominator")) == 70 + 80
    assert made["t"].footnotes == (
        "Differences of proportions with 95% Miettinen and Nurminen's score limits.",
        "p by chi-square test, two-sided.",
        "Differences of proportions with 95% Newcombe's hybrid score limits.",
        "Odds ratios with 95% Wald limits.",
        "p by Kruskal–Wallis test, two-sided.",
    )


def test_strata_categories_and_an_adjusted_difference(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: ARM, values: {A: A, B: B, C: C}, reference: B}]
        rows:
          - {id: cmh, label: CMH, test: {method: cmh, where: RESP == "Y", strata: STRAT}, show: "{statistic:4} {p:p4}"}
          - id: or
            label: Stratified odds ratio
            odds_ratio: {where: RESP == "Y", strata: STRAT, strata_label: region}
            show: "{ratio:4} ({lower:4}–{upper:4})"
          - {id: fisher, label: Fisher, test: {method: fisher, where: RESP == "Y"}, show: "{p:p4}"}
          - id: ancova
            label: Adjusted
            ancova: {of: AVAL, factors: STRAT, label: stratum}
            lines:
              - {id: mean, label: LS mean, show: "{mean:2}"}
              - {id: gap, label: Difference, show: "{difference:4} ({lower:4} to {upper:4})"}
        """,
        **responders(),
    )
    rows = made.rows("t")
    assert rows[0].startswith("CMH | 6.8911 0.0087 |  | ")
    assert rows[1].startswith("Stratified odds ratio | 2.6670 (1.2764–5.5727) |  | ")
    assert rows[2].startswith("Fisher | 0.0125 |  | ")
    means = [cell.strip() for cell in rows[4].split("|")[1:]]
    assert len([mean for mean in means if mean]) == 3  # the reference has a mean, too
    assert rows[5].startswith("  Difference | 3.0742 (2.4180 to 3.7305) |  | ")
    assert "Odds ratios by Mantel and Haenszel, stratified by region; 95% Wald limits." in made["t"].footnotes


def test_no_events_in_an_arm_is_explained(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: ARM, values: {A: "Arm A (N = {{ N }})", B: Arm B}, reference: B}]
        rows:
          - {id: hr, label: HR, hazard_ratio: {from: ADTTE, time: AVAL, censored: CNSR}}
        numbers:
          - {id: p, log_rank: {from: ADTTE, time: AVAL, censored: CNSR}, show: "{p:pvalue}"}
        notes: ["p {{ cells['p/A'] }}"]
        """,
        ADTTE="USUBJID PARAMCD AVAL:n CNSR:n\n01 OS 1 0\n02 OS 2 0\n03 OS 3 0\n04 OS 4 1\n05 OS 5 1\n06 OS 6 1",
    )
    assert made.rows("t") == ["HR | –"]
    assert made["t"].footnotes[0] == "p 0.025"  # R: survdiff, 0.0246
    assert made["t"].footnotes[-1] == "HR, Arm A: not estimable (no events in Arm B)."
    assert made.result("t/hr/A/hr").value is None
    assert made.result("t/hr/A/problem").value == "no events in Arm B"


@pytest.mark.parametrize(
    ("columns", "row", "problem"),
    [
        ("[{by: ARM}]", "log_rank: {time: AGE, censored: AGE}", "no column has a `reference` or `compare`"),
        ("[{by: ARM, reference: C}]", "test: {method: welch, of: AGE}", "there is no column C to compare with"),
        (
            "[{by: ARM, missing: None}, {id: x, compare: [A, B, missing]}]",
            "difference: {of: AGE}",
            "difference compares two columns, but x lists 3",
        ),
        (
            "[{by: ARM}, {id: x, compare: [A, D]}]",
            "test: {method: wilcoxon, of: AGE}",
            "there is no column D",
        ),
        ("[{by: ARM, reference: A}]", "test: {method: welch, of: SEX}", "'SEX' is no number but a text"),
    ],
)
def test_comparisons_that_cannot_be(analyse_small: AnalyseSmall, columns: str, row: str, problem: str) -> None:
    spec = f"id: t\ntitle: T\npopulation: ALL\ncolumns: {columns}\nrows:\n  - {{id: r, label: R, {row}}}\n"
    (found,) = analyse_small(spec).problems
    assert problem in found


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("log_rank: {time: AGE}", "log_rank: censored must be given"),
        ("log_rank: {time: AGE, censored: AGE, rho: 1}", "rho and gamma go with weights: fleming-harrington"),
        ("test: {method: fisher, of: AGE}", "fisher is about categories"),
        ("test: {method: anova}", "anova is about numbers; give of"),
        ("difference: {of: AGE, strata: SEX}", "go without of"),
        ("odds_ratio: {strata: SEX, limits: exact}", "exact limits are for one table"),
        ("count: {}, test: {method: fisher}", "a row takes one analysis, not count and test"),
        ("count: {}, compare: {x: {}}", "give one of log_rank, hazard_ratio"),
        ("ancova: {of: AGE}, compare: {x: {difference: {}}}", "compare goes with an analysis of each column"),
    ],
)
def test_faulty_specs_of_comparisons(study_folder: StudyFolder, row: str, problem: str) -> None:
    spec = f"id: t\ntitle: T\npopulation: ALL\nrows:\n  - {{id: r, label: R, {row}}}\n"
    root = study_folder({"specs/analysis.yaml": ANALYSIS, "specs/tlf/t.yaml": spec})
    findings = Findings()
    load_study(root, None, findings)
    assert any(problem in str(finding) for finding in findings), [str(finding) for finding in findings]

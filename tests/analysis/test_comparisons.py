"""Comparisons of columns, with numbers from R (comparisons.R in tests/statistics) unless another source is named."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import AnalyseSmall
from tests.analysis.test_statistics import aml

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

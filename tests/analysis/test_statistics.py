"""Analyses other than counts, with numbers from R (and its help pages), SAS and the literature."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import AnalyseSmall

# R: survival::aml, time and status (1: event); CNSR is the reverse.
AML = {
    "Maintained": "9 13 13+ 18 23 28+ 31 34 45+ 48 161+",
    "Nonmaintained": "5 5 8 8 12 16+ 23 27 30 33 43 45",
}
# R: datasets::sleep, extra hours of sleep of ten patients under two drugs; t.test(paired = TRUE).
SLEEP = {
    1: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    2: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
}


def aml() -> dict[str, str]:
    times = [(arm, time) for arm, listed in AML.items() for time in listed.split()]
    subjects = [f"{number:02} {arm}" for number, (arm, _) in enumerate(times)]
    events = [f"{n:02} OS {t.removesuffix('+')} {int(t.endswith('+'))}" for n, (_, t) in enumerate(times)]
    return {
        "ADSL": "USUBJID ARM\n" + "\n".join(subjects),
        "ADTTE": "USUBJID PARAMCD AVAL:n CNSR:n\n" + "\n".join(events),
    }


def test_kaplan_meier_by_arm(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: ARM}]
        rows:
          - id: os
            label: Survival
            missing: NR
            kaplan_meier: {from: ADTTE, where: PARAMCD == "OS", time: AVAL, censored: CNSR, at: 24}
            lines:
              - {id: events, label: Events/n, show: "{events}/{n}"}
              - {id: median, label: Median (95% CI), show: "{median:0} ({lower:0}–{upper:0})"}
              - {id: s24, label: "At 24, %", show: "{survival_24:2} ({survival_24_lower:2}–{survival_24_upper:2})"}
              - {id: risk, label: At risk at 24, show: "{at_risk_24}"}
        """,
        **aml(),
    )
    # R: survfit(Surv(time, status) ~ x, aml, conf.type = "log-log"); summary(times = 24)
    assert made.rows("t") == [
        "Survival",
        "  Events/n | 7/11 | 11/12",
        "  Median (95% CI) | 31 (13–NR) | 23 (5–33)",
        "  At 24, % | 61.36 (26.58–83.53) | 48.61 (19.19–72.97)",
        "  At risk at 24 | 6 | 5",
    ]
    assert made.behind("t/os/Maintained/at_risk_24") == ["05 OS", "06 OS", "07 OS", "08 OS", "09 OS", "10 OS"]
    assert made["t"].footnotes[0].startswith("Kaplan–Meier estimates; 95% confidence limits by the log-log")


def test_a_paired_t_test(analyse_small: AnalyseSmall) -> None:
    pairs = [f"{n:02} {drug} {value}" for drug, values in SLEEP.items() for n, value in enumerate(values)]
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - id: sleep
            label: Difference
            paired_t: {from: ADEFF, of: AVAL, first: DRUG == "1", second: DRUG == "2"}
            show: "{mean:2} ({lower:6} to {upper:6}), t = {t:4}, df = {df}, p = {p:6}"
        """,
        ADSL="USUBJID SEX\n" + "\n".join(f"{n:02} F" for n in range(10)),
        ADEFF="USUBJID DRUG AVAL:n\n" + "\n".join(pairs),
    )
    # R: t.test(Pair(extra[group == 1], extra[group == 2]) ~ 1)
    assert made.rows("t") == ["Difference | -1.58 (-2.459886 to -0.700114), t = -4.0621, df = 9, p = 0.002833"]
    assert len(made.behind("t/sleep/p")) == 20


def test_exact_limits_of_a_proportion(analyse_small: AnalyseSmall) -> None:
    subjects = "USUBJID SEX RESP\n" + "\n".join(f"{n:02} F {'Y' if n < 3 else 'N'}" for n in range(9))
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - {id: ci90, label: 90% CI, proportion: {where: RESP == "Y", level: 0.90}, show: "{lower:1}–{upper:1}"}
          - {id: ci95, label: 95% CI, proportion: {where: RESP == "Y"}, show: "{lower:1}–{upper:1}"}
        """,
        ADSL=subjects,
    )
    # R: binom.test(3, 9)$conf.int
    assert made.rows("t") == ["90% CI | 9.8–65.5", "95% CI | 7.5–70.1"]
    assert made.result("t/ci95/lower").value == 7.48546314197
    assert made["t"].footnotes == ("Confidence intervals of proportions: exact limits by Clopper and Pearson.",)


@pytest.mark.parametrize(
    ("quantiles", "quartiles"),
    [("type2", "30.0, 62.0"), ("type7", "32.8, 60.3")],  # R: quantile(c(30, 41, 55, 62, 70, 25), c(.25, .75), type)
)
def test_a_summary_names_its_quartiles(analyse_small: AnalyseSmall, quantiles: str, quartiles: str) -> None:
    made = analyse_small(
        f"""\
        id: t
        title: T
        population: ALL
        rows:
          - id: age
            label: Age
            summary: {{of: AGE, quantiles: {quantiles}}}
            lines:
              - {{id: n, label: n (missing), show: "{{n}} ({{missing}})"}}
              - {{id: mean, label: Mean (SD), show: "{{mean:1}} ({{sd:2}})"}}
              - {{id: quartiles, label: Quartiles, show: "{{q1:1}}, {{q3:1}}"}}
        """
    )
    assert made.rows("t") == [
        "Age",
        "  n (missing) | 6 (1)",
        "  Mean (SD) | 47.2 (18.04)",
        f"  Quartiles | {quartiles}",
    ]
    assert made["t"].footnotes[0].startswith("Quartiles: ")
    assert made.behind("t/age/missing") == ["06"]
    cell = made["t"].body.rows[2].cells[1]  # type: ignore[union-attr]
    assert (cell.id, cell.results) == ("t/age/mean", ("t/age/mean", "t/age/sd"))


def test_values_and_dates_as_they_are(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        rows:
          - {id: ages, label: Ages, values: {where: SEX == "F", of: AGE}, show: "{value:1}"}
          - {id: nobody, label: Ages, values: {where: SEX == "X", of: AGE}, show: "{value:1}"}
          - {id: births, label: Births, dates: {of: BRTHDT}, show: "{first:%B %Y} to {last:%B %Y}"}
          - {id: none, label: Births, dates: {where: SEX == "X", of: BRTHDT}}
        """
    )
    assert made.rows("t") == [
        "Ages | 25.0, 30.0, 41.0, 62.0",
        "Ages | –",
        "Births | January 1950 to March 1995",
        "Births | –",  # once, where no statistic exists
    ]
    assert made.result("t/ages/2").value == 30
    assert made.behind("t/ages/2") == ["01"]
    assert (made.result("t/births/first").value, made.behind("t/births/first")) == ("1950-01-02", ["05"])


def test_two_stage_designs_from_constants(analyse_small: AnalyseSmall) -> None:
    constants = "study: TST\ntitle: T\nusubjid: SUBJECT\nrelease_timestamp: 2026-01-01T00:00:00\n"
    made = analyse_small(
        """\
        id: t
        title: T
        columns:
          - {id: r, label: r/n, show: "{r1}/{n1}, {r}/{n}"}
          - {id: power, label: Power, show: "{power:2}"}
        rows:
          - id: minimax
            label: Minimax
            two_stage: {p0: study.P0, p1: study.P1, alpha: 0.05, beta: 0.20, search: minimax}
          - id: given
            label: Nine
            two_stage: {p0: study.P0, p1: study.P1, alpha: 0.05, beta: 0.20, n: 9, n1: 4, r1: study.LEAST - 1}
        """,
        more={"specs/study.yaml": constants + "constants: {P0: 0.15, P1: 0.50, LEAST: 1}\n"},
    )
    # Simon 1989; clinfun::ph2simon(0.15, 0.5, 0.05, 0.2)
    assert made.rows("t") == ["Minimax | 0/4, 3/10 | 0.81", "Nine | 0/4, 3/9 | 0.73"]
    behind = made.result("t/given/power/power")
    assert made.results.record_sets[behind.numerator or ""].dataset == "study"
    assert "study.LEAST 1.0" in made.behind("t/given/power/power")
    assert "n1 4.0" in made.behind("t/given/power/power")

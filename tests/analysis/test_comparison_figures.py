"""Models of forest plots and of plots over visits; numbers from R unless said otherwise."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import AnalyseSmall
from tests.analysis.test_statistics import aml

from crf2tlf.analysis.results import Forest, VisitBoxes, VisitLines

FOREST = """\
id: figure-1
title: Forest
population: ALL
columns: [{by: ARM, reference: Nonmaintained}]
forest:
  hazard_ratio: {from: ADTTE, time: AVAL, censored: CNSR}
  show_label: HR (95% CI)
  x_label: Hazard ratio
  favours: [Maintained better, Nonmaintained better]
  subgroups:
    - {id: all, label: All}
    - {id: half, label: Half, by: HALF, values: {E: Even, O: Odd}, interaction: true}
    - {id: nobody, label: Nobody, where: HALF == "X"}
"""


def halves() -> dict[str, str]:
    tables = aml()
    head, *subjects = tables["ADSL"].splitlines()
    lines = [f"{line} {'EO'[number % 2]}" for number, line in enumerate(subjects)]
    return {**tables, "ADSL": "\n".join([f"{head} HALF", *lines])}


def test_a_forest_plot_of_subgroups(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(FOREST, **halves())
    body = made["figure-1"].body
    assert isinstance(body, Forest), made.problems
    # R: coxph(Surv(time, status) ~ I(x == "Maintained"), aml), in all and in the odd and even rows of aml; anova of the
    # models with and without the interaction
    assert [(line.label, line.indent, line.texts) for line in body.lines] == [
        ("All", 0, ("7/11", "11/12", "0.40 (0.15–1.09)", "")),
        ("Half", 0, ("", "", "", "0.937")),
        ("Even", 1, ("3/6", "5/6", "0.47 (0.11–1.97)", "")),
        ("Odd", 1, ("4/5", "6/6", "0.42 (0.10–1.69)", "")),
        ("Nobody", 0, ("0/0", "0/0", "–", "")),
    ]
    assert (body.logarithmic, body.no_difference, body.before) == (True, 1.0, 2)
    assert body.columns == ("Maintained", "Nonmaintained", "HR (95% CI)", "p (interaction)")
    assert body.lines[0].estimate == pytest.approx(0.400303377733198)
    assert (body.lines[4].estimate, body.lines[4].lower) == (None, None)
    assert made["figure-1"].footnotes[1:] == (
        "p of interactions by likelihood ratio tests.",
        "Nobody: not estimable (no subjects in Maintained).",
    )
    assert made.result("figure-1/half/p_interaction").value is not None
    assert len(made.behind("figure-1/half/E/hr", "denominator")) == 12
    assert len(made.behind("figure-1/all/Maintained/events")) == 7


VISITS = """\
id: figure-1
title: Visits
population: ALL
columns: [{by: ARM}]
line: {from: ADVS, of: AVAL, by: AVISIT, order: AVISITN, limits: ci, x_label: Visit, y_label: Value}
"""
ADVS = """
USUBJID AVISIT AVISITN:n AVAL:n
01      WEEK_2 2         10
02      WEEK_2 2         12
03      WEEK_2 2         17
04      WEEK_2 2         20
01      BASE   1         9
02      BASE   1         .
03      BASE   1         100
04      BASE   1         21
05      BASE   1         22
"""


def test_means_over_visits(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(VISITS, ADVS=ADVS)
    body = made["figure-1"].body
    assert isinstance(body, VisitLines), made.problems
    assert body.ticks == ((0.0, "BASE"), (1.0, "WEEK 2"))
    first, second = body.lines
    point = first.points[1]
    # R: t.test(c(10, 12, 17))$conf.int
    assert (point.n, point.value) == (3, 13)
    assert (point.lower, point.upper) == pytest.approx((4.043314105, 21.956685895), abs=1e-6)
    assert [(p.x, p.n, p.value, p.lower) for p in second.points][1] == (1.0, 1, 20, None)
    assert made.behind("figure-1/visit/BASE/A/mean") == ["01 BASE", "03 BASE"]
    assert made.behind("figure-1/visit/BASE/A/mean", "denominator") == ["01 BASE", "02 BASE", "03 BASE"]
    assert made["figure-1"].footnotes == ("Points and bars: mean and 95% confidence interval (Student's t).",)


def test_boxes_over_visits(analyse_small: AnalyseSmall) -> None:
    lines = "\n".join(f"0{n} X 1 {v}" for n, v in enumerate([1, 2, 3, 4, 5, 30], start=1))
    made = analyse_small(
        VISITS.replace("line:", "box:").replace("limits: ci, ", "").replace("columns: [{by: ARM}]\n", ""),
        ADVS="USUBJID AVISIT AVISITN:n AVAL:n\n" + lines,
    )
    body = made["figure-1"].body
    assert isinstance(body, VisitBoxes), made.problems
    (box,) = body.groups[0].boxes
    # R: quantile(c(1, 2, 3, 4, 5, 30), c(.25, .5, .75), type = 2): 2, 3.5, 5; 30 lies beyond 5 + 1.5 · 3
    assert (box.q1, box.median, box.q3, box.low, box.high, box.beyond, box.n) == (2, 3.5, 5, 1, 5, (30,), 6)


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (FOREST.replace(", reference: Nonmaintained", ""), "a forest plot compares two columns"),
        (
            FOREST.replace("{id: all, label: All}", "{id: all, label: All, where: NOPE == 1}"),
            "ADSL has no variable NOPE",
        ),
        (FOREST.replace("HR (95% CI)", "HR\n  show: '{or:2}'"), "no statistic or; there are n, events, hr"),
    ],
)
def test_faulty_forest_plots(analyse_small: AnalyseSmall, spec: str, problem: str) -> None:
    problems = analyse_small(spec, **halves()).problems
    assert any(problem in found for found in problems), problems


def test_a_subject_twice_at_a_visit_is_a_finding(analyse_small: AnalyseSmall) -> None:
    (found,) = analyse_small(VISITS, ADVS=ADVS + "01 BASE 1 10\n").problems
    assert "selects several records of a subject at BASE" in found

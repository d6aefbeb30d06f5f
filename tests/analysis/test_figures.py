"""Models of figures: what is drawn, and that every number is a result with its records."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

from crf2tlf.analysis.results import KaplanMeier, Mark, Segment, Swimmer, Waterfall

ADTR = """
USUBJID PARAMCD AVAL:n BOR NEW
01      BEST    -52.5  PR  .
02      BEST    30     PD  Y
03      BEST    .      NE  .
04      BEST    -10    SD  .
05      BEST    30     SD  .
"""

WATERFALL = """\
id: figure-1
title: Waterfall
population: ALL
waterfall:
  from: ADTR
  where: PARAMCD == "BEST"
  subject: USUBJID
  value: AVAL
  category: BOR
  categories: {CR: Complete, PR: Partial, SD: Stable, PD: Progression}
  marks: [{category: New lesion, where: NEW == "Y"}]
  reference_lines: [20, -30]
  y_label: Change (%)
numbers:
  - {id: decrease, count: {from: ADTR, where: AVAL < 0}}
footnotes: ["{{ cells['decrease'] }} of {{ N }}"]
"""


def test_a_waterfall_sorts_bars_and_counts_those_without(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(WATERFALL, ADTR=ADTR)
    body = made["figure-1"].body
    assert isinstance(body, Waterfall)
    assert [(bar.subject, bar.value, bar.category, bar.marks) for bar in body.bars] == [
        ("02", 30, "Progression", ("New lesion",)),
        ("05", 30, "Stable", ()),
        ("04", -10, "Stable", ()),
        ("01", -52.5, "Partial", ()),
    ]
    assert body.categories == ("Complete", "Partial", "Stable", "Progression")
    assert body.not_evaluable == ("03", "06", "07")
    assert (made.result("figure-1/bar/01/value").value, made.behind("figure-1/bar/01/value")) == (-52.5, ["01 BEST"])
    assert made.behind("figure-1/not-evaluable/n") == ["03", "06", "07"]
    assert made["figure-1"].footnotes == ("2 (29) of 7",)
    assert [(cell.id, cell.text) for cell in made["figure-1"].cells] == [("figure-1/decrease", "2 (29)")]


def test_a_category_that_the_legend_lacks_is_a_finding(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(WATERFALL.replace("SD: Stable, ", ""), ADTR=ADTR)
    assert made.problems == ["specs/tlf/0.yaml:9: error: ANALYSIS: figure-1: BOR is SD: add to `categories`"]


SWIMMER = """\
id: figure-2
title: Swimmer
population: TREATED
swimmer:
  subject: USUBJID
  order: [DAYS]
  group: ARM
  groups: {A: Drug, B: Placebo}
  segments:
    - {category: Earlier, start: 0 - EARLIER, end: 0}
    - {category: Trial, start: 0, end: DAYS}
  marks:
    - {category: Progression, from: ADRS, where: AVALC == "PD", at: ADY}
  ongoing: ONGOING == "Y"
  x_label: Days
"""
TREATED = "populations: {TREATED: {dataset: ADSL, where: ARM is not None, label: Treated}}\n"
LANES = """
USUBJID ARM EARLIER:n DAYS:n ONGOING
01      A   20        5      .
02      B   10        50     Y
03      A   .         30     .
04      .   7         9      .
"""


def test_a_swimmer_has_a_lane_for_each_subject(analyse_small: AnalyseSmall) -> None:
    visits = "USUBJID ADY:n AVALC\n01 3 SD\n01 5 PD\n01 9 PD\n04 2 PD\n"
    made = analyse_small(SWIMMER, TREATED, ADSL=LANES, ADRS=visits)
    body = made["figure-2"].body
    assert isinstance(body, Swimmer)
    lanes = {lane.subject: lane for lane in body.lanes}
    assert list(lanes) == ["02", "03", "01"]  # the longest first; 04 has no arm
    assert lanes["01"].segments == (
        Segment(category="Earlier", start=-20, end=0),
        Segment(category="Trial", start=0, end=5),
    )
    assert [segment.category for segment in lanes["03"].segments] == ["Trial"]  # no earlier therapy
    assert lanes["01"].marks == (Mark(category="Progression", x=5), Mark(category="Progression", x=9))
    assert (lanes["02"].group, lanes["02"].ongoing, lanes["01"].ongoing) == ("Placebo", True, False)
    assert made.result("figure-2/lane/01/Earlier/start").value == -20
    assert made.behind("figure-2/lane/01/Progression/2/at") == ["01 9.0"]


SURVIVAL = """\
id: figure-3
title: Survival
population: ALL
columns: [{by: ARM}]
kaplan_meier:
  from: ADTTE
  time: AVAL
  censored: CNSR
  x_label: Months
  y_label: Survival
  at_risk_every: 2
  annotations: ["Median of A {{ cells['os/A'] }}"]
numbers:
  - {id: os, missing: NR, kaplan_meier: {from: ADTTE, time: AVAL, censored: CNSR}, show: "{median:1}"}
"""


def test_survival_curves_by_arm_with_numbers_at_risk(analyse_small: AnalyseSmall) -> None:
    times = "USUBJID AVAL:n CNSR:n\n01 1 0\n02 2 0\n03 4 1\n04 3 1\n05 3 0\n06 5 1\n"
    made = analyse_small(SURVIVAL, ADTTE=times)
    body = made["figure-3"].body
    assert isinstance(body, KaplanMeier)
    drug, placebo = body.curves
    assert [(step.time, round(step.survival, 4)) for step in drug.steps] == [(0, 1), (1, 0.6667), (2, 0.3333)]
    assert drug.censored == ((4, 0.333333333333),)
    assert (drug.median, placebo.median) == (2, None)  # 1 of 3 under B, censored at 3 after the event: 0.667
    assert body.at_risk_times == (0, 2, 4, 6)
    assert (drug.at_risk, placebo.at_risk) == ((3, 2, 1, 0), (3, 3, 1, 0))
    assert made.behind("figure-3/curve/A/at-risk-2") == ["02 2.0", "03 4.0"]
    assert body.annotations == ("Median of A 2.0",)
    assert made.result("figure-3/curve/B/median").value is None

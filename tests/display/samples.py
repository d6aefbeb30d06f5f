"""Small results, one output of each kind, that the display tests render and read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crf2tlf.analysis.results import (
    Bar,
    BoxGroup,
    Cell,
    Column,
    Curve,
    Forest,
    ForestLine,
    KaplanMeier,
    Lane,
    Mark,
    Output,
    Results,
    Row,
    Segment,
    Step,
    Swimmer,
    Table,
    VisitBox,
    VisitBoxes,
    VisitLine,
    VisitLines,
    VisitPoint,
    Waterfall,
)

NOTE = "Synthetic data: no real patient is shown."


def cell(text: str, number: float | None = None, decimals: int | None = None) -> Cell:
    return Cell(text=text, number=number, decimals=decimals)


def row(*texts: str, **settings: Any) -> Row:
    return Row(cells=tuple(cell(text) for text in texts), **settings)


def table(columns: Sequence[Column], rows: Sequence[Row], **settings: Any) -> Output:
    given: dict[str, Any] = {"id": "table-1", "kind": "table", "title": "Table 1. Sample"}
    return Output(**{**given, **settings}, body=Table(columns=tuple(columns), rows=tuple(rows)))


def results(*outputs: Output, **settings: Any) -> Results:
    given: dict[str, Any] = {
        "study": "SAMPLE-1",
        "title": "A sample trial",
        "release_timestamp": "2024-03-01T09:30:00Z",
    }
    return Results(**{**given, **settings}, outputs=outputs, results=(), record_sets={})


STUB = Column(label="Factor", width=3)
COUNT = Column(label="Patients (N = 12)", align="center", width=2)

DEMOGRAPHICS = table(
    [STUB, COUNT],
    [
        row("Age (years), median (range)", "63 (42–80)"),
        row("Sex, N (%)", "", heading=True),
        row("Male", "3 (25)", indent=1),
        row("Female", "9 (75)", indent=1),
        row("Not reported", "0 (0)", indent=1),
        row("Response to earlier therapy, N (%)", "", heading=True, rule_above=True),
        row("PR", "12 (100)", indent=1),
        row("Time from diagnosis, months", "7.3 (6.1–105.1)"),
    ],
    population="Full analysis set",
    footnotes=("Abbreviations: PR, partial response.", NOTE),
)

TOXICITY = table(
    [
        Column(label="Event", width=2.4),
        Column(label="Any grade", spanner="Arm A (N = 9)", align="center"),
        Column(label="Grade ≥ 3", spanner="Arm A (N = 9)", align="center"),
        Column(label="Any grade", spanner="Arm B (N = 12)", align="center"),
        Column(label="Grade ≥ 3", spanner="Arm B (N = 12)", align="center"),
    ],
    [
        row("Neutropenia", "1 (11)", "1 (11)", "12 (100)", "0 (0)"),
        row("AST/ALT elevation", "4 (44)", "1 (11)", "2 (17)", "2 (17)"),
    ],
    id="table-4",
    title="Table 4. Toxicity profiles",
    footnotes=(NOTE,),
)

RATES = table(
    [Column(label="Statistic"), Column(label="Value", align="right")],
    [
        Row(cells=(cell("Rate, %"), cell("66.7", 66.6666666667, 1))),
        Row(cells=(cell("Patients"), cell("9", 9, 0))),
        Row(cells=(cell("p"), cell("<0.001", 0.0004, 3))),
    ],
    id="table-6",
    title="Table 6. Rates",
)


def listing(records: int = 70) -> Output:
    labels = ("Subject", "Reported term", "Term", "Grade", "Start", "End", "Serious", "Action", "Comment")
    widths = (1.2, 2.5, 2.0, 0.8, 1.3, 1.3, 0.9, 1.8, 2.6)
    columns = [Column(label=label, width=width) for label, width in zip(labels, widths, strict=True)]
    rows = [
        row(
            f"S-{at // 8 + 1:03}",
            "appetite loss, worse in the evening",
            "Appetite loss",
            str(at % 4 + 1),
            "2017-01",
            "2017-02-11",
            "N",
            "Dose not changed",
            "患者は食欲不振を訴えた (reported by the patient)" if at % 9 == 0 else "",
            rule_above=at > 0 and at % 8 == 0,
        )
        for at in range(records)
    ]
    return table(
        columns,
        rows,
        id="listing-5",
        kind="listing",
        title="Listing 5. Adverse events",
        population="Safety set",
        orientation="landscape",
        footnotes=(NOTE,),
    )


WATERFALL = Waterfall(
    y_label="Best change from baseline in sum of diameters (%)",
    x_label="Subject",
    bars=(
        Bar(subject="001", value=-52.3, category="PR"),
        Bar(subject="002", value=34.0, category="PD", marks=("New lesion",)),
        Bar(subject="003", value=12.5, category="SD"),
        Bar(subject="004", value=-31.0, category="PR"),
        Bar(subject="005", value=-12.0, category="SD"),
        Bar(subject="006", value=-3.0, category="PD", marks=("New lesion",)),
        Bar(subject="007", value=-44.4, category="PR"),
        Bar(subject="008", value=0.0, category="SD"),
    ),
    categories=("CR", "PR", "SD", "PD"),
    marks=("New lesion",),
    reference_lines=(20, -30),
    not_evaluable=("009",),
)


def _lane(subject: str, group: str, before: float, after: float, *marks: Mark, ongoing: bool = False) -> Lane:
    stretches = (
        Segment(category="Earlier therapy", start=-before, end=-0.4),
        Segment(category="Trial therapy", start=0.2, end=after),
    )
    return Lane(subject=subject, group=group, segments=stretches, marks=marks, ongoing=ongoing)


SWIMMER = Swimmer(
    x_label="Months from registration",
    origin_label="Registration",
    lanes=(
        _lane("001", "PR", 6.1, 14.2, Mark(category="Response onset", x=1.4), ongoing=True),
        _lane(
            "002",
            "PR",
            5.7,
            5.9,
            Mark(category="Response onset", x=2.0),
            Mark(category="Progression", x=5.9),
            Mark(category="Death", x=9.6),
        ),
        _lane("003", "SD", 22.9, 3.1, Mark(category="Progression", x=3.1)),
        _lane("004", "PD", 12.0, 0.9, Mark(category="Progression", x=1.0), Mark(category="Death", x=2.8)),
        _lane("005", "SD", 6.7, 2.2, Mark(category="Progression", x=2.2)),
        _lane("006", "PD", 9.0, 1.1, Mark(category="Progression", x=1.1)),
        _lane("007", "PR", 7.0, 5.5, Mark(category="Response onset", x=0.9), Mark(category="Progression", x=5.5)),
        _lane("008", "SD", 6.3, 3.7, Mark(category="Progression", x=3.7), Mark(category="Death", x=12.1)),
        _lane("009", "PD", 8.8, 1.0, Mark(category="Progression", x=1.0)),
    ),
    segments=("Earlier therapy", "Trial therapy"),
    groups=("PR", "SD", "PD"),
    marks=("Response onset", "Progression", "Death"),
)

SURVIVAL = KaplanMeier(
    x_label="Time from registration (months)",
    y_label="Probability of survival",
    curves=(
        Curve(
            label="All patients",
            steps=(
                Step(time=0, survival=1),
                Step(time=2.8, survival=0.8889, lower=0.433, upper=0.984),
                Step(time=9.6, survival=0.7778, lower=0.365, upper=0.939),
                Step(time=12.1, survival=0.5, lower=0.204, upper=0.805),
                Step(time=24.1, survival=0.3, lower=0.05, upper=0.6),
                Step(time=40.0, survival=0),
            ),
            censored=((18.0, 0.5), (30.5, 0.3)),
            at_risk=(9, 7, 4, 3, 2, 0),
            median=18.1,
            median_lower=2.8,
        ),
    ),
    at_risk_times=(0, 9, 18, 27, 36, 45),
    annotations=("Median 18.1 months (95% CI 2.8–not reached)", "One-year rate 66.7%"),
)


def two_arms() -> KaplanMeier:
    arm = SURVIVAL.curves[0]
    other = Curve(
        label="Arm B",
        steps=(
            Step(time=5, survival=0.9, lower=0.6, upper=0.97),
            Step(time=15, survival=0.8, lower=0.5, upper=0.93),
            Step(time=33, survival=0.7, lower=0.4, upper=0.9),
        ),
        censored=((20.0, 0.8), (44.0, 0.7)),
        at_risk=(10, 9, 8, 7, 6, 0),
    )
    return SURVIVAL.model_copy(update={"curves": (arm.model_copy(update={"label": "Arm A"}), other)})


def figure(body: Waterfall | Swimmer | KaplanMeier, identifier: str, title: str, **settings: Any) -> Output:
    return Output(id=identifier, kind="figure", title=title, footnotes=(NOTE,), body=body, **settings)


FIGURES = (
    figure(WATERFALL, "figure-1a", "Figure 1a. Best change in tumour burden", population="Response set"),
    figure(SWIMMER, "figure-1b", "Figure 1b. Durations of treatment", orientation="landscape"),
    figure(SURVIVAL, "figure-2a", "Figure 2a. Overall survival"),
    figure(two_arms(), "figure-2b", "Figure 2b. Survival by arm"),
)

EVERYTHING = results(DEMOGRAPHICS, TOXICITY, RATES, *FIGURES, listing())


FOREST = Forest(
    x_label="Hazard ratio",
    stub="Subgroup",
    columns=("Drug", "Placebo", "HR (95% CI)"),
    before=2,
    lines=(
        ForestLine(
            label="All", texts=("30/60", "40/60", "0.70 (0.44–1.12)"), estimate=0.7, lower=0.44, upper=1.12, weight=70
        ),
        ForestLine(label="Sex", texts=("", "", ""), heading=True),
        ForestLine(
            label="Male",
            texts=("10/20", "9/20", "1.20 (0.03–48.00)"),
            estimate=1.2,
            lower=0.03,
            upper=48,
            weight=19,
            indent=1,
        ),
        ForestLine(label="Female", texts=("0/3", "0/2", "–"), indent=1),
    ),
    no_difference=1.0,
    logarithmic=True,
    favours=("Drug better", "Placebo better"),
)

CHANGES = VisitLines(
    x_label="Visit",
    y_label="Mean change",
    ticks=((0.0, "Week 2"), (1.0, "Week 4")),
    lines=(
        VisitLine(
            label="Drug",
            points=(
                VisitPoint(x=0, n=9, value=1.0, lower=0.5, upper=1.5),
                VisitPoint(x=1, n=8, value=2.0, lower=1, upper=3),
            ),
        ),
        VisitLine(label="Placebo", points=(VisitPoint(x=0, n=1, value=0.5),)),
    ),
    reference_lines=(0.0,),
)

BOXES = VisitBoxes(
    x_label="Visit",
    y_label="Value",
    ticks=((0.0, "Week 2"), (1.0, "Week 4")),
    groups=(
        BoxGroup(
            label="Drug",
            boxes=(VisitBox(x=0, n=6, mean=7.5, median=3.5, q1=2, q3=5, low=1, high=5, beyond=(30,)),),
        ),
        BoxGroup(label="Placebo", boxes=()),
    ),
)

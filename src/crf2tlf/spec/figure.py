"""Figures: waterfall, swimmer, Kaplan–Meier, forest, line and box plots."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crf2tlf.spec.category import Category
from crf2tlf.spec.comparison import Comparisons, completed
from crf2tlf.spec.model import OneOrMore, RuleText, SpecModel
from crf2tlf.spec.statistic import KaplanMeierEstimate, Selection
from crf2tlf.spec.template import CellTemplate, TextTemplate


class MarkSpec(SpecModel):
    """A symbol: its category names it in the legend; it stands where the rule holds."""

    category: TextTemplate = Field(description="What the symbol means, for the legend.")
    where: RuleText = Field(description="The records that are marked.")


class WaterfallSpec(Selection):
    """Sorted bars, one record a subject; subjects of the population without a value are counted below the axis."""

    subject: RuleText = Field(description="The bar's label.")
    value: RuleText = Field(description="The bar's height in percent.")
    category: RuleText = Field(description="What colours the bar.")
    categories: dict[str, TextTemplate] = Field(description="The values of `category` in legend order, with labels.")
    marks: tuple[MarkSpec, ...] = Field(default=(), description="Symbols on bars.")
    reference_lines: tuple[float, ...] = Field(default=(), description="Heights of dashed lines.")
    y_label: TextTemplate = Field(description="The title of the vertical axis.")
    x_label: TextTemplate | None = Field(default=None, description="The title of the horizontal axis.")


class SegmentSpec(Selection):
    """Stretches of lanes: one for each record that is selected."""

    category: TextTemplate = Field(description="What the stretch means, for the legend.")
    start: RuleText = Field(description="Where the stretch begins, in the axis' unit; the origin is 0.")
    end: RuleText = Field(description="Where it ends.")


class SwimmerMarkSpec(Selection):
    """Symbols on lanes: one for each record that is selected."""

    category: TextTemplate = Field(description="What the symbol means, for the legend.")
    at: RuleText = Field(description="Where the symbol stands, in the axis' unit.")


class SwimmerSpec(SpecModel):
    """One lane for each subject of the population."""

    subject: RuleText = Field(description="The lane's label; rules of lanes are about the population's dataset.")
    order: OneOrMore[RuleText] = Field(default=(), description="The lanes' order; a number's largest is on top.")
    group: RuleText | None = Field(default=None, description="What colours the lane.")
    groups: dict[str, TextTemplate] = Field(default={}, description="The values of `group` in legend order.")
    segments: tuple[SegmentSpec, ...] = Field(min_length=1, description="The stretches of which lanes are made.")
    marks: tuple[SwimmerMarkSpec, ...] = Field(default=(), description="The symbols on lanes.")
    ongoing: RuleText | None = Field(default=None, description="The condition for an arrow at the lane's end.")
    x_label: TextTemplate = Field(description="The title of the time axis.")
    origin_label: TextTemplate | None = Field(default=None, description="What the line at 0 means.")


class KaplanMeierFigure(KaplanMeierEstimate):
    """Survival curves, one for each column of the output."""

    x_label: TextTemplate = Field(description="The title of the time axis.")
    y_label: TextTemplate = Field(description="The title of the survival axis.")
    at_risk_every: float = Field(gt=0, description="The step between the times at which numbers at risk are shown.")
    annotations: tuple[TextTemplate, ...] = Field(
        default=(),
        description="Lines of text on the plot; {{ cells['id'] }} is what one of the output's `numbers` shows.",
    )


# Comparisons in subgroups

FOREST = ("hazard_ratio", "odds_ratio", "relative_risk", "difference")
"""The comparisons that a forest plot can draw: an estimate with its limits."""

SubgroupId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class SubgroupSpec(SpecModel):
    """A line of a forest plot, or with `by` one for each value under a heading; rules are about the population."""

    id: SubgroupId = Field(description="The start of the ids of its results.")
    label: TextTemplate = Field(description="What stands at the left.")
    where: RuleText | None = Field(default=None, description="Which subjects; without it all of them.")
    by: RuleText | None = Field(default=None, description="One line for each value of this rule of the population.")
    values: dict[str, Category] = Field(
        default={}, description="The values in their order with their labels; else those found in the data."
    )
    interaction: bool = Field(
        default=False,
        description="Whether the heading shows p of the interaction with the groups: for hazard ratios, by the "
        "likelihood ratio test.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> SubgroupSpec:
        if self.by is None and (self.values or self.interaction):
            raise ValueError("values and interaction go with by")
        return self


class ForestFigure(Comparisons):
    """A forest plot: a comparison of two columns in subgroups, with the numbers it is made of beside it."""

    subgroups: tuple[SubgroupSpec, ...] = Field(min_length=1, description="The lines from top to bottom.")
    show: CellTemplate | None = Field(
        default=None, description="How the estimate is written; each comparison has a default."
    )
    show_label: TextTemplate = Field(description="The header over the estimates: HR (95% CI).")
    groups_show: CellTemplate | None = Field(
        default=None, description="What is written of each group: {events}/{n} of times, {n}/{N} of proportions, {n}."
    )
    stub: TextTemplate | None = Field(default=None, description="The header over the subgroups.")
    interaction_label: TextTemplate | None = Field(default=None, description="The header over p of interactions.")
    x_label: TextTemplate = Field(description="The title of the axis.")
    favours: tuple[TextTemplate, TextTemplate] | None = Field(
        default=None, description="What the left and the right side of the line of no difference favour."
    )
    axis: tuple[float, float] | None = Field(
        default=None, description="From where to where the axis goes; limits beyond it become arrows."
    )

    @property
    def comparison(self) -> tuple[str, SpecModel]:
        """The comparison's key and parameters."""
        return self.comparisons[0]

    @model_validator(mode="after")
    def _consistent(self) -> ForestFigure:
        keys = [key for key, _ in self.comparisons]
        if len(keys) != 1 or keys[0] not in FOREST:
            raise ValueError(f"a forest plot takes one of {', '.join(FOREST)}")
        try:
            completed(self.comparison[1], None)
        except ValueError as error:
            raise ValueError(f"{keys[0]}: {error}") from None
        if keys[0] != "hazard_ratio" and any(group.interaction for group in self.subgroups):
            raise ValueError("interaction goes with hazard_ratio")
        if self.axis is not None and not (0 if keys[0] != "difference" else -1000) < self.axis[0] < self.axis[1]:
            raise ValueError("axis goes from a smaller to a greater number, above 0 for ratios")
        return self


# Numbers over visits


class OverVisits(Selection):
    """Numbers of each column of the output at the values of a rule, such as visits."""

    of: RuleText = Field(description="The numbers: AVAL, CHG.")
    by: RuleText = Field(description="What the horizontal axis shows, by the analysed records: AVISIT.")
    values: dict[str, TextTemplate] = Field(
        default={}, description="Its values in their order with their labels; else those found in the data."
    )
    order: RuleText | None = Field(
        default=None, description="Values found are in the order of this rule's least value (AVISITN for AVISIT)."
    )
    at: RuleText | None = Field(
        default=None,
        description="Where values stand on the axis, a number such as a planned week; without it at equal distances.",
    )
    counts: bool = Field(default=True, description="Whether the numbers of values stand under the axis.")
    reference_lines: tuple[float, ...] = Field(default=(), description="Heights of dashed lines.")
    x_label: TextTemplate = Field(description="The title of the horizontal axis.")
    y_label: TextTemplate = Field(description="The title of the vertical axis.")


class LineFigure(OverVisits):
    """Means or medians over visits, a line for each column of the output, with limits."""

    statistic: Literal["mean", "median"] = Field(default="mean", description="What is drawn.")
    limits: Literal["se", "sd", "ci", "quartiles", "none"] | None = Field(
        default=None,
        description="Of means the standard error (se), the standard deviation or a confidence interval by Student's t; "
        "of medians the quartiles. Without it `se` or `quartiles`.",
    )
    level: float = Field(default=0.95, gt=0, lt=1, description="The confidence level of `ci` as a fraction.")

    @property
    def shown_limits(self) -> str:
        """What the limits are, where the spec does not say it too."""
        return self.limits or ("se" if self.statistic == "mean" else "quartiles")

    @model_validator(mode="after")
    def _consistent(self) -> LineFigure:
        of = ("se", "sd", "ci", "none") if self.statistic == "mean" else ("quartiles", "none")
        if self.shown_limits not in of:
            raise ValueError(f"limits of a {self.statistic} are {', '.join(of)}")
        return self


class BoxFigure(OverVisits):
    """Boxes over visits, one for each column of the output: quartiles (type 2), median, mean, whiskers to the last
    values within 1.5 times the box, and the values beyond.
    """

"""Figures: waterfall, swimmer and Kaplan–Meier plots."""

from __future__ import annotations

from pydantic import Field

from crf2tlf.spec.model import OneOrMore, RuleText, SpecModel
from crf2tlf.spec.statistic import KaplanMeierEstimate, Selection
from crf2tlf.spec.template import TextTemplate


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

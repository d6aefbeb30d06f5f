"""Rows and pages that come again for each value of a rule: visits, parameters, subgroups."""

from __future__ import annotations

from pydantic import Field

from crf2tlf.spec.category import Category
from crf2tlf.spec.model import RuleText
from crf2tlf.spec.statistic import Selection
from crf2tlf.spec.template import TextTemplate


class ForEach(Selection):
    """A row, with the rows under it, for each value of a rule.

    Analyses inside are about the block's dataset unless they name another, and take those of its records that `where`
    selects and that have the value. The population's dataset is about subjects: a block on it makes subgroups, and
    inside a block on another dataset its records are taken whole.
    """

    by: RuleText = Field(description="The rule whose values tell the rows or pages apart.")
    values: dict[str, Category] = Field(
        default={}, description="The values in their order with their names; else those found in the data."
    )
    order: RuleText | None = Field(
        default=None, description="Values found are in the order of this rule's least value (AVISITN for AVISIT)."
    )
    named: RuleText | None = Field(
        default=None, description="What a value found is called (PARAM for PARAMCD); without it as it is."
    )


class Pages(ForEach):
    """A part of the table on pages of its own for each value of a rule."""

    label: TextTemplate | None = Field(
        default=None, description="The line under the title: `Parameter: {{ value }}`; without it the value's name."
    )

"""``specs/tlf/*.yaml``: tables, listings and figures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from crf2tlf.spec.blocks import ForEach, Pages
from crf2tlf.spec.category import Category
from crf2tlf.spec.comparison import COMPARISONS, CompareSpec, Comparisons, OnlyCompared, completed
from crf2tlf.spec.figure import BoxFigure, ForestFigure, KaplanMeierFigure, LineFigure, SwimmerSpec, WaterfallSpec
from crf2tlf.spec.model import OneOrMore, RuleText, SpecModel, Text
from crf2tlf.spec.statistic import (
    METHODS,
    Count,
    Dates,
    KaplanMeierEstimate,
    PairedT,
    Proportion,
    Selection,
    Summary,
    TwoStage,
    Values,
)
from crf2tlf.spec.template import CellTemplate, TextTemplate

ANALYSES = {**METHODS, **COMPARISONS}
"""Analyses of each column, and comparisons of columns, by the key that asks for them."""

FIGURES = ("waterfall", "swimmer", "kaplan_meier", "forest", "line", "box")
"""The figures by the key that asks for them."""

BODIES = ("listing", *FIGURES)

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""The id of a row or column: letters, digits, points, hyphens; part of the ids of its cells and results."""


Reason = Annotated[str, Field(pattern=r"^[A-Z][A-Z ]*$")]
"""Why an analysis is done, in the terms of CDISC's codelist Analysis Reason, which a study may extend."""

Purpose = Annotated[str, Field(pattern=r"^[A-Z][A-Z ]*$")]
"""What an analysis is for, in the terms of CDISC's codelist Analysis Purpose, which a study may extend."""


class ColumnSpec(SpecModel):
    """A column of a table, or several: one for each value of `by`, each perhaps with columns of its own under it."""

    id: Id | None = Field(default=None, description="Part of the ids of its cells; one column alone needs none.")
    label: TextTemplate | None = Field(
        default=None,
        description="The header: {{ N }} is the column's number of subjects, {{ value }} its value.",
    )
    subjects: RuleText | None = Field(
        default=None, description="Which subjects the column is about, by the population's dataset; this is its N."
    )
    records: RuleText | None = Field(
        default=None, description="Which records of the analysed dataset the column takes; its N stays."
    )
    by: RuleText | None = Field(default=None, description="One column for each value of this rule of the population.")
    records_by: RuleText | None = Field(
        default=None,
        description="One column for each value of this rule of the analysed records, as `values` lists them; its N "
        "stays.",
    )
    values: dict[str, Category] = Field(
        default={},
        description="The values of `by` or `records_by` in their order, with labels; else those of `by` that are found "
        "in the data. Several values may be one column: `{label: Both doses, of: [LOW, HIGH]}`.",
    )
    missing: TextTemplate | None = Field(default=None, description="The label of a column for those without a value.")
    total: TextTemplate | None = Field(
        default=None,
        description="The label of a last column with all subjects (or records), also those of no column before it.",
    )
    of: RuleText | None = Field(
        default=None,
        description="What analyses in the column are of, in place of their own `of`: AVAL, CHG.",
    )
    reference: Text | None = Field(
        default=None,
        description="What comparisons in the column are against: with `by` one of its values, else the id of a column.",
    )
    compare: tuple[Text, ...] = Field(
        default=(),
        description="The ids of the columns that this one compares, the reference last; it shows what a row's "
        "`compare` says, and rows that are comparisons.",
    )
    show: CellTemplate | None = Field(default=None, description="What its cells show, where the row does not say.")
    columns: tuple[ColumnSpec, ...] = Field(default=(), description="Columns under this one, which spans them.")
    align: Literal["left", "center", "right"] = Field(default="center", description="How its cells are aligned.")
    width: float = Field(default=1.0, gt=0, description="The width in relation to the other columns.")

    @model_validator(mode="after")
    def _consistent(self) -> ColumnSpec:
        if not (self.by or self.records_by) and (self.values or self.total is not None or self.missing is not None):
            raise ValueError("values, missing and total go with by")
        if self.by and self.records_by:
            raise ValueError("a column takes one of by and records_by; the other goes into columns under it")
        if self.records_by and not self.values:
            raise ValueError("records_by needs values: the columns are the same for all analyses")
        if self.by and self.values and self.reference is not None and self.reference not in self.values:
            raise ValueError(f"the reference {self.reference} is none of the values {', '.join(self.values)}")
        if self.compare and (self.id is None or len(set(self.compare)) != len(self.compare) or len(self.compare) < 2):
            raise ValueError("a column that compares needs an id and the ids of two other columns or more")
        if self.compare and self.model_fields_set & {"subjects", "records", "by", "records_by", "columns", "reference"}:
            raise ValueError("a column that compares others has no subjects or columns of its own")
        return self


class LineSpec(SpecModel):
    """One of several rows that show the same analysis."""

    id: Id = Field(description="Comes after the row's id in the ids of its cells.")
    label: TextTemplate = Field(description="What stands in the first column.")
    show: CellTemplate = Field(description="What the cells show.")


class RowSpec(Comparisons):
    """A row or block of rows: a heading, or an analysis; rows under it are indented."""

    id: Id | None = Field(default=None, description="Required for an analysis: the start of its cells' ids.")
    label: TextTemplate | None = Field(
        default=None,
        description="What stands in the first column: {{ N }} is the number of subjects; in a block {{ value }} its "
        "value and {{ N }} the number of its subjects.",
    )
    for_each: ForEach | None = Field(
        default=None, description="The row, with those under it, comes again for each value of a rule."
    )
    count: Count | None = None
    proportion: Proportion | None = None
    summary: Summary | None = None
    kaplan_meier: KaplanMeierEstimate | None = None
    paired_t: PairedT | None = None
    values: Values | None = None
    dates: Dates | None = None
    two_stage: TwoStage | None = None
    compare: dict[Id, CompareSpec] = Field(
        default={},
        description="What the row shows in columns that compare others, by their ids: differences, ratios, tests.",
    )
    show: CellTemplate | None = Field(default=None, description="What the cells show; each analysis has a default.")
    missing: Text | None = Field(
        default=None, description="What stands for a number that does not exist, where it is not analysis.yaml's text."
    )
    zero: Text | None = Field(
        default=None,
        description="What a cell shows where nobody is counted, where it is not analysis.yaml's. A row of summaries "
        'that gives it shows it where n is 0: with `zero: ""` the change at baseline stays blank.',
    )
    lines: tuple[LineSpec, ...] = Field(default=(), description="Several rows that show the same analysis.")
    rows: tuple[RowSpec, ...] = Field(default=(), description="Rows under this one.")
    rule_above: bool = Field(default=False, description="A thin line above the row.")
    reason: Reason | None = Field(default=None, description="Why the analysis is done, if not the output's reason.")
    purpose: Purpose | None = Field(default=None, description="What it is for, if not the output's purpose.")

    @property
    def analysis(self) -> tuple[str, Any] | None:
        """The analysis' key and parameters, or None for a heading."""
        found = [(key, getattr(self, key)) for key in ANALYSES if getattr(self, key) is not None]
        return found[0] if found else ("compare", OnlyCompared(place=self.place)) if self.compare else None

    @model_validator(mode="after")
    def _consistent(self) -> RowSpec:
        asked = [key for key in ANALYSES if getattr(self, key) is not None]
        if len(asked) > 1:
            raise ValueError(f"a row takes one analysis, not {' and '.join(asked)}")
        if (asked or self.compare) and self.id is None:
            raise ValueError("a row with an analysis needs an id")
        if not asked and (self.lines or self.show):
            raise ValueError("show and lines go with an analysis")
        if self.lines and (self.show or (self.count is not None and self.count.by)):
            raise ValueError("lines go neither with show nor with a count by categories")
        if not asked and self.label is None and self.for_each is None:
            raise ValueError("a row without an analysis needs a label")
        if self.compare and asked and asked[0] in COMPARISONS:
            raise ValueError(f"compare goes with an analysis of each column, not with {asked[0]}")
        for key, comparison in self.comparisons:
            _complete(key, comparison, None)
        for each in self.compare.values():
            _complete(*each.comparison, getattr(self, asked[0]) if asked else None)
        return self


def _complete(key: str, comparison: SpecModel, analysis: SpecModel | None) -> None:
    try:
        completed(comparison, analysis)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


class ListingColumn(SpecModel):
    """A column of a listing."""

    label: TextTemplate = Field(description="The header.")
    value: RuleText | None = Field(default=None, description="What the column shows of each record.")
    decimals: int | None = Field(default=None, ge=0, le=10, description="Decimals of a number.")
    show: CellTemplate | None = Field(
        default=None, description="Several variables in one cell, in place of `value`: {AESTDTC} ({ASTDY:0})."
    )
    group: bool | Literal["repeated"] = Field(
        default=False,
        description="true: a value that repeats the one above is left blank; repeated: it stays, so that a page begins "
        "with it. Where the first column groups, a rule parts its values.",
    )
    align: Literal["left", "center", "right"] = Field(default="left", description="How its cells are aligned.")
    width: float = Field(default=1.0, gt=0, description="The width in relation to the other columns.")

    @model_validator(mode="after")
    def _one_way(self) -> ListingColumn:
        if (self.value is None) == (self.show is None):
            raise ValueError("a listing's column takes one of value and show")
        return self


class ListingSpec(Selection):
    """Records of a dataset, one a row."""

    order: OneOrMore[RuleText] = Field(default=(), description="The rows' order; without it that of the keys.")
    columns: tuple[ListingColumn, ...] = Field(min_length=1, description="The columns from left to right.")


class OutputSpec(SpecModel):
    """A table (rows), a listing, or a figure."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="The name of the file and the start of its results' ids.")
    title: TextTemplate = Field(description="The title; {{ N }} is the population's size.")
    population: str | None = Field(default=None, description="A population of analysis.yaml.")
    population_line: TextTemplate | None = Field(
        default=None, description="The line under the title, where it is not the population's own."
    )
    stub: TextTemplate | None = Field(default=None, description="The header of a table's first column.")
    stub_width: float = Field(default=2.0, gt=0, description="The first column's width in relation to the others.")
    columns: str | tuple[ColumnSpec, ...] = Field(
        default=(ColumnSpec(),), description="The columns, or the name of columns in analysis.yaml."
    )
    rows: tuple[RowSpec, ...] = Field(default=(), description="The rows of a table.")
    pages: Pages | None = Field(
        default=None, description="The rows come again, on pages of their own, for each value of a rule."
    )
    numbers: tuple[RowSpec, ...] = Field(
        default=(),
        description="Rows that are not shown: what notes and annotations state, as {{ cells['id'] }}. Those of a "
        "figure have its columns, those of a table are about all its subjects.",
    )
    page_rows: Annotated[int, Field(ge=3)] | None = Field(
        default=None,
        description="How many rows of a table or listing a page holds; without it as many as there is room for.",
    )
    page_columns: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="How many columns of a table, beside the first, a page holds; the others go onto further pages.",
    )
    listing: ListingSpec | None = None
    waterfall: WaterfallSpec | None = None
    swimmer: SwimmerSpec | None = None
    kaplan_meier: KaplanMeierFigure | None = None
    forest: ForestFigure | None = None
    line: LineFigure | None = None
    box: BoxFigure | None = None
    notes: tuple[TextTemplate, ...] = Field(default=(), description="Notes above the abbreviations.")
    abbreviations: tuple[str, ...] = Field(default=(), description="Abbreviations that analysis.yaml explains.")
    footnotes: tuple[TextTemplate, ...] = Field(default=(), description="Notes below the abbreviations.")
    orientation: Literal["portrait", "landscape"] = Field(default="portrait", description="How the page lies.")
    reason: Reason = Field(
        default="SPECIFIED IN SAP",
        description="Why its analyses are done, for the define file: SPECIFIED IN PROTOCOL, SPECIFIED IN SAP, "
        "DATA DRIVEN or REQUESTED BY REGULATORY AGENCY.",
    )
    purpose: Purpose = Field(
        default="EXPLORATORY OUTCOME MEASURE",
        description="What its analyses are for: PRIMARY, SECONDARY or EXPLORATORY OUTCOME MEASURE.",
    )

    @property
    def kind(self) -> Literal["table", "figure", "listing"]:
        """What the output is, by what it holds."""
        if self.listing:
            return "listing"
        return "figure" if any(getattr(self, key) is not None for key in FIGURES) else "table"

    @model_validator(mode="after")
    def _one_kind(self) -> OutputSpec:
        bodies = [key for key in BODIES if getattr(self, key) is not None]
        if len(bodies) > 1:
            raise ValueError(f"an output is one of {', '.join(bodies)}")
        if not bodies and not self.rows:
            raise ValueError(f"an output needs rows, or one of {', '.join(BODIES)}")
        if bodies and (self.pages is not None or self.page_columns is not None):
            raise ValueError("pages and page_columns are for tables")
        if self.page_rows is not None and bodies not in ([], ["listing"]):
            raise ValueError("page_rows is for tables and listings")
        if bodies and self.rows:
            raise ValueError(f"{bodies[0]} goes without rows; what a note or annotation states stands in numbers")
        return self

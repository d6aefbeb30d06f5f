"""``simulate:`` in ``specs/raw/*.yaml``: how made-up data of a form are drawn, where the defaults are not enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crf2tlf.spec.model import OneOrMore, RuleText, Shorthand, SpecFault, SpecModel, Text


def _equal_weights(value: object) -> object:
    """Let a list of values stand for values of equal weight."""
    return dict.fromkeys(map(str, value), 1) if isinstance(value, (list, tuple)) else value


Weights = Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_equal_weights), Shorthand("array")]
"""Values and how often each is drawn relative to the others, or a list of values that are equally frequent."""

Column = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*\.)?[A-Za-z_][A-Za-z0-9_]*$")]
"""A column of the same form, or ``form.COLUMN`` of another one."""

SOURCES = ("values", "distribution", "rule", "same_as", "sequence", "pattern")
NUMERIC = frozenset({"distribution", "mean", "sd", "low", "high"})
DRAWS = NUMERIC | {*SOURCES, "after"}
"""Keys that say how values are drawn; the others change what was drawn."""


class Course(SpecModel):
    """How a number goes on from visit to visit: the first is drawn, each later one is made from the one before."""

    change: RuleText | None = Field(default=None, description="Mean change from a visit to the next, 0 if not given.")
    sd: RuleText | None = Field(
        default=None, description="Standard deviation of that change between the subjects, and between their items."
    )
    noise: RuleText | None = Field(
        default=None, description="Standard deviation of what is measured around the course at each visit."
    )
    relative: bool = Field(
        default=False, description="Changes and noise are parts of the value: -0.1 takes a tenth away at each visit."
    )


class Hints(SpecModel):
    """How the values of a column are drawn. A number may be a rule, so that it depends on other columns."""

    values: Weights | None = Field(
        default=None, description="The values, with their weights, or a list of equally frequent ones."
    )
    distribution: Literal["normal", "lognormal", "uniform", "exponential", "poisson"] | None = Field(
        default=None,
        description="Of numbers, or of the days after `after`. Without it: normal with mean and sd, exponential with a "
        "mean alone, else uniform between low and high.",
    )
    mean: RuleText | None = Field(default=None, description="The mean of the values themselves, also of a lognormal.")
    sd: RuleText | None = Field(default=None, description="Their standard deviation.")
    low: RuleText | None = Field(
        default=None,
        description="The least value, that of `range` if not given: the distribution is cut off there. For a date "
        "without `after` a day such as 2020-03-31.",
    )
    high: RuleText | None = Field(default=None, description="The greatest value, that of `range` if not given.")
    decimals: int | None = Field(
        default=None, ge=0, le=15, description="Decimals of the numbers, where the column's type does not tell."
    )
    after: Column | None = Field(
        default=None, description="The date column that a date follows by a number of days, drawn as said above."
    )
    until: OneOrMore[Column] = Field(
        default=(),
        description="Dates after which nothing happens: a date drawn later is left blank, or is that day where the "
        "cell is required. The data cut-off is always one of them.",
    )
    rule: RuleText | None = Field(
        default=None,
        description="An expression of the rule language with the columns of the record, and those of other forms as "
        "raw.form.COLUMN. Columns of numbers are numbers there, dates are dates.",
    )
    same_as: Column | None = Field(
        default=None,
        description="The column of another form that has the value: of the same subject, and of the same visit where "
        "both forms have visits.",
    )
    sequence: Literal["subject", "visit", "form"] | None = Field(
        default=None, description="1, 2, 3 … within each subject, each visit of a subject, or the whole form."
    )
    pattern: Text | None = Field(
        default=None,
        description="A text with {site}, {subject}, {number} (of the subject), {record} (of the record of the subject) "
        "and {item} in it; {number:3} is filled up with zeros to three digits. In the subject's column {number} counts "
        "within the site, or within the study where {site} is not in the text.",
    )
    course: Course | None = Field(default=None, description="How the number goes on along the visits.")
    missing: RuleText | None = Field(default=None, description="The share of cells that are left blank, 0 to 1.")
    partial: RuleText | None = Field(default=None, description="The share of dates whose day is not known, 0 to 1.")

    @field_validator("values")
    @classmethod
    def _some_weight(cls, value: dict[str, float] | None) -> dict[str, float] | None:
        if value is not None and not sum(value.values()) > 0:
            raise SpecFault("at least one value needs a weight over 0")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Hints:
        """Check that the hints do not contradict each other."""
        given = [name for name in SOURCES if getattr(self, name) is not None]
        numbers = [name for name in ("mean", "sd", "low", "high") if getattr(self, name) is not None]
        if numbers and "distribution" not in given:
            given.append(numbers[0])
        if len(given) > 1:
            raise SpecFault(f"{given[0]} and {given[1]} both say how values are drawn; keep one", given[1])
        if self.distribution and not numbers and self.distribution != "uniform":
            raise SpecFault(f"{self.distribution} needs a mean", "distribution")
        if self.sd is not None and self.mean is None:
            raise SpecFault("sd needs a mean", "sd")
        if self.distribution in ("normal", "lognormal") and self.sd is None:
            raise SpecFault(f"{self.distribution} needs an sd", "distribution")
        return self

    def over(self, other: Hints | None) -> Hints:
        """Return these hints, completed by others: a way to draw values replaces that of the others as a whole."""
        if other is None:
            return self
        mine = {name: getattr(self, name) for name in self.model_fields_set}
        theirs: Mapping[str, Any] = {name: getattr(other, name) for name in other.model_fields_set}
        drawing = {*SOURCES, *NUMERIC}
        if drawing & mine.keys() - {"low", "high"} and not {"mean", "sd"} & mine.keys() & theirs.keys():
            theirs = {name: value for name, value in theirs.items() if name not in drawing}
        names = Hints.model_fields.keys()
        return Hints(**{name: value for name, value in {**theirs, **mine}.items() if name in names})


class ColumnSimulation(Hints):
    """How the values of a column are drawn, which may depend on another column such as the arm."""

    by: RuleText | None = Field(
        default=None, description="A rule whose value chooses among `cases`, such as raw.randomisation.ARM."
    )
    cases: dict[str, Hints] = Field(
        default={}, description="Hints for each of its values; they go before those beside `by`."
    )

    @model_validator(mode="after")
    def _by_and_cases(self) -> ColumnSimulation:
        if (self.by is None) != (not self.cases):
            raise SpecFault("by and cases go together", "by" if self.by is not None else "cases")
        return self


class HiddenColumn(ColumnSimulation):
    """A value that is drawn for other columns to use, and is not in the file: a time of death, a frailty."""

    type: Literal["text", "number", "date"] = Field(default="number", description="What the value is.")


class FormSimulation(SpecModel):
    """Which subjects have records of a form, how many, and when."""

    where: RuleText | None = Field(
        default=None, description="Which subjects have records: a condition with columns raw.form.COLUMN."
    )
    share: RuleText | None = Field(default=None, description="The share of these subjects that have any, 0 to 1.")
    records: ColumnSimulation | None = Field(
        default=None, description="Of a log: how many records a subject has (items, where it has an `item`)."
    )
    start: Column | None = Field(default=None, description="The date column (form.COLUMN) that is day 1 of the visits.")
    until: OneOrMore[Column] = Field(
        default=(), description="Dates (form.COLUMN) after which a subject has no records of the form."
    )
    jitter: int | None = Field(
        default=None, ge=0, le=60, description="Visits take place up to so many days before or after the planned day."
    )
    dropout: float | None = Field(
        default=None, ge=0, le=1, description="The share of subjects that leave before the last visit."
    )
    missed: float | None = Field(default=None, ge=0, le=1, description="The share of visits that do not take place.")
    sites: int | None = Field(
        default=None, ge=1, description="How many sites the study has; the first form that says it is believed."
    )
    hidden: dict[str, HiddenColumn] = Field(
        default={}, description="Values that other columns use and the file does not have, by name."
    )

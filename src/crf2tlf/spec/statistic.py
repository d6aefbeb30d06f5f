"""The analyses that a table row or a figure can ask for, each with its parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crf2tlf.spec.category import Category
from crf2tlf.spec.model import OneOrMore, RuleText, SpecModel
from crf2tlf.spec.template import TextTemplate


class Selection(SpecModel):
    """Records that an analysis takes; only those of the population's subjects count."""

    from_: str | None = Field(default=None, alias="from", description="A dataset; without one, that of the population.")
    where: RuleText | None = Field(default=None, description="Which of its records; unknown is not selected.")


class Counted(Selection):
    """Records whose subjects are counted, out of a denominator."""

    denominator: Selection | None = Field(
        default=None,
        description="Percentages are of the population's subjects with such a record; without it, of all of them.",
    )


class Count(Counted):
    """Counts of subjects (or records): one row, or one for each category. Statistics: n, N, pct; events (records) and
    subjects, whatever `of` says.
    """

    of: Literal["subjects", "records"] = Field(
        default="subjects", description="What is counted; a subject counts once a row, however many records it has."
    )
    by: OneOrMore[RuleText] = Field(
        default=(), description="The rule whose values are the categories; a second one parts each of them further."
    )
    values: dict[str, Category] = Field(
        default={}, description="The categories in their order with their labels; a row stays when nobody is in it."
    )
    order: OneOrMore[Literal["value", "frequency"]] = Field(
        default=("value",),
        min_length=1,
        description="The order of categories found in the data, where `values` does not list them: by value, or the "
        "most frequent first, equal ones by value; at each level, or one for each `by`: [frequency, frequency, value].",
    )
    order_column: str | None = Field(
        default=None, description="The id of the column whose frequencies order; without it those of all subjects."
    )
    minimum: Annotated[float, Field(gt=0, le=100)] | None = Field(
        default=None,
        description="Categories are shown that reach this percentage in any column, and those above them. How many are "
        "left out is added to the footnotes.",
    )
    worst: RuleText | None = Field(
        default=None,
        description="Of a subject's records in a row only those with the highest value of this rule count (a grade), "
        "before a column takes some of them. As the last `by` it parts each row by its subjects' highest values.",
    )
    percent_of: Literal["subjects", "column", "row", "table", "above"] = Field(
        default="subjects",
        description="What 100 % is: the column's subjects (or `denominator`); those with a record in the column, that "
        "is with data; in the row, in all columns of the group; in the whole group; or in the row above.",
    )
    others: Literal["finding", "ignore"] = Field(
        default="finding", description="What a record outside the categories listed, or with none, is."
    )
    any: TextTemplate | None = Field(
        default=None, description="The label of a first row that counts all records, of whatever category."
    )
    missing: TextTemplate | None = Field(default=None, description="The label of a row for records without a category.")
    total: TextTemplate | None = Field(default=None, description="The label of a last row that counts all records.")

    @model_validator(mode="after")
    def _consistent(self) -> Count:
        if not self.by and (self.values or any(x is not None for x in (self.any, self.missing, self.total))):
            raise ValueError("values, any, missing and total go with by")
        if len(self.by) > 1 and self.values:
            raise ValueError("values can be listed for one by rule only")
        if len(self.order) not in (1, max(len(self.by), 1)):
            raise ValueError(
                f"order has {len(self.order)} parts for {len(self.by)} by rules: give one, or one for each"
            )
        if self.order_column is not None and "frequency" not in self.order:
            raise ValueError("order_column goes with order: frequency")
        if self.minimum is not None and not self.by:
            raise ValueError("minimum goes with by")
        if self.denominator is not None and self.percent_of != "subjects":
            raise ValueError("denominator goes with percent_of: subjects")
        return self

    @property
    def orders(self) -> tuple[str, ...]:
        """The order at each level."""
        return self.order if len(self.order) > 1 else self.order * max(len(self.by), 1)


class Proportion(Counted):
    """A proportion of subjects with confidence limits. Statistics: n, N, pct, lower, upper (in percent)."""

    level: float = Field(default=0.95, gt=0, lt=1, description="The confidence level as a fraction.")
    limits: Literal["exact", "wilson"] = Field(default="exact", description="exact is Clopper and Pearson's.")


class Summary(Selection):
    """Descriptive statistics. Statistics: n, missing, mean, sd, median, q1, q3, min, max; se, cv (percent), sum; lower
    and upper of the mean; geo_mean, geo_sd, geo_cv (percent), geo_lower, geo_upper; p10 … of `percentiles`.
    """

    of: RuleText = Field(description="The numbers.")
    quantiles: Literal["type2", "type7"] = Field(
        default="type2", description="Quartiles as SAS's default (type2) or R's (type7) gives them."
    )
    percentiles: OneOrMore[Annotated[float, Field(gt=0, lt=100)]] = Field(
        default=(), description="Percentiles by the same convention: 10 is the statistic p10, 97.5 is p97_5."
    )
    level: float = Field(
        default=0.95, gt=0, lt=1, description="The confidence level of the mean's limits as a fraction."
    )


class KaplanMeierEstimate(Selection):
    """Time to event, one record a subject. Statistics: n, events, censored, median, lower, upper, min, max, and for
    each time T of `at` survival_T, survival_T_lower, survival_T_upper (in percent) and at_risk_T.
    """

    time: RuleText = Field(description="The time to the event or censoring.")
    censored: RuleText = Field(description="0 where the event was observed, another number where not (CNSR).")
    level: float = Field(default=0.95, gt=0, lt=1, description="The confidence level as a fraction.")
    limits: Literal["log-log", "log", "plain"] = Field(default="log-log", description="How limits are transformed.")
    open_plateau: Literal["start", "midpoint"] = Field(
        default="start", description="The median on a last plateau at 0.5: its beginning, or its midpoint."
    )
    at: OneOrMore[Annotated[float, Field(ge=0)]] = Field(
        default=(), description="Times at which the survival is estimated."
    )


class PairedT(Selection):
    """A paired t-test of two records a subject. Statistics: n, missing, mean, sd, lower, upper, t, df, p."""

    of: RuleText = Field(description="The numbers that are compared.")
    first: RuleText = Field(description="The condition that selects a subject's first record.")
    second: RuleText = Field(description="The condition for the second record; first − second is tested.")
    level: float = Field(default=0.95, gt=0, lt=1, description="The confidence level as a fraction.")


class Values(Selection):
    """Single values in order; the cell template is applied to each. Statistic: value."""

    of: RuleText = Field(description="The values: numbers, texts or dates.")
    order: Literal["ascending", "descending"] = Field(default="ascending", description="Their order.")
    separator: str = Field(default=", ", description="What stands between two values.")


class Dates(Selection):
    """The first and the last of some dates. Statistics: n, first, last."""

    of: RuleText = Field(description="The dates.")


class TwoStage(SpecModel):
    """A two-stage design and its exact operating characteristics. Statistics: n, n1, r, r1, alpha, power, pet_p0,
    pet_p1, en_p0, en_p1 (probabilities as fractions). Rules may use constants only.
    """

    p0: RuleText = Field(description="The response rate that is not worth while, as a fraction.")
    p1: RuleText = Field(description="The response rate that is worth while.")
    alpha: RuleText = Field(description="The bound on the probability to reject p0 when it is true.")
    beta: RuleText = Field(description="The bound on the probability not to reject p0 when p1 is true.")
    search: Literal["minimax", "optimal"] | None = Field(default=None, description="Look for Simon's design.")
    n: RuleText | None = Field(default=None, description="All patients, where the design is given.")
    n1: RuleText | None = Field(default=None, description="Patients of the first stage.")
    r1: RuleText | None = Field(default=None, description="With r1 or fewer responses the first stage is the last.")
    r: RuleText | None = Field(
        default=None, description="With more than r responses p0 is rejected; without it the smallest that keeps alpha."
    )

    @model_validator(mode="after")
    def _search_or_given(self) -> TwoStage:
        given = [self.n, self.n1, self.r1]
        if (self.search is None) == any(part is None for part in given):
            raise ValueError("a design is either searched for (search) or given (n, n1, r1 and perhaps r)")
        if self.search is not None and any(part is not None for part in (*given, self.r)):
            raise ValueError("a design is either searched for (search) or given (n, n1, r1 and perhaps r)")
        return self


METHODS: dict[str, type[SpecModel]] = {
    "count": Count,
    "proportion": Proportion,
    "summary": Summary,
    "kaplan_meier": KaplanMeierEstimate,
    "paired_t": PairedT,
    "values": Values,
    "dates": Dates,
    "two_stage": TwoStage,
}
"""The analyses by the key that asks for them."""

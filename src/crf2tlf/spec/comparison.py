"""Comparisons of groups that a table row or a figure can ask for, each with its parameters.

The groups are columns: one with `reference` is compared with that column, one with `compare` compares those it lists.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from crf2tlf.spec.category import Category
from crf2tlf.spec.model import OneOrMore, Rule, RuleText, SpecModel, Text
from crf2tlf.spec.statistic import Counted, Selection
from crf2tlf.spec.template import CellTemplate, TextTemplate

Level = Annotated[float, Field(gt=0, lt=1)]
TestName = Literal[
    "chi-square",
    "chi-square-corrected",
    "fisher",
    "cmh",
    "trend",
    "welch",
    "pooled-t",
    "wilcoxon",
    "anova",
    "kruskal-wallis",
]
OF_NUMBERS = ("welch", "pooled-t", "wilcoxon", "anova", "kruskal-wallis")
"""The tests that are about numbers, not about categories."""


class Survival(Selection):
    """What comparisons of times to event share: one record a subject."""

    time: RuleText | None = Field(
        default=None, description="The time to the event or censoring; under `compare`, that of the row if left out."
    )
    censored: RuleText | None = Field(
        default=None, description="0 where the event was observed, another number where not (CNSR)."
    )
    strata: OneOrMore[RuleText] = Field(
        default=(), description="Rules on the analysed records whose values part the subjects into strata."
    )
    strata_label: TextTemplate | None = Field(
        default=None, description="How the footnote names the strata, where not by the rules."
    )


class LogRankTest(Survival):
    """A log-rank test of two columns or more, within strata if given. Statistics: n, events, chi_square, df, p."""

    weights: Literal["log-rank", "wilcoxon", "tarone-ware", "fleming-harrington"] = Field(
        default="log-rank",
        description="A time's weight: 1; the number at risk (Gehan, Breslow); its square root; or by rho and gamma.",
    )
    rho: float = Field(default=0.0, ge=0, description="Of Fleming and Harrington's S(t−)^rho · (1 − S(t−))^gamma.")
    gamma: float = Field(default=0.0, ge=0, description="Greater than 0 for late differences.")

    @model_validator(mode="after")
    def _consistent(self) -> LogRankTest:
        if self.weights != "fleming-harrington" and (self.rho or self.gamma):
            raise ValueError("rho and gamma go with weights: fleming-harrington")
        return self


class HazardRatio(Survival):
    """A hazard ratio of a column to its reference by Cox's model. Statistics: n, events, hr, lower, upper, se (of the
    logarithm), p (Wald), p_score, p_likelihood.
    """

    covariates: OneOrMore[RuleText] = Field(
        default=(), description="Numbers, or texts whose values become categories, that the ratio is adjusted for."
    )
    covariates_label: TextTemplate | None = Field(
        default=None, description="How the footnote names the covariates, where not by the rules."
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="Events at one time: by Efron (R's default) or Breslow (SAS's default)."
    )
    level: Level = Field(default=0.95, description="The confidence level as a fraction.")


class Compared(Counted):
    """What comparisons of proportions of subjects share."""

    strata: OneOrMore[RuleText] = Field(
        default=(), description="Rules on the population's dataset whose values part the subjects into strata."
    )
    strata_label: TextTemplate | None = Field(
        default=None, description="How the footnote names the strata, where not by the rules."
    )
    level: Level = Field(default=0.95, description="The confidence level as a fraction.")


class Difference(Compared):
    """A difference of a column to its reference: of proportions of subjects with a record, or with `of` of means.
    Statistics: difference, lower, upper (proportions: in percentage points; with `strata` by Mantel and Haenszel);
    of means also n, se, t, df, p.
    """

    of: RuleText | None = Field(default=None, description="Numbers, one a subject, whose means are compared.")
    limits: Literal["newcombe", "wald", "wald-corrected", "miettinen-nurminen", "agresti-caffo"] = Field(
        default="newcombe", description="Limits of a difference of proportions; with `strata` they are Sato's."
    )
    variances: Literal["welch", "pooled"] = Field(
        default="welch", description="Of means: each group's own variance (Welch, Satterthwaite) or a pooled one."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Difference:
        given = self.model_fields_set
        if self.of is not None and given & {"limits", "strata", "denominator"}:
            raise ValueError("limits, strata and denominator are about proportions, and go without of")
        if self.strata and "limits" in given:
            raise ValueError("limits go without strata: a stratified difference has Sato's")
        return self


class OddsRatio(Compared):
    """An odds ratio of a column to its reference; with `strata` by Mantel and Haenszel. Statistics: ratio, lower,
    upper.
    """

    limits: Literal["wald", "exact"] = Field(
        default="wald", description="Made on the log scale, or exact conditional ones (with the conditional estimate)."
    )

    @model_validator(mode="after")
    def _consistent(self) -> OddsRatio:
        if self.strata and self.limits == "exact":
            raise ValueError("exact limits are for one table, not for strata")
        return self


class RelativeRisk(Compared):
    """A relative risk of a column to its reference; with `strata` by Mantel and Haenszel. Statistics: ratio, lower,
    upper (Wald limits, made on the log scale).
    """


class GroupTest(Compared):
    """A test of two columns or more: of subjects with a record against those without, of the categories of `by`, or of
    the numbers of `of`. Statistics: statistic, df, p (two-sided).
    """

    method: TestName = Field(
        description="Categories: chi-square, chi-square-corrected (Yates), fisher, cmh (with or without strata), trend "
        "(Cochran and Armitage, columns in order). Numbers: welch, pooled-t, wilcoxon, anova, kruskal-wallis."
    )
    of: RuleText | None = Field(default=None, description="Numbers, one a subject.")
    by: RuleText | None = Field(default=None, description="Categories, one a subject.")
    values: dict[str, Category] = Field(
        default={}, description="The categories of `by` that are compared, several as one if need be; else all found."
    )

    @model_validator(mode="after")
    def _consistent(self) -> GroupTest:
        if self.of is not None and self.by is not None:
            raise ValueError("a test takes one of of and by")
        if self.of is not None and self.method not in OF_NUMBERS:
            raise ValueError(f"{self.method} is about categories; of goes with {', '.join(OF_NUMBERS)}")
        if self.by is not None and self.method in OF_NUMBERS:
            raise ValueError(f"{self.method} is about numbers; give of")
        if self.values and self.by is None:
            raise ValueError("values go with by")
        if self.strata and self.method != "cmh":
            raise ValueError("strata go with method: cmh")
        return self


class AncovaModel(Selection):
    """An analysis of covariance of all columns of a `by`: numbers = column + covariates + factors. Statistics: n, mean
    (least squares), mean_se, mean_lower, mean_upper; against the reference difference, se, lower, upper, t, df, p.
    """

    of: RuleText | None = Field(default=None, description="The numbers, one a subject (CHG).")
    covariates: OneOrMore[RuleText] = Field(default=(), description="Numbers in the model (BASE).")
    factors: OneOrMore[RuleText] = Field(default=(), description="Categories in the model (a region, a site group).")
    margins: Literal["equal", "observed"] = Field(
        default="equal", description="Means over a factor's categories: equally weighted, or as often as they occur."
    )
    label: TextTemplate | None = Field(
        default=None, description="How the footnote names covariates and factors, where not by the rules."
    )
    level: Level = Field(default=0.95, description="The confidence level as a fraction.")


COMPARISONS: dict[str, type[SpecModel]] = {
    "log_rank": LogRankTest,
    "hazard_ratio": HazardRatio,
    "difference": Difference,
    "odds_ratio": OddsRatio,
    "relative_risk": RelativeRisk,
    "test": GroupTest,
    "ancova": AncovaModel,
}
"""The comparisons by the key that asks for them."""

INHERITED = ("from_", "where", "time", "censored", "of")
"""What a comparison under `compare` takes from the row's own analysis where it does not say it."""


class Comparisons(SpecModel):
    """What may be compared: a row takes one of these, or an analysis of each column."""

    log_rank: LogRankTest | None = None
    hazard_ratio: HazardRatio | None = None
    difference: Difference | None = None
    odds_ratio: OddsRatio | None = None
    relative_risk: RelativeRisk | None = None
    test: GroupTest | None = None
    ancova: AncovaModel | None = None

    @property
    def comparisons(self) -> list[tuple[str, SpecModel]]:
        """The comparisons asked for, with their keys."""
        return [(key, getattr(self, key)) for key in COMPARISONS if getattr(self, key) is not None]


class OnlyCompared(SpecModel):
    """Nothing in each column: the row is about comparisons only, in columns that compare others."""


class CompareSpec(Comparisons):
    """What a row shows in a column that compares others; records and numbers are the row's where it names none."""

    show: CellTemplate | None = Field(default=None, description="What the cell shows; each comparison has a default.")
    missing: Text | None = Field(default=None, description="What stands for a number that does not exist.")

    @property
    def comparison(self) -> tuple[str, SpecModel]:
        """The comparison's key and parameters."""
        return self.comparisons[0]

    @model_validator(mode="after")
    def _one(self) -> CompareSpec:
        if len(self.comparisons) != 1:
            raise ValueError(f"give one of {', '.join(COMPARISONS)}")
        return self


def completed(comparison: SpecModel, analysis: SpecModel | None) -> SpecModel:
    """Return a comparison with what it takes from a row's analysis. Raises ValueError where something is missing."""
    taken: dict[str, object] = {}
    for name in INHERITED:
        if name in type(comparison).model_fields and getattr(comparison, name) is None:
            given = getattr(analysis, name, None)
            if given is not None and (name == "from_" or isinstance(given, Rule)):
                taken[name] = given
    if isinstance(comparison, Selection) and comparison.from_ is not None:  # another dataset has other records
        taken.pop("where", None)
    whole = comparison.model_copy(update=taken)
    needed = {Survival: ("time", "censored"), AncovaModel: ("of",)}
    for kind, names in needed.items():
        absent = [name for name in names if isinstance(whole, kind) and getattr(whole, name) is None]
        if absent:
            raise ValueError(f"{' and '.join(absent)} must be given")
    if isinstance(whole, GroupTest) and whole.method in OF_NUMBERS and whole.of is None:
        raise ValueError(f"{whole.method} is about numbers; give of")
    return whole

"""``specs/sdtm/*.yaml`` and ``specs/adam/*.yaml``: a dataset is row sources and variables, each with a rule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from crf2tlf.findings import Severity
from crf2tlf.spec.located import LocatedFloat, LocatedInt, LocatedMap
from crf2tlf.spec.model import Name, OneOrMore, Rule, RuleText, Shorthand, SpecModel, Text, place_of


def _rule_alone(value: object) -> object:
    """Let ``AETERM: AETERM`` stand for ``{rule: AETERM}``, and ``AVAL:`` alone for a variable the row sources set."""
    if value is None:
        return {}
    if isinstance(value, (str, LocatedInt, LocatedFloat)):
        variable = LocatedMap(rule=value)
        variable.place = place_of(value)
        variable.places = {"rule": variable.place}
        return variable
    return value


class CodelistBy(SpecModel):
    """A codelist for each value of another variable, such as the test code; other values are not checked."""

    by: Name = Field(description="The variable that chooses.")
    cases: dict[str, str] = Field(description="The codelist for each of its values.")


class VariableSpec(SpecModel):
    """A variable: one rule, one constant, or a rule for each value of another variable; and what the study decides."""

    rule: RuleText | None = Field(default=None, description="The expression whose value the variable takes.")
    value: Text | None = Field(default=None, description="A constant; a number where the variable is numeric.")
    by: Name | None = Field(default=None, description="The variable that chooses among `cases`.")
    cases: dict[str, RuleText] = Field(default={}, description="A rule for each value of the `by` variable.")
    else_: RuleText | None = Field(default=None, alias="else", description="The rule where no case fits.")
    map: str | dict[str, Text | None] | None = Field(
        default=None, description="A map, or the name of one in codelists.yaml, applied to the rule's value."
    )
    unmapped: Literal["finding", "keep", "missing"] = Field(
        default="finding", description="What a value outside the map becomes."
    )
    codelist: str | CodelistBy | None = Field(default=None, description="The codelist that the values must be in.")
    label: Text | None = Field(default=None, max_length=40, description="The label, if not the standard's.")
    type: Literal["text", "number", "date", "datetime", "time"] | None = Field(
        default=None, description="The kind of value, where the rule does not tell."
    )
    length: int | None = Field(
        default=None,
        ge=1,
        le=200,
        description="The most characters its texts may have, 200 if not given; the transport file gives the variable "
        "the length of the longest value in the study.",
    )
    decimals: int | None = Field(
        default=None, ge=0, le=15, description="Numbers are rounded half up to this many decimals."
    )
    format: Text | None = Field(default=None, description="The SAS display format in the transport file.")
    role: Text | None = Field(default=None, description="The SDTM role, if not the standard's.")
    origin: Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available"] | None = Field(
        default=None,
        description="Where the values come from, in the words of Define-XML (QORIG of a qualifier), "
        "where the rules do not tell.",
    )
    evaluator: Text | None = Field(default=None, description="QEVAL of a supplemental qualifier.")
    dictionary: Text | None = Field(default=None, description="An external dictionary, such as CTCAE.")
    comment: Text | None = Field(default=None, description="What a reader should know of the variable.")
    required: bool = Field(default=False, description="A missing value is a finding.")
    scope: Literal["subject", "study"] = Field(
        default="subject",
        description="study: the rule looks across subjects (a rank, a pooled site). Rules of scope subject can be "
        "worked out for each subject alone.",
    )
    output: bool = Field(default=True, description="false for a variable that only other rules use.")

    @model_validator(mode="after")
    def _one_way(self) -> VariableSpec:
        ways = [self.rule is not None, self.value is not None, self.by is not None]
        if sum(ways) > 1:
            raise ValueError("a variable takes only one of rule, value, and by with cases")
        if bool(self.by) != bool(self.cases):
            raise ValueError("by and cases go together")
        return self

    @property
    def has_rule(self) -> bool:
        """Whether the variable says itself how it is made (otherwise each row source does)."""
        return self.rule is not None or self.value is not None or self.by is not None

    def codelist_names(self) -> tuple[str, ...]:
        """Return every codelist that the variable names."""
        if isinstance(self.codelist, CodelistBy):
            return tuple(dict.fromkeys(self.codelist.cases.values()))
        return (self.codelist,) if self.codelist else ()


Variable = Annotated[VariableSpec, BeforeValidator(_rule_alone), Shorthand("string", "number", "null")]


class DatedSource(SpecModel):
    """Records of a dataset that give an event or a censoring date."""

    from_: str = Field(alias="from", description="A dataset.")
    where: RuleText | None = Field(default=None, description="Which of its records, in terms of its own variables.")
    date: str = Field(description="The variable that holds the date.")
    description: Text = Field(description="EVNTDESC of an event; for a censoring its CNSDTDSC.")
    censor: int = Field(default=1, ge=1, alias="CNSR", description="CNSR of a censoring source.")


class NewTherapy(SpecModel):
    """A new anticancer therapy before the event: censor at the last censoring date not after it."""

    date: RuleText = Field(description="The new therapy's start, in terms of the source record.")
    description: Text = Field(default="New anticancer therapy", description="CNSDTDSC of the subjects censored for it.")
    censor: int = Field(default=1, ge=1, alias="CNSR", description="CNSR of the subjects censored for it.")


class MissedAssessments(SpecModel):
    """An event too long after the last assessment before it: censor at that assessment."""

    days: RuleText = Field(description="The longest accepted gap in days: a number, or a constant study.NAME.")
    description: Text = Field(
        default="Event after missed assessments", description="CNSDTDSC of the subjects censored for it."
    )
    censor: int = Field(default=1, ge=1, alias="CNSR", description="CNSR of the subjects censored for it.")


class TimeToEvent(SpecModel):
    """Adds ADT, STARTDT, AVAL, CNSR, EVNTDESC and CNSDTDSC to each source record."""

    start: RuleText = Field(description="The origin, in terms of the source record.")
    events: tuple[DatedSource, ...] = Field(description="The earliest of these is the event.")
    censor: tuple[DatedSource, ...] = Field(default=(), description="Without an event, the latest of these.")
    new_therapy: NewTherapy | None = None
    missed_assessments: MissedAssessments | None = None
    no_assessment: Text = Field(
        default="No assessment after the origin", description="CNSDTDSC where no source has a date."
    )
    unit: Literal["days", "weeks", "months", "years"] = Field(
        default="days", description="The unit of AVAL; a month is 30.4375 days, and both ends count."
    )


class ResponseSource(SpecModel):
    """The visit responses that a best overall response is taken from."""

    from_: str = Field(alias="from", description="A dataset.")
    where: RuleText | None = Field(default=None, description="Which of its records, in terms of its own variables.")
    response: str = Field(default="AVALC", description="The variable with CR, PR, SD, NON-CR/NON-PD, PD, NE.")
    date: str = Field(default="ADT", description="The variable with the assessment's date.")


class BestOverallResponse(SpecModel):
    """Adds AVALC and ADT, the best overall response by RECIST 1.1 and its date, to each source record."""

    responses: ResponseSource
    start: RuleText = Field(description="The day the window for stable disease counts from.")
    until: RuleText | None = Field(
        default=None, description="Later assessments are left out, e.g. a new therapy's start."
    )
    confirm_days: RuleText | None = Field(
        default=None,
        description="Least days to a confirmation, a number or a constant study.NAME; none: unconfirmed.",
    )
    stable_days: RuleText = Field(
        default=Rule("42"),
        description="Least days from the start to an assessment of stable disease, a number or a constant study.NAME.",
    )
    not_evaluable_between: int = Field(
        default=1, ge=0, description="NE assessments allowed between response and confirmation."
    )
    stable_between: int = Field(
        default=0, ge=0, description="SD assessments allowed between a PR and its confirmation."
    )
    missing: Text = Field(default="NE", description="AVALC of a record without any assessment.")


class EachRow(SpecModel):
    """One of several record kinds taken from the same source (wide to long)."""

    where: RuleText | None = Field(default=None, description="Which source records give a record of this kind.")
    set: dict[Name, Variable] = Field(default={}, description="Rules for records of this kind only.")
    parameter: dict[Name, Text] = Field(default={}, description="Constants that name the records of this kind.")


class RowSource(SpecModel):
    """Where records come from: one record for each source record, or for each group of them."""

    from_: str = Field(alias="from", description="raw.<form>, a dataset, study.<table>, or the dataset itself.")
    where: RuleText | None = Field(default=None, description="Which source records; unknown is not selected.")
    group: OneOrMore[str] = Field(default=(), description="One record for each combination of these source columns.")
    keep: OneOrMore[Name] = Field(default=(), description="Variables copied from the source under the same name.")
    parameter: dict[Name, Text] = Field(default={}, description="Constants that name the records (PARAMCD, PARAM …).")
    set: dict[Name, Variable] = Field(default={}, description="Rules for records of this source only.")
    each: tuple[EachRow, ...] = Field(default=(), description="Several kinds of records from each source record.")
    time_to_event: TimeToEvent | None = None
    best_overall_response: BestOverallResponse | None = None


class CheckSpec(SpecModel):
    """A data check: the records for which `that` is false are reported. Unknown is not reported."""

    that: RuleText = Field(description="What should hold.")
    where: RuleText | None = Field(default=None, description="For which records; all if not given.")
    message: Text = Field(description="What is wrong where it does not hold.")
    severity: Severity = Field(default=Severity.WARNING, description="How much that weighs.")
    topic: Text | Literal[""] = Field(
        default="", description="What checks of several datasets are about, such as RECIST: reviewers filter by it."
    )


class DatasetSpec(SpecModel):
    """A dataset of SDTM or ADaM."""

    dataset: str = Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$", description="The dataset's name.")
    label: Text | None = Field(default=None, max_length=40, description="Its label, if not the standard's.")
    structure: Literal["ADSL", "BDS", "OCCDS", "TTE", "OTHER"] | None = Field(
        default=None, description="The ADaM structure."
    )
    keys: tuple[Name, ...] = Field(min_length=1, description="What tells records apart, and their order.")
    records: Text | None = Field(
        default=None,
        description="What one record is (One record per …), if not what the standard or the keys say.",
    )
    rows: tuple[RowSource, ...] = Field(min_length=1, description="Where its records come from, stacked.")
    variables: dict[Name, Variable] = Field(description="Its variables by name, in any order.")
    supplemental: dict[Name, Variable] = Field(
        default={}, description="Supplemental qualifiers: they go to SUPP<domain>."
    )
    checks: tuple[CheckSpec, ...] = Field(default=(), description="Data checks on the finished records.")
    comment: Text | None = Field(default=None, description="What a reader should know of the dataset.")
    output: bool = Field(default=True, description="false for a dataset that only other datasets use.")

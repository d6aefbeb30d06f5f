"""``specs/raw/*.yaml``: the forms of the CRF as the EDC exports them."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from crf2tlf.findings import nearest
from crf2tlf.spec.located import LocatedMap
from crf2tlf.spec.model import OneOrMore, RuleText, Shorthand, SpecFault, SpecModel, Text, place_of
from crf2tlf.spec.simulation import ColumnSimulation, FormSimulation


def _label_alone(value: object) -> object:
    """Let ``AETERM: Event as reported`` stand for ``AETERM: {label: Event as reported}``."""
    if isinstance(value, str):
        column = LocatedMap(label=value)
        column.place = place_of(value)
        column.places = {"label": column.place}
        return column
    return value


EXCEL_FILES = (".xlsx", ".xlsm")
FORM_COLUMNS = ("SUBJECT", "USUBJID", "RECORD")
"""Columns that every form has beside those declared."""


ColumnType = Literal["text", "integer", "number", "date", "time", "datetime", "code"]
NUMBERS = ("integer", "number")
DATES = ("date", "datetime")


def _as_bound(value: object) -> object:
    """Turn an end of a range into a number, or a day where it is written as YYYY-MM-DD."""
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("range_end", "an end of a range is a number or a day such as 2020-03-31") from None


RangeEnd = Annotated[
    float | date | None, BeforeValidator(_as_bound), WithJsonSchema({"type": ["number", "string", "null"]})
]
"""An end of a range: a number, a day, or open."""


def _without_days(value: object) -> object:
    """Let a list of visits stand for visits whose planned days are in the design table, or not known."""
    return dict.fromkeys(map(str, value), None) if isinstance(value, (list, tuple)) else value


Schedule = Annotated[dict[str, int | None], BeforeValidator(_without_days), Shorthand("array")]
"""Visits in their order: a list of names, or names with their planned days."""


class Visits(SpecModel):
    """The visits at which a form is filled in."""

    column: str = Field(description="The column that names the visit.")
    schedule: Schedule = Field(
        default={},
        description="The form's visits, in their order, as a list or with the planned day of each; those of "
        "study.yaml's design table `visits` (VISIT, VISITDY) if not given.",
    )
    number: str | None = Field(default=None, description="The column with the number of the visit.")
    date: str | None = Field(
        default=None, description="The column with the date of the visit; the form's first date if not given."
    )
    others: Literal["finding", "ignore"] = Field(default="finding", description="What a visit outside the schedule is.")


class ColumnSpec(SpecModel):
    """A column of a form."""

    label: Text | None = Field(default=None, description="The question on the form, in words.")
    from_: Text | None = Field(
        default=None, alias="from", description="The header in the file, where it is not the name."
    )
    formats: OneOrMore[str] = Field(default=(), description="Date and time formats, such as DD-MON-YYYY or MM/DD/YYYY.")
    codes: dict[str, Text] = Field(default={}, description="The EDC's code list: code and meaning.")
    required: bool = Field(
        default=False, description="A blank cell is a finding; with `when` only where the question is asked."
    )
    type: ColumnType | None = Field(
        default=None, description="What the cells hold: by the rest of the entry date, time, datetime, code or text."
    )
    unit: Text | None = Field(default=None, description="The unit of the numbers.")
    range: tuple[RangeEnd, RangeEnd] | None = Field(
        default=None, description="The least and the greatest number or day that is plausible; null where open."
    )
    decimals: int | None = Field(default=None, ge=0, le=15, description="The most decimals that a number has.")
    when: RuleText | None = Field(
        default=None,
        description="The records in which the question is asked: a condition with the form's columns. A cell that is "
        "filled in elsewhere is a finding.",
    )
    simulate: ColumnSimulation | None = Field(default=None, description="How `crf2tlf simulate` draws the values.")
    not_submitted: Text | None = Field(
        default=None,
        description="Why the column goes to no dataset, for the annotated CRF and the reviewer's guide.",
    )

    @property
    def kind(self) -> ColumnType:
        """What the cells hold: as stated, or as formats and codes tell."""
        if self.type:
            return self.type
        if self.formats:
            has_time, has_date = any("hh" in f for f in self.formats), any("Y" in f for f in self.formats)
            return "time" if not has_date else "datetime" if has_time else "date"
        return "code" if self.codes else "text"

    @model_validator(mode="after")
    def _consistent(self) -> ColumnSpec:
        """Check that the keys of a column go together."""
        if self.kind in (*DATES, "time") and not self.formats:
            raise SpecFault(f"a {self.kind} needs formats, such as DD-MON-YYYY", "type")
        if self.formats and self.kind not in (*DATES, "time"):
            raise SpecFault(f"formats are for dates and times, the type is {self.kind}", "formats")
        if self.codes and self.kind != "code":
            raise SpecFault(f"a column with codes is of the type code, not {self.kind}", "type")
        if self.kind == "code" and not self.codes:
            raise SpecFault("a code needs its list under codes", "type")
        if self.decimals is not None and self.kind != "number":
            raise SpecFault(f"decimals are for type: number, the type is {self.kind}", "decimals")
        if self.range is not None:
            self._check_range(*self.range)
        self._check_simulated_codes()
        return self

    def _check_simulated_codes(self) -> None:
        """Check that the values that are simulated are codes, where there is a code list."""
        if not self.codes or self.simulate is None:
            return
        for keys, hints in (
            ((), self.simulate),
            *((("cases", name), case) for name, case in self.simulate.cases.items()),
        ):
            for value in hints.values or ():
                if value not in self.codes:
                    guess = nearest(value, self.codes)
                    raise SpecFault(f"{value} is not among the codes{guess}", "simulate", *keys, "values", value)

    def _check_range(self, low: float | date | None, high: float | date | None) -> None:
        wanted = float if self.kind in NUMBERS else date if self.kind in DATES else None
        if wanted is None:
            raise SpecFault(f"a range is for numbers and dates, the type is {self.kind}; say the type", "range")
        for end in (low, high):
            if end is not None and not isinstance(end, wanted):
                article = "an" if self.kind == "integer" else "a"
                ends = "days" if wanted is date else "numbers"
                raise SpecFault(f"the range of {article} {self.kind} column is of {ends}", "range")
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            raise SpecFault(f"the range ends before it begins: {low} is over {high}", "range")


class Duplicates(SpecModel):
    """Records entered twice: the columns that tell, and which one is kept. The others are counted."""

    by: tuple[str, ...] = Field(description="Records that agree in all of these columns are the same record.")
    keep: Literal["first", "last"] = Field(default="first", description="Which of them is taken.")


class LeaveOut(SpecModel):
    """Records that go nowhere, with the reason that the ledger shows."""

    where: RuleText = Field(description="Which records; unknown is not selected.")
    reason: Text = Field(description="Why, for the ledger.")


class OdmSource(SpecModel):
    """The records of an ODM-XML file: the item groups with this identifier, in forms with that one."""

    form: Text | None = Field(default=None, description="FormOID of FormData; without it every form.")
    item_group: Text | None = Field(
        default=None, description="ItemGroupOID of ItemGroupData; without it every item group."
    )


Column = Annotated[ColumnSpec, BeforeValidator(_label_alone), Shorthand("string")]


class FormSpec(SpecModel):
    """A form: its file, its columns, and which of its records are not taken."""

    form: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="The name in rules: raw.<form>.")
    label: Text | None = Field(default=None, description="The form's name in words.")
    file: str = Field(
        description="The file's name in the raw folder: text (.csv, .txt, .tsv), .xlsx, .sas7bdat, .xpt, "
        "Dataset-JSON (.json, .ndjson), or ODM-XML (.xml).",
        pattern=r"^[^/\\]+$",
    )
    encoding: str = Field(default="utf-8", description="The file's encoding, such as utf-8 or cp932 (Shift-JIS).")
    delimiter: str = Field(
        default=",", min_length=1, max_length=1, description="What stands between cells; in a .tsv file a tab."
    )
    sheet: Text | None = Field(
        default=None, description="The sheet of an Excel workbook; needed where it has more than one with cells."
    )
    header_row: int = Field(
        default=1, ge=1, description="The row of an Excel sheet that names the columns; rows above it are not read."
    )
    odm: OdmSource | None = Field(default=None, description="Which records of an ODM-XML file are the form's.")
    subject: str = Field(description="The column that names the subject.")
    columns: dict[str, Column] = Field(description="Every column of the file, by the name that rules use.")
    repeats: Literal["once", "visit", "log"] | None = Field(
        default=None,
        description="How often a subject has the form: once, at each visit, or any number of records (log).",
    )
    visits: Visits | None = Field(default=None, description="The visits at which the form is filled in.")
    item: str | None = Field(
        default=None,
        description="The column that tells records of the same subject and visit apart, such as a test or a lesion.",
    )
    source: Literal["Investigator", "Subject", "Vendor", "Sponsor"] = Field(
        default="Investigator",
        description="Who records the form: the source of what it collects, in Define-XML's words.",
    )
    other_columns: Literal["finding", "ignore"] = Field(
        default="finding", description="What an undeclared column of the file is."
    )
    duplicates: Duplicates | None = None
    cutoff: str | None = Field(
        default=None, description="The form's date: records after the data cut-off are left out."
    )
    leave_out: tuple[LeaveOut, ...] = ()
    simulate: FormSimulation | None = Field(default=None, description="How `crf2tlf simulate` makes records.")

    def header(self, column: str) -> str:
        """Return the header in the file of the named column."""
        return self.columns[column].from_ or column

    @field_validator("delimiter")
    @classmethod
    def _delimiter_is_one(cls, value: str) -> str:
        if value in '"\r\n\0':
            raise ValueError(f"{value!r} cannot part cells; use a comma, semicolon, tab or bar")
        return value

    @model_validator(mode="after")
    def _kind_of_file(self) -> FormSpec:
        """Check that keys for one kind of file stand where the file is of that kind."""
        extension = PurePath(self.file).suffix.lower()
        if extension == ".xml" and not (self.odm and (self.odm.form or self.odm.item_group)):
            raise SpecFault("an ODM-XML file needs `odm:` with form, item_group or both", "file")
        if extension != ".xml" and self.odm:
            raise SpecFault(f"only an ODM-XML file (.xml) takes it, not {self.file}", "odm")
        for key in ("sheet", "header_row"):
            if key in self.model_fields_set and extension not in EXCEL_FILES:
                raise SpecFault(f"only an Excel workbook (.xlsx) takes it, not {self.file}", key)
        return self

    @model_validator(mode="after")
    def _columns_exist(self) -> FormSpec:
        """Check that the columns named by other keys are declared, and that no two columns are the same one."""
        named = [("subject", self.subject), *([("cutoff", self.cutoff)] if self.cutoff else [])]
        named += [("duplicates", column) for column in self.duplicates.by] if self.duplicates else []
        named += [("item", self.item)] if self.item else []
        for key, column in named:
            if column not in self.columns:
                raise SpecFault(f"{column} is not declared under columns{nearest(column, self.columns)}", key)
        if self.cutoff and not self.columns[self.cutoff].formats:
            raise SpecFault(f"the column {self.cutoff} needs formats: it is compared with the data cut-off", "cutoff")
        headers: dict[str, str] = {}
        for name in self.columns:
            if (name in FORM_COLUMNS and name != self.subject) or name == "USUBJID":
                made = "study.yaml's rule makes" if name == "USUBJID" else "the program makes for every form"
                raise SpecFault(
                    f"{name} is a column that {made}; give it another name, and `from: {name}`", "columns", name
                )
            again = headers.setdefault(self.header(name), name)
            if again != name:
                raise SpecFault(f"the header {self.header(name)} is already the column {again}", "columns", name)
        return self

    @model_validator(mode="after")
    def _visits_fit(self) -> FormSpec:
        """Check that `visits`, `repeats`, `item` and `when` go together."""
        visits = self.visits
        for key in ("column", "number", "date") if visits else ():
            column = getattr(visits, key)
            if column is not None and column not in self.columns:
                raise SpecFault(f"{column} is not declared under columns{nearest(column, self.columns)}", "visits", key)
        if visits and visits.date and self.columns[visits.date].kind not in DATES:
            raise SpecFault(f"the column {visits.date} is no date", "visits", "date")
        if self.repeats == "visit" and visits is None:
            raise SpecFault("a form of each visit needs visits: {column: …}", "repeats")
        if self.item and self.repeats == "once":
            raise SpecFault("a form that a subject has once has no items; say repeats: log or visit", "item")
        if self.columns[self.subject].when is not None:
            raise SpecFault("the subject is always asked", "columns", self.subject, "when")
        if self.simulate:
            for name in self.simulate.hidden:
                if name in self.columns or name in FORM_COLUMNS:
                    raise SpecFault(f"{name} is a column of the form", "simulate", "hidden", name)
        return self

"""``specs/raw/*.yaml``: the forms of the CRF as the EDC exports them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crf2tlf.findings import nearest
from crf2tlf.spec.located import LocatedMap
from crf2tlf.spec.model import OneOrMore, RuleText, Shorthand, SpecFault, SpecModel, Text, place_of


def _label_alone(value: object) -> object:
    """Let ``AETERM: Event as reported`` stand for ``AETERM: {label: Event as reported}``."""
    if isinstance(value, str):
        column = LocatedMap(label=value)
        column.place = place_of(value)
        column.places = {"label": column.place}
        return column
    return value


FORM_COLUMNS = ("SUBJECT", "USUBJID", "RECORD")
"""Columns that every form has beside those declared."""


class ColumnSpec(SpecModel):
    """A column of a form."""

    label: Text | None = Field(default=None, description="The question on the form, in words.")
    from_: Text | None = Field(
        default=None, alias="from", description="The header in the file, where it is not the name."
    )
    formats: OneOrMore[str] = Field(default=(), description="Date and time formats, such as DD-MON-YYYY or MM/DD/YYYY.")
    codes: dict[str, Text] = Field(default={}, description="The EDC's code list: code and meaning.")
    required: bool = Field(default=False, description="A blank cell is a finding.")


class Duplicates(SpecModel):
    """Records entered twice: the columns that tell, and which one is kept. The others are counted."""

    by: tuple[str, ...] = Field(description="Records that agree in all of these columns are the same record.")
    keep: Literal["first", "last"] = Field(default="first", description="Which of them is taken.")


class LeaveOut(SpecModel):
    """Records that go nowhere, with the reason that the ledger shows."""

    where: RuleText = Field(description="Which records; unknown is not selected.")
    reason: Text = Field(description="Why, for the ledger.")


Column = Annotated[ColumnSpec, BeforeValidator(_label_alone), Shorthand("string")]


class FormSpec(SpecModel):
    """A form: its file, its columns, and which of its records are not taken."""

    form: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="The name in rules: raw.<form>.")
    label: Text | None = Field(default=None, description="The form's name in words.")
    file: str = Field(description="The file's name in the raw folder.", pattern=r"^[^/\\]+$")
    encoding: str = Field(default="utf-8", description="The file's encoding, such as utf-8 or cp932 (Shift-JIS).")
    delimiter: str = Field(default=",", min_length=1, max_length=1, description="What stands between cells.")
    subject: str = Field(description="The column that names the subject.")
    columns: dict[str, Column] = Field(description="Every column of the file, by the name that rules use.")
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
    def _columns_exist(self) -> FormSpec:
        """Check that the columns named by other keys are declared, and that no two columns are the same one."""
        named = [("subject", self.subject), *([("cutoff", self.cutoff)] if self.cutoff else [])]
        named += [("duplicates", column) for column in self.duplicates.by] if self.duplicates else []
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

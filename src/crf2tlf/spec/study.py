"""``specs/study.yaml`` and ``specs/codelists.yaml``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, field_validator

from crf2tlf.findings import CODES, Severity, nearest
from crf2tlf.spec.model import RuleText, SpecFault, SpecModel, Text
from crf2tlf.spec.transport import TransportSpec


class Standards(SpecModel):
    """The versions of the standards a study follows."""

    sdtmig: Text = Field(default="3.4", description="The SDTM implementation guide.")
    adamig: Text = Field(default="1.3", description="The ADaM implementation guide.")
    sdtm_ct: Text = Field(default="2025-03-28", description="The date of the SDTM controlled terminology.")
    adam_ct: Text = Field(default="2026-03-27", description="The date of the ADaM controlled terminology.")


class DesignRecord(SpecModel):
    """A record of a design table: its cells are text."""

    model_config = ConfigDict(frozen=True, extra="allow", arbitrary_types_allowed=True)

    __pydantic_extra__: dict[str, Text | None]

    @property
    def cells(self) -> dict[str, str | None]:
        """The cells by column."""
        return dict(self.__pydantic_extra__)


class DictionarySpec(SpecModel):
    """An external dictionary that values are coded in."""

    version: Text = Field(description="The version used for coding.")
    name: Text | None = Field(default=None, description="Its name in Define-XML, if not the key.")


class StudySpec(SpecModel):
    """What holds for the whole study: identity, dates, constants, design tables and the severity policy."""

    study: Text = Field(description="The study's identifier: STUDYID everywhere.")
    title: Text = Field(description="The study's title.")
    protocol: Text | None = Field(default=None, description="The protocol's identifier.")
    usubjid: RuleText = Field(description="The rule that makes USUBJID; SUBJECT is the form's subject column.")
    subject_dataset: str = Field(default="DM", description="The dataset every subject of every form must be in.")
    release_timestamp: datetime = Field(description="The time stamp written into every file.")
    data_cutoff: date | None = Field(
        default=None, description="Records of forms with a `cutoff` date after this day are left out."
    )
    footnotes: tuple[Text, ...] = Field(default=(), description="Footnotes that every output carries.")
    constants: dict[str, Any] = Field(default={}, description="Values for rules and templates: study.NAME.")
    tables: dict[str, tuple[DesignRecord, ...]] = Field(
        default={}, description="Design tables (arms, elements, visits): row sources named study.NAME."
    )
    methods: tuple[str, ...] = Field(
        default=(),
        description="Methods of the study's own that rules call, by name: functions of specs/methods.py. That file is "
        "code, so it runs only where the command line allows it with --methods.",
    )
    severity: dict[str, Severity] = Field(
        default={}, description="Severity by finding code, where it is not the usual one."
    )
    standards: Standards = Standards()
    transport: TransportSpec = TransportSpec()
    dictionaries: dict[str, DictionarySpec] = Field(
        default={}, description="Dictionaries (MedDRA, CTCAE, WHODrug) by the name that variables use."
    )

    @field_validator("severity")
    @classmethod
    def _codes_exist(cls, value: dict[str, Severity]) -> dict[str, Severity]:
        for code in value:
            if code not in CODES:
                raise SpecFault(f"{code} is no finding code{nearest(code, CODES)}", code)
        return value


class CodelistSpec(SpecModel):
    """A codelist of the study: a CDISC codelist (whole, or the terms named), or one of its own."""

    from_: str | None = Field(default=None, alias="from", description="Name or NCI code of a CDISC codelist.")
    label: Text | None = Field(default=None, description="The codelist's name in words.")
    terms: dict[str, Text | None] | None = Field(
        default=None,
        description="Submission values with their decodes; all terms of the CDISC codelist if not given.",
    )
    add: dict[str, Text | None] = Field(
        default={}, description="Terms that the study adds to an extensible CDISC codelist; others are then findings."
    )


class CodelistsSpec(SpecModel):
    """Codelists and maps by name."""

    codelists: dict[str, CodelistSpec] = Field(default={}, description="Codelists by the name that variables use.")
    maps: dict[str, dict[str, Text | None]] = Field(
        default={},
        description="Maps from collected to submitted values; matching trims blanks and ignores case.",
    )

"""Texts with places for values: jinja2 in titles and notes, and the small format of table cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from crf2tlf.findings import Place
from crf2tlf.spec.model import NOWHERE, as_written, place_of


@dataclass(frozen=True)
class Template:
    """The text of a template and where it stands."""

    text: str
    place: Place = NOWHERE

    def __str__(self) -> str:
        return self.text


def _as_template(value: object) -> object:
    text = as_written(value)
    if not isinstance(text, (str, Template)):
        raise PydanticCustomError("string_type", "a template is text")
    return Template(str(text), place_of(value)) if isinstance(text, str) else text


TextTemplate = Annotated[
    Template,
    BeforeValidator(_as_template),
    WithJsonSchema({"type": ["string", "number"], "description": "Text; may hold jinja2: {{ N }}, {{ study.NAME }}."}),
]
"""A title, label, note or footnote: jinja2, where an undefined name is an error."""

CellTemplate = Annotated[
    Template,
    BeforeValidator(_as_template),
    WithJsonSchema({"type": "string", "description": "Statistics with decimals: {median:1} ({min:1}–{max:1})."}),
]
"""What a cell shows: statistics by name with their decimals or, for dates, their format."""

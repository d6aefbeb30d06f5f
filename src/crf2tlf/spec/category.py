"""Categories of rows and columns: one value with its label, or several values counted as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from crf2tlf.spec.model import OneOrMore, SpecModel, Text
from crf2tlf.spec.template import Template, TextTemplate


class Pooled(SpecModel):
    """Several values as one category: two doses together, grades 3 to 5. They may also stand alone beside it."""

    label: TextTemplate = Field(description="What stands in the row or header.")
    of: OneOrMore[Text] = Field(min_length=1, description="The values that are taken together.")


def _form(value: object) -> str:
    return "pooled" if isinstance(value, (Mapping, Pooled)) else "label"


Category = Annotated[
    Annotated[TextTemplate, Tag("label")] | Annotated[Pooled, Tag("pooled")],
    Discriminator(_form),
]
"""A category's label, or a label and the values that make up the category; under the value, or a name for several."""


def label_of(category: Template | Pooled) -> Template:
    """Return what stands in the row or header of a category."""
    return category.label if isinstance(category, Pooled) else category


def values_of(name: str, category: Template | Pooled) -> tuple[str, ...]:
    """Return the values that a category takes together: its name, or those listed."""
    return category.of if isinstance(category, Pooled) else (name,)

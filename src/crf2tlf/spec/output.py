"""``specs/tlf/*.yaml``: tables, listings and figures."""

from __future__ import annotations

from pydantic import Field

from crf2tlf.spec.model import SpecModel, Text


class OutputSpec(SpecModel):
    """A table, listing or figure."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="The name of the file and of its results.")
    title: Text

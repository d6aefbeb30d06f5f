"""``specs/conformance.yaml``: why findings of a conformance check remain."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crf2tlf.spec.model import Name, OneOrMore, SpecModel, Text


class ExplanationSpec(SpecModel):
    """The reason for the findings of one rule. All of the keys that are given must fit a finding."""

    rule: str = Field(description="The rule's code: one of the project's own, or CORE-000767.")
    engine: Literal["core", "crf2tlf"] | None = Field(
        default=None, description="Whose rule it is, where the code does not tell."
    )
    dataset: OneOrMore[str] = Field(default=(), description="The datasets it is about; all of them if not given.")
    variables: OneOrMore[Name] = Field(
        default=(), description="The finding must be about all of these variables, and may be about more."
    )
    message: Text | None = Field(
        default=None, description="Words of the finding's message, where a rule says several things."
    )
    reason: Text = Field(min_length=1, description="Why the finding remains: it goes into the reviewer's guide.")


class ConformanceSpec(SpecModel):
    """The explanations of findings that remain; of several that fit, the first counts."""

    explanations: tuple[ExplanationSpec, ...] = Field(default=(), description="The explanations.")

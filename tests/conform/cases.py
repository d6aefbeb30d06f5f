"""What a rule accepts and what it finds: one line for each scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .tables import Table

Tables = Mapping[str, str | Table]


@dataclass(frozen=True)
class Case:
    """A small study and what a rule should find in it: nothing, or records of a dataset with words of the message.

    ``found`` is such as ``AE 1 2``, with commas between findings; a dataset alone is a finding about the dataset.
    """

    rule: str
    tables: Tables
    found: str = ""
    words: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.words or 'passes'}"


def passes(rule: str, **tables: str | Table) -> Case:
    """A study that the rule is about and in which it finds nothing."""
    return Case(rule, tables)


def finds(rule: str, words: str, found: str, **tables: str | Table) -> Case:
    """A study in which the rule finds these records, and nothing else with these words."""
    return Case(rule, tables, found, words)

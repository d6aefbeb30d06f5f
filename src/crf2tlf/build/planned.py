"""What a plan holds: compiled row sources and variables, and the order in which they are worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from crf2tlf.build.stages import Stage
from crf2tlf.findings import Place
from crf2tlf.methods import Kind
from crf2tlf.rules.node import ALL_SUBJECTS, MARKS, Node
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.dataset import RowSource

ROWS = ""
"""The variable name of a step that makes a dataset's records."""


@dataclass(frozen=True)
class PlannedDates:
    """Compiled records that give dates to a record method: which table, which records, which date.

    ``sequence`` is the variable with the records' numbers in the finished dataset.
    """

    table: str
    where: Node | None
    columns: dict[str, str]
    sequence: Ref | None = None
    description: str = ""
    censor: int = 0

    @property
    def needs(self) -> frozenset[Ref]:
        """The variables that choose and date the records."""
        chosen = self.where.needs if self.where else frozenset()
        return chosen | {Ref(self.table, name) for name in self.columns.values()}


@dataclass(frozen=True)
class PlannedSource:
    """A compiled row source. ``carried`` sources are an earlier stage of the same dataset."""

    spec: RowSource
    table: str
    group: tuple[str, ...]
    added: dict[str, Kind]
    where: Node | None = None
    method_rules: dict[str, Node] = field(default_factory=dict)
    method_days: dict[str, int] = field(default_factory=dict)
    events: tuple[PlannedDates, ...] = ()
    censor: tuple[PlannedDates, ...] = ()
    carried: bool = False

    @property
    def method_needs(self) -> frozenset[Ref]:
        """What the columns that a record method adds are made from."""
        rules = [node.needs for node in self.method_rules.values()]
        return frozenset().union(*rules, *(part.needs for part in (*self.events, *self.censor)))


@dataclass(frozen=True)
class PlannedVariable:
    """A compiled variable: one node for the whole dataset, or one for each row source."""

    name: str
    kind: Kind
    nodes: tuple[Node, ...]
    per_source: bool
    place: Place

    @property
    def needs(self) -> frozenset[Ref]:
        """What the variable's rules use: its lineage."""
        return frozenset().union(*(node.needs for node in self.nodes)) - MARKS

    @property
    def scope(self) -> Literal["subject", "study"]:
        """Whether the rules need one subject's records only, or those of the whole study."""
        return "study" if any(ALL_SUBJECTS in node.needs for node in self.nodes) else "subject"


@dataclass(frozen=True)
class Plan:
    """All compiled rules, and the steps in the order they can be taken."""

    stages: dict[str, Stage]
    sources: dict[str, tuple[PlannedSource, ...]]
    variables: dict[Ref, PlannedVariable]
    steps: tuple[Ref, ...]

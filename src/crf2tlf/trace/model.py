"""What a trace says: how a number came about down to the raw lines, and what a raw line reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crf2tlf.build.tables import Link

Kind = Literal["adam", "sdtm", "raw", "design"]


@dataclass(frozen=True)
class RuleLine:
    """A rule behind a value or a result: what it is (``population``, ``where`` …), its text, and where it stands."""

    what: str
    text: str
    place: str


@dataclass(frozen=True)
class VariableReading:
    """The records of another table (or other records of its own) that a variable's rule read for each record.

    The link leads from positions of the finished dataset's records to positions of the other table: those of the
    finished dataset of that name, or of a form's or design table's records. ``columns`` are what was read there.
    """

    variable: str
    table: str
    columns: tuple[str, ...]
    link: Link


@dataclass(frozen=True)
class LookedUp:
    """A record that a rule looked into, by table and number, and what it read there."""

    table: str
    number: int
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """A value of a record: its text, None where missing; for datasets the rule that made it and what that looked up."""

    name: str
    label: str
    text: str | None
    rule: RuleLine | None = None
    looked_up: tuple[LookedUp, ...] = ()


@dataclass(frozen=True)
class Record:
    """A record of a chain with the values that count there.

    ``number`` is the line of a raw file or of study.yaml, or the record's number in its dataset; ``place`` says it in
    one word. ``sources`` are the records it was made from, by table and number.
    """

    table: str
    kind: Kind
    number: int
    place: str
    subject: str | None
    values: tuple[Value, ...]
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class DesignConstant:
    """A constant of the study that a number was worked out from."""

    name: str
    value: str | float
    place: str


@dataclass(frozen=True)
class RecordsBehind:
    """The records behind a numerator or denominator, the subjects they are of, and everything they were made from.

    ``chain`` goes from analysis datasets over tabulations to raw lines and design tables. Without records nobody was
    counted, which is an answer too.
    """

    dataset: str
    numbers: tuple[int, ...]
    subjects: tuple[str, ...]
    chain: tuple[Record, ...]
    constants: tuple[DesignConstant, ...] = ()


@dataclass(frozen=True)
class Statistic:
    """A statistic with its value, and the records behind it (None: it has no such set).

    ``ratio``: it says how many of how many. The numerator of others is the records that they are made of, and their
    denominator those that were analysed.
    """

    id: str
    name: str
    value: float | str | None
    text: str
    rules: tuple[RuleLine, ...]
    ratio: bool
    numerator: RecordsBehind | None
    denominator: RecordsBehind | None


@dataclass(frozen=True)
class CellPlace:
    """A cell of an output: labels of its row and column, and what it shows."""

    output: str
    cell: str
    row: str
    column: str
    text: str


@dataclass(frozen=True)
class Chain:
    """How a cell's (or one) statistic came about."""

    cell: CellPlace | None
    statistics: tuple[Statistic, ...]


@dataclass(frozen=True)
class Made:
    """What a record, or some of its variables, was made from: the record first, then everything behind it."""

    start: Record
    chain: tuple[Record, ...]


@dataclass(frozen=True)
class SubjectTrace:
    """A subject: the numbers of its records in each table, and the cells whose numerators count it."""

    subject: str
    records: dict[str, tuple[int, ...]]
    cells: tuple[CellPlace, ...]


@dataclass(frozen=True)
class TouchedRecord:
    """A record with the variables whose values may change; ``exists``: whether there is such a record may change."""

    table: str
    number: int
    place: str
    subject: str | None
    variables: tuple[str, ...]
    exists: bool


@dataclass(frozen=True)
class TouchedCell:
    """A cell that a change would touch: ``counted``, where records that may change are among those behind it now.

    Other cells look at such records and do not take them, or might take further ones.
    """

    place: CellPlace
    counted: bool


@dataclass(frozen=True)
class Touched:
    """What values of a record reach: all that may change if they are queried.

    ``may_appear`` are datasets that might get further records.
    """

    start: Record
    records: tuple[TouchedRecord, ...]
    cells: tuple[TouchedCell, ...]
    may_appear: tuple[str, ...]

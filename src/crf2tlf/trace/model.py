"""What a trace says: how a number came about down to the raw lines, and what a raw line reaches."""

from __future__ import annotations

from dataclasses import dataclass

from crf2tlf.build.tables import Link


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

"""What a compiled rule is worked out on: the records at hand, and the tables it can look into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.columns import take
from crf2tlf.rules.reading import Reading, Tracer

VALUES_SHOWN = 12
"""How many different values are reported each by itself."""


@dataclass(frozen=True, order=True)
class Ref:
    """A variable of a dataset, a column of a form (table ``raw.ae``) or of a design table (``study.arms``)."""

    table: str
    variable: str

    def __str__(self) -> str:
        return f"{self.table}.{self.variable}"


class Table(Protocol):
    """Records that rules can look into."""

    @property
    def size(self) -> int:
        """How many records there are."""

    def column(self, variable: str) -> pd.Series[Any]:
        """Return a column of all records."""


Reporter = Callable[[Integers, str, str], None]
"""Takes positions of offending records, a finding code and a message."""

JoinedReporter = Callable[[str, Integers, str, str], None]
"""Takes the name of a table that a rule looks into, positions there, a finding code and a message."""


@dataclass(frozen=True)
class Scope:
    """Records of the dataset being built, their source records, and the other tables.

    ``whole`` is the scope that this one is a part of (for windows), ``at`` the positions of its records there.
    ``members`` of grouped records: the record number and the source position of each source record.
    ``joined_reporter`` reports records of another table: its name, their positions there, the code and message.
    ``tracer`` notes what is read, by positions in the whole scope.
    """

    size: int
    own: Callable[[str], pd.Series[Any]]
    source: Callable[[str], pd.Series[Any]]
    tables: Mapping[str, Table]
    reporter: Reporter
    members: tuple[Integers, Integers] | None = None
    whole: Scope | None = None
    at: Integers | None = None
    joined_reporter: JoinedReporter | None = None
    tracer: Tracer | None = None

    def note(self, reading: Reading) -> None:
        """Note what some of these records read, given by their positions here."""
        if self.tracer is not None:
            at = self.at
            if reading.left is not None and at is not None:
                at = at[reading.left]
            elif at is None:
                at = reading.left
            self.tracer(replace(reading, left=at))

    def subset(self, positions: Integers) -> Scope:
        """Return the scope of some of the records."""
        members = self.members
        if members is not None:
            renumbered = np.full(self.size, -1, dtype=np.int64)
            renumbered[positions] = np.arange(len(positions))
            record = renumbered[members[0]]
            members = (record[record >= 0], members[1][record >= 0])
        return replace(
            self,
            size=len(positions),
            own=lambda name: take(self.own(name), positions),
            source=lambda name: take(self.source(name), positions),
            reporter=lambda found, code, message: self.reporter(positions[found], code, message),
            members=members,
            whole=self.whole or self,
            at=positions if self.at is None else self.at[positions],
        )


@dataclass(frozen=True)
class PairScope:
    """Records of another table, each paired with the current record it is joined to (or with none)."""

    table: Table
    right: Integers
    left_scope: Scope
    left: Integers | None
    reporter: Reporter

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return len(self.right)

    def subset(self, positions: Integers) -> PairScope:
        """Return the scope of some of the pairs."""
        return replace(
            self,
            right=self.right[positions],
            left=None if self.left is None else self.left[positions],
            reporter=lambda found, code, message: self.reporter(positions[found], code, message),
        )


AnyScope = Scope | PairScope


def reporting(scope: AnyScope) -> Callable[..., None]:
    """Return the ``report`` function that methods get: it turns masks into positions and fills in values."""

    def report(mask: Any, code: str, message: str, values: pd.Series[Any] | None = None) -> None:
        found = np.flatnonzero(pd.Series(mask).to_numpy(dtype=bool, na_value=False))
        if not len(found):
            return
        if values is None:
            scope.reporter(found, code, message)
            return
        for shown, positions in by_value(found, values):
            scope.reporter(positions, code, message.replace("{value}", shown))

    return report


def by_value(found: Integers, values: pd.Series[Any]) -> list[tuple[str, Integers]]:
    """Return offending records by their values, as messages show them; after many values the rest is taken together."""
    numbers, uniques = pd.factorize(values.iloc[found].astype("str").fillna("missing"))
    shown = [repr(str(value)) for value in uniques[:VALUES_SHOWN]]
    if len(uniques) > VALUES_SHOWN:
        shown.append(f"each of {len(uniques) - VALUES_SHOWN} further values")
    numbers = np.minimum(numbers, VALUES_SHOWN)
    in_order = np.argsort(numbers, kind="stable")
    pieces = np.split(found[in_order], np.cumsum(np.bincount(numbers))[:-1]) if len(found) else []
    return list(zip(shown, pieces, strict=True))

"""Closures of values over what the rules of a build read: back to the raw cells, and on to all that depends on them.

Values are masks of records, one a variable of a table. The steps of the plan are in an order in which everything can
be worked out, so a single pass over the readings is enough in either direction, and the work grows linearly with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crf2tlf.build.planned import ROWS
from crf2tlf.build.readings import ADDED, Readings
from crf2tlf.build.result import BuildResult
from crf2tlf.build.tables import POSITION, Block, DatasetTable
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.reading import OWN, SOURCE, Reading
from crf2tlf.rules.scope import Ref

Mask = npt.NDArray[np.bool_]
SEQUENCE = "SRCSEQ"


@dataclass
class Values:
    """Values of a build: for each variable of a table (``ROWS`` is that a record exists) a mask of its records.

    ``appear`` are subjects for whom a table might have further records; None stands for every subject.
    """

    build: BuildResult
    masks: dict[Ref, Mask] = field(default_factory=dict)
    appear: dict[str, set[str] | None] = field(default_factory=dict)

    def mask(self, ref: Ref) -> Mask:
        """Return the mask of a variable, to be changed in place."""
        if ref not in self.masks:
            self.masks[ref] = np.zeros(self.build.tables[ref.table].size, dtype=bool)
        return self.masks[ref]

    def has(self, ref: Ref) -> bool:
        """Whether there is a value of a variable."""
        return ref in self.masks and bool(self.masks[ref].any())

    def add(self, table: str, variables: Iterable[str], positions: Integers | Mask) -> None:
        """Add the values of variables for records of a table; that the records exist is added too."""
        for name in (*variables, ROWS):
            self.mask(Ref(table, name))[positions] = True

    def may_appear(self, table: str, subjects: set[str] | None) -> None:
        """Add that a table might have further records of some subjects."""
        known = self.appear.get(table, set())
        self.appear[table] = None if subjects is None or known is None else known | subjects


@dataclass(frozen=True)
class Sources:
    """The source records of a dataset's records, row source by row source."""

    build: BuildResult
    table: str

    @property
    def blocks(self) -> list[Block]:
        """The blocks of records, one a row source."""
        table = self.build.tables[self.table]
        assert isinstance(table, DatasetTable)
        return table.blocks

    def pieces(self, positions: Integers) -> Iterator[tuple[int, Block, Integers]]:
        """Yield the number of a row source, its block, and those of the positions that are in it."""
        for number, block in enumerate(self.blocks):
            inside = positions[(positions >= block.start) & (positions < block.stop)]
            if len(inside):
                yield number, block, inside

    @staticmethod
    def members(block: Block) -> tuple[Integers, Integers]:
        """Return pairs of a record of a block, counted in it, and a source record, all members of groups among them."""
        return block.members or (np.arange(block.size, dtype=np.int64), block.first)


def backward(values: Values, readings: Readings) -> Values:
    """Add everything that values were made from: what rules chose, and why the records exist. Changes ``values``."""
    for step in reversed(values.build.plan.steps):
        if step.variable == ROWS:
            _existence_back(values, readings, step.table)
        elif values.has(step):
            for reading in readings.variables.get(step, ()):
                if reading.chosen:
                    _reading_back(values, step, reading)
    return values


def _reading_back(values: Values, step: Ref, reading: Reading) -> None:
    table = step.table
    mask = values.masks[step]
    if reading.right is None:
        left = np.flatnonzero(mask) if reading.left is None else reading.left[mask[reading.left]]
        read = left
    else:
        asked = mask if reading.left is None else mask[reading.left]
        if reading.left_group is None or reading.right_group is None:
            read = reading.right[asked]
        else:
            groups = np.unique(reading.left_group[asked])
            read = reading.right[np.isin(reading.right_group, groups[groups >= 0])]
    if not len(read):
        return
    if reading.table == SOURCE:
        _source_back(values, table, reading.variables, read)
    else:
        values.add(table if reading.table == OWN else reading.table, reading.variables, read)


def _source_back(values: Values, table: str, variables: Iterable[str], records: Integers) -> None:
    """Add columns of the source records of records; a record method's columns are the records' own ``ADDED``."""
    for _, block, inside in Sources(values.build, table).pieces(records):
        at = inside - block.start
        for name in variables:
            if name == POSITION:
                continue
            if name == SEQUENCE and block.added:
                for ref, rows in block.chosen:
                    values.add(ref.table, [ref.variable], rows[at][rows[at] >= 0])
            if name in block.added:
                values.mask(Ref(table, ADDED))[inside] = True
            else:
                values.add(block.source, [name], block.first[at])


def _existence_back(values: Values, readings: Readings, table: str) -> None:
    """Add why records of a dataset exist: their source records, and what the row source's condition read."""
    added = Ref(table, ADDED)
    if values.has(added):
        values.mask(Ref(table, ROWS))[values.masks[added]] = True
        for reading in readings.variables.get(added, ()):
            if reading.chosen:
                _reading_back(values, added, reading)
    if not values.has(Ref(table, ROWS)):
        return
    sources = Sources(values.build, table)
    for number, block, inside in sources.pieces(np.flatnonzero(values.masks[Ref(table, ROWS)])):
        record, source = sources.members(block)
        rows = source[np.isin(record, inside - block.start)]
        group = values.build.plan.sources[table][number].group
        values.add(block.source, group, rows)
        wanted = np.zeros(values.build.tables[block.source].size, dtype=bool)
        wanted[rows] = True
        for reading in readings.rows.get((table, number), ()):
            if reading.chosen:
                _condition_back(values, block.source, reading, wanted)


def _condition_back(values: Values, source: str, reading: Reading, wanted: Mask) -> None:
    """Add what a row source's condition read; its records are those of the source."""
    if reading.table in (OWN, SOURCE) and reading.right is None:
        values.add(source, reading.variables, wanted if reading.left is None else reading.left[wanted[reading.left]])
        return
    left, right = reading.pairs(len(wanted))
    values.add(source if reading.table in (OWN, SOURCE) else reading.table, reading.variables, right[wanted[left]])


def forward(values: Values, readings: Readings) -> Values:
    """Add everything that could change with values: what read them or looked at them. Changes ``values``."""
    for step in values.build.plan.steps:
        if step.variable == ROWS:
            _existence_on(values, readings, step.table)
            _touched_by(values, Ref(step.table, ADDED), readings)
        else:
            _touched_by(values, step, readings)
    return values


def _touched_by(values: Values, step: Ref, readings: Readings) -> None:
    touched = np.zeros(values.build.tables[step.table].size, dtype=bool)
    for reading in readings.variables.get(step, ()):
        touched |= _reading_on(values, step.table, reading, len(touched))
    exists = values.masks.get(Ref(step.table, ROWS))
    if exists is not None:
        touched |= exists
    if touched.any():
        values.mask(step)[touched] = True


def _reading_on(values: Values, table: str, reading: Reading, size: int) -> Mask:
    """Return which records of a table would read a changed value, or one that might come to be."""
    touched = np.zeros(size, dtype=bool)
    if reading.table == SOURCE:
        changed = _changed_source(values, table, reading.variables)
    else:
        changed = _changed(values, table if reading.table == OWN else reading.table, reading.variables)
    joined = table if reading.table in (OWN, SOURCE) else reading.table
    if changed is not None:
        if reading.right is None:
            touched |= changed if reading.left is None else _only(changed, reading.left)
        elif reading.left_group is None or reading.right_group is None:
            left = np.arange(size) if reading.left is None else reading.left
            touched[left[changed[reading.right]]] = True
        else:
            groups = np.unique(reading.right_group[changed[reading.right]])
            left = np.arange(size) if reading.left is None else reading.left
            touched[left[np.isin(reading.left_group, groups[groups >= 0])]] = True
    if reading.right is not None and joined in values.appear:
        touched |= _of_subjects(values, table, values.appear[joined])
    return touched


def _only(changed: Mask, left: Integers) -> Mask:
    result = np.zeros(len(changed), dtype=bool)
    result[left] = changed[left]
    return result


def _changed(values: Values, table: str, variables: Iterable[str]) -> Mask | None:
    """Return which records of a table have a changed value among variables, or might cease to be."""
    found = [values.masks[ref] for ref in (Ref(table, name) for name in (*variables, ROWS)) if ref in values.masks]
    return np.logical_or.reduce(found) if found else None


def _changed_source(values: Values, table: str, variables: Iterable[str]) -> Mask | None:
    """Return which records of a dataset have a source record with a changed column."""
    result = np.zeros(values.build.tables[table].size, dtype=bool)
    names = tuple(variables)
    for block in Sources(values.build, table).blocks:
        here = slice(block.start, block.stop)
        plain = [name for name in names if name not in block.added]
        changed = _changed(values, block.source, plain) if plain else None
        if changed is not None:
            result[here] |= changed[block.first]
        if len(plain) < len(names) and Ref(table, ADDED) in values.masks:
            result[here] |= values.masks[Ref(table, ADDED)][here]
        if SEQUENCE in names and block.added:
            for ref, rows in block.chosen:
                changed = _changed(values, ref.table, [ref.variable])
                if changed is not None:
                    result[here] |= (rows >= 0) & changed[rows]
    return result if result.any() else None


def _of_subjects(values: Values, table: str, subjects: set[str] | None) -> Mask:
    """Return which records of a table are of some subjects; those without a subject always are."""
    size = values.build.tables[table].size
    here = values.build.tables[table]
    known = here.columns.get(SUBJECT)
    if subjects is None or known is None:
        return np.ones(size, dtype=bool)
    return (known.isin(subjects) | known.isna()).to_numpy(dtype=bool)


def _existence_on(values: Values, readings: Readings, table: str) -> None:
    """Add which records of a dataset might cease to be, and for whom it might have further ones."""
    for number, block in enumerate(Sources(values.build, table).blocks):
        origin = values.build.tables[block.source]
        touched = np.zeros(origin.size, dtype=bool)
        group = values.build.plan.sources[table][number].group
        changed = _changed(values, block.source, group)
        if changed is not None:
            touched |= changed
        for reading in readings.rows.get((table, number), ()):
            touched |= _reading_on_source(values, block.source, reading, origin.size)
        record, source = Sources.members(block)
        if touched[source].any():
            values.mask(Ref(table, ROWS))[block.start + record[touched[source]]] = True
        taken = np.zeros(origin.size, dtype=bool)
        taken[source] = True
        others = touched & ~taken
        if group and changed is not None:
            others |= changed  # with another key a record may come into another group
        if others.any():
            _may_come(
                values, table, block, _subjects(values, block.source, np.flatnonzero(others)), grouped=bool(group)
            )
        if block.source in values.appear:
            _may_come(values, table, block, values.appear[block.source], grouped=bool(group))


def _may_come(values: Values, table: str, block: Block, subjects: set[str] | None, *, grouped: bool) -> None:
    """Add that further source records of subjects may come: as records of their own, or into groups there are."""
    values.may_appear(table, subjects)
    if grouped:
        here = slice(block.start, block.stop)
        values.mask(Ref(table, ROWS))[here] |= _of_subjects(values, table, subjects)[here]


def _reading_on_source(values: Values, source: str, reading: Reading, size: int) -> Mask:
    """Return for which source records a row source's condition would read a changed value."""
    if reading.table in (OWN, SOURCE):
        return _reading_on(values, source, _as_own(reading), size)
    return _reading_on(values, source, reading, size)


def _as_own(reading: Reading) -> Reading:
    return Reading(OWN, reading.variables, reading.left, reading.left_group, reading.right, reading.right_group)


def _subjects(values: Values, table: str, positions: Integers) -> set[str] | None:
    """Return the subjects of records; None where a record has none, so that it may be about everybody."""
    known = values.build.tables[table].columns.get(SUBJECT)
    if known is None or known.iloc[positions].isna().any():
        return None
    return set(known.iloc[positions])

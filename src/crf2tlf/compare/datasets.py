"""Two versions of a dataset compared by key, whole columns at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.compare.align import Tolerance, aligned, differences, shown
from crf2tlf.compare.table import Attributes, Table
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.grouping import codes, combine

CHANGES_KEPT = 100_000
"""Changed values of a variable that are kept one by one; beyond them they are only counted."""
OLD_RECORD, NEW_RECORD, VARIABLE, OLD, NEW = "old record", "new record", "variable", "old", "new"


@dataclass(frozen=True)
class AttributeDifference:
    """An attribute of a variable, or of the dataset (then ``variable`` is empty), that differs."""

    variable: str
    attribute: str
    old: str
    new: str


@dataclass(frozen=True)
class DatasetComparison:
    """What differs between two versions of a dataset.

    ``added`` and ``removed`` hold the keys and the number (1 the first) of records that only one side has, ``changes``
    the keys, both record numbers, variable, old and new value of each changed value. ``changed`` counts the changes of
    each variable, all of them. ``repeated`` counts the records whose key stands for another one before them.
    """

    name: str
    keys: tuple[str, ...]
    keys_from: str
    records: tuple[int, int]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    attributes: tuple[AttributeDifference, ...]
    added: pd.DataFrame
    removed: pd.DataFrame
    changes: pd.DataFrame
    changed: dict[str, int]
    records_changed: int
    repeated: tuple[int, int] = (0, 0)

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        found = (self.only_old, self.only_new, self.attributes, self.changed)
        return not any(found) and self.added.empty and self.removed.empty


def compare_tables(
    old: Table,
    new: Table,
    keys: Sequence[str],
    keys_from: str,
    tolerance: Tolerance = Tolerance(),  # noqa: B008  (frozen)
    *,
    ignored: Collection[str] = (),
    with_attributes: bool = True,
    common_only: bool = False,
) -> DatasetComparison:
    """Compare two versions of a dataset; without ``keys`` by position, with ``common_only`` variables of both sides.

    Records whose keys are the same are paired in the order in which they stand. Names of variables are compared in any
    case. Raises KeyError for a key that one side lacks.
    """
    old = in_the_case_of(old, new)
    variables = [n for n in new.names if n in old.frame and n not in ignored]
    left, right = _comparable_keys(old, new, keys)
    at_old, at_new, repeated = _paired(left, right, (len(old.frame), len(new.frame)))
    values = [name for name in variables if name not in keys]
    changes, counts, touched = _changes(old, new, values, at_old, at_new, tolerance)
    return DatasetComparison(
        new.name,
        tuple(keys),
        keys_from,
        (len(old.frame), len(new.frame)),
        () if common_only else tuple(n for n in old.names if n not in new.frame and n not in ignored),
        () if common_only else tuple(n for n in new.names if n not in old.frame and n not in ignored),
        tuple(_attribute_differences(old, new, variables)) if with_attributes else (),
        _records(new, keys, _others(at_new, len(new.frame))),
        _records(old, keys, _others(at_old, len(old.frame))),
        _keyed(changes, new, keys),
        counts,
        touched,
        repeated,
    )


def in_the_case_of(old: Table, new: Table) -> Table:
    """Give variables of the old side the names that differ from theirs in the case of letters only."""
    names = {name.upper(): name for name in new.names}
    renamed = {n: names[n.upper()] for n in old.names if n not in new.frame and n.upper() in names}
    if not renamed or len({renamed.get(n, n) for n in old.names}) < len(old.names):
        return old
    said = {renamed.get(name, name): attributes for name, attributes in old.attributes.items()}
    return Table(old.name, old.frame.rename(columns=renamed), said, old.label)


def _comparable_keys(old: Table, new: Table, keys: Sequence[str]) -> tuple[list[Any], list[Any]]:
    pairs = [aligned(old.frame[key], new.frame[key], old.of(key), new.of(key)) for key in keys]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _paired(
    left: list[pd.Series[Any]], right: list[pd.Series[Any]], sizes: tuple[int, int]
) -> tuple[Integers, Integers, tuple[int, int]]:
    """Return the positions of pairs on both sides, in the new order, and how many records repeat a key."""
    if not left:
        common = np.arange(min(sizes), dtype=np.int64)
        return common, common, (0, 0)
    both = [codes(pd.concat([one, other], ignore_index=True)) for one, other in zip(left, right, strict=True)]
    group = combine(both, sum(sizes))
    old, new = group[: sizes[0]], group[sizes[0] :]
    among = [pd.Series(part).groupby(part).cumcount().to_numpy(dtype=np.int64) for part in (old, new)]
    repeated = (int((among[0] > 0).sum()), int((among[1] > 0).sum()))
    if any(repeated):
        group = combine([group, np.concatenate(among)], sum(sizes))
        old, new = group[: sizes[0]], group[sizes[0] :]
    where = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    where[old] = np.arange(sizes[0])
    at_old = where[new]
    at_new = np.flatnonzero(at_old >= 0).astype(np.int64)
    return at_old[at_new], at_new, repeated


def _changes(
    old: Table, new: Table, variables: Sequence[str], at_old: Integers, at_new: Integers, tolerance: Tolerance
) -> tuple[pd.DataFrame, dict[str, int], int]:
    """Return the changed values in the order of the new records, how many a variable has, and how many records."""
    parts, counts = [], {}
    touched = np.zeros(len(at_new), dtype=bool)
    in_order = np.array_equal(at_old, np.arange(len(old.frame))), np.array_equal(at_new, np.arange(len(new.frame)))
    for number, name in enumerate(variables):
        said = old.of(name), new.of(name)
        one, other = aligned(old.frame[name], new.frame[name], *said)
        one, other = (c if same else c.take(p) for c, p, same in zip((one, other), (at_old, at_new), in_order))  # noqa: B905
        unequal = differences(one, other, tolerance)
        found = np.flatnonzero(unequal)
        if not len(found):
            continue
        counts[name] = len(found)
        touched |= unequal
        kept = found[:CHANGES_KEPT]
        parts.append(
            pd.DataFrame(
                {
                    OLD_RECORD: at_old[kept] + 1,
                    NEW_RECORD: at_new[kept] + 1,
                    "number": number,
                    VARIABLE: name,
                    OLD: shown(one.iloc[kept], said[0].format).to_numpy(),
                    NEW: shown(other.iloc[kept], said[1].format).to_numpy(),
                }
            )
        )
    empty = pd.DataFrame(columns=[OLD_RECORD, NEW_RECORD, "number", VARIABLE, OLD, NEW])
    together = pd.concat(parts, ignore_index=True) if parts else empty
    ordered = together.sort_values([NEW_RECORD, "number"], kind="stable", ignore_index=True).drop(columns="number")
    return ordered, counts, int(touched.sum())


def _others(positions: Integers, size: int) -> Integers:
    """Return the positions that are not among those given."""
    other = np.ones(size, dtype=bool)
    other[positions] = False
    return np.flatnonzero(other).astype(np.int64)


def _records(table: Table, keys: Sequence[str], positions: Integers) -> pd.DataFrame:
    """Return the keys and the numbers of records."""
    chosen = {key: shown(table.frame[key].iloc[positions], table.of(key).format).to_numpy() for key in keys}
    return pd.DataFrame({**chosen, "record": positions + 1})


def _keyed(changes: pd.DataFrame, table: Table, keys: Sequence[str]) -> pd.DataFrame:
    """Put the keys of the changed records before the changes."""
    positions = changes[NEW_RECORD].to_numpy(dtype=np.int64) - 1
    chosen = {key: shown(table.frame[key].iloc[positions], table.of(key).format).to_numpy() for key in keys}
    return pd.concat([pd.DataFrame(chosen, index=changes.index), changes], axis=1)


def _attribute_differences(old: Table, new: Table, variables: Sequence[str]) -> list[AttributeDifference]:
    """Return the attributes that both files state, and that differ."""
    found = []
    if old.label is not None and new.label is not None and old.label != new.label:
        found.append(AttributeDifference("", "label", old.label, new.label))
    for name in variables:
        one, other = old.of(name), new.of(name)
        for attribute in Attributes.__dataclass_fields__:
            before, after = getattr(one, attribute), getattr(other, attribute)
            if before is not None and after is not None and before != after:
                found.append(AttributeDifference(name, attribute, str(before), str(after)))
    return found

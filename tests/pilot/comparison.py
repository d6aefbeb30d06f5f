"""Compare a built dataset with an expected one, variable by variable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from crf2tlf.compare import Table, compare_tables

ONLY_BUILT = "(only built)"
ONLY_EXPECTED = "(only expected)"


def read_expected(path: Path, built: pd.DataFrame) -> pd.DataFrame:
    """Read an expected dataset; a column is of numbers where the built one is, else of text as it stands there."""
    cells = pd.read_csv(path, dtype="str", keep_default_na=False)
    cells = cells.mask(cells == "")
    numeric = [name for name in cells if name in built and pd.api.types.is_numeric_dtype(built[name])]
    return cells.assign(**{name: pd.to_numeric(cells[name]) for name in numeric})


def in_kind_of(dataset: pd.DataFrame, built: pd.DataFrame) -> pd.DataFrame:
    """Return a dataset with dates and numbers as the built one has them; numbers to 9 decimals, without noise."""
    columns: dict[str, Any] = {}
    for name in [name for name in dataset if name in built]:
        if pd.api.types.is_datetime64_any_dtype(built[name]):
            columns[name] = pd.to_datetime(dataset[name]).astype(built[name].dtype)
        elif pd.api.types.is_numeric_dtype(built[name]):
            columns[name] = pd.to_numeric(dataset[name]).round(9)
    return dataset.assign(**columns)


def count_differences(built: pd.DataFrame, expected: pd.DataFrame, keys: list[str]) -> dict[str, int]:
    """Pair the records that agree in ``keys`` and count, for each variable, the pairs whose values differ.

    Records that no key tells apart are paired in the order in which they stand. A variable that one side lacks is
    missing there. Records that only one side has are counted as :data:`ONLY_BUILT` and :data:`ONLY_EXPECTED`.
    """
    variables = list(dict.fromkeys([*expected, *built]))
    sides = [Table("", side.reindex(columns=variables)) for side in (expected, built)]
    found = compare_tables(*sides, keys, "the test")
    counts = {ONLY_BUILT: len(found.added), ONLY_EXPECTED: len(found.removed), **found.changed}
    return {what: count for what, count in counts.items() if count}

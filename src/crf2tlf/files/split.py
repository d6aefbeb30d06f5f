"""Which records go into which piece of a file that is too large to be given whole only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Positions = npt.NDArray[np.int64]


def split_positions(subjects: pd.Series[Any] | None, records: int, most: int) -> list[Positions]:
    """Return the positions of each piece's records: at most ``most`` a piece, in the order of the whole.

    The records of a subject stay in one piece unless there are more of them than a piece takes. A missing subject is
    one as others are; without ``subjects`` each record stands for itself. Subjects go into pieces in the order in which
    they first appear, so where records are sorted by subject the pieces follow each other. Raises ValueError if
    ``most`` is below 1.
    """
    if most < 1:
        raise ValueError("a piece has at least one record")
    codes = np.arange(records) if subjects is None else pd.factorize(subjects, use_na_sentinel=False)[0]
    by_subject = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes)) if records else np.array([], dtype=np.int64)
    pieces, start = [], 0
    while start < records:
        last = int(np.searchsorted(ends, start + most, side="right")) - 1
        whole_subjects = int(ends[last]) if last >= 0 else 0
        end = whole_subjects if whole_subjects > start else start + most
        pieces.append(np.sort(by_subject[start:end]))
        start = end
    return pieces


def piece_names(dataset: str, pieces: int, taken: Collection[str]) -> list[str]:
    """Return a name of at most 8 characters for each piece: the dataset's, cut where need be, and a number.

    The numbers have as many digits as it takes for the names to sort in their order and to differ from those taken.
    """
    digits = len(str(pieces))
    while True:
        names = [f"{dataset[: 8 - digits]}{number:0{digits}d}" for number in range(1, pieces + 1)]
        if not set(names) & set(taken):
            return names
        digits += 1

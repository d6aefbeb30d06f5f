"""What tells the records of two datasets apart, where nobody says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.compare.align import aligned, is_number
from crf2tlf.compare.table import Table
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.grouping import codes

NATURAL = (
    r"STUDYID|USUBJID|SUBJID|SUBJECT|SUBJECTKEY",
    r"RDOMAIN|IDVAR",
    r"IDVARVAL",
    r"QNAM|RELID",
    r"PARAMCD|..TESTCD|..PARMCD|ARMCD|ETCD",
    r"..TRT|..TERM|..SCAT",
    r"..DECOD|..LOC",
    r"AVISITN|VISITNUM|VISIT|TAETORD|DTYPE",
    r"ADTM|ADT|ASTDTM?|..DTC|..STDTC",
    r"..TPTNUM|ATPTN|..EVAL|..LNKID|..REFID|..SPID",
    r"AENDTM?|..ENDTC",
    r"..SEQ|ASEQ",
)
"""Variables that tell records apart in CDISC datasets, by what they mean; numbers in a sequence come last."""

_MOST = 8


def guess_keys(old: Table, new: Table, ignored: Collection[str] = ()) -> tuple[str, ...]:
    """Return the fewest natural keys found that tell all records apart on both sides; empty if there are none.

    Variables are tried in the order of :data:`NATURAL`, then the others (numbers with decimals excepted) as they
    stand; one that splits no group is not taken, and one that turns out not to be needed is given up (but not the
    first: a sequence number that is different everywhere by chance is no key without the subject).
    """
    common = [name for name in new.names if name in old.frame and name not in ignored]
    sizes = len(old.frame), len(new.frame)
    coded: dict[str, Integers] = {}
    group = np.zeros(sum(sizes), dtype=np.int64)
    chosen: list[str] = []
    known = _distinct(group, sizes)
    for name in _candidates(common, old, new):
        if known == sizes or len(chosen) == _MOST:
            break
        both = aligned(old.frame[name], new.frame[name], old.of(name), new.of(name))
        coded[name] = codes(pd.concat(both, ignore_index=True))
        finer = _split(group, coded[name])
        if (found := _distinct(finer, sizes)) != known:
            group, known = finer, found
            chosen.append(name)
    if known != sizes:
        return ()
    for name in reversed(chosen[1:]):
        fewer = [other for other in chosen if other != name]
        if _distinct(_together([coded[other] for other in fewer], sum(sizes)), sizes) == sizes:
            chosen = fewer
    return tuple(chosen)


def _candidates(common: Sequence[str], old: Table, new: Table) -> Iterator[str]:
    natural = [name for pattern in NATURAL for name in common if re.fullmatch(pattern, name.upper())]
    yield from natural
    for name in common:
        if name not in natural and all(_is_code(table.frame[name]) for table in (old, new)):
            yield name


def _is_code(column: pd.Series[Any]) -> bool:
    """Return whether a column holds texts or whole numbers."""
    return not is_number(column) or bool((column.dropna() % 1 == 0).all())


def _split(group: Integers, part: Integers) -> Integers:
    finer, _ = pd.factorize(group * (int(part.max(initial=0)) + 1) + part)
    return finer.astype(np.int64)


def _together(parts: Sequence[Integers], size: int) -> Integers:
    group = np.zeros(size, dtype=np.int64)
    for part in parts:
        group = _split(group, part)
    return group


def _distinct(group: Integers, sizes: tuple[int, int]) -> tuple[int, int]:
    return len(pd.unique(group[: sizes[0]])), len(pd.unique(group[sizes[0] :]))

"""What tells the records of two datasets apart, where nobody says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from crf2tlf.compare.align import is_number
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


def guess_keys(old: pd.DataFrame, new: pd.DataFrame, ignored: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the fewest natural keys found that tell all records apart on both sides; empty if there are none.

    Variables are tried in the order of :data:`NATURAL`, then the others (numbers with decimals excepted) as they
    stand; one that splits no group is not taken, and one that turns out not to be needed is given up.
    """
    common = [str(name) for name in new if name in old and name not in ignored]
    sizes = len(old), len(new)
    coded: dict[str, Integers] = {}
    group = np.zeros(sum(sizes), dtype=np.int64)
    chosen: list[str] = []
    known = _distinct(group, sizes)
    for name in _candidates(common, old, new):
        if known == sizes or len(chosen) == _MOST:
            break
        coded[name] = codes(pd.concat([old[name].astype(object), new[name].astype(object)], ignore_index=True))
        finer = _split(group, coded[name])
        if (found := _distinct(finer, sizes)) != known:
            group, known = finer, found
            chosen.append(name)
    if known != sizes:
        return ()
    for name in list(reversed(chosen)):
        fewer = [other for other in chosen if other != name]
        if fewer and _distinct(_together([coded[other] for other in fewer], sum(sizes)), sizes) == sizes:
            chosen = fewer
    return tuple(chosen)


def _candidates(common: Sequence[str], old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    natural = [name for pattern in NATURAL for name in common if re.fullmatch(pattern, name.upper())]
    yield from natural
    for name in common:
        if name not in natural and is_number(old[name]) == is_number(new[name]):
            numbers = pd.concat([old[name], new[name]]).dropna()
            if not is_number(numbers) or bool((numbers == np.floor(numbers)).all()):
                yield name


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

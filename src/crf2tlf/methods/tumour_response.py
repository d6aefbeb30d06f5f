"""Tumour response at a visit by RECIST 1.1: target lesions, non-target lesions, and overall.

RECIST 1.1 is Eisenhauer et al., Eur J Cancer 2009; 45: 228-247. Lengths are in mm.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Number, Report, Text, Truth, method
from crf2tlf.methods.columns import Mask, absent, holds, texts, translate

_NOISE = 1e-9
"""Millimetres that binary arithmetic may add or take from a sum of diameters."""

RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")


@method()
def recist_target(
    total: Number,
    baseline: Number,
    nadir: Number,
    not_assessed: Truth | None = None,
    complete: Truth | None = None,
) -> Text:
    """The response of the target lesions from the sums of their diameters: CR, PR, SD, PD or NE.

    ``total`` is the sum at the visit, ``baseline`` the sum at baseline, ``nadir`` the smallest earlier sum on study
    (the baseline counts too, whether it is included or not), all in mm. ``not_assessed``: a target lesion was not
    assessed. ``complete``: all lesions have disappeared, and nodes are below 10 mm in short axis; a sum of 0 is
    complete anyway. The first case that applies decides.

    1. PD: the sum is at least 20 % and at least 5 mm above the nadir, even where lesions were not assessed; or the
    nadir was 0, and the sum is not (a lesion came back after CR). Not where the response is complete. 2. NE: no sum, or
    a lesion was not assessed. 3. CR: complete. 4. PR: the sum is at least 30 % below baseline. 5. SD.

    Bounds hold exactly: 70 of 100 mm is PR. Missing where there is no baseline sum (no target lesions). Source: RECIST
    1.1 section 4.3.1; lesions that come back: questions and clarifications of the RECIST working group (EORTC).

    Example: baseline 100, nadir 60: 72 is PD, 71 is SD (no longer PR: that takes 70), 70 is PR.
    """
    size, start, lowest = (column.to_numpy(dtype="float64") for column in (total, baseline, nadir))
    lowest = np.fmin(lowest, start)
    partial = _true(not_assessed, len(size))
    whole = ~partial & ~np.isnan(size) & (_true(complete, len(size)) | (size <= _NOISE))
    growth = size - lowest
    progressed = (growth >= 5 - _NOISE) & (growth >= 0.2 * lowest - _NOISE)
    came_back = (lowest <= _NOISE) & (size > _NOISE)
    response = np.select(
        [
            np.isnan(start),
            (progressed | came_back) & ~whole,
            partial | np.isnan(size),
            whole,
            size <= 0.7 * start + _NOISE,
        ],
        ["", "PD", "NE", "CR", "PR"],
        "SD",
    )
    return texts(response, total.index)


def _true(condition: Truth | None, size: int) -> Mask:
    return np.zeros(size, dtype=bool) if condition is None else holds(condition)


@method()
def recist_non_target(progressed: Truth, present: Truth, not_evaluated: Truth) -> Text:
    """The response of the non-target lesions from what is true of any of them: CR, NON-CR/NON-PD, PD or NE.

    ``progressed``: one has progressed unequivocally; ``not_evaluated``: one was not evaluated; ``present``: one is
    still there. In this order the first that is true gives PD, NE and NON-CR/NON-PD; where all are false or unknown,
    the lesions have disappeared: CR. Missing where all three are unknown (no non-target lesions). Source: RECIST 1.1
    section 4.3.3; "not all evaluated" goes before "non-CR/non-PD" as in Table 2.
    """
    unknown = absent(progressed) & absent(present) & absent(not_evaluated)
    response = np.select(
        [unknown, holds(progressed), holds(not_evaluated), holds(present)], ["", "PD", "NE", "NON-CR/NON-PD"], "CR"
    )
    return texts(response, progressed.index)


@method()
def recist_overall(target: Text, non_target: Text, new_lesion: Text, *, report: Report) -> Text:
    """The overall response at a visit from target lesions, non-target lesions and new lesions.

    ``target`` is CR, PR, SD, PD or NE; ``non_target`` CR, NON-CR/NON-PD, PD or NE; ``new_lesion`` is "Y" or not.
    Missing means that the subject has no lesions of that kind, and for new lesions that there is none. The first that
    applies:

    1. PD: target PD, non-target PD, or a new lesion. 2. Without target lesions: the response of the non-target lesions
    (Table 2). 3. NE: target NE. 4. PR: target CR, but non-target lesions that are not CR. 5. The response of the target
    lesions. Missing without lesions of either kind.

    Case does not count. A response that is none of these is a finding CODELIST_VALUE and gives missing. Source: RECIST
    1.1 section 4.4, Tables 1 and 2.
    """
    of_target = _checked(target, ("CR", "PR", "SD", "PD", "NE"), "target", report)
    of_others = _checked(non_target, ("CR", "NON-CR/NON-PD", "PD", "NE"), "non-target", report)
    appeared = _checked(new_lesion, ("Y", "N"), "new lesion", report) == "Y"
    unclear = np.zeros(len(target), dtype=bool)
    for column, checked in ((target, of_target), (non_target, of_others)):
        unclear |= ~absent(column) & absent(checked)
    known = of_target.fillna(""), of_others.fillna("")
    spoiled = (known[0] == "CR") & ~known[1].isin(["CR", ""])
    response = np.select(
        [(known[0] == "PD") | (known[1] == "PD") | holds(appeared), unclear, known[0] == "", spoiled],
        ["PD", "", known[1], "PR"],
        known[0],
    )
    return texts(response, target.index)


def _checked(column: Text, allowed: tuple[str, ...], name: str, report: Report) -> Text:
    """Return the values in upper case, without those that are not allowed, which are reported."""
    clean = translate(column, lambda text: text.strip().upper())
    wrong = ~absent(clean) & ~np.asarray(clean.isin(allowed), dtype=bool)
    report(wrong, "CODELIST_VALUE", f"{{value}} is no {name} response: it takes {', '.join(allowed)}", column)
    return pd.Series(clean.mask(wrong))

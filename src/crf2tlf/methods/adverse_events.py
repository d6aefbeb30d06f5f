"""Adverse events: whether they emerged under treatment."""

from __future__ import annotations

import numpy as np

from crf2tlf.methods.catalogue import Date, Text, method
from crf2tlf.methods.columns import marked


@method()
def treatment_emergent(
    start: Date,
    first_dose: Date,
    last_dose: Date | None = None,
    end: Date | None = None,
    *,
    window_days: int | None = None,
) -> Text:
    """The flag "Y" on events that are treatment-emergent: they start on or after the first dose.

    1. A subject without a first dose has none. 2. An event that ends before the first dose is none. 3. An event without
    a start is one, since nothing excludes it. 4. Otherwise it is one that starts on or after ``first_dose`` and, with
    ``last_dose`` and ``window_days``, no later than so many days after the last dose; a missing last dose means that
    treatment goes on. Everything else has no flag. Give imputed dates (``ASTDT``, ``AENDT``): a start imputed with
    ``not_before`` of the first dose is the usual choice.

    Raises ``ValueError`` where only one of ``last_dose`` and ``window_days`` is given (0 days: until the last dose), or
    the window is negative. Source: ADaM OCCDS 1.1, TRTEMFL; the order of the cases is that of R admiral's
    ``derive_var_trtemfl`` without worsening.
    """
    if (last_dose is None) != (window_days is None):
        raise ValueError("treatment_emergent takes last_dose and window_days together, or neither")
    if window_days is not None and window_days < 0:
        raise ValueError(f"window_days is 0 or more, not {window_days}")
    began, dosed = (column.to_numpy().astype("datetime64[D]") for column in (start, first_dose))
    emergent = np.isnat(began) | (began >= dosed)
    if last_dose is not None and window_days is not None:
        limit = last_dose.to_numpy().astype("datetime64[D]") + np.timedelta64(int(window_days), "D")
        emergent &= np.isnat(began) | np.isnat(limit) | (began <= limit)
    if end is not None:
        emergent &= ~(end.to_numpy().astype("datetime64[D]") < dosed)
    return marked(emergent & ~np.isnat(dosed), start.index)

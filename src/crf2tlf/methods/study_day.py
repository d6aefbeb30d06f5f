"""Study days: where a date lies in the study's own time."""

from __future__ import annotations

import numpy as np

from crf2tlf.methods.catalogue import Any_, Number, Report, method
from crf2tlf.methods.columns import numbers
from crf2tlf.methods.durations import days_between
from crf2tlf.methods.imputation import complete_days


@method()
def study_day(value: Any_, reference: Any_, *, report: Report) -> Number:
    """The study day of a date: 1 is the reference day, −1 the day before it; there is no day 0.

    Both are dates or ISO 8601 text, of which the date counts and not the time. Missing where either is missing or
    partial. A text that is not ISO 8601 is a finding RAW_DATE. Source: SDTMIG 3.4 section 4.4.4, study day variables.

    Example: against 2017-01-10, 2017-01-10 is day 1 and 2017-01-09 day −1.
    """
    days = days_between(complete_days(reference, report), complete_days(value, report))
    return numbers(np.where(days >= 0, days + 1, days), value.index)

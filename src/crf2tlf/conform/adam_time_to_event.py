"""Rules on time-to-event analyses: datasets with CNSR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import TOLERANCE, absent, plain, present
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy


def time_to_event(dataset: Submitted) -> bool:
    """Datasets with the structure of time to event, or with its variable CNSR."""
    return not dataset.sdtm and (dataset.structure == "TTE" or dataset.has("CNSR"))


@dataset_rule("TTE_VARIABLES", ERROR, applies=time_to_event)
def variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A time-to-event dataset has AVAL and CNSR.

    Source: ADaMIG 1.3, time-to-event variables; ADaM Conformance Rules 373, 374.
    """
    for name in (name for name in ("AVAL", "CNSR") if not dataset.has(name)):
        yield Problem(f"{name} is not in the dataset", (name,))


@dataset_rule("TTE_CENSOR", ERROR, applies=time_to_event, needs=("CNSR",))
def censoring(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """CNSR is 0 for an event and a positive whole number for a censoring, given wherever there is a time.

    Source: ADaMIG 1.3, time-to-event variables; ADaM Conformance Rules 169.
    """
    number, time = dataset.number("CNSR"), present(dataset.number("AVAL"))
    shown = ("USUBJID", "PARAMCD", "AVAL", "CNSR")
    yield Problem("CNSR is negative or not whole", shown, present(number) & plain((number < 0) | (number % 1 != 0)))
    yield Problem("there is a time without CNSR", shown, time & absent(number))


@dataset_rule("TTE_DESCRIPTION", WARNING, applies=time_to_event, needs=("CNSR", "EVNTDESC"))
def descriptions(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An event says what happened, a censoring says why.

    Source: ADaMIG 1.3, time-to-event variables (EVNTDESC, CNSDTDSC).
    """
    number, event = dataset.number("CNSR"), present(dataset.text("EVNTDESC"))
    censored = event | present(dataset.text("CNSDTDSC"))
    yield Problem("an event has no EVNTDESC", ("USUBJID", "PARAMCD", "CNSR"), plain(number == 0) & ~event)
    yield Problem("a censoring has no EVNTDESC or CNSDTDSC", ("USUBJID", "PARAMCD"), plain(number > 0) & ~censored)


@dataset_rule("TTE_DATES", ERROR, applies=time_to_event, needs=("STARTDT", "ADT"))
def dates(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """The event or censoring is not before the origin.

    Source: ADaMIG 1.3, time-to-event variables (STARTDT).
    """
    early = plain(dataset.date("ADT") < dataset.date("STARTDT"))
    yield Problem("ADT is before STARTDT", ("USUBJID", "PARAMCD", "STARTDT", "ADT"), early)
    time = dataset.number("AVAL")
    yield Problem("the time is negative", ("USUBJID", "PARAMCD", "AVAL"), plain(time < 0))


@dataset_rule("TTE_VALUE", ERROR, applies=time_to_event, needs=("PARAMCD", "AVAL", "STARTDT", "ADT"))
def values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """AVAL is the time from STARTDT to ADT, in one unit for a parameter, both ends counted or one.

    Source: ADaMIG 1.3, time-to-event variables (AVAL from STARTDT and ADT).
    """
    days = (dataset.date("ADT") - dataset.date("STARTDT")).dt.days.astype("float64")
    time, code = dataset.number("AVAL"), dataset.text("PARAMCD")
    known = present(days) & present(time) & present(code) & plain(days >= 0)
    wrong = np.zeros(dataset.size, dtype=bool)
    for _code, part in pd.DataFrame({"days": days, "time": time})[known].groupby(code[known]):
        deviating = [_deviating(part["time"], part["days"] + more) for more in (1, 0)]
        wrong[part.index] = min(deviating, key=np.sum)
    yield Problem("AVAL is not the time from STARTDT to ADT", ("USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL"), wrong)


def _deviating(time: pd.Series[Any], days: pd.Series[Any]) -> Mask:
    """Whether times are other than a constant times the days, which the middle one of their quotients is.

    A time that was rounded may be off by half of its last decimal.
    """
    numbers = time.to_numpy()
    quotients = (time / days.where(days > 0)).dropna()
    unit = float(quotients.sort_values().iloc[len(quotients) // 2]) if len(quotients) else 0.0
    decimals = next((d for d in range(5) if np.allclose(numbers, np.round(numbers, d), rtol=0, atol=1e-9)), None)
    allowed = 10.0**-decimals if decimals else 0.0
    off = np.abs(numbers - unit * days.to_numpy())
    return np.asarray(off > allowed + TOLERANCE * np.maximum(np.abs(numbers), 1.0))

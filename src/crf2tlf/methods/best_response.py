"""Best overall response by RECIST 1.1, with or without confirmation: one value for each subject.

RECIST 1.1 is Eisenhauer et al., Eur J Cancer 2009; 45: 228-247.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods.catalogue import Date, Integers, Text
from crf2tlf.methods.columns import Mask, days, texts
from crf2tlf.methods.tumour_response import RESPONSES

CR, PR, SD, NON_CR_NON_PD, PD, NE = range(len(RESPONSES))
"""The responses by their place in RESPONSES, the best first; NON-CR/NON-PD stands for SD without target lesions."""


@dataclass(frozen=True)
class BestResponse:
    """The best overall response of each subject, the date of the assessment it comes from, and its position.

    ``record`` is the position of that assessment among those given; −1 where there is none.
    """

    response: Text
    day: Date
    record: Integers


@dataclass(frozen=True)
class _Assessments:
    """The assessments that count, by subject and date: subject, response, date as a day number, original position."""

    subject: Integers
    response: Integers
    day: Integers
    record: Integers
    late: Mask
    """Whether enough days have passed since the start for stable disease."""


def best_overall_response(
    subject: Integers,
    response: Text,
    day: Date,
    start: Date,
    until: Date | None = None,
    *,
    confirm_days: int | None = None,
    stable_days: int = 42,
    not_evaluable_between: int = 1,
    stable_between: int = 0,
    missing: str = "NE",
) -> BestResponse:
    """Take the best overall response of each subject from the responses at the visits.

    ``responses`` are the assessments: each has a subject, a ``response`` (CR, PR, SD, NON-CR/NON-PD, PD or NE) and a
    date. ``start`` and ``until`` have one date a subject. Assessments without a date or a response, before the start,
    after ``until`` (that day still counts) and after the first PD do not count.

    Each assessment that counts is worth, and the best for the subject decides, the earliest where several are equal:

    - CR: a CR that is confirmed: by a CR at least ``confirm_days`` days later, with nothing but CR and at most
      ``not_evaluable_between`` NE between them.
    - PR: a PR that is confirmed: by a PR or CR at least ``confirm_days`` days later, with nothing but PR, CR, at most
      ``not_evaluable_between`` NE and at most ``stable_between`` SD between them, and no PR after a CR.
    - SD: a CR, PR or SD at least ``stable_days`` days after the start (date ≥ ``start`` + ``stable_days``).
    - NON-CR/NON-PD: the same for NON-CR/NON-PD.
    - PD: a PD; and the PR, SD or NON-CR/NON-PD that directly follows a CR, since disease is back (Table 3).
    - NE: everything else, such as an SD too soon after the start.

    Without ``confirm_days`` every CR and PR counts as it is. A subject without a start date has no SD. A subject
    without any assessment that counts gets ``missing``. Raises ``ValueError`` for a response that is none of these.
    Source: RECIST 1.1 sections 4.4 and 4.6 and Table 3; where Table 3 leaves a choice (CR then PR), the rules are those
    of R admiralonco's ``derive_param_confirmed_bor``.
    """
    data = _counted(subject, response, day, start, until, stable_days)
    if confirm_days is None:
        confirmed = data.response <= PR
    else:
        confirmed = _confirmed_complete(data, confirm_days, not_evaluable_between)
        confirmed |= _confirmed_partial(data, confirm_days, not_evaluable_between, stable_between)
    worth = _worth(data, confirmed)
    order = np.lexsort((np.arange(len(worth)), worth, data.subject))
    best = order[_first_of_each(data.subject[order])]
    position = np.full(len(start), -1, dtype=np.int64)
    position[data.subject[best]] = best
    return _result(data, worth, position, start.index, missing)


def _result(
    data: _Assessments, worth: Integers, position: Integers, index: pd.Index[str], missing: str
) -> BestResponse:
    found = position >= 0
    names = np.array([*RESPONSES, missing], dtype=object)
    chosen = np.append(worth, len(RESPONSES))[position]
    day = np.append(data.day, 0)[position].astype("datetime64[D]")
    return BestResponse(
        texts(names[chosen], index),
        days(np.where(found, day, np.datetime64("NaT", "D")), index),
        np.append(data.record, -1)[position].astype(np.int64),
    )


def _counted(
    subject: Integers, response: Text, day: Date, start: Date, until: Date | None, stable_days: int
) -> _Assessments:
    """Return the assessments that count, by subject and date."""
    code = _codes(response)
    on = day.to_numpy().astype("datetime64[D]")
    began = start.to_numpy().astype("datetime64[D]")[subject]
    counts = (code >= 0) & ~np.isnat(on) & ~(on < began)
    if until is not None:
        counts &= ~(on > until.to_numpy().astype("datetime64[D]")[subject])
    kept = np.flatnonzero(counts)
    order = kept[np.lexsort((kept, on[kept], subject[kept]))]
    progressed = np.cumsum(code[order] == PD)
    first = _first_of_each(subject[order])
    before_subject = (progressed - (code[order] == PD))[first]
    group = np.cumsum(first) - 1
    earlier = progressed - (code[order] == PD) - before_subject[group]
    order = order[earlier == 0]
    late = on[order] >= began[order] + np.timedelta64(int(stable_days), "D")
    return _Assessments(subject[order], code[order], on[order].astype("int64"), order.astype(np.int64), late)


def _codes(response: Text) -> Integers:
    """Return each response's place in RESPONSES, −1 where it is missing."""
    codes, uniques = pd.factorize(response)
    if unknown := sorted(set(uniques) - set(RESPONSES)):
        raise ValueError(f"best_overall_response takes the responses {', '.join(RESPONSES)}, not {', '.join(unknown)}")
    places = np.array([RESPONSES.index(name) for name in uniques] + [-1], dtype=np.int64)
    return places[codes]


def _first_of_each(subject: Integers) -> Mask:
    """Mark the first record of each subject in records sorted by subject."""
    return np.asarray(np.r_[True, subject[1:] != subject[:-1]][: len(subject)])


def _next_where(condition: Mask) -> Integers:
    """Return for each record the position of the first one, from itself on, that meets the condition; else the end.

    One element longer than the records, so that the position after the last one can be asked for.
    """
    at = np.where(condition, np.arange(len(condition)), len(condition))
    return np.append(np.minimum.accumulate(at[::-1])[::-1], len(condition)).astype(np.int64)


def _count_between(condition: Mask, first: Integers, last: Integers) -> Integers:
    """Return how many records strictly between two positions meet the condition."""
    total = np.append(0, np.cumsum(condition))
    return np.asarray(total[last] - total[np.minimum(first + 1, last)])


def _confirmation(data: _Assessments, confirms: Mask, confirm_days: int) -> tuple[Integers, Mask]:
    """Return for each assessment the first that could confirm it by response and date, and whether there is one."""
    size = len(data.day)
    if not size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    floor, span = data.day.min(), data.day.max() - data.day.min() + int(confirm_days) + 1
    key = data.subject * span + (data.day - floor)
    soonest = np.searchsorted(key, key + int(confirm_days), side="left")
    soonest = np.maximum(soonest, np.arange(size) + 1)
    found = _next_where(confirms)[soonest]
    same = (found < size) & (np.append(data.subject, -1)[found] == data.subject)
    return np.where(same, found, np.arange(size)), same


def _confirmed_complete(data: _Assessments, confirm_days: int, not_evaluable: int) -> Mask:
    here = np.arange(len(data.day))
    complete = data.response == CR
    by, found = _confirmation(data, complete, confirm_days)
    gaps = _count_between(data.response == NE, here, by)
    others = _count_between((data.response != CR) & (data.response != NE), here, by)
    return np.asarray(complete & found & (gaps <= not_evaluable) & (others == 0))


def _confirmed_partial(data: _Assessments, confirm_days: int, not_evaluable: int, stable: int) -> Mask:
    here = np.arange(len(data.day))
    partial, complete = data.response == PR, data.response == CR
    by, found = _confirmation(data, partial | complete, confirm_days)
    gaps = _count_between(data.response == NE, here, by)
    steady = _count_between(data.response == SD, here, by)
    others = _count_between((data.response == NON_CR_NON_PD) | (data.response == PD), here, by)
    first_complete = _next_where(complete)[np.minimum(here + 1, len(here))]
    relapsed = _count_between(partial, np.minimum(first_complete, by), by + 1) > 0  # a PR after a CR
    allowed = (gaps <= not_evaluable) & (steady <= stable) & (others == 0) & ~relapsed
    return np.asarray(partial & found & allowed)


def _worth(data: _Assessments, confirmed: Mask) -> Integers:
    """Return what each assessment is worth as best overall response."""
    response = data.response
    after_complete = np.r_[False, (response[:-1] == CR) & (data.subject[1:] == data.subject[:-1])][: len(response)]
    worth: NDArray[np.int64] = np.select(
        [
            confirmed,
            (response <= SD) & data.late,
            (response == NON_CR_NON_PD) & data.late,
            (response == PD) | (after_complete & np.isin(response, [PR, SD, NON_CR_NON_PD])),
        ],
        [response, SD, NON_CR_NON_PD, PD],
        NE,
    )
    return worth

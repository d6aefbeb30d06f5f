"""Rules on dates, study days, durations, epochs, elements and visits in tabulation datasets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import absent, among, found_in, matches, of_subject, plain, present, several
from crf2tlf.conform.dates import after, day, is_date, is_duration, study_day
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, domains, named, study_rule, tabulations
from crf2tlf.conform.submitted import Submitted, SubmittedStudy

_DAYS = {"--DTC": "--DY", "--STDTC": "--STDY", "--ENDTC": "--ENDY"}
_DURATIONS = r"..(DUR|PDUR|ELTM|EVLINT|STINT|ENINT|TDSTOFF)|TEDUR|TDMINPAI|TDMAXPAI"


@dataset_rule("DATE_FORMAT", ERROR, applies=tabulations)
def date_formats(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A date/time is ISO 8601 to the precision known, and is in the calendar.

    Source: SDTMIG 3.4 sections 4.4.1 and 4.4.2.
    """
    for name in (name for name in dataset.names if name.endswith("DTC")):
        values = dataset.text(name)
        yield Problem(f"{name} is no ISO 8601 date", (name,), present(values) & ~is_date(values))


@dataset_rule("DURATION_FORMAT", ERROR, applies=tabulations)
def duration_formats(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A duration is an ISO 8601 duration, and not negative where it was collected.

    Source: SDTMIG 3.4 section 4.4.3; FDA Validator Rules FB4005, FB4006.
    """
    for name in (name for name in dataset.names if re.fullmatch(_DURATIONS, name)):
        values = dataset.text(name)
        yield Problem(f"{name} is no ISO 8601 duration", (name,), present(values) & ~is_duration(values))
        if name.endswith("DUR"):
            yield Problem(f"{name} is negative", (name,), matches(values, "-.*"))


@dataset_rule("DATE_ORDER", ERROR, applies=tabulations, needs=("--STDTC", "--ENDTC"))
def date_order(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A start is not after its end, whatever the unknown parts of both.

    Source: FDA Validator Rules FB3209; SDTMIG 3.4 section 4.4.1.
    """
    start, end = dataset.text("--STDTC"), dataset.text("--ENDTC")
    yield Problem("the start is after the end", ("USUBJID", "--STDTC", "--ENDTC"), after(start, end))


@dataset_rule("STUDY_DAY_ZERO", ERROR, applies=tabulations)
def study_day_zero(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """There is no study day 0; a study day is a whole number.

    Source: SDTMIG 3.4 section 4.4.4 (SDTM Conformance Rules CG0006, CG0220, CG0222).
    """
    for name in (dataset.named(name) for name in _DAYS.values() if dataset.has(name)):
        days = dataset.number(name)
        yield Problem(f"{name} is 0 or not whole", (name,), plain((days == 0) | (days % 1 != 0)) & present(days))


@dataset_rule("STUDY_DAY_VALUE", ERROR, applies=tabulations, needs=("USUBJID",))
def study_day_values(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A study day is what its date and DM.RFSTDTC give; it is missing where one of them is not a complete date.

    Source: SDTMIG 3.4 section 4.4.4 (SDTM Conformance Rules CG0006, CG0007, CG0220-CG0223); FDA Validator Rules
    FB1603.
    """
    reference = day(of_subject(dataset, study.get("DM"), "RFSTDTC"))
    for date, name in ((d, n) for d, n in _DAYS.items() if dataset.has(d, n)):
        wanted = study_day(day(dataset.text(date)), reference)
        given = dataset.number(name)
        known = ~np.isnan(wanted)
        wrong = present(given) & known & (given.to_numpy() != wanted)
        yield Problem(f"{dataset.named(name)} is not the study day", ("USUBJID", date, name), wrong)
        early = present(given) & ~known
        yield Problem(f"{dataset.named(name)} is given without two complete dates", ("USUBJID", date, name), early)


@dataset_rule("STUDY_DAY_MISSING", WARNING, applies=domains, needs=("USUBJID",))
def study_day_missing(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Where a date and DM.RFSTDTC are complete, the study day is given.

    Source: FDA Validator Rules FB1602, FB3201-FB3203.
    """
    reference = day(of_subject(dataset, study.get("DM"), "RFSTDTC"))
    for date, name in ((d, n) for d, n in _DAYS.items() if dataset.has(d)):
        wanted = study_day(day(dataset.text(date)), reference)
        lacking = ~np.isnan(wanted) & absent(dataset.number(name))
        yield Problem(f"{dataset.named(name)} is missing", ("USUBJID", date, name), lacking)


@dataset_rule("STUDY_DAY_DATE", ERROR, applies=domains)
def study_day_dates(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dataset with a study day has the date that it is the day of.

    Source: FDA Validator Rules FB3204-FB3206.
    """
    for date, name in _DAYS.items():
        if dataset.has(name) and not dataset.has(date):
            yield Problem(f"{dataset.named(name)} is there without {dataset.named(date)}", (name,))


@dataset_rule("RELATIVE_TIME", ERROR, applies=domains)
def relative_times(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A relative timing variable and its reference time point are given together.

    Source: SDTMIG 3.4 section 4.4.7.
    """
    for relation, point in (("--STRTPT", "--STTPT"), ("--ENRTPT", "--ENTPT")):
        if dataset.has(relation) or dataset.has(point):
            one = present(dataset.text(relation)) ^ present(dataset.text(point))
            both = f"{dataset.named(relation)} and {dataset.named(point)}"
            yield Problem(f"only one of {both} is given", ("USUBJID", relation, point), one)


@dataset_rule("EPOCH_IN_DESIGN", ERROR, applies=tabulations, needs=("EPOCH",))
def epochs(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """EPOCH is one of the trial's epochs in TA.

    Source: SDTM Conformance Rules CG0009; SDTMIG 3.4 section 7.2.1.
    """
    design = study.get("TA")
    if design is not None and design.has("EPOCH"):
        values = dataset.text("EPOCH")
        unknown = present(values) & ~found_in([values], [design.text("EPOCH")])
        yield Problem("EPOCH is not in TA", ("EPOCH",), unknown)


@dataset_rule("ELEMENT_IN_DESIGN", ERROR, applies=named("SE", "TA"), needs=("ETCD",))
def elements(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """An element is one of TE, under its name there; UNPLAN has no name and says what it was.

    Source: SDTMIG 3.4 sections 5.3, 7.2.1 and 7.2.2 (SDTM Conformance Rules CG0152, CG0154, CG0210).
    """
    code, name, known = dataset.text("ETCD"), dataset.text("ELEMENT"), study.get("TE")
    planned = present(code) & ~among(code, "UNPLAN")
    if known is not None and known.has("ETCD", "ELEMENT"):
        there = found_in([code, name], [known.text("ETCD"), known.text("ELEMENT")])
        yield Problem("ETCD and ELEMENT are not in TE", ("ETCD", "ELEMENT"), planned & present(name) & ~there)
    unplanned = among(code, "UNPLAN") & (present(name) | absent(dataset.text("SEUPDES")))
    yield Problem("UNPLAN has ELEMENT, or lacks SEUPDES", ("ETCD", "ELEMENT", "SEUPDES"), unplanned)


@dataset_rule("ELEMENTS_CONTIGUOUS", ERROR, applies=named("SE"), needs=("USUBJID", "SESTDTC", "SEENDTC"))
def contiguous_elements(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subject's elements follow each other: each starts when the one before it ends.

    Source: SDTMIG 3.4 section 5.3 (SDTM Conformance Rules CG0207, CG0209).
    """
    frame = pd.DataFrame({name: dataset.text(name) for name in ("USUBJID", "SESTDTC", "SEENDTC")})
    frame["ORDER"] = dataset.number("SESEQ").to_numpy()
    ordered = frame.sort_values(["USUBJID", "SESTDTC", "ORDER"], kind="stable")
    following = ordered.groupby("USUBJID")["SESTDTC"].shift(-1).reindex(frame.index)
    has_next = present(following)
    wrong = has_next & plain(frame["SEENDTC"].fillna("") != following.fillna(""))
    yield Problem("SEENDTC is not the start of the subject's next element", ("USUBJID", "SESTDTC", "SEENDTC"), wrong)


@study_rule("VISIT_PAIR", ERROR)
def visit_pairs(study: SubmittedStudy) -> Iterator[Problem]:
    """VISITNUM and VISIT go one to one in the whole study.

    Source: SDTMIG 3.4 section 4.4.5 (SDTM Conformance Rules CG0035; FDA Validator Rules FB0919).
    """
    datasets = [d for d in study.sdtm if d.has("VISITNUM", "VISIT")]
    if not datasets:
        return
    # unscheduled visits may share a name or have none: the numbers of planned visits count
    planned = study.get("TV")
    number = pd.concat([d.number("VISITNUM") for d in datasets], ignore_index=True)
    name = pd.concat([d.text("VISIT") for d in datasets], ignore_index=True)
    names = several([number], name)
    if planned is not None and planned.has("VISITNUM", "VISIT"):
        concerned = found_in([number], [planned.number("VISITNUM")])
        numbers = several([name.where(concerned)], number.where(concerned))
    else:
        numbers = several([name], number)
    start = 0
    for dataset in datasets:
        part = slice(start, start + dataset.size)
        start += dataset.size
        for says, wrong in (("VISITNUM has several names", names), ("VISIT has several numbers", numbers)):
            if wrong[part].any():
                pairs = "; ".join((dataset.text("VISITNUM") + " " + name[part].array)[wrong[part]].unique()[:3])
                yield Problem(f"{says}: {pairs}", ("VISITNUM", "VISIT"), wrong[part], dataset.name)


@dataset_rule("VISIT_PLANNED", ERROR, applies=named("SV"), needs=("VISITNUM",))
def planned_visits(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A planned visit in SV is in TV under its number and name, and VISITDY is given for planned visits only.

    Source: SDTMIG 3.4 sections 4.4.5, 5.5 and 7.3.1 (SDTM Conformance Rules CG0655-CG0658).
    """
    design, number = study.get("TV"), dataset.number("VISITNUM")
    planned = among(dataset.text("SVPRESP"), "Y")
    if design is not None and design.has("VISITNUM"):
        known = found_in([number], [design.number("VISITNUM")])
        yield Problem("SVPRESP is Y and the visit is not in TV", ("VISITNUM", "VISIT", "SVPRESP"), planned & ~known)
        if dataset.has("SVPRESP"):
            unsaid = present(number) & known & ~planned
            yield Problem("the visit is in TV and SVPRESP is not Y", ("VISITNUM", "VISIT", "SVPRESP"), unsaid)
        if design.has("VISIT") and dataset.has("VISIT"):
            pair = found_in([number, dataset.text("VISIT")], [design.number("VISITNUM"), design.text("VISIT")])
            yield Problem("the visit has another name in TV", ("VISITNUM", "VISIT"), known & ~pair)
        early = present(dataset.number("VISITDY")) & ~known
        yield Problem("VISITDY is given for an unplanned visit", ("VISITNUM", "VISITDY"), early)


@dataset_rule("VISIT_OF_SUBJECT", ERROR, applies=domains, needs=("USUBJID", "VISITNUM"))
def visits_of_subjects(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A visit at which something was recorded is among the subject's visits in SV.

    Source: SDTMIG 3.4 section 5.5 (SDTM Conformance Rules CG0034).
    """
    visits = study.get("SV")
    if visits is None or not visits.has("USUBJID", "VISITNUM"):
        return
    number = dataset.number("VISITNUM")
    there = found_in([dataset.text("USUBJID"), number], [visits.text("USUBJID"), visits.number("VISITNUM")])
    yield Problem("the visit is not in SV", ("USUBJID", "VISITNUM"), present(number) & ~there)


@dataset_rule("TIME_POINT", ERROR, applies=domains)
def time_points(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A planned time point has name and number, and a reference where an elapsed time is given.

    Source: SDTMIG 3.4 section 4.4.10 (SDTM Conformance Rules CG0661); FDA Validator Rules FB4405.
    """
    if dataset.has("--TPT") or dataset.has("--TPTNUM"):
        one = present(dataset.text("--TPT")) ^ present(dataset.number("--TPTNUM"))
        yield Problem("only one of --TPT and --TPTNUM is given", ("--TPT", "--TPTNUM"), one)
    if dataset.has("--ELTM"):
        alone = present(dataset.text("--ELTM")) & absent(dataset.text("--TPTREF"))
        yield Problem("--ELTM is given without --TPTREF", ("--ELTM", "--TPTREF"), alone)

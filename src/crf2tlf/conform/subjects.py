"""Rules on subjects: DM, death, arms, age and exposure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import absent, among, found_in, of_subject, plain, positions, present, repeated
from crf2tlf.conform.dates import Moments, after, day, earliest, latest
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, named, tabulations
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy


@dataset_rule("SUBJECT_IN_DM", ERROR, applies=tabulations, needs=("USUBJID",))
def subjects_in_dm(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Every subject of a tabulation dataset is in DM.

    Source: SDTMIG 3.4 section 4.2.3 (SDTM Conformance Rules CG0029).
    """
    dm = study.get("DM")
    if dm is None or not dm.has("USUBJID"):
        return
    subject = dataset.text("USUBJID")
    yield Problem(
        "the subject is not in DM", ("USUBJID",), present(subject) & ~found_in([subject], [dm.text("USUBJID")])
    )


@dataset_rule("DM_SUBJECT_UNIQUE", ERROR, applies=named("DM"))
def unique_subjects(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """DM has one record for each subject, and SUBJID is unique in the study.

    Source: SDTMIG 3.4 section 5.2 (SDTM Conformance Rules CG0150, CG0151).
    """
    for name in ("USUBJID", "SUBJID"):
        values = dataset.text(name)
        yield Problem(f"{name} is not unique", (name,), repeated([values], present(values)))


@dataset_rule("DM_AGE_UNIT", ERROR, applies=named("DM"), needs=("AGE", "AGEU"))
def age_units(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """AGE has a unit, is not negative, and AGEU is missing where AGE is.

    Source: SDTM 2.0, demographics (SDTM Conformance Rules CG0665); FDA Validator Rules FB4001.
    """
    age, unit = present(dataset.number("AGE")), present(dataset.text("AGEU"))
    yield Problem("only one of AGE and AGEU is given", ("AGE", "AGEU"), age ^ (unit & absent(dataset.text("AGETXT"))))
    yield Problem("AGE is negative", ("AGE",), plain(dataset.number("AGE") < 0))


@dataset_rule("DM_AGE_DATES", WARNING, applies=named("DM"), needs=("AGE", "BRTHDTC", "RFSTDTC"))
def age_dates(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """AGE in years agrees with BRTHDTC on some day from informed consent to the reference start.

    Source: SDTMIG 3.4 section 5.2 (AGE).
    """
    age, birth = dataset.number("AGE").to_numpy(), dataset.text("BRTHDTC")
    first = np.fmin(earliest(dataset.text("RFICDTC")), earliest(dataset.text("RFSTDTC")))
    last = np.fmax(latest(dataset.text("RFICDTC")), latest(dataset.text("RFSTDTC")))
    with np.errstate(invalid="ignore"):
        wrong = (age < _years(latest(birth), first)) | (age > _years(earliest(birth), last))
    wrong &= among(dataset.text("AGEU"), "YEARS")
    yield Problem("AGE does not agree with BRTHDTC", ("BRTHDTC", "RFICDTC", "RFSTDTC", "AGE"), wrong)


def _years(birth: Moments, moment: Moments) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the completed years between two moments, missing where either is."""
    born, then = pd.Series(birth), pd.Series(moment)
    before = (then.dt.month * 100 + then.dt.day) < (born.dt.month * 100 + born.dt.day)
    years: np.ndarray[Any, np.dtype[np.float64]] = (then.dt.year - born.dt.year - before).to_numpy(dtype="float64")
    return years


@dataset_rule("DM_REFERENCE_ORDER", ERROR, applies=named("DM"))
def reference_order(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Reference dates are in order: consent, first treatment, last treatment; RFSTDTC is not after RFENDTC.

    Source: FDA Validator Rules FB3404, FB3408, FB3411, FB3412.
    """
    for first, second in (
        ("RFSTDTC", "RFENDTC"),
        ("RFXSTDTC", "RFXENDTC"),
        ("RFICDTC", "RFSTDTC"),
        ("RFICDTC", "RFXSTDTC"),
    ):
        wrong = after(dataset.text(first), dataset.text(second))
        yield Problem(f"{first} is after {second}", ("USUBJID", first, second), wrong)


@dataset_rule("DM_EXPOSURE_DATES", ERROR, applies=named("DM"), needs=("USUBJID", "RFXSTDTC", "RFXENDTC"))
def exposure_dates(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """RFXSTDTC and RFXENDTC are the subject's first and last exposure in EX.

    Source: SDTMIG 3.4 section 5.2 (SDTM Conformance Rules CG0147, CG0148).
    """
    exposure = study.get("EX")
    if exposure is None or not exposure.has("USUBJID", "EXSTDTC"):
        return
    start, end = exposure.text("EXSTDTC"), exposure.text("EXENDTC")
    bounds = {
        "RFXSTDTC": ("first", [start]),
        # the last end, or the last start where no end was collected
        "RFXENDTC": ("last", [end.where(end.notna(), start), end[end.notna()]]),
    }
    for variable, (which, accepted) in bounds.items():
        here = day(dataset.text(variable))
        wanted = [_exposed(dataset, exposure, dates, which) for dates in accepted]
        wrong = np.logical_and.reduce([np.isnat(here) | (here != moment) for moment in wanted])
        known = ~np.isnat(wanted[0])  # a partial date leaves it open
        yield Problem(f"{variable} is not the {which} exposure in EX", ("USUBJID", variable), wrong & known)


def _exposed(dataset: Submitted, exposure: Submitted, dates: pd.Series[Any], which: str) -> Moments:
    """Return the first or last day of each subject's exposures, not a time where one of them is partial."""
    subjects = exposure.text("USUBJID")[dates.index].to_numpy()
    days = pd.Series(day(dates))
    extreme = days.groupby(subjects).min() if which == "first" else days.groupby(subjects).max()
    extreme = extreme[~days.isna().groupby(subjects).any()]
    subject = dataset.text("USUBJID")
    at = positions([subject], [pd.Series(extreme.index, dtype="str")]) if len(extreme) else np.full(dataset.size, -1)
    found = np.append(extreme.to_numpy(dtype="datetime64[D]"), np.datetime64("NaT"))
    return np.asarray(found[at], dtype="datetime64[D]")  # -1 is the last: not a time


@dataset_rule("DM_DEATH", ERROR, applies=named("DM"), needs=("DTHFL",))
def death_flag(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """DTHFL is Y or missing; it is Y where DTHDTC is given, and DTHDTC is given where it is Y.

    Source: SDTM 2.0, demographics (SDTM Conformance Rules CG0131); FDA Validator Rules FB0606, FB0610.
    """
    flag, died = dataset.text("DTHFL"), present(dataset.text("DTHDTC"))
    yield Problem("DTHFL is not Y or missing", ("DTHFL",), present(flag) & ~among(flag, "Y"))
    yield Problem("DTHDTC is given and DTHFL is not Y", ("DTHDTC", "DTHFL"), died & ~among(flag, "Y"))
    yield Problem("DTHFL is Y without a DTHDTC", ("DTHDTC", "DTHFL"), ~died & among(flag, "Y"))


def _told(study: SubmittedStudy, domain: str, **values: str) -> list[tuple[Submitted, Mask]]:
    """Return a domain and which of its records have one of the given values, all records if none is given.

    Nothing where there is no such domain.
    """
    dataset = study.get(domain)
    if dataset is None or not dataset.has("USUBJID"):
        return []
    told = [among(dataset.text(name), value) for name, value in values.items()]
    return [(dataset, np.logical_or.reduce(told) if told else np.ones(dataset.size, dtype=bool))]


@dataset_rule("DEATH_RECORDED", ERROR, applies=named("AE", "DS", "DD", "SS"), needs=("USUBJID",))
def deaths_recorded(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A subject with a death in AE, DS, DD or SS has DTHFL in DM.

    Source: SDTMIG 3.4 section 5.2 (SDTM Conformance Rules CG0132-CG0136).
    """
    says = {
        "AE": {"AESDTH": "Y", "AEOUT": "FATAL"},
        "DS": {"DSDECOD": "DEATH"},
        "SS": {"SSSTRESC": "DEAD"},
    }.get(dataset.name, {})  # any record in DD tells of a death
    dm = study.get("DM")
    for told, dead in _told(study, dataset.name, **says):
        flagged = among(of_subject(told, dm, "DTHFL"), "Y")
        yield Problem("tells of a death and DM.DTHFL is not Y", ("USUBJID", *says), dead & ~flagged)


@dataset_rule("DEATH_DISPOSITION", WARNING, applies=named("DM"), needs=("USUBJID", "DTHFL"))
def death_disposition(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A subject with DTHFL has a death in DS, on the day of DTHDTC.

    Source: FDA Validator Rules FB0608, FB0611; SDTMIG 3.4 section 5.2 (SDTM Conformance Rules CG0069).
    """
    for told, dead in _told(study, "DS", DSDECOD="DEATH"):
        subject = told.text("USUBJID")[dead]
        there = found_in([dataset.text("USUBJID")], [subject])
        flagged = among(dataset.text("DTHFL"), "Y")
        yield Problem("DTHFL is Y without a death in DS", ("USUBJID", "DTHFL"), flagged & ~there)
        same = found_in(
            [dataset.text("USUBJID"), dataset.text("DTHDTC")], [subject, told.text("DSSTDTC")[dead].str.slice(0, 10)]
        )
        dated = flagged & there & present(dataset.text("DTHDTC"))
        yield Problem("DTHDTC is not the day of the death in DS", ("USUBJID", "DTHDTC"), dated & ~same)


@dataset_rule("DM_ARM", ERROR, applies=named("DM"), needs=("ARMCD", "ARM"))
def arms(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Arms have code and name or neither, are in TA, and ARMNRS is given exactly where one of them is missing.

    Source: SDTMIG 3.4 section 5.2 (SDTM Conformance Rules CG0512-CG0522).
    """
    design, pairs = study.get("TA"), (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM"))
    given = []
    for code, name in (pair for pair in pairs if dataset.has(*pair)):
        both = [dataset.text(code), dataset.text(name)]
        given.append(present(both[0]))
        yield Problem(f"only one of {code} and {name} is given", (code, name), present(both[0]) ^ present(both[1]))
        if design is not None and design.has("ARMCD", "ARM"):
            known = found_in(both, [design.text("ARMCD"), design.text("ARM")])
            yield Problem(f"{code} and {name} are not in TA", (code, name), present(both[0]) & ~known)
    reason = present(dataset.text("ARMNRS"))
    complete = np.logical_and.reduce(given)
    yield Problem("an arm is missing without ARMNRS", ("ARMCD", "ACTARMCD", "ARMNRS"), ~complete & ~reason)
    yield Problem("ARMNRS is given with both arms", ("ARMCD", "ACTARMCD", "ARMNRS"), complete & reason)


@dataset_rule("DM_EXPOSED", WARNING, applies=named("DM"), needs=("USUBJID", "ACTARMCD"))
def exposed(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A subject with an actual arm has exposure in EX, and a subject with exposure has an actual arm.

    Source: FDA Validator Rules FB2302, FB2304.
    """
    exposure = study.get("EX")
    if exposure is None or not exposure.has("USUBJID"):
        return
    treated = found_in([dataset.text("USUBJID")], [exposure.text("USUBJID")])
    arm = present(dataset.text("ACTARMCD"))
    unexplained = absent(dataset.text("ARMNRS"))
    yield Problem("ACTARMCD is given without exposure in EX", ("USUBJID", "ACTARMCD"), arm & ~treated & unexplained)
    yield Problem("there is exposure in EX without ACTARMCD", ("USUBJID", "ACTARMCD"), treated & ~arm & unexplained)

"""Rules on ADSL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from crf2tlf.conform.columns import among, differ, found_in, positions, present, repeated
from crf2tlf.conform.rule import ERROR, WARNING, Problem, analyses, dataset_rule, named
from crf2tlf.conform.submitted import Submitted, SubmittedStudy
from crf2tlf.rules.columns import take

_POPULATIONS = ("COMPLFL", "FASFL", "ITTFL", "PPROTFL", "SAFFL", "RANDFL", "ENRLFL")


@dataset_rule("ADSL_SUBJECT_UNIQUE", ERROR, applies=named("ADSL"), needs=("USUBJID",))
def unique_subjects(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """ADSL has one record for each subject.

    Source: ADaMIG 1.3 section 3.2; ADaM Conformance Rules 54; FDA Study Data Technical Conformance Guide, ADSL.
    """
    subject = dataset.text("USUBJID")
    yield Problem("the subject has several records", ("USUBJID",), repeated([subject], present(subject)))


@dataset_rule("ADSL_STRUCTURE", ERROR, applies=analyses)
def adsl_label(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """ADSL is labelled Subject-Level Analysis Dataset, and no other dataset is.

    Source: ADaM Conformance Rules 320, 321; ADaMIG 1.3 section 3.2.
    """
    if (dataset.name == "ADSL") != (dataset.label == "Subject-Level Analysis Dataset"):
        yield Problem(f"the dataset has the label {dataset.label}")


@dataset_rule("ADSL_SUBJECTS_OF_DM", WARNING, applies=named("ADSL"), needs=("USUBJID",))
def subjects_of_dm(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Every subject with an arm in DM is in ADSL.

    Source: ADaMIG 1.3 section 3.2; FDA Study Data Technical Conformance Guide, ADSL.
    """
    dm = study.get("DM")
    if dm is None or not dm.has("USUBJID", "ARMCD"):
        return
    assigned = present(dm.text("ARMCD"))
    lost = assigned & ~found_in([dm.text("USUBJID")], [dataset.text("USUBJID")])
    if lost.any():
        shown = ", ".join(dm.text("USUBJID")[lost].fillna("missing").iloc[:5])
        yield Problem(f"{int(lost.sum())} subjects with an arm in DM are not in ADSL: {shown}", ("USUBJID",))


@dataset_rule("ADSL_DM_VALUE", ERROR, applies=named("ADSL"), needs=("USUBJID",))
def values_of_dm(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A variable that is also in DM has the same values there.

    Source: ADaM Conformance Rules 2, 204-210, 367; ADaMIG 1.3 section 3.1.1.
    """
    dm = study.get("DM")
    if dm is None or not dm.has("USUBJID"):
        return
    at = positions([dataset.text("USUBJID")], [dm.text("USUBJID")])
    for name in (name for name in dataset.names if name in dm.names and name not in ("STUDYID", "USUBJID")):
        wrong = (at >= 0) & differ(dataset.frame[name], take(dm.frame[name], at))
        yield Problem(f"{name} is not DM's", ("USUBJID", name), wrong)


@dataset_rule("ADSL_POPULATION_FLAG", ERROR, applies=named("ADSL"))
def population_flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A population flag is Y or N for every subject, and there is at least one.

    Source: ADaM Conformance Rules 19-25, 48; ADaMIG 1.3 section 3.2.3.
    """
    for name in (name for name in _POPULATIONS if dataset.has(name)):
        wrong = ~among(dataset.text(name), "Y", "N")
        yield Problem(f"{name} is neither Y nor N", ("USUBJID", name), wrong)
    if not any(name.endswith("FL") for name in dataset.names):
        yield Problem("there is no population flag")


@dataset_rule("ADSL_TREATMENT_DATES", ERROR, applies=named("ADSL"))
def treatment_dates(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Where there is exposure, ADSL has the first and last day of treatment, and those of each period within them.

    Source: ADaM Conformance Rules 61, 84, 365; ADaMIG 1.3, treatment timing variables of ADSL.
    """
    for one, other in (("TRTSDT", "TRTSDTM"), ("TRTEDT", "TRTEDTM")):
        if study.get("EX") is not None and not (dataset.has(one) or dataset.has(other)):
            yield Problem(f"neither {one} nor {other} is in the dataset", (one, other))
    ends = [name for name in dataset.names if re.fullmatch(r"TR\d\dEDT", name)]
    if ends and dataset.has("TRTEDT"):
        last = pd.DataFrame({name: dataset.date(name) for name in ends}).max(axis=1)
        wrong = present(last) & differ(dataset.date("TRTEDT"), last)
        yield Problem("TRTEDT is not the last of the periods' ends", ("USUBJID", "TRTEDT", *ends), wrong)


@dataset_rule("ADSL_PERIODS", ERROR, applies=named("ADSL"))
def periods(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Planned treatments are there from period 01 on without a gap, each with its actual treatment's planned one.

    Source: ADaM Conformance Rules 72, 80, 81; ADaMIG 1.3, treatment variables of ADSL.
    """
    planned = [int(name[3:5]) for name in dataset.names if re.fullmatch(r"TRT\d\dP", name)]
    for number in range(1, max(planned, default=1)):
        if number not in planned:
            yield Problem(f"TRT{number:02d}P is not in the dataset although later periods are", (f"TRT{number:02d}P",))
    for name in (name for name in dataset.names if re.fullmatch(r"TRT\d\dA", name)):
        if not dataset.has(f"{name[:-1]}P"):
            yield Problem(f"{name} is there without {name[:-1]}P", (name,))


@dataset_rule("ADSL_DEATH", ERROR, applies=named("ADSL"), needs=("DTHFL",))
def deaths(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A date or cause of death stands with DTHFL, where ADSL has it.

    Source: ADaMIG 1.3, trial experience variables of ADSL (DTHDT, DTHCAUS).
    """
    dead = among(dataset.text("DTHFL"), "Y")
    for name in (name for name in ("DTHDT", "DTHDTM", "DTHCAUS") if dataset.has(name)):
        given = present(dataset.frame[name])
        yield Problem(f"{name} is given and DTHFL is not Y", ("USUBJID", "DTHFL", name), given & ~dead)


@dataset_rule("ADSL_TREATED", WARNING, applies=named("ADSL"), needs=("SAFFL", "TRTSDT"))
def treated(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subject in the safety population has a first day of treatment, and a treated subject is in it.

    Source: ADaMIG 1.3 section 3.2.3 (SAFFL).
    """
    safety, first = among(dataset.text("SAFFL"), "Y"), present(dataset.date("TRTSDT"))
    yield Problem("SAFFL does not agree with TRTSDT", ("USUBJID", "SAFFL", "TRTSDT"), safety ^ first)

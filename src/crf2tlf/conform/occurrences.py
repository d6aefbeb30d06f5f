"""Rules on interventions and events: coding, seriousness, doses, pre-specified terms and categories."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crf2tlf.conform.columns import absent, among, found_in, of_subject, plain, present, several
from crf2tlf.conform.dates import after
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, domains, named
from crf2tlf.conform.submitted import Submitted, SubmittedStudy

_CODES = {
    "--LLTCD": "--LLT",
    "--PTCD": "--DECOD",
    "--HLTCD": "--HLT",
    "--HLGTCD": "--HLGT",
    "--BDSYCD": "--BODSYS",
    "--SOCCD": "--SOC",
    "--CLASCD": "--CLAS",
}
_SERIOUS = ("AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESOD", "AESMIE")


@dataset_rule("CODE_PAIR", ERROR, applies=domains)
def code_pairs(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dictionary code and its term go one to one, and a term that has a code has it in all records.

    Source: FDA Validator Rules FB0905-FB0911.
    """
    for code, term in _CODES.items():
        if dataset.has(code, term):
            numbers = dataset.text(code)
            shown = f"{dataset.named(code)} and {dataset.named(term)} do not go one to one"
            wrong = several([numbers], dataset.text(term)) | several([dataset.text(term)], numbers)
            yield Problem(shown, (code, term), wrong)
            coded = found_in([dataset.text(term)], [dataset.text(term)[present(numbers)]])
            yield Problem(
                f"{dataset.named(code)} is missing where other records of the term have it",
                (code, term),
                coded & absent(numbers),
            )


@dataset_rule("CODED_TERM", WARNING, applies=named("AE"), needs=("AETERM", "AEDECOD"))
def coded_terms(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A reported event has a dictionary-derived term, and a term its body system.

    Source: SDTMIG 3.4 sections 4.3.6 and 6.2.1.
    """
    term, coded = present(dataset.text("AETERM")), present(dataset.text("AEDECOD"))
    yield Problem("the event is not coded", ("AETERM", "AEDECOD"), term & ~coded)
    if dataset.has("AEBODSYS"):
        lacking = coded & absent(dataset.text("AEBODSYS"))
        yield Problem("the coded term has no body system", ("AEDECOD", "AEBODSYS"), lacking)


@dataset_rule("SERIOUSNESS", ERROR, applies=named("AE"), needs=("AESER",))
def seriousness(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An event is serious exactly where one of the criteria of seriousness is met.

    Source: SDTMIG 3.4 section 6.2.1 (SDTM Conformance Rules CG0041, CG0042).
    """
    criteria = [name for name in _SERIOUS if dataset.has(name)]
    if criteria:
        met = np.logical_or.reduce([among(dataset.text(name), "Y") for name in criteria])
        serious = among(dataset.text("AESER"), "Y")
        shown = ("USUBJID", "AESER", *criteria)
        yield Problem("a criterion of seriousness is met and AESER is not Y", shown, met & ~serious)
        yield Problem("AESER is Y and no criterion of seriousness is met", shown, serious & ~met)


@dataset_rule("FATAL_OUTCOME", ERROR, applies=named("AE"), needs=("AEOUT",))
def fatal_outcomes(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """AEOUT is FATAL exactly where AESDTH is Y.

    Source: SDTMIG 3.4 section 6.2.1.
    """
    fatal, led = among(dataset.text("AEOUT"), "FATAL"), among(dataset.text("AESDTH"), "Y")
    yield Problem("AESDTH is Y and AEOUT is not FATAL", ("AESDTH", "AEOUT"), led & ~fatal)
    if dataset.has("AESDTH"):
        yield Problem("AEOUT is FATAL and AESDTH is not Y", ("AESDTH", "AEOUT"), fatal & ~led)


@dataset_rule("OUTCOME_DATE", WARNING, applies=named("AE"), needs=("AEOUT", "AEENDTC"))
def outcome_dates(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An event that has not resolved has no end.

    Source: FDA Validator Rules FB3409.
    """
    open_ended = among(dataset.text("AEOUT"), "NOT RECOVERED/NOT RESOLVED")
    ended = present(dataset.text("AEENDTC"))
    yield Problem("the event has not resolved and has an end", ("AEOUT", "AEENDTC"), open_ended & ended)


@dataset_rule("DOSE", ERROR, applies=domains, needs=("--DOSE",))
def doses(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dose is not negative, has a unit, and is 0 for a placebo.

    Source: FDA Validator Rules FB4002; SDTM Conformance Rules CG0102, CG0114; SDTMIG 3.4 section 6.1.3.1.
    """
    dose, unit = dataset.number("--DOSE"), dataset.text("--DOSU")
    yield Problem("the dose is negative", ("--TRT", "--DOSE"), plain(dose < 0))
    yield Problem("the dose has no unit", ("--TRT", "--DOSE", "--DOSU"), present(dose) & absent(unit))
    if dataset.domain == "EX":
        placebo = among(dataset.text("EXTRT"), "PLACEBO") & plain(dose != 0) & present(dose)
        yield Problem("the dose of a placebo is not 0", ("EXTRT", "EXDOSE"), placebo)


@dataset_rule("PRESPECIFIED", ERROR, applies=domains, needs=("--OCCUR",))
def prespecified(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--OCCUR is given for pre-specified terms only; one that was asked for and not answered says NOT DONE.

    Source: SDTMIG 3.4 section 4.5.7; SDTM Conformance Rules CG0089.
    """
    occurred, asked = present(dataset.text("--OCCUR")), among(dataset.text("--PRESP"), "Y")
    yield Problem("--OCCUR is given and --PRESP is not Y", ("--PRESP", "--OCCUR"), occurred & ~asked)
    unanswered = asked & ~occurred & ~among(dataset.text("--STAT"), "NOT DONE")
    yield Problem("--PRESP is Y without --OCCUR or --STAT", ("--PRESP", "--OCCUR", "--STAT"), unanswered)


@dataset_rule("CATEGORY", ERROR, applies=domains)
def categories(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subcategory has a category, and a category is neither the domain, the subcategory nor the term itself.

    Source: SDTMIG 3.4 section 4.2.6 (SDTM Conformance Rules CG0336-CG0340, CG0429).
    """
    category, sub = dataset.text("--CAT"), dataset.text("--SCAT")
    yield Problem("--SCAT is given without --CAT", ("--CAT", "--SCAT"), present(sub) & absent(category))
    for name in (name for name in ("--CAT", "--SCAT") if dataset.has(name)):
        values = dataset.text(name)
        yield Problem(f"{dataset.named(name)} is the domain", (name,), among(values, dataset.domain))
        for other in ("--DECOD", "--BODSYS"):
            same = plain(values == dataset.text(other)) & present(values)
            yield Problem(f"{dataset.named(name)} is {dataset.named(other)}", (name, other), same)
    same = plain(category == sub) & present(category)
    yield Problem("--CAT and --SCAT are the same", ("--CAT", "--SCAT"), same)


@dataset_rule("AE_AFTER_CONSENT", WARNING, applies=named("AE"), needs=("USUBJID", "AESTDTC"))
def events_after_consent(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """An adverse event does not start before informed consent.

    Source: SDTMIG 3.4 sections 5.2 and 6.2.1.
    """
    consent = of_subject(dataset, study.get("DM"), "RFICDTC")
    yield Problem("the event starts before consent", ("USUBJID", "AESTDTC"), after(consent, dataset.text("AESTDTC")))

"""Rules on the results of findings domains: tests, original and standardised results, units, baseline flags."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crf2tlf.conform.columns import absent, among, matches, of_subject, plain, present, repeated, several
from crf2tlf.conform.dates import after
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, findings_domains
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy

_QUALIFIERS = ("--CAT", "--SCAT", "--OBJ", "--SPEC", "--SPCCND", "--LOC", "--LAT", "--DIR", "--PORTOT", "--METHOD")
_CONDITIONS = (
    "--POS",
    "--TPT",
    "--TPTREF",
    "--EVAL",
    "--EVALID",
    "--LNKID",
    "--GRPID",
    "--REFID",
    "--ANTREG",
    "--FAST",
)


@dataset_rule("TEST_PAIR", ERROR, applies=findings_domains, needs=("--TESTCD", "--TEST"))
def pairs_of_tests(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--TESTCD and --TEST go one to one.

    Source: FDA Validator Rules FB0901; SDTMIG 3.4 section 4.2.1.
    """
    code, name = dataset.text("--TESTCD"), dataset.text("--TEST")
    yield Problem("--TESTCD has several names", ("--TESTCD", "--TEST"), several([code], name))
    yield Problem("--TEST has several codes", ("--TESTCD", "--TEST"), several([name], code))


@dataset_rule("TEST_NAME", ERROR, applies=findings_domains, needs=("--TESTCD",))
def names_of_tests(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--TESTCD has at most 8 letters, digits and underscores and no digit first; --TEST at most 40 characters.

    Source: SDTMIG 3.4 sections 4.2.1 and 4.5.3.1 (SDTM Conformance Rules CG0372, CG0406).
    """
    code = dataset.text("--TESTCD")
    yield Problem(
        "--TESTCD cannot be a variable's name", ("--TESTCD",), present(code) & ~matches(code, "[A-Z_][A-Z0-9_]{0,7}")
    )
    # IETEST holds the criterion itself (SDTMIG 3.4 section 4.5.3.1)
    if dataset.domain != "IE":
        yield Problem("--TEST is longer than 40 characters", ("--TEST",), plain(dataset.text("--TEST").str.len() > 40))


@dataset_rule("RESULT_OR_STATUS", ERROR, applies=findings_domains, needs=("--ORRES",))
def results_or_status(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A record has a result or says NOT DONE, and not both; a derived record needs no original result.

    Source: SDTMIG 3.4 section 4.5.1.1 and 4.5.1.2 (SDTM Conformance Rules CG0348, CG0422).
    """
    result, status = present(dataset.text("--ORRES")), present(dataset.text("--STAT"))
    derived = among(dataset.text("--DRVFL"), "Y")
    shown = ("--TESTCD", "--ORRES", "--STAT")
    yield Problem("both a result and a status are given", shown, result & status)
    yield Problem("neither a result nor a status is given", shown, ~result & ~status & ~derived)


@dataset_rule("RESULT_STANDARDISED", ERROR, applies=findings_domains, needs=("--ORRES", "--STRESC"))
def standardised_results(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A record with an original result has a standardised one, and none without a result.

    Source: SDTMIG 3.4 section 4.5.1.1 (SDTM Conformance Rules CG0397).
    """
    original, standard = present(dataset.text("--ORRES")), present(dataset.text("--STRESC"))
    shown = ("--TESTCD", "--ORRES", "--STRESC")
    yield Problem("--STRESC is missing", shown, original & ~standard)
    surplus = ~original & standard & ~among(dataset.text("--DRVFL"), "Y")
    yield Problem("--STRESC is given without --ORRES", shown, surplus)


@dataset_rule("RESULT_NUMERIC", ERROR, applies=findings_domains, needs=("--STRESC", "--STRESN"))
def numeric_results(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--STRESN is the number that --STRESC is, and missing where --STRESC is no number.

    Source: SDTMIG 3.4 section 4.5.1.1; FDA Validator Rules FB3101-FB3103.
    """
    text, number = dataset.text("--STRESC"), dataset.number("--STRESN")
    numeric = matches(text, r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
    said = np.full(dataset.size, np.nan)
    said[numeric] = text[numeric].astype("float64")
    shown = ("--TESTCD", "--STRESC", "--STRESN")
    yield Problem("--STRESN is missing although --STRESC is a number", shown, numeric & absent(number))
    yield Problem("--STRESN is given although --STRESC is no number", shown, ~numeric & present(number))
    different = numeric & present(number) & ~np.isclose(said, number.to_numpy(), rtol=1e-9, atol=1e-12)
    yield Problem("--STRESN is not the number in --STRESC", shown, different)


@dataset_rule("REASON_NOT_DONE", ERROR, applies=findings_domains, needs=("--REASND",))
def reasons_not_done(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--REASND is given only where --STAT says NOT DONE.

    Source: SDTM 2.0, findings (SDTM Conformance Rules CG0094).
    """
    reason = present(dataset.text("--REASND")) & ~among(dataset.text("--STAT"), "NOT DONE")
    yield Problem("--REASND is given without --STAT", ("--STAT", "--REASND"), reason)


@dataset_rule("RESULT_UNIT", ERROR, applies=findings_domains, needs=("--TESTCD", "--STRESU"))
def result_units(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A test has one standard unit within its category, specimen and method; a unit stands with a result only.

    Source: FDA Validator Rules FB3001; SDTM 2.0, findings (--STRESU).
    """
    unit = dataset.text("--STRESU")
    groups = [dataset.text(name).fillna("") for name in ("--TESTCD", "--CAT", "--SCAT", "--SPEC", "--METHOD")]
    yield Problem("the test has several standard units", ("--TESTCD", "--STRESU"), several(groups, unit))
    alone = present(unit) & absent(dataset.text("--STRESC"))
    yield Problem("--STRESU is given without --STRESC", ("--TESTCD", "--STRESC", "--STRESU"), alone)


@dataset_rule("NORMAL_RANGE", ERROR, applies=findings_domains)
def normal_ranges(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """The lower limit of a normal range is not above its upper limit.

    Source: FDA Validator Rules FB3901, FB3902.
    """
    for low, high in (("--STNRLO", "--STNRHI"), ("--ORNRLO", "--ORNRHI")):
        if dataset.has(low, high):
            crossed = plain(dataset.number(low) > dataset.number(high))
            yield Problem(f"{dataset.named(low)} is above {dataset.named(high)}", ("--TESTCD", low, high), crossed)


@dataset_rule("BASELINE_FLAG", ERROR, applies=findings_domains)
def baseline_flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """--BLFL and --LOBXFL are Y or missing, and stand with a result.

    Source: SDTMIG 3.4 section 4.5.9; SDTM Conformance Rules CG0541; FDA Validator Rules FB2601, FB2602.
    """
    for flag in _flags(dataset):
        values, name = dataset.text(flag), dataset.named(flag)
        yield Problem(f"{name} is not Y or missing", (flag,), present(values) & ~among(values, "Y"))
        lacking = among(values, "Y") & absent(dataset.text("--STRESC"))
        yield Problem(f"{name} is Y without a result", ("--TESTCD", "--STRESC", flag), lacking)


@dataset_rule("BASELINE_FLAG_UNIQUE", WARNING, applies=findings_domains, needs=("USUBJID", "--TESTCD"))
def unique_baseline_flags(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subject has one baseline record, and one last observation before exposure, for each test and its conditions.

    Source: SDTMIG 3.4 section 4.5.9; FDA Validator Rules FB2603, FB2604.
    """
    for flag in _flags(dataset):
        groups = [dataset.text(n) for n in ("USUBJID", "--TESTCD", *_QUALIFIERS, *_CONDITIONS) if dataset.has(n)]
        again: Mask = repeated(groups, among(dataset.text(flag), "Y"))
        yield Problem(f"several records have {dataset.named(flag)}", ("USUBJID", "--TESTCD"), again)


@dataset_rule("LAST_OBSERVATION_DATE", ERROR, applies=findings_domains, needs=("USUBJID", "--LOBXFL", "--DTC"))
def last_observation_dates(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """The last observation before exposure is not after the first treatment.

    Source: SDTMIG 3.4 section 4.5.9.
    """
    treated = of_subject(dataset, study.get("DM"), "RFXSTDTC")
    late = among(dataset.text("--LOBXFL"), "Y") & after(dataset.text("--DTC"), treated)
    yield Problem("--LOBXFL is Y after the first treatment", ("USUBJID", "--TESTCD", "--DTC"), late)


def _flags(dataset: Submitted) -> list[str]:
    return [flag for flag in ("--BLFL", "--LOBXFL") if dataset.has(flag)]

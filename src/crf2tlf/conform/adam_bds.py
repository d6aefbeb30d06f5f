"""Rules on datasets with the basic data structure: parameters, values, baseline, change, criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import (
    TOLERANCE,
    absent,
    among,
    differ,
    matches,
    plain,
    positions,
    present,
    repeated,
    several,
)
from crf2tlf.conform.rule import ERROR, Problem, dataset_rule, parameters
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy
from crf2tlf.rules.columns import take


@dataset_rule("PARAM_PAIR", ERROR, applies=parameters, needs=("PARAMCD", "PARAM"))
def parameter_pairs(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """PARAMCD and PARAM go one to one; PARAMN, PARAMTYP and PARCATy have one value for a parameter.

    Source: ADaMIG 1.3 section 3.3.4; ADaM Conformance Rules 123, 124, 738-741.
    """
    code = dataset.text("PARAMCD")
    categories = [name for name in dataset.names if re.fullmatch(r"PARCAT\d+N?", name)]
    for name in (name for name in ("PARAM", "PARAMN", "PARAMTYP", *categories) if dataset.has(name)):
        values = dataset.text(name)
        yield Problem(f"a parameter has several values of {name}", ("PARAMCD", name), several([code], values))
        if name in ("PARAM", "PARAMN"):
            yield Problem(f"{name} has several PARAMCD", ("PARAMCD", name), several([values], code))


@dataset_rule("PARAM_NAME", ERROR, applies=parameters, needs=("PARAMCD",))
def parameter_names(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """PARAMCD has at most 8 capitals, digits and underscores, a letter first.

    Source: ADaMIG 1.3 section 3.3.4; ADaM Conformance Rules 143-145.
    """
    code = dataset.text("PARAMCD")
    yield Problem("PARAMCD cannot be a name", ("PARAMCD",), present(code) & ~matches(code, "[A-Z][A-Z0-9_]{0,7}"))


@dataset_rule("AVAL_PRESENT", ERROR, applies=parameters)
def values_present(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """The dataset has AVAL or AVALC.

    Source: ADaMIG 1.3 section 3.3.4; ADaM Conformance Rules 198.
    """
    if not (dataset.has("AVAL") or dataset.has("AVALC")):
        yield Problem("neither AVAL nor AVALC is in the dataset", ("AVAL", "AVALC"))


@dataset_rule("AVAL_PAIR", ERROR, applies=parameters, needs=("PARAMCD",))
def value_pairs(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Within a parameter AVAL and AVALC go one to one, and so do BASE and BASEC.

    Source: ADaMIG 1.3 section 3.3.4; ADaM Conformance Rules 742, 743.
    """
    code = dataset.text("PARAMCD")
    for number, text in (("AVAL", "AVALC"), ("BASE", "BASEC")):
        if dataset.has(number, text):
            values, texts = dataset.number(number), dataset.text(text)
            wrong = several([code, values], texts) | several([code, texts], values)
            yield Problem(f"{number} and {text} do not go one to one", ("PARAMCD", number, text), wrong)


@dataset_rule("BASELINE_UNIQUE", ERROR, applies=parameters, needs=("USUBJID", "PARAMCD", "ABLFL"))
def unique_baselines(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subject has one baseline record for a parameter and type of baseline.

    Source: ADaM Conformance Rules 154, 155; ADaMIG 1.3 section 3.3.8 (ABLFL).
    """
    again = repeated(_baseline_of(dataset), among(dataset.text("ABLFL"), "Y"))
    yield Problem("several records have ABLFL", ("USUBJID", "PARAMCD", "ABLFL"), again)


@dataset_rule("BASE_VALUE", ERROR, applies=parameters, needs=("USUBJID", "PARAMCD", "ABLFL"))
def base_values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A baseline value is the analysis value of the baseline record, which is there.

    Source: ADaM Conformance Rules 127, 128, 152, 165, 168, 181; ADaMIG 1.3 section 3.3.4 (BASE).
    """
    keys, baseline = _baseline_of(dataset), among(dataset.text("ABLFL"), "Y")
    at = positions(keys, [key[baseline].reset_index(drop=True) for key in keys])
    for name, source in (("BASE", "AVAL"), ("BASEC", "AVALC"), ("BTOXGR", "ATOXGR"), ("BNRIND", "ANRIND")):
        if not dataset.has(name, source):
            continue
        values = dataset.frame[name]
        wanted = take(dataset.frame[source][baseline].reset_index(drop=True), at)
        shown = ("USUBJID", "PARAMCD", source, name)
        given = present(values)
        yield Problem(f"{name} is given without a baseline record", shown, given & (at < 0))
        yield Problem(
            f"{name} is not {source} of the baseline record", shown, given & (at >= 0) & differ(values, wanted)
        )


def _baseline_of(dataset: Submitted) -> list[pd.Series[Any]]:
    """What a baseline belongs to: subject, parameter and type of baseline."""
    return [dataset.text(name).fillna("") for name in ("USUBJID", "PARAMCD", "BASETYPE")]


@dataset_rule("BASE_ONE", ERROR, applies=parameters, needs=("USUBJID", "PARAMCD"))
def one_base(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A subject has one baseline value for a parameter and type of baseline; BASETYPE is given for all or no records.

    Source: ADaM Conformance Rules 732-734; ADaMIG 1.3 section 3.3.4 (BASE, BASETYPE).
    """
    for name in (name for name in ("BASE", "BASEC") if dataset.has(name)):
        again = several(_baseline_of(dataset), dataset.text(name))
        yield Problem(f"the subject has several values of {name}", ("USUBJID", "PARAMCD", name), again)
    if dataset.has("BASETYPE"):
        lacking = absent(dataset.text("BASETYPE"))
        if not lacking.all():
            yield Problem("BASETYPE is missing in some records only", ("PARAMCD", "BASETYPE"), lacking)


@dataset_rule("CHANGE", ERROR, applies=parameters, needs=("AVAL", "BASE"))
def changes(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """CHG is AVAL - BASE, PCHG is 100 * (AVAL - BASE) / BASE, R2BASE is AVAL / BASE.

    Source: ADaM Conformance Rules 132, 223, 225; ADaMIG 1.3 section 3.3.4 (CHG, PCHG, R2BASE).
    """
    value, base = dataset.number("AVAL"), dataset.number("BASE")
    divisor = base.where(base != 0)
    for name, wanted in (("CHG", value - base), ("PCHG", 100 * (value - base) / divisor), ("R2BASE", value / divisor)):
        given = dataset.number(name)
        wrong = present(given) & ~_as_rounded(given, wanted)
        yield Problem(f"{name} is not what AVAL and BASE give", ("USUBJID", "PARAMCD", "AVAL", "BASE", name), wrong)


def _as_rounded(given: pd.Series[Any], wanted: pd.Series[Any]) -> Mask:
    """Whether numbers are the wanted ones, or these rounded to the decimals that all given numbers keep to."""
    numbers = given.dropna().to_numpy()
    decimals = next((d for d in range(7) if np.allclose(numbers, np.round(numbers, d), rtol=0, atol=1e-9)), None)
    half = 0.5 * 10.0**-decimals if decimals is not None and len(numbers) else 0.0
    # a column of whole numbers is exact, unless what it should be is not whole
    exact = np.isclose(given.to_numpy(), wanted.to_numpy(), rtol=TOLERANCE, atol=1e-9)
    near = np.abs(given.to_numpy() - wanted.to_numpy()) <= half * (1 + TOLERANCE) + 1e-9
    return np.asarray(exact | near)


@dataset_rule("CRITERION", ERROR, applies=parameters, needs=("PARAMCD",))
def criteria(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A criterion and its flag stand together, and a parameter has one text of a criterion.

    Source: ADaM Conformance Rules 137, 151, 335, 336; ADaMIG 1.3 section 3.3.4 (CRITy, CRITyFL).
    """
    for number in sorted({m[1] for name in dataset.names if (m := re.fullmatch(r"CRIT(\d)(?:FL)?", name))}):
        text, flag = f"CRIT{number}", f"CRIT{number}FL"
        if not dataset.has(text, flag):
            yield Problem(f"only one of {text} and {flag} is in the dataset", (text, flag))
            continue
        alone = present(dataset.text(flag)) & absent(dataset.text(text))
        yield Problem(f"{flag} is given without {text}", ("PARAMCD", text, flag), alone)
        wrong = several([dataset.text("PARAMCD")], dataset.text(text))
        yield Problem(f"a parameter has several texts of {text}", ("PARAMCD", text), wrong)


@dataset_rule("BASELINE_BEFORE_TREATMENT", ERROR, applies=parameters, needs=("ABLFL", "ADT", "TRTSDT"))
def early_baselines(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A baseline record is not after the first day of treatment.

    Source: ADaMIG 1.3 section 3.3.8 (ABLFL); FDA Study Data Technical Conformance Guide, BDS.
    """
    late = among(dataset.text("ABLFL"), "Y") & plain(dataset.date("ADT") > dataset.date("TRTSDT"))
    if not dataset.has("BASETYPE"):  # other baselines than that of the treatment are declared by BASETYPE
        yield Problem("ABLFL is Y after TRTSDT", ("USUBJID", "PARAMCD", "ADT", "TRTSDT"), late)

"""Rules on controlled terminology."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import among, matches, whose
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, every
from crf2tlf.conform.submitted import Listed, Mask, Submitted, SubmittedStudy
from crf2tlf.rules.scope import by_value

_NUMBER = r"[<>]?=?[+-]?[0-9]+(\.[0-9]+)?"


@dataset_rule("TERM_LISTED", ERROR, applies=every)
def codelists(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A value is in the codelist of its variable, where the codelist may not be extended.

    Source: SDTMIG 3.4 sections 4.3.1 and 4.3.3; ADaMIG 1.3 section 3 (codelists of standard variables); FDA Study
    Data Technical Conformance Guide, controlled terminology.
    """
    for variable, listed, outside in _outside(dataset):
        if not listed.extensible:
            yield from _by_value(dataset, variable, outside, f"is not in the codelist {', '.join(listed.names)}")


@dataset_rule("TERM_EXTENSION", WARNING, applies=every)
def extensions(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A value outside an extensible codelist is on record as the study's addition.

    Source: SDTMIG 3.4 sections 4.3.1 and 4.3.3; FDA Study Data Technical Conformance Guide, controlled terminology.
    """
    for variable, listed, outside in _outside(dataset):
        if listed.extensible:
            says = f"is not in the extensible codelist {', '.join(listed.names)}; add it to codelists.yaml"
            yield from _by_value(dataset, variable, outside & ~_same_but_case(dataset, variable, listed), says)


@dataset_rule("TERM_CASE", ERROR, applies=every)
def term_case(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A term of a codelist is written as the codelist writes it.

    Source: SDTMIG 3.4 section 4.3.2.
    """
    for variable, listed, outside in _outside(dataset):
        says = f"is a term of {', '.join(listed.names)} but for its case"
        yield from _by_value(dataset, variable, outside & _same_but_case(dataset, variable, listed), says)


def _outside(dataset: Submitted) -> Iterator[tuple[str, Listed, Mask]]:
    """Yield each variable with a codelist and the records whose values are not in it."""
    for variable, lists in dataset.listed.items():
        values = dataset.text(variable)
        if variable not in dataset.variables or dataset.variables[variable].type != "Char":
            continue
        for listed in lists:
            outside = whose(values, partial(_lacks, listed.values))
            if listed.by is not None:
                outside &= among(dataset.text(listed.by), str(listed.case))
            if variable.endswith("STRESC"):  # a result is a term of the list or a number
                outside &= ~matches(values, _NUMBER)
            yield variable, listed, outside


def _lacks(values: frozenset[str], text: str) -> bool:
    return text not in values


def _same_but_case(dataset: Submitted, variable: str, listed: Listed) -> Mask:
    return whose(dataset.text(variable), lambda text: text.casefold() in listed.folded)


def _by_value(dataset: Submitted, variable: str, outside: Mask, says: str) -> Iterator[Problem]:
    """Yield a problem for each value, so that each can be explained on its own."""
    values: pd.Series[str] = dataset.text(variable)
    for shown, records in by_value(np.flatnonzero(outside), values):
        where = np.zeros(dataset.size, dtype=bool)
        where[records] = True
        yield Problem(f"{variable}: {shown} {says}", (variable,), where)

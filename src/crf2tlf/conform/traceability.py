"""Rules on SRCDOM, SRCVAR and SRCSEQ: the record that an analysis value says it comes from is there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crf2tlf.conform.columns import found_in, plain, positions, present, whose
from crf2tlf.conform.dates import day
from crf2tlf.conform.rule import ERROR, Problem, analyses, dataset_rule
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy
from crf2tlf.rules.columns import take


def _sources(dataset: Submitted, study: SubmittedStudy) -> Iterator[tuple[Submitted, str, Mask]]:
    """Yield each dataset and variable that records say they come from, and which records do.

    Pairs with an unknown dataset or variable are left out; a rule of its own reports them.
    """
    pairs = pd.DataFrame({"domain": dataset.text("SRCDOM"), "variable": dataset.text("SRCVAR").fillna("")})
    for (domain, variable), part in pairs.dropna().groupby(["domain", "variable"], sort=True):
        source = study.get(str(domain))
        named = source is not None and (source.has(str(variable)) or variable in _qualifiers(source, study))
        if source is not None and (not variable or named):
            chosen = np.zeros(dataset.size, dtype=bool)
            chosen[part.index] = True
            yield source, str(variable), chosen


def _qualifiers(source: Submitted, study: SubmittedStudy) -> list[str]:
    """Return the names of a domain's supplemental qualifiers."""
    supplement = study.get(f"SUPP{source.name}")
    return list(supplement.text("QNAM").dropna().unique()) if supplement else []


def _sequence(source: Submitted) -> str:
    return f"{source.domain}SEQ" if source.sdtm else "ASEQ"


@dataset_rule("SOURCE_DATASET", ERROR, applies=analyses, needs=("SRCDOM",))
def source_datasets(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """SRCDOM is a dataset of the study, and SRCVAR a variable of it or the QNAM of a supplemental qualifier.

    Source: ADaMIG 1.3, datapoint traceability variables; ADaM Conformance Rules 746.
    """
    domain, variable = dataset.text("SRCDOM"), dataset.text("SRCVAR")
    unknown = present(domain) & ~plain(domain.isin(list(study.datasets)))
    yield Problem("SRCDOM is no dataset", ("SRCDOM",), unknown)
    known = {f"{source.name}.{name}" for source in study for name in (*source.names, *_qualifiers(source, study))}
    lost = whose(domain + "." + variable, lambda name: name not in known)
    yield Problem("SRCVAR is no variable of SRCDOM", ("SRCDOM", "SRCVAR"), lost & ~unknown)
    alone = present(variable) & ~present(domain)
    yield Problem("SRCVAR is given without SRCDOM", ("SRCDOM", "SRCVAR"), alone)


@dataset_rule("SOURCE_RECORD", ERROR, applies=analyses, needs=("USUBJID", "SRCDOM", "SRCSEQ"))
def source_records(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """SRCSEQ is the number of a record of the subject in SRCDOM.

    Source: ADaMIG 1.3, datapoint traceability variables.
    """
    number, subject = dataset.number("SRCSEQ"), dataset.text("USUBJID")
    shown = ("USUBJID", "SRCDOM", "SRCSEQ")
    yield Problem("SRCSEQ is given without SRCDOM", shown, present(number) & ~present(dataset.text("SRCDOM")))
    for source, _, chosen in _sources(dataset, study):
        given, sequence = chosen & present(number), _sequence(source)
        if not source.has("USUBJID", sequence):
            yield Problem(f"{source.name} has no sequence number", shown, given)
            continue
        there = found_in([subject, number], [source.text("USUBJID"), source.number(sequence)])
        yield Problem(f"{source.name} has no such record", shown, given & ~there)


@dataset_rule("SOURCE_DATE", ERROR, applies=analyses, needs=("USUBJID", "SRCDOM", "SRCVAR", "ADT", "CNSR"))
def source_dates(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """The date of an event or censoring is the source's, where SRCVAR is a date.

    Source: ADaMIG 1.3, datapoint traceability variables; ADaMIG 1.3, time-to-event variables.
    """
    subject, number = dataset.text("USUBJID"), dataset.number("SRCSEQ")
    here = dataset.date("ADT").to_numpy().astype("datetime64[D]")
    for source, variable, chosen in _sources(dataset, study):
        if not variable or not source.has("USUBJID", variable):
            continue
        values, sequence = source.frame[variable], _sequence(source)
        given = chosen & present(number)
        mine, theirs = [subject, number], [source.text("USUBJID"), source.number(sequence)]
        if not given.any() and source.text("USUBJID").is_unique:  # such as ADSL: the subject is enough
            given, mine, theirs = chosen, [subject], [source.text("USUBJID")]
        there = take(values, positions(mine, theirs))
        dates = there.to_numpy().astype("datetime64[D]") if there.dtype.kind == "M" else day(there.astype("str"))
        wrong = given & ~np.isnat(dates) & ~np.isnat(here) & (dates != here)
        yield Problem(f"ADT is not {source.name}.{variable}", ("USUBJID", "PARAMCD", "ADT", "SRCSEQ"), wrong)

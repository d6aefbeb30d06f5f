"""Rules on occurrence datasets."""

from __future__ import annotations

from collections.abc import Iterator

from crf2tlf.conform.columns import absent, differ, positions, present
from crf2tlf.conform.rule import ERROR, WARNING, Problem, dataset_rule, occurrences
from crf2tlf.conform.submitted import Submitted, SubmittedStudy
from crf2tlf.rules.columns import take


def _parent(dataset: Submitted, study: SubmittedStudy) -> tuple[Submitted, str] | None:
    """Return the domain whose sequence number the dataset carries, and that variable."""
    numbers = [name for name in dataset.names if len(name) == 5 and name.endswith("SEQ")]
    for name in sorted(numbers, key=lambda name: name[:2] != dataset.name[2:]):  # ADAE is first of all of AE
        source = study.get(name[:2])
        if source is not None and source.sdtm and source.has("USUBJID", name):
            return source, name
    return None


@dataset_rule("OCCDS_NO_PARAMETER", ERROR, applies=occurrences)
def no_parameters(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """An occurrence dataset has neither AVAL, AVALC nor PARAM.

    Source: OCCDS 1.1; ADaM Conformance Rules 252, 254.
    """
    for name in (name for name in ("AVAL", "AVALC", "PARAM", "PARAMCD") if dataset.has(name)):
        yield Problem(f"{name} is in an occurrence dataset", (name,))


@dataset_rule("OCCDS_RECORD", ERROR, applies=occurrences, needs=("USUBJID",))
def records_of_sdtm(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A record with a sequence number of SDTM is a record that is there, once.

    Source: OCCDS 1.1 (--SEQ, traceability); ADaMIG 1.3, datapoint traceability variables.
    """
    found = _parent(dataset, study)
    if found is None:
        if not dataset.has("SRCDOM", "SRCSEQ"):
            yield Problem("the dataset carries neither the --SEQ of a tabulation dataset nor SRCDOM and SRCSEQ")
        return
    source, sequence = found
    number = dataset.number(sequence)
    at = positions([dataset.text("USUBJID"), number], [source.text("USUBJID"), source.number(sequence)])
    shown = ("USUBJID", sequence)
    yield Problem(f"{source.name} has no such record", shown, present(number) & (at < 0))


@dataset_rule("OCCDS_VALUE", ERROR, applies=occurrences, needs=("USUBJID",))
def values_of_sdtm(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """A variable of SDTM has the value of its record there: terms, decodes, dates as collected.

    Source: OCCDS 1.1; ADaMIG 1.3 section 3.1.1; ADaM Conformance Rules 2, 199.
    """
    found = _parent(dataset, study)
    if found is None:
        return
    source, sequence = found
    theirs = [source.text("USUBJID"), source.number(sequence)]
    at = positions([dataset.text("USUBJID"), dataset.number(sequence)], theirs)
    for name in (n for n in dataset.names if n in source.names and n not in ("STUDYID", "USUBJID", sequence)):
        wrong = (at >= 0) & differ(dataset.frame[name], take(source.frame[name], at))
        yield Problem(f"{name} is not {source.name}'s", ("USUBJID", sequence, name), wrong)


@dataset_rule("OCCDS_COMPLETE", WARNING, applies=occurrences, needs=("USUBJID", "AESEQ"))
def complete_events(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """Every event of a subject of the adverse event dataset is in it.

    Source: OCCDS 1.1, adverse events; FDA Study Data Technical Conformance Guide, ADAE.
    """
    source = study.get("AE")
    if source is None or not source.has("USUBJID", "AESEQ"):
        return
    theirs = [source.text("USUBJID"), source.number("AESEQ")]
    lost = positions(theirs, [dataset.text("USUBJID"), dataset.number("AESEQ")]) < 0
    lost &= positions([source.text("USUBJID")], [dataset.text("USUBJID")]) >= 0
    if lost.any():
        shown = ", ".join(f"{s} {n:g}" for s, n in zip(theirs[0][lost][:5], theirs[1][lost][:5], strict=True))
        yield Problem(f"{int(lost.sum())} events of AE are not in the dataset: {shown}", ("USUBJID", "AESEQ"))


@dataset_rule("OCCDS_DURATION", ERROR, applies=occurrences, needs=("ADURN",))
def durations(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A duration has a unit.

    Source: ADaM Conformance Rules 268; OCCDS 1.1 (ADURN, ADURU).
    """
    alone = present(dataset.number("ADURN")) & absent(dataset.text("ADURU"))
    yield Problem("ADURN is given without ADURU", ("ADURN", "ADURU"), alone)

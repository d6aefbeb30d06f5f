"""Rules on datasets as such: names, labels, types, order, keys, required variables, and texts that files can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from crf2tlf.conform.columns import absent, matches, plain, present, repeated, whose
from crf2tlf.conform.rule import (
    ERROR,
    WARNING,
    Problem,
    dataset_rule,
    domains,
    every,
    study_rule,
    tabulations,
)
from crf2tlf.conform.submitted import Submitted, SubmittedStudy
from crf2tlf.standards import sdtm_dataset, sdtm_order, sdtm_variable, sdtm_variables

_NAME = r"[A-Z][A-Z0-9_]{0,7}"


@dataset_rule("NAME", ERROR, applies=every)
def names(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Names of datasets and variables are 1 to 8 capitals, digits and underscores, a letter first.

    Source: SDTMIG 3.4 section 4.2.1 (SDTM Conformance Rules CG0310); ADaM Conformance Rules 13-15; FDA Study Data
    Technical Conformance Guide, dataset names.
    """
    import re

    for name in (dataset.name, *dataset.names):
        if not re.fullmatch(_NAME, name):
            yield Problem(f"{name} is not a name of at most 8 capitals, digits and underscores", (name,))


@dataset_rule("LABEL", ERROR, applies=every)
def labels(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Datasets and variables have labels of at most 40 plain characters.

    Source: SDTMIG 3.4 section 4.2.1 (SDTM Conformance Rules CG0311); ADaM Conformance Rules 16; FDA Study Data
    Technical Conformance Guide, descriptor length.
    """
    for name, label in ((dataset.name, dataset.label), *((v.name, v.label) for v in dataset.variables.values())):
        if not label.strip():
            yield Problem(f"{name} has no label", (name,))
        elif len(label) > 40 or not label.isascii():
            yield Problem(f"the label of {name} is longer than 40 characters or not plain: {label}", (name,))


@dataset_rule("STANDARD_LABEL", WARNING, applies=tabulations)
def standard_labels(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the guide lists for a domain has the guide's label; so has the dataset.

    Source: SDTMIG 3.4 section 3.2.2, conformance.
    """
    standard = sdtm_dataset(dataset.name)
    if standard and standard.name == dataset.name and standard.label != dataset.label:
        yield Problem(f"the label of {dataset.name} is {dataset.label}, the guide's {standard.label}")
    listed = sdtm_variables(dataset.name)
    for name, variable in dataset.variables.items():
        if name in listed and listed[name].label != variable.label:
            yield Problem(f"the label of {name} is {variable.label}, the guide's {listed[name].label}", (name,))


@dataset_rule("STANDARD_TYPE", ERROR, applies=tabulations)
def standard_types(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable has the type that the guide or the model gives it.

    Source: SDTMIG 3.4 section 3.2.2 (SDTM Conformance Rules CG0012).
    """
    for name, variable in dataset.variables.items():
        standard = sdtm_variable(dataset.name, name)
        if standard and standard.type != variable.type:
            yield Problem(f"{name} is {variable.type}, the standard's is {standard.type}", (name,))


@dataset_rule("LONG_TEXT", ERROR, applies=every)
def text_lengths(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A text has at most 200 characters.

    Source: SDTMIG 3.4 section 4.5.3; ADaM Conformance Rules 17; FDA Study Data Technical Conformance Guide, SAS
    transport format.
    """
    for name in _texts(dataset):
        wrong = whose(dataset.text(name), lambda text: len(text) > 200)
        yield Problem(f"{name} is longer than 200 characters", (), wrong)


@dataset_rule("PLAIN_TEXT", ERROR, applies=every)
def plain_texts(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Texts have printable ASCII characters only.

    Source: FDA Study Data Technical Conformance Guide, special characters.
    """
    for name in _texts(dataset):
        yield Problem(f"{name} has other characters", (name,), whose(dataset.text(name), _is_not_plain))


@dataset_rule("BLANK_TEXT", WARNING, applies=every)
def blank_texts(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A text does not begin with a blank, and is not a single point.

    Source: FDA Validator Rules FB1501, FB1502; SDTMIG 3.4 section 4.2.5.
    """
    for name in _texts(dataset):
        yield Problem(f"{name} begins with a blank or is a point", (name,), matches(dataset.text(name), r" .*|\."))


def _is_not_plain(text: str) -> bool:
    return not (text.isascii() and text.isprintable())


def _texts(dataset: Submitted) -> list[str]:
    return [name for name, variable in dataset.variables.items() if variable.type == "Char"]


@dataset_rule("DATASET_EMPTY", ERROR, applies=every)
def empty_datasets(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dataset that is submitted has records.

    Source: SDTMIG 3.4 section 3.2 (SDTM Conformance Rules CG0408).
    """
    if not dataset.size:
        yield Problem("the dataset has no records")


@dataset_rule("UNIQUE_KEY", ERROR, applies=every)
def unique_keys(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """The keys of a dataset tell its records apart.

    Source: SDTMIG 3.4 sections 3.2.1.1 and 4.1.9; ADaMIG 1.3, fundamentals of the ADaM standard (dataset metadata).
    """
    keys = tuple(key for key in dataset.keys if dataset.has(key))
    if keys:
        again = repeated([dataset.frame[key] for key in keys], np.ones(dataset.size, dtype=bool))
        unwritten = [key for key in dataset.keys if key not in keys]
        more = f" ({', '.join(unwritten)} is not in the dataset)" if unwritten else ""
        yield Problem(f"another record has the same {', '.join(keys)}{more}", keys, again)


@dataset_rule("REQUIRED_VARIABLE", ERROR, applies=tabulations)
def required_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the guide requires is in the dataset.

    Source: SDTMIG 3.4 section 4.1.5 (SDTM Conformance Rules CG0014).
    """
    return _lacking(dataset, "Req", "required")


@dataset_rule("EXPECTED_VARIABLE", WARNING, applies=tabulations)
def expected_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the guide expects is in the dataset, with missing values where nothing was collected.

    Source: SDTMIG 3.4 section 4.1.5.
    """
    return _lacking(dataset, "Exp", "expected")


def _lacking(dataset: Submitted, core: str, word: str) -> Iterator[Problem]:
    for name, variable in sdtm_variables(dataset.name).items():
        if variable.core == core and name not in dataset.names:
            yield Problem(f"the {word} variable {name} is not in the dataset", (name,))


@dataset_rule("REQUIRED_VALUE", ERROR, applies=tabulations)
def required_values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable that the guide requires has a value in every record.

    Source: SDTMIG 3.4 section 4.1.5 (SDTM Conformance Rules CG0014).
    """
    for name, variable in sdtm_variables(dataset.name).items():
        if variable.core == "Req" and name in dataset.names:
            yield Problem(f"the required variable {name} is missing", (name,), absent(dataset.frame[name]))


@dataset_rule("VARIABLE_UNKNOWN", ERROR, applies=tabulations)
def unknown_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A variable is one that the guide lists for the domain or that the model allows in its class.

    Source: SDTMIG 3.4 section 2.5 (SDTM Conformance Rules CG0013).
    """
    for name in dataset.names:
        if sdtm_variable(dataset.name, name) is None:
            yield Problem(f"{name} is not in the model; make it a supplemental qualifier", (name,))


@dataset_rule("VARIABLE_ORDER", WARNING, applies=tabulations)
def variable_order(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """Variables stand in the order of the guide and the model.

    Source: SDTMIG 3.4 section 4.1.4 (SDTM Conformance Rules CG0664).
    """
    here, ordered = list(dataset.names), sdtm_order(dataset.name, dataset.names)
    first = next((name for name, wanted in zip(here, ordered, strict=True) if name != wanted), None)
    if first:
        yield Problem(f"{first} stands out of order; the order is {', '.join(ordered)}", (first,))


@dataset_rule("DOMAIN_VALUE", ERROR, applies=tabulations, needs=("DOMAIN",))
def domain_values(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """DOMAIN is the two letters that the dataset's name begins with, in every record.

    Source: SDTMIG 3.4 section 4.2.2; SDTM 2.0, study subject data (SDTM Conformance Rules CG0413).
    """
    wrong = plain(dataset.text("DOMAIN").fillna("") != dataset.domain)
    yield Problem(f"DOMAIN is not {dataset.domain}", ("DOMAIN",), wrong)


@dataset_rule("STUDYID_VALUE", ERROR, applies=every)
def study_identifiers(dataset: Submitted, study: SubmittedStudy) -> Iterator[Problem]:
    """STUDYID is the same in all records of all datasets.

    Source: SDTMIG 3.4 section 4.2.6 (SDTM Conformance Rules CG0409); ADaM Conformance Rules 88; FDA rejection
    criterion 1734.
    """
    if dataset.has("STUDYID"):
        wrong = plain(dataset.text("STUDYID").fillna("") != study.study)
        yield Problem(f"STUDYID is not {study.study}", ("STUDYID",), wrong)
    else:
        yield Problem("the variable STUDYID is not in the dataset", ("STUDYID",))


@dataset_rule("SEQUENCE", ERROR, applies=tabulations, needs=("USUBJID", "--SEQ"))
def sequence_numbers(dataset: Submitted, _: SubmittedStudy) -> Iterable[Problem]:
    """--SEQ is a whole number that a subject has only once in a domain.

    Source: SDTM 2.0, identifiers (SDTM Conformance Rules CG0028).
    """
    number = dataset.number("--SEQ")
    owners = [dataset.text(name) for name in ("USUBJID", "POOLID") if dataset.has(name)]
    again = repeated([*owners, number], present(number))
    yield Problem("another record of the subject has the same --SEQ", ("USUBJID", "--SEQ"), again)
    broken = present(number) & plain((number < 1) | (number % 1 != 0))
    yield Problem("--SEQ is not a whole number from 1 on", ("USUBJID", "--SEQ"), broken)


@dataset_rule("TIMING_VARIABLE", WARNING, applies=domains)
def timing_variables(dataset: Submitted, _: SubmittedStudy) -> Iterator[Problem]:
    """A dataset of a general observation class has at least one timing variable.

    Source: SDTMIG 3.4 section 4.4 (SDTM Conformance Rules CG0219).
    """
    if not any(variable.role == "Timing" for variable in dataset.variables.values()):
        yield Problem("the dataset has no timing variable")


@study_rule("DATASETS", ERROR)
def needed_datasets(study: SubmittedStudy) -> Iterator[Problem]:
    """The datasets without which an agency refuses a study are there: DM, TS, and ADSL where there are analysis data.

    Source: FDA rejection criteria 1734 and 1736; ADaM Conformance Rules 1; PMDA Technical Conformance Guide.
    """
    for name in ("DM", "TS"):
        if study.sdtm and name not in study.datasets:
            yield Problem(f"there is no dataset {name}", dataset=name)
    if study.adam and "ADSL" not in study.datasets:
        yield Problem("there is no dataset ADSL", dataset="ADSL")


@study_rule("TRIAL_DESIGN", WARNING)
def trial_design(study: SubmittedStudy) -> Iterator[Problem]:
    """The trial design is described: TA, TE, TV, TI beside TS.

    Source: SDTMIG 3.4 section 7; FDA Study Data Technical Conformance Guide, trial design model.
    """
    for name in ("TA", "TE", "TV", "TI"):
        if study.sdtm and name not in study.datasets:
            yield Problem(f"there is no dataset {name}", dataset=name)

"""Datasets: class, structure and keys, and their variables as items."""

from __future__ import annotations

import re
from dataclasses import replace

from crf2tlf.build.metadata import VariableMetadata, declared, standard_variable
from crf2tlf.build.result import Dataset
from crf2tlf.build.transport import transport_form
from crf2tlf.metadata.items import Context
from crf2tlf.metadata.model import DatasetMetadata, Item
from crf2tlf.metadata.supplemental import described_qualifier
from crf2tlf.metadata.variables import comment_of, described_variable
from crf2tlf.standards import sdtm_dataset

_CLASSES = {
    "ADSL": "SUBJECT LEVEL ANALYSIS DATASET",
    "BDS": "BASIC DATA STRUCTURE",
    "TTE": "BASIC DATA STRUCTURE",
    "OCCDS": "OCCURRENCE DATA STRUCTURE",
    "OTHER": "ADAM OTHER",
}
"""Classes of analysis datasets: CDISC's codelist GNRLOBSC."""

_UNITS = {
    "USUBJID": "subject",
    **dict.fromkeys(("PARAM", "PARAMCD", "PARAMN"), "parameter"),
    **dict.fromkeys(("AVISIT", "AVISITN"), "analysis visit"),
}


def described_dataset(context: Context, dataset: Dataset) -> DatasetMetadata:
    """Return the metadata of a dataset with those of its variables and values."""
    spec = dataset.spec
    own = dataset.name == spec.dataset
    names = {variable.name for variable in dataset.variables}
    keys = tuple(key for key in dataset.keys if key in names)
    found_class = observation_class(dataset)
    reference = found_class in ("TRIAL DESIGN", "STUDY REFERENCE")
    standard = sdtm_dataset(dataset.name)
    stated = (spec.records if own else None) or (standard.structure if dataset.sdtm and standard else None)
    return DatasetMetadata(
        name=dataset.name,
        label=dataset.label,
        domain=spec.dataset,
        observation_class=found_class,
        structure=stated or structure_of(dataset),
        purpose="Tabulation" if dataset.sdtm else "Analysis",
        repeating=not reference and set(keys) - {"STUDYID"} != {"USUBJID"},
        reference_data=reference,
        records=dataset.size,
        keys=keys,
        items=tuple(_items(context, dataset, keys)),
        subclass=_subclass(dataset),
        comment=context.comment(dataset.name, spec.comment) if own else None,
        place=str(spec.place),
    )


def observation_class(dataset: Dataset) -> str:
    """Return the class of a dataset in the words of Define-XML; a domain of the study's own by its topic variable."""
    if not dataset.sdtm:
        return _CLASSES[dataset.spec.structure or "OTHER"]
    standard = sdtm_dataset(dataset.name)
    if standard is not None:
        return standard.observation_class.upper().replace("-", " ")
    names = {variable.name.removeprefix(dataset.name) for variable in dataset.variables}
    topics = {"TESTCD": "FINDINGS", "TRT": "INTERVENTIONS", "TERM": "EVENTS"}
    return next((found for name, found in topics.items() if name in names), "SPECIAL PURPOSE")


def structure_of(dataset: Dataset) -> str:
    """Return what one record is, by the keys: One record per subject per parameter."""
    labels = {variable.name: variable.label for variable in dataset.variables}
    units = [_UNITS.get(key) or _in_sentence(labels[key]) for key in dataset.keys if key in labels and key != "STUDYID"]
    return f"One record {' '.join(f'per {unit}' for unit in dict.fromkeys(units))}"


def _in_sentence(label: str) -> str:
    """Return a label as it stands inside a sentence: words in lower case, but no abbreviations."""
    return re.sub(r"\b[A-Z][a-z]+\b", lambda word: word[0].lower(), label)


def _subclass(dataset: Dataset) -> str:
    if dataset.sdtm:
        return ""
    if dataset.spec.structure == "TTE":
        return "TIME-TO-EVENT"
    adverse = dataset.spec.structure == "OCCDS" and {"AETERM", "AEDECOD"} & set(dataset.kinds)
    return "ADVERSE EVENT" if adverse else ""


def _items(context: Context, dataset: Dataset, keys: tuple[str, ...]) -> list[Item]:
    lengths = {variable.name: variable.length for variable in transport_form(dataset, context.lengths)[1].variables}
    return [_item(context, dataset, variable, keys, lengths[variable.name]) for variable in dataset.variables]


def _item(context: Context, dataset: Dataset, variable: VariableMetadata, keys: tuple[str, ...], length: int) -> Item:
    own = dataset.name == dataset.spec.dataset
    describe = described_variable if own else described_qualifier
    item = describe(context, dataset, variable, length)
    required = variable.core == "Req" or (own and declared(dataset.spec, variable.name).required)
    return replace(
        item,
        display_format=variable.format,
        role=_role(context, dataset, variable),
        core=variable.core,
        mandatory=required and bool(dataset.frame[variable.name].notna().all()),
        key=keys.index(variable.name) + 1 if variable.name in keys else None,
        comment=item.comment or (comment_of(context, dataset, item) if own else None),
    )


def _role(context: Context, dataset: Dataset, variable: VariableMetadata) -> str:
    """Return the SDTM role; analysis variables have none."""
    if not dataset.sdtm:
        return ""
    standard = standard_variable(context.build.study, dataset.spec, variable.name)
    return variable.role or (standard.role if standard else "")

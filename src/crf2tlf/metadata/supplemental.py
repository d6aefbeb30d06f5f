"""Supplemental qualifiers: what holds for the variables of SUPP--, and for QVAL by QNAM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crf2tlf.build.metadata import VariableMetadata, declared
from crf2tlf.build.result import Dataset
from crf2tlf.metadata.items import Context, Facts, as_item, facts, kind_of, kind_of_values
from crf2tlf.metadata.model import Comparison, Item, Origin
from crf2tlf.metadata.variables import common_origin

_OF_THE_DOMAIN = ("STUDYID", "USUBJID")


def described_qualifier(context: Context, dataset: Dataset, variable: VariableMetadata, length: int) -> Item:
    """Return a variable of a SUPP-- dataset as an item; QVAL has an item for each qualifier."""
    kind = kind_of(dataset, variable, length)
    if variable.name == "QVAL":
        values = tuple(_value(context, dataset, variable, name) for name in _qualifiers(dataset))
        whole = Facts(common_origin(values), None, None)
        return replace(as_item(variable, variable.label, kind, whole), values=values)
    parent = dataset.spec.dataset
    if variable.name in _OF_THE_DOMAIN:
        parts = context.origins.parts(parent, variable.name)
        everything = np.arange(dataset.size, dtype=np.int64)
        found = facts(context, dataset, variable, parts, everything, f"{dataset.name}.{variable.name}", ())
        return as_item(variable, variable.label, kind, found)
    missing = not dataset.frame[variable.name].notna().any()
    origin = Origin("Not Available") if missing else Origin("Assigned", "Sponsor")
    return as_item(variable, variable.label, kind, Facts(origin, None, None))


def _qualifiers(dataset: Dataset) -> list[str]:
    """Return the qualifiers that have values, in the order of the spec."""
    present = set(dataset.frame["QNAM"].dropna())
    return [name for name in dataset.spec.supplemental if name in present]


def _value(context: Context, dataset: Dataset, variable: VariableMetadata, name: str) -> Item:
    given = declared(dataset.spec, name)
    rows = np.flatnonzero((dataset.frame["QNAM"] == name).to_numpy(dtype=bool)).astype(np.int64)
    parts = context.origins.parts(dataset.spec.dataset, name)
    values = dataset.frame["QVAL"].iloc[rows]
    found = facts(context, dataset, variable, parts, rows, f"{dataset.name}.{name}", given.codelist_names())
    if given.dictionary:
        found = replace(found, codelist=context.codelists.dictionary(given.dictionary, given.place))
    kind = kind_of_values(dataset, variable, values, 0)
    where = (Comparison(dataset.name, "QNAM", "EQ", (name,)),)
    derived = found.method is not None
    comment = None if derived else context.comment(f"{dataset.name}.{name}", given.comment)
    return as_item(variable, given.label or name, kind, found, where=where, comment=comment)

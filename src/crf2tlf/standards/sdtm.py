"""SDTMIG 3.4: datasets, their variables in standard order, and the variables that any domain may take.

A domain's table does not list every variable that the SDTM model allows in it. One that it lacks is described from
the other domains' tables (``AELNKID`` from ``CMLNKID``): from those of the same observation class where there are any,
else from the other general observation classes. Identifiers and timing variables are also lent to the
special-purpose domains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TypeVar

from crf2tlf.standards.catalogue import DatasetStandard, Variable, as_variable, read_table

SDTMIG = "3.4"

_GENERAL_CLASSES = ("Interventions", "Events", "Findings", "Findings About")
_CLOSED_CLASSES = ("Trial Design", "Study Reference", "Relationship")
_SUPP = "SUPPQUAL"

# Labels of the general variables in SDTM 2.0; the guide's tables give each domain wording of its own.
_GENERAL_LABELS = {
    "--TRT": "Name of Treatment",
    "--TERM": "Reported Term",
    "--DECOD": "Dictionary-Derived Term",
    "--TESTCD": "Short Name of Measurement, Test or Exam",
    "--TEST": "Name of Measurement, Test or Exam",
    "--CAT": "Category",
    "--SCAT": "Subcategory",
    "--PRESP": "Pre-Specified",
    "--OCCUR": "Occurrence",
    "--REASND": "Reason Not Done",
    "--DTC": "Date/Time of Collection",
    "--STDTC": "Start Date/Time of Observation",
    "--ENDTC": "End Date/Time of Observation",
    "--DY": "Study Day of Visit/Collection/Exam",
    "--STDY": "Study Day of Start of Observation",
    "--ENDY": "Study Day of End of Observation",
    "--DUR": "Duration",
    "--LNKGRP": "Link Group ID",
    "--REFID": "Reference ID",
}

T = TypeVar("T")


def sdtm_dataset(name: str) -> DatasetStandard | None:
    """Return what SDTMIG says of a dataset, or None for one that it does not know.

    ``SUPPAE`` is described by SUPPQUAL, a split dataset such as ``QSPH`` by its domain.
    """
    found = _datasets().get(_standard_name(name))
    if found is None:
        return None
    label = found.label.replace("[domain name]", name.removeprefix("SUPP")) if found.name == _SUPP else found.label
    return replace(found, name=name, label=label)


def sdtm_variables(dataset: str) -> dict[str, Variable]:
    """Return the variables that SDTMIG lists for a dataset, by name in standard order; empty for an unknown one."""
    return dict(_listed().get(_standard_name(dataset), {}))


def sdtm_variable(dataset: str, name: str) -> Variable | None:
    """Return a variable of a dataset, listed for it or lent by the model (then permissible), or None.

    A lent variable has the order of the listed variable after which it stands. The dataset ``--`` stands for any
    domain: its variables are ``--STDTC`` or ``VISITNUM`` as the model has them.
    """
    listed = _listed().get(_standard_name(dataset), {})
    return listed.get(name) or _lent(dataset, name)


def sdtm_order(dataset: str, names: Iterable[str]) -> list[str]:
    """Return the names in SDTM order; lent ones at their general place, unknown ones last in the order given."""
    return sorted(names, key=lambda name: _place(dataset, name))


def _place(dataset: str, name: str) -> tuple[float, int, int]:
    """Where a name stands: after which listed variable, and at which place of a lending table."""
    variable = sdtm_variable(dataset, name)
    if variable is None:
        return (float("inf"), 0, 0)
    if name in _listed().get(_standard_name(dataset), {}):
        return (variable.order, 0, 0)
    return (variable.order, 1, _general_order(_general_name(dataset, name)))


@cache
def _datasets() -> dict[str, DatasetStandard]:
    return {
        row["dataset"]: DatasetStandard(row["dataset"], row["label"], row["class"], row["structure"])
        for row in read_table("sdtmig-3-4-datasets.csv")
    }


@cache
def _listed() -> dict[str, dict[str, Variable]]:
    """The variables of each dataset's table, in order."""
    tables: dict[str, dict[str, Variable]] = {}
    for row in read_table("sdtmig-3-4-variables.csv"):
        tables.setdefault(row["dataset"], {})[row["variable"]] = as_variable(row, int(row["order"]))
    return tables


def _standard_name(dataset: str) -> str:
    """The name under which SDTMIG describes a dataset: itself, SUPPQUAL, or the domain that it is split from."""
    if dataset in _datasets():
        return dataset
    if dataset.startswith("SUPP"):
        return _SUPP
    return dataset[:2] if len(dataset) <= 4 else dataset


def _general_name(dataset: str, name: str) -> str:
    """``AESTDTC`` of AE is ``--STDTC``; a name without the domain's prefix is itself."""
    domain = dataset[:2]
    return f"--{name[2:]}" if name.startswith(domain) and len(name) > 2 else name


@cache
def _lenders() -> dict[str, dict[str, Variable]]:
    """For each general name, the variables of the general observation classes by domain."""
    lenders: dict[str, dict[str, Variable]] = {}
    for domain, standard in _datasets().items():
        if standard.observation_class in _GENERAL_CLASSES:
            for variable in _listed()[domain].values():
                lenders.setdefault(_general_name(domain, variable.name), {})[domain] = variable
    return lenders


@cache
def _lent(dataset: str, name: str) -> Variable | None:
    """Describe a variable that the dataset's table lacks from the tables that have it."""
    standard = _datasets().get(_standard_name(dataset))
    if standard and standard.observation_class in _CLOSED_CLASSES:
        return None
    general = _general_name(dataset, name)
    lenders = _lenders().get(general, {})
    if standard:
        same = {d: v for d, v in lenders.items() if _datasets()[d].observation_class == standard.observation_class}
        lenders = same or lenders
    if not lenders:
        return None
    variables = list(lenders.values())
    role = _most_frequent(v.role for v in variables)
    general_class = standard is None or standard.observation_class in _GENERAL_CLASSES
    if not general_class and role not in ("Identifier", "Timing"):
        return None
    return Variable(
        name=name,
        label=_GENERAL_LABELS.get(general) or _most_frequent(v.label for v in variables),
        type=_most_frequent(v.type for v in variables),
        role=role,
        core="Perm",
        codelists=_most_frequent(v.codelists for v in variables),
        order=_order_after(_standard_name(dataset), lenders, role),
        value_domain=_most_frequent(v.value_domain for v in variables),
    )


def _most_frequent(values: Iterable[T]) -> T:
    """The value that most tables share; the first one met where several are as frequent."""
    return Counter(values).most_common(1)[0][0]


def _order_after(dataset: str, lenders: dict[str, Variable], role: str) -> int:
    """The order of the listed variable that a lent one follows.

    It is the nearest one before it in the table of a lender, if it is of the same kind (identifier, topic or
    qualifier, timing); where no lender has one, the last variable before the first of that kind. In a domain of the
    sponsor's own the kinds just follow each other.
    """
    listed = _listed().get(dataset, {})
    kind = _kind(role)
    if not listed:
        return kind
    own = {_general_name(dataset, v.name): v for v in listed.values()}
    found: list[int] = []
    for domain, lent in lenders.items():
        for variable in reversed(_listed()[domain].values()):
            before = own.get(_general_name(domain, variable.name))
            if variable.order < lent.order and before is not None:
                if _kind(before.role) == kind:
                    found.append(before.order)
                break
    if found:
        return max(found)
    later = [v.order for v in listed.values() if _kind(v.role) >= kind]
    return min(later) - 1 if later else len(listed)


def _kind(role: str) -> int:
    return {"Identifier": 0, "Topic": 1, "Timing": 3}.get(role, 2)


def _general_order(general: str) -> int:
    return _merged_order().get(general, 0)


@cache
def _merged_order() -> dict[str, int]:
    """All tables of the general classes merged into one sequence: each name follows the one before it in its table."""
    merged: list[str] = []
    for domain, standard in _datasets().items():
        if standard.observation_class in _GENERAL_CLASSES:
            at = 0
            for variable in _listed()[domain].values():
                general = _general_name(domain, variable.name)
                if general in merged:
                    at = max(at, merged.index(general) + 1)
                else:
                    merged.insert(at, general)
                    at += 1
    return {general: place for place, general in enumerate(merged)}

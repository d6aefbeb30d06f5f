"""What a variable of a dataset is: what the standard says, and what the study decides on top."""

from __future__ import annotations

from dataclasses import dataclass

from crf2tlf.methods import Kind
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import DatasetSpec, VariableSpec
from crf2tlf.standards import Variable, adam_variable, sdtm_variable


@dataclass(frozen=True)
class VariableMetadata:
    """Name, label, type and terminology of a variable as it is written; ``length`` None: the longest value's."""

    name: str
    label: str
    type: str
    length: int | None
    format: str | None
    codelists: tuple[str, ...]
    role: str
    core: str
    order: int


def is_sdtm(study: Study, dataset: str) -> bool:
    """Whether a dataset of the study is a tabulation dataset."""
    return dataset in study.sdtm


def standard_variable(study: Study, spec: DatasetSpec, name: str) -> Variable | None:
    """Return what the standard says of a variable of a dataset, or None."""
    if is_sdtm(study, spec.dataset):
        return sdtm_variable(spec.dataset, name)
    return adam_variable(spec.structure or "OTHER", name)


def declared(spec: DatasetSpec, name: str) -> VariableSpec:
    """Return what the spec says of a variable: at dataset level, else where a row source first sets it."""
    found = spec.variables.get(name) or spec.supplemental.get(name)
    if found:
        return found
    parts = [part for row in spec.rows for part in (row.set, *(each.set for each in row.each))]
    return next((part[name] for part in parts if name in part), VariableSpec())


def expected_kind(study: Study, spec: DatasetSpec, name: str) -> Kind | None:
    """Return the kind of value that a variable takes by its spec or the standard; None if neither says.

    A numeric variable of an analysis dataset may hold a date: the standard's ``Num`` then says ``None``.
    """
    variable = declared(spec, name)
    if variable.type:
        return {"text": Kind.TEXT, "number": Kind.NUMBER}.get(variable.type, Kind.DATE)
    if name in spec.supplemental:
        return Kind.TEXT
    standard = standard_variable(study, spec, name)
    if standard is None:
        return None
    if standard.type == "Char":
        return Kind.TEXT
    return Kind.DATE if name.endswith("DT") and not is_sdtm(study, spec.dataset) else Kind.NUMBER


def variable_names(spec: DatasetSpec) -> list[str]:
    """Return all variables of a dataset: those of `variables` and `supplemental`, then what only row sources set."""
    names = dict.fromkeys([*spec.variables, *spec.supplemental])
    for row in spec.rows:
        names.update(dict.fromkeys([*row.parameter, *row.keep, *row.set]))
        for part in row.each:
            names.update(dict.fromkeys([*part.parameter, *part.set]))
    return list(names)


def describe(study: Study, spec: DatasetSpec, name: str, kind: Kind) -> VariableMetadata:
    """Put together what the standard and the spec say; ``kind`` is that of the variable's rule."""
    given, standard = declared(spec, name), standard_variable(study, spec, name)
    numeric = kind in (Kind.NUMBER, Kind.DATE)
    codelists = given.codelist_names() or (standard.codelists if standard else ())
    return VariableMetadata(
        name=name,
        label=given.label or (standard.label if standard else ""),
        type="Num" if numeric else "Char",
        length=8 if numeric else given.length,
        format=given.format or ("DATE9." if kind is Kind.DATE else None),
        codelists=codelists,
        role=given.role or (standard.role if standard else ""),
        core=standard.core if standard else "",
        order=standard.order if standard else 0,
    )

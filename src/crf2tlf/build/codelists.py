"""Codelists of a study: what values they take, and whether the names that specs give them exist."""

from __future__ import annotations

from collections.abc import Iterator

from crf2tlf.build.metadata import declared, standard_variable, variable_names
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.rules.parse import RuleError
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import CodelistBy, DatasetSpec, VariableSpec
from crf2tlf.standards import codelist, codelist_names


def allowed_values(study: Study, name: str) -> tuple[dict[str, str | None], bool] | None:
    """Return the values of a codelist with their decodes, and whether it may be extended; None if it is unknown."""
    own = study.codelists.codelists.get(name)
    if own and own.terms is not None:
        return {**own.terms, **own.add}, False
    standard = codelist(own.from_ if own and own.from_ else name)
    if standard is None:
        return None
    terms: dict[str, str | None] = {value: term.preferred for value, term in standard.terms.items()}
    return {**terms, **(own.add if own else {})}, standard.extensible and not (own and own.add)


def decodes(study: Study, name: str) -> dict[str, str | None]:
    """Return the values of a codelist with what they mean: the study's decodes, else those of CDISC.

    CDISC has the names that go with codes (VSTESTCD) in a codelist beside (VSTEST), under the same concept codes;
    other codelists have preferred terms. Raises ``RuleError`` for an unknown codelist.
    """
    own = study.codelists.codelists.get(name)
    standard = codelist(own.from_ if own and own.from_ else name)
    if standard is None and (own is None or own.terms is None):
        known = [*study.codelists.codelists, *codelist_names()]
        raise RuleError("SPEC_REFERENCE", f"there is no codelist {name}{nearest(name, known)}")
    found: dict[str, str | None] = {}
    if standard is not None:
        names = codelist(standard.name.removesuffix("CD")) if standard.name.endswith("CD") else None
        by_code = {term.code: term.value for term in names.terms.values()} if names else {}
        found = {value: by_code.get(term.code, term.preferred) for value, term in standard.terms.items()}
    if own is None:
        return found
    if own.terms is not None:
        found = {value: decode or found.get(value) for value, decode in own.terms.items()}
    return {**found, **own.add}


def nci_codes(study: Study, name: str) -> dict[str, str]:
    """Return the values of a codelist with their NCI codes; values without one are left out.

    Raises ``RuleError`` for an unknown codelist.
    """
    own = study.codelists.codelists.get(name)
    standard = codelist(own.from_ if own and own.from_ else name)
    if standard is None:
        decodes(study, name)
        return {}
    chosen = own.terms if own and own.terms is not None else standard.terms
    return {value: term.code for value, term in standard.terms.items() if value in chosen}


def codelists_of(study: Study, spec: DatasetSpec, name: str) -> tuple[str | None, dict[str | None, str]]:
    """Return the variable that chooses a variable's codelist, and the codelists by its values.

    Without a choice there is one codelist under None: that of the spec, else the standard's; or there is none, as for
    a name that is no variable of the dataset.
    """
    if name not in variable_names(spec):
        return None, {}
    given = declared(spec, name).codelist
    if isinstance(given, CodelistBy):
        return given.by, dict(given.cases.items())
    standard = standard_variable(study, spec, name)
    named = (given,) if given else standard.codelists if standard else ()
    return None, {None: named[0]} if named else {}


def check_codelists(study: Study, findings: Findings) -> None:
    """Report codelists that specs name and that do not exist, in codelists.yaml and in the variables of datasets."""
    for name, spec in study.codelists.codelists.items():
        if allowed_values(study, name) is None:
            wanted = spec.from_ or name
            message = f"there is no CDISC codelist {wanted}{nearest(wanted, codelist_names())}; give `from` or `terms`"
            findings.add("SPEC_REFERENCE", spec.place, f"codelists.{name}: {message}")
    for dataset in study.datasets.values():
        for variable, given in _variables(dataset):
            what = f"{dataset.dataset}.{variable}"
            for name in given.codelist_names():
                if name not in study.codelists.codelists and allowed_values(study, name) is None:
                    known = [*study.codelists.codelists, *codelist_names()]
                    message = f"{what}: there is no codelist {name}{nearest(name, known)}"
                    findings.add("SPEC_REFERENCE", given.place, message)
            if isinstance(given.codelist, CodelistBy) and given.codelist.by not in variable_names(dataset):
                guess = nearest(given.codelist.by, variable_names(dataset))
                message = f"{what}: its codelist depends on {given.codelist.by}, which is no variable{guess}"
                findings.add("SPEC_REFERENCE", _place(given), message)


def _place(variable: VariableSpec) -> Place:
    return variable.codelist.place if isinstance(variable.codelist, CodelistBy) else variable.place


def _variables(dataset: DatasetSpec) -> Iterator[tuple[str, VariableSpec]]:
    """Yield every variable that a dataset's spec describes, wherever it does."""
    yield from dataset.variables.items()
    yield from dataset.supplemental.items()
    for row in dataset.rows:
        yield from row.set.items()
        for part in row.each:
            yield from part.set.items()

"""Collected values as terms of CDISC's codelists."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from crf2tlf.standards import Variable, codelist

YES_NO = "NY"


def terms_of(variable: Variable, values: Iterable[str]) -> dict[str, str | None]:
    """Return the submission value for each collected one, None where no codelist of the variable has it."""
    return {
        value: next((term for name in variable.codelists if (term := _term(name, value)) is not None), None)
        for value in values
    }


def known_share(variable: Variable, values: Iterable[str]) -> float:
    """Return the share of values that are terms of the variable's codelists; 0 without codelists or values.

    Numbers are no evidence: in a form they are codes of their own.
    """
    terms = terms_of(variable, [value for value in values if not value.replace(".", "").isdigit()])
    return sum(term is not None for term in terms.values()) / len(terms) if terms and variable.codelists else 0.0


def generic(variable: Variable) -> bool:
    """Whether the variable's codelist is yes and no, which tells nothing of the question."""
    return set(variable.codelists) <= {YES_NO}


@cache
def _term(name: str, value: str) -> str | None:
    one = codelist(name)
    if one is None:
        return None
    found = one.find(value)
    return found.value if found is not None else _preferred(name).get(value.strip().casefold())


@cache
def _preferred(name: str) -> dict[str, str]:
    """The submission values of a codelist by preferred term, where only one has it."""
    names: dict[str, list[str]] = {}
    one = codelist(name)
    for term in one.terms.values() if one else ():
        names.setdefault(term.preferred.casefold(), []).append(term.value)
    return {name: values[0] for name, values in names.items() if len(values) == 1}

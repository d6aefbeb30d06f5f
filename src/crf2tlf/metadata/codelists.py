"""Codelists of a submission: those that variables use, with the terms that may occur.

A codelist for which the study lists ``terms`` has all of these. A whole CDISC codelist is cut down to what the
variables that use it can hold: the terms in their data, and those that their rules' maps and constants can give. So the
define file shows what the study could have collected, not thousands of terms that it could not. What the study adds
with ``add`` counts as extended. So does a value of the data that the list lacks, but that is a finding, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from crf2tlf.build.codelists import allowed_values, decodes
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.metadata.model import Codelist, Term
from crf2tlf.spec import Study
from crf2tlf.standards import Codelist as CdiscCodelist
from crf2tlf.standards import codelist as cdisc_codelist

NUMBER = re.compile(r"[<>]?=?[+-]?[0-9]+(\.[0-9]+)?")
"""A result that is a number is no term of a codelist of results."""

COUNTRIES = "ISO 3166"


@dataclass
class _Use:
    """What the variables of one codelist hold, in the order it was met."""

    names: tuple[str, ...]
    values: dict[str, None] = field(default_factory=dict)
    possible: dict[str, None] = field(default_factory=dict)
    decodes: dict[str, str] = field(default_factory=dict)


class Codelists:
    """Collects the codelists that variables use, and what these hold.

    ``packages`` are the packages of terminology that finished codelists are of (``SDTM CT``), with their versions;
    ``unlisted`` are values in the data that their codelist lacks, by its id.
    """

    def __init__(self, study: Study, findings: Findings) -> None:
        self.study = study
        self.findings = findings
        self._uses: dict[str, _Use] = {}
        self._finished: dict[str, Codelist] = {}
        self.packages: dict[str, str] = {}
        self.unlisted: dict[str, set[str]] = {}

    def use(
        self,
        names: tuple[str, ...],
        values: pd.Series[Any],
        possible: Iterable[str] = (),
        named: Mapping[str, str] | None = None,
    ) -> str | None:
        """Note that a variable has one of some codelists, and what it holds; return the id, None for no codelist.

        Of several, it is the first one that has all values; where none has, it is a list of all their terms together.
        ``possible`` are values that its rules can give, ``named`` the names that go with codes in the data (TESTCD).
        """
        present = [str(value) for value in values.dropna().unique()]
        names = tuple(name for name in names if allowed_values(self.study, name) is not None)
        if not names or (present and all(NUMBER.fullmatch(value) for value in present) and not self._own(names[0])):
            return None
        fitting = [name for name in names if set(present) <= set(self._allowed(name))]
        chosen = (fitting[0],) if fitting else names
        possible = tuple(possible)
        if not present and not possible and not self._own(chosen[0]):
            return None
        use = self._uses.setdefault("+".join(chosen), _Use(chosen))
        use.values.update(dict.fromkeys(sorted(present)))
        use.possible.update(dict.fromkeys(possible))
        use.decodes.update(named or {})
        return "+".join(chosen)

    def pairs(self, id: str, label: str, pairs: Mapping[str, str], kind: Literal["text", "integer", "float"]) -> str:
        """Enter a list that the data themselves give: codes with their names (PARAMCD with PARAM)."""
        terms = tuple(Term(value, decode) for value, decode in pairs.items())
        self._finished[id] = Codelist(id, label, kind, terms)
        return id

    def dictionary(self, name: str, place: Place) -> str:
        """Enter an external dictionary; one whose version study.yaml does not tell is a finding."""
        known = self.study.spec.dictionaries
        given = known.get(name)
        if given is None and name != COUNTRIES:
            message = f"study.yaml does not tell the version of the dictionary {name}{nearest(name, known)}"
            self.findings.add("SPEC_REFERENCE", place, f"{message}; add it under dictionaries")
        shown = given.name if given and given.name else name
        self._finished[name] = Codelist(
            name, shown, "text", dictionary=shown, version=given.version if given is not None else None
        )
        return name

    def all(self) -> tuple[Codelist, ...]:
        """Return the codelists, sorted by their ids."""
        found = {**self._finished, **{id: self._codelist(id, use) for id, use in self._uses.items()}}
        return tuple(found[id] for id in sorted(found))

    # Terms

    def _own(self, name: str) -> bool:
        return name in self.study.codelists.codelists

    def _allowed(self, name: str) -> dict[str, str | None]:
        found = allowed_values(self.study, name)
        return found[0] if found else {}

    def _codelist(self, id: str, use: _Use) -> Codelist:
        if len(use.names) > 1:
            lists = [(name, self._allowed(name)) for name in use.names]
            parts = [self._codelist(name, _part(use, name, allowed)) for name, allowed in lists]
            parts.append(Codelist(id, "", "text", tuple(self._unlisted(id, use))))
            together = {term.value: term for part in parts for term in part.terms}
            return Codelist(
                id, " and ".join(part.name for part in parts if part.name), "text", _ordered(together.values())
            )
        own = self.study.codelists.codelists.get(use.names[0])
        standard = cdisc_codelist(own.from_ if own and own.from_ else use.names[0])
        label = own.label if own and own.label else _label(use.names[0], standard)
        listed = list(own.terms) if own and own.terms is not None else None
        terms = _ordered([*self._terms(use, standard, listed), *self._unlisted(id, use)], decoded=bool(use.decodes))
        if standard is None:
            return Codelist(id, label, "text", terms)
        package, version = standard.package.rsplit(" ", 1)
        self.packages[package] = version
        return Codelist(id, label, "text", terms, standard.code, package)

    def _unlisted(self, id: str, use: _Use) -> Iterable[Term]:
        """Yield the values in the data that none of the codelists has."""
        allowed = {value for name in use.names for value in self._allowed(name)}
        for value in use.values:
            if value not in allowed:
                self.unlisted.setdefault(id, set()).add(value)
                yield Term(value, use.decodes.get(value), extended=True)

    def _terms(self, use: _Use, standard: CdiscCodelist | None, listed: list[str] | None) -> Iterable[Term]:
        """Return the terms in the order of the spec, or of the standard with the study's own ones last."""
        name = use.names[0]
        meaning = decodes(self.study, name)
        own = self.study.codelists.codelists.get(name)
        added = list(own.add) if own else []
        wanted = set(listed) if listed is not None else {*use.values, *use.possible}
        for value in dict.fromkeys([*(listed or meaning), *added]):
            if value in wanted or value in added:
                term = standard.terms.get(value) if standard else None
                decode = use.decodes.get(value) or meaning.get(value)
                yield Term(value, decode, term.code if term else None, extended=standard is not None and term is None)


def _label(name: str, standard: CdiscCodelist | None) -> str:
    """Return the name of a codelist in words; the study's own selections of one have theirs beside it."""
    if standard is None:
        return name
    return standard.label if name in (standard.name, standard.code) else f"{standard.label} ({name})"


def _part(use: _Use, name: str, allowed: Mapping[str, str | None]) -> _Use:
    """Return what variables of several codelists hold of one of them."""
    values = {value: None for value in use.values if value in allowed}
    return replace(use, names=(name,), values=values)


def _ordered(terms: Iterable[Term], *, decoded: bool = False) -> tuple[Term, ...]:
    """Return terms with decodes for all or none: none where every decode only repeats its value.

    Codes whose names are in the data (``decoded``) have them as decodes in any case.
    """
    terms = tuple(terms)
    if not decoded and all(term.decode is None or term.decode.casefold() == term.value.casefold() for term in terms):
        return tuple(replace(term, decode=None) for term in terms)
    return tuple(replace(term, decode=term.decode or term.value) for term in terms)

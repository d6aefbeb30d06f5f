"""CDISC Controlled Terminology: codelists by submission name or NCI code, terms by submission value or synonym."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import MappingProxyType

from crf2tlf.standards.catalogue import read_table, split_list

SDTM_CT = "2025-03-28"
PROTOCOL_CT = "2025-03-28"
ADAM_CT = "2026-03-27"


@dataclass(frozen=True)
class Term:
    """A term of a codelist: NCI concept code, submission value, NCI preferred term, CDISC synonyms."""

    code: str
    value: str
    preferred: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class Codelist:
    """A codelist: NCI code, submission name, whether a sponsor may extend it, and its terms by submission value.

    ``package`` names the release it comes from (``SDTM CT 2025-03-28``), ``label`` is the name in words (``Epoch`` for
    ``EPOCH``; the submission name where the tables know no other).
    """

    code: str
    name: str
    extensible: bool
    package: str
    terms: Mapping[str, Term] = field(repr=False)
    label: str = ""

    def find(self, text: str) -> Term | None:
        """Return the term a text stands for, or None if there is none or the text could mean several.

        The submission value itself comes first, then the submission value in any case, then a synonym in any case.
        """
        exact = self.terms.get(text)
        if exact:
            return exact
        folded = text.strip().casefold()
        for index in self._indexes:
            candidates = index.get(folded, ())
            if candidates:
                return candidates[0] if len(candidates) == 1 else None
        return None

    @cached_property
    def _indexes(self) -> tuple[dict[str, list[Term]], ...]:
        """Terms by case-folded submission value, and by case-folded synonym."""
        by_value: dict[str, list[Term]] = {}
        by_synonym: dict[str, list[Term]] = {}
        for term in self.terms.values():
            by_value.setdefault(term.value.casefold(), []).append(term)
            for synonym in dict.fromkeys(s.casefold() for s in term.synonyms):
                by_synonym.setdefault(synonym, []).append(term)
        return by_value, by_synonym


_PACKAGES = {
    f"ADaM CT {ADAM_CT}": f"adam-ct-{ADAM_CT}.csv",
    f"SDTM CT {SDTM_CT}": f"sdtm-ct-{SDTM_CT}.csv.gz",
    f"Protocol CT {PROTOCOL_CT}": f"protocol-ct-{PROTOCOL_CT}.csv",
}
"""The tables of terms by package; a codelist of several packages is taken from the first."""


@cache
def codelist(name_or_code: str) -> Codelist | None:
    """Return the codelist of a submission name (``AESEV``) or NCI code (``C66769``), or None.

    A codelist in several releases (there is one) is taken from ADaM CT, which is the latest.
    """
    for package, table in _PACKAGES.items():
        rows_by_code, code_by_name = _read_terminology(table)
        rows = rows_by_code.get(code_by_name.get(name_or_code, name_or_code))
        if rows:
            return _as_codelist(package, rows)
    return None


@cache
def codelist_names() -> tuple[str, ...]:
    """Return the submission names of all codelists of all releases, sorted."""
    return tuple(sorted({name for table in _PACKAGES.values() for name in _read_terminology(table)[1]}))


@cache
def _read_terminology(table: str) -> tuple[dict[str, list[dict[str, str]]], dict[str, str]]:
    """Return the rows of each codelist by NCI code, and the NCI code by submission name."""
    rows_by_code: dict[str, list[dict[str, str]]] = {}
    code_by_name: dict[str, str] = {}
    for row in read_table(table):
        rows_by_code.setdefault(row["codelist_code"], []).append(row)
        code_by_name[row["codelist"]] = row["codelist_code"]
    return rows_by_code, code_by_name


@cache
def _names_in_words() -> Mapping[str, str]:
    """Return the names of codelists by NCI code."""
    return {row["codelist_code"]: row["name"] for row in read_table("codelist-names.csv")}


def _as_codelist(package: str, rows: Iterable[dict[str, str]]) -> Codelist:
    """Build a codelist from its rows, which share the codelist's code, name and extensibility."""
    rows = list(rows)
    terms = {
        row["submission_value"]: Term(
            row["term_code"], row["submission_value"], row["preferred_term"], split_list(row["synonyms"])
        )
        for row in rows
    }
    first = rows[0]
    return Codelist(
        code=first["codelist_code"],
        name=first["codelist"],
        extensible=first["extensible"] == "Y",
        package=package,
        terms=MappingProxyType(terms),
        label=_names_in_words().get(first["codelist_code"], first["codelist"]),
    )

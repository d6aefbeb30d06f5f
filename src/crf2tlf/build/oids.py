"""Object identifiers of datasets and variables: the same in Define-XML, Dataset-JSON and the reviewer's guides."""

from __future__ import annotations

import hashlib
import re

LONGEST_PART = 80


def study_oid(study: str) -> str:
    """Return the identifier of a study."""
    return f"ODM.{study}"


def metadata_oid(study: str, *, sdtm: bool) -> str:
    """Return the identifier of a study's tabulation (or analysis) metadata."""
    return f"MDV.{study}.{'SDTM' if sdtm else 'ADAM'}"


def dataset_oid(dataset: str) -> str:
    """Return the identifier of a dataset."""
    return f"IG.{dataset}"


def variable_oid(dataset: str, variable: str) -> str:
    """Return the identifier of a variable of a dataset."""
    return f"IT.{dataset}.{variable}"


def standard_oid(standard: str) -> str:
    """Return the identifier of a standard."""
    return f"STD.{_part(standard)}"


def codelist_oid(codelist: str) -> str:
    """Return the identifier of a codelist."""
    return f"CL.{_part(codelist)}"


def method_oid(method: str) -> str:
    """Return the identifier of a method."""
    return f"MT.{_part(method)}"


def comment_oid(comment: str) -> str:
    """Return the identifier of a comment."""
    return f"COM.{_part(comment)}"


def leaf_id(document: str) -> str:
    """Return the identifier of a document or a dataset's file; it is also an XML name."""
    return f"LF.{_part(document)}"


def value_list_oid(dataset: str, variable: str) -> str:
    """Return the identifier of the value-level metadata of a variable."""
    return f"VL.{dataset}.{variable}"


def value_oid(dataset: str, variable: str, condition: str) -> str:
    """Return the identifier of those values of a variable for which a condition, given as a text, holds."""
    return f"{variable_oid(dataset, variable)}.{_part(condition)}"


def where_clause_oid(condition: str) -> str:
    """Return the identifier of a where clause given as a text; equal texts have equal identifiers."""
    return f"WC.{_part(condition)}"


def display_oid(display: str) -> str:
    """Return the identifier of a table, listing or figure."""
    return f"RD.{_part(display)}"


def result_oid(display: str, result: str) -> str:
    """Return the identifier of an analysis in a display."""
    return f"AR.{_part(display)}.{_part(result)}"


def _part(name: str) -> str:
    """Return a name as part of an identifier: itself where it is short and plain, else its start and a digest of it.

    An identifier becomes an anchor of the page and, for a leaf, an XML name, so blanks and signs cannot stay.
    """
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    if plain == name and len(name) <= LONGEST_PART:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[: LONGEST_PART - 9]}-{digest}"

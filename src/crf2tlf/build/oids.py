"""Object identifiers of datasets and variables: the same in Define-XML, Dataset-JSON and the reviewer's guides."""

from __future__ import annotations


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

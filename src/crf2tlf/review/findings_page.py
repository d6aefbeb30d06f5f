"""The page of findings: everything a reviewer has to know in one table, and the reviewers' comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crf2tlf.review.found import KINDS, Found, all_found
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site
from crf2tlf.review.query_match import identifying_columns

_CODED = (
    *("kind", "code", "severity", "state", "domain", "topic", "source", "message", "value", "expected", "note"),
    *("output", "cell", "place"),
)
_FIRST = ("open", "differs", "unused")
_SEVERITIES = ("error", "warning", "note", "")


def write(review: Review, site: Site) -> None:
    """Write ``findings.html``, the piece ``findings``, and the piece ``queries`` that comments on any page need."""
    build = review.build
    found = ordered(all_found(build, review.findings, review.conformance, review.reconciliation, review.tables))
    site.piece("findings", findings_data(found))
    study = build.study.spec
    site.piece(
        "queries",
        {
            "release": study.release_timestamp.isoformat(),
            "cutoff": study.data_cutoff.isoformat() if study.data_cutoff else "",
            "keys": identifying_columns(build, review.tables),
        },
    )
    site.page("findings.html", "findings.html", section="findings", title="site.findings", kinds=KINDS)


def ordered(found: Iterable[Found]) -> list[Found]:
    """Return what was found as a reviewer reads it: what is open first, then by severity and kind."""
    return sorted(
        found,
        key=lambda one: (one.state not in _FIRST, _SEVERITIES.index(one.severity), KINDS.index(one.kind)),
    )


def findings_data(found: Sequence[Found]) -> dict[str, Any]:
    """Return what was found as columns of distinct values (in their order) and codes, so that many rows stay small.

    ``records`` and ``subjects`` hold for each row numbers of ``tables`` with record numbers, and of ``names``.
    """
    tables = sorted({table for one in found for table, _ in one.records})
    names = sorted({subject for one in found for subject in one.subjects})
    table_at = {table: at for at, table in enumerate(tables)}
    name_at = {name: at for at, name in enumerate(names)}
    return {
        "columns": {name: _coded([getattr(one, name) for one in found]) for name in _CODED},
        "ids": [one.id for one in found],
        "counts": [one.count for one in found],
        "tables": tables,
        "names": names,
        "subjects": [[name_at[subject] for subject in one.subjects] for one in found],
        "records": [[part for table, number in one.records for part in (table_at[table], number)] for one in found],
    }


def _coded(texts: Sequence[str]) -> dict[str, Any]:
    values = sorted(set(texts))
    at = {value: number for number, value in enumerate(values)}
    return {"values": values, "codes": [at[text] for text in texts]}

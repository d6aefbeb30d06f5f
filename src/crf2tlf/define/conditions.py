"""Where clauses: for which records a value's metadata hold, and which records an analysis uses."""

from __future__ import annotations

from collections.abc import Iterator

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import comment_oid, variable_oid, where_clause_oid
from crf2tlf.define.comments import join_comment
from crf2tlf.define.texts import given, legal
from crf2tlf.metadata.model import Submission, WhereClause


def condition_text(where: WhereClause, dataset: str = "") -> str:
    """Return a where clause as one text, ``VSTESTCD.EQ.TEMP``; variables of other datasets than ``dataset`` in full.

    A point inside a value is written as a comma, so that different clauses have different texts.
    """
    parts = []
    for comparison in where:
        name = comparison.variable if comparison.dataset == dataset else f"{comparison.dataset}.{comparison.variable}"
        values = "/".join(value.replace(".", ",") for value in comparison.values)
        parts.append(f"{name}.{comparison.comparator}.{values}")
    return ".".join(parts)


def where_clause_refs(where: WhereClause) -> list[arm.WhereClauseRef]:
    """Return the reference to a where clause; none where all records are meant."""
    return [arm.WhereClauseRef(WhereClauseOID=where_clause_oid(condition_text(where)))] if where else []


def where_clauses(submission: Submission) -> list[arm.WhereClauseDef]:
    """Return every where clause of value-level metadata and of analyses once, in the order of first use.

    Source: Define-XML 2.1, section 5.3.8 (def:WhereClauseDef).
    """
    clauses: dict[str, arm.WhereClauseDef] = {}
    for dataset, where in _used(submission):
        oid = where_clause_oid(condition_text(where))
        if oid not in clauses:
            comment = join_comment(dataset, where)
            clauses[oid] = arm.WhereClauseDef(
                **given(OID=oid, CommentOID=comment and comment_oid(comment.id)), RangeCheck=_range_checks(where)
            )
    return list(clauses.values())


def _used(submission: Submission) -> Iterator[tuple[str, WhereClause]]:
    """Yield each where clause with the dataset whose records it selects."""
    for dataset, item in submission.items():
        if item.where:
            yield dataset.name, item.where
    for display in submission.displays:
        for result in display.results:
            yield from ((part.dataset, part.where) for part in result.datasets if part.where)


def _range_checks(where: WhereClause) -> list[arm.RangeCheck]:
    return [
        arm.RangeCheck(
            SoftHard="Soft",
            ItemOID=variable_oid(comparison.dataset, comparison.variable),
            Comparator=comparison.comparator,
            CheckValue=[arm.CheckValue(_content=legal(value)) for value in comparison.values],
        )
        for comparison in where
    ]

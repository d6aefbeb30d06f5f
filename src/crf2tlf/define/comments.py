"""Comments: those that the metadata bring, and those that Define-XML asks for where they say nothing."""

from __future__ import annotations

from collections.abc import Iterator

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import comment_oid
from crf2tlf.define.texts import description
from crf2tlf.metadata.model import (
    AnalysisDisplay,
    AnalysisResult,
    Comment,
    DatasetMetadata,
    Standard,
    Submission,
    WhereClause,
)

DRAFT = Comment("DRAFT", "DRAFT: made from specs or data with errors. Not for submission.")
NO_DATA = Comment("NODATA", "The dataset has no records and is not part of the submission.")
SUBJECT = "USUBJID"
PUBLISHING_SETS = {"ADaM", "CDASH", "DEFINE-XML", "SDTM", "SEND"}
"""The publishing sets of terminology that the schema knows."""


def dataset_comment(dataset: DatasetMetadata) -> str | None:
    """Return the id of a dataset's comment; an empty dataset has one at least that says so (Define-XML 2.1, 5.3.9)."""
    return dataset.comment or (NO_DATA.id if dataset.records == 0 else None)


def publishing_set_comment(standard: Standard) -> Comment | None:
    """Return the comment that names the publishing set of a terminology that the schema has no word for, or None."""
    published = standard.publishing_set
    if published is None or published in PUBLISHING_SETS:
        return None
    return Comment(f"STD.{standard.id}", f"CDISC {published} Controlled Terminology.")


def join_comment(dataset: str, where: WhereClause) -> Comment | None:
    """Return the comment on a where clause that looks at other datasets: how their records are found, or None.

    Source: Define-XML 2.1, section 5.3.8: a comment is needed when a clause spans datasets. Rules find records of
    another dataset by the subject.
    """
    others = sorted({c.dataset for c in where if c.dataset != dataset})
    if not others:
        return None
    names = ", ".join(others)
    return Comment(f"JOIN.{dataset}.{'.'.join(others)}", f"{dataset} is joined with {names} by {SUBJECT}.")


def selection_comment(display: AnalysisDisplay, result: AnalysisResult) -> Comment | None:
    """Return the comment on the datasets of an analysis: how they are joined and selections told in words, or None.

    Source: Analysis Results Metadata 1.0, arm:AnalysisDatasets: a comment is needed when datasets are joined.
    """
    texts = [f"{part.dataset}: {part.selection.rstrip('.')}." for part in result.datasets if part.selection]
    if len({part.dataset for part in result.datasets}) > 1:
        texts.append(f"The datasets are joined by {SUBJECT}.")
    return Comment(f"{display.id}.{result.id}", " ".join(texts)) if texts else None


def comments(submission: Submission) -> list[arm.CommentDef]:
    """Return every comment once."""
    by_id = {comment.id: comment for comment in _all(submission)}
    return [arm.CommentDef(OID=comment_oid(c.id), Description=description(c.text or c.id)) for c in by_id.values()]


def _all(submission: Submission) -> Iterator[Comment]:
    if submission.draft:
        yield DRAFT
    yield from submission.comments
    for dataset in submission.datasets:
        if dataset_comment(dataset) == NO_DATA.id:
            yield NO_DATA
    made = [publishing_set_comment(standard) for standard in submission.standards]
    made += [join_comment(dataset.name, item.where) for dataset, item in submission.items()]
    for display in submission.displays:
        for result in display.results:
            made += [join_comment(part.dataset, part.where) for part in result.datasets]
            made.append(selection_comment(display, result))
    yield from filter(None, made)

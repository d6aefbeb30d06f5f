"""Documents, and the pages of the annotated CRF on which a value was collected."""

from __future__ import annotations

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import leaf_id
from crf2tlf.define.texts import described, given, legal
from crf2tlf.metadata.model import Document, Origin, Submission

ANNOTATED_CRF = "acrf"
"""The id of the annotated CRF among a submission's documents."""


def leaves(submission: Submission) -> list[arm.leaf]:
    """Return the documents with their addresses. Source: Define-XML 2.1, section 5.3.15."""
    return [
        arm.leaf(ID=leaf_id(document.id), href=legal(document.href), title=arm.title(_content=legal(document.title)))
        for document in submission.documents
    ]


def document_lists(submission: Submission) -> dict[str, arm.AnnotatedCRF | arm.SupplementalDoc]:
    """Return the list with the annotated CRF and that with all others, save those that hold the displays."""
    displayed = {display.document for display in submission.displays}
    lists: dict[str, arm.AnnotatedCRF | arm.SupplementalDoc] = {}
    if _annotated_crf(submission):
        lists["AnnotatedCRF"] = arm.AnnotatedCRF(DocumentRef=document_ref(ANNOTATED_CRF))
    others = [d for d in submission.documents if d.id != ANNOTATED_CRF and d.id not in displayed]
    if others:
        lists["SupplementalDoc"] = arm.SupplementalDoc(DocumentRef=[document_ref(d.id) for d in others])
    return lists


def document_ref(document: str, pages: tuple[int, ...] = ()) -> arm.DocumentRef:
    """Return a reference to a document, or to pages of it (numbers as the PDF counts them, from 1)."""
    refs = [arm.PDFPageRef(Type="PhysicalRef", PageRefs=" ".join(map(str, pages)))] if pages else []
    return arm.DocumentRef(leafID=leaf_id(document), PDFPageRef=refs)


def origin(submission: Submission, given_origin: Origin) -> arm.Origin:
    """Return where values come from, with the pages of the forms where they were collected.

    Source: Define-XML 2.1, section 5.3.11.3 (def:Origin).
    """
    pages = sorted({page for form in given_origin.forms for page in submission.pages.get(form, ())})
    refs = [document_ref(ANNOTATED_CRF, tuple(pages))] if pages and _annotated_crf(submission) else []
    return arm.Origin(
        **given(Type=given_origin.type, Source=given_origin.source),
        **described(given_origin.description),
        DocumentRef=refs,
    )


def _annotated_crf(submission: Submission) -> Document | None:
    return next((document for document in submission.documents if document.id == ANNOTATED_CRF), None)

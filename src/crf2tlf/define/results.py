"""Analysis Results Metadata 1.0: displays, the analyses they show, and the data those use."""

from __future__ import annotations

from typing import Any

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import comment_oid, dataset_oid, display_oid, result_oid, variable_oid
from crf2tlf.define.comments import selection_comment
from crf2tlf.define.conditions import where_clause_refs
from crf2tlf.define.documents import document_ref
from crf2tlf.define.terminology import PROGRAM
from crf2tlf.define.texts import description, given, legal, one_line
from crf2tlf.metadata.model import AnalysisDataset, AnalysisDisplay, AnalysisResult, Submission


def analysis_results(submission: Submission) -> dict[str, arm.AnalysisResultDisplays]:
    """Return the displays that show analyses; nothing where there are none (ARM 1.0 wants one at least)."""
    displays = [_display(display) for display in submission.displays if display.results]
    return {"AnalysisResultDisplays": arm.AnalysisResultDisplays(ResultDisplay=displays)} if displays else {}


def _display(display: AnalysisDisplay) -> arm.ResultDisplay:
    return arm.ResultDisplay(
        OID=display_oid(display.id),
        Name=one_line(display.name),
        Description=description(display.title or display.name),
        DocumentRef=[document_ref(display.document)] if display.document else [],
        AnalysisResult=[_result(display, result) for result in display.results],
    )


def _result(display: AnalysisDisplay, result: AnalysisResult) -> arm.AnalysisResult:
    comment = selection_comment(display, result)
    return arm.AnalysisResult(
        **given(
            OID=result_oid(display.id, result.id),
            ParameterOID=result.parameter and variable_oid(*result.parameter),
            AnalysisReason=result.reason,
            AnalysisPurpose=result.purpose,
        ),
        Description=description(result.description or result.id),
        AnalysisDatasets=arm.AnalysisDatasets(
            **given(CommentOID=comment and comment_oid(comment.id)),
            AnalysisDataset=[_dataset(part) for part in result.datasets],
        ),
        **_words_and_program(result),
    )


def _dataset(part: AnalysisDataset) -> arm.AnalysisDataset:
    refs = where_clause_refs(part.where)
    return arm.AnalysisDataset(
        ItemGroupOID=dataset_oid(part.dataset),
        **({"WhereClauseRef": refs[0]} if refs else {}),
        AnalysisVariable=[arm.AnalysisVariable(ItemOID=variable_oid(part.dataset, v)) for v in part.variables],
    )


def _words_and_program(result: AnalysisResult) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if result.documentation.strip():
        parts["Documentation"] = arm.Documentation(Description=description(result.documentation))
    if result.program.strip():
        code = arm.Code(_content=legal(result.program))
        parts["ProgrammingCode"] = arm.ProgrammingCode(Context=PROGRAM, Code=code)
    return parts

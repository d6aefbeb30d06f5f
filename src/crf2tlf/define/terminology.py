"""Standards, codelists and methods."""

from __future__ import annotations

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import codelist_oid, comment_oid, method_oid, standard_oid
from crf2tlf.define.comments import publishing_set_comment
from crf2tlf.define.texts import description, given, legal, one_line, translated
from crf2tlf.metadata.model import Codelist, Method, Standard, Submission, Term

NCI_CODE = "nci:ExtCodeID"
PROGRAM = "crf2tlf"
"""The language of formal expressions: the rules of the specs."""


def standards(submission: Submission) -> list[arm.Standard]:
    """Return the standards that the data follow. Source: Define-XML 2.1, section 5.3.4.

    A publishing set for which Define-XML has no word, such as that of the Protocol terminology, is told in a comment.
    """
    return [_standard(standard) for standard in submission.standards]


def _standard(standard: Standard) -> arm.Standard:
    comment = publishing_set_comment(standard)
    return arm.Standard(
        **given(
            OID=standard_oid(standard.id),
            Name=standard.name,
            Type=standard.type,
            PublishingSet=None if comment else standard.publishing_set,
            Version=standard.version,
            Status="Final",
            CommentOID=comment and comment_oid(comment.id),
        )
    )


def codelists(submission: Submission) -> list[arm.CodeList]:
    """Return the codelists and dictionaries. Source: Define-XML 2.1, section 5.3.12."""
    return [_codelist(codelist) for codelist in submission.codelists]


def methods(submission: Submission) -> list[arm.MethodDef]:
    """Return the methods: in words, and the rule of the specs as their formal expression."""
    return [_method(method) for method in submission.methods]


def _codelist(codelist: Codelist) -> arm.CodeList:
    own = codelist.standard is None and codelist.dictionary is None
    return arm.CodeList(
        **given(
            OID=codelist_oid(codelist.id),
            Name=one_line(codelist.name),
            DataType=codelist.data_type,
            IsNonStandard="Yes" if own else None,
            StandardOID=codelist.standard and standard_oid(codelist.standard),
        ),
        **_content(codelist),
        Alias=_alias(codelist.code),
    )


def _content(codelist: Codelist) -> dict[str, arm.ExternalCodeList | list[arm.CodeListItem] | list[arm.EnumeratedItem]]:
    """Return the terms, with decodes if one of them has one, or the dictionary that stands for them."""
    if codelist.dictionary is not None:
        return {
            "ExternalCodeList": arm.ExternalCodeList(**given(Dictionary=codelist.dictionary, Version=codelist.version))
        }
    if any(term.decode is not None for term in codelist.terms):
        return {"CodeListItem": [_decoded(codelist, term) for term in codelist.terms]}
    return {"EnumeratedItem": [_enumerated(codelist, term) for term in codelist.terms]}


def _decoded(codelist: Codelist, term: Term) -> arm.CodeListItem:
    decode = arm.Decode(TranslatedText=[translated(term.decode or term.value)])
    return arm.CodeListItem(**_coded(codelist, term), Decode=decode, Alias=_alias(term.code))


def _enumerated(codelist: Codelist, term: Term) -> arm.EnumeratedItem:
    return arm.EnumeratedItem(**_coded(codelist, term), Alias=_alias(term.code))


def _coded(codelist: Codelist, term: Term) -> dict[str, str]:
    """Return the submitted value, and whether the study added it to the standard's terms."""
    extended = term.extended and codelist.standard is not None
    return {"CodedValue": legal(term.value), **({"ExtendedValue": "Yes"} if extended else {})}


def _alias(code: str | None) -> list[arm.Alias]:
    return [arm.Alias(Context=NCI_CODE, Name=code)] if code else []


def _method(method: Method) -> arm.MethodDef:
    rule = [arm.FormalExpression(Context=PROGRAM, _content=legal(method.rule))] if method.rule.strip() else []
    return arm.MethodDef(
        OID=method_oid(method.id),
        Name=one_line(method.name) or method.id,
        Type=method.type,
        Description=description(method.description or method.name or method.id),
        FormalExpression=rule,
    )

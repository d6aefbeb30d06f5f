"""A submission's metadata as a Define-XML 2.1 document."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from xml.etree import ElementTree

import odmlib.arm_1_0.model as arm
from lxml import etree

from crf2tlf.build.oids import comment_oid, metadata_oid, study_oid
from crf2tlf.define.comments import DRAFT, comments
from crf2tlf.define.conditions import where_clauses
from crf2tlf.define.datasets import in_order, item_groups, items, value_lists
from crf2tlf.define.documents import document_lists, leaves
from crf2tlf.define.results import analysis_results
from crf2tlf.define.terminology import PROGRAM, codelists, methods, standards
from crf2tlf.define.texts import given, legal, one_line
from crf2tlf.metadata.model import Submission

DEFINE_VERSION = "2.1.0"
STYLESHEET = "define2-1.xsl"
HEADER = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>
"""

NAMESPACES = {
    "odm": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "arm": "http://www.cdisc.org/ns/arm/v1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}


def define_xml(submission: Submission) -> bytes:
    """Return the Define-XML 2.1 document of a submission, with Analysis Results Metadata 1.0 where it has displays.

    Datasets stand by their class. The time stamps are the submission's release; nothing depends on the clock, so equal
    metadata give equal bytes. The document of a draft says DRAFT in its study description and in a comment. The content
    is not checked here (:func:`crf2tlf.define.check.check_define`).
    """
    tree = _odm(replace(submission, datasets=in_order(submission.datasets))).to_xml()
    assert tree is not None
    # Declared here, not by odmlib: its registry of namespaces is one for the process, and any reader changes it.
    for prefix, uri in NAMESPACES.items():
        tree.set("xmlns" if prefix == "odm" else f"xmlns:{prefix}", uri)
    root = etree.fromstring(ElementTree.tostring(tree, encoding="UTF-8"))
    etree.cleanup_namespaces(root)
    etree.indent(root, space="  ")
    return HEADER.encode() + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def _odm(submission: Submission) -> arm.ODM:
    """Source: Define-XML 2.1, section 5.3.1."""
    part = "SDTM" if submission.sdtm else "ADAM"
    return arm.ODM(
        FileType="Snapshot",
        FileOID=f"DEF.{submission.study}.{part}.{submission.release}",
        ODMVersion="1.3.2",
        CreationDateTime=submission.release,
        AsOfDateTime=submission.release,
        Originator=PROGRAM,
        SourceSystem=PROGRAM,
        SourceSystemVersion=version(PROGRAM),
        Context="Submission",
        Study=_study(submission),
    )


def _study(submission: Submission) -> arm.Study:
    title = submission.title or submission.study
    return arm.Study(
        OID=study_oid(submission.study),
        GlobalVariables=arm.GlobalVariables(
            StudyName=arm.StudyName(_content=legal(submission.study)),
            StudyDescription=arm.StudyDescription(_content=legal(f"DRAFT: {title}" if submission.draft else title)),
            ProtocolName=arm.ProtocolName(_content=legal(submission.protocol or submission.study)),
        ),
        MetaDataVersion=_metadata(submission),
    )


def _metadata(submission: Submission) -> arm.MetaDataVersion:
    """Source: Define-XML 2.1, section 5.3.3; the order of the parts is the schema's."""
    kind = "tabulation (SDTM)" if submission.sdtm else "analysis (ADaM)"
    name = f"{submission.study}, {kind} datasets"
    return arm.MetaDataVersion(
        **given(
            OID=metadata_oid(submission.study, sdtm=submission.sdtm),
            Name=one_line(f"DRAFT: {name}" if submission.draft else name),
            Description=one_line(f"Metadata of the {kind} datasets of study {submission.study}"),
            DefineVersion=DEFINE_VERSION,
            CommentOID=comment_oid(DRAFT.id) if submission.draft else None,
        ),
        Standards=arm.Standards(Standard=standards(submission)),
        **document_lists(submission),
        ValueListDef=value_lists(submission),
        WhereClauseDef=where_clauses(submission),
        ItemGroupDef=item_groups(submission),
        ItemDef=items(submission),
        CodeList=codelists(submission),
        MethodDef=methods(submission),
        CommentDef=comments(submission),
        leaf=leaves(submission),
        **analysis_results(submission),
    )

"""What of a submission stands where in define.xml. Expected places: Define-XML 2.1 and ARM 1.0 specifications."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from odmlib.arm_loader import XMLArmLoader
from odmlib.loader import ODMLoader
from tests.define.samples import ADAM, ADSL, DM, SDTM, VS

from crf2tlf.define.check import check_define
from crf2tlf.define.document import NAMESPACES, define_xml
from crf2tlf.metadata.model import Codelist, Item, Standard, Submission, Term

ROOT = Path(__file__).parents[2]
PARTS = {"sdtm": etree.fromstring(define_xml(SDTM)), "adam": etree.fromstring(define_xml(ADAM))}


def found(part: str, path: str) -> list[str]:
    """The texts and attributes at a path, with ``/@def:…`` and so on as the specification writes them."""
    return [str(value) for value in PARTS[part].xpath(path, namespaces=NAMESPACES)]


@pytest.mark.parametrize(
    ("part", "path", "values"),
    [
        # The file and the study
        ("sdtm", "/odm:ODM/@FileType", ["Snapshot"]),
        ("sdtm", "/odm:ODM/@def:Context", ["Submission"]),
        ("sdtm", "/odm:ODM/@CreationDateTime | /odm:ODM/@AsOfDateTime", ["2026-01-31T00:00:00"] * 2),
        ("sdtm", "//odm:StudyDescription/text()", ["A trial of <this> & that"]),
        ("adam", "//odm:ProtocolName/text()", ["TST-001"]),
        ("sdtm", "//def:Standard/@Name", ["SDTMIG", "CDISC/NCI"]),
        ("sdtm", "//def:Standard[@Type='CT']/@PublishingSet", ["SDTM"]),
        # Documents: the annotated CRF, other documents, documents of displays in neither
        ("sdtm", "//def:AnnotatedCRF/def:DocumentRef/@leafID", ["LF.acrf"]),
        ("sdtm", "//def:SupplementalDoc/def:DocumentRef/@leafID", ["LF.csdrg"]),
        ("adam", "//def:SupplementalDoc/def:DocumentRef/@leafID", ["LF.adrg"]),
        ("adam", "//odm:MetaDataVersion/def:leaf/@xlink:href", ["adrg.pdf", "tlf/all.pdf"]),
        # Datasets, by class
        ("sdtm", "//odm:ItemGroupDef/@Name", ["DM", "XX", "VS"]),
        ("adam", "//odm:ItemGroupDef/@Name", ["ADSL", "ADAE", "ADTTE"]),
        ("sdtm", "//odm:ItemGroupDef/@def:StandardOID", ["STD.SDTMIG", "STD.SDTMIG"]),
        ("sdtm", "//odm:ItemGroupDef[@def:IsNonStandard]/@Name", ["XX"]),
        ("adam", "//odm:ItemGroupDef/@def:StandardOID", ["STD.ADAMIG", "STD.OCCDS", "STD.ADAMIG"]),
        ("adam", "//odm:ItemGroupDef/@Domain", []),
        ("sdtm", "//odm:ItemGroupDef[@Name='DM']/@Repeating", ["No"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']/@Repeating", ["Yes"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']/def:Class/@Name", ["FINDINGS"]),
        ("adam", "//odm:ItemGroupDef[@Name='ADTTE']/def:Class/def:SubClass/@Name", ["TIME-TO-EVENT"]),
        ("adam", "//odm:ItemGroupDef/@Purpose", ["Analysis"] * 3),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']/@def:ArchiveLocationID", ["LF.VS"]),
        ("sdtm", "//odm:ItemGroupDef/def:leaf[@ID='LF.VS']/@xlink:href", ["vs.xpt"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']/@def:CommentOID", ["COM.VS"]),
        # A dataset without records: no file, and a comment that says so
        ("sdtm", "//odm:ItemGroupDef[@def:HasNoData='Yes']/@Name", ["XX"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='XX']/def:leaf/@ID", []),
        ("sdtm", "//odm:ItemGroupDef[@Name='XX']/@def:CommentOID", ["COM.NODATA"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.XX.XXMODIFY']/def:Origin/@Type", ["Not Available"]),
        # Variables of a dataset
        ("sdtm", "//odm:ItemGroupDef[@Name='DM']/odm:ItemRef/@OrderNumber", ["1", "2", "3", "4"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']/odm:ItemRef/@KeySequence", ["1", "2", "3"]),
        ("sdtm", "//odm:ItemGroupDef[@Name='DM']/odm:ItemRef/@Mandatory", ["Yes", "Yes", "Yes", "No"]),
        ("sdtm", "//odm:ItemRef[@ItemOID='IT.DM.USUBJID']/@MethodOID", ["MT.USUBJID"]),
        ("sdtm", "//odm:ItemRef[@ItemOID='IT.VS.VSTESTCD']/@Role", ["Topic"]),
        ("sdtm", "//odm:ItemRef[@def:IsNonStandard]/@ItemOID", ["IT.VS.VSDRESS"]),
        (
            "sdtm",
            "//odm:ItemDef[@OID='IT.VS.VSDRESS']/odm:Description/odm:TranslatedText/text()",
            ["Dressed & <weighed>"],
        ),
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.SEX']/odm:CodeListRef/@CodeListOID", ["CL.SEX"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.RFICDTC']/@Length", []),
        ("sdtm", "//odm:ItemDef[@OID='IT.VS.VSSTRESN']/@SignificantDigits", ["1"]),
        ("adam", "//odm:ItemDef[@OID='IT.ADTTE.ADT']/@def:DisplayFormat", ["DATE9."]),
        ("adam", "//odm:ItemDef[@OID='IT.ADTTE.ADT']/@SignificantDigits", []),
        # Origins
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.SEX']/def:Origin/@Source", ["Investigator"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.RFICDTC']//def:DocumentRef/@leafID", ["LF.acrf"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.RFICDTC']//def:PDFPageRef/@PageRefs", ["1 2"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.DM.RFICDTC']//def:PDFPageRef/@Type", ["PhysicalRef"]),
        ("sdtm", "//odm:ItemDef[@OID='IT.XX.XXTERM']/def:Origin/def:DocumentRef/@leafID", []),
        ("adam", "//odm:ItemDef[@OID='IT.ADSL.STUDYID']/def:Origin/@Type", ["Predecessor"]),
        ("adam", "//odm:ItemDef[@OID='IT.ADSL.STUDYID']/def:Origin//odm:TranslatedText/text()", ["DM.STUDYID"]),
        # Value-level metadata
        ("sdtm", "//odm:ItemDef[@OID='IT.VS.VSSTRESN']/def:ValueListRef/@ValueListOID", ["VL.VS.VSSTRESN"]),
        ("sdtm", "//def:ValueListDef/odm:ItemRef/@OrderNumber", ["1", "2"]),
        ("sdtm", "//def:ValueListDef/odm:ItemRef/@MethodOID", ["MT.CELSIUS"]),
        ("sdtm", "//def:WhereClauseDef[1]/odm:RangeCheck/@def:ItemOID", ["IT.VS.VSTESTCD", "IT.VS.VSORRESU"]),
        ("sdtm", "//def:WhereClauseDef[1]/odm:RangeCheck/@Comparator", ["EQ", "NE"]),
        ("sdtm", "//def:WhereClauseDef/odm:RangeCheck/@SoftHard", ["Soft"] * 4),
        ("sdtm", "//def:WhereClauseDef[2]//odm:CheckValue/text()", ["WEIGHT", "M", "U"]),
        ("sdtm", "//def:WhereClauseDef/@def:CommentOID", ["COM.JOIN.VS.DM"]),
        # Codelists
        ("sdtm", "//odm:CodeList[@OID='CL.SEX']/odm:CodeListItem/@CodedValue", ["F", "M"]),
        ("sdtm", "//odm:CodeList[@OID='CL.SEX']//odm:Decode/odm:TranslatedText/text()", ["Female", "Male"]),
        ("sdtm", "//odm:CodeList[@OID='CL.SEX']/odm:CodeListItem/odm:Alias/@Name", ["C16576", "C20197"]),
        ("sdtm", "//odm:CodeList[@OID='CL.SEX']/odm:Alias/@Name", ["C66731"]),
        ("sdtm", "//odm:CodeList[@OID='CL.SEX']/odm:Alias/@Context", ["nci:ExtCodeID"]),
        ("sdtm", "//odm:CodeList[@OID='CL.UNIT']/odm:EnumeratedItem/@CodedValue", ["C", "F", "lbs/a"]),
        ("sdtm", "//odm:EnumeratedItem[@def:ExtendedValue='Yes']/@CodedValue", ["lbs/a"]),
        ("sdtm", "//odm:CodeList[@def:IsNonStandard]/@OID", ["CL.VSTESTCD"]),
        (
            "sdtm",
            "//odm:CodeList[@OID='CL.VSTESTCD']//odm:Decode//text()[normalize-space()]",
            ["Temperature", "WEIGHT"],
        ),
        ("sdtm", "//odm:CodeList[@OID='CL.MEDDRA']/odm:ExternalCodeList/@Version", ["28.0"]),
        # Methods
        ("adam", "//odm:MethodDef/@Type", ["Computation", "Imputation", "Computation"]),
        ("adam", "//odm:FormalExpression/@Context", ["crf2tlf"]),
        ("adam", "//odm:FormalExpression/text()", ['"Y" if DOSE > 0 else "N"']),
        # Analysis results
        ("adam", "//arm:ResultDisplay/@Name", ["Table 1"]),
        ("adam", "//arm:ResultDisplay/def:DocumentRef/@leafID", ["LF.tables"]),
        ("adam", "//arm:AnalysisResult/@OID", ["AR.table-1.1", "AR.table-1.2"]),
        ("adam", "//arm:AnalysisResult/@ParameterOID", ["IT.ADTTE.PARAMCD"]),
        ("adam", "//arm:AnalysisResult/@AnalysisReason", ["SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP"]),
        ("adam", "//arm:AnalysisResult/@AnalysisPurpose", ["PRIMARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE"]),
        ("adam", "//arm:AnalysisDataset/@ItemGroupOID", ["IG.ADTTE", "IG.ADSL", "IG.ADSL"]),
        ("adam", "//arm:AnalysisVariable/@ItemOID", ["IT.ADTTE.AVAL", "IT.ADSL.SAFFL", "IT.ADSL.USUBJID"]),
        ("adam", "//arm:AnalysisDatasets/@def:CommentOID", ["COM.table-1.1"]),
        ("adam", "//arm:Documentation//odm:TranslatedText/text()", ["Product-limit estimates with log-log limits."]),
        ("adam", "//arm:Code/text()", ['survival:\n  method: kaplan_meier\n  where: PARAMCD == "PFS"\n']),
        ("sdtm", "//arm:*", []),
    ],
)
def test_every_part_is_in_its_place(part: str, path: str, values: list[str]) -> None:
    assert found(part, path) == values


def test_joins_and_selections_in_words_are_comments() -> None:
    texts = found("adam", "//def:CommentDef//odm:TranslatedText/text()")
    assert texts == [
        "ADTTE is joined with ADSL by USUBJID.",
        "ADSL: subjects whose first word & last dose are known. The datasets are joined by USUBJID.",
    ]


@pytest.mark.parametrize("submission", [SDTM, ADAM], ids=["sdtm", "adam"])
def test_the_document_is_valid(submission: Submission) -> None:
    assert check_define(define_xml(submission)) == []


@pytest.mark.parametrize("submission", [SDTM, ADAM], ids=["sdtm", "adam"])
def test_odmlib_loads_it_back(submission: Submission) -> None:
    loader = ODMLoader(XMLArmLoader())
    loader.load_odm_string(define_xml(submission).decode())
    metadata = loader.root().Study.MetaDataVersion
    assert {group.Name for group in metadata.ItemGroupDef} == {dataset.name for dataset in submission.datasets}
    assert len(metadata.ItemDef) == len(list(submission.items()))


def test_the_first_lines_name_the_stylesheet() -> None:
    assert define_xml(SDTM).startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>\n<ODM '
    )


def test_a_draft_says_so_in_three_places() -> None:
    root = etree.fromstring(define_xml(replace(SDTM, draft=True)))
    assert check_define(etree.tostring(root)) == []
    assert root.xpath("string(//odm:StudyDescription)", namespaces=NAMESPACES).startswith("DRAFT: ")
    assert root.xpath("string(//odm:MetaDataVersion/@Name)", namespaces=NAMESPACES).startswith("DRAFT: ")
    comment = root.xpath("string(//odm:MetaDataVersion/@def:CommentOID)", namespaces=NAMESPACES)
    assert "Not for submission" in root.xpath(f"string(//def:CommentDef[@OID='{comment}'])", namespaces=NAMESPACES)


def test_texts_that_xml_cannot_hold_are_marked() -> None:
    label = "Bell \x07 and line\nbreak, 日本語"
    dm = replace(DM, items=(*DM.items[:-1], Item("RFICDTC", label, "date", DM.items[-1].origin)))
    xml = define_xml(replace(SDTM, datasets=(dm, *SDTM.datasets[1:])))
    texts = etree.fromstring(xml).xpath("//odm:ItemDef[@Name='RFICDTC']//text()", namespaces=NAMESPACES)
    assert "Bell ? and line\nbreak, 日本語" in texts


def test_a_draft_may_lack_labels_and_have_long_names() -> None:
    dataset = replace(ADSL, name="ADSLTOOLONG", label="", items=(replace(ADSL.items[0], name="FARTOOLONG", label=""),))
    draft = replace(ADAM, datasets=(dataset,), displays=(), draft=True)
    root = etree.fromstring(define_xml(draft))
    assert root.xpath("//@SASFieldName | //@SASDatasetName") == []
    assert root.xpath("//odm:ItemDef/@Name", namespaces=NAMESPACES) == ["FARTOOLONG"]


def test_terminology_without_a_publishing_set_of_its_own_has_a_comment() -> None:
    protocol = Standard("Protocol CT", "CDISC/NCI", "CT", "2025-03-28", "Protocol")
    phase = Codelist("UNIT", "Trial Phase Response", "text", (Term("PHASE II TRIAL"),), "C66737", protocol.id)
    codelists = tuple(phase if codelist.id == "UNIT" else codelist for codelist in SDTM.codelists)
    xml = define_xml(replace(SDTM, standards=(*SDTM.standards, protocol), codelists=codelists))
    assert check_define(xml) == []
    (written,) = etree.fromstring(xml).xpath("//def:Standard[3]", namespaces=NAMESPACES)
    assert written.get("PublishingSet") is None
    assert b"CDISC Protocol Controlled Terminology." in xml


def test_a_part_of_a_split_domain_is_described() -> None:
    part = replace(VS, name="VSPH", items=VS.items[:2])
    root = etree.fromstring(define_xml(replace(SDTM, datasets=(part,))))
    assert root.xpath("//odm:ItemGroupDef/odm:Alias/@Name", namespaces=NAMESPACES) == ["Vital Signs"]


def test_a_term_of_the_studys_own_list_is_no_extension() -> None:
    own = Codelist("SEX", "Sex", "text", (Term("F", extended=True), Term("M")))
    xml = define_xml(replace(SDTM, codelists=(own, *SDTM.codelists[1:])))
    assert etree.fromstring(xml).xpath("//odm:CodeList[1]//@def:ExtendedValue", namespaces=NAMESPACES) == []


SCRIPT = """
from hashlib import sha256
from crf2tlf.define.document import define_xml
from crf2tlf.define.page import define_html
from tests.define.samples import ADAM, SDTM
for xml in map(define_xml, (SDTM, ADAM)):
    print(sha256(xml).hexdigest(), sha256(define_html(xml)).hexdigest())
"""


def test_bytes_depend_on_neither_time_zone_nor_hash_seed() -> None:
    outputs = set()
    for zone, seed in (("Asia/Tokyo", "1"), ("America/New_York", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1

"""A define.xml with one thing broken is found out: each line breaks another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree
from tests.define.samples import ADAM, SDTM

from crf2tlf.define.check import check_define
from crf2tlf.define.document import NAMESPACES, define_xml
from crf2tlf.define.references import REFERENCES

XML = {"sdtm": define_xml(SDTM), "adam": define_xml(ADAM)}
Break = Callable[[etree._Element], None]


def faults(part: str, path: str, broken: Break) -> list[str]:
    """The faults of a sample after the first element at a path was broken."""
    root = etree.fromstring(XML[part])
    broken(root.xpath(path, namespaces=NAMESPACES)[0])
    return check_define(etree.tostring(root))


def changed(attribute: str, value: str | None = "GONE") -> Break:
    """Set an attribute, or take it away."""

    def change(element: etree._Element) -> None:
        prefix, _, plain = attribute.rpartition(":")
        name = f"{{{NAMESPACES[prefix]}}}{plain}" if prefix else plain
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def removed(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def doubled(element: etree._Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element)))


# Each attribute that refers to a definition: a reference to nothing, and the definition that is no longer used.
DANGLING = [
    ("sdtm", "//odm:ItemGroupDef/odm:ItemRef", "ItemOID", "ItemDef"),
    ("sdtm", "//def:ValueListDef/odm:ItemRef", "ItemOID", "ItemDef"),
    ("sdtm", "//def:WhereClauseDef/odm:RangeCheck", "def:ItemOID", "ItemDef"),
    ("sdtm", "//odm:ItemRef[@MethodOID='MT.CELSIUS']", "MethodOID", "MethodDef"),
    ("sdtm", "//odm:CodeListRef", "CodeListOID", "CodeList"),
    ("sdtm", "//def:WhereClauseRef", "WhereClauseOID", "WhereClauseDef"),
    ("sdtm", "//def:ValueListRef", "ValueListOID", "ValueListDef"),
    ("sdtm", "//odm:ItemGroupDef[@Name='VS']", "def:CommentOID", "CommentDef"),
    ("sdtm", "//odm:ItemDef[@def:CommentOID]", "def:CommentOID", "CommentDef"),
    ("sdtm", "//def:WhereClauseDef[@def:CommentOID]", "def:CommentOID", "CommentDef"),
    ("sdtm", "//odm:ItemGroupDef", "def:StandardOID", "Standard"),
    ("sdtm", "//odm:CodeList", "def:StandardOID", "Standard"),
    ("sdtm", "//odm:ItemGroupDef", "def:ArchiveLocationID", "leaf"),
    ("sdtm", "//def:SupplementalDoc/def:DocumentRef", "leafID", "leaf"),
    ("sdtm", "//def:Origin/def:DocumentRef", "leafID", "leaf"),
    ("adam", "//arm:AnalysisResult", "ParameterOID", "ItemDef"),
    ("adam", "//arm:AnalysisDataset", "ItemGroupOID", "ItemGroupDef"),
    ("adam", "//arm:AnalysisVariable", "ItemOID", "ItemDef"),
    ("adam", "//arm:AnalysisDatasets", "def:CommentOID", "CommentDef"),
    ("adam", "//arm:AnalysisDataset/def:WhereClauseRef", "WhereClauseOID", "WhereClauseDef"),
    ("adam", "//arm:ResultDisplay/def:DocumentRef", "leafID", "leaf"),
]


@pytest.mark.parametrize(("part", "path", "attribute", "kind"), DANGLING)
def test_a_reference_to_nothing(part: str, path: str, attribute: str, kind: str) -> None:
    found = faults(part, path, changed(attribute))
    plain = attribute.rpartition(":")[2]
    assert any(f.startswith("dangling:") and f.endswith(f"{kind} GONE by {plain}, and there is none") for f in found)


def test_every_kind_of_reference_is_broken_above() -> None:
    # Roles have no codelist here: CDISC's terms are used as they are
    assert {line[2].rpartition(":")[2] for line in DANGLING} == REFERENCES.keys() - {"RoleCodeListOID"}


def test_a_reference_to_another_kind_of_definition() -> None:
    found = faults("sdtm", "//odm:ItemRef[@MethodOID='MT.CELSIUS']", changed("MethodOID", "CL.SEX"))
    assert any("MethodDef CL.SEX" in f and f.startswith("dangling:") for f in found)


@pytest.mark.parametrize(
    ("part", "path", "unused"),
    [
        ("sdtm", "//odm:ItemGroupDef/odm:ItemRef[@ItemOID='IT.DM.RFICDTC']", "ItemDef IT.DM.RFICDTC"),
        # Where clauses still compare with it
        ("sdtm", "//odm:ItemGroupDef/odm:ItemRef[@ItemOID='IT.VS.VSTESTCD']", "ItemDef IT.VS.VSTESTCD"),
        ("sdtm", "//odm:ItemDef[@Name='SEX']/odm:CodeListRef", "CodeList CL.SEX"),
        ("sdtm", "//def:ValueListRef", "ValueListDef VL.VS.VSSTRESN"),
        ("sdtm", "//def:ValueListDef/odm:ItemRef[1]", "MethodDef MT.CELSIUS"),
        ("sdtm", "//def:WhereClauseRef", "WhereClauseDef WC.VS.VSTESTCD.EQ.TEMP.VS.VSORRESU.NE.C"),
        ("sdtm", "//def:SupplementalDoc", "leaf LF.csdrg"),
        ("adam", "//arm:AnalysisDatasets", "CommentDef COM.table-1.1"),
    ],
)
def test_a_definition_that_nothing_uses(part: str, path: str, unused: str) -> None:
    assert f"unused: nothing refers to {unused}" in faults(part, path, removed)


@pytest.mark.parametrize(
    ("part", "path", "attribute", "unused"),
    [
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']", "def:CommentOID", "CommentDef COM.VS"),
        ("sdtm", "//odm:ItemGroupDef[@Name='VS']", "def:ArchiveLocationID", "leaf LF.VS"),
        ("adam", "//odm:ItemGroupDef[@Name='ADAE']", "def:StandardOID", "Standard STD.OCCDS"),
    ],
)
def test_a_definition_whose_reference_is_gone(part: str, path: str, attribute: str, unused: str) -> None:
    assert f"unused: nothing refers to {unused}" in faults(part, path, changed(attribute, None))


@pytest.mark.parametrize(
    "element",
    ["odm:ItemDef", "odm:ItemGroupDef", "odm:CodeList", "odm:MethodDef", "def:CommentDef", "def:WhereClauseDef",
     "def:ValueListDef", "def:Standard", "odm:MetaDataVersion/def:leaf", "arm:ResultDisplay", "arm:AnalysisResult"],
)  # fmt: skip
def test_an_identifier_twice(element: str) -> None:
    part = "adam" if element.startswith("arm") else "sdtm"
    assert any(f.startswith("duplicate:") for f in faults(part, f"//{element}", doubled))


@pytest.mark.parametrize(
    ("part", "path", "broken", "fault"),
    [
        # The schema
        ("sdtm", "//def:Class", changed("Name", "FINDING"), "schema: "),
        ("sdtm", "//odm:CommentDef | //def:CommentDef/odm:Description", removed, "schema: "),
        ("adam", "//arm:AnalysisResult", changed("AnalysisReason", None), "schema: "),
        # odmlib's rules; the schema takes any reason
        ("adam", "//arm:AnalysisResult", changed("AnalysisReason", "BECAUSE"), "odmlib: Invalid value BECAUSE"),
        # The specification's text
        ("sdtm", "//odm:ItemGroupDef", changed("def:StandardOID", None), "wants either def:StandardOID or"),
        ("sdtm", "//odm:ItemGroupDef/def:leaf", removed, "wants one def:leaf"),
        ("sdtm", "//odm:ItemGroupDef[@Name='XX']", changed("def:CommentOID", None), "why it has no data"),
        ("sdtm", "//odm:ItemRef[@KeySequence='2']", changed("KeySequence", "3"), "the keys are numbered [1, 3]"),
        ("sdtm", "//odm:ItemGroupDef/odm:ItemRef", changed("OrderNumber", "7"), "the items are numbered ['7', '2'"),
        ("sdtm", "//odm:ItemDef", changed("Length", None), "Length is None with data type text"),
        ("sdtm", "//odm:ItemDef[@DataType='date']", changed("Length", "10"), "Length is 10 with data type date"),
        ("sdtm", "//odm:ItemDef[@DataType='float']", changed("SignificantDigits", None), "SignificantDigits is None"),
        ("sdtm", "//odm:ItemDef/def:Origin", removed, "have an origin"),
        ("sdtm", "//def:Origin[@Type='Collected']", changed("Source", None), "the origin Collected has no source"),
        ("adam", "//def:Origin[@Type='Predecessor']/odm:Description", removed, "the predecessor is not named"),
        ("sdtm", "//odm:CodeListItem", doubled, "has the term F more than once"),
        ("sdtm", "//odm:CodeList", changed("def:StandardOID", None), "wants one of def:StandardOID"),
        ("sdtm", "//odm:ExternalCodeList", removed, "holds nothing"),
        ("sdtm", "//odm:CheckValue", doubled, "EQ compares with 2 values"),
    ],
)  # fmt: skip
def test_a_broken_rule(part: str, path: str, broken: Break, fault: str) -> None:
    assert any(fault in f for f in faults(part, path, broken))


def test_a_torn_file() -> None:
    assert check_define(XML["sdtm"][:-100])[0].startswith("not well-formed: ")

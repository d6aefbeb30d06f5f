"""Reading ODM-XML: a record an item group, at its line; nothing is fetched and no entity expanded."""

from __future__ import annotations

from textwrap import dedent

import pytest

from crf2tlf.files.odm import OdmGroup, read_odm
from crf2tlf.findings import Findings

AE = OdmGroup("F.AE", "IG.AE")


def read(folder, content, *groups, name="odm.xml"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    tables = read_odm(path, f"raw/{name}", groups or (AE,), findings)
    return tables, [(f.code, str(f.place)) for f in findings], [f.message for f in findings]


def records(table, *columns):
    chosen = table.frame[list(columns)] if columns else table.frame
    return chosen.astype(object).where(chosen.notna(), None).to_numpy().tolist()


def odm(data: str, root: str = 'FileType="Snapshot" ODMVersion="1.3.2"', study: str = "") -> str:
    return (
        dedent(
            f"""\
        <?xml version="1.0" encoding="UTF-8"?>
        <ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" {root}>
        {study}
        <ClinicalData StudyOID="S.1" MetaDataVersionOID="1">
        """
        )
        + dedent(data)
        + "</ClinicalData></ODM>\n"
    )


TWO_SUBJECTS = """\
<SubjectData SubjectKey="001" mdsol:SubjectName="01-001">
  <SiteRef LocationOID="SITE1"/>
  <StudyEventData StudyEventOID="SE.AE" StudyEventRepeatKey="1">
    <FormData FormOID="F.AE" FormRepeatKey="1">
      <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="1">
        <ItemData ItemOID="IT.AETERM" Value="Pain &amp; &lt;fever&gt;"/>
        <ItemData ItemOID="IT.AETOXGR" Value="1"><MeasurementUnitRef MeasurementUnitOID="MU.1"/></ItemData>
      </ItemGroupData>
      <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="2"
          TransactionType="Insert">
        <ItemDataString ItemOID="IT.AETERM">Rash</ItemDataString>
        <ItemDataInteger ItemOID="IT.AETOXGR">2</ItemDataInteger>
      </ItemGroupData>
      <ItemGroupData ItemGroupOID="IG.OTHER"><ItemData ItemOID="IT.X" Value="x"/></ItemGroupData>
    </FormData>
  </StudyEventData>
</SubjectData>
<SubjectData SubjectKey="002">
  <StudyEventData StudyEventOID="SE.AE">
    <FormData FormOID="F.AE">
      <ItemGroupData ItemGroupOID="IG.AE">
        <ItemData ItemOID="IT.AETERM" Value=" "/>
        <ItemData ItemOID="IT.AETOXGR" IsNull="Yes"/>
        <Annotation SeqNum="1"><Comment>not an item</Comment></Annotation>
      </ItemGroupData>
    </FormData>
    <FormData FormOID="F.VS">
      <ItemGroupData ItemGroupOID="IG.VS"><ItemDataFloat ItemOID="IT.TEMP">36.60</ItemDataFloat></ItemGroupData>
    </FormData>
  </StudyEventData>
</SubjectData>
"""


def test_item_groups_are_records_at_their_lines(tmp_path):
    tables, findings, _ = read(tmp_path, odm(TWO_SUBJECTS))
    table = tables[AE]
    assert findings == []
    assert records(table, "SubjectKey", "ItemGroupRepeatKey", "IT.AETERM", "IT.AETOXGR", "IT.AETOXGR.unit") == [
        ["001", "1", "Pain & <fever>", "1", "MU.1"],
        ["001", "2", "Rash", "2", None],
        ["002", None, None, None, None],
    ]
    lines = odm(TWO_SUBJECTS).splitlines()
    assert [lines[line - 1].strip()[:40] for line in table.lines] == [
        '<ItemGroupData ItemGroupOID="IG.AE" Item'
    ] * 2 + ['<ItemGroupData ItemGroupOID="IG.AE">']
    assert records(table, "mdsol:SubjectName", "LocationOID", "StudyEventOID", "StudyEventRepeatKey")[::2] == [
        ["01-001", "SITE1", "SE.AE", "1"],
        [None, None, "SE.AE", None],
    ]
    assert set(table.frame) - table.optional == {"IT.AETERM", "IT.AETOXGR"}


def test_several_forms_are_read_at_once(tmp_path):
    vital_signs, whole_form = OdmGroup(None, "IG.VS"), OdmGroup("F.AE", None)
    tables, findings, _ = read(tmp_path, odm(TWO_SUBJECTS), AE, vital_signs, whole_form)
    assert findings == []
    assert records(tables[vital_signs], "SubjectKey", "IT.TEMP") == [["002", "36.60"]]
    assert records(tables[whole_form], "ItemGroupOID", "IT.X")[2] == ["IG.OTHER", "x"]


def test_items_that_nobody_answered_are_columns_where_the_file_defines_them(tmp_path):
    study = (
        '<Study OID="S.1"><MetaDataVersion OID="1" Name="1"><ItemGroupDef OID="IG.AE" Name="AE" Repeating="Yes">'
        '<ItemRef ItemOID="IT.AESER" Mandatory="No"/></ItemGroupDef></MetaDataVersion></Study>'
    )
    tables, _, _ = read(tmp_path, odm(TWO_SUBJECTS, study=study))
    assert records(tables[AE], "IT.AESER") == [[None]] * 3


def group(key: str, value: str, kind: str) -> str:
    return f"""\
        <SubjectData SubjectKey="1"><StudyEventData StudyEventOID="SE"><FormData FormOID="F.AE">
        <ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="{key}" TransactionType="{kind}">
        <ItemData ItemOID="T" Value="{value}"/></ItemGroupData></FormData></StudyEventData></SubjectData>
        """


SUBJECT_REMOVED = '<SubjectData SubjectKey="1" TransactionType="Remove"/>'
# what is done one after the other, what is left: value and line
TRANSACTIONS = [
    ([group("1", "a", "Insert"), group("2", "b", "Insert")], ["a", "b"]),
    ([group("1", "a", "Insert"), group("1", "b", "Update")], ["b"]),
    ([group("1", "a", "Insert"), group("2", "b", "Upsert"), group("1", "", "Remove")], ["b"]),
    ([group("1", "a", "Insert"), SUBJECT_REMOVED, group("2", "b", "Insert")], ["b"]),
]


@pytest.mark.parametrize(("done", "left"), TRANSACTIONS)
def test_the_last_word_of_a_transactional_file_counts(tmp_path, done, left):
    tables, _, _ = read(tmp_path, odm("".join(map(dedent, done)), 'FileType="Transactional"'))
    assert [row[0] for row in records(tables[AE], "T")] == left


def test_a_snapshot_that_repeats_a_key_has_two_records(tmp_path):
    tables, _, _ = read(tmp_path, odm(dedent(group("1", "a", "Insert") + group("1", "b", "Insert"))))
    assert records(tables[AE], "T") == [["a"], ["b"]]


def test_reference_data_are_no_records(tmp_path):
    content = odm(TWO_SUBJECTS).replace(
        "<ClinicalData",
        '<ReferenceData StudyOID="S.1"><ItemGroupData ItemGroupOID="IG.AE"/></ReferenceData><ClinicalData',
    )
    tables, findings, _ = read(tmp_path, content)
    assert (findings, len(tables[AE].lines)) == ([], 3)


def test_a_prefix_makes_no_difference(tmp_path):
    content = odm(TWO_SUBJECTS).replace("xmlns=", "xmlns:odm=")
    for tag in ("ODM", "ClinicalData", "SubjectData", "FormData", "ItemGroupData", "ItemData"):
        content = content.replace(f"<{tag} ", f"<odm:{tag} ").replace(f"</{tag}>", f"</odm:{tag}>")
    assert len(read(tmp_path, content)[0][AE].lines) == 3


BOMB = "<!DOCTYPE ODM [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(20)) + "]>"
# the file, code, place, words
REFUSED = [
    ("", "RAW_FILE_EMPTY", "raw/odm.xml", "is empty"),
    ("A,B\n1,2\n", "RAW_FILE_FORMAT", "raw/odm.xml:1", "no well-formed XML"),
    (odm(TWO_SUBJECTS)[:600], "RAW_FILE_FORMAT", "raw/odm.xml:", "no well-formed XML"),
    ("<html/>", "RAW_FILE_FORMAT", "raw/odm.xml:1", "begins with <html>"),
    (odm("", 'ODMVersion="2.0"'), "RAW_FILE_FORMAT", "raw/odm.xml:2", "ODM 2.0"),
    (BOMB + "<ODM>&a19;</ODM>", "RAW_FILE_FORMAT", "raw/odm.xml:1", "DOCTYPE"),
    ('<!DOCTYPE ODM SYSTEM "http://localhost/x.dtd"><ODM/>', "RAW_FILE_FORMAT", "raw/odm.xml:1", "DOCTYPE"),
    ('<!DOCTYPE O [<!ENTITY x SYSTEM "file:///etc/passwd">]><ODM>&x;</ODM>', "RAW_FILE_FORMAT", "raw/odm.xml:1", "DOC"),
    ("<ODM>&x;</ODM>", "RAW_FILE_FORMAT", "raw/odm.xml:1", "undefined entity"),
    ("<ODM>" + "<a>" * 200, "RAW_FILE_FORMAT", "raw/odm.xml:1", "deep"),
    ('<?xml version="1.0" encoding="x-none"?><ODM/>', "RAW_FILE_FORMAT", "raw/odm.xml:1", "encoding"),
    (odm(TWO_SUBJECTS).replace("IG.AE", "IG.AES"), "RAW_FILE_EMPTY", "raw/odm.xml", "IG.AE (did you mean IG.AES?)"),
    (odm(TWO_SUBJECTS).replace(' ItemOID="IT.AETERM"', ""), "RAW_FILE_FORMAT", "raw/odm.xml:10", "no ItemOID"),
]


@pytest.mark.parametrize(("content", "code", "place", "words"), REFUSED)
def test_other_files_are_findings(tmp_path, content, code, place, words):
    _, found, messages = read(tmp_path, content)
    assert len(found) == 1
    assert found[0][0] == code
    assert found[0][1].startswith(place)
    assert words in messages[0]

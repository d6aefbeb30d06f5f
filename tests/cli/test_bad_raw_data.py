"""Bad raw data: what was found, where, and what was expected; nothing is written over the last good outputs."""

from __future__ import annotations

import pytest

from tests.cli.conftest import (
    SMALL,
    Changed,
    Edit,
    assert_says,
    removed,
    replaced,
    run,
    stopped,
    written,
)

AE, DEMOG, DIAGNOSIS = "raw/ae.csv", "raw/demog.csv", "raw/diagnosis.csv"
HEADER = (SMALL / AE).read_text(encoding="utf-8").splitlines()[0]
UTF_8 = "SUBJID,DXTXTJ,DXTXT,ORGAN\n01-001,{},Asthma,LUNG\n01-002,,Asthma,LUNG\n02-001,,Melanoma,SKIN\n"


def at(file: str, line: int, code: str) -> str:
    return f"{file}:{line}: error: {code}" if line else f"{file}: error: {code}"


# what is changed, the place and code of the finding, what it says
CASES: list[tuple[str, tuple[Edit, ...], str, tuple[str, ...]]] = [
    # files
    (
        "missing form",
        (removed(AE),),
        at(AE, 0, "RAW_FILE_MISSING"),
        ("no such file", "specs/raw/ae.yaml names it"),
    ),
    (
        "form under another name",
        (removed(AE), written("raw/aes.csv", "A\n1\n")),
        at(AE, 0, "RAW_FILE_MISSING"),
        ("did you mean aes.csv?",),
    ),
    ("no raw folder", (removed("raw"),), at("raw", 0, "RAW_FILE_MISSING"), ("there is no raw folder",)),
    (
        "a folder in the file's place",
        (removed(AE), lambda root: (root / AE).mkdir()),
        at(AE, 0, "RAW_FILE_MISSING"),
        ("specs/raw/ae.yaml names it",),
    ),
    ("empty file", (written(AE, b""),), at(AE, 1, "RAW_FILE_EMPTY"), ("no header line",)),
    ("only white space", (written(AE, b" \n \n"),), at(AE, 1, "RAW_FILE_EMPTY"), ("no header line",)),
    (
        "header only",
        (written(AE, HEADER + "\n"),),
        at(AE, 1, "RAW_FILE_EMPTY"),
        ("a header line but no record", "severity: {RAW_FILE_EMPTY: note}"),
    ),
    (
        "workbook where CSV is stated",
        (written(AE, b"PK\x03\x04\x14\x00"),),
        at(AE, 0, "RAW_FILE_FORMAT"),
        ("Excel workbook (.xlsx), not CSV", "export the form as CSV"),
    ),
    ("NUL bytes", (replaced(AE, "Nausea", "Nau\0sea"),), at(AE, 2, "RAW_FILE_FORMAT"), ("NUL bytes",)),
    ("open quote", (replaced(AE, "Rash", '"Rash'),), at(AE, 3, "RAW_FILE_FORMAT"), ("quoted cell", "not closed")),
    (
        "cp932 where UTF-8 is stated",
        (replaced("specs/raw/diagnosis.yaml", "encoding: cp932", "encoding: utf-8"),),
        at(DIAGNOSIS, 2, "RAW_ENCODING"),
        ("not in the stated encoding utf-8 from this line on",),
    ),
    (
        "UTF-8 where cp932 is stated",
        (written(DIAGNOSIS, UTF_8.format("肺腺癌")),),
        at(DIAGNOSIS, 2, "RAW_ENCODING"),
        ("the file is UTF-8 from this line on", "cp932 is stated"),
    ),
    (
        "UTF-8 that passes for cp932",
        (written(DIAGNOSIS, UTF_8.format("ああ")),),
        at(DIAGNOSIS, 2, "RAW_ENCODING"),
        ("the file is UTF-8", "cp932 is stated"),
    ),
    (
        "unknown encoding",
        (replaced("specs/raw/diagnosis.yaml", "encoding: cp932", "encoding: cp9322"),),
        at(DIAGNOSIS, 1, "RAW_ENCODING"),
        ("'cp9322' is not a known one", "cp932"),
    ),
    # columns and lines
    (
        "missing column",
        (written(AE, HEADER.replace("AETOXGR,", "") + "\n01-001,1,Rash,30-JUN-2016,,2,1\n"),),
        at(AE, 1, "RAW_COLUMN_MISSING"),
        ("'AETOXGR' that specs/raw/ae.yaml declares",),
    ),
    (
        "column under another name",
        (replaced(AE, "AETOXGR", "AETOXGRD"),),
        at(AE, 1, "RAW_COLUMN_MISSING"),
        ("'AETOXGR'", "did you mean AETOXGRD?"),
    ),
    (
        "additional column",
        (written(DEMOG, "SUBJID,BRTHDAT,SEX,RFICDAT,TRTSDAT,WEIGHT\n01-001,,2,2016-06-14,2016-06-28,70\n"),),
        at(DEMOG, 1, "RAW_COLUMN_EXTRA"),
        ("'WEIGHT' is not declared in specs/raw/demog.yaml", "declare it there"),
    ),
    ("two columns of a name", (replaced(AE, "AESPID", "AETERM"),), at(AE, 1, "RAW_FILE_FORMAT"), ("AETERM", "differ")),
    (
        "ragged line, too long",
        (replaced(AE, "Rash,2,", "Rash, itching,2,"),),
        at(AE, 3, "RAW_RECORD_SHAPE"),
        ("9 cells where the header has 8", "double quotes"),
    ),
    ("ragged line, too short", (replaced(AE, "Rash,2,", "Rash,"),), at(AE, 3, "RAW_RECORD_SHAPE"), ("7 cells",)),
    # cells
    ("required cell blank", (replaced(AE, "Rash", " "),), at(AE, 3, "RAW_REQUIRED"), ("AETERM", "blank")),
    (
        "code outside the form's code list",
        (replaced(AE, "Rash,2,", "Rash,4,"),),
        at(AE, 3, "RAW_CODE"),
        ("AETOXGR: '4' is not in the code list 1, 2, 3",),
    ),
    (
        "code outside its map",
        (replaced(AE, "05,,2,1", "05,,2,7"),),
        at(AE, 3, "MAP_UNMAPPED"),
        ("AE.AEOUT: '7' is not in the map OUTCOME (1, 2)", "specs/sdtm/ae.yaml:15"),
    ),
    (
        "unreadable date",
        (replaced(AE, "30-JUN-2016", "end of June"),),
        at(AE, 2, "RAW_DATE"),
        ("AESTDAT: 'end of June' is not in the format DD-MON-YYYY or YYYY/MM/DD",),
    ),
    (
        "no day of the calendar",
        (replaced(AE, "10-DEC-2016", "31-FEB-2017"),),
        at(AE, 4, "RAW_DATE"),
        ("AESTDAT: '31-FEB-2017' is no day of the calendar",),
    ),
    (
        "a date that two formats read differently",
        (replaced(AE, "13/07/2016", "03/07/2016"),),
        at(AE, 2, "RAW_DATE_AMBIGUOUS"),
        ("AEENDAT: the formats DD/MM/YYYY or MM/DD/YYYY read '03/07/2016' differently",),
    ),
    (
        "text where a number is wanted",
        (
            replaced("specs/sdtm/ae.yaml", "AETOXGR: AETOXGR", "AETOXGR: text(number(AETOXGR))"),
            replaced("specs/raw/ae.yaml", ", codes: {1: Mild, 2: Moderate, 3: Severe}", ""),
            replaced(AE, "Rash,2,", "Rash,II,"),
        ),
        at(AE, 3, "RAW_NUMBER"),
        ("'II' is not a number", "specs/sdtm/ae.yaml:16"),
    ),
    (
        "value outside the codelist",
        (replaced(DIAGNOSIS, "SKIN", "SKN"),),
        at(DIAGNOSIS, 4, "CODELIST_VALUE"),
        ("MH.MHORGAN: 'SKN' is not in the codelist ORGAN (", "SKIN"),
    ),
    # records
    (
        "duplicate key",
        (replaced(AE, "02-001,1,Cough", "01-001,2,Rash,2,2016/07/05,,2,1\n02-001,1,Cough"),),
        at(AE, 3, "KEY_DUPLICATE"),
        ("AE: 2 records share the key STUDYID, USUBJID, AEDECOD, AESTDTC, AESPID", "[raw/ae.csv:5]"),
    ),
    (
        "subject in a form but not in DM",
        (replaced(AE, "02-001", "02-009"),),
        at(AE, 5, "RAW_SUBJECT"),
        ("02-009: not a subject of DM",),
    ),
    (
        "a lookup that finds two records",
        (replaced(DIAGNOSIS, "02-001", "01-002,喘息,Asthma,LUNG\n02-001"),),
        at(DEMOG, 3, "LOOKUP_MANY"),
        ("ADSL.DIAGNOS: MH has several records for the subject", "specs/adam/adsl.yaml:10"),
    ),
    (
        "a lookup that finds none and expects one",
        (
            replaced("specs/sdtm/dm.yaml", "by=[ARMCD])", 'by=[ARMCD], expect="one")'),
            replaced("specs/sdtm/dm.yaml", "{value: A}", "SITEID"),
        ),
        at(DEMOG, 2, "LOOKUP_NONE"),
        ("DM.ARM", "finds no record", "[raw/demog.csv:3, raw/demog.csv:4]"),
    ),
    (
        "a record that no rule uses",
        (replaced("specs/sdtm/mh.yaml", "- from: raw.diagnosis", '- {from: raw.diagnosis, where: ORGAN == "LUNG"}'),),
        at(DIAGNOSIS, 4, "RAW_UNUSED"),
        ("reached no dataset", "add leave_out"),
    ),
    # what a transport file cannot hold
    (
        "text longer than its length",
        (replaced(AE, "Rash", "x" * 61),),
        at("specs/sdtm/ae.yaml", 12, "TEXT_LENGTH"),
        ("AE.AEDECOD", "61 characters where 60 fit", "[raw/ae.csv:3]"),
    ),
    (
        "text over 200",
        (replaced(DIAGNOSIS, "Melanoma", "M" * 201),),
        at("specs/sdtm/mh.yaml", 10, "TEXT_LENGTH"),
        ("MH.MHTERM", "201 characters where 200 fit", "[raw/diagnosis.csv:4]"),
    ),
    (
        "text that is not ASCII",
        (replaced(AE, "Rash", "Érythème"),),
        at("specs/sdtm/ae.yaml", 11, "TEXT_ASCII"),
        ("AE.AETERM", "'Érythème'", "translate or replace it", "[raw/ae.csv:3]"),
    ),
]


@pytest.mark.parametrize(("edits", "start", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_bad_raw_data_is_a_finding_and_nothing_is_written(
    changed: Changed, edits: tuple[Edit, ...], start: str, words: tuple[str, ...]
) -> None:
    ran = stopped(changed(*edits))
    assert_says(ran.finding(start), words)


def test_one_mistake_is_one_finding(changed: Changed) -> None:
    assert len(stopped(changed(replaced(AE, "30-JUN-2016", "31-JUN-2016"))).findings) == 1


def test_every_record_with_the_same_fault_is_named(changed: Changed) -> None:
    edits = [
        replaced(AE, f"{term},{grade},", f"{term},9,") for term, grade in (("Nausea", 1), ("Rash", 2), ("Cough", 1))
    ]
    found = stopped(changed(*edits)).finding(at(AE, 2, "RAW_CODE"))
    assert found.endswith("[raw/ae.csv:3, raw/ae.csv:5]")


def test_many_records_are_counted(changed: Changed) -> None:
    more = "".join(f"01-001,{n},Rash,9,2016/07/05,,2,1\n" for n in range(10, 30))
    found = stopped(changed(written(AE, f"{HEADER}\n{more}"))).finding(at(AE, 2, "RAW_CODE"))
    assert found.endswith("[raw/ae.csv:3, raw/ae.csv:4, raw/ae.csv:5, raw/ae.csv:6, raw/ae.csv:7 …: 20 in all]")


def test_a_finding_is_one_line_whatever_raw_text_it_shows(changed: Changed) -> None:
    root = changed(replaced(AE, "02-001,1,Cough", '"02\x1b[31m\n001",1,Cough'))
    found = stopped(root).finding(at(AE, 5, "RAW_SUBJECT"))
    assert "\x1b" not in found
    assert r"02\x1b[31m\n001" in found


@pytest.mark.parametrize(
    ("edit", "start", "words"),
    [
        (written("raw/lab.csv", "A\n1\n"), "raw/lab.csv: warning: RAW_FILE_EXTRA", ("no form in specs/raw names",)),
        (
            replaced(AE, "13/07/2016", "13/06/2016"),
            "raw/ae.csv:2: warning: CHECK_FAILED",
            ("AE: The event ends before it starts", "SML-01-01-001", "specs/sdtm/ae.yaml:22"),
        ),
    ],
    ids=["extra file", "check that does not hold"],
)
def test_a_warning_does_not_stop(changed: Changed, edit: Edit, start: str, words: tuple[str, ...]) -> None:
    ran = run(changed(edit), "check")
    assert ran.exit_code == 0
    assert_says(ran.finding(start), words)


def test_the_policy_of_a_study_weighs_a_finding(changed: Changed) -> None:
    lighter = replaced(
        "specs/study.yaml", "constants:", "severity: {RAW_CODE: warning, TEXT_ASCII: warning}\nconstants:"
    )
    root = changed(lighter, replaced(AE, "Rash,2,", "Rasé,4,"))
    ran = run(root, "build")
    assert ran.exit_code == 0, ran.err
    assert "'4'" in ran.finding("raw/ae.csv:3: warning: RAW_CODE")
    assert b"Ras?" in (root / "sdtm/ae.xpt").read_bytes()  # what the file cannot hold is replaced, as the policy lets


def test_and_makes_it_heavier(changed: Changed) -> None:
    heavier = replaced("specs/study.yaml", "constants:", "severity: {RAW_FILE_EXTRA: error}\nconstants:")
    stopped(changed(heavier, written("raw/lab.csv", "A\n1\n"))).finding("raw/lab.csv: error: RAW_FILE_EXTRA")

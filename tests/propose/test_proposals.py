"""Forms and mappings proposed for a raw folder, and how they are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from crf2tlf.findings import Findings
from crf2tlf.propose import Proposals, accept, open_proposals, propose, write_proposals
from crf2tlf.spec import load_study

SUBJECTS = [f"01-{number:03d}" for number in range(1, 7)]
STUDY = """\
study: X-1
title: T
usubjid: '"X-1-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
"""


def raw_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files whose records are repeated for each subject; {s} is the subject, {n} its number."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        header, *records = text.splitlines()
        made = [record.format(s=subject, n=n) for n, subject in enumerate(SUBJECTS, 1) for record in records]
        (folder / name).write_text("\n".join([header, *made]) + "\n", "utf-8")
    return folder


FILES = {
    "demography.csv": "SUBJID,GENDER,DOB,IC_DT\n{s},Male,1960-01-0{n},2024-05-1{n}",
    "ae_raw.csv": "SUBJID,IT.AETERM,AESTDAT,AESEV,AEOUTCOME,AESPID,Comment\n"
    "{s},Headache {n},1{n}-JAN-2024,Mild,Fatal,1,\n{s},Nausea {n},UN-FEB-2024,Severe,Fatal,2,",
    "vitals.csv": "SUBJID,VISIT,VSDAT,SYS_BP,PULSE (beats/min),TEMP,TEMP_LOC\n"
    "{s},Screening,2024-01-0{n},12{n},6{n},36.{n},ORAL CAVITY\n{s},Week 2,2024-01-2{n},12{n},6{n},36.{n},EAR",
    "dosing.csv": "SUBJID,ECSTDAT,ECENDAT,ECDOSE,ECDOSU\n{s},0{n}/02/2024,0{n}/05/2024,5,Milligram",
    "unknown.csv": "SUBJID,Q1,Q2\n{s},a,{n}",
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study folder with raw files, and nothing in its specs but its name."""
    raw_files(tmp_path / "raw", FILES)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "study.yaml").write_text(STUDY, "utf-8")
    return tmp_path


@pytest.fixture
def made(study: Path) -> Proposals:
    findings = Findings()
    found = propose(study / "raw", findings)
    assert [str(finding) for finding in findings] == []
    write_proposals(study, found.texts())
    return found


def test_domains_and_repeats(made: Proposals) -> None:
    assert {form.name: (form.domain, form.repeats) for form in made.forms} == {
        "demography": ("DM", "once"),
        "ae": ("AE", "log"),
        "vitals": ("VS", "visit"),
        "dosing": ("EX", "once"),
        "unknown": (None, "once"),
    }


@pytest.mark.parametrize(
    ("form", "header", "target", "rule", "confidence"),
    [
        ("ae", "IT.AETERM", "AE.AETERM", "AETERM", "sure"),  # the variable's own name
        ("ae", "AESTDAT", "AE.AESTDTC", "iso8601(AESTDAT)", "sure"),  # CDASH
        ("ae", "AEOUTCOME", "AE.AEOUT", "upper(AEOUTCOME)", "sure"),  # name and values
        ("demography", "GENDER", "DM.SEX", "GENDER", "sure"),
        ("demography", "DOB", "DM.BRTHDTC", "iso8601(DOB)", "sure"),
        ("demography", "IC_DT", "DM.RFICDTC", "iso8601(IC_DT)", "sure"),
        ("vitals", "SYS_BP", "VS.VSORRES (SYSBP)", "SYS_BP", "sure"),
        ("vitals", "TEMP_LOC", "VS.VSLOC (TEMP)", "TEMP_LOC", "sure"),
        ("vitals", "VISIT", "VS.VISIT", "upper(squish(VISIT))", "sure"),
        ("dosing", "ECDOSE", "EX.EXDOSE", "number(ECDOSE)", "sure"),  # what EC collects gives EX
        ("dosing", "ECDOSU", "EX.EXDOSU", "ECDOSU", "sure"),
        ("unknown", "Q1", "", "", ""),
        ("ae", "Comment", "", "", ""),
    ],
)
def test_mappings(made: Proposals, form: str, header: str, target: str, rule: str, confidence: str) -> None:
    (found,) = [p for p in made.columns if p.form.name == form and p.column.header == header]
    assert (found.target, found.rule, found.confidence) == (target, rule, confidence)


def test_collected_words_are_mapped_to_terms(made: Proposals) -> None:
    maps = {p.column.name: dict(p.map) for p in made.columns if p.map}
    assert maps == {"GENDER": {"Male": "M"}, "ECDOSU": {"Milligram": "mg"}}
    (severity,) = [p for p in made.columns if p.column.name == "AESEV"]
    assert severity.rule == "upper(AESEV)"  # nothing but the case differs


@pytest.mark.usefixtures("made")
def test_proposals_are_not_read_and_the_build_says_so(study: Path) -> None:
    findings = Findings()
    loaded = load_study(study, None, findings)
    assert loaded is not None
    assert (dict(loaded.forms), dict(loaded.sdtm)) == ({}, {})
    assert {finding.code for finding in findings} == {"PROPOSAL_OPEN"}
    assert sorted(finding.place.file for finding in findings) == sorted(
        f"specs/proposed/{name}.yaml" for name in open_proposals(study)
    )
    dosing = next(finding for finding in findings if finding.place.file.endswith("raw/dosing.yaml"))
    assert "2 places to decide" in dosing.message  # which of day and month comes first


@pytest.mark.usefixtures("made")
def test_accepted_specs_are_read(study: Path) -> None:
    findings = Findings()
    accept(study, ["all"], findings)
    loaded = load_study(study, None, findings)
    assert [str(finding) for finding in findings] == []
    assert loaded is not None
    assert sorted(loaded.sdtm) == ["AE", "DM", "EX", "VS"]
    assert not (study / "specs" / "proposed").exists()
    ae = loaded.forms["ae"]
    assert ae.header("AETERM") == "IT.AETERM"
    assert ae.columns["AESTDAT"].formats == ("DD-MON-YYYY",)
    assert loaded.forms["dosing"].columns["ECSTDAT"].formats == ()  # nobody decided yet
    vitals = loaded.forms["vitals"]
    assert vitals.visits is not None
    assert list(vitals.visits.schedule) == ["Screening", "Week 2"]
    assert "PROPOSED" not in (study / "specs" / "sdtm" / "ae.yaml").read_text("utf-8")


@pytest.mark.usefixtures("made")
def test_one_variable_is_accepted(study: Path) -> None:
    findings = Findings()
    accept(study, ["raw/ae", "sdtm/ae.AETERM", "sdtm/ae.AESTDTC"], findings)
    loaded = load_study(study, None, findings)
    assert {finding.code for finding in findings} == {"PROPOSAL_OPEN"}
    assert loaded is not None
    assert list(loaded.sdtm["AE"].variables) == ["STUDYID", "DOMAIN", "USUBJID", "AESEQ", "AETERM", "AESTDTC"]
    waiting = (study / "specs" / "proposed" / "sdtm" / "ae.yaml").read_text("utf-8")
    assert "AETERM:" not in waiting
    assert "AESEV:" in waiting


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["sdtm/aa"], "sdtm/aa is no proposal (did you mean sdtm/ae?); these wait: raw/ae, "),
        (["sdtm/ae.AETERN"], "AETERN is not proposed there (did you mean AETERM?)"),
        (["sdtm/ae", "sdtm/ae"], "sdtm/ae is no proposal"),
        (["tlf"], "tlf: nothing waits to be accepted"),
        (["../study"], "../study is no proposal"),
    ],
)
def test_names_that_cannot_be_accepted(study: Path, names: list[str], message: str) -> None:
    findings = Findings()
    accept(study, names, findings)
    assert [finding.code for finding in findings] == ["PROPOSAL_NAME"]
    assert message in findings.items[0].message


@pytest.mark.usefixtures("made")
def test_a_spec_that_is_there_is_not_overwritten(study: Path) -> None:
    mine = study / "specs" / "raw" / "ae.yaml"
    mine.parent.mkdir()
    mine.write_text("form: mine", "utf-8")
    findings = Findings()
    accept(study, ["raw/ae"], findings)
    assert [finding.code for finding in findings] == ["PROPOSAL_NAME"]
    assert mine.read_text("utf-8") == "form: mine"


def test_the_table_names_every_column(study: Path, made: Proposals) -> None:
    table = (study / "specs" / "proposed" / "proposals.md").read_text("utf-8")
    for column in made.columns:
        assert f"| {column.column.header} |" in table


def test_the_same_raw_data_give_the_same_proposals(study: Path, made: Proposals) -> None:
    assert propose(study / "raw", Findings()).texts() == made.texts()


def test_files_that_cannot_be_proposed_for(tmp_path: Path) -> None:
    raw_files(tmp_path / "raw", {"demog.csv": FILES["demography.csv"]})
    (tmp_path / "raw" / "twice.csv").write_text("SUBJID,X,X\n1,2,3\n", "utf-8")
    (tmp_path / "raw" / "empty.csv").write_text("", "utf-8")
    (tmp_path / "raw" / "nobody.csv").write_text("TERM,PLACE\na,b\n", "utf-8")
    (tmp_path / "raw" / "book.xlsx").write_text("no workbook", "utf-8")
    findings = Findings()
    found = propose(tmp_path / "raw", findings)
    assert [form.name for form in found.forms] == ["demog"]
    assert sorted((finding.place.file, finding.code) for finding in findings) == [
        ("raw/book.xlsx", "RAW_FILE_FORMAT"),
        ("raw/empty.csv", "RAW_FILE_EMPTY"),
        ("raw/nobody.csv", "PROPOSAL_OPEN"),
        ("raw/twice.csv", "RAW_FILE_FORMAT"),
    ]


def test_workbooks_and_transport_files(tmp_path: Path) -> None:
    frame = pd.DataFrame({"SUBJID": SUBJECTS, "SEX": ["Male", "Female"] * 3, "Q7": ["2024-01-31"] * 6})
    with pd.ExcelWriter(tmp_path / "all.xlsx") as book:
        frame.to_excel(book, sheet_name="Demographics", index=False)
        frame.rename(columns={"SEX": "AETERM"}).to_excel(book, sheet_name="AE", index=False)
    pyreadstat.write_xport(frame, tmp_path / "dm.xpt", column_labels=["Subject", "Sex", "Date of birth"])
    findings = Findings()
    made = propose(tmp_path, findings)
    assert [str(finding) for finding in findings] == []
    assert {form.name: (form.extract.file, form.extract.sheet, form.domain) for form in made.forms} == {
        "ae": ("all.xlsx", "AE", "AE"),
        "demographics": ("all.xlsx", "Demographics", "DM"),
        "dm": ("dm.xpt", None, "DM"),
    }
    by_label = next(p for p in made.columns if p.form.name == "dm" and p.column.header == "Q7")
    assert by_label.target == "DM.BRTHDTC"  # the label of the SAS variable tells
    assert "sheet: AE\n" in made.texts()["raw/ae.yaml"]

"""A finished package is read back: each thing that FDA's gateway, or a reviewer, would stumble over is a finding."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from tests.submit.conftest import STUDY, SUBJECTS, TS, define, pdf, xpt

from crf2tlf.findings import Findings
from crf2tlf.submit.check import check_package
from crf2tlf.submit.layout import Layout
from crf2tlf.submit.rejection import is_complete_date

Edit = Callable[[Layout], object]
SDTM, ADAM = "tabulations/sdtm", "analysis/adam/datasets"


def found(layout: Layout, largest: int = 10**9) -> list[str]:
    """The findings of the check, as printed, without the folders above the study's."""
    findings = Findings()
    check_package(layout, STUDY, findings, largest=largest)
    return [str(f).removeprefix("submission/m5/datasets/abc-123/") for f in findings]


def ts(**columns: list[str]) -> Edit:
    """Write another trial summary; a column given as an empty list is left out."""
    whole = {name: values for name, values in {**TS, **columns}.items() if values}

    def edit(layout: Layout) -> None:
        xpt(layout.tabulations / "ts.xpt", whole)
        datasets = {"dm.xpt": list(SUBJECTS), "ts.xpt": list(whole)}
        define(layout.tabulations / "define.xml", datasets, documents=["acrf.pdf", "csdrg.pdf"])

    return edit


def moved(old: str, new: str) -> Edit:
    return lambda layout: (layout.home / old).rename(layout.home / new)


def removed(*names: str) -> Edit:
    return lambda layout: [(layout.home / name).unlink() for name in names]


def written(name: str, content: bytes) -> Edit:
    def edit(layout: Layout) -> None:
        path = layout.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return edit


def test_a_package_with_nothing_wrong(package: Layout) -> None:
    assert found(package) == []


# FDA, Technical Rejection Criteria for Study Data, 1734
@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (
            removed(f"{SDTM}/ts.xpt"),
            "there is no file of exactly this name: FDA takes no study without",
        ),
        (
            moved(f"{SDTM}/ts.xpt", f"{SDTM}/ts_xpt.xpt"),
            "of exactly this name (there is ts_xpt.xpt): FDA",
        ),
        (moved(f"{SDTM}/ts.xpt", f"{SDTM}/TS.XPT"), "of exactly this name (there is TS.XPT): FDA"),
        (written(f"{SDTM}/ts.xpt", b"STUDYID,TSPARMCD\n"), "cannot be read as a SAS transport file"),
        (ts(STUDYID=["ABC-124", "ABC-124"]), "STUDYID is 'ABC-124', not 'ABC-123' as in specs/study.yaml"),
        (ts(STUDYID=["ABC-123", "abc-123"]), "STUDYID is 'ABC-123', 'abc-123', not 'ABC-123'"),
        (ts(STUDYID=[]), "lacks STUDYID"),
        (ts(TSVAL=[]), "lacks TSVAL"),
        (ts(TSPARMCD=["STSTDTC", "TITLE"]), "has no record with TSPARMCD SSTDTC"),
        (ts(TSPARMCD=["SSTDTC", "SSTDTC"]), "has 2 records with TSPARMCD SSTDTC"),
        (ts(TSVAL=["", "A trial"]), "SSTDTC has no TSVAL; give the date, or TSVALNF NA"),
        (ts(TSVAL=["", "A trial"], TSVALNF=["UNK", ""]), "SSTDTC has no TSVAL"),
        (ts(TSVAL=["01JUL2015", "A trial"]), "SSTDTC is '01JUL2015', not a complete date in ISO 8601"),
        (ts(TSVAL=["2015-07", "A trial"]), "SSTDTC is '2015-07', not a complete date"),
        (ts(TSVAL=["2015-06-31", "A trial"]), "SSTDTC is '2015-06-31', not a complete date"),
    ],
)
def test_criterion_1734(package: Layout, edit: Edit, says: str) -> None:
    edit(package)
    lines = [line for line in found(package) if "SUBMIT_1734" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{SDTM}/ts.xpt: error: SUBMIT_1734: ")
    assert says in lines[0]


def test_a_study_without_a_start_date_says_so(package: Layout) -> None:
    """FDA's example of a simplified ts.xpt: TSVALNF is NA where there is no date."""
    ts(TSVAL=["", "A trial"], TSVALNF=["NA", ""])(package)
    assert found(package) == []


# SDTMIG 3.4, section 4.4.1: the extended format of ISO 8601
@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("2015-07-01", True),
        ("2016-02-29", True),
        ("2015-07-01T09:30", True),
        ("2015-07-01T09:30:00+09:00", True),
        ("2015-02-29", False),
        ("2015-07-01T25:00", False),
        ("20150701", False),
        ("2015-W27-3", False),
        ("2015-7-1", False),
        ("2015", False),
        (" 2015-07-01", False),
        ("", False),
    ],
)
def test_complete_dates(text: str, complete: bool) -> None:
    assert is_complete_date(text) is complete


# FDA, Technical Rejection Criteria for Study Data, 1736
@pytest.mark.parametrize(
    ("edit", "place", "says"),
    [
        (removed(f"{SDTM}/dm.xpt"), f"{SDTM}/dm.xpt", "exactly this name: SDTM needs the demographics"),
        (moved(f"{SDTM}/dm.xpt", f"{SDTM}/dm1.xpt"), f"{SDTM}/dm.xpt", "there is dm1.xpt"),
        (lambda p: xpt(p.tabulations / "dm.xpt", {"STUDYID": []}), f"{SDTM}/dm.xpt", "has no records"),
        (removed(f"{ADAM}/adsl.xpt"), f"{ADAM}/adsl.xpt", "exactly this name: ADaM needs ADSL"),
        (removed(f"{SDTM}/define.xml"), f"{SDTM}/define.xml", "exactly this name: a reviewer needs the metadata"),
        (moved(f"{SDTM}/define.xml", f"{SDTM}/define2.xml"), f"{SDTM}/define.xml", "there is define2.xml"),
        (moved(f"{ADAM}/define.xml", f"{ADAM}/Define.xml"), f"{ADAM}/define.xml", "there is Define.xml"),
        (removed(f"{ADAM}/define.xml"), f"{ADAM}/define.xml", "there is no file"),
    ],
)
def test_criterion_1736(package: Layout, edit: Edit, place: str, says: str) -> None:
    edit(package)
    lines = [line for line in found(package) if "SUBMIT_1736" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{place}: error: SUBMIT_1736: ")
    assert says in lines[0]


def test_a_package_without_analysis_datasets_is_a_warning(package: Layout) -> None:
    shutil.rmtree(package.home / "analysis")
    assert [line.split(": ")[:3] for line in found(package)] == [[ADAM, "warning", "SUBMIT_1736"]]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (
            lambda p: xpt(p.tabulations / "dm.xpt", {**SUBJECTS, "STUDYID": ["ABC-124"]}),
            f"{SDTM}/dm.xpt: error: SUBMIT_STUDY: STUDYID is 'ABC-124'",
        ),
        (
            lambda p: define(p.analysis / "define.xml", {"adsl.xpt": list(SUBJECTS)}, documents=[], study="ABC"),
            f"{ADAM}/define.xml: error: SUBMIT_STUDY: StudyName is 'ABC', not 'ABC-123'",
        ),
        # A link to a file
        (removed(f"{SDTM}/define2-1.xsl"), "SUBMIT_DEFINE: the link 'define2-1.xsl' leads to no file"),
        (removed(f"{ADAM}/adrg.pdf"), "SUBMIT_DEFINE: the link 'adrg.pdf' leads to no file"),
        *(
            (
                lambda p, href=href: define(p.analysis / "define.xml", {"adsl.xpt": list(SUBJECTS)}, documents=[href]),
                f"{ADAM}/define.xml: error: SUBMIT_DEFINE: the link {href!r} {says}",
            )
            for href, says in {
                "/data/adrg.pdf": "is not relative to the file",
                "https://example.org/adrg.pdf": "is not relative to the file",
                "c:/adrg.pdf": "is not relative to the file",
                "ADRG.pdf": "is not in lower case",
                "../adrg.pdf": "leads to no file",
            }.items()
        ),
        (written(f"{SDTM}/define.xml", b"<ODM>"), f"{SDTM}/define.xml: error: SUBMIT_DEFINE: is not readable XML"),
        # Datasets and variables, both ways
        (
            lambda p: xpt(p.tabulations / "ae.xpt", SUBJECTS),
            f"{SDTM}/define.xml: error: SUBMIT_DEFINE: ae.xpt is beside the file and not in it",
        ),
        (removed(f"{SDTM}/dm.xpt"), "SUBMIT_DEFINE: the link 'dm.xpt' leads to no file"),
        (
            lambda p: xpt(p.tabulations / "dm.xpt", {**SUBJECTS, "AGE": ["7"]}),
            "dm.xpt has the variables STUDYID, USUBJID, AGE; here are STUDYID, USUBJID",
        ),
        # Files
        (written(f"{SDTM}/notes.docx", b"PK"), f"{SDTM}/notes.docx: error: SUBMIT_FILE: has no place here"),
        (written(f"{SDTM}/define.html", b"<html>"), "SUBMIT_FILE: has no place here"),
        (written("profiles/a.txt", b"a"), "profiles/a.txt: error: SUBMIT_FILE: is in no folder"),
        (written(f"{SDTM}/acrf.pdf", b""), f"{SDTM}/acrf.pdf: error: SUBMIT_FILE: is empty"),
        (written(f"{SDTM}/acrf.pdf", b"no pdf"), f"{SDTM}/acrf.pdf: error: SUBMIT_FILE: cannot be read as a PDF"),
        (lambda p: pdf(p.analysis / "adrg.pdf", bookmark=False), "adrg.pdf: error: SUBMIT_FILE: has no pages or no"),
        (removed(f"{SDTM}/csdrg.pdf"), f"{SDTM}/csdrg.pdf: error: SUBMIT_FILE: is missing"),
        (
            written("analysis/adam/programs/adsl.txt", "café".encode()),
            "adsl.txt: error: SUBMIT_FILE: is not ASCII text",
        ),
        # Names
        (
            written("analysis/adam/programs/table_1.txt", b"a"),
            "table_1.txt: error: SUBMIT_NAME: a name in an eCTD has lower case letters, digits and hyphens",
        ),
        (written(f"analysis/adam/programs/{'a' * 61}.txt", b"a"), "SUBMIT_NAME: the name has 65 characters"),
    ],
)
def test_other_problems(package: Layout, edit: Edit, says: str) -> None:
    edit(package)
    lines = found(package)
    assert [line for line in lines if says in line], lines


def test_a_file_that_ends_within_a_record(package: Layout) -> None:
    path = package.tabulations / "dm.xpt"
    path.write_bytes(path.read_bytes()[:-1])
    assert any("dm.xpt: error: SUBMIT_FILE: ends within a record" in line for line in found(package))


def test_large_files_need_pieces(package: Layout) -> None:
    dm = package.tabulations / "dm.xpt"
    large = dm.stat().st_size - 1
    others = [p for p in package.home.rglob("*.xpt") if p.stat().st_size > large]
    assert [line for line in found(package, large) if "and there are no pieces of it in split/" in line]
    for path in others:
        (path.parent / "split").mkdir(exist_ok=True)
        (path.parent / "split" / f"{path.stem}1.xpt").write_bytes(path.read_bytes())
    assert all("a piece has at most" in line and "raise split_above" in line for line in found(package, large))
    assert len(found(package, large)) == len(others)


def test_a_long_path(package: Layout) -> None:
    """ICH eCTD Specification 3.2.2: at most 230 characters, with the folder of the sequence."""
    deep = package.m5 / "/".join(["a" * 50] * 4)
    deep.mkdir(parents=True)
    path = deep / ("b" * (230 - len("0000/") - len(deep.relative_to(package.root).as_posix()) - 1))
    path.write_text("a")
    assert not [line for line in found(package) if "an eCTD takes 230" in line]
    path.rename(path.with_name(path.name + "b"))
    assert [line for line in found(package) if "the path has 231 characters" in line]

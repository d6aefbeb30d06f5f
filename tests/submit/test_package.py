"""Whole packages: of a small study with everything and with little, and of the reference trial, twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pyreadstat
import pytest
from lxml import etree, html
from pypdf import PdfReader
from tests.conftest import WriteStudy
from tests.submit.assembling import assembled
from tests.submit.test_programs import FILES

from crf2tlf.findings import Findings, Severity
from crf2tlf.submit import verify_manifest
from crf2tlf.submit.assembly import moved_links
from crf2tlf.submit.manifest import SUMS

ROOT = Path(__file__).parents[2]
EXTRACTS = os.environ.get("CRF2TLF_PILOT", "")
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
HREF = "{http://www.w3.org/1999/xlink}href"

SMALL = {
    **FILES,
    "specs/adam/adsl.yaml": dedent(FILES["specs/adam/adsl.yaml"]) + "  STUDYID: STUDYID\n",
    "specs/sdtm/ts.yaml": """\
        dataset: TS
        keys: [STUDYID, TSPARMCD, TSSEQ]
        rows:
          - from: study.summary
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: TS}
          TSSEQ: {value: 1}
          TSPARMCD: TSPARMCD
          TSPARM: TSPARM
          TSVAL: TSVAL
          TSVALNF: {value: ""}
        """,
    "specs/study.yaml": """\
        study: TST 1
        title: A test study
        usubjid: '"TST-" + SUBJECT'
        release_timestamp: 2026-01-01T00:00:00
        constants: {LIMIT: 3}
        tables:
          summary: [{TSPARMCD: SSTDTC, TSPARM: Study Start Date, TSVAL: 2015-07-01}]
        """,
}


def codes(findings: Findings, start: str = "SUBMIT") -> list[tuple[str, str]]:
    return [(str(f.place).rsplit("/", 1)[-1], f.code) for f in findings if f.code.startswith(start)]


def test_a_small_study(study_folder: WriteStudy, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    findings = assembled(study_folder(SMALL), folder)
    assert codes(findings) == [("study.yaml", "SUBMIT_NAME")]
    home = folder / "m5" / "datasets" / "tst-1"
    assert {path.name for path in (home / "tabulations" / "sdtm").iterdir()} == {
        *("dm.xpt", "ts.xpt", "define.xml", "define2-1.xsl", "acrf.pdf", "csdrg.pdf")
    }
    assert {path.name for path in (home / "analysis" / "adam" / "datasets").iterdir()} == {
        *("adrs.xpt", "adsl.xpt", "define.xml", "define2-1.xsl", "adrg.pdf")
    }
    beside = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {path for path in beside if not path.startswith("m5/")} == {
        *("editable/adrg.docx", "editable/csdrg.docx", "manifest.json", "manifest.sha256"),
        *("review/conformance.xlsx", "review/define-adam.html", "review/define-sdtm.html"),
    }
    assert not problems(folder)


def test_without_a_trial_summary_and_without_adam(study_folder: WriteStudy, tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if not re.match("specs/(adam|tlf|analysis)", name)}
    findings = assembled(study_folder(files), tmp_path / "out")
    assert codes(findings) == [("ts.xpt", "SUBMIT_1734"), ("datasets", "SUBMIT_1736")]
    assert [f.severity for f in findings if f.code == "SUBMIT_1736"] == [Severity.WARNING]
    assert (tmp_path / "out" / "m5" / "datasets" / "tst" / "analysis" / "adam" / "programs" / "sdtm-dm.txt").is_file()
    assert not (tmp_path / "out" / "m5" / "datasets" / "tst" / "analysis" / "adam" / "datasets").exists()


def test_large_files_are_also_given_in_pieces(study_folder: WriteStudy, tmp_path: Path) -> None:
    subjects = "".join(f"{number},f,70\n" for number in range(300))
    study = dedent(SMALL["specs/study.yaml"]) + "transport: {split_above: 4 KB}\n"
    files = {**SMALL, "raw/demog.csv": f"SUBJ,SEX,AGE\n{subjects}", "specs/study.yaml": study}
    assert codes(assembled(study_folder(files), tmp_path / "out")) == [("study.yaml", "SUBMIT_NAME")]
    pieces = [path.relative_to(tmp_path / "out/m5/datasets/tst-1").as_posix() for path in tmp_path.rglob("split/*")]
    assert "tabulations/sdtm/split/dm1.xpt" in pieces
    assert "analysis/adam/datasets/split/adrs1.xpt" in pieces


def test_drafts_say_so(study_folder: WriteStudy, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assembled(study_folder(SMALL), folder, draft=True)
    assert json.loads((folder / "manifest.json").read_text())["draft"] is True
    for path in folder.rglob("*.xpt"):
        assert pyreadstat.read_xport(path, metadataonly=True)[1].file_label.startswith("DRAFT: ")
    for path in folder.rglob("*.pdf"):
        assert all("DRAFT" in page.extract_text() for page in PdfReader(path).pages), path
    for path in folder.rglob("*.docx"):
        with zipfile.ZipFile(path) as word:
            assert "DRAFT" in word.read("word/document.xml").decode() + word.read("word/header1.xml").decode()
    texts = [*folder.rglob("define.xml"), *folder.rglob("*.html"), *folder.rglob("programs/[!s]*.txt")]
    assert len(texts) > 8
    assert [path for path in texts if "DRAFT" not in path.read_text(encoding="utf-8")] == []


def test_dataset_json_stands_beside(study_folder: WriteStudy, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert codes(assembled(study_folder(SMALL), folder, dataset_json=True)) == [("study.yaml", "SUBMIT_NAME")]
    assert {path.name for path in (folder / "dataset-json" / "sdtm").iterdir()} == {
        *("dm.json", "dm.ndjson", "ts.json", "ts.ndjson", "define.xml", "define2-1.xsl")
    }
    assert json.loads((folder / "dataset-json" / "adam" / "adsl.json").read_text())["metaDataRef"] == "define.xml"
    assert not [*(folder / "m5").rglob("*json")]


def test_links_of_a_moved_page() -> None:
    page = (
        b"""<a href="acrf.pdf#page=3"> <a href="#IG.DM"> <a href='dm.xpt'> <a href="https://x.org/y"> <a href="/z">"""
    )
    assert moved_links(page, "m5/a") == (
        b"""<a href="../m5/a/acrf.pdf#page=3"> <a href="#IG.DM"> <a href='../m5/a/dm.xpt'> """
        b"""<a href="https://x.org/y"> <a href="/z">"""
    )


def problems(folder: Path) -> list[str]:
    findings = Findings()
    verify_manifest(folder, findings)
    return [str(f) for f in findings]


# The reference trial


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The package of the reference trial, made twice: it is never the same day in these two zones."""
    folders = []
    for zone, seed in (("Pacific/Kiritimati", "1"), ("Etc/GMT+12", "2")):
        root = tmp_path_factory.mktemp("study")
        for name in ("specs", "raw"):
            shutil.copytree(ROOT / name, root / name)
        ran = packaged(root, TZ=zone, PYTHONHASHSEED=seed)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        folders.append(root / "submission")
    return folders


def packaged(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crf2tlf.cli", "--study", str(root), "package"]
    return subprocess.run(command, env={**os.environ, **environment}, check=False, capture_output=True, text=True)


@pytest.mark.slow
def test_the_same_package_every_day(packages: list[Path]) -> None:
    first, second = (folder / SUMS for folder in packages)
    assert first.read_text() == second.read_text()
    assert [problems(folder) for folder in packages] == [[], []]


@pytest.mark.slow
def test_nothing_tells_the_day_it_was_made(packages: list[Path]) -> None:
    """The day in any zone, as ISO 8601, as SAS, as PDF and as people write it."""
    now = datetime.now(UTC)
    days = {now + timedelta(days=shift) for shift in (-1, 0, 1)}
    forms = [day.strftime(form) for day in days for form in ("%Y-%m-%d", "%d%b%y:", "D:%Y%m%d", "%d %B %Y")]
    told = re.compile("|".join(map(re.escape, forms)), flags=re.IGNORECASE)
    for path in (path for path in packages[0].rglob("*") if path.is_file()):
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        found = {match for content in contents for match in told.findall(content.decode("latin-1"))}
        assert not found, path


@pytest.mark.slow
@pytest.mark.parametrize("part", ["tabulations/sdtm", "analysis/adam/datasets"])
def test_the_define_file_and_the_folder_agree(packages: list[Path], part: str) -> None:
    """Every variable of every transport file is in the define file, in its order, and the other way round."""
    folder = next((packages[0] / "m5" / "datasets").iterdir()) / part
    root = etree.parse(folder / "define.xml").getroot()
    names = {item.get("OID"): item.get("Name") for item in root.iter(f"{ODM}ItemDef")}
    described = {
        group.find(f"{DEF}leaf").get(HREF): [names[ref.get("ItemOID")] for ref in group.iterfind(f"{ODM}ItemRef")]
        for group in root.iter(f"{ODM}ItemGroupDef")
    }
    files = {path.name: pyreadstat.read_xport(path, metadataonly=True)[1] for path in folder.glob("*.xpt")}
    assert len(files) > 5
    assert {name: metadata.column_names for name, metadata in files.items()} == described


@pytest.mark.slow
@pytest.mark.parametrize("part", ["sdtm", "adam"])
def test_links_of_the_pages_lead_somewhere(packages: list[Path], part: str) -> None:
    page = packages[0] / "review" / f"define-{part}.html"
    links = {link for _, _, link, _ in html.parse(page).getroot().iterlinks() if not re.match("#|https?:|data:", link)}
    assert len(links) > 5
    assert [link for link in links if not (page.parent / link.split("#")[0]).is_file()] == []


@pytest.mark.slow
def test_what_the_manifest_says(packages: list[Path]) -> None:
    said = json.loads((packages[0] / "manifest.json").read_text())
    assert said["draft"] is False
    assert said["conformance"]["unexplained"] == 0
    inputs = {entry["path"] for entry in said["inputs"]}
    assert {"specs/study.yaml", "specs/adam/adsl.yaml", "raw/ae.csv"} <= inputs
    assert all((ROOT / path).is_file() for path in inputs)


@pytest.mark.slow
def test_what_is_wrong_with_a_package_leaves_the_last_one(packages: list[Path]) -> None:
    """Two specs whose copies would have one name: nothing before the package stumbles over that."""
    root = packages[1].parent
    for name in ("a_b.csv", "a-b.csv"):
        (root / "specs" / name).write_text("a\n")
    before = (packages[1] / SUMS).read_text()
    ran = packaged(root)
    assert ran.returncode == 1
    assert "SUBMIT_NAME: specs/a-b.csv and specs/a_b.csv would both be spec-a-b-csv.txt" in ran.stderr
    assert (packages[1] / SUMS).read_text() == before
    assert problems(packages[1]) == []


@pytest.mark.slow
def test_another_study(tmp_path: Path) -> None:
    """The pilot study has no trial design: its package says what FDA would reject it for."""
    if not EXTRACTS:
        pytest.skip("CRF2TLF_PILOT is not set: it names the folder with the pilot study's extracts")
    pilot = ROOT / "tests" / "studies" / "pilot"
    findings = assembled(pilot, tmp_path / "out", raw=Path(EXTRACTS), draft=True)
    assert codes(findings) == [("ts.xpt", "SUBMIT_1734")]
    assert problems(tmp_path / "out") == []

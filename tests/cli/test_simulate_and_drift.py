"""``crf2tlf simulate`` and ``crf2tlf drift`` on copies of the small study."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from .conftest import Changed, files, removed, replaced, run


def raw_files(root: Path, folder: str = "raw") -> dict[str, bytes]:
    return files(root / folder)


def test_simulate_writes_what_the_forms_describe(changed: Changed) -> None:
    root = changed(removed("raw"))
    ran = run(root, "simulate", "--subjects", "20", "--seed", "3")
    assert (ran.exit_code, ran.findings) == (0, [])
    assert "3 files" in ran.out
    assert "20 subjects, seed 3" in ran.out
    assert "synthetic" in ran.out
    first = raw_files(root)
    assert set(first) == {"ae.csv", "demog.csv", "diagnosis.csv"}
    assert first["demog.csv"].count(b"\n") == 21
    assert first["ae.csv"].startswith(b"SUBJID,AESPID,AETERM,AETOXGR,AESTDAT,AEENDAT,AESER,IT.AEOUT\n")
    assert run(root, "simulate", "--subjects", "20", "--seed", "3", "--force").exit_code == 0
    assert raw_files(root) == first
    assert run(root, "simulate", "--subjects", "20", "--seed", "4", "--force").exit_code == 0
    assert raw_files(root) != first


def test_simulate_keeps_files_that_are_there(changed: Changed, tmp_path: Path) -> None:
    root = changed()
    before = files(root)
    ran = run(root, "simulate")
    assert ran.exit_code == 1
    assert "--force replaces it" in ran.finding("raw/ae.csv: error: OUTPUT_FILE")
    assert files(root) == before
    assert run(root, "simulate", "--raw", str(tmp_path / "elsewhere")).exit_code == 0
    assert files(root) == before
    assert set(files(tmp_path / "elsewhere")) == {"ae.csv", "demog.csv", "diagnosis.csv"}


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("label: Grade,", "label: Grade, simulate: {rule: NOWHERE},", "specs/raw/ae.yaml:9: error: RULE_NAME"),
        ("label: Grade,", "label: Grade, simulate: {values: {7: 1}},", "specs/raw/ae.yaml:9: error: SPEC_MODEL"),
        ("file: ae.csv", "file: ae.sas7bdat", "specs/raw/ae.yaml: error: OUTPUT_FILE"),
        ("file: ae.csv", "file: ae.csv\nencoding: klingon", "specs/raw/ae.yaml: error: OUTPUT_FILE"),
    ],
)
def test_simulate_stops_at_mistakes(changed: Changed, old: str, new: str, finding: str) -> None:
    root = changed(removed("raw"), replaced("specs/raw/ae.yaml", old, new))
    ran = run(root, "simulate", "--subjects", "5")
    assert ran.exit_code == 1
    assert ran.finding(finding)
    assert not (root / "raw").exists()


def test_simulate_is_called_wrongly(changed: Changed) -> None:
    assert run(changed(), "simulate", "--subjects", "0").exit_code == 2


def test_drift(changed: Changed, built_study: Path, tmp_path: Path) -> None:
    root = changed()
    same = run(root, "drift", str(built_study / "raw"))
    assert (same.exit_code, same.out) == (0, "nothing has drifted\n")
    ae = root / "raw" / "ae.csv"
    ae.write_text(ae.read_text(encoding="utf-8") + "02-001,2,Cough,2,03-MAR-2017,,2,1\n", encoding="utf-8")
    more = run(root, "drift", str(built_study / "raw"))
    assert more.exit_code == 0
    assert "differences: 1; that need a change of the specs: 0" in more.out
    ae.write_text(ae.read_text(encoding="utf-8").replace("Rash,2,", "Rash,4,"), encoding="utf-8")
    report = tmp_path / "drift.xlsx"
    coded = run(root, "drift", str(built_study / "raw"), "--excel", str(report))
    assert coded.exit_code == 1
    assert "new code" in coded.out
    assert "need a change" in coded.out
    rows = list(load_workbook(report).active.iter_rows(values_only=True))
    assert rows[3] == ("what", "form", "where", "old extract", "new extract", "the specs")
    assert ("new code", "ae", "AETOXGR", "not in the spec", "4", "need a change") in rows


def test_drift_is_called_wrongly(changed: Changed, tmp_path: Path) -> None:
    root = changed()
    assert run(root, "drift", str(tmp_path / "nowhere")).exit_code == 2
    assert run(root, "drift", str(root / "raw"), "--excel", str(tmp_path / "x.csv")).exit_code == 2

"""``crf2tlf diff`` on the command line: exit codes, what is printed, the workbook, JSON, raw data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Changed, replaced, run


@pytest.fixture
def two_cuts(changed: Changed, built_study: Path) -> tuple[Path, Path]:
    """The built study, and one with another term and one event less."""
    root = changed(
        replaced("raw/ae.csv", "02-001,1,Cough,1,UN-FEB-2017,28/02/2017,2,1\n", ""),
        replaced("raw/ae.csv", "Rash,2", "Rash,3"),
    )
    assert run(root, "build").exit_code == 0
    return built_study, root


def test_nothing_differs(built_study):
    ran = run(built_study, "diff", str(built_study), str(built_study))
    assert (ran.exit_code, ran.err) == (0, "")
    assert ran.out.endswith("no differences\n")
    assert "equal: " in ran.out


def test_two_cuts(two_cuts):
    old, new = map(str, two_cuts)
    ran = run(two_cuts[0], "diff", old, new)
    assert ran.exit_code == 1
    assert "AETOXGR 2 → 3" in ran.out
    assert "removed: " in ran.out
    assert "(specs of NEW)" in ran.out
    assert "cells of tables, listings and figures changed" in ran.out
    assert ran.out.endswith("OLD and NEW differ\n")


def test_how_much_is_printed(two_cuts):
    ran = run(two_cuts[0], "diff", *map(str, two_cuts), "--show", "0")
    assert "AETOXGR 2 → 3" not in ran.out
    assert "1 more removed records" in ran.out


def test_what_is_left_out(two_cuts):
    arguments = ("diff", *(str(root / "sdtm" / "dm.xpt") for root in two_cuts))
    assert run(two_cuts[0], *arguments).exit_code == 0
    only_grade = ("diff", *map(str, two_cuts), "--only", "AE", "--ignore", "AETOXGR,AESEQ", "--no-attributes")
    ran = run(two_cuts[0], *only_grade)
    assert ran.exit_code == 1
    assert "AETOXGR" not in ran.out.split("keys:")[1]


def test_the_workbook(two_cuts, tmp_path):
    path = tmp_path / "diff.xlsx"
    assert run(two_cuts[0], "diff", *map(str, two_cuts), "--excel", str(path)).exit_code == 1
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:2] == ["Summary", "Tables"]
    rows = [[cell.value for cell in row] for row in book["AE"].iter_rows()]
    assert rows[0][0] == "what"
    assert rows[0][-5:] == ["old record", "new record", "variable", "old", "new"]
    assert {row[0] for row in rows[1:]} >= {"removed", "changed"}
    assert any(row[-3:] == ["AETOXGR", "2", "3"] for row in rows)
    content = path.read_bytes()
    run(two_cuts[0], "diff", *map(str, two_cuts), "--excel", str(path))
    assert path.read_bytes() == content


def test_json(two_cuts):
    ran = run(two_cuts[0], "diff", *map(str, two_cuts), "--json")
    assert ran.exit_code == 1
    found = json.loads(ran.out)
    [events] = [dataset for dataset in found["datasets"] if dataset["name"] == "AE"]
    assert (found["equal"], events["equal"], events["changed"]["AETOXGR"]) == (False, False, 1)
    assert any(c["variable"] == "AETOXGR" and (c["old"], c["new"]) == ("2", "3") for c in events["changes"])


def test_raw_data_by_the_forms_of_the_study(two_cuts, tmp_path):
    old, new = two_cuts
    ran = run(new, "diff", "--forms", str(old / "raw"), str(new / "raw"), "--keys", "ae=SUBJID,AESPID")
    assert ran.exit_code == 1
    assert "SUBJID=01-001, AESPID=2 (record 2): AETOXGR 2 → 3" in ran.out
    assert "removed: SUBJID=02-001, AESPID=1" in ran.out
    shutil.make_archive(str(tmp_path / "cut"), "zip", old / "raw")
    assert run(old, "diff", "--forms", str(tmp_path / "cut.zip"), str(old / "raw")).exit_code == 0


# arguments after OLD and NEW, words of the message
WRONG_CALLS = [
    (("--keys", "AE"), "AE=USUBJID,AESEQ"),
    (("--keys", "AE="), "AE=USUBJID,AESEQ"),
    (("--tolerance", "-1"), "--tolerance"),
    (("--method", "exact"), "--method"),
    (("--excel", "diff.csv"), ".xlsx"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG_CALLS)
def test_wrong_calls(built_study, arguments, words):
    ran = run(built_study, "diff", str(built_study), str(built_study), *arguments)
    assert ran.exit_code == 2
    assert words in ran.err


def test_a_folder_without_datasets_is_a_wrong_call(built_study, tmp_path):
    ran = run(built_study, "diff", str(built_study), str(tmp_path))
    assert ran.exit_code == 2
    assert "no dataset" in ran.err
    assert run(built_study, "diff", str(built_study), str(tmp_path / "none")).exit_code == 2


def test_a_damaged_dataset_is_an_error(two_cuts):
    old, new = two_cuts
    (new / "sdtm" / "dm.xpt").write_bytes(b"damaged")
    ran = run(old, "diff", str(old), str(new), "--only", "DM")
    assert ran.exit_code == 1
    assert ran.finding("study/sdtm/dm.xpt: error: COMPARE_FILE")

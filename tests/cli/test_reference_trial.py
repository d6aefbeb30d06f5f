"""The reference trial with many mistakes at once: one report names each of them, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Edit, assert_says, files, removed, replaced, run, written

ROOT = Path(__file__).resolve().parents[2]


def standing(file: str, text: str) -> str:
    """The place of a text in a spec, as findings name it: other lines of the specs may come and go."""
    before, found, _ = (ROOT / file).read_text(encoding="utf-8").partition(text)
    assert found
    return f"{file}:{before.count(chr(10)) + 1}"


def saved_as_utf_8(root: Path) -> None:
    path = root / "raw/diagnosis.csv"
    path.write_bytes(path.read_bytes().decode("cp932").encode("utf-8"))


MISTAKES: list[tuple[Edit, str, tuple[str, ...]]] = [
    (
        replaced("raw/demog.csv", "1957/11/03,2", "1957/11/03,3"),
        "raw/demog.csv:2: error: RAW_CODE",
        ("SEX: '3' is not in the code list 1, 2",),
    ),
    (
        replaced("raw/eot.csv", "04-SEP-2017", "31-FEB-2017"),
        "raw/eot.csv:2: error: RAW_DATE",
        ("EOTDAT: '31-FEB-2017' is no day of the calendar",),
    ),
    (replaced("raw/smoking.csv", "01-002", "01-099"), "raw/smoking.csv:3: error: RAW_SUBJECT", ("01-099",)),
    (removed("raw/ecog.csv"), "raw/ecog.csv: error: RAW_FILE_MISSING", ("specs/raw/ecog.yaml",)),
    (saved_as_utf_8, "raw/diagnosis.csv:2: error: RAW_ENCODING", ("the file is UTF-8", "cp932 is stated")),
    (
        written("raw/subsequent.csv", b"PK\x03\x04\x14\x00\x06\x00"),
        "raw/subsequent.csv: error: RAW_FILE_FORMAT",
        ("(.xlsx), not CSV",),
    ),
    (
        replaced("raw/priortx.csv", "PTSTOP", "PTSTOPP"),
        "raw/priortx.csv:1: error: RAW_COLUMN_MISSING",
        ("'PTSTOP'", "did you mean PTSTOPP?"),
    ),
    (
        replaced("raw/survival.csv", "2018/06/12,1", "2018/06/12"),
        "raw/survival.csv:3: error: RAW_RECORD_SHAPE",
        ("5 cells where the header has 6",),
    ),
    (
        replaced("specs/sdtm/ae.yaml", "AETERM: upper(", "AETERM: uper("),
        f"{standing('specs/sdtm/ae.yaml', 'AETERM: upper(')}: error: RULE_METHOD",
        ("unknown method uper (did you mean upper?)",),
    ),
    (
        replaced("specs/sdtm/dm.yaml", "max(EX.EXENDTC)", "max(EX.EXENDTCC)"),
        f"{standing('specs/sdtm/dm.yaml', 'max(EX.EXENDTC)')}: error: RULE_NAME",
        ("unknown name EX.EXENDTCC (did you mean EXENDTC?)",),
    ),
    (
        replaced("specs/tlf/table-1.yaml", "summary: {of: AGE}", "summary: {of: AGEE}"),
        f"{standing('specs/tlf/table-1.yaml', 'summary: {of: AGE}')}: error: RULE_NAME",
        ("table-1/age: ADSL has no variable AGEE (did you mean AGE?)",),
    ),
]


@pytest.mark.slow
def test_every_mistake_is_in_one_report(tmp_path: Path) -> None:
    for folder in ("specs", "raw"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "sdtm").mkdir()
    written("sdtm/ae.xpt", "the last good output")(tmp_path)
    for edit, _, _ in MISTAKES:
        edit(tmp_path)
    before = files(tmp_path)
    ran = run(tmp_path, "build")
    assert ran.exit_code == 1
    assert files(tmp_path) == before
    for _, start, words in MISTAKES:
        assert_says(ran.finding(start), words)

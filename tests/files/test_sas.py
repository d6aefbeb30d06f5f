"""Reading SAS data sets and transport files as raw data: texts by format, records by number.

The data sets in ``data/`` were made by sas7bdat_writer.py beside this file.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from crf2tlf.files.sas import read_sas
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.findings import Findings

DATA = Path(__file__).parent / "data"


def read(path: Path, encoding=None):
    findings = Findings()
    table = read_sas(path, f"raw/{path.name}", encoding, findings)
    return table, [(f.code, str(f.place)) for f in findings]


def cells(table):
    return table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist()


TYPED = [
    # Z3., DATE9., TIME5., DATETIME20., 5.1, no format, text
    ["001", "2020-01-01", "10:30:00", "2020-01-01T10:30:45", "70.0", "0.3", "first"],
    ["012", "2020-01-02", "10:30:45", "2020-01-01T00:00:00", "70.25", "5", "Übelkeit"],
    ["123", None, None, None, None, ".A", None],  # a special missing value keeps its letter
    ["004", "0001-01-01", "25:00:00", "2020-01-01T10:30:45.5", "0.0000001", "12345678901234", "  leading"],
]


def test_a_data_set_is_read_as_its_formats_show():
    table, findings = read(DATA / "typed.sas7bdat")
    assert findings == []
    assert cells(table) == TYPED
    assert list(table.frame) == ["SUBJID", "VISDAT", "VISTIM", "VISDTM", "WEIGHT", "RESULT", "NOTE"]
    assert str(table.place(1)) == "raw/typed.sas7bdat:2"


def transport(path: Path) -> Path:
    frame = pd.DataFrame(
        {
            "SUBJID": [1.0, 12.0, 123.0],
            "VISDAT": [21915.0, np.nan, 21916.0],
            "NOTE": ["first", None, " x"],
        }
    )
    variables = (
        XptVariable("SUBJID", "Subject", "Num", 8, "Z3."),
        XptVariable("VISDAT", "Date", "Num", 8, "E8601DA."),
        XptVariable("NOTE", "Note", "Char", 20, None),
    )
    write_xpt(path, frame, XptDataset("F", "Form", variables), datetime(2020, 1, 1))
    return path


def test_a_transport_file_is_read_as_its_formats_show(tmp_path):
    table, findings = read(transport(tmp_path / "f.xpt"))
    assert findings == []
    assert cells(table) == [["001", "2020-01-01", "first"], ["012", None, None], ["123", "2020-01-02", " x"]]
    assert table.lines.tolist() == [1, 2, 3]


def test_special_missing_values_of_a_transport_file_keep_their_letter(tmp_path):
    content = bytearray(transport(tmp_path / "f.xpt").read_bytes())
    missing = content.index(b".\0\0\0\0\0\0\0", content.index(b"RECORD*******OBS"))
    for letter, text in ((b"A", ".A"), (b"_", "._"), (b".", None)):
        content[missing : missing + 1] = letter
        (tmp_path / "g.xpt").write_bytes(bytes(content))
        assert cells(read(tmp_path / "g.xpt")[0])[1][1] == text


def test_a_transport_file_that_another_program_wrote(tmp_path):
    frame = pd.DataFrame({"A": [1.5, 2.0], "B": ["x", "y"]})
    pyreadstat.write_xport(frame, str(tmp_path / "v8.xpt"), table_name="F", file_format_version=8)
    assert cells(read(tmp_path / "v8.xpt")[0]) == [["1.5", "x"], ["2", "y"]]


# extension, bytes, code, words
NOT_READ = [
    (".sas7bdat", b"", "RAW_FILE_EMPTY"),
    (".xpt", b"", "RAW_FILE_EMPTY"),
    (".sas7bdat", b"SUBJID,A\n1,2\n", "RAW_FILE_FORMAT"),
    (".xpt", b"**COMPRESSED** **COMPRESSED** ", "RAW_FILE_FORMAT"),  # a CPORT file
]


@pytest.mark.parametrize(("extension", "content", "code"), NOT_READ)
def test_other_files_are_findings(tmp_path, extension, content, code):
    (tmp_path / f"f{extension}").write_bytes(content)
    table, findings = read(tmp_path / f"f{extension}")
    assert (table, findings) == (None, [(code, f"raw/f{extension}")])


@pytest.mark.parametrize("extension", [".sas7bdat", ".xpt"])
def test_a_damaged_file_is_no_traceback(tmp_path, extension):
    whole = DATA / "typed.sas7bdat" if extension == ".sas7bdat" else transport(tmp_path / "whole.xpt")
    content, path = whole.read_bytes(), tmp_path / f"f{extension}"
    for start in range(0, len(content), 61):
        path.write_bytes(content[:start] + b"\xff" * 3 + content[start + 3 :])
        read(path)
        path.write_bytes(content[:start])
        read(path)


def test_texts_in_another_encoding_than_the_file_states(tmp_path):
    content = (DATA / "typed.sas7bdat").read_bytes().replace("Übelkeit".encode(), "Übelkeit".encode("latin-1") + b" ")
    (tmp_path / "f.sas7bdat").write_bytes(content)
    assert read(tmp_path / "f.sas7bdat")[1][0][0] in ("RAW_ENCODING", "RAW_FILE_FORMAT")
    assert cells(read(tmp_path / "f.sas7bdat", "latin-1")[0])[1][-1] == "Übelkeit"


def test_a_file_without_records(tmp_path):
    frame = pd.DataFrame({"A": pd.Series([], dtype="float64")})
    write_xpt(tmp_path / "f.xpt", frame, XptDataset("F", "", (XptVariable("A", "", "Num", 8, None),)), datetime.min)
    table, findings = read(tmp_path / "f.xpt")
    assert findings == [("RAW_FILE_EMPTY", "raw/f.xpt")]
    assert list(table.frame) == ["A"]

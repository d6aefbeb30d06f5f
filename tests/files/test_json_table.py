"""Reading Dataset-JSON as raw data: texts, records by number or line, a finding for every fault."""

from __future__ import annotations

import json

import pytest

from crf2tlf.files.json_table import read_json_table
from crf2tlf.findings import Findings

COLUMNS = [
    {"itemOID": "A", "name": "A", "label": "A", "dataType": "string"},
    {"itemOID": "B", "name": "B", "label": "B", "dataType": "float"},
    {"itemOID": "C", "name": "C", "label": "C", "dataType": "date", "targetDataType": "integer"},
    {"itemOID": "D", "name": "D", "label": "D", "dataType": "boolean"},
]
ROWS = [["001", 5.0, "2020-01-31", True], [None, 36.6, None, False], ["", None, "2020-01", None]]
HEAD = {"datasetJSONVersion": "1.1.0", "records": 3, "columns": COLUMNS}


def read(folder, content, name="f.json"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    table = read_json_table(path, f"raw/{name}", findings)
    return table, [(f.code, str(f.place)) for f in findings]


def cells(table):
    return table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist()


TEXTS = [["001", "5", "2020-01-31", "TRUE"], [None, "36.6", None, "FALSE"], [None, None, "2020-01", None]]


def test_an_object(tmp_path):
    table, findings = read(tmp_path, json.dumps({**HEAD, "rows": ROWS}))
    assert findings == []
    assert cells(table) == TEXTS
    assert table.lines.tolist() == [1, 2, 3]


def test_lines(tmp_path):
    content = "\n".join(map(json.dumps, [HEAD, ROWS[0], ROWS[1]])) + "\n\n" + json.dumps(ROWS[2]) + "\n"
    table, findings = read(tmp_path, content, "f.ndjson")
    assert findings == []
    assert cells(table) == TEXTS
    assert table.lines.tolist() == [2, 3, 5]


# the file, its findings
FAULTY = [
    (b"", [("RAW_FILE_EMPTY", "raw/f.json")]),
    (b"A,B\n1,2\n", [("RAW_FILE_FORMAT", "raw/f.json:1")]),
    (b'{\n"rows": [\n', [("RAW_FILE_FORMAT", "raw/f.json:3")]),
    (b"[1, 2]", [("RAW_FILE_FORMAT", "raw/f.json:1")]),
    (b"[" * 100_000, [("RAW_FILE_FORMAT", "raw/f.json:1")]),
    (b"\xff\xfe{}", [("RAW_ENCODING", "raw/f.json")]),
    (json.dumps({**HEAD, "datasetJSONVersion": "1.0.0"}), [("RAW_FILE_FORMAT", "raw/f.json")]),
    (json.dumps({**HEAD, "columns": None}), [("RAW_FILE_FORMAT", "raw/f.json")]),
    (json.dumps({**HEAD, "columns": COLUMNS[:1] * 2}), [("RAW_FILE_FORMAT", "raw/f.json")]),
    (json.dumps({**HEAD, "rows": {}}), [("RAW_FILE_FORMAT", "raw/f.json")]),
    (json.dumps({**HEAD, "records": 0, "rows": []}), [("RAW_FILE_EMPTY", "raw/f.json:1")]),
    (json.dumps({**HEAD, "rows": ROWS[:2]}), [("RAW_FILE_FORMAT", "raw/f.json")]),
    (json.dumps({**HEAD, "records": 1, "rows": [ROWS[0], [1]]}), [("RAW_RECORD_SHAPE", "raw/f.json:2")]),
    (json.dumps({**HEAD, "rows": [["\ud800", 1.0, None, None]] * 3}), [("RAW_FILE_FORMAT", "raw/f.json:1")]),
    (json.dumps({**HEAD, "rows": [["a", float("nan"), None, None]] * 3}), [("RAW_FILE_FORMAT", "raw/f.json:1")]),
]


@pytest.mark.parametrize(("content", "expected"), FAULTY)
def test_faults_are_findings(tmp_path, content, expected):
    assert read(tmp_path, content)[1] == expected


def test_long_whole_numbers_keep_their_digits(tmp_path):
    table, _ = read(
        tmp_path, json.dumps({**HEAD, "rows": [["a", n, None, None] for n in (12345678901234567891, 10**400, 1)]})
    )
    assert table.frame["B"].tolist() == ["12345678901234567891", "1" + "0" * 400, "1"]

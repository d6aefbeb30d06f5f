"""Reading a folder of which nothing is known: what is passed over or broken is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.propose.extract import read_extracts

JSON = b'\xef\xbb\xbf{"datasetJSONVersion": "1.1.0", "columns": [{"name": "A", "label": "L"}], "rows": [["1"]]}'


@pytest.mark.parametrize(
    ("files", "found", "codes"),
    [
        ({}, [], ["RAW_FILE_MISSING"]),
        ({"a.docx": b"x"}, [], ["RAW_FILE_EXTRA", "RAW_FILE_MISSING"]),
        ({"ae.csv": b"A,B\n1,2\n", "sub/dm.csv": b"A\n1\n"}, ["ae.csv"], ["RAW_FILE_EXTRA"]),
        ({"ae.json": JSON}, ["ae.json"], []),
        ({"ae.xlsx": b"PK\x05\x06" + bytes(18)}, [], ["RAW_FILE_FORMAT"]),
    ],
)
def test_what_is_read(tmp_path: Path, files: dict[str, bytes], found: list[str], codes: list[str]) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    findings = Findings()
    assert [extract.file for extract in read_extracts(tmp_path, findings)] == found
    assert [finding.code for finding in findings] == codes

"""Reading raw CSV files: texts as they stand, the line of every record, a finding for every fault."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.files.csv import read_csv
from crf2tlf.findings import Findings


def read(folder: Path, content: bytes, encoding: str = "utf-8"):
    """Read the bytes as a form's file; the table (or None), and the findings as (code, line)."""
    path = folder / "ae.csv"
    path.write_bytes(content)
    findings = Findings()
    table = read_csv(path, "raw/ae.csv", encoding, findings)
    return table, [(f.code, f.place.line) for f in findings]


def cells(table):
    return table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist()


# what the file holds, its records, their lines
READABLE = [
    # nothing is inferred; blanks around a text stay; a blank cell is missing, quoted or not
    (b'A,B\n001,NA\n 1 ,\n"",  \n', [["001", "NA"], [" 1 ", None], [None, None]], [2, 3, 4]),
    # CRLF, and no line break at the end
    (b"A,B\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]], [2, 3]),
    # old Macintosh
    (b"A,B\r1,2\r", [["1", "2"]], [2]),
    # quoted delimiters, doubled quotes, line breaks (counted), a quote inside an unquoted cell
    (b'A,B\n"x, ""y""","1\n2\n3"\n5" nail,z\n', [['x, "y"', "1\n2\n3"], ['5" nail', "z"]], [2, 5]),
    # lines without any character are skipped, those with empty cells are records
    (b"\nA,B\n\n,\n\n1,2\n\n", [[None, None], ["1", "2"]], [4, 6]),
    # a byte order mark is no part of the first name
    (b"\xef\xbb\xbfA,B\n1,2\n", [["1", "2"]], [2]),
    (b'\xef\xbb\xbf"A",B\n1,2\n', [["1", "2"]], [2]),
]


@pytest.mark.parametrize(("content", "records", "lines"), READABLE)
def test_every_cell_is_the_text_that_stands_there(tmp_path, content, records, lines):
    table, findings = read(tmp_path, content)
    assert findings == []
    assert list(table.frame.columns) == ["A", "B"]
    assert cells(table) == records
    assert table.lines.tolist() == lines
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}
    assert str(table.place(0)) == f"raw/ae.csv:{lines[0]}"


JAPANESE = "症例,有害事象\n001,食欲不振 能\n"


@pytest.mark.parametrize("encoding", ["cp932", "shift_jis", "euc_jp", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_stated_encoding_is_used(tmp_path, encoding):
    table, findings = read(tmp_path, JAPANESE.encode(encoding), encoding)
    assert findings == []
    assert table.frame.to_dict("list") == {"症例": ["001"], "有害事象": ["食欲不振 能"]}


# what the file holds, the stated encoding, the finding's code and line
UNREADABLE = [
    # not in the stated encoding: the line of the first bad byte
    (b"A,B\n1,2\n3,\xff\n", "utf-8", "RAW_ENCODING", 3),
    (JAPANESE.encode("cp932"), "utf-8", "RAW_ENCODING", 1),
    (b"A,B\n1,\x81\n", "cp932", "RAW_ENCODING", 2),
    ("A\n1\n".encode("utf-16-le") + b"\x00\xd8\x00\x00", "utf-16-le", "RAW_ENCODING", 3),
    (b"\xef\xbb\xbfA,B\n1,2\n", "cp932", "RAW_ENCODING", 1),
    (b"A,B\n1,2\n", "cp9999", "RAW_ENCODING", 1),
    (b"A,B\n1,2\n", "hex", "RAW_ENCODING", 1),
    # empty
    (b"", "utf-8", "RAW_FILE_EMPTY", 1),
    (b"\n\n", "utf-8", "RAW_FILE_EMPTY", 1),
    (b"\xef\xbb\xbf", "utf-8", "RAW_FILE_EMPTY", 1),
    # another kind of file
    (b"PK\x03\x04\x14\x00", "utf-8", "RAW_FILE_FORMAT", 0),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "utf-8", "RAW_FILE_FORMAT", 0),
    (b"A,B\n1,\x002\n", "utf-8", "RAW_FILE_FORMAT", 2),
    # names that do not tell columns apart
    (b"A,B,A\n1,2,3\n", "utf-8", "RAW_FILE_FORMAT", 1),
    (b"A,,C\n1,2,3\n", "utf-8", "RAW_FILE_FORMAT", 1),
    # a quote left open: where its record begins
    (b'A,B\n1,2\n3,"open\n4,5\n', "utf-8", "RAW_FILE_FORMAT", 3),
    (b'A,B\n1,2\n"shut"here,5\n', "utf-8", "RAW_FILE_FORMAT", 3),
    (b'A,B\n"' + b"x" * 200_000, "utf-8", "RAW_FILE_FORMAT", 2),
]


@pytest.mark.parametrize(("content", "encoding", "code", "line"), UNREADABLE)
def test_what_cannot_be_read_is_one_finding(tmp_path, content, encoding, code, line):
    table, findings = read(tmp_path, content, encoding)
    assert table is None
    assert findings == [(code, line)]


@pytest.mark.parametrize(("text", "encoding"), [("ああ", "cp932"), ("é", "latin-1"), ("é", "cp1252")])
def test_utf_8_that_passes_for_the_stated_encoding_is_a_finding(tmp_path, text, encoding):
    table, findings = read(tmp_path, f"A,B\n1,2\n3,{text}\n".encode(), encoding)
    assert findings == [("RAW_ENCODING", 3)]
    assert table is not None  # read as stated, for a study whose policy says that this is no error


def test_a_file_that_is_not_there(tmp_path):
    findings = Findings()
    assert read_csv(tmp_path / "none.csv", "raw/none.csv", "utf-8", findings) is None
    assert [f.code for f in findings] == ["RAW_FILE_MISSING"]


def test_a_header_without_records_is_an_empty_table_and_a_finding(tmp_path):
    table, findings = read(tmp_path, b"A,B\n")
    assert findings == [("RAW_FILE_EMPTY", 1)]
    assert (list(table.frame.columns), len(table.frame), len(table.lines)) == (["A", "B"], 0, 0)


def test_misshapen_records_are_reported_together_and_the_others_kept(tmp_path):
    path = tmp_path / "ae.csv"
    path.write_bytes(b'A,B\n1,2\n3\n"4\n4",5\n6,7,8\n')
    findings = Findings()
    table = read_csv(path, "raw/ae.csv", "utf-8", findings)
    (finding,) = findings
    assert (finding.code, finding.count) == ("RAW_RECORD_SHAPE", 2)
    assert [str(p) for p in (finding.place, *finding.records)] == ["raw/ae.csv:3", "raw/ae.csv:6"]
    assert table.lines.tolist() == [2, 4]


def test_another_delimiter(tmp_path):
    path = tmp_path / "ae.txt"
    path.write_bytes(b"A\tB\n1,5\t2\n")
    table = read_csv(path, "raw/ae.txt", "utf-8", Findings(), delimiter="\t")
    assert cells(table) == [["1,5", "2"]]


bytes_of_csv = st.one_of(st.binary(), st.text(alphabet='ab,"\r\n\t \ufeffé症').map(str.encode))


@given(content=bytes_of_csv, encoding=st.sampled_from(["utf-8", "cp932", "latin-1", "utf-16", "ascii", "utf-7"]))
def test_no_bytes_make_a_traceback_and_nothing_is_lost_in_silence(tmp_path_factory, content, encoding):
    table, findings = read(tmp_path_factory.mktemp("raw"), content, encoding)
    if table is None or len(table.frame) == 0:
        assert findings
    if table is not None:
        lines = codecs.decode(content, encoding).splitlines()
        assert all(1 < line <= len(lines) for line in table.lines)


@pytest.mark.slow
def test_half_a_million_records_take_seconds(tmp_path):
    import time

    record = b'001,"some, text",NA,,12.5,2017-01-02,ABC,DEF,GHI,JKL,MNO,PQR\n'
    path = tmp_path / "big.csv"
    path.write_bytes(b"A,B,C,D,E,F,G,H,I,J,K,L\n" + record * 500_000)
    start = time.process_time()  # what the machine does beside is not counted
    table = read_csv(path, "raw/big.csv", "utf-8", Findings())
    assert len(table.frame) == 500_000
    assert time.process_time() - start < 10

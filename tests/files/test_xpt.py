"""SAS transport files: read back value for value by an independent reader, and byte for byte the same each time."""

import hashlib
import io
import os
import struct
import subprocess
import sys
import time
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.files.ibm_float import LARGEST, SMALLEST, to_ibm
from crf2tlf.files.xpt import XptDataset, XptVariable, date_kind, parse_format, write_xpt
from crf2tlf.files.xpt_check import read_back, verify_xpt

STAMP = datetime(2017, 1, 2, 3, 4, 5)


def written(frame, *variables, name="AE", label="Adverse Events"):
    buffer = io.BytesIO()
    write_xpt(buffer, frame, XptDataset(name, label, variables), STAMP)
    return buffer.getvalue()


# IBM doubles as in TS-140 and IBM's Principles of Operation
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1.0, "4110000000000000"),
        (-1.0, "c110000000000000"),
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (0.1, "401999999999999a"),
        (-118.625, "c276a00000000000"),
        (16.0**63 * (1 - 2.0**-53), "7ffffffffffffff8"),
        (16.0**-65, "0010000000000000"),
        (float("nan"), "2e00000000000000"),
    ],
)
def test_ibm_doubles(number, expected):
    assert to_ibm(np.array([number])).tobytes().hex() == expected


@pytest.mark.parametrize("number", [float("inf"), 1e76, 1e-79, 5e-324, -1e300])
def test_a_number_that_an_ibm_double_cannot_hold_is_refused(number):
    with pytest.raises(ValueError, match="too large or too small"):
        to_ibm(np.array([1.0, number]))


magnitudes = st.floats(SMALLEST, LARGEST)
numbers = st.one_of(magnitudes, magnitudes.map(lambda x: -x), st.sampled_from([0.0, np.nan, 1.0]), st.integers(-10, 99))
texts = st.one_of(st.none(), st.text(alphabet=[chr(c) for c in range(32, 127)], max_size=12))


@given(records=st.lists(st.tuples(numbers, texts), max_size=30))
def test_numbers_and_texts_are_read_back_value_for_value(tmp_path_factory, records):
    frame = pd.DataFrame(
        {
            "AGE": pd.Series([n for n, _ in records], dtype="float64"),
            "AETERM": pd.Series([t for _, t in records], dtype="str"),
        }
    )
    variables = (XptVariable("AETERM", "Term", "Char", 12), XptVariable("AGE", "Age", "Num", 8, "BEST12."))
    path = tmp_path_factory.mktemp("xpt") / "ae.xpt"
    write_xpt(path, frame, XptDataset("AE", "Adverse Events", variables), STAMP)
    assert verify_xpt(path, frame, XptDataset("AE", "Adverse Events", variables)) == []
    found, _ = read_back(path)
    assert [n for n in found["AGE"] if n == n] == [n for n, _ in records if n == n]
    assert found["AETERM"].tolist() == [(t or "").rstrip(" ") for _, t in records]


# a column, its format, the SAS numbers in the file
@pytest.mark.parametrize(
    ("column", "sas_format", "expected"),
    [
        # days since 1960
        (pd.to_datetime(["1960-01-01", "2017-03-01", None, "1899-12-31"]), "DATE9.", [0, 20879, np.nan, -21915]),
        (pd.to_datetime(["2017-03-01"]), "E8601DA10.", [20879]),
        # seconds since 1960
        (pd.to_datetime(["1960-01-02 00:00:01", None]), "DATETIME20.", [86401, np.nan]),
        (pd.to_datetime(["1960-01-02"]), "E8601DT19.", [86400]),
        # times of day as durations
        (pd.to_timedelta(["10:00:30", None]), "TIME8.", [36030, np.nan]),
        # numbers stay, whole ones and those with missing values too
        (pd.array([1, 2]), None, [1, 2]),
        (pd.array([1, None], dtype="Int64"), "8.", [1, np.nan]),
        (np.array([20879.0]), "DATE9.", [20879]),
    ],
)
def test_dates_become_sas_numbers(tmp_path, column, sas_format, expected):
    frame = pd.DataFrame({"ADT": pd.Series(column)})
    dataset = XptDataset("ADRS", "Response", (XptVariable("ADT", "Analysis Date", "Num", 8, sas_format),))
    path = tmp_path / "adrs.xpt"
    write_xpt(path, frame, dataset, STAMP)
    found, described = read_back(path)
    np.testing.assert_array_equal(found["ADT"], expected)
    assert described.variables[0].format == sas_format
    assert verify_xpt(path, frame, dataset) == []


NUMBER = XptVariable("V", "", "Num", 8)


@pytest.mark.parametrize(
    ("values", "variable", "message"),
    [
        (["longer"], XptVariable("V", "", "Char", 3), "6 characters where 3 fit"),
        (["é"], XptVariable("V", "", "Char", 3), "printable ASCII"),
        (["a\nb"], XptVariable("V", "", "Char", 3), "printable ASCII"),
        (["1"], NUMBER, "holds no numbers"),
        ([True], NUMBER, "holds no numbers"),
        ([2**53 + 1], NUMBER, "2\\*\\*53"),
        ([1.0], XptVariable("V", "", "Num", 4), "8 bytes"),
        ([1.0], XptVariable("V", "", "Num", 8, "DATE 9"), "not a SAS format"),
        (pd.to_datetime(["2017-01-02"]), NUMBER, "need a date"),
        (pd.to_datetime(["2017-01-02 10:00"]), XptVariable("V", "", "Num", 8, "DATE9."), "time of day"),
        ([1.0], XptVariable("MUCHTOOLONG", "", "Num", 8), "not the variables"),
        ([1.0], XptVariable("V", "x" * 41, "Num", 8), "longer than 40"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_not_cut(values, variable, message):
    with pytest.raises(ValueError, match=message):
        written(pd.DataFrame({"V": values}), variable)


def test_the_headers():
    content = written(pd.DataFrame({"AETERM": ["x"]}), XptVariable("AETERM", "Term", "Char", 5, "$5."))
    lines = [content[at : at + 80].decode("ascii", "replace") for at in range(0, len(content), 80)]
    assert lines[0].startswith("HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!0000")
    assert lines[1] == "SAS     SAS     SASLIB  9.4     " + " " * 32 + "02JAN17:03:04:05"
    assert lines[2] == "02JAN17:03:04:05".ljust(80)
    assert lines[3] == "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
    assert lines[5][8:16] == "AE      "
    assert lines[6] == "02JAN17:03:04:05" + " " * 16 + "Adverse Events".ljust(48)
    assert lines[7] == "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000100000000000000000000  "
    kind, _, length, number, name = struct.unpack(">hhhh8s", content[640:656])
    assert (kind, length, number, name) == (2, 5, 1, b"AETERM  ")
    assert len(content) % 80 == 0
    assert lines[-1] == "x".ljust(80)


def test_no_record_and_no_value():
    empty = pd.DataFrame({"V": pd.Series([], dtype="str")})
    assert written(empty, XptVariable("V", "", "Char", 5)).endswith(b"0" * 30 + b"  ")
    missing = pd.DataFrame({"V": pd.Series([None, np.nan], dtype="str"), "N": [np.nan, np.nan]})
    record = b"   " + b"." + b"\0" * 7
    assert record * 2 in written(missing, XptVariable("V", "", "Char", 3), XptVariable("N", "", "Num", 8))


def test_the_bytes_depend_on_nothing_but_the_arguments():
    program = (
        "import io, sys, hashlib, pandas as pd; from datetime import datetime\n"
        "from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt\n"
        "f = pd.DataFrame({'A': ['x', None], 'D': pd.to_datetime(['2017-03-26 02:30', None])})\n"
        "v = XptVariable('A', '', 'Char', 2), XptVariable('D', '', 'Num', 8, 'DATETIME20.')\n"
        "b = io.BytesIO(); write_xpt(b, f, XptDataset('X', '', v), datetime(2017, 1, 2))\n"
        "print(hashlib.sha256(b.getvalue()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"), ("America/New_York", "3"))
    }
    assert len(digests) == 1


def test_the_order_of_the_frames_columns_does_not_matter():
    variables = (XptVariable("A", "", "Char", 1), XptVariable("B", "", "Num", 8))
    frame = pd.DataFrame({"B": [1.0], "A": ["x"]})
    assert written(frame, *variables) == written(frame[["A", "B"]], *variables)


@pytest.mark.parametrize(
    ("text", "parsed", "kind"),
    [
        ("DATE9.", ("DATE", 9, 0), "date"),
        ("E8601DT19.", ("E8601DT", 19, 0), "datetime"),
        ("8.2", ("", 8, 2), None),
        ("$CHAR10.", ("$CHAR", 10, 0), None),
        ("DATE9", None, None),
    ],
)
def test_sas_formats(text, parsed, kind):
    assert parse_format(text) == parsed
    assert date_kind(text) == kind


def test_records_beyond_one_batch(tmp_path):
    frame = pd.DataFrame({"A": [f"{i:06d}" for i in range(25_001)], "N": np.arange(25_001) / 7})
    dataset = XptDataset("X", "", (XptVariable("A", "", "Char", 6), XptVariable("N", "", "Num", 8)))
    write_xpt(tmp_path / "x.xpt", frame, dataset, STAMP)
    assert verify_xpt(tmp_path / "x.xpt", frame, dataset) == []


@pytest.mark.slow
def test_a_million_records_of_20_variables_take_seconds(tmp_path):
    count = 1_000_000
    choices = np.random.default_rng(1)
    columns: dict[str, object] = {
        "USUBJID": pd.Series([f"ABC-{i // 100:06d}" for i in range(count)], dtype="str"),
        "DTC": pd.Series([f"2017-01-{i % 28 + 1:02d}T{i % 24:02d}:{i % 60:02d}" for i in range(count)], dtype="str"),
    }
    for k in range(9):
        columns[f"C{k}"] = pd.Series(choices.choice(["WEIGHT", "HEIGHT", None], count), dtype="str")
        columns[f"N{k}"] = choices.normal(size=count)
    frame = pd.DataFrame(columns)
    variables = [XptVariable(c, "", "Num", 8) if c.startswith("N") else XptVariable(c, "", "Char", 20) for c in frame]
    start = time.perf_counter()
    write_xpt(tmp_path / "vs.xpt", frame, XptDataset("VS", "", tuple(variables)), STAMP)
    assert time.perf_counter() - start < 8  # about 1.5 on an idle core
    assert hashlib.sha256((tmp_path / "vs.xpt").read_bytes()).hexdigest()

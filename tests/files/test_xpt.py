"""SAS transport files: read back value for value by an independent reader, and byte for byte the same each time."""

import io
import os
import struct
import subprocess
import sys
from datetime import datetime
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from benchmarks import transport
from hypothesis import given, settings
from hypothesis import strategies as st

from crf2tlf.files.ibm_float import LARGEST, SMALLEST, to_ibm
from crf2tlf.files.xpt import (
    XptDataset,
    XptVariable,
    date_kind,
    from_sas_numbers,
    parse_format,
    records_that_fit,
    transport_size,
    write_xpt,
)
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


@settings(deadline=None)  # files are written, and the machine may be busy
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


@settings(deadline=None)  # files are written, and the machine may be busy
@given(number=st.one_of(magnitudes, magnitudes.map(lambda x: -x), st.sampled_from([SMALLEST, LARGEST, 0.1, 2**53 - 1])))
def test_an_ibm_double_is_exactly_the_number(number):
    """By the definition in TS-140: sign, excess-64 power of 16, fraction of 56 bits with its first digit not 0."""
    bits = int.from_bytes(to_ibm(np.array([number])).tobytes(), "big")
    fraction = Fraction(bits & (1 << 56) - 1, 1 << 56)
    value = fraction * Fraction(16) ** ((bits >> 56 & 0x7F) - 64)
    assert (-value if bits >> 63 else value) == Fraction(number)
    assert Fraction(1, 16) <= fraction < 1


@settings(deadline=None)  # files are written, and the machine may be busy
@given(
    width=st.integers(1, 200),
    records=st.lists(st.text(alphabet=" ~xA'", max_size=200), max_size=12),
    more=st.integers(1, 30),
)
def test_texts_of_any_width_with_blanks_at_their_end_are_read_back(tmp_path_factory, width, records, more):
    """Blank records at the end are no ambiguity where a number stands in them, and are known to be lost otherwise."""
    texts = pd.Series([text[:width] for text in records] + [" ", None], dtype="str")
    one = XptDataset("CO", "Comments", (XptVariable("COVAL", "", "Char", width),))
    two = XptDataset("CO", "Comments", (*one.variables, XptVariable("COSEQ", "", "Num", 8)))
    folder = tmp_path_factory.mktemp("xpt")
    for dataset, frame in (
        (one, pd.DataFrame({"COVAL": texts})),
        (two, pd.DataFrame({"COVAL": texts, "COSEQ": np.nan})),
        (one, pd.DataFrame({"COVAL": pd.concat([texts] * more + [pd.Series(["x"], dtype="str")], ignore_index=True)})),
    ):
        path = folder / "co.xpt"
        write_xpt(path, frame, dataset, STAMP)
        assert verify_xpt(path, frame, dataset) == []
        found, _ = read_back(path)
        wanted = ["" if text != text or text is None else text.rstrip(" ") for text in frame["COVAL"]]
        assert found["COVAL"].tolist() == (wanted if dataset is two or wanted[-1] else without_blank_end(wanted))
        assert path.stat().st_size == transport_size(dataset, len(frame))


def without_blank_end(texts):
    return without_blank_end(texts[:-1]) if texts and not texts[-1] else texts


@pytest.mark.parametrize("widths", [(1,), (7, 8), (200, 8, 8, 3), (8,) * 40])
@pytest.mark.parametrize("size", [0, 1_000, 1_039, 1_040, 1_041, 5_000, 100_000])
def test_as_many_records_as_fit_into_a_size(widths, size):
    variables = tuple(XptVariable(f"V{n}", "", "Char", width) for n, width in enumerate(widths))
    dataset = XptDataset("X", "", variables)
    fit = records_that_fit(dataset, size)
    assert fit == 0 or transport_size(dataset, fit) <= size
    assert transport_size(dataset, fit + 1) > size


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
        (pd.to_timedelta(["10:00:30.25", "30:00:00"]), "E8601TM15.2", [36030.25, 108000]),
        # seconds with decimals
        (pd.to_datetime(["1960-01-02 00:00:00.500"]), "DATETIME22.3", [86400.5]),
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
        (pd.to_datetime(["2017-01-02 10:00"]), XptVariable("V", "", "Num", 8, "TIME8."), "need a date"),
        (pd.to_timedelta(["10:00:00"]), XptVariable("V", "", "Num", 8, "DATE9."), "no dates"),
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
        ("YYMMDD10.", ("YYMMDD", 10, 0), "date"),
        ("YYMMDDN8.", ("YYMMDDN", 8, 0), "date"),
        ("MONYY7.", ("MONYY", 7, 0), "date"),
        ("DATETIME20.", ("DATETIME", 20, 0), "datetime"),
        ("TIME8.", ("TIME", 8, 0), "time"),
        ("E8601TM8.", ("E8601TM", 8, 0), "time"),
        ("TOD5.", ("TOD", 5, 0), "time"),
        ("8.2", ("", 8, 2), None),
        ("$CHAR10.", ("$CHAR", 10, 0), None),
        ("DATE9", None, None),
    ],
)
def test_sas_formats(text, parsed, kind):
    assert parse_format(text) == parsed
    assert date_kind(text) == kind


# SAS numbers, the kind of their format, what they stand for; None where one of them is no whole day or second of it
@pytest.mark.parametrize(
    ("numbers", "kind", "expected"),
    [
        ([0, 20879, np.nan, -21915], "date", ["1960-01-01", "2017-03-01", None, "1899-12-31"]),
        ([86401, np.nan], "datetime", ["1960-01-02T00:00:01", None]),
        ([36030, np.nan, 0], "time", ["10:00:30", None, "00:00:00"]),
        ([-715_509, 2_936_549], "date", ["0001-01-01", "9999-12-31"]),
        ([0.5], "date", None),
        ([1e9], "date", None),
        ([0.5], "datetime", None),
        ([86_400], "time", None),
        ([-1], "time", None),
    ],
)
def test_sas_numbers_stand_for_dates(numbers, kind, expected):
    found = from_sas_numbers(pd.Series(numbers, dtype="float64"), kind)
    if expected is None:
        assert found is None
    else:
        wanted = pd.to_timedelta(expected).as_unit("s") if kind == "time" else np.array(expected, "datetime64[s]")
        pd.testing.assert_series_equal(found, pd.Series(wanted), check_dtype=False)


def test_texts_that_lie_in_several_parts_of_memory(tmp_path):
    parts = [pd.Series([text, None], dtype="str") for text in ("a", "bb", "ccc")]
    frame = pd.DataFrame({"A": pd.concat(parts, ignore_index=True), "N": 1.0})
    dataset = XptDataset("X", "", (XptVariable("A", "", "Char", 3), XptVariable("N", "", "Num", 8)))
    write_xpt(tmp_path / "x.xpt", frame, dataset, STAMP)
    assert verify_xpt(tmp_path / "x.xpt", frame, dataset) == []


def test_records_beyond_one_batch(tmp_path):
    frame = pd.DataFrame({"A": [f"{i:06d}" for i in range(25_001)], "N": np.arange(25_001) / 7})
    dataset = XptDataset("X", "", (XptVariable("A", "", "Char", 6), XptVariable("N", "", "Num", 8)))
    write_xpt(tmp_path / "x.xpt", frame, dataset, STAMP)
    assert verify_xpt(tmp_path / "x.xpt", frame, dataset) == []


@pytest.mark.slow
def test_the_writer_is_several_times_as_fast_as_pyreadstat():
    """The benchmark at a smaller size; it also has pyreadstat read every value back."""
    measured = transport.measure(200_000)
    assert transport.ratio(measured) >= transport.LEAST_RATIO  # about 25 on an idle core

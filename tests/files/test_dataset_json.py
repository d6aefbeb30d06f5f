"""Dataset-JSON 1.1: valid against CDISC's schemas, read back as written, and byte for byte the same each time."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odmlib.dataset_json_1_1.model import DatasetJSON

from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, read_dataset_json, write_dataset_json

SCHEMAS = Path(__file__).parent / "schemas"
STAMP = datetime(2026, 1, 31, 12, 30)


def described(*columns):
    return JsonDataset(
        oid="IG.AE",
        name="AE",
        label="Adverse Events",
        created=STAMP,
        modified=STAMP,
        file_oid="MDV.TST.SDTM.AE",
        study_oid="ODM.TST",
        metadata_oid="MDV.TST.SDTM",
        metadata_file="define.xml",
        source=("crf2tlf", "1.0"),
        columns=columns,
        originator="A sponsor",
    )


def column(name, data_type, target=None, **more):
    return JsonColumn(f"IT.AE.{name}", name, f"Label of {name}", data_type, target, **more)


def written(folder, frame, dataset):
    one, lines = folder / "ae.json", folder / "ae.ndjson"
    write_dataset_json(one, lines, frame, dataset)
    return one, lines


FRAME = pd.DataFrame(
    {
        "AETERM": pd.Series(['Pain "sharp"', None, "back\\slash", "é 発疹"], dtype="str"),
        "AESEQ": [1.0, 2.0, np.nan, 10_000_000_000.0],
        "AVAL": [0.1, -0.0, np.nan, 1e300],
        "AESTDTC": pd.Series(["2017-03-01", None, "2017-03-02", "2017-03-03"], dtype="str"),
        "ASTDT": pd.to_datetime(["2017-03-01", None, "1899-12-31", "0001-01-01"]).astype("datetime64[s]"),
        "ASTDTM": pd.to_datetime(["2017-03-01T10:00:30", None, "2017-03-01T00:00:00", "9999-12-31T23:59:59"]).astype(
            "datetime64[s]"
        ),
        "ASTTM": pd.to_timedelta(["10:00:30", None, "00:00:00", "23:59:59"]),
    }
)
DATASET = described(
    column("AETERM", "string", length=12, key=1),
    column("AESEQ", "integer", key=2),
    column("AVAL", "float", display_format="8.2"),
    column("AESTDTC", "date"),
    column("ASTDT", "date", "integer", display_format="DATE9."),
    column("ASTDTM", "datetime", "integer", display_format="DATETIME20."),
    column("ASTTM", "time", "integer", display_format="TIME8."),
)


def test_the_records_as_they_stand_in_the_file(tmp_path):
    one, lines = written(tmp_path, FRAME, DATASET)
    rows = [
        '["Pain \\"sharp\\"",1,0.1,"2017-03-01","2017-03-01","2017-03-01T10:00:30","10:00:30"]',
        # the specification: missing values are null
        "[null,2,0,null,null,null,null]",
        '["back\\\\slash",null,null,"2017-03-02","1899-12-31","2017-03-01T00:00:00","00:00:00"]',
        '["é 発疹",10000000000,1e+300,"2017-03-03","0001-01-01","9999-12-31T23:59:59","23:59:59"]',
    ]
    assert lines.read_text("utf-8").split("\n")[1:] == [*rows, ""]
    assert one.read_text("utf-8").endswith('"rows": [\n' + ",\n".join(rows) + "\n]\n}\n")


def test_the_attributes_in_the_order_of_the_specification(tmp_path):
    one, _ = written(tmp_path, FRAME, DATASET)
    whole = json.loads(one.read_text("utf-8"))
    columns = whole.pop("columns")
    assert whole.pop("rows")
    assert list(whole.items()) == [
        ("datasetJSONCreationDateTime", "2026-01-31T12:30:00"),
        ("datasetJSONVersion", "1.1.0"),
        ("fileOID", "MDV.TST.SDTM.AE"),
        ("dbLastModifiedDateTime", "2026-01-31T12:30:00"),
        ("originator", "A sponsor"),
        ("sourceSystem", {"name": "crf2tlf", "version": "1.0"}),
        ("studyOID", "ODM.TST"),
        ("metaDataVersionOID", "MDV.TST.SDTM"),
        ("metaDataRef", "define.xml"),
        ("itemGroupOID", "IG.AE"),
        ("records", 4),
        ("name", "AE"),
        ("label", "Adverse Events"),
    ]
    assert columns[0] == {
        "itemOID": "IT.AE.AETERM",
        "name": "AETERM",
        "label": "Label of AETERM",
        "dataType": "string",
        "length": 12,
        "keySequence": 1,
    }
    assert columns[4] == {
        "itemOID": "IT.AE.ASTDT",
        "name": "ASTDT",
        "label": "Label of ASTDT",
        "dataType": "date",
        "targetDataType": "integer",
        "displayFormat": "DATE9.",
    }


def valid(one, lines):
    """Whether both forms are valid by CDISC's schemas, and every value has its column's JSON type."""
    whole = json.loads(one.read_text("utf-8"))
    jsonschema.validate(whole, json.loads((SCHEMAS / "dataset.schema.json").read_text()))
    first, *records = [json.loads(line) for line in lines.read_text("utf-8").split("\n")[:-1]]
    jsonschema.validate(first, json.loads((SCHEMAS / "dataset-ndjson-schema.json").read_text()))
    assert {**first, "rows": records} == whole
    types = {"integer": int, "float": (int, float)}
    for record in records:
        assert len(record) == len(first["columns"])
        for value, of in zip(record, first["columns"], strict=True):
            assert value is None or isinstance(value, types.get(of["dataType"], str))
    return True


@pytest.mark.parametrize("frame", [FRAME, FRAME.iloc[:1], FRAME.iloc[:0]])
def test_both_forms_are_valid_and_read_back(tmp_path, frame):
    one, lines = written(tmp_path, frame, DATASET)
    assert valid(one, lines)
    for path in (one, lines):
        found, dataset = read_dataset_json(path)
        assert dataset == DATASET
        pd.testing.assert_frame_equal(found, frame, check_dtype=len(frame) > 0, check_exact=True)


def test_another_reader_reads_both_forms(tmp_path):
    one, lines = written(tmp_path, FRAME, DATASET)
    for found in (DatasetJSON.read_json(str(one)), DatasetJSON.read_ndjson(str(lines))):
        assert (found.name, found.records, found.itemGroupOID) == ("AE", 4, "IG.AE")
        assert found.column_names == list(FRAME.columns)
        assert found.rows == json.loads(one.read_text("utf-8"))["rows"]


texts = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
numbers = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
whole_numbers = st.one_of(st.none(), st.integers(-(2**53), 2**53))


@settings(deadline=None)  # files are written, and the machine may be busy
@given(records=st.lists(st.tuples(texts, numbers, whole_numbers), max_size=20))
def test_whatever_texts_and_numbers_there_are_is_read_back(tmp_path_factory, records):
    frame = pd.DataFrame(
        {
            "T": pd.Series([t for t, _, _ in records], dtype="str"),
            "N": pd.Series([n for _, n, _ in records], dtype="float64"),
            "W": pd.Series([w for _, _, w in records], dtype="float64"),
        }
    )
    dataset = described(column("T", "string"), column("N", "float"), column("W", "integer"))
    one, lines = written(tmp_path_factory.mktemp("json"), frame, dataset)
    assert valid(one, lines)
    for path in (one, lines):
        pd.testing.assert_frame_equal(read_dataset_json(path)[0], frame, check_exact=True)


def test_numbers_have_no_more_digits_than_they_need(tmp_path):
    frame = pd.DataFrame({"N": [61.0, 0.1, 1 / 3, 1e16, 5e-324, 100.5]})
    _, lines = written(tmp_path, frame, described(column("N", "float")))
    values = lines.read_text().split("\n")[1:-1]
    assert values == ["[61]", "[0.1]", "[0.3333333333333333]", "[1e+16]", "[5e-324]", "[100.5]"]


def test_records_beyond_one_batch(tmp_path):
    frame = pd.DataFrame({"N": np.arange(120_001) / 8})
    one, lines = written(tmp_path, frame, described(column("N", "float")))
    for path in (one, lines):
        pd.testing.assert_frame_equal(read_dataset_json(path)[0], frame)


@pytest.mark.parametrize(
    ("values", "data_type", "message"),
    [
        ([np.inf], "float", "infinite"),
        ([1.5], "integer", "not whole"),
        ([1.5], "string", "not texts"),
    ],
)
def test_values_that_the_type_does_not_take_are_refused(tmp_path, values, data_type, message):
    with pytest.raises(ValueError, match=rf"AE\.N: .*{message}"):
        written(tmp_path, pd.DataFrame({"N": values}), described(column("N", data_type)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda whole: whole.pop("columns"), "columns"),
        (lambda whole: whole.update(records=7), "4 records where it says 7"),
        (lambda whole: whole.update(datasetJSONVersion="1.0.0"), "version"),
        (lambda whole: whole["rows"].append(["too short"]), "not Dataset-JSON"),
        (lambda whole: whole["rows"][0].__setitem__(1, "text"), "not Dataset-JSON"),
    ],
)
def test_a_file_that_is_not_dataset_json_is_refused(tmp_path, change, message):
    one, _ = written(tmp_path, FRAME, DATASET)
    whole = json.loads(one.read_text("utf-8"))
    change(whole)
    one.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(ValueError, match=message):
        read_dataset_json(one)


def test_files_of_others_are_read(tmp_path):
    """Without optional attributes, with empty texts for missing ones and decimals as texts, as CDISC's examples are."""
    path = tmp_path / "dm.json"
    columns = [
        {"itemOID": "IT.DM.SEX", "name": "SEX", "label": "Sex", "dataType": "string"},
        {"itemOID": "IT.DM.BMI", "name": "BMI", "label": "BMI", "dataType": "decimal", "targetDataType": "decimal"},
    ]
    whole = {
        "datasetJSONCreationDateTime": "2023-06-28T15:38:43",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.DM",
        "records": 2,
        "name": "DM",
        "label": "Demographics",
        "columns": columns,
        "rows": [["M", "30.5"], ["", None]],
    }
    path.write_text(json.dumps(whole), "utf-8")
    frame, dataset = read_dataset_json(path)
    assert (dataset.name, dataset.originator) == ("DM", None)
    assert frame["SEX"].isna().tolist() == [False, True]
    np.testing.assert_array_equal(frame["BMI"], [30.5, np.nan])


def test_the_bytes_depend_on_nothing_but_the_arguments(tmp_path):
    program = (
        "import sys, pandas as pd; from datetime import datetime; from pathlib import Path\n"
        "from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, write_dataset_json\n"
        "f = pd.DataFrame({'A': ['x', None], 'D': pd.to_datetime(['2017-03-26 02:30', None])})\n"
        "c = JsonColumn('A', 'A', '', 'string'), JsonColumn('D', 'D', '', 'datetime', 'integer')\n"
        "s = datetime(2017, 1, 2)\n"
        "d = JsonDataset('X', 'X', '', s, s, 'F', 'S', 'M', 'define.xml', ('p', '1'), c)\n"
        "p = Path(sys.argv[1]); write_dataset_json(p / 'x.json', p / 'x.ndjson', f, d)\n"
    )
    digests = set()
    for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"), ("America/New_York", "3")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=True)
        both = (tmp_path / "x.json").read_bytes() + (tmp_path / "x.ndjson").read_bytes()
        digests.add(hashlib.sha256(both).hexdigest())
    assert len(digests) == 1


def test_an_originator_may_be_unknown(tmp_path):
    one, lines = written(tmp_path, FRAME, replace(DATASET, originator=None))
    assert valid(one, lines)
    assert "originator" not in json.loads(one.read_text("utf-8"))

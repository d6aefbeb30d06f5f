"""What stands on a side: kinds of files, folders, studies; and the same dataset in each kind of file."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.files.sas7bdat_writer import DATA as SAS_FILES

from crf2tlf.compare import Options, compare_sides, open_side
from crf2tlf.compare.results import compare_results
from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, write_dataset_json
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.findings import Findings

FRAME = pd.DataFrame(
    {
        "USUBJID": ["S-01", "S-02"],
        "AETERM": ["Nausea", None],
        "AEDOSE": [0.1, np.nan],
        "ASTDT": np.array(["2020-01-01", "NaT"], dtype="datetime64[s]"),
    }
)


def write(folder: Path, kind: str, frame: pd.DataFrame = FRAME, name: str = "ae") -> Path:
    """Write a dataset in a kind of file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.{kind}"
    moment = datetime(2020, 1, 1)
    if kind == "xpt":
        variables = [
            XptVariable("USUBJID", "Subject", "Char", 4),
            XptVariable("AETERM", "Term", "Char", 6),
            XptVariable("AEDOSE", "Dose", "Num", 8),
            XptVariable("ASTDT", "Start", "Num", 8, "E8601DA."),
        ]
        write_xpt(path, frame, XptDataset("AE", "Adverse Events", tuple(variables)), moment)
    elif kind == "csv":
        frame.to_csv(path, index=False, date_format="%Y-%m-%d")
    else:
        columns = (
            JsonColumn("1", "USUBJID", "Subject", "string", length=4, key=1),
            JsonColumn("2", "AETERM", "Term", "string", length=6),
            JsonColumn("3", "AEDOSE", "Dose", "float"),
            JsonColumn("4", "ASTDT", "Start", "date", "integer", display_format="E8601DA."),
        )
        described = JsonDataset("AE", "AE", "Adverse Events", moment, moment, "", "", "", "", ("", ""), columns)
        write_dataset_json(folder / f"{name}.json", folder / f"{name}.ndjson", frame, described)
        (folder / f"{name}.{'json' if kind == 'ndjson' else 'ndjson'}").unlink()
    return path


def compared(old: Path, new: Path, options: Options = Options()):  # noqa: B008
    findings = Findings()
    found = compare_sides(open_side(old, findings), open_side(new, findings), options, findings)
    return found, [(f.code, str(f.place)) for f in findings]


@pytest.mark.parametrize("old", ["xpt", "json", "ndjson", "csv"])
@pytest.mark.parametrize("new", ["xpt", "json", "ndjson", "csv"])
def test_the_same_dataset_in_any_two_kinds_of_files(tmp_path, old, new):
    found, findings = compared(write(tmp_path / "old", old), write(tmp_path / "new", new))
    assert (found.equal, findings) == (True, [])
    assert found.datasets[0].records == (2, 2)


def test_a_sas_data_set_is_read(tmp_path):
    frame = pd.DataFrame({"SUBJID": ["01-001"], "BRTHDAT": ["1957/11/03"], "SEX": ["1"]})
    (tmp_path / "demog.csv").write_text(frame.to_csv(index=False))
    found, _ = compared(tmp_path / "demog.csv", SAS_FILES / "demog.sas7bdat")
    [dataset] = found.datasets
    assert dataset.only_new == ("RFICDAT", "TRTSDAT")
    assert (dataset.changed, len(dataset.added)) == ({"SEX": 1}, 2)


def test_single_files_need_not_have_one_name(tmp_path):
    found, _ = compared(write(tmp_path, "xpt", name="ae_sas"), write(tmp_path, "json", name="ae"))
    assert found.equal


def test_a_folder_with_several_kinds_of_a_dataset_and_other_files(tmp_path):
    for kind in ("csv", "xpt"):
        write(tmp_path / "old", kind)
    write(tmp_path / "old", "csv", name="dm")
    (tmp_path / "old" / "lineage.json").write_text("{}")
    (tmp_path / "old" / "ledger.csv").write_text("form\nae\n")
    write(tmp_path / "new", "csv")
    write(tmp_path / "new", "csv", name="VS")
    found, findings = compared(tmp_path / "old", tmp_path / "new")
    assert (found.only_old, found.only_new, [d.name for d in found.datasets]) == (("DM",), ("VS",), ["AE"])
    assert (found.equal, findings) == (False, [])
    assert compared(tmp_path / "old", tmp_path / "new", Options(only=["ae"]))[0].equal
    assert compared(tmp_path / "old", tmp_path / "new", Options(common=True))[0].equal


def keys_of(old: Path, new: Path, options: Options = Options()):  # noqa: B008
    found, findings = compared(old, new, options)
    return found.datasets[0].keys, found.datasets[0].keys_from, findings


def test_where_keys_come_from(tmp_path):
    old, new = write(tmp_path / "old", "csv"), write(tmp_path / "new", "json")
    assert keys_of(old, new) == (("USUBJID",), "Dataset-JSON of NEW", [])
    assert keys_of(new, old) == (("USUBJID",), "Dataset-JSON of OLD", [])
    assert keys_of(old, old) == (("USUBJID",), "found in the data", [])
    stated = Options(keys={"ae": ("AETERM", "USUBJID")})
    assert keys_of(old, new, stated) == (("AETERM", "USUBJID"), "--keys", [])
    wrong = Options(keys={"AE": ("AETERN",), "AF": ("X",)}, only=["DM", "AE"])
    assert keys_of(old, new, wrong)[2] == [("COMPARE_KEYS", "AE"), ("COMPARE_KEYS", "AF"), ("COMPARE_KEYS", "DM")]


def test_keys_by_a_define_file(tmp_path):
    old, new = write(tmp_path / "old", "csv"), write(tmp_path / "new", "csv")
    (tmp_path / "new" / "define.xml").write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ItemGroupDef OID="IG" Name="AE">'
        '<ItemRef ItemOID="T" KeySequence="2"/><ItemRef ItemOID="U" KeySequence="1"/></ItemGroupDef>'
        '<ItemDef OID="U" Name="USUBJID"/><ItemDef OID="T" Name="AETERM"/></ODM>'
    )
    assert keys_of(old.parent, new.parent) == (("USUBJID", "AETERM"), "define.xml of NEW", [])


def test_ignored_keys_are_no_keys(tmp_path):
    old, new = write(tmp_path / "old", "csv"), write(tmp_path / "new", "json")
    keys, source, _ = keys_of(old, new, Options(ignored=["AE.USUBJID"]))
    assert (keys, source) == (("AETERM",), "found in the data")


@pytest.mark.parametrize(("kind", "content"), [("xpt", b"no"), ("json", b'{"datasetJSONVersion": 1}'), ("csv", b"A\0")])
def test_files_that_cannot_be_read_are_findings(tmp_path, kind, content):
    old, new = write(tmp_path / "old", kind), write(tmp_path / "new", kind)
    new.write_bytes(content)
    found, findings = compared(old.parent, new.parent)
    assert found.datasets == ()
    assert [code for code, _ in findings] == ["COMPARE_FILE"]
    assert findings[0][1].startswith(f"new/ae.{kind}")


def results(path: Path, *cells: tuple[str, str], title: str = "Table 1") -> Path:
    rows = [{"cells": [{"text": "Age", "id": None}, {"text": text, "id": cell}]} for cell, text in cells]
    body = {"kind": "table", "columns": [{"label": "Row"}, {"label": "All"}], "rows": rows}
    path.write_text(json.dumps({"outputs": [{"id": "t1", "title": title, "footnotes": [], "body": body}]}))
    return path


def test_cells_of_tables_by_id(tmp_path):
    old = results(tmp_path / "old.json", ("t1/age", "63"), ("t1/sex", "5"))
    new = results(tmp_path / "new.json", ("t1/bmi", "22"), ("t1/age", "64"), title="Table 2")
    findings = Findings()
    found = compare_results(old, new, findings)
    assert [(c.cell, c.old, c.new) for c in found] == [
        ("(title)", "Table 1", "Table 2"),
        ("(Row of t1/bmi)", None, "Age"),
        ("t1/bmi", None, "22"),
        ("t1/age", "63", "64"),
        ("(Row of t1/sex)", "Age", None),
        ("t1/sex", "5", None),
    ]
    assert compare_results(old, old, findings) == ()
    (tmp_path / "new.json").write_text("[]")
    assert compare_results(old, new, findings) == ()
    assert [f.code for f in findings] == ["COMPARE_FILE"]

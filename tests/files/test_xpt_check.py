"""What a transport file cannot hold is reported in words; a file that is not what was meant is found out."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from crf2tlf.files import xpt_check
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.files.xpt_check import check_xpt, verify_xpt
from crf2tlf.findings import Findings, Place

PLACE = Place("specs/sdtm/ae.yaml", 3)
STAMP = datetime(2017, 1, 2)


def checked(values, kind="Char", length=8, name="AETERM", label="Term", sas_format=None, dataset="AE"):
    findings = Findings()
    variable = XptVariable(name, label, kind, length, sas_format)
    frame = pd.DataFrame({name: values})
    check_xpt(frame, XptDataset(dataset, "Events", (variable,)), PLACE, findings)
    return findings.items


@pytest.mark.parametrize(
    ("values", "kind", "length"),
    [
        (["RASH", None, "a ~ b"], "Char", 8),
        (["x" * 200], "Char", 200),
        ([1.5, np.nan, 0, -1e75], "Num", 8),
        ([], "Char", 8),
    ],
)
def test_what_fits_is_no_finding(values, kind, length):
    assert checked(values, kind, length) == []


# what is wrong; the values; further arguments; the code, how many records, what the message says
FAULTS = [
    ("text over its length", ["RASH", "SWELLINGS"], {}, "TEXT_LENGTH", 1, "record 2"),
    ("text over 200", ["x" * 201] * 2, {"length": 201}, "TEXT_LENGTH", 2, "200 fit"),
    ("not ASCII", ["発疹", "ok", "café"], {}, "TEXT_ASCII", 2, "発疹"),
    ("a control character", ["a\tb"], {}, "TEXT_ASCII", 1, "\\t"),
    ("label over 40", ["x"], {"label": "L" * 41}, "TEXT_LENGTH", 1, "at most 40"),
    ("label not ASCII", ["x"], {"label": "Größe"}, "TEXT_ASCII", 1, "label"),
    ("name over 8", ["x"], {"name": "AETERMINO"}, "SPEC_MODEL", 1, "8 characters"),
    ("name in lower case", ["x"], {"name": "aeterm"}, "SPEC_MODEL", 1, "A-Z"),
    ("dataset's name", ["x"], {"dataset": "1AE"}, "SPEC_MODEL", 1, "dataset 1AE"),
    ("length of a text", ["x"], {"length": 0}, "SPEC_MODEL", 1, "length from 1"),
    ("length of a number", [1.0], {"kind": "Num", "length": 4}, "SPEC_MODEL", 1, "length 8"),
    ("format", [1.0], {"kind": "Num", "sas_format": "DATE9"}, "SPEC_MODEL", 1, "DATE9"),
    ("number too large", [1.0, 1e80], {"kind": "Num"}, "RULE_TYPE", 1, "1e+80"),
    ("infinite number", [np.inf], {"kind": "Num"}, "RULE_TYPE", 1, "inf"),
    ("number too small", [1e-80], {"kind": "Num"}, "RULE_TYPE", 1, "1e-80"),
    ("text in a number", ["x"], {"kind": "Num"}, "RULE_TYPE", 1, "no numbers"),
    ("number in a text", [1.0, 2.0], {}, "RULE_TYPE", 2, "not a text"),
    ("date without format", pd.to_datetime(["2017-01-02"]), {"kind": "Num"}, "RULE_TYPE", 1, "date or datetime"),
    ("blank records at the end", ["x", None, " "], {}, "KEY_MISSING", 2, "padding"),
]


@pytest.mark.parametrize(
    ("values", "arguments", "code", "count", "says"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_what_does_not_fit_is_a_finding(values, arguments, code, count, says):
    findings = [f for f in checked(values, **arguments) if f.code == code]
    (finding,) = findings[:1]
    assert (finding.place, finding.count) == (PLACE, count)
    assert says in finding.message


def test_a_finding_names_the_records_it_is_about():
    findings = Findings()
    dataset = XptDataset("AE", "Events", (XptVariable("AETERM", "Term", "Char", 4),))
    frame = pd.DataFrame({"AETERM": ["RASH", "SWELLING", "FEVER"]})
    check_xpt(frame, dataset, PLACE, findings, record_place=lambda record: Place("raw/ae.csv", record + 2))
    assert [str(p) for p in findings.items[0].records] == ["raw/ae.csv:3", "raw/ae.csv:4"]


FRAME = pd.DataFrame({"AETERM": ["RASH", None], "AGE": [61.0, np.nan]})
DATASET = XptDataset(
    "AE", "Events", (XptVariable("AETERM", "Term", "Char", 8), XptVariable("AGE", "Age", "Num", 8, "8.1"))
)


def changed(index, **parts):
    variables = list(DATASET.variables)
    old = {k: getattr(variables[index], k) for k in ("name", "label", "type", "length", "format")}
    variables[index] = XptVariable(**{**old, **parts})
    return XptDataset(DATASET.name, DATASET.label, tuple(variables))


@pytest.mark.parametrize(
    ("frame", "dataset", "differences"),
    [
        (FRAME, DATASET, 0),
        (FRAME.assign(AGE=[61.5, np.nan]), DATASET, 1),
        (FRAME.assign(AGE=[61.0, 0.0]), DATASET, 1),
        (FRAME.assign(AETERM=["RASH", "x"]), DATASET, 1),
        (FRAME.assign(AETERM=["RASH ", ""]), DATASET, 0),
        (FRAME.iloc[:1], DATASET, 1),
        (FRAME, XptDataset("AE", "Other", DATASET.variables), 1),
        (FRAME, changed(0, label="Other"), 1),
        (FRAME, changed(0, length=9), 1),
        (FRAME, changed(1, format="8."), 1),
        (FRAME, changed(1, format=None), 1),
    ],
)
def test_a_file_is_compared_with_what_was_meant(tmp_path, frame, dataset, differences):
    path = tmp_path / "ae.xpt"
    write_xpt(path, FRAME, DATASET, STAMP)
    assert len(verify_xpt(path, frame, dataset)) == differences


@pytest.mark.parametrize("values_at_once", [1, 2, 3, 5, 100])
def test_a_large_file_is_compared_in_several_passes(tmp_path, monkeypatch, values_at_once):
    monkeypatch.setattr(xpt_check, "_VALUES_AT_ONCE", values_at_once)
    frame = FRAME.assign(SEX=["M", "F"])
    dataset = XptDataset(DATASET.name, DATASET.label, (*DATASET.variables, XptVariable("SEX", "Sex", "Char", 1)))
    path = tmp_path / "ae.xpt"
    write_xpt(path, frame, dataset, STAMP)
    assert verify_xpt(path, frame, dataset) == []
    assert len(verify_xpt(path, frame.assign(SEX=["M", "M"]), dataset)) == 1
    assert len(verify_xpt(path, frame.iloc[:1], dataset)) == 1


def test_a_blank_record_between_others_is_kept_and_one_at_the_end_is_known_to_be_lost(tmp_path):
    dataset = XptDataset("CO", "Comments", (XptVariable("COVAL", "Comment", "Char", 3),))
    path = tmp_path / "co.xpt"
    for texts in (["a", None, "b"], ["a", "b", None], [None]):
        frame = pd.DataFrame({"COVAL": pd.Series(texts, dtype="str")})
        write_xpt(path, frame, dataset, STAMP)
        assert verify_xpt(path, frame, dataset) == []

"""Datasets compared by key: added, removed and changed records, tolerance, attributes, keys that repeat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crf2tlf.compare import Attributes, Table, Tolerance, compare_tables, datasets
from crf2tlf.compare.datasets import NEW, NEW_RECORD, OLD, OLD_RECORD, VARIABLE
from crf2tlf.compare.keys import guess_keys


def table(text: str, attributes: dict[str, Attributes] | None = None, label: str | None = None) -> Table:
    """A dataset from a small table: the header, then a record a line; a name with # is a number; . is missing."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    columns = {}
    for number, name in enumerate(header):
        cells = [None if row[number] == "." else row[number] for row in rows]
        numeric = name.endswith("#")
        columns[name.rstrip("#")] = pd.Series(cells, dtype="float64" if numeric else "str")
    return Table("AE", pd.DataFrame(columns), attributes or {}, label)


OLD_AE = """
USUBJID AETERM   AESEQ# AESEV
01      Nausea   1      MILD
01      Rash     2      MILD
02      Cough    1      SEVERE
"""
NEW_AE = """
USUBJID AETERM   AESEQ# AESEV
02      Cough    1      .
01      Nausea   1      MILD
01      Fever    2      MILD
"""


def test_records_are_found_by_key_in_any_order():
    found = compare_tables(table(OLD_AE), table(NEW_AE), ["USUBJID", "AETERM"], "--keys")
    assert found.added.to_dict("records") == [{"USUBJID": "01", "AETERM": "Fever", "record": 3}]
    assert found.removed.to_dict("records") == [{"USUBJID": "01", "AETERM": "Rash", "record": 2}]
    [change] = found.changes.to_dict("records")
    assert (change["USUBJID"], change["AETERM"], change[VARIABLE], change[OLD]) == ("02", "Cough", "AESEV", "SEVERE")
    assert (change[OLD_RECORD], change[NEW_RECORD]) == (3, 1)
    assert pd.isna(change[NEW])
    assert (found.changed, found.records_changed, found.equal) == ({"AESEV": 1}, 1, False)


def test_the_same_records_are_equal():
    shuffled = table(OLD_AE).frame.sample(frac=1, random_state=1)
    found = compare_tables(table(OLD_AE), Table("AE", shuffled), ["USUBJID", "AETERM"], "")
    assert found.equal
    assert found.changes.empty


def test_without_keys_records_are_compared_by_position():
    found = compare_tables(table(OLD_AE), table(NEW_AE), [], "by position")
    assert found.changed == {"USUBJID": 2, "AETERM": 3, "AESEQ": 2, "AESEV": 2}
    assert (len(found.added), len(found.removed)) == (0, 0)
    longer = compare_tables(table(OLD_AE), table(OLD_AE + "03 Pain 1 MILD"), [], "by position")
    assert longer.added.to_dict("records") == [{"record": 4}]


def test_variables_that_are_ignored():
    found = compare_tables(table(OLD_AE), table(NEW_AE), ["USUBJID", "AETERM"], "", ignored=["AESEV"])
    assert found.changed == {}


def test_variables_of_one_side():
    old, new = table("A B\n1 2"), table("A C\n1 3")
    found = compare_tables(old, new, ["A"], "")
    assert (found.only_old, found.only_new, found.equal) == (("B",), ("C",), False)
    assert compare_tables(old, new, ["A"], "", ignored=["B", "C"]).equal
    assert compare_tables(old, new, ["A"], "", common_only=True).equal


def test_names_in_another_case_are_the_same():
    assert compare_tables(table("usubjid x\n1 2"), table("USUBJID X\n1 2"), ["USUBJID"], "").equal


def test_records_that_repeat_a_key_are_paired_in_their_order():
    old = table("K V\na 1\na 2\nb 3")
    new = table("K V\na 1\nb 3\na 9\na 4")
    found = compare_tables(old, new, ["K"], "")
    assert found.repeated == (1, 2)
    assert found.changes[[OLD_RECORD, NEW_RECORD, OLD, NEW]].to_numpy().tolist() == [[2, 3, "2", "9"]]
    assert found.added["record"].tolist() == [4]


def test_missing_keys_are_a_value():
    found = compare_tables(table("K V\n. 1\na 2"), table("K V\na 2\n. 1"), ["K"], "")
    assert found.equal


# old, new, criterion, method, differs. Source: SAS 9.4 Base Procedures Guide, COMPARE, METHOD= and CRITERION=
NUMBERS = [
    ("1", "1", 0, "relative", False),
    ("0.3", "0.30000000000000004", 0, "relative", True),  # METHOD=EXACT
    ("0.3", "0.30000000000000004", 1e-9, "relative", False),
    ("100", "101", 0.01, "relative", False),  # 1 / 100.5
    ("100", "102", 0.01, "relative", True),  # 2 / 101
    ("-1", "1", 1, "relative", True),  # 2 / 1
    ("0", "1e-12", 1e-9, "relative", True),  # always 2 where one of them is zero
    ("0", "1e-12", 1e-9, "absolute", False),
    ("100", "100.5", 0.5, "absolute", False),  # equal to the criterion is not beyond it
    ("100", "100.6", 0.5, "absolute", True),
    (".", "1", 100, "absolute", True),  # missing equals only missing
    (".", ".", 0, "relative", False),
]


@pytest.mark.parametrize(("old", "new", "criterion", "method", "differs"), NUMBERS)
def test_tolerance(old, new, criterion, method, differs):
    found = compare_tables(table(f"K V#\na {old}"), table(f"K V#\na {new}"), ["K"], "", Tolerance(criterion, method))
    assert (not found.equal) is differs


def test_numbers_that_differ_are_shown_with_the_digits_that_differ():
    found = compare_tables(table("K V#\na 0.3"), table("K V#\na 0.30000000000000004"), ["K"], "")
    assert found.changes[[OLD, NEW]].to_numpy().tolist() == [["0.3", "0.30000000000000004"]]


def test_texts_and_numbers_are_compared_as_numbers_where_they_are():
    assert compare_tables(table("K V\na 5.0\nb ."), table("K V#\na 5\nb ."), ["K"], "").equal
    found = compare_tables(table("K V\na <5"), table("K V#\na 5"), ["K"], "")
    assert found.changes[[OLD, NEW]].to_numpy().tolist() == [["<5", "5"]]


# format of the numbers, number, text that stands for it
DATES = [
    ("DATE9.", 21915, "2020-01-01"),
    ("E8601DA.", 21915, "2020-01-01"),
    ("DATETIME20.", 1893493845, "2020-01-01T10:30:45"),
    ("TIME5.", 37800, "10:30"),
    ("TIME8.", 37845, "10:30:45"),
]


@pytest.mark.parametrize(("number_format", "number", "text"), DATES)
def test_iso_dates_equal_the_sas_dates_they_stand_for(number_format, number, text):
    numbers = table(f"K V#\na {number}\nb .", {"V": Attributes("", "Num", 8, number_format)})
    assert compare_tables(table(f"K V\na {text}\nb ."), numbers, ["K"], "").equal
    assert compare_tables(numbers, table(f"K V\na {text}\nb ."), ["K"], "").equal


def test_dates_are_shown_as_dates():
    said = {"V": Attributes("", "Num", 8, "DATE9.")}
    found = compare_tables(table("K V#\na 21915", said), table("K V#\na 21916", said), ["K"], "")
    assert found.changes[[OLD, NEW]].to_numpy().tolist() == [["2020-01-01", "2020-01-02"]]


def test_attributes_are_compared_where_both_files_state_them():
    old = table("A B\n1 2", {"A": Attributes("Label", "Char", 8, ""), "B": Attributes("B", "Char", 1, "")}, "Events")
    new = table("A B\n1 2", {"A": Attributes("label", "Char", 9, ""), "B": Attributes()}, "Event")
    found = compare_tables(old, new, ["A"], "")
    assert [(a.variable, a.attribute, a.old, a.new) for a in found.attributes] == [
        ("", "label", "Events", "Event"),
        ("A", "label", "Label", "label"),
        ("A", "length", "8", "9"),
    ]
    assert compare_tables(old, new, ["A"], "", with_attributes=False).equal


def test_empty_datasets():
    old, new = table("K V#"), table("K V#\na 1")
    assert compare_tables(old, old, ["K"], "").equal
    assert compare_tables(old, new, ["K"], "").added["record"].tolist() == [1]
    assert compare_tables(new, old, [], "").removed["record"].tolist() == [1]


# both sides, the keys that are found
GUESSED = [
    ("USUBJID AETERM AESEQ#\n1 a 1\n1 b 2\n2 a 1", ("USUBJID", "AETERM")),
    ("USUBJID AETERM AESEQ#\n1 a 1\n1 a 2\n2 a 1", ("USUBJID", "AESEQ")),  # terms do not suffice, nor are needed
    ("STUDYID USUBJID SEX\ns 1 M\ns 2 M", ("USUBJID",)),
    ("USUBJID PARAMCD AVISITN# AVAL#\n1 p 1 5.5\n1 p 2 5.5\n1 q 1 5.5\n2 p 1 5.5", ("USUBJID", "PARAMCD", "AVISITN")),
    ("ID NOTE X#\n1 a 0.5\n2 a 0.7", ("ID",)),  # no CDISC name: as the variables stand
    ("X# NOTE\n0.5 a\n0.7 a", ()),  # a measurement is no key
    ("USUBJID T\n1 a\n1 a", ()),
]


@pytest.mark.parametrize(("text", "keys"), GUESSED)
def test_keys_that_are_found_in_the_data(text, keys):
    assert guess_keys(table(text), table(text)) == keys


def test_beyond_a_limit_changes_are_only_counted(monkeypatch):
    monkeypatch.setattr(datasets, "CHANGES_KEPT", 2)
    found = compare_tables(table("K V\na 1\nb 2\nc 3"), table("K V\na 2\nb 3\nc 4"), ["K"], "")
    assert (found.changed, len(found.changes), found.records_changed) == ({"V": 3}, 2, 3)


def test_many_records_at_once():
    """A hundred thousand records in another order, with a known number of differences."""
    size = 100_000
    old = pd.DataFrame({"K": np.arange(size, dtype=float), "V": pd.Series(["x"] * size, dtype="str")})
    new = old.sample(frac=1, random_state=1).reset_index(drop=True)
    new.loc[new["K"] % 1000 == 0, "V"] = "y"
    found = compare_tables(Table("AE", old), Table("AE", new), ["K"], "")
    assert (found.changed, len(found.added), len(found.removed)) == ({"V": 100}, 0, 0)

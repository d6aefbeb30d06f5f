"""Identifier and arms of a study as its raw data have them, and the keys that are proposed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crf2tlf.findings import Findings
from crf2tlf.propose import Proposals, new_study, propose, write_study

SUBJECTS = range(1, 11)


def proposed(folder: Path, **files: str) -> Proposals:
    """Propose for files of which each has a header, and lines that are dealt out to ten subjects in turn."""
    for name, text in files.items():
        header, *lines = text.splitlines()
        records = [f"{subject},{lines[(subject - 1) % len(lines)]}" for subject in SUBJECTS]
        (folder / f"{name}.csv").write_text("\n".join([f"SUBJID,{header}", *records]) + "\n", "utf-8")
    return propose(folder, Findings())


@pytest.mark.parametrize(
    ("dm", "ae", "found"),
    [
        ("STUDY\nXY-1", "STUDY\nXY-1", "XY-1"),
        ("STUDYID\nXY-1", "TERM\nHeadache", "XY-1"),
        ("STUDY\nXY-1", "STUDY\nXY-2", None),  # the files differ
        ("STUDY\nXY-1\nXY-2", "STUDY\nXY-1", None),
        ("STUDY\nA trial", "STUDY\nA trial", None),  # no identifier
        ("SEX\nM", "TERM\nHeadache", None),
    ],
)
def test_the_study(dm: str, ae: str, found: str | None, tmp_path: Path) -> None:
    assert proposed(tmp_path, dm=dm, ae=ae).study.texts == (() if found is None else (found,))


# fmt: off
ARMS = [
    # columns and values of the form, arms
    ("ARM,ARMCD\nPlacebo,Pbo\nDrug high,Hi",                      ("Hi=Drug high", "Pbo=Placebo")),  # placebo last
    ("PLANNED_ARM,PLANNED_ARMCD\nDrug,D\nScreen Failure,Scrnfail", ("D=Drug",)),                     # no arm
    ("ARM,ACTARM\nDrug A,Drug A\nDrug A,Drug B",                  ("DRUGA=Drug A", "DRUGB=Drug B")),
    ("RANDTRT\nDrug A\nDrug A+B",                                 ("DRUGA=Drug A", "DRUGAB=Drug A+B")),
    ("ARMCD\nA\nB",                                               ("A=A", "B=B")),
    ("ARM,ARMCD\nDrug,LONGER-THAN-8\nOther,SCRN",                 ("DRUG=Drug", "OTHER=Other")),
    ("ARM\n" + "\n".join("ABCDEFGHIJ"),                           tuple(f"{x}={x}" for x in "ABCDEFGHIJ")),
    ("ARM\nGröße",                                                ()),  # no text for a transport file
    ("SEX\nM",                                                    ()),
]
# fmt: on


@pytest.mark.parametrize(("dm", "arms"), ARMS)
def test_the_arms(dm: str, arms: tuple[str, ...], tmp_path: Path) -> None:
    assert proposed(tmp_path, dm=dm).arms.texts == arms


def test_who_is_in_no_arm_has_the_reason(tmp_path: Path) -> None:
    made = proposed(tmp_path, dm="ARM,ARMCD\nDrug,D\nScreen Failure,Scrnfail")
    variables = YAML(typ="safe").load(made.texts()["sdtm/dm.yaml"])["variables"]
    assert variables["ARM"]["map"] == {"Drug": "Drug", "Screen Failure": None}
    assert variables["ARMCD"]["map"] == {"D": "D", "Scrnfail": None}
    assert variables["ARMNRS"]["map"] == {"Drug": None, "Screen Failure": "SCREEN FAILURE"}


def test_a_missing_code_is_looked_up_in_the_arms(tmp_path: Path) -> None:
    made = proposed(tmp_path, dm="ARM\nDrug\nPlacebo")
    variables = YAML(typ="safe").load(made.texts()["sdtm/dm.yaml"])["variables"]
    assert variables["ARMCD"] == "lookup(study.arms.ARMCD, by=[ARM])"


@pytest.mark.parametrize(("arms", "example"), [([], True), (["A=Drug", "B=Other"], False)])
def test_example_arms_are_marked(arms: list[str], example: bool, tmp_path: Path) -> None:
    write_study(tmp_path, new_study("X", "T", arms, None))
    for name in ("study.yaml", "analysis.yaml", "adam/adsl.yaml"):
        assert ("EXAMPLE arms" in (tmp_path / "specs" / name).read_text("utf-8")) == example


# fmt: off
KEYS = [
    # columns and values of the form, keys after STUDYID and USUBJID
    ("AETERM,AESTDAT\nHeadache,2024-01-31",                      ["AETERM", "AESTDTC"]),  # a record a subject
    ("AETERM,AESTDAT\n,2024-01-31\nNausea,2024-01-31",           ["AESTDTC"]),            # a term is often blank
    ("AETERM,AEDECOD\n,\n,",                                     ["AESEQ"]),
]
# fmt: on


@pytest.mark.parametrize(("ae", "keys"), KEYS)
def test_keys(ae: str, keys: list[str], tmp_path: Path) -> None:
    made = proposed(tmp_path, ae=f"{ae}")
    twice = tmp_path / "ae.csv"
    if keys == ["AESEQ"]:
        twice.write_text(twice.read_text("utf-8") + "1,Nausea,NAUSEA\n", "utf-8")
        made = propose(tmp_path, Findings())
    spec = YAML(typ="safe").load(made.texts()["sdtm/ae.yaml"])
    assert spec["keys"] == ["STUDYID", "USUBJID", *keys]
    assert not [name for name, rule in spec["variables"].items() if isinstance(rule, dict) and "output" in rule]


def test_blanks_of_a_required_variable_are_counted(tmp_path: Path) -> None:
    made = proposed(tmp_path, ae="AETERM,AESEV\n,Mild\nNausea,")
    text = made.texts()["sdtm/ae.yaml"]
    assert "DECIDE: blank in 5 of 10 records, and the standard requires it" in text
    assert text.count("DECIDE: blank") == 1  # severity may be blank

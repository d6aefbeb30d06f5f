"""A small study for tests of metadata: one form, one domain, what a test adds."""

from __future__ import annotations

from textwrap import indent

from tests.conftest import Built, form

from crf2tlf.findings import Findings
from crf2tlf.metadata.describe import describe_submission
from crf2tlf.metadata.model import Codelist, DatasetMetadata, Item, Method, Submission

STUDY = """\
study: TST
title: A test study
usubjid: '"TST-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
constants: {LIMIT: 3}
dictionaries: {MedDRA: {version: "26.1"}}
tables:
  arms: [{ARMCD: A, ARM: Drug A}]
"""
LABS = """\
SUBJ,TEST,RES,UNIT,DAY,KIND,FLAG
1,GLUC,5.25,mmol/L,2020-01-01,FASTED,1
1,ALT,21,U/L,2020-01-01,,
2,GLUC,6.5,mmol/L,2020-01,FED,
2,ALB,POSITIVE,,2020-01-03,,0
"""
DM = """\
dataset: DM
keys: [STUDYID, USUBJID]
rows: [{from: raw.subjects}]
variables:
  STUDYID: study.STUDYID
  DOMAIN: {value: DM}
  USUBJID: USUBJID
  RFSTDTC: START
"""


def study(variables: str, rows: str = "- from: raw.lab\n", keys: str = "STUDYID, USUBJID, LBSEQ", **more: str) -> Files:
    """LB is made of the rows and variables given; form lab has the records of LABS, form subjects a start date."""
    base = "  STUDYID: study.STUDYID\n  DOMAIN: {value: LB}\n  USUBJID: USUBJID\n  LBSEQ: sequence(order=[USUBJID])\n"
    return {
        "specs/study.yaml": STUDY,
        **form("lab", "SUBJ TEST RES UNIT DAY KIND FLAG"),
        "raw/lab.csv": LABS,
        **form("subjects", "SUBJ START"),
        "raw/subjects.csv": "SUBJ,START\n1,2020-01-01\n2,2020-01-02\n",
        "specs/sdtm/dm.yaml": DM,
        "specs/sdtm/lb.yaml": f"dataset: LB\nkeys: [{keys}]\nrows:\n{indent(rows, '  ')}variables:\n{base}"
        + indent(variables, "  "),
        **more,
    }


Files = dict[str, str]

ADSL = """\
dataset: ADSL
label: Subjects
structure: ADSL
keys: [STUDYID, USUBJID]
rows: [{from: DM}]
variables:
  STUDYID: STUDYID
  USUBJID: USUBJID
  TRTSDT: date(RFSTDTC)
  SAFFL: yn(TRTSDT is not None)
"""


def analysis(variables: str, rows: str = "- from: LB\n", structure: str = "BDS") -> Files:
    """AX is an analysis dataset of the rows and variables given, beside ADSL, DM and LB."""
    lab = "LBTESTCD: TEST\nLBTEST: TEST\nLBORRES: RES\nLBSTRESN: number(RES) if TEST != 'ALB' else None\nLBDTC: DAY\n"
    spec = f"dataset: ADX\nlabel: X\nstructure: {structure}\nkeys: [USUBJID, PARAMCD]\nrows:\n{indent(rows, '  ')}"
    text = f"{spec}variables:\n  USUBJID: USUBJID\n{indent(variables, '  ')}"
    return study(lab) | {"specs/adam/adsl.yaml": ADSL, "specs/adam/adx.yaml": text}


def described(built: Built, *, sdtm: bool = True) -> tuple[Submission, Findings]:
    """The metadata of a small study, and what was found while they were made."""
    assert built.build is not None, [str(finding) for finding in built.findings]
    findings = Findings()
    return describe_submission(built.build, findings, sdtm=sdtm), findings


def dataset_of(submission: Submission, name: str) -> DatasetMetadata:
    """A dataset by its name."""
    return next(dataset for dataset in submission.datasets if dataset.name == name)


def item_of(submission: Submission, name: str) -> Item:
    """A variable by its full name: ``LB.LBORRES``."""
    dataset, _, variable = name.partition(".")
    return next(item for item in dataset_of(submission, dataset).items if item.name == variable)


def method_of(submission: Submission, item: Item) -> Method:
    """The method of an item."""
    return next(method for method in submission.methods if method.id == item.method)


def codelist_of(submission: Submission, id: str) -> Codelist:
    """A codelist by its id."""
    return next(codelist for codelist in submission.codelists if codelist.id == id)


def clause(item: Item) -> str:
    """The where clause of an item in one line."""
    return " & ".join(f"{part.variable} {part.comparator} {'/'.join(part.values)}" for part in item.where)

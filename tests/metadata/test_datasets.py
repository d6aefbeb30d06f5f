"""Datasets and their variables: class, structure, keys, types and lengths."""

from __future__ import annotations

import pytest
from tests.conftest import BuildStudy
from tests.metadata.small import ADSL, analysis, dataset_of, described, item_of, study

from crf2tlf.metadata.crf_pages import crf_pages


def test_a_domain(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(study("LBTESTCD: TEST\nLBORRES: RES\n")))
    found = dataset_of(submission, "LB")
    assert (found.label, found.domain, found.purpose) == ("Laboratory Test Results", "LB", "Tabulation")
    assert (found.observation_class, found.structure) == (
        "FINDINGS",
        "One record per lab test per time point per visit per subject",
    )
    assert (found.repeating, found.reference_data, found.records, found.file) == (True, False, 4, "lb.xpt")
    assert found.keys == ("STUDYID", "USUBJID", "LBSEQ")
    assert [item.key for item in found.items] == [1, None, 2, 3, None, None]
    dm = dataset_of(submission, "DM")
    assert (dm.observation_class, dm.repeating) == ("SPECIAL PURPOSE", False)


def test_trial_design_is_reference_data(build_small: BuildStudy) -> None:
    spec = "dataset: TA\nkeys: [STUDYID, ARMCD]\nrows: [{from: study.arms}]\n"
    spec += "variables:\n  STUDYID: study.STUDYID\n  ARMCD: ARMCD\n"
    submission, _ = described(build_small(study("LBTESTCD: TEST\n", **{"specs/sdtm/ta.yaml": spec})))
    found = dataset_of(submission, "TA")
    assert (found.observation_class, found.repeating, found.reference_data) == ("TRIAL DESIGN", False, True)


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        ("BDS", ("BASIC DATA STRUCTURE", "")),
        ("TTE", ("BASIC DATA STRUCTURE", "TIME-TO-EVENT")),
        ("OCCDS", ("OCCURRENCE DATA STRUCTURE", "")),
        ("OTHER", ("ADAM OTHER", "")),
    ],
)
def test_an_analysis_dataset(build_small: BuildStudy, structure: str, expected: tuple[str, str]) -> None:
    submission, _ = described(build_small(analysis("PARAMCD: LBTESTCD\n", structure=structure)), sdtm=False)
    found = dataset_of(submission, "ADX")
    assert (found.observation_class, found.subclass) == expected
    assert found.structure == "One record per subject per parameter"


def test_what_a_record_is_may_be_said(build_small: BuildStudy) -> None:
    files = analysis("PARAMCD: LBTESTCD\n") | {"specs/adam/adsl.yaml": ADSL + "records: One record per person\n"}
    submission, _ = described(build_small(files), sdtm=False)
    found = dataset_of(submission, "ADSL")
    assert (found.structure, found.observation_class) == ("One record per person", "SUBJECT LEVEL ANALYSIS DATASET")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("LBORRES: RES", ("text", 8, None)),
        ("LBSTRESN: number(RES) if TEST != 'ALB' else None", ("float", 8, 2)),
        ("LBSTRESN: number(FLAG)", ("integer", 8, None)),
        ("LBSTRESN: number(RES) / 3 if TEST != 'ALB' else None", ("float", 8, 7)),
        ("LBSTRESN: {rule: number(FLAG), format: F8.3}", ("float", 8, 3)),
        ("LBDTC: DAY", ("partialDate", None, None)),
        ("LBDTC: DM.RFSTDTC", ("date", None, None)),
    ],
)
def test_types(build_small: BuildStudy, variable: str, expected: tuple[str, int | None, int | None]) -> None:
    submission, _ = described(build_small(study(f"LBTESTCD: TEST\n{variable}\n")))
    item = item_of(submission, f"LB.{variable.partition(':')[0]}")
    assert (item.data_type, item.length, item.significant_digits) == expected


def test_a_date_kept_as_a_number(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(analysis("PARAMCD: LBTESTCD\n")), sdtm=False)
    item = item_of(submission, "ADSL.TRTSDT")
    assert (item.data_type, item.length, item.display_format) == ("integer", 8, "DATE9.")


def test_mandatory_roles_and_comments(build_small: BuildStudy) -> None:
    variables = "LBTESTCD: TEST\nLBCAT: {rule: KIND, comment: As on the form}\nLBORRES: {rule: RES, required: true}\n"
    submission, _ = described(build_small(study(variables)))
    mandatory = {item.name for item in dataset_of(submission, "LB").items if item.mandatory}
    assert mandatory == {"STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBTESTCD", "LBORRES"}
    item = item_of(submission, "LB.LBCAT")
    assert (item.role, item.core, item.comment) == ("Grouping Qualifier", "Exp", "LB.LBCAT")
    assert [comment.text for comment in submission.comments] == ["As on the form"]


def test_pages_of_the_annotated_crf(build_small: BuildStudy) -> None:
    """Page 1 is the cover, page 2 the list of forms; 18 fields go on a page."""
    files = study("LBTESTCD: TEST\n")
    columns = "".join(f"  C{number}: Column\n" for number in range(19))
    files["specs/raw/big.yaml"] = f"form: big\nfile: big.csv\nsubject: SUBJ\ncolumns:\n  SUBJ: Subject\n{columns}"
    built = build_small(files)
    assert built.build is not None
    assert crf_pages(built.build.study) == {"big": (3, 4), "lab": (5,), "subjects": (6,)}
    assert described(built)[0].pages == {"big": (3, 4), "lab": (5,), "subjects": (6,)}

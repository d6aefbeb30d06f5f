"""Finished datasets: supplemental qualifiers, their use by others, drafts of faulty data, and the order of raw rows."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from tests.conftest import Built, form

from crf2tlf.build import build_study, write_datasets, written_datasets

BuildSmall = Callable[[dict[str, str]], Built]
WriteStudy = Callable[[dict[str, str]], Path]

AE = {
    **form("f", "SUBJ TERM DAY REF NOTE"),
    "raw/f.csv": "SUBJ,TERM,DAY,REF,NOTE\n2,b,2020-01-02,R3,\n1,a,2020-01-03,R1,n1\n1,c,2020-01-01,,n2\n",
    "specs/sdtm/ae.yaml": """\
        dataset: AE
        keys: [USUBJID, AESTDTC]
        rows: [{from: raw.f}]
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: AE}
          USUBJID: USUBJID
          AESEQ: sequence()
          AETERM: TERM
          AEDECOD: upper(TERM)
          AESTDTC: DAY
        supplemental:
          AEREFER: {rule: REF, label: Reference document, evaluator: INVESTIGATOR}
          AENOTE: {rule: NOTE, label: Note, origin: Derived}
        """,
    "specs/adam/adae.yaml": """\
        dataset: ADAE
        structure: OCCDS
        keys: [USUBJID, AESEQ]
        rows: [{from: AE, keep: [AESEQ, AETERM]}]
        variables:
          USUBJID: USUBJID
          REFER: {rule: AEREFER, label: Reference document}
          NOTES: {rule: 'count(AE, where=AE.AENOTE is not None)', label: Notes}
        """,
}


def test_supplemental_qualifiers(build_small: BuildSmall) -> None:
    built = build_small(AE)
    assert built.codes == []
    assert built.build is not None
    supplement = built.build.datasets["SUPPAE"]
    assert supplement.label == "Supplemental Qualifiers for AE"
    assert [(v.name, v.role) for v in supplement.variables][5:8] == [  # SDTMIG 3.4 section 8.4.1
        ("QNAM", "Topic"),
        ("QLABEL", "Synonym Qualifier"),
        ("QVAL", "Result Qualifier"),
    ]
    assert supplement.frame.astype(object).where(supplement.frame.notna(), None).to_numpy().tolist() == [
        ["TST", "AE", "TST-1", "AESEQ", "1", "AENOTE", "Note", "n2", "Derived", None],
        ["TST", "AE", "TST-1", "AESEQ", "2", "AEREFER", "Reference document", "R1", "Collected", "INVESTIGATOR"],
        ["TST", "AE", "TST-1", "AESEQ", "2", "AENOTE", "Note", "n1", "Derived", None],
        ["TST", "AE", "TST-2", "AESEQ", "1", "AEREFER", "Reference document", "R3", "Collected", "INVESTIGATOR"],
    ]
    assert "AEREFER" not in [v.name for v in built.build.datasets["AE"].variables]


def test_other_datasets_use_supplemental_qualifiers_like_variables(build_small: BuildSmall) -> None:
    built = build_small(AE)
    assert built.values("ADAE", "REFER") == [None, "R1", "R3"]
    assert built.values("ADAE", "NOTES") == [2, 2, 0]


def test_a_domain_without_a_sequence_has_no_idvar(build_small: BuildSmall) -> None:
    spec = (
        AE["specs/sdtm/ae.yaml"]
        .replace("  AESEQ: sequence()\n", "  AESPID: TERM\n")
        .replace("{rule: NOTE", "{rule: None")
    )
    built = build_small(
        {
            **AE,
            "specs/sdtm/ae.yaml": spec,
            "specs/adam/adae.yaml": AE["specs/adam/adae.yaml"].replace("AESEQ", "AESPID"),
        }
    )
    assert built.values("SUPPAE", "IDVAR") == [None, None]
    assert built.values("SUPPAE", "QVAL") == ["R1", "R3"]


@pytest.mark.parametrize("raw", ["SUBJ,TERM,DAY,REF,NOTE\n", "SUBJ,TERM,DAY,REF,NOTE\n1,a,2020-01-01,,\n"])
def test_no_qualifier_is_present(build_small: BuildSmall, raw: str) -> None:
    built = build_small({**AE, "raw/f.csv": raw})
    assert built.values("SUPPAE", "QVAL") == []
    assert set(built.codes) <= {"RAW_FILE_EMPTY"}


def test_qualifiers_need_the_subject(build_small: BuildSmall) -> None:
    spec = AE["specs/sdtm/ae.yaml"].replace("STUDYID: study.STUDYID\n          ", "")
    built = build_small({**AE, "specs/sdtm/ae.yaml": spec})
    assert ["AE needs STUDYID for its supplemental qualifiers" in m for m in built.messages("SPEC_VARIABLE")] == [True]


# Drafts


def test_a_draft_takes_whatever_faults_the_data_have(study_folder: WriteStudy, tmp_path: Path) -> None:
    text = "x" * 250
    files = {
        **form("f", "SUBJ T"),
        "raw/f.csv": f"SUBJ,T\n1,{text}\n2,日本\n3,\n",
        "specs/adam/ax.yaml": """\
            dataset: AX
            label: A label
            keys: [USUBJID]
            rows: [{from: raw.f}]
            variables:
              USUBJID: USUBJID
              T: {rule: T, label: Töxt}
              LONGNAMED1: {rule: T, label: One}
              LONGNAMED2: {rule: 1e300 * number(SUBJECT), label: Two}
              CONDITION: {rule: T is None, label: Three}
              NUMBER: {rule: RECORD, label: Four, type: text}
              NOTHING: {rule: None, label: Five}
            """,
    }
    build = build_study(study_folder(files), None)
    assert build is not None
    codes = {f.code for f in build.findings}
    assert {"TEXT_LENGTH", "TEXT_ASCII", "RULE_TYPE", "SPEC_MODEL"} <= codes
    path, *_ = write_datasets(build, written_datasets(build, sdtm=False), tmp_path, draft=True)
    frame, meta = pyreadstat.read_xport(path)
    assert meta.file_label.strip() == "DRAFT: A label"
    assert frame["T"].tolist() == ["x" * 200, "??", ""]
    assert {"LONGNAME", "LONGNAM1", "CONDITIO", "NUMBER", "NOTHING"} < set(frame.columns)


# The order of raw rows


def shuffled(text: str, seed: int) -> str:
    """A form's file with its subjects' records moved among each other; a subject's own records stay in order."""
    header, *lines = text.splitlines()
    order = [line.split(",")[0] for line in lines]
    random.Random(seed).shuffle(order)
    waiting = {subject: [line for line in lines if line.split(",")[0] == subject] for subject in order}
    return "\n".join([header, *(waiting[subject].pop(0) for subject in order), ""])


@pytest.mark.parametrize("seed", range(5))
def test_subjects_may_stand_in_any_order(build_small: BuildSmall, seed: int) -> None:
    """Rules of one subject do not see how the records of several subjects are mixed in a file."""
    rows = [
        f"{s},{t},2020-01-{1 + (5 * n + s) % 9:02},{'R' if n % 2 else ''},n{n % 3}"
        for s in range(1, 6)
        for n, t in enumerate("abcd")
    ]
    raw = "\n".join(["SUBJ,TERM,DAY,REF,NOTE", *rows, ""])
    spec = AE["specs/sdtm/ae.yaml"].replace(
        "AEDECOD: upper(TERM)", 'AEDECOD: upper(coalesce(previous(AETERM), "none"))'
    )
    spec = spec.replace("rule: REF,", "rule: 'first(raw.f.TERM, order=[desc(raw.f.DAY)], where=raw.f.DAY <= AESTDTC)',")
    plain = build_small({**AE, "specs/sdtm/ae.yaml": spec, "raw/f.csv": raw})
    moved = build_small({**AE, "specs/sdtm/ae.yaml": spec, "raw/f.csv": shuffled(raw, seed)})
    assert plain.codes == moved.codes == []
    assert plain.build is not None
    assert moved.build is not None
    for name, dataset in plain.build.datasets.items():
        pd.testing.assert_frame_equal(dataset.frame, moved.build.datasets[name].frame)

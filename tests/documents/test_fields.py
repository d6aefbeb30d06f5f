"""Which variables a field of a form goes to: what the annotated CRF says beside it."""

from __future__ import annotations

from typing import Any

from crf2tlf.documents.fields import field_uses
from crf2tlf.metadata.model import DatasetMetadata, Item, Origin, Submission

from ..conftest import BuildStudy, Built, form

DM = {
    "specs/sdtm/dm.yaml": """
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.subj}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, SUBJID: SUBJ, SEX: SEX, RFICDTC: raw.visit.CONSENT}
        supplemental: {SITENAM: {rule: SITE, label: Site name}}
        """,
    **form("subj", "SUBJ SEX SITE SPARE"),
    **form("visit", "SUBJ CONSENT DAY"),
    "raw/subj.csv": "SUBJ,SEX,SITE,SPARE\n01,F,Tokyo,x\n",
    "raw/visit.csv": "SUBJ,CONSENT,DAY\n01,2020-01-02,2020-01-03\n",
}

TR = {
    "specs/sdtm/tr.yaml": """
        dataset: TR
        keys: [USUBJID, TRTESTCD]
        rows:
          - from: raw.lesion
            set: {TRORRES: DIAM, TRSTRESN: number(DIAM), TRDTC: DAY}
            each:
              - {where: NODE == "N", set: {TRTESTCD: {value: LDIAM}}}
              - {where: NODE == "Y", set: {TRTESTCD: {value: LPERP}}}
          - from: raw.lesion
            set: {TRORRES: STATE, TRTESTCD: {value: TUMSTATE}, TRDTC: DAY}
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, TRTESTCD: , TRORRES: , TRSTRESN: , TRDTC: }
        """,
    **form("lesion", "SUBJ NODE DIAM STATE DAY"),
    "raw/lesion.csv": "SUBJ,NODE,DIAM,STATE,DAY\n01,N,12,PRESENT,2020-01-03\n",
}


def shown(built: Built, name: str, column: str, submission: Submission | None = None) -> list[str]:
    assert built.build is not None, [str(f) for f in built.findings]
    use = next(use for use in field_uses(built.build, submission)[name] if use.column == column)
    return [*map(str, use.targets), *map(str, use.selects), *use.leaves_out]


def test_a_column_goes_to_the_variable_whose_rule_names_it(build_small: BuildStudy) -> None:
    assert shown(build_small(DM), "subj", "SEX") == ["DM.SEX"]


def test_a_column_that_no_rule_names_goes_nowhere(build_small: BuildStudy) -> None:
    assert shown(build_small(DM), "subj", "SPARE") == []


def test_a_supplemental_qualifier_is_qval_of_its_dataset(build_small: BuildStudy) -> None:
    assert shown(build_small(DM), "subj", "SITE") == ["SUPPDM.QVAL where QNAM = SITENAM"]


def test_the_subject_goes_to_identifiers_and_not_to_what_is_looked_up_by_it(build_small: BuildStudy) -> None:
    built = build_small(DM)
    assert shown(built, "subj", "SUBJ") == ["DM.USUBJID", "DM.SUBJID"]
    assert shown(built, "visit", "SUBJ") == []
    assert shown(built, "visit", "CONSENT") == ["DM.RFICDTC"]


def test_results_say_of_which_tests(build_small: BuildStudy) -> None:
    built = build_small({**DM, **TR})
    diameter = "TR.TRORRES where TRTESTCD = LDIAM or LPERP"
    assert shown(built, "lesion", "DIAM") == [diameter, "TR.TRSTRESN where TRTESTCD = LDIAM or LPERP"]
    assert shown(built, "lesion", "STATE") == ["TR.TRORRES where TRTESTCD = TUMSTATE"]


def test_standardized_results_say_it_as_original_ones_do(build_small: BuildStudy) -> None:
    """All records from the form are of one test, which another form's are not."""
    vitals = """
        dataset: VS
        keys: [USUBJID, VSTESTCD]
        rows: [{from: raw.scale, set: {VSTESTCD: {value: WEIGHT}, VSORRES: KG, VSSTRESC: KG}}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, VSTESTCD: , VSORRES: , VSSTRESC: }
        """
    more = {"specs/sdtm/vs.yaml": vitals, **form("scale", "SUBJ KG"), "raw/scale.csv": "SUBJ,KG\n01,70\n"}
    expected = ["VS.VSORRES where VSTESTCD = WEIGHT", "VS.VSSTRESC where VSTESTCD = WEIGHT"]
    assert shown(build_small({**DM, **more}), "scale", "KG") == expected


def test_what_all_records_of_a_form_take_has_no_condition(build_small: BuildStudy) -> None:
    assert shown(build_small({**DM, **TR}), "lesion", "DAY") == ["TR.TRDTC"]


def test_a_column_that_only_selects_says_so(build_small: BuildStudy) -> None:
    built = build_small({**DM, **TR})
    assert shown(built, "lesion", "NODE") == ["Selects records of TR where TRTESTCD = LDIAM or LPERP"]


def test_helper_datasets_and_variables_are_followed_to_the_submitted_variable(build_small: BuildStudy) -> None:
    helper = {
        "specs/sdtm/day.yaml": """
            dataset: DAY
            output: false
            keys: [USUBJID, DTC]
            rows: [{from: raw.visit}]
            variables: {USUBJID: USUBJID, TEXT: {rule: DAY, output: false}, DTC: {rule: TEXT}}
            """,
        "specs/sdtm/sv.yaml": """
            dataset: SV
            keys: [USUBJID]
            rows: [{from: DAY, group: [USUBJID]}]
            variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, SVSTDTC: min(source.DTC), SVENDTC: SVSTDTC}
            """,
    }
    assert shown(build_small({**DM, **helper}), "visit", "DAY") == ["SV.SVSTDTC"]


def test_the_reason_for_leaving_records_out_stands_at_the_column_that_tells(build_small: BuildStudy) -> None:
    out = form("subj", "SUBJ SEX SITE SPARE", more="leave_out: [{where: SPARE == 'y', reason: Screen failure}]\n")
    assert shown(build_small({**DM, **out}), "subj", "SPARE") == ["Screen failure"]


def submission_of(**variables: Any) -> Submission:
    """The metadata of one dataset TR with the origins of its variables."""
    items = tuple(Item(name, name, "text", Origin(origin, forms=("lesion",))) for name, origin in variables.items())
    dataset = DatasetMetadata("TR", "", "TR", "FINDINGS", "", "Tabulation", True, False, 1, (), items)
    return Submission("TST", "", "", True, "2026-01-01", (), (dataset,), (), (), (), (), (), {})


def test_derived_variables_are_shown_only_where_nothing_collected_is(build_small: BuildStudy) -> None:
    built = build_small({**DM, **TR})
    both = submission_of(TRORRES="Collected", TRSTRESN="Derived")
    derived = submission_of(TRORRES="Derived", TRSTRESN="Derived")
    assert shown(built, "lesion", "DIAM", both) == ["TR.TRORRES where TRTESTCD = LDIAM or LPERP"]
    assert len(shown(built, "lesion", "DIAM", derived)) == 2


def test_variables_that_are_not_submitted_are_not_shown(build_small: BuildStudy) -> None:
    built = build_small({**DM, **TR})
    assert shown(built, "lesion", "DAY", submission_of(TRORRES="Collected")) == []


EC = {
    "specs/sdtm/ec.yaml": """
        dataset: EC
        keys: [USUBJID]
        rows: [{from: raw.dose}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, ECDOSE: number(DOSE), ECOCCUR: 'yn(ECDOSE > 0)'}
        """,
    "specs/sdtm/ex.yaml": """
        dataset: EX
        keys: [USUBJID]
        rows: [{from: EC}]
        variables: {STUDYID: STUDYID, USUBJID: USUBJID, EXDOSE: ECDOSE, EXREASND: ECOCCUR}
        """,
    **form("dose", "SUBJ DOSE"),
    "raw/dose.csv": "SUBJ,DOSE\n01,5\n",
}


def test_copies_that_count_as_collected_are_shown_too(build_small: BuildStudy) -> None:
    built = build_small({**DM, **EC})
    origins = {"ECDOSE": "Collected", "ECOCCUR": "Derived", "EXDOSE": "Collected", "EXREASND": "Collected"}
    items = {name: Item(name, name, "text", Origin(origin, forms=("dose",))) for name, origin in origins.items()}
    datasets = tuple(
        DatasetMetadata(
            domain, "", domain, "", "", "Tabulation", True, False, 1, (),
            tuple(item for name, item in items.items() if name.startswith(domain)),
        )
        for domain in ("EC", "EX")
    )  # fmt: skip
    submission = Submission("TST", "", "", True, "2026-01-01", (), datasets, (), (), (), (), (), {})
    assert shown(built, "dose", "DOSE") == ["EC.ECDOSE"]
    assert shown(built, "dose", "DOSE", submission) == ["EC.ECDOSE", "EX.EXDOSE"]

"""Trial summary from a design table: values that the protocol says, values worked out, codes, and long texts."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import STUDY, Built, form

BuildSmall = Callable[[dict[str, str]], Built]

LONG = " ".join(["objective"] * 25)  # 249 characters

FILES = {
    "specs/study.yaml": STUDY
    + f"""\
tables:
  summary:
    - {{TSPARMCD: AGEMIN, TSVAL: P18Y, TSVCDREF: ISO 8601}}
    - {{TSPARMCD: AGEMAX, TSVALNF: PINF}}
    - {{TSPARMCD: TBLIND, TSVAL: DOUBLE BLIND}}
    - {{TSPARMCD: TTYPE, TSVAL: SAFETY}}
    - {{TSPARMCD: TTYPE, TSVAL: EFFICACY}}
    - {{TSPARMCD: OBJPRIM, TSVAL: {LONG}}}
    - {{TSPARMCD: SSTDTC, TSVCDREF: ISO 8601}}
    - {{TSPARMCD: ACTSUB}}
""",
    **form("f", "SUBJ CONSENT"),
    "raw/f.csv": "SUBJ,CONSENT\n1,2020-02-03\n2,2020-01-15\n",
    "specs/sdtm/dm.yaml": """\
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.f}]
        variables: {STUDYID: study.STUDYID, DOMAIN: {value: DM}, USUBJID: USUBJID, SUBJID: SUBJ, SITEID: {value: "1"},
                    SEX: {value: F}, COUNTRY: {value: JPN}, RFICDTC: CONSENT}
        """,
    "specs/sdtm/ts.yaml": """\
        dataset: TS
        keys: [STUDYID, TSPARMCD, TSSEQ]
        rows: [{from: study.summary}]
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: TS}
          TSSEQ: sequence(by=[STUDYID, TSPARMCD], order=[])
          TSPARMCD: TSPARMCD
          TSPARM: decode(TSPARMCD, "TSPARMCD")
          FULLTEXT:
            by: TSPARMCD
            cases: {SSTDTC: "min(DM.RFICDTC, by=[])", ACTSUB: "text(count(DM, by=[]))"}
            else: source.TSVAL
            scope: study
            output: false
          TSVAL: {rule: "text_part(FULLTEXT, 1)", codelist: {by: TSPARMCD, cases: {TBLIND: TBLIND, TTYPE: TTYPE}}}
          TSVAL1: {rule: "text_part(FULLTEXT, 2)", label: Parameter Value 1}
          TSVALNF: TSVALNF
          TSVALCD: nci_code(TSVAL)
          TSVCDREF:
            rule: 'coalesce(source.TSVCDREF, "CDISC CT" if TSVALCD is not None else None)'
            codelist: TERMINOLOGY
          TSVCDVER: 'study.SDTM_CT if TSVCDREF == "CDISC CT" else None'
        """,
    "specs/codelists.yaml": "codelists: {TERMINOLOGY: {from: DICTNAM, add: {ISO 8601: Dates and durations}}}\n",
}


def test_trial_summary(build_small: BuildSmall) -> None:
    built = build_small(FILES)
    assert [str(f) for f in built.findings] == []
    shown = ("TSPARMCD", "TSSEQ", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF", "TSVCDVER")
    records = list(zip(*(built.values("TS", name) for name in shown), strict=True))
    first, second = " ".join(["objective"] * 20), " ".join(["objective"] * 5)
    assert records == [
        ("ACTSUB", 1, "2", None, None, None, None),
        ("AGEMAX", 1, None, "PINF", None, None, None),
        ("AGEMIN", 1, "P18Y", None, None, "ISO 8601", None),
        ("OBJPRIM", 1, first, None, None, None, None),
        ("SSTDTC", 1, "2020-01-15", None, None, "ISO 8601", None),
        ("TBLIND", 1, "DOUBLE BLIND", None, "C15228", "CDISC CT", "2025-03-28"),
        ("TTYPE", 1, "SAFETY", None, "C49667", "CDISC CT", "2025-03-28"),  # in the order of the table
        ("TTYPE", 2, "EFFICACY", None, "C49666", "CDISC CT", "2025-03-28"),
    ]
    assert [value for value in built.values("TS", "TSVAL1") if value] == [second]
    assert built.values("TS", "TSPARM")[:2] == ["Actual Number of Subjects", "Planned Maximum Age of Subjects"]


def test_a_value_outside_the_parameters_codelist(build_small: BuildSmall) -> None:
    study = FILES["specs/study.yaml"].replace("DOUBLE BLIND", "TWICE BLIND")
    built = build_small({**FILES, "specs/study.yaml": study})
    assert built.codes == ["CODELIST_EXTENDED"]  # CDISC's list may be extended
    assert (
        "TS.TSVAL: 'TWICE BLIND' is not in the codelist TBLIND (DOUBLE BLIND, "
        in built.messages("CODELIST_EXTENDED")[0]
    )
    assert built.values("TS", "TSVALCD")[5] is None

"""QORIG: what the spec says of a qualifier, else what its rule tells."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Built, form

from crf2tlf.metadata.qualifier_origins import with_qualifier_origins

BuildSmall = Callable[[dict[str, str]], Built]

FILES = {
    **form("f", "SUBJ WORD N"),
    "raw/f.csv": "SUBJ,WORD,N\n1,yes,3\n2,no,\n",
    "specs/sdtm/dm.yaml": """\
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.f}]
        variables: {STUDYID: study.STUDYID, DOMAIN: {value: DM}, USUBJID: USUBJID, SUBJID: SUBJ, SITEID: {value: "1"},
                    SEX: {value: F}, COUNTRY: {value: JPN}}
        supplemental:
          COPIED: {rule: upper(WORD), label: Copied}
          MAPPED: {rule: WORD, map: {yes: Y, no: N}, label: Recoded}
          FIXED: {value: X, label: Constant}
          WORKED: {rule: text(number(N) + 1), label: Worked out}
          STATED: {rule: text(number(N) + 1), label: Worked out and said to be assigned, origin: Assigned}
        """,
}


def test_origin_of_each_qualifier(build_small: BuildSmall) -> None:
    built = build_small(FILES)
    assert built.build is not None
    found = with_qualifier_origins(built.build).datasets["SUPPDM"].frame
    assert dict(zip(found["QNAM"], found["QORIG"], strict=True)) == {
        "COPIED": "Collected",
        "MAPPED": "Collected",  # recoding does not make it derived
        "FIXED": "Assigned",
        "WORKED": "Derived",
        "STATED": "Assigned",
    }


def test_other_datasets_stay_as_they_are(build_small: BuildSmall) -> None:
    built = build_small(FILES)
    assert built.build is not None
    assert with_qualifier_origins(built.build).datasets["DM"] is built.build.datasets["DM"]

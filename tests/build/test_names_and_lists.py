"""Checks that hold for every study: extensible codelists, codes as names, codes and names one to one, empty rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

RAW = """\
    SUBJ,CODE,NAME,UNIT,STAT
    1,ALT,Alanine Aminotransferase,U/L,
    1,AST,Aspartate Aminotransferase,U/L,
    2,ALT,Alanine Aminotransferase,U/L,NOT DONE
    """


def lab(raw: str = RAW, where: str = "CODE is not None") -> dict[str, str]:
    return {
        **form("f", "SUBJ CODE NAME UNIT STAT"),
        "raw/f.csv": raw,
        "specs/sdtm/dm.yaml": """\
            dataset: DM
            keys: [USUBJID]
            rows: [{from: raw.f, group: [USUBJID]}]
            variables: {STUDYID: study.STUDYID, DOMAIN: {value: DM}, USUBJID: USUBJID, SUBJID: first(source.SUBJ),
                        SITEID: {value: "1"}, SEX: {value: F}, COUNTRY: {value: JPN}}
            """,
        "specs/sdtm/lb.yaml": f"""\
            dataset: LB
            keys: [USUBJID, LBTESTCD]
            rows: [{{from: raw.f, where: '{where}'}}]
            variables:
              STUDYID: study.STUDYID
              DOMAIN: {{value: LB}}
              USUBJID: USUBJID
              LBSEQ: sequence()
              LBTESTCD: CODE
              LBTEST: NAME
              LBORRESU: UNIT
            """,
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "said"),
    [
        ("Aspartate Aminotransferase,U/L", "Aspartate Aminotransferase,furlong", "CODELIST_EXTENDED", 3, "furlong"),
        ("1,AST,", "1,Hemoglobin-X,", "NAME_VALUE", 3, "at most 8 capitals"),
        ("Aspartate Aminotransferase", "Alanine Aminotransferase", "NAME_PAIR", 2, "goes with several"),
    ],
)
def test_finding(build_small: BuildSmall, old: str, new: str, code: str, place: int, said: str) -> None:
    assert build_small(lab()).codes == []
    found = build_small(lab(RAW.replace(old, new, 1))).messages(code)
    assert found
    assert found[0].startswith(f"raw/f.csv:{place}: ")
    assert said in found[0]


def test_an_addition_on_record_is_no_finding(build_small: BuildSmall) -> None:
    files = lab(RAW.replace("Aspartate Aminotransferase,U/L", "Aspartate Aminotransferase,furlong", 1))
    files["specs/codelists.yaml"] = "codelists: {UNIT: {from: UNIT, add: {furlong: An eighth of a mile}}}\n"
    assert build_small(files).codes == []


def test_a_condition_that_no_record_meets(build_small: BuildSmall) -> None:
    """A blank STAT makes the comparison unknown, and unknown is not selected; SAS would keep those records."""
    built = build_small(lab(where='STAT != "NOT DONE"'))
    assert built.values("LB", "LBSEQ") == []
    assert built.messages("ROWS_NONE")[0].startswith("specs/sdtm/lb.yaml:3: warning: ROWS_NONE: none of the 3 records")

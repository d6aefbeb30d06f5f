"""time_to_event and best_overall_response in row sources: what they add, and the records they name as their source."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent

import pytest
from tests.conftest import Built, form

BuildSmall = Callable[[dict[str, str]], Built]

SUBJECTS = """\
    SUBJ,START,DEATH,LAST
    1,2020-01-01,2020-12-31,2021-01-01
    2,2020-01-01,,2020-06-30
    3,2020-01-01,,
    4,,2020-05-01,2020-05-01
    """
VISITS = """\
    SUBJ,DAY,RESP
    1,2020-03-01,PR
    1,2020-04-15,PR
    1,2020-02-01,SD
    1,2020-06-01,PD
    2,2020-03-01,SD
    2,2020-01-05,SD
    """
METHOD = """\
    time_to_event:
      start: STDT
      events:
        - {from: ADV, where: RESP == "PD", date: ADT, description: Progression}
        - {from: ADS, date: DTHDT, description: Death}
      censor:
        - {from: ADV, where: RESP != "PD", date: ADT, description: Last visit}
    """


def study(adx: str) -> dict[str, str]:
    """ADS has one record a subject, ADV one a visit; ADX is the dataset under test."""
    return {
        "specs/adam/adx.yaml": adx,
        **form("s", "SUBJ START DEATH LAST"),
        "raw/s.csv": SUBJECTS,
        **form("v", "SUBJ DAY RESP"),
        "raw/v.csv": VISITS,
        "specs/adam/ads.yaml": """\
            dataset: ADS
            keys: [USUBJID]
            rows: [{from: raw.s}]
            variables:
              USUBJID: USUBJID
              STDT: {rule: date(START), label: Start}
              DTHDT: {rule: date(DEATH), label: Death}
            """,
        "specs/adam/adv.yaml": """\
            dataset: ADV
            keys: [USUBJID, ADT]
            rows: [{from: raw.v}]
            variables:
              USUBJID: USUBJID
              ADT: date(DAY)
              RESP: {rule: RESP, label: Response}
              ASEQ: sequence()
            """,
    }


ADDED = "ADT:\n  AVAL:\n  CNSR:\n  EVNTDESC:\n  CNSDTDSC:\n  SRCDOM:\n  SRCVAR:\n  SRCSEQ:\n"


def tte(method: str = METHOD, source: str = "ADS", variables: str = ADDED) -> dict[str, str]:
    """ADX is made by the method from the source."""
    return study(
        f"dataset: ADX\nkeys: [USUBJID, PARAMCD]\nrows:\n  - from: {source}\n    parameter: {{PARAMCD: PFS}}\n"
        + indent(dedent(method), "    ")
        + f"variables:\n  USUBJID: USUBJID\n  {variables}"
    )


def test_time_to_event_names_its_record(build_small: BuildSmall) -> None:
    built = build_small(tte())
    assert built.codes == []
    assert [str(v)[:10] if v else v for v in built.values("ADX", "ADT")] == [
        "2020-06-01",
        "2020-03-01",
        "2020-01-01",
        None,
    ]
    assert built.values("ADX", "AVAL") == [153, 61, 1, None]
    assert built.values("ADX", "CNSR") == [0, 1, 1, None]
    assert built.values("ADX", "EVNTDESC") == ["Progression", None, None, None]
    assert built.values("ADX", "CNSDTDSC") == [None, "Last visit", "No assessment after the origin", None]
    assert built.values("ADX", "SRCDOM") == ["ADV", "ADV", None, None]
    assert built.values("ADX", "SRCVAR") == ["ADT", "ADT", None, None]
    assert built.values("ADX", "SRCSEQ") == [4, 2, None, None]


def test_each_source_record_has_its_own_time(build_small: BuildSmall) -> None:
    """From visits: several records of a subject, each with an origin of its own."""
    method = METHOD.replace("start: STDT", "start: ADT")
    variables = ADDED + "  STARTDT:\n"
    files = tte(method, "ADV", variables)
    files["specs/adam/adx.yaml"] = files["specs/adam/adx.yaml"].replace("[USUBJID, PARAMCD]", "[USUBJID, STARTDT]")
    built = build_small(files)
    assert built.codes == []
    assert built.values("ADX", "AVAL") == [122, 93, 48, 1, 57, 1]


def test_lineage_leads_to_the_chosen_records(build_small: BuildSmall) -> None:
    from crf2tlf.build.lineage import lineage

    built = build_small(tte())
    assert built.build is not None
    found = lineage(built.build, [built.build.datasets["ADX"]])["ADX"]
    assert found["records"]["ADS"] == {"offsets": [0, 1, 2, 3, 4], "sources": [1, 2, 3, 4]}
    assert found["records"]["ADV"] == {"offsets": [0, 1, 2, 2, 2], "sources": [4, 6]}
    assert found["variables"]["AVAL"] == ["ADS.DTHDT", "ADS.STDT", "ADV.ADT", "ADV.RESP"]
    assert found["variables"]["SRCSEQ"] == ["ADV.ASEQ"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("start: STDT", "start: STDTT"), "RULE_NAME", "STDTT"),
        (("start: STDT", "start: USUBJID"), "RULE_TYPE", "a date is wanted, 'USUBJID' is text"),
        (
            ("from: ADV, where: RESP == ", "from: ADVV, where: RESP == "),
            "SPEC_REFERENCE",
            "no dataset ADVV (did you mean ADV?)",
        ),
        (('RESP == "PD"', 'RSP == "PD"'), "RULE_NAME", "unknown name RSP"),
        (('RESP == "PD"', "RESP"), "RULE_TYPE", "where takes a condition"),
        (("date: DTHDT", "date: DTHDTT"), "RULE_NAME", "DTHDTT"),
        (("date: DTHDT", "date: USUBJID"), "RULE_TYPE", "ADS.USUBJID is text, not a date"),
    ],
)
def test_mistake(build_small: BuildSmall, change: tuple[str, str], code: str, message: str) -> None:
    built = build_small(tte(METHOD.replace(*change)))
    assert [message in text for text in built.messages(code)] == [True], [str(f) for f in built.findings]
    assert len(built.values("ADX", "AVAL")) == 4  # a draft goes on


def test_a_source_without_subjects(build_small: BuildSmall) -> None:
    files = tte(METHOD, "study.t")
    files["specs/study.yaml"] = (
        "study: T\ntitle: T\nusubjid: SUBJECT\nrelease_timestamp: 2026-01-01T00:00:00\ntables: {t: [{STDT: x}]}\n"
    )
    built = build_small(files)
    assert any("USUBJID" in m for m in built.messages("RULE_NAME"))


def test_a_finding_about_an_event_record_is_at_its_line(build_small: BuildSmall) -> None:
    built = build_small(tte(METHOD.replace('where: RESP == "PD"', "where: number(RESP) > 1")))
    places = [str(f.place) for f in built.findings if f.code == "RAW_NUMBER" and "'PD'" in f.message]
    assert places == ["raw/v.csv:5"]


def test_an_event_before_the_origin(build_small: BuildSmall) -> None:
    files = tte()
    files["raw/v.csv"] = VISITS.replace("1,2020-02-01,SD", "1,2019-02-01,PD")
    built = build_small(files)
    assert built.codes == ["EVENT_BEFORE_START"]
    assert built.findings.items[0].severity == "warning"


BOR = """\
dataset: ADX
keys: [USUBJID, PARAMCD, ADT]
rows:
  - from: ADV
    parameter: {PARAMCD: OVR}
    set: {AVALC: RESP, SRCSEQ: source_sequence(), SRCDOM: source_dataset(), SRCVAR: source_variable("AVALC")}
  - from: ADS
    parameter: {PARAMCD: BOR}
    best_overall_response:
      responses: {from: ADX, where: PARAMCD == "OVR"}
      start: STDT
      confirm_days: 28
  - from: ADX
    where: PARAMCD == "BOR" and AVALC == "PR"
    parameter: {PARAMCD: ARESP}
    set: {AVALC: {value: Y}, SRCSEQ: source_sequence(), SRCDOM: source_dataset(), SRCVAR: source_variable("ADT")}
variables:
  USUBJID: USUBJID
  ADT: ADT
  PARAMCD: {label: Parameter}
  AVALC: {label: Value}
  SRCDOM: {label: Source}
  SRCVAR: {label: Source}
  SRCSEQ: {label: Source}
  ASEQ: sequence()
"""


def test_the_source_of_a_record_in_its_own_dataset(build_small: BuildSmall) -> None:
    """ASEQ numbers the finished dataset, where BOR and what follows from it stand before the visits."""
    built = build_small(study(BOR))
    assert built.codes == []
    names = ("PARAMCD", "AVALC", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ")
    records = list(zip(*(built.values("ADX", name) for name in names), strict=True))
    assert records[:6] == [
        ("ARESP", "Y", 1, "ADX", "ADT", 2),
        ("BOR", "PR", 2, "ADX", "AVALC", 4),
        ("OVR", "SD", 3, "ADV", "RESP", 1),
        ("OVR", "PR", 4, "ADV", "RESP", 2),
        ("OVR", "PR", 5, "ADV", "RESP", 3),
        ("OVR", "PD", 6, "ADV", "RESP", 4),
    ]
    assert records[6:8] == [("BOR", "SD", 1, "ADX", "AVALC", 3), ("OVR", "SD", 2, "ADV", "RESP", 1)]


def test_an_unknown_response_is_a_finding(build_small: BuildSmall) -> None:
    files = study(BOR)
    files["raw/v.csv"] = VISITS.replace("2,2020-03-01,SD", "2,2020-03-01,??")
    built = build_small(files)
    assert [("??" in m) for m in built.messages("RULE_ARGUMENT")] == [True]


def test_source_variable_needs_a_variable(build_small: BuildSmall) -> None:
    files = study(BOR.replace('source_variable("ADT")', 'source_variable("ADTT")'))
    built = build_small(files)
    assert ["there is no variable ADTT (did you mean ADT?)" in m for m in built.messages("RULE_NAME")] == [True]

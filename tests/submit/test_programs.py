"""The listings say what is carried out, in its order; the specs go along whole; everything is ASCII."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import STUDY, WriteStudy, form

from crf2tlf.build import BuildResult, build_study
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Comparison, DatasetMetadata, Item, Method, Origin, Submission
from crf2tlf.submit.layout import layout_of
from crf2tlf.submit.plain_text import ascii_text, field, page
from crf2tlf.submit.programs import spec_texts, write_programs

FILES = {
    **form("demog", "SUBJ SEX AGE"),
    "raw/demog.csv": "SUBJ,SEX,AGE\n1,f,70\n2,m,\n",
    "specs/codelists.yaml": """\
        maps:
          SEX: {f: F, m: M}
        """,
    "specs/sdtm/dm.yaml": """\
        # Résumé
        dataset: DM
        keys: [STUDYID, USUBJID]
        rows: [{from: raw.demog}]
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: DM}
          USUBJID: USUBJID
          SUBJID: SUBJ
          SEX: {rule: SEX, map: SEX}
          AGE: number(source.AGE)
        """,
    "specs/adam/adsl.yaml": """\
        dataset: ADSL
        label: Subjects
        structure: ADSL
        keys: [USUBJID]
        comment: One record a subject
        rows: [{from: DM}]
        variables:
          USUBJID: USUBJID
          AGEGR1: {rule: '">= 65" if AGE65 else "< 65"', label: Age Group}
          AGE65: {rule: AGE >= 65, output: false}
          AGE: {rule: DM.AGE, comment: In years}
        """,
    "specs/adam/adrs.yaml": """\
        dataset: ADRS
        label: Responses
        structure: BDS
        keys: [USUBJID, PARAMCD]
        rows:
          - from: ADSL
            parameter: {PARAMCD: OLD}
            set: {AVAL: AGE}
          - from: ADRS
            where: PARAMCD == "OLD" and AVAL > study.LIMIT
            set:
              PARAMCD: {value: OLDER}
              AVAL: {rule: AVAL + 1, decimals: 1}
        variables:
          USUBJID: USUBJID
          PARAMCD:
          AVAL:
          PARAM: {by: PARAMCD, cases: {OLD: '"Age – then"'}, else: '"Older"'}
        checks:
          - {that: AVAL > 0, message: No age}
        """,
    "specs/tlf/table-1.yaml": """\
        id: table-1
        title: Table 1. Ages
        population: ALL
        rows:
          - {id: old, label: Old, count: {where: AGEGR1 == ">= 65"}, show: "{n}"}
        """,
    "specs/analysis.yaml": """\
        populations:
          ALL: {dataset: ADSL, where: AGE is not None, label: All}
        """,
}

ORIGIN = Origin("Predecessor", None, "DM.AGE")
WHERE = (Comparison("ADRS", "PARAMCD", "IN", ("OLD", "OLDER")),)


def submission(*datasets: DatasetMetadata, methods: tuple[Method, ...] = ()) -> Submission:
    return Submission("TST", "", "", False, "2020-01-01", (), datasets, (), methods, (), (), (), {})


def dataset(name: str, *items: Item) -> DatasetMetadata:
    return DatasetMetadata(name, name, name, "", "one record a subject", "Analysis", False, False, 1, (), items)


@pytest.fixture
def programs(study_folder: WriteStudy, tmp_path: Path) -> dict[str, str]:
    build = built(study_folder)
    adam = submission(
        dataset("ADSL", Item("AGE", "Age", "integer", ORIGIN, method="MT.1")),
        dataset("ADRS", Item("AVAL", "", "float", None, values=(Item("AVAL", "", "float", ORIGIN, where=WHERE),))),
        methods=(Method("MT.1", "", "Computation", "The age at consent."),),
    )
    findings = Findings()
    layout = layout_of("TST", tmp_path / "submission", findings)
    written = write_programs(build, submission(), adam, layout, findings, draft=False)
    assert not findings.items
    assert sorted(written) == sorted(layout.programs.iterdir())
    return {path.name: path.read_bytes().decode("ascii") for path in written}


def built(study_folder: WriteStudy) -> BuildResult:
    findings = Findings()
    build = build_study(study_folder(FILES), None, findings)
    assert build, [str(f) for f in findings]
    return build


def test_files(programs: dict[str, str]) -> None:
    assert sorted(programs) == [
        *("adrs.txt", "adsl.txt", "methods.txt", "order.txt", "readme.txt", "sdtm-dm.txt"),
        *("spec-adam-adrs.txt", "spec-adam-adsl.txt", "spec-analysis.txt", "spec-codelists.txt"),
        *("spec-raw-demog.txt", "spec-sdtm-dm.txt", "spec-study.txt", "spec-tlf-table-1.txt", "table-1.txt"),
    ]


def test_the_readme_names_every_file(programs: dict[str, str]) -> None:
    named = {line.split()[0] for line in programs["readme.txt"].splitlines() if ".txt " in line}
    assert named == programs.keys() - {"readme.txt"}
    assert "spec-sdtm-dm.txt                specs/sdtm/dm.yaml\n" in programs["readme.txt"]


def test_a_dataset(programs: dict[str, str]) -> None:
    """Variables are in the order of execution: AGEGR1 needs AGE65, which needs AGE."""
    assert programs["adsl.txt"] == (
        """\
Study TST

ADSL: Subjects

Spec            specs/adam/adsl.yaml
File            adsl.xpt
Structure       one record a subject
Keys            USUBJID
Records from    DM
Rules read      DM
Comment         One record a subject

RECORDS
-------

Row source 1: one record for each record of DM  [specs/adam/adsl.yaml:6]

VARIABLES, in the order in which they are worked out
----------------------------------------------------

  1. USUBJID: Unique Subject Identifier  [specs/adam/adsl.yaml:8]
     kind            text
     value           USUBJID
     uses            DM.USUBJID

  2. AGE: Age  [specs/adam/adsl.yaml:11]
     kind            number
     value           DM.AGE
     uses            ADSL.USUBJID, DM.AGE, DM.USUBJID
     origin          Predecessor: DM.AGE
     in words        The age at consent.
     comment         In years

  3. AGE65: (no label)  [specs/adam/adsl.yaml:10]
     kind            truth, used by other rules only; not in the file
     value           AGE >= 65
     uses            ADSL.AGE

  4. AGEGR1: Age Group  [specs/adam/adsl.yaml:9]
     kind            text
     value           ">= 65" if AGE65 else "< 65"
     uses            ADSL.AGE65
"""
    )


def test_stages_cases_and_checks(programs: dict[str, str]) -> None:
    text = programs["adrs.txt"]
    assert "Stage 1 of 2\n  The row sources below add theirs, then these variables, which the next stage" in text
    assert (
        """\
Row source 2: one record for each record of ADRS  [specs/adam/adrs.yaml:9]
  where           PARAMCD == "OLD" and AVAL > study.LIMIT
  PARAMCD         the constant OLDER
  AVAL            AVAL + 1
                  then rounded half up, decimals: 1
"""
        in text
    )
    assert (
        '     value           where PARAMCD is "OLD": "Age - then"\n                     otherwise: "Older"\n' in text
    )
    assert "     value           as row sources 1, 2 say\n" in text
    assert '     origin          where ADRS.PARAMCD in "OLD", "OLDER": Predecessor: DM.AGE\n' in text
    assert "Constants       study.LIMIT = 3\n" in text
    assert text.endswith("\n\nthat            AVAL > 0\nmessage         No age\n")


def test_maps_and_methods(programs: dict[str, str]) -> None:
    assert "then by the map SEX: f -> F, m -> M; another value is an error\n" in programs["sdtm-dm.txt"]
    assert "Methods called  number (see methods.txt)\n" in programs["sdtm-dm.txt"]
    assert "\nnumber(value)\n-------------\n" in programs["methods.txt"]
    assert "lookup" not in programs["methods.txt"]


def test_an_output(programs: dict[str, str]) -> None:
    assert "Population      ALL: ADSL where AGE is not None\n" in programs["table-1.txt"]
    assert '    where           AGEGR1 == ">= 65"\n  show            {n}\n' in programs["table-1.txt"]


def test_the_order_of_the_whole_build(programs: dict[str, str]) -> None:
    steps = [line.split(". ", 1)[1] for line in programs["order.txt"].splitlines() if ". " in line[:7]]
    order = [
        f"{words[0]}.{name.strip()}" for words in (s.split(None, 1) for s in steps) for name in words[1].split(",")
    ]
    for first, then in [
        ("DM.AGE", "ADSL.AGE"),
        ("ADSL.AGE65", "ADSL.AGEGR1"),
        ("ADRS@1.records", "ADRS@1.AVAL"),
        ("ADRS@1.AVAL", "ADRS.records"),
        ("ADRS.records", "ADRS.AVAL"),
    ]:
        assert order.index(first) < order.index(then)


def test_specs_go_along_whole(programs: dict[str, str], tmp_path: Path) -> None:
    for name, path in {"spec-sdtm-dm.txt": "specs/sdtm/dm.yaml", "spec-adam-adrs.txt": "specs/adam/adrs.yaml"}.items():
        restored = re.sub(r"\\u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), programs[name])
        assert restored == (tmp_path / path).read_text(encoding="utf-8")
    assert programs["spec-sdtm-dm.txt"].startswith("# R\\u00E9sum\\u00E9\n")
    assert programs["spec-study.txt"] == STUDY


def test_a_spec_without_text_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "csdrg.md").write_text("\n")
    (tmp_path / "specs" / "adrg.md").write_text("# Purpose\n")
    assert spec_texts(tmp_path / "specs") == {"specs/adrg.md": "# Purpose\n"}


def test_a_draft_says_so(study_folder: WriteStudy, tmp_path: Path) -> None:
    findings = Findings()
    layout = layout_of("TST", tmp_path / "submission", findings)
    written = write_programs(built(study_folder), submission(), None, layout, findings, draft=True)
    listings = [path for path in written if not path.name.startswith("spec-")]
    assert {path.read_text().splitlines()[1] for path in listings} == {"DRAFT: the study has errors"}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain", "plain"),
        ("1–2", "1\\u20132"),
        ("試", "\\u8A66"),
        ("😀", "\\U0001F600"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ufeffa", "a"),
        ("\x07", "\\u0007"),
        ("tab\t", "tab\t"),
    ],
)
def test_escapes(text: str, escaped: str) -> None:
    assert ascii_text(text) == escaped


def test_listings_have_plain_dashes_and_quotes() -> None:
    assert page(["1–2 − “a” … ≥ 3 × 4  ", "µ"]) == '1-2 - "a" ... >= 3 x 4\n\\u00B5\n'


def test_lines_are_broken_outside_quotes() -> None:
    rule = 'AVALC == "COMPLETE RESPONSE OF THE TARGET LESIONS" and ' * 2
    lines = field("value", rule, 5)
    assert all(line.count('"') % 2 == 0 for line in lines)
    assert [line[:21] for line in lines] == ["     value           ", " " * 21]

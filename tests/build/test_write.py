"""Datasets as files: lengths, Dataset-JSON beside transport files, pieces of large ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import STUDY, Built, form

from crf2tlf.build import BuildResult, write_datasets, written_datasets
from crf2tlf.build.transport import transport_lengths
from crf2tlf.files.dataset_json import read_dataset_json
from crf2tlf.files.xpt_check import read_back

BuildSmall = Callable[[dict[str, str]], Built]


def study(more: str = "", term: str = "TERM", raw: str = "SUBJ,TERM,DAY,N\n1,pain,2020-01-02,1\n2,rash,2020-01,2.5\n"):
    """AE with two qualifiers, and ADAE with AE's term and one of its own."""
    return {
        "specs/study.yaml": STUDY + more,
        **form("f", "SUBJ TERM DAY N"),
        "raw/f.csv": raw,
        "specs/sdtm/ae.yaml": f"""\
            dataset: AE
            keys: [STUDYID, USUBJID, AESEQ]
            rows: [{{from: raw.f}}]
            variables:
              STUDYID: study.STUDYID
              DOMAIN: {{value: AE}}
              USUBJID: USUBJID
              AESEQ: sequence()
              AETERM: {term}
              AESTDTC: DAY
            supplemental:
              NOTE: {{rule: '"a long note"', label: Note}}
            """,
        "specs/sdtm/ce.yaml": """\
            dataset: CE
            keys: [USUBJID]
            rows: [{from: raw.f}]
            variables:
              STUDYID: study.STUDYID
              DOMAIN: {value: CE}
              USUBJID: USUBJID
              CETERM: {value: x}
            supplemental:
              NOTE: {rule: '"short"', label: Remark}
            """,
        "specs/adam/adae.yaml": """\
            dataset: ADAE
            label: Adverse Events
            structure: OCCDS
            keys: [USUBJID, AESEQ]
            rows: [{from: AE, keep: [AESEQ]}]
            variables:
              USUBJID: USUBJID
              AETERM: {rule: 'AE.AETERM + " (longer)"'}
              ASTDT: {rule: date("2020-01-02"), label: Start}
              ATMN: {rule: 3600 * AESEQ, label: Time, format: TIME5.}
              AVAL: {rule: AESEQ / 8, label: Value}
            """,
    }


def built(result: Built) -> BuildResult:
    assert result.build is not None
    return result.build


def write(build: BuildResult, folder: Path, *, sdtm: bool) -> list[str]:
    paths = write_datasets(build, written_datasets(build, sdtm=sdtm), folder)
    return [path.relative_to(folder).as_posix() for path in paths]


def lengths(path: Path) -> dict[str, int]:
    return {v.name: v.length for v in read_back(path)[1].variables if v.type == "Char"}


def test_a_variable_is_as_long_in_all_datasets_as_its_longest_value_in_the_study(
    build_small: BuildSmall, tmp_path: Path
) -> None:
    files = study()
    for path, rule in {"sdtm/ae": "{value: V1}", "sdtm/ce": "{value: VISIT 10}", "adam/adae": "AE.VISIT"}.items():
        own = f"USUBJID: USUBJID\n              VISIT: {rule}"
        files[f"specs/{path}.yaml"] = files[f"specs/{path}.yaml"].replace("USUBJID: USUBJID", own)
    build = built(build_small(files))
    write(build, tmp_path, sdtm=True)
    write(build, tmp_path, sdtm=False)
    # the longest is in CE
    assert [lengths(tmp_path / f"{name}.xpt")["VISIT"] for name in ("ae", "ce", "adae")] == [8, 8, 8]
    # a longer value in an analysis dataset leaves the tabulations as they are
    assert lengths(tmp_path / "ae.xpt")["AETERM"] == len("pain")
    assert lengths(tmp_path / "adae.xpt")["AETERM"] == len("pain (longer)")
    # supplemental qualifiers have their own, by FDA's guide
    assert lengths(tmp_path / "suppae.xpt")["QVAL"] == len("a long note")
    assert lengths(tmp_path / "suppce.xpt")["QVAL"] == len("short")
    # a variable without any value
    assert lengths(tmp_path / "suppce.xpt")["QEVAL"] == 1
    # what the files say is what is planned
    planned = transport_lengths(build)
    for name in build.datasets:
        assert lengths(tmp_path / f"{name.lower()}.xpt") == {v: n for (d, v), n in planned.items() if d == name}


@pytest.mark.parametrize(
    ("term", "length", "findings"),
    [
        # a declared length is trimmed to the longest value
        ("{rule: TERM, length: 200}", 4, []),
        # a longer value is a finding
        ("{rule: TERM, length: 3}", 3, ["TEXT_LENGTH"]),
    ],
)
def test_a_declared_length_is_an_upper_bound(
    build_small: BuildSmall, term: str, length: int, findings: list[str]
) -> None:
    result = build_small(study(term=term))
    assert transport_lengths(built(result))["AE", "AETERM"] == length
    assert [code for code in result.codes if code == "TEXT_LENGTH"] == findings


def test_each_dataset_is_a_transport_file_dataset_json_and_ndjson(build_small: BuildSmall, tmp_path: Path) -> None:
    build = built(build_small(study()))
    assert write(build, tmp_path, sdtm=True) == [
        f"{name}.{suffix}" for name in ("ae", "suppae", "ce", "suppce") for suffix in ("xpt", "json", "ndjson")
    ]
    frame, dataset = read_dataset_json(tmp_path / "ae.json")
    assert (dataset.oid, dataset.study_oid, dataset.metadata_oid) == ("IG.AE", "ODM.TST", "MDV.TST.SDTM")
    assert (dataset.label, dataset.metadata_file, dataset.created.isoformat()) == (
        "Adverse Events",
        "define.xml",
        "2026-01-01T00:00:00",
    )
    columns = [(c.oid, c.data_type, c.length, c.key) for c in dataset.columns]
    assert columns == [
        ("IT.AE.STUDYID", "string", 3, 1),
        ("IT.AE.DOMAIN", "string", 2, None),
        ("IT.AE.USUBJID", "string", 5, 2),
        ("IT.AE.AESEQ", "integer", None, 3),
        ("IT.AE.AETERM", "string", 4, None),
        # one of them is a partial date, for which Dataset-JSON has no type
        ("IT.AE.AESTDTC", "string", None, None),
    ]
    assert frame["AESTDTC"].tolist() == ["2020-01-02", "2020-01"]
    pd.testing.assert_frame_equal(read_dataset_json(tmp_path / "ae.ndjson")[0], frame)


def test_dates_and_times_that_are_numbers_are_iso_8601_in_dataset_json(build_small: BuildSmall, tmp_path: Path) -> None:
    build = built(build_small(study(more="transport: {originator: The sponsor}\n")))
    write(build, tmp_path, sdtm=False)
    lines = (tmp_path / "adae.ndjson").read_text().split("\n")
    assert lines[1:3] == [
        '["TST-1","pain (longer)","2020-01-02","01:00:00",0.125,1]',
        '["TST-2","rash (longer)","2020-01-02","01:00:00",0.125,1]',
    ]
    _, dataset = read_dataset_json(tmp_path / "adae.json")
    assert [(c.name, c.data_type, c.target_type, c.display_format) for c in dataset.columns[2:5]] == [
        ("ASTDT", "date", "integer", "DATE9."),
        ("ATMN", "time", "integer", "TIME5."),
        ("AVAL", "float", None, None),
    ]
    assert dataset.originator == "The sponsor"


SUBJECTS = "SUBJ,TERM,DAY,N\n" + "".join(f"{i // 7},term {i:03d},2020-01-02,1\n" for i in range(7, 140))


def test_a_large_file_is_also_given_in_pieces(build_small: BuildSmall, tmp_path: Path) -> None:
    build = built(build_small(study(more="transport: {split_above: 3 KB}\n", raw=SUBJECTS)))
    names = write(build, tmp_path, sdtm=True)
    pieces = [name for name in names if name.startswith("split/ae")]
    assert pieces == [f"split/ae{n}.xpt" for n in range(1, len(pieces) + 1)]
    assert len(pieces) > 2
    whole, described = read_back(tmp_path / "ae.xpt")
    parts = []
    for name in pieces:
        path = tmp_path / name
        assert path.stat().st_size <= 3_000
        frame, piece = read_back(path)
        assert piece.name == path.stem.upper()
        assert (piece.label, piece.variables) == (described.label, described.variables)
        parts.append(frame)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    subjects = [set(frame["USUBJID"]) for frame in parts]
    assert sum(map(len, subjects)) == whole["USUBJID"].nunique()
    # only transport files are split
    assert {name.rpartition(".")[2] for name in names if name.startswith("split/")} == {"xpt"}


def test_pieces_are_not_made_of_files_within_the_limit(build_small: BuildSmall, tmp_path: Path) -> None:
    write(built(build_small(study(raw=SUBJECTS))), tmp_path, sdtm=True)
    assert not (tmp_path / "split").exists()


@pytest.mark.parametrize(
    ("text", "size"),
    [("5 GB", 5_000_000_000), ("500 MB", 500_000_000), ("1.5kb", 1_500), ("20000 B", 20_000)],
)
def test_sizes(build_small: BuildSmall, text: str, size: int) -> None:
    build = built(build_small(study(more=f"transport: {{split_above: {text}}}\n")))
    assert build.study.spec.transport.split_above == size


@pytest.mark.parametrize("text", ["5", "5 TB", "0 GB", "many", "-1 GB", "true"])
def test_what_is_no_size_is_a_finding(build_small: BuildSmall, text: str) -> None:
    result = build_small(study(more=f"transport: {{split_above: {text}}}\n"))
    assert ["a number with its unit" in m and "study.yaml:6" in m for m in result.messages("SPEC_MODEL")] == [True]

"""What each command does: its exit code, what it prints and what it writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from typer.testing import CliRunner

from crf2tlf.cli import app
from tests.cli.conftest import SMALL, Changed, files, removed, replaced, run, stopped, written

ROOT = Path(__file__).resolve().parents[2]
SPECS = {
    "study": ["specs/study.yaml"],
    "codelists": ["specs/codelists.yaml"],
    "form": ["specs/raw/*.yaml"],
    "dataset": ["specs/sdtm/*.yaml", "specs/adam/*.yaml"],
    "output": ["specs/tlf/*.yaml"],
    "analysis": ["specs/analysis.yaml"],
    "reconciliation": ["specs/reconciliation.yaml"],
    "conformance": ["specs/conformance.yaml"],
}
OUTPUTS = ("sdtm", "adam", "tlf")

RECONCILIATION = """\
title: Published numbers
outputs:
  Table 1:
    output: table-1
    columns: {All: all}
    rows: {Sex: {M: sex/M}}
"""
PUBLISHED = "output,section,row,column,published\nTable 1,Sex,M,All,{}\n"


@pytest.fixture
def unbuilt(tmp_path: Path) -> Path:
    """The small study without outputs."""
    shutil.copytree(SMALL, tmp_path / "study")
    return tmp_path / "study"


def made(root: Path) -> list[str]:
    return sorted(name for name in files(root) if name.startswith(OUTPUTS))


# build


@pytest.mark.parametrize(
    ("stop", "folders"), [("sdtm", {"sdtm"}), ("adam", {"sdtm", "adam"}), ("tlf", {"sdtm", "adam", "tlf"})]
)
def test_build_goes_as_far_as_it_is_told(unbuilt: Path, stop: str, folders: set[str]) -> None:
    ran = run(unbuilt, "build", stop)
    assert ran.exit_code == 0
    assert {name.split("/")[0] for name in made(unbuilt)} == folders


def test_build_writes_every_dataset_and_output(built_study: Path) -> None:
    data = {"adam/adae", "adam/adsl", "sdtm/ae", "sdtm/dm", "sdtm/mh", "sdtm/suppmh"}
    define = {
        f"{folder}/{name}" for folder in ("adam", "sdtm") for name in ("define.xml", "define2-1.xsl", "define.html")
    }
    assert set(made(built_study)) == {
        *(f"{name}.{suffix}" for name in data for suffix in ("xpt", "json", "ndjson")),
        *define,
        *("adam/lineage.json", "sdtm/ledger.csv", "sdtm/lineage.json"),
        *("tlf/listing-1.docx", "tlf/results.json", "tlf/table-1.docx", "tlf/tlf.docx", "tlf/tlf.xlsx"),
    }


def test_a_second_build_gives_the_same_bytes(changed: Changed) -> None:
    root = changed()
    before = files(root)
    assert run(root, "build").exit_code == 0
    assert files(root) == before


def test_an_output_that_is_made_no_more_goes_and_other_files_stay(changed: Changed) -> None:
    root = changed(removed("specs/tlf/listing-1.yaml"), written("tlf/notes.md", "mine"))
    assert run(root, "build").exit_code == 0
    assert "tlf/listing-1.docx" not in made(root)
    assert "tlf/notes.md" in made(root)


def test_outputs_that_cannot_be_written_are_a_finding(changed: Changed) -> None:
    root = changed(removed("sdtm/ae.xpt"), lambda root: (root / "sdtm/ae.xpt").mkdir())
    assert "a folder stands where a file is to be written" in stopped(root).finding("sdtm/ae.xpt: error: OUTPUT_FILE")


def test_raw_data_may_be_elsewhere(unbuilt: Path, tmp_path: Path) -> None:
    shutil.move(unbuilt / "raw", tmp_path / "extract")
    assert run(unbuilt, "check").exit_code == 1
    assert run(unbuilt, "--raw", str(tmp_path / "extract"), "check").exit_code == 0
    assert made(tmp_path / "extract") == []


# check


@pytest.mark.parametrize("faulty", [False, True])
def test_check_writes_nothing(unbuilt: Path, faulty: bool) -> None:
    if faulty:
        replaced("raw/ae.csv", "30-JUN-2016", "31-JUN-2016")(unbuilt)
    before = files(unbuilt)
    folders = sorted(p for p in unbuilt.rglob("*") if p.is_dir())
    ran = run(unbuilt, "check")
    assert ran.exit_code == int(faulty)
    assert ("no errors" in ran.out) is not faulty
    assert files(unbuilt) == before
    assert sorted(p for p in unbuilt.rglob("*") if p.is_dir()) == folders


def test_check_finds_what_build_finds(changed: Changed) -> None:
    root = changed(
        replaced("raw/ae.csv", "30-JUN-2016", "31-JUN-2016"), replaced("specs/tlf/table-1.yaml", "of: AGE", "of: AGEE")
    )
    assert run(root, "check").findings == run(root, "build").findings != []


# reconcile


def reconciled(changed: Changed, published: str, note: str = "") -> tuple[int, str, list[str]]:
    root = changed(
        written("specs/reconciliation.yaml", RECONCILIATION + note),
        written("specs/published.csv", PUBLISHED.format(published)),
    )
    before = files(root)
    ran = run(root, "reconcile")
    assert files(root) == before
    return ran.exit_code, ran.out, ran.findings


def test_reconcile_ends_well_when_the_published_numbers_agree(changed: Changed) -> None:
    code, out, findings = reconciled(changed, "1 (33)")
    assert "1 of 1 rows: 1 agree" in out, (out, findings)
    assert (code, findings) == (0, [])


def test_reconcile_fails_when_a_row_disagrees(changed: Changed) -> None:
    code, out, findings = reconciled(changed, "2 (67)")
    assert code == 1
    assert "published 2 (67), generated 1 (33" in out
    assert ": error: RECONCILE_DIFFERENT: " in findings[0]


def test_reconcile_takes_an_explained_row(changed: Changed) -> None:
    note = "notes: [{cells: [table-1/sex/M/all], text: The publication miscounts.}]\n"
    code, out, findings = reconciled(changed, "2 (67)", note)
    assert code == 0, findings
    assert "The publication miscounts." in out


def test_reconcile_without_published_numbers_is_no_agreement(changed: Changed) -> None:
    ran = run(changed(), "reconcile")
    assert ran.exit_code == 1
    ran.finding("specs/reconciliation.yaml: error: SPEC_REFERENCE")


# What is printed


def test_plain_lines_where_nobody_watches(changed: Changed) -> None:
    ran = run(changed(), "build")
    assert [line.split(": ")[-1] for line in ran.out.splitlines()] == [
        *("analysing", "writing files", "17 files", "10 files", "5 files")
    ]
    assert ran.err == ""
    assert "\x1b" not in ran.out


def test_verbose_shows_each_dataset_and_each_file(changed: Changed) -> None:
    root = changed()
    ran = run(root, "--verbose", "build")
    assert "building AE" in ran.out
    shown = {line for line in ran.out.splitlines() if line.startswith(str(root))}
    assert {str(root / name) for name in made(root)} <= shown


def test_findings_go_to_the_error_stream_with_their_number(changed: Changed) -> None:
    root = changed(replaced("raw/ae.csv", "13/07/2016", "13/06/2016"), written("raw/ae.txt", "x"))
    ran = run(root, "check")
    assert ran.err.splitlines()[-1] == "2 warnings"
    assert "warning" not in ran.out


def test_what_is_printed_is_the_text_itself(changed: Changed) -> None:
    """A library for terminals may take ``:100:`` or ``[red]`` for something else."""
    lines = "".join(f"01-001,{n},[red]Rash :a:,1,2016/07/05,,2,1\n" for n in range(2, 101))
    header = "SUBJID,AESPID,AETERM,AETOXGR,AESTDAT,AEENDAT,AESER,IT.AEOUT\n"
    root = changed(
        written("raw/ae.csv", f"{header}{lines}".replace("100,[red]Rash :a:,1", "100,[red]Rash :a:,[/red]:o:"))
    )
    assert "'[/red]:o:'" in stopped(root).finding("raw/ae.csv:100: error: RAW_CODE")


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Usage"),
        (["--study", "{}/none", "check"], "does not exist"),
        (["--study", "{}/specs/study.yaml", "check"], "is a file"),
        (["--study", "{}", "--raw", "{}/none", "check"], "does not exist"),
        (["--study", "{}", "build", "define"], "'define' is not one of"),
        (["--study", "{}", "build", "--mode", "final"], "'final' is not one of"),
        (["--study", "{}", "chekc"], "No such command 'chekc'"),
        (["--stduy", "{}", "check"], "No such option"),
        (["schema", "{}/specs/study.yaml"], "is a file"),
    ],
)
def test_wrong_usage_is_exit_code_2(built_study: Path, arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(app, [a.format(built_study) for a in arguments], env={"COLUMNS": "400"})
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_the_program_itself(built_study: Path, tmp_path: Path) -> None:
    """As a process of its own, in a terminal that knows ASCII only."""
    root = tmp_path / "study"
    shutil.copytree(built_study, root)
    replaced("raw/ae.csv", "02-001,1,Cough", "02-001,1,咳")(root)
    command = [sys.executable, "-m", "crf2tlf.cli", "--study", str(root), "check"]
    ended = subprocess.run(command, capture_output=True, text=True, env={"PYTHONIOENCODING": "ascii"}, check=False)
    assert ended.returncode == 1
    assert "TEXT_ASCII" in ended.stderr
    assert "Traceback" not in ended.stderr


# schema


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft202012Validator]:
    folder = tmp_path_factory.mktemp("schemas") / "made"
    result = CliRunner().invoke(app, ["schema", str(folder)])
    assert result.exit_code == 0
    found = {}
    for path in folder.iterdir():
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        found[path.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
    assert found.keys() == SPECS.keys()
    return found


def plain(path: Path) -> object:
    """A YAML file as an editor's checker sees it: a time stamp is a text there."""
    reader = YAML(typ="safe", pure=True)
    return json.loads(json.dumps(reader.load(path), default=str))


@pytest.mark.parametrize("root", [ROOT, SMALL], ids=["reference", "small"])
@pytest.mark.parametrize("kind", list(SPECS))
def test_specs_are_valid_by_the_schemas(schemas: dict[str, Draft202012Validator], kind: str, root: Path) -> None:
    for pattern in SPECS[kind]:
        for path in sorted(root.glob(pattern)):
            errors = [f"{path.name}: {e.json_path}: {e.message}" for e in schemas[kind].iter_errors(plain(path))]
            assert errors == []


def test_the_schemas_refuse_what_the_program_refuses(schemas: dict[str, Draft202012Validator]) -> None:
    study: dict[str, object] = {"study": "A", "title": "B", "usubjid": "SUBJECT", "release_timestamp": "2026-01-01"}
    assert schemas["study"].is_valid(study)
    assert not schemas["study"].is_valid({**study, "place": "x"})
    assert not schemas["study"].is_valid({**study, "titel": "x"})
    assert not schemas["dataset"].is_valid({"dataset": "ae", "keys": ["A"], "rows": [{"from": "raw.ae"}]})


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"crf2tlf {version('crf2tlf')}\n")

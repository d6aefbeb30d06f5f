"""``crf2tlf init``: flags, questions, folders that are there, raw data, and acceptance."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crf2tlf.cli import app


def init(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["init", *map(str, arguments)])


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def unframed(output: str) -> str:
    """The text of an error message without its frame, which breaks lines anywhere."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", output).split())


def test_a_new_folder(tmp_path: Path) -> None:
    ran = init(tmp_path / "demo")
    assert ran.exit_code == 0
    assert "next: cd" in ran.output
    assert "study: DEMO\n" in (tmp_path / "demo" / "specs" / "study.yaml").read_text("utf-8")
    assert (tmp_path / "demo" / "raw").is_dir()


def test_flags(tmp_path: Path) -> None:
    ran = init(tmp_path / "a b", "--study-id", "XY-1", "--title", "A trial", "--arms", "A=Drug A", "--no-input")
    assert ran.exit_code == 0
    text = (tmp_path / "a b" / "specs" / "study.yaml").read_text("utf-8")
    assert "study: XY-1\ntitle: A trial\n" in text
    assert "TSVAL: SINGLE GROUP" in text


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--study-id", "A B"], "is no study identifier"),
        (["--arms", "Drug"], "write CODE=Name"),
        (["--design", "crossover"], "crossover"),
        (["--design", "single-arm", "--arms", "A=X", "--arms", "B=Y"], "has one arm"),
        (["--raw", "nowhere"], "does not exist"),
    ],
)
def test_a_wrong_call_writes_nothing(flags: list[str], message: str, tmp_path: Path) -> None:
    ran = init(tmp_path / "demo", *flags)
    assert ran.exit_code == 2
    assert message in unframed(ran.output)
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    ran = init(tmp_path)
    assert ran.exit_code == 2
    assert "is not empty" in unframed(ran.output)
    assert files(tmp_path) == {"mine.txt"}


def test_force_adds_and_does_not_overwrite(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("mine", "utf-8")
    ran = init(tmp_path, "--force", "--study-id", "X")
    assert ran.exit_code == 0
    assert "Makefile: is there and stays as it is" in ran.output
    assert (tmp_path / "Makefile").read_text("utf-8") == "mine"
    assert (tmp_path / "specs" / "study.yaml").exists()


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A raw folder of somebody's."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "dm.csv").write_text("SUBJID,SEX,BRTHDAT\n1,Male,1960-01-31\n2,Female,1961-02-28\n", "utf-8")
    (folder / "ae.csv").write_text("SUBJID,AETERM,AESTDAT\n1,Headache,2024-01-31\n1,Nausea,2024-02-01\n", "utf-8")
    return folder


def test_raw_data_are_copied_and_specs_proposed(exports: Path, tmp_path: Path) -> None:
    study = tmp_path / "demo"
    ran = init(study, "--raw", exports)
    assert ran.exit_code == 0, ran.output
    assert "dm.csv: raw.dm, DM" in ran.output
    made = files(study)
    assert {"raw/dm.csv", "raw/ae.csv", "specs/study.yaml", "specs/proposed/proposals.md"} <= made
    assert {"specs/proposed/raw/ae.yaml", "specs/proposed/sdtm/ae.yaml", "specs/proposed/adam/adsl.yaml"} <= made
    assert [name for name in made if name.startswith(("specs/raw/", "specs/sdtm/", "specs/adam/", "specs/tlf/"))] == []
    checked = CliRunner().invoke(app, ["--study", str(study), "check"])
    assert checked.exit_code == 0
    assert "crf2tlf init . --accept sdtm/ae" in checked.output


def test_raw_data_in_an_archive(exports: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "exports.zip", "w") as archive:
        for path in exports.iterdir():
            archive.write(path, path.name)
    ran = init(tmp_path / "demo", "--raw", tmp_path / "exports.zip")
    assert ran.exit_code == 0, ran.output
    assert {"raw/dm.csv", "specs/proposed/raw/dm.yaml"} <= files(tmp_path / "demo")


def test_proposals_for_a_study_that_is_there(exports: Path, tmp_path: Path) -> None:
    study = tmp_path / "demo"
    init(study)
    before = {name: (study / name).read_bytes() for name in files(study)}
    ran = init(study, "--raw", exports)
    assert ran.exit_code == 0, ran.output
    assert {name: (study / name).read_bytes() for name in before} == before
    assert {name.split("/")[1] for name in files(study) - set(before) if name.startswith("specs")} == {"proposed"}


def test_acceptance(exports: Path, tmp_path: Path) -> None:
    study = tmp_path / "demo"
    init(study, "--raw", exports)
    ran = init(study, "--accept", "raw/ae", "--accept", "sdtm/ae.AETERM")
    assert ran.exit_code == 0
    assert "accepted: specs/raw/ae.yaml\naccepted: specs/sdtm/ae.yaml: AETERM\nstill proposed: raw/dm" in ran.output
    wrong = init(study, "--accept", "raw/aa")
    assert wrong.exit_code == 1
    assert "PROPOSAL_NAME: raw/aa is no proposal (did you mean raw/dm?)" in wrong.output


def test_study_and_arms_of_the_data(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    records = [f"XY-1,{number},{arm}" for number, arm in enumerate(["Drug,D", "Placebo,P"] * 3)]
    (exports / "dm.csv").write_text("\n".join(["STUDY,SUBJID,ARM,ARMCD", *records]) + "\n", "utf-8")
    ran = init(tmp_path / "demo", "--raw", exports)
    assert ran.exit_code == 0, ran.output
    assert "study XY-1: as STUDY of the data has it\narms D=Drug, P=Placebo: as ARM, ARMCD of the" in ran.output
    text = (tmp_path / "demo" / "specs" / "study.yaml").read_text("utf-8")
    assert "study: XY-1\n" in text
    assert "{ARMCD: P, ARM: Placebo, ARMN: 2" in text
    assert "EXAMPLE arms" not in text
    adsl = (tmp_path / "demo" / "specs" / "proposed" / "adam" / "adsl.yaml").read_text("utf-8")
    assert "TRT01PN: {rule: TRT01P, map: {Drug: 1, Placebo: 2}}" in adsl
    init(tmp_path / "own", "--raw", exports, "--study-id", "MINE", "--arms", "D=Drug")
    text = (tmp_path / "own" / "specs" / "study.yaml").read_text("utf-8")
    assert "study: MINE\n" in text
    assert "Placebo" not in text


def test_arms_that_no_data_tell_are_marked(exports: Path, tmp_path: Path) -> None:
    ran = init(tmp_path / "demo", "--raw", exports)
    assert "arms: no column tells them" in ran.output
    assert "EXAMPLE arms" in (tmp_path / "demo" / "specs" / "study.yaml").read_text("utf-8")


@pytest.mark.parametrize("content", [None, "TERM,PLACE\na,b\n"])
def test_a_folder_without_a_form_writes_nothing(content: str | None, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    if content:
        (tmp_path / "exports" / "terms.csv").write_text(content, "utf-8")
    ran = init(tmp_path / "demo", "--raw", tmp_path / "exports")
    assert ran.exit_code == 1
    assert "RAW_FILE_MISSING" in ran.output
    assert not (tmp_path / "demo").exists()


def test_accepting_says_what_else_is_needed(exports: Path, tmp_path: Path) -> None:
    (exports / "ex.csv").write_text("SUBJID,EXTRT,EXSTDAT,EXENDAT\n1,DRUG,2024-01-31,2024-02-28\n", "utf-8")
    study = tmp_path / "demo"
    init(study, "--raw", exports)
    ran = init(study, "--accept", "raw/dm", "--accept", "sdtm/dm")
    assert f"note: sdtm/dm needs EX, still a proposal: crf2tlf init {study} --accept sdtm/ex\n" in ran.output
    ran = init(study, "--accept", "sdtm/ex")
    assert f"note: sdtm/ex needs raw.ex, still a proposal: crf2tlf init {study} --accept raw/ex\n" in ran.output
    assert "note:" not in init(study, "--accept", "raw/ex").output


def test_own_data_get_no_examples_of_codelists(exports: Path, tmp_path: Path) -> None:
    init(tmp_path / "demo", "--raw", exports)
    specs = tmp_path / "demo" / "specs"
    assert "AEREL" not in (specs / "codelists.yaml").read_text("utf-8")
    assert "codelist: AEREL" not in (specs / "proposed" / "adam" / "adae.yaml").read_text("utf-8")
    init(tmp_path / "example")
    assert "AEREL" in (tmp_path / "example" / "specs" / "codelists.yaml").read_text("utf-8")

"""The main job on the reference trial, through the command line: the same bytes, the committed data, all 90 numbers."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crf2tlf import workflow
from crf2tlf.analysis.results import Results

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ("sdtm/*", "adam/*", "tlf/results.json", "tlf/reconciliation.csv")
NOT_COMMITTED = {".ndjson", ".html", ".xsl"}
"""Generated beside them and left out by .gitignore: they say again what the others say."""

pytestmark = pytest.mark.slow


def build(folder: Path, **environment: str) -> Path:
    """Copy the study into a folder and run the whole job there as a user would."""
    for part in ("specs", "raw"):
        shutil.copytree(ROOT / part, folder / part)
    command = [sys.executable, "-m", "crf2tlf.cli", "--study", str(folder), "build"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def digests(folder: Path) -> dict[str, str]:
    """A digest of every generated file."""
    files = [p for name in ("sdtm", "adam", "tlf") for p in sorted((folder / name).rglob("*")) if p.is_file()]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference trial built in a folder of its own."""
    return build(tmp_path_factory.mktemp("one"), TZ="Asia/Tokyo", PYTHONHASHSEED="1")


def test_two_builds_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """On another day, in another time zone and with another hash seed."""
    again = digests(build(tmp_path / "two", TZ="America/New_York", PYTHONHASHSEED="2"))
    assert digests(built) == again
    assert len(again) > 70


def test_the_committed_data_are_the_generated_ones(built: Path) -> None:
    for pattern in COMMITTED:
        committed = {p.name: p.read_bytes() for p in ROOT.glob(pattern) if p.suffix not in NOT_COMMITTED}
        generated = {p.name: p.read_bytes() for p in built.glob(pattern) if p.suffix not in NOT_COMMITTED}
        assert committed.keys() == generated.keys()
        differing = [name for name, content in committed.items() if generated[name] != content]
        assert differing == [], "run `make tlf` and commit what changed"


def test_all_published_numbers_are_reproduced(built: Path) -> None:
    with (built / "tlf" / "reconciliation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (ROOT / "specs" / "published.csv").open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    assert [{key: row[key] for key in published[0]} for row in rows] == published
    assert len(rows) == 90
    assert [row for row in rows if row["agrees"] != "yes"] == []
    assert sum(bool(row["note"]) for row in rows) <= 3


def test_every_output_is_there_in_every_form(built: Path) -> None:
    results = Results.model_validate(json.loads((built / "tlf" / "results.json").read_text(encoding="utf-8")))
    assert not results.draft
    for output in results.outputs:
        assert (built / "tlf" / f"{output.id}.docx").stat().st_size > 0
        assert output.footnotes[-1].startswith("Synthetic data"), output.id
        if output.kind == "figure":
            for suffix in ("png", "svg"):
                assert (built / "tlf" / "figures" / f"{output.id}.{suffix}").stat().st_size > 0
    assert (built / "tlf" / "tlf.docx").exists()
    assert (built / "tlf" / "tlf.xlsx").exists()


def test_every_number_has_the_records_behind_it(reference: workflow.Outcome) -> None:
    results = reference.results
    assert results is not None
    assert [r.id for r in results.results if r.numerator not in results.record_sets] == []
    assert [r.id for r in results.results if r.denominator not in {None, *results.record_sets}] == []
    known = {r.id for r in results.results}
    shown = {
        i
        for o in results.outputs
        if o.body.kind == "table"
        for row in o.body.rows
        for c in row.cells
        for i in c.results
    }
    assert shown <= known


def test_no_study_in_the_source() -> None:
    """Names of the drugs, the registry and the disease stand in specs and raw data only."""
    words = ("crizotinib", "alectinib", "ceritinib", "umin0", "nsclc", "cdiscpilot")
    hits = [
        f"{path}: {word}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for word in words
        if word in path.read_text(encoding="utf-8").casefold()
    ]
    assert hits == []

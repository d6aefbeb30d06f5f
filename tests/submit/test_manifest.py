"""The manifest lists every file, as sha256sum reads it, and tells every change."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.submit.manifest import verify_manifest, write_manifest

# FIPS 180-2, appendix B.1, and NIST's example of an empty message
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "submission"
    (root / "m5" / "b").mkdir(parents=True)
    (root / "m5" / "b" / "dm.xpt").write_bytes(b"abc")
    (root / "m5" / "a.xml").write_bytes(b"")
    write_manifest(root, {"study": "ABC"})
    return root


def problems(folder: Path) -> list[str]:
    findings = Findings()
    verify_manifest(folder, findings)
    assert {f.code for f in findings} <= {"SUBMIT_MANIFEST"}
    return [f"{f.place}: {f.message}" for f in findings]


def test_sums(folder: Path) -> None:
    facts = json.loads((folder / "manifest.json").read_text())
    assert facts == {
        "study": "ABC",
        "files": [
            {
                "path": "m5/a.xml",
                "size": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            },
            {
                "path": "m5/b/dm.xpt",
                "size": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            },
        ],
    }
    lines = (folder / "manifest.sha256").read_text().splitlines()
    assert [line[64:] for line in lines] == ["  m5/a.xml", "  m5/b/dm.xpt", "  manifest.json"]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not there")
def test_sha256sum_reads_it(folder: Path) -> None:
    assert subprocess.run(["sha256sum", "-c", "--quiet", "manifest.sha256"], cwd=folder, check=False).returncode == 0
    (folder / "m5" / "a.xml").write_bytes(b" ")
    ran = subprocess.run(["sha256sum", "-c", "manifest.sha256"], cwd=folder, check=False, capture_output=True)
    assert ran.returncode == 1


def test_written_twice_it_is_the_same(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("manifest.*")}
    write_manifest(folder, {"study": "ABC"})
    assert {path.name: path.read_bytes() for path in folder.glob("manifest.*")} == before


def test_a_whole_folder_has_no_findings(folder: Path) -> None:
    assert problems(folder) == []


def test_each_change_is_a_finding(folder: Path) -> None:
    (folder / "m5" / "b" / "dm.xpt").write_bytes(b"abd")
    (folder / "m5" / "a.xml").unlink()
    (folder / "m5" / "new.pdf").write_bytes(b"")
    assert problems(folder) == [
        "m5/a.xml: is in the manifest and not in the folder",
        "m5/new.pdf: is in the folder and not in the manifest",
        "m5/b/dm.xpt: has another content than the manifest says: SHA-256 "
        "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9, 3 bytes",
    ]


@pytest.mark.parametrize("text", [None, "no manifest", "\xff"])
def test_without_a_readable_manifest(folder: Path, text: str | None) -> None:
    if text is None:
        (folder / "manifest.sha256").unlink()
    else:
        (folder / "manifest.sha256").write_bytes(text.encode("latin-1"))
    assert len(problems(folder)) == 1
    assert "cannot be read" in problems(folder)[0]

"""Names in a package: those that an eCTD takes, and a finding where a name changes or two files share one."""

from __future__ import annotations

from pathlib import Path

import pytest

from crf2tlf.findings import Findings, Place
from crf2tlf.submit.layout import layout_of, unique_names


@pytest.mark.parametrize(
    ("study", "folder", "severities"),
    [
        ("ABC-123", "abc-123", []),
        ("UMIN000015984", "umin000015984", []),
        ("ABC/123", "abc-123", ["warning"]),
        ("ABC 123 (Part 2)", "abc-123-part-2", ["warning"]),
        ("試験", "study", ["warning"]),
        ("A" * 70, "a" * 64, ["warning"]),
    ],
)
def test_the_folder_of_a_study(study: str, folder: str, severities: list[str]) -> None:
    findings = Findings()
    layout = layout_of(study, Path("x"), findings)
    assert layout.tabulations.as_posix() == f"x/m5/datasets/{folder}/tabulations/sdtm"
    assert layout.analysis.as_posix() == f"x/m5/datasets/{folder}/analysis/adam/datasets"
    assert layout.programs.as_posix() == f"x/m5/datasets/{folder}/analysis/adam/programs"
    assert [f.severity for f in findings] == severities
    assert {f.code for f in findings} <= {"SUBMIT_NAME"}


def test_two_files_of_one_name() -> None:
    findings = Findings()
    files = [("specs/raw/a_b.yaml", "spec-raw-a-b.txt"), ("specs/raw/a-b.yaml", "spec-raw-a-b.txt"), ("c", "c")]
    assert unique_names(files, Place("programs"), findings) == {"specs/raw/a_b.yaml": "spec-raw-a-b.txt", "c": "c"}
    assert [str(f) for f in findings] == [
        "programs: error: SUBMIT_NAME: specs/raw/a_b.yaml and specs/raw/a-b.yaml would both be spec-raw-a-b.txt; "
        "rename one of them"
    ]

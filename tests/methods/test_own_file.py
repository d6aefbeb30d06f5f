"""A study's own methods: whatever its file does while it is read is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from crf2tlf.findings import Findings, Place
from crf2tlf.methods.own import enter_own_methods


@pytest.mark.parametrize("code", ["import sys\nsys.exit(0)", "1 / 0", "def", "raise SystemExit('done')"])
def test_a_file_that_ends_or_fails_is_a_finding(tmp_path: Path, code: str) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "methods.py").write_text(code, encoding="utf-8")
    findings = Findings()
    enter_own_methods(tmp_path, ["mine"], Place("specs/study.yaml"), findings, allowed=True)
    assert [finding.code for finding in findings] == ["METHODS_FILE"]

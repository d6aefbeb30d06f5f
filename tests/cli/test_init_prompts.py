"""`crf2tlf init` asks a person: run in a terminal of its own, with the answers typed in."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.spec import load_study


def typed(folder: Path, answers: str) -> tuple[int, str]:
    """Run the command in a terminal, type the answers, and return the exit code and what was shown."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "crf2tlf.cli", "init", str(folder)]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        os.write(mine, answers.encode())
        shown = bytearray()
        while True:
            try:
                piece = os.read(mine, 4096)
            except OSError:  # the end of a terminal, on Linux
                break
            if not piece:
                break
            shown += piece
        os.close(mine)
        return process.wait(timeout=60), shown.decode(errors="replace")


# fmt: off
ANSWERS = [
    # identifier, design, arms, title
    ("\n\n\n\n",                                              "DEMO",  {"A", "P"}),      # all defaults
    ("ABC-1\nsingle-arm\nX=Drug X\nA trial of X\n",           "ABC-1", {"X"}),
    ("\nparalel\nparallel\nA=Drug A, B=Drug B, P=Placebo\n\n", "DEMO", {"A", "B", "P"}),  # asked again
]
# fmt: on


@pytest.mark.parametrize(("answers", "study_id", "arms"), ANSWERS)
def test_answers_become_the_study(answers: str, study_id: str, arms: set[str], tmp_path: Path) -> None:
    exit_code, shown = typed(tmp_path / "demo", answers)
    assert "Traceback" not in shown
    assert exit_code == 0, shown
    findings = Findings()
    study = load_study(tmp_path / "demo", None, findings)
    assert study is not None, [str(finding) for finding in findings]
    assert study.spec.study == study_id
    assert {row.cells["ARMCD"] for row in study.spec.tables["arms"]} == arms

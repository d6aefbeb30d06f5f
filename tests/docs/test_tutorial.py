"""The tutorial is what a newcomer meets: its files are written, its commands run, and their output compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import DOCS, blocks, follow, prepare, shell, steps

TUTORIAL = DOCS / "tutorial.md"
SUBMISSION = DOCS / "submission.md"


def test_every_block_is_a_file_or_a_command() -> None:
    """A block that is neither is the one that puts the program on the path."""
    others = [b["text"] for b in blocks(TUTORIAL) if not b["path"] and b["language"] != "console"]
    assert others == ['export PATH="$PWD/.venv/bin:$PATH"\n']


@pytest.mark.slow
def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    follow(TUTORIAL, tmp_path)
    assert {"table-1.docx", "tlf.docx", "tlf.xlsx"} <= {path.name for path in (tmp_path / "tlf").iterdir()}


@pytest.mark.slow
def test_the_way_to_a_package_works_in_the_tutorials_folder(tmp_path: Path) -> None:
    prepare(SUBMISSION, tmp_path)
    for step in steps(SUBMISSION):
        if step.path:
            (tmp_path / step.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / step.path).write_text(step.text, encoding="utf-8")
    conformance = shell("crf2tlf check --conformance", tmp_path)
    assert conformance.endswith("no errors\n"), conformance
    for step in steps(SUBMISSION):
        if step.command:
            assert shell(step.command, tmp_path) == step.text, step.command

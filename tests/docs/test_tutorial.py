"""The tutorial is what a newcomer meets: its files are written, its commands run, and their output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = DOCS / "tutorial.md"
GUIDE = DOCS / "spec-language.md"
SUBMISSION = DOCS / "submission.md"
EXAMPLE = "## A complete example: laboratory data"
BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write (``path``), or a command with the output that the page shows."""

    path: str | None
    command: str
    text: str


def steps(page: str) -> list[Step]:
    """Return what a page says to do, in order."""
    found: list[Step] = []
    for block in BLOCK.finditer(page):
        if block["path"]:
            found.append(Step(block["path"], "", block["text"]))
        elif block["language"] == "console":
            for piece in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                command, _, shown = piece.partition("\n")
                found.append(Step(None, command, shown))
    return found


def shell(command: str, folder: Path) -> str:
    """Run a command with this Python's programs first on the path; return what a reader sees."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def test_every_block_is_a_file_or_a_command() -> None:
    """A block that is neither is the one that puts the program on the path."""
    blocks = list(BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")))
    others = [b["text"] for b in blocks if not b["path"] and b["language"] != "console"]
    assert others == ['export PATH="$PWD/.venv/bin:$PATH"\n']


def write(step: Step, folder: Path) -> None:
    """Write a step's file."""
    assert step.path
    target = folder / step.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(step.text, encoding="utf-8")


def follow(page: str, folder: Path) -> None:
    """Do what a page says, and compare what a reader sees."""
    for step in steps(page):
        if step.path:
            write(step, folder)
        else:
            assert shell(step.command, folder) == step.text, step.command


@pytest.mark.slow
def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    follow(TUTORIAL.read_text(encoding="utf-8"), tmp_path)
    assert {"table-1.docx", "tlf.docx", "tlf.xlsx"} <= {path.name for path in (tmp_path / "tlf").iterdir()}


@pytest.mark.slow
def test_the_guides_complete_example_builds_in_the_tutorials_folder(tmp_path: Path) -> None:
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.path:
            write(step, tmp_path)
    before, _, example = GUIDE.read_text(encoding="utf-8").partition(EXAMPLE)
    assert not steps(before)
    follow(example, tmp_path)
    assert {"raw/lab.csv", "specs/sdtm/lb.yaml", "specs/adam/adlb.yaml"} <= {step.path for step in steps(example)}


@pytest.mark.slow
def test_the_way_to_a_package_works_in_the_tutorials_folder(tmp_path: Path) -> None:
    for page in (TUTORIAL, SUBMISSION):
        for step in steps(page.read_text(encoding="utf-8")):
            if step.path:
                write(step, tmp_path)
    conformance = shell("crf2tlf check --conformance", tmp_path)
    assert conformance.endswith("no errors\n"), conformance
    for step in steps(SUBMISSION.read_text(encoding="utf-8")):
        if step.command:
            assert shell(step.command, tmp_path) == step.text, step.command

"""The tutorial is what a newcomer meets: its files are written, its commands run, and their output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write (``path``), or a command with the output that the page shows."""

    path: str | None
    command: str
    text: str


def steps() -> list[Step]:
    """Return what the page says to do, in order."""
    found: list[Step] = []
    for block in BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")):
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


@pytest.mark.slow
def test_the_tutorial_works_as_written(tmp_path: Path) -> None:
    for step in steps():
        if step.path:
            target = tmp_path / step.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step.text, encoding="utf-8")
        else:
            assert shell(step.command, tmp_path) == step.text, step.command
    assert {"table-1.docx", "tlf.docx", "tlf.xlsx"} <= {path.name for path in (tmp_path / "tlf").iterdir()}

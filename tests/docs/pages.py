"""The pages of the documentation as things to do: files to write, commands to run with what they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "reference")
BLOCK = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
START = re.compile(r"<!-- The test of this page starts from: (\S+) -->")
ANYTHING = "…\n"
"""A line of a command's output on a page that stands for any lines."""


@dataclass(frozen=True)
class Step:
    """A file to write (``path``), or a command with the output that the page shows."""

    path: str | None
    command: str
    text: str


def blocks(page: Path) -> list[re.Match[str]]:
    """Return the fenced blocks of a page."""
    return list(BLOCK.finditer(page.read_text(encoding="utf-8")))


def steps(page: Path) -> list[Step]:
    """Return what a page says to do, in order."""
    found: list[Step] = []
    for block in blocks(page):
        if block["path"]:
            found.append(Step(block["path"], "", block["text"]))
        elif block["language"] == "console":
            for piece in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                command, _, shown = piece.partition("\n")
                found.append(Step(None, command, shown))
    return found


def start(page: Path) -> Path | None:
    """Return where the test of a page starts: a study folder, or a page whose files are written first."""
    found = START.search(page.read_text(encoding="utf-8"))
    return ROOT / found[1] if found else None


def prepare(page: Path, folder: Path) -> None:
    """Put into a folder what a page starts from."""
    origin = start(page)
    if origin is None:
        return
    if origin.is_dir():
        for name in ("specs", "raw"):
            if (origin / name).exists():
                shutil.copytree(origin / name, folder / name)
        return
    prepare(origin, folder)
    for step in steps(origin):
        if step.path:
            write(step, folder)


def write(step: Step, folder: Path) -> None:
    """Write a step's file."""
    assert step.path
    target = folder / step.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(step.text, encoding="utf-8")


def follow(page: Path, folder: Path) -> None:
    """Do what a page says, and compare what a reader sees."""
    prepare(page, folder)
    for step in steps(page):
        if step.path:
            write(step, folder)
        else:
            seen = shell(step.command, folder)
            assert is_shown(step.text, seen), f"$ {step.command}\n{seen}\nThe page shows:\n{step.text}"


def is_shown(page: str, seen: str) -> bool:
    """Whether a page shows what is seen; its line … stands for any lines."""
    pattern = ".*".join(re.escape(part) for part in page.split(ANYTHING))
    return re.fullmatch(pattern, seen, re.DOTALL) is not None


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

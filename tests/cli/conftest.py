"""The command line on a temporary copy of a small study, with something changed in it."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crf2tlf.cli import app

SMALL = Path(__file__).parent / "study"
ENCODINGS = {"raw/diagnosis.csv": "cp932"}

Edit = Callable[[Path], None]
"""Something that is done to a study folder."""


def replaced(file: str, old: str, new: str) -> Edit:
    """Replace a text that stands in a file (the first one)."""

    def edit(root: Path) -> None:
        path, encoding = root / file, ENCODINGS.get(file, "utf-8")
        text = path.read_bytes().decode(encoding)
        assert old in text, f"{file} does not hold {old!r}"
        path.write_bytes(text.replace(old, new, 1).encode(encoding))

    return edit


def written(file: str, content: bytes | str) -> Edit:
    """Write a whole file."""

    def edit(root: Path) -> None:
        (root / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    return edit


def removed(file: str) -> Edit:
    """Remove a file or a folder."""

    def edit(root: Path) -> None:
        path = root / file
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return edit


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    exit_code: int
    out: str
    err: str

    @property
    def findings(self) -> list[str]:
        """The findings it printed, one a line."""
        return [line for line in self.err.splitlines() if ": error: " in line or ": warning: " in line]

    def finding(self, start: str) -> str:
        """The one finding that begins so (place, severity and code)."""
        found = [line for line in self.findings if line.startswith(f"{start}: ")]
        assert len(found) == 1, f"{start} among:\n{self.err}"
        return found[0]


def run(root: Path, *arguments: str) -> Ran:
    """Run the command line on a study; an exception that is no exit is a failure with its traceback."""
    result = CliRunner().invoke(app, ["--study", str(root), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        pytest.fail("".join(traceback.format_exception(result.exception)))
    assert "Traceback" not in result.output
    return Ran(result.exit_code, result.stdout, result.stderr)


def files(root: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def built_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study with its outputs, built once; not to be changed."""
    root = tmp_path_factory.mktemp("built") / "study"
    shutil.copytree(SMALL, root)
    ran = run(root, "build")
    assert (ran.exit_code, ran.findings) == (0, []), ran.err
    return root


Changed = Callable[..., Path]


@pytest.fixture
def changed(built_study: Path, tmp_path: Path) -> Changed:
    """Copy the built study and change something in it."""

    def change(*edits: Edit) -> Path:
        root = tmp_path / "study"
        shutil.copytree(built_study, root)
        for edit in edits:
            edit(root)
        return root

    return change


def stopped(root: Path) -> Ran:
    """Build in submission mode, which must stop with exit code 1 and leave every file of the folder as it was."""
    before = files(root)
    ran = run(root, "build")
    assert ran.exit_code == 1, ran.err
    assert files(root) == before
    return ran


def assert_says(line: str, words: tuple[str, ...]) -> None:
    """Assert that a finding says what was found and what was expected."""
    for word in words:
        assert word in line, f"{word!r} is not in: {line}"

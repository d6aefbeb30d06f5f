"""What docs/architecture.md promises of the source: imports point downwards, files and functions are short, and no
study is known to the program.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.spec import load_study

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "crf2tlf"
FILES = sorted(SOURCE.rglob("*.py"))

# Lowest first; rooms of one line may import each other only as DIRECTIONS says.
ROOMS = [
    ["findings"],
    ["spec"],
    ["standards"],
    ["files"],
    ["methods", "rules"],
    ["build"],
    ["compare"],
    ["simulate"],
    ["propose"],
    ["statistics"],
    ["analysis"],
    ["display"],
    ["metadata"],
    ["workbook"],
    ["conform"],
    ["define"],
    ["documents"],
    ["submit"],
    ["trace"],
    ["review"],
    ["workflow"],
    ["cli"],
]
DIRECTIONS = {("rules", "methods")}
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}

STUDIES = [ROOT, ROOT / "tests" / "studies" / "pilot", ROOT / "examples" / "two-arm"]

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def room_of(path: Path) -> str:
    """The room that a source file is in: its folder under crf2tlf, or the file itself."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms that a file imports, inside functions too, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names = [node.module] if node.module != "crf2tlf" else [f"crf2tlf.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("crf2tlf."):
                yield name.split(".")[1], node.lineno


def test_every_room_is_in_the_order() -> None:
    assert {room_of(path) for path in FILES} <= {*LEVEL, "__init__"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_imports_point_downwards(path: Path) -> None:
    here = room_of(path)
    for there, line in imported_rooms(path):
        downwards = there == here or (here, there) in DIRECTIONS or LEVEL[there] < LEVEL[here]
        assert downwards, f"{path.relative_to(ROOT)}:{line}: {here} imports {there}"


def test_statistics_import_nothing_of_the_package() -> None:
    files = [path for path in FILES if room_of(path) == "statistics"]
    assert {room for path in files for room, _ in imported_rooms(path)} == {"statistics"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def study_names(root: Path) -> set[str]:
    """Names of a study: its identifiers, the words of its arms' names, and the drugs that its maps list."""
    study = load_study(root, None, Findings())
    assert study is not None
    texts = [study.spec.study, study.spec.protocol or ""]
    texts += [record.cells.get("ARM") or "" for record in study.spec.tables.get("arms", ())]
    texts += [text for pair in study.codelists.maps.get("DRUG", {}).items() for text in pair if text]
    words = {word.casefold() for text in texts for word in re.findall(r"[A-Za-z]\w{4,}", text)}
    return words - GENERAL


GENERAL = {"placebo", "screen", "failure"}
"""Words of arms that belong to no study."""


@pytest.mark.parametrize("study", STUDIES, ids=lambda p: p.name)
def test_no_study_or_drug_is_named_in_the_source(study: Path) -> None:
    names = study_names(study)
    assert names
    for path in FILES:
        words = set(re.findall(r"\w+", path.read_text(encoding="utf-8").casefold()))
        assert not words & names, f"{path.relative_to(ROOT)} names {', '.join(sorted(words & names))}"

"""Every page of the documentation: its commands are run, its files and YAML blocks are taken by the program."""

from __future__ import annotations

import itertools
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from crf2tlf.cli import app
from crf2tlf.findings import Findings
from crf2tlf.spec.located import load_yaml
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.schema import SCHEMAS
from crf2tlf.spec.validation import validate

from .pages import BLOCK, DOCS, PAGES, ROOT, blocks, follow, is_shown, start

FOLLOWED_ELSEWHERE = {"tutorial.md", "submission.md"}
MADE_BY_MAKE = re.compile(r"^([a-z]+(?: [a-z]+)*):(?!=)", re.MULTILINE)


def named(page: Path) -> str:
    """A page's name under docs."""
    return page.relative_to(DOCS).as_posix()


WITH_COMMANDS = [page for page in PAGES if any(b["language"] == "console" for b in blocks(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in WITH_COMMANDS if named(p) not in FOLLOWED_ELSEWHERE], ids=named)
def test_the_page_works_as_written(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_where_a_page_starts_exists(page: Path) -> None:
    origin = start(page)
    assert origin is None or origin.exists()


# YAML blocks: a whole spec, keys of one, or parts of a list or mapping that a spec has

DATASET = "dataset: XX\nstructure: BDS\nkeys: [USUBJID]\nrows: [{from: raw.xx}]\n"
FORM = "form: xx\nfile: xx.csv\nsubject: SUBJID\n"
STUDY = "study: X-1\ntitle: A study\nusubjid: SUBJECT\nrelease_timestamp: 2026-01-01T00:00:00\n"
OUTPUT = "id: x\ntitle: A title\n"
ROWS = "rows: [{label: A row}]\n"
WRAPPERS: list[tuple[str, str, str]] = [
    *((kind, "", "") for kind in SCHEMAS),
    ("study", STUDY, ""),
    ("form", FORM + "columns: {SUBJID: Subject}\n", ""),
    ("form", FORM, ""),
    ("form", FORM + "columns:\n  SUBJID: Subject\n", "  "),
    ("dataset", DATASET + "variables:\n", "  "),
    ("dataset", DATASET, ""),
    ("dataset", "dataset: XX\nkeys: [USUBJID]\n", ""),
    ("dataset", "dataset: XX\nkeys: [USUBJID]\nvariables: {USUBJID: USUBJID}\n", ""),
    ("dataset", "dataset: XX\nkeys: [USUBJID]\nvariables: {USUBJID: USUBJID}\nrows:\n- from: raw.xx\n", "  "),
    ("dataset", "dataset: XX\nkeys: [USUBJID]\nvariables: {USUBJID: USUBJID}\nrows:\n", "  "),
    ("output", OUTPUT, ""),
    ("output", OUTPUT + ROWS, ""),
    ("output", OUTPUT + "rows:\n", "  "),
    ("output", OUTPUT + "rows:\n- ", "  "),
    ("output", OUTPUT + ROWS + "columns:\n", "  "),
    ("output", OUTPUT + ROWS + "columns:\n- ", "  "),
]


def yaml_blocks() -> Iterator[tuple[str, str]]:
    """Yield each YAML block that is no file of a study followed by a test, with where it stands."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            if block["language"] == "yaml":
                yield f"{named(page)}:{text.count(chr(10), 0, block.start('text')) + 1}", block["text"]


def taken(kind: str, text: str, folder: Path) -> list[str]:
    """Load a text as a spec of a kind; return what is wrong with it."""
    path, findings = folder / "example.yaml", Findings()
    path.write_text(text, encoding="utf-8")
    tree: Any = load_yaml(path, path.name, findings)
    model: type[SpecModel] = SCHEMAS[kind]
    if tree is not None:
        validate(model, tree, findings)
    return [str(finding) for finding in findings]


@pytest.mark.parametrize(("place", "text"), list(yaml_blocks()), ids=[place for place, _ in yaml_blocks()])
def test_a_yaml_block_is_a_spec_or_a_part_of_one(place: str, text: str, tmp_path: Path) -> None:
    """Each top-level part of a block is taken in some place of some spec; … stands for more of a list or mapping."""
    text = textwrap.dedent(text).replace(", …]", "]").replace(", …}", "}").replace(": …", ": X")
    pieces = [text] if _fits(text, tmp_path) else re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    pieces = [piece for piece in pieces if re.sub(r"#.*", "", piece).strip()]
    refused = [piece for piece in pieces if not _fits(piece, tmp_path)]
    assert not refused, f"{place}: no spec takes\n{refused[0]}"


def _fits(text: str, folder: Path) -> bool:
    indented = {before: "".join(f"{before}{line}" for line in text.splitlines(keepends=True)) for before in ("", "  ")}
    for kind, top, before in WRAPPERS:
        body = indented[before].lstrip() if top.endswith("- ") else indented[before]
        if not taken(kind, top + body, folder):
            return True
    return False


# Commands that a page only shows


def shown_commands() -> Iterator[tuple[str, str]]:
    """Yield the commands of the program in blocks that are not run, and in the text."""
    for page in (ROOT / "README.md", *PAGES):
        name = page.relative_to(ROOT).as_posix()
        for block in blocks(page):
            if block["language"] in ("", "sh"):
                lines = [re.sub(r"\s{2,}.*|\s#.*", "", line).strip() for line in block["text"].splitlines()]
                yield from ((name, line) for line in lines if re.match(r"(crf2tlf|make) ", line))
        prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
        yield from ((name, text) for text in re.findall(r"`((?:crf2tlf|make) [^`\n]+)`", prose))


def spellings(usage: str) -> list[str]:
    """Return the commands that a line of usage stands for: ``a|b`` one of them, brackets what may be left out."""
    plain = re.sub(r"[\[\]…]", " ", usage)
    words = [word.split("|") for word in shlex.split(plain)]
    return [" ".join(chosen) for chosen in itertools.islice(itertools.product(*words), 8)]


@pytest.mark.parametrize(("page", "usage"), sorted(set(shown_commands())))
def test_a_command_that_is_shown_exists(page: str, usage: str) -> None:
    if usage.startswith("make "):
        targets = " ".join(MADE_BY_MAKE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))).split()
        assert usage.split()[1] in targets, page
        return
    for command in spellings(usage.replace("&&", "")):
        _parse(typer.main.get_command(app), shlex.split(command)[1:])


def _parse(command: Any, words: list[str]) -> None:
    """Check options and names of commands, without running anything."""
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    flags = {name: option.is_flag for option in options for name in option.opts}
    left = list(words)
    while left:
        word = left.pop(0)
        if word.startswith("-") and word != "-":
            assert word in {*flags, "--help"}, f"no such option: {word}"
            if not flags.get(word, True) and left:
                left.pop(0)
        elif hasattr(command, "commands"):
            assert word in command.commands, f"no such command: {word}"
            _parse(command.commands[word], left)
            return


# The checks themselves can fail


@pytest.mark.parametrize(
    ("page", "seen", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n…\nd\n", "a\nb\n", False),
    ],
)
def test_what_is_shown_is_compared(page: str, seen: str, same: bool) -> None:
    assert is_shown(page, seen) is same


@pytest.mark.parametrize("usage", ["crf2tlf biuld", "crf2tlf build --moed draft", "crf2tlf check --confromance"])
def test_a_wrong_command_is_found(usage: str) -> None:
    with pytest.raises(AssertionError):
        _parse(typer.main.get_command(app), shlex.split(usage)[1:])


def test_a_wrong_block_is_found(tmp_path: Path) -> None:
    assert not _fits("AESTDTC: {rlue: iso8601(AESTDAT)}\n", tmp_path)
    assert not _fits("rows:\n  - {form: raw.ae}\n", tmp_path)

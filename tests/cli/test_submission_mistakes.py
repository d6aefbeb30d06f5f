"""Mistakes on the way to a package: each is a finding that says where and what to do, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Changed, Edit, assert_says, run, written

CHECK, DRAFT = ("check", "--conformance"), ("package", "--mode", "draft")


def folder(path: str) -> Edit:
    """Make a folder."""
    return lambda root: (root / path).mkdir(parents=True)


@pytest.mark.parametrize(
    ("command", "edit", "start", "words"),
    [
        (
            CHECK,
            folder("conformance.xlsx"),
            "conformance.xlsx: error: OUTPUT_FILE",
            ("directory", "make the place free"),
        ),
        (
            DRAFT,
            written("submission", "x"),
            "submission: error: OUTPUT_FILE",
            ("a file stands where a folder is needed",),
        ),
        (
            DRAFT,
            folder("submission/manifest.json"),
            "submission/manifest.json: error: OUTPUT_FILE",
            ("a folder stands",),
        ),
    ],
)
def test_a_mistake_is_a_finding(
    changed: Changed, command: tuple[str, ...], edit: Edit, start: str, words: tuple[str, ...]
) -> None:
    ran = run(changed(edit), *command)
    assert ran.exit_code == 1
    assert_says(ran.finding(start), words)


def test_the_place_of_an_output_is_not_that_of_the_folder_where_it_waits(
    changed: Changed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied", str(root / ".submission-ab_1.staged"))

    root: Path = changed()
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert run(root, *DRAFT).finding("submission: error: OUTPUT_FILE")


def test_findings_of_conformance_end_with_what_to_do(changed: Changed) -> None:
    last = run(changed(), *CHECK).err.splitlines()[-1]
    assert last == "findings of conformance: correct them, or say in specs/conformance.yaml why they remain"

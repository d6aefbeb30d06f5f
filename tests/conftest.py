"""Study folders made of small texts, for tests of the rule language, the engine and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import settings

from crf2tlf.build import BuildResult, build_study
from crf2tlf.findings import Findings

# Property tests draw the same examples in every run, and a slow machine does not fail them.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Files go to the workers of xdist in the order of the tests; by itself it takes those with most tests first."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, so that no worker is left with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


STUDY = """\
study: TST
title: A test study
usubjid: '"TST-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
constants: {LIMIT: 3, WORD: hello}
"""


@dataclass(frozen=True)
class Built:
    """A build of a small study: its datasets as lists, its findings as texts."""

    build: BuildResult | None
    findings: Findings

    def values(self, dataset: str, variable: str) -> list[object]:
        """The values of a variable in the order of the records; missing ones are None."""
        assert self.build is not None, [str(f) for f in self.findings]
        column = self.build.datasets[dataset].frame[variable]
        return [None if value is None or value != value else value for value in column.astype(object)]

    @property
    def codes(self) -> list[str]:
        """The codes of the findings."""
        return [f.code for f in self.findings]

    def messages(self, code: str) -> list[str]:
        """The findings of a code as they are printed."""
        return [str(f) for f in self.findings if f.code == code]


WriteStudy = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def study_folder(tmp_path: Path) -> WriteStudy:
    """Write a study folder from texts by path; study.yaml is given unless a test writes its own."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in {"specs/study.yaml": STUDY, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


BuildStudy = Callable[[Mapping[str, str]], Built]


@pytest.fixture
def build_small(study_folder: WriteStudy) -> BuildStudy:
    """Write a study folder and build its datasets in memory."""

    def build(files: Mapping[str, str]) -> Built:
        findings = Findings()
        return Built(build_study(study_folder(files), None, findings), findings)

    return build


def form(name: str, columns: str, subject: str = "SUBJ", more: str = "") -> dict[str, str]:
    """A form spec with plain columns, as a file of a study folder."""
    listed = "".join(f"  {column}: {column.title()}\n" for column in columns.split())
    text = f"form: {name}\nfile: {name}.csv\nsubject: {subject}\ncolumns:\n{listed}{dedent(more)}"
    return {f"specs/raw/{name}.yaml": text}

"""Sections of the analysis data reviewer's guide on each dataset, and on the programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version

import pandas as pd

from crf2tlf.build.result import BuildResult
from crf2tlf.documents.facts import comment_of, in_words, sources, subjects
from crf2tlf.documents.guide_parts import listed
from crf2tlf.documents.model import Block, Column, Section, Text, paragraph, table
from crf2tlf.metadata.model import AnalysisDisplay, DatasetMetadata, Submission


def dataset_sections(build: BuildResult, submission: Submission) -> Section:
    """Return the overview of the analysis datasets and a section on each."""
    return Section(
        "Analysis Dataset Descriptions",
        sections=(
            Section("Overview", (_overview(submission),)),
            Section(
                "Analysis Datasets",
                (_table(build, submission),),
                tuple(_dataset(build, submission, dataset) for dataset in submission.datasets),
            ),
        ),
    )


def _overview(submission: Submission) -> Block:
    """Tell how many datasets and outputs there are, and of how many the define file has results metadata."""
    datasets, outputs = len(submission.datasets), len(submission.displays)
    described = sum(bool(display.results) for display in submission.displays)
    if not outputs:
        return paragraph(f"There are {datasets} analysis datasets.")
    which = "each" if described == outputs else f"the {described} that show results of analyses"
    return paragraph(
        f"There are {datasets} analysis datasets. {outputs} tables, listings and figures are made from them"
        + (f"; define.xml has the analysis results metadata of {which}." if described else ", all without analyses.")
    )


def _title(dataset: DatasetMetadata) -> str:
    return f"{dataset.name} – {dataset.label}"


def _id(dataset: DatasetMetadata) -> str:
    return f"dataset-{dataset.name.lower()}"


def _class(dataset: DatasetMetadata) -> str:
    return dataset.observation_class.capitalize() + (f" ({dataset.subclass.lower()})" if dataset.subclass else "")


def _table(build: BuildResult, submission: Submission) -> Block:
    columns = (
        Column("Dataset", 3),
        Column("Class", 2.2),
        Column("Structure", 4),
        Column("Records", 1.2, "right"),
        Column("Subjects", 1.2, "right"),
    )
    rows = [
        (
            Text(_title(dataset), link=f"#{_id(dataset)}"),
            _class(dataset),
            dataset.structure,
            str(dataset.records),
            _number(subjects(build, dataset.name)),
        )
        for dataset in submission.datasets
    ]
    return table(columns, rows)


def _number(number: int | None) -> str:
    return "–" if number is None else str(number)


def _dataset(build: BuildResult, submission: Submission, dataset: DatasetMetadata) -> Section:
    made_of = in_words(build, sources(build, dataset.name))
    text = f"{_class(dataset)}. {dataset.structure}. Keys: {listed(dataset.keys)}. Source: {made_of}."
    comment = comment_of(submission, dataset.comment) or build.study.adam[dataset.name].comment
    used = [display.name for display in submission.displays if _uses(submission, display.id, dataset.name)]
    blocks = [
        paragraph(text),
        *([paragraph(comment)] if comment else []),
        *([paragraph(f"Shown in: {listed(used)}.")] if used else []),
        *_parameters(build.datasets[dataset.name].frame),
    ]
    return Section(_title(dataset), tuple(blocks), id=_id(dataset), aliases=(dataset.name,))


def _uses(submission: Submission, display: str, dataset: str) -> bool:
    results = next(shown.results for shown in submission.displays if shown.id == display)
    return any(used.dataset == dataset for result in results for used in result.datasets)


def _parameters(frame: pd.DataFrame) -> Iterator[Block]:
    """Yield the parameters of a dataset with their numbers of records and subjects."""
    if not {"PARAMCD", "PARAM", "USUBJID"} <= set(frame):
        return
    order = ["PARAMN", "PARAMCD"] if "PARAMN" in frame else ["PARAMCD"]
    groups = frame.groupby([*order, "PARAM"], sort=True, dropna=False)["USUBJID"].agg(["size", "nunique"]).reset_index()
    rows = [
        (str(code), str(name), str(records), str(of))
        for code, name, records, of in groups[["PARAMCD", "PARAM", "size", "nunique"]].to_numpy()
    ]
    columns = (
        Column("PARAMCD", 1.2),
        Column("PARAM", 5),
        Column("Records", 1.1, "right"),
        Column("Subjects", 1.1, "right"),
    )
    yield table(columns, rows, "Parameters")


# 7 Programs


def _named(display: AnalysisDisplay) -> str:
    """Return a display's title, with its name where the title does not begin with it."""
    return display.title if display.title.startswith(display.name) else f"{display.name}: {display.title}"


def programs_section(submission: Submission, programs: Mapping[str, str]) -> Section:
    """Return what the programs are, and which file holds which; ``programs`` by the name of a dataset or output."""
    text = (
        "Datasets and outputs are made by the specifications of the study: YAML files that crf2tlf carries out. The "
        "folder programs holds the specifications as they are and, for each dataset and each output, a listing of its "
        f"program in readable form. The version of crf2tlf is {version('crf2tlf')}."
    )
    columns = (Column("Program", 2), Column("What it makes", 5))
    datasets = [(d.name, _title(d)) for d in submission.datasets]
    outputs = [(display.id, _named(display)) for display in submission.displays]
    inner = []
    for title, made in (("ADaM Programs", datasets), ("Analysis Output Programs", outputs)):
        rows = [(Text(programs.get(name, name), code=True), what) for name, what in made]
        inner.append(Section(title, (table(columns, rows),) if rows else (paragraph("None."),)))
    methods = Section(
        "Macro Programs",
        (
            paragraph(
                "There are no macros. The methods that rules call are those of crf2tlf; what each of them does is told "
                "in define.xml with the variables that use it, and in full in methods.txt in the folder programs."
            ),
        ),
    )
    return Section("Submission of Programs", sections=(Section("Description", (paragraph(text),)), *inner, methods))

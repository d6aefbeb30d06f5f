"""Facts of datasets that the guides tell: how large they are, where records come from, what rules look into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crf2tlf.build.metadata import variable_names
from crf2tlf.build.planned import PlannedSource
from crf2tlf.build.result import BuildResult
from crf2tlf.metadata.model import DatasetMetadata, Submission
from crf2tlf.rules.scope import Ref

_SUPPLEMENT = "SUPP"


def subjects(build: BuildResult, dataset: str) -> int | None:
    """Return how many subjects have records in a dataset; None where its records are of no subject."""
    frame = build.datasets[dataset].frame
    return int(frame["USUBJID"].nunique()) if "USUBJID" in frame and frame["USUBJID"].notna().any() else None


def is_supplement(dataset: str) -> bool:
    """Whether a dataset holds supplemental qualifiers of another one."""
    return dataset.startswith(_SUPPLEMENT)


def parent_of(dataset: str) -> str:
    """Return the dataset whose qualifiers a supplemental dataset holds."""
    return dataset.removeprefix(_SUPPLEMENT)


def sources(build: BuildResult, dataset: str) -> list[str]:
    """Return what a dataset's records are made of: ``raw.<form>``, ``study.<table>``, datasets; helpers followed."""
    return list(dict.fromkeys(_sources(build, dataset, {dataset})))


def _sources(build: BuildResult, dataset: str, seen: set[str]) -> Iterator[str]:
    for table, planned in build.plan.sources.items():
        if table.split("@")[0] != dataset:
            continue
        for source in planned:
            name = source.table.split("@")[0]
            spec = build.study.datasets.get(name)
            if spec is None or (spec.output and name != dataset):
                yield name
            elif name not in seen:
                seen.add(name)
                yield from _sources(build, name, seen)


def needs(build: BuildResult, dataset: str) -> list[str]:
    """Return the other datasets, forms and design tables that the rules and row sources of a dataset name."""
    tables = {source.table for table, planned in _stages(build, dataset) for source in planned}
    for table, planned in _stages(build, dataset):
        for source in planned:
            tables |= {need.table for need in (source.where.needs if source.where else ())}
            tables |= {need.table for need in source.method_needs}
        for name in variable_names(build.study.datasets[dataset]):
            variable = build.plan.variables.get(Ref(table, name))
            tables |= {need.table for need in variable.needs} if variable else set()
    return sorted({name for table in tables if (name := table.split("@")[0]) and name != dataset})


def _stages(build: BuildResult, dataset: str) -> list[tuple[str, tuple[PlannedSource, ...]]]:
    return [(table, planned) for table, planned in build.plan.sources.items() if table.split("@")[0] == dataset]


def in_words(build: BuildResult, tables: Iterable[str]) -> str:
    """Return tables of the lineage in words: forms by their labels, datasets, and design tables of study.yaml."""
    named = [(kind, name) for table in tables for kind, _, name in [table.rpartition(".")]]
    forms = [build.study.forms[name].label or name for kind, name in named if kind == "raw"]
    datasets = [name for kind, name in named if not kind]
    design = [name for kind, name in named if kind == "study"]
    parts = [
        f"{what}{'s' if len(names) > 1 else ''} {', '.join(names)}"
        for what, names in (("form", forms), ("dataset", datasets), ("design table", design))
        if names
    ]
    return "; ".join(parts) or "none"


def comment_of(submission: Submission, identifier: str | None) -> str:
    """Return the text of a comment, empty without one."""
    return next((comment.text for comment in submission.comments if comment.id == identifier), "")


def core_variables(submission: Submission) -> list[str]:
    """Return the variables of ADSL that every other analysis dataset has too, as ADSL lists them."""
    by_name = {dataset.name: {item.name for item in dataset.items} for dataset in submission.datasets}
    others = [names for name, names in by_name.items() if name != "ADSL"]
    adsl = next((dataset for dataset in submission.datasets if dataset.name == "ADSL"), None)
    if adsl is None or not others:
        return []
    return [item.name for item in adsl.items if all(item.name in names for names in others)]


def label_of(dataset: DatasetMetadata, variable: str) -> str:
    """Return the label of a variable."""
    return next(item.label for item in dataset.items if item.name == variable)

"""The program of a table, figure or listing, to be read: its analyses in words, and the spec that carries them out."""

from __future__ import annotations

from collections.abc import Iterator

from crf2tlf.metadata.model import AnalysisDataset, AnalysisDisplay, AnalysisResult
from crf2tlf.spec import Study
from crf2tlf.spec.output import ColumnSpec, OutputSpec
from crf2tlf.submit.dataset_program import where_words
from crf2tlf.submit.plain_text import fields, heading
from crf2tlf.submit.written_spec import one_line, spec_lines

_IN_HEAD = frozenset({"id", "title", "population"})


def output_listing(study: Study, spec: OutputSpec, display: AnalysisDisplay | None) -> Iterator[str]:
    """Yield the lines of the listing of an output's program; ``display`` is its analysis results metadata."""
    yield f"{spec.id}: {one_line(spec.title)}"
    yield ""
    yield from fields([("Spec", spec.place.file), ("Population", _population(study, spec.population))])
    if display and display.results:
        yield from heading("ANALYSES, as in the analysis results metadata")
        for result in display.results:
            yield ""
            yield from fields(_result(result))
    yield from heading("SPEC")
    yield ""
    yield from spec_lines(spec, _IN_HEAD)
    shared = study.analysis.columns.get(spec.columns) if isinstance(spec.columns, str) else None
    if shared:
        yield from heading(f"COLUMNS {spec.columns}, which several outputs share")
        yield ""
        yield from _columns(shared)


def _columns(columns: tuple[ColumnSpec, ...]) -> Iterator[str]:
    for number, column in enumerate(columns, start=1):
        yield f"column {number}"
        yield from spec_lines(column, indent=2)


def _population(study: Study, name: str | None) -> str:
    population = study.analysis.populations.get(name or "")
    if population is None:
        return name or ""
    where = f" where {one_line(population.where)}" if population.where else ""
    return f"{name}: {population.dataset}{where}"


def _result(result: AnalysisResult) -> Iterator[tuple[str, str]]:
    yield "Result", f"{result.id}: {result.description}"
    yield "reason", result.reason
    yield "purpose", result.purpose
    yield from (("data", _data(dataset)) for dataset in result.datasets)
    yield "in words", result.documentation
    yield "program", result.program
    yield "spec", result.place


def _data(dataset: AnalysisDataset) -> str:
    chosen = where_words(dataset.where) if dataset.where else dataset.selection
    return f"{dataset.dataset} ({', '.join(dataset.variables)}){' where ' + chosen if chosen else ''}"

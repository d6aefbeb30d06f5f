"""Output specs + ADaM datasets → results: populations, statistics, record sets and the texts around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.columns import Leaf, leaves
from crf2tlf.analysis.curves import curves
from crf2tlf.analysis.data import AnalysisError, Data
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.forest import forest
from crf2tlf.analysis.groups import merged
from crf2tlf.analysis.listing import listing
from crf2tlf.analysis.results import Body, Cell, Output, Results
from crf2tlf.analysis.scope import scope_of
from crf2tlf.analysis.survival import conventions
from crf2tlf.analysis.swimmer import swimmer
from crf2tlf.analysis.table import Rows, table
from crf2tlf.analysis.texts import Texts
from crf2tlf.analysis.visits import BOX_CONVENTION, boxes, line_conventions, lines
from crf2tlf.analysis.waterfall import waterfall
from crf2tlf.build import BuildResult
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec import Study
from crf2tlf.spec.output import ColumnSpec, OutputSpec
from crf2tlf.spec.template import Template

_KINDS = ("table", "figure", "listing")


def analyse(build: BuildResult, findings: Findings) -> Results:
    """Carry out the analyses of all outputs; what cannot be carried out becomes a finding and shows as ERROR."""
    study, data = build.study, Data(build)
    collector, texts = Collector(data), Texts(study, findings)
    outputs = []
    for spec in in_order(study):
        try:
            outputs.append(_output(spec, data, collector, texts, findings))
        except AnalysisError as error:
            findings.add(error.code, error.place, f"{spec.id}: {error}")
    data.absent.report(findings)
    return Results(
        study=study.spec.study,
        title=study.spec.title,
        release_timestamp=study.spec.release_timestamp.isoformat(),
        outputs=tuple(outputs),
        results=tuple(collector.results.values()),
        record_sets=dict(sorted(collector.record_sets.items())),
    )


def in_order(study: Study) -> list[OutputSpec]:
    """Return the outputs in the order they are shown: tables, figures, listings, each by the numbers in their ids."""

    def order(spec: OutputSpec) -> tuple[int, list[tuple[int, str]]]:
        pieces = re.findall(r"\d+|\D+", spec.id)
        return _KINDS.index(spec.kind), [(int(p) if p.isdigit() else 10**9, p) for p in pieces]

    return sorted(study.outputs.values(), key=order)


def _output(spec: OutputSpec, data: Data, collector: Collector, texts: Texts, findings: Findings) -> Output:
    whole = scope_of(data, spec)
    rows = Rows(spec, whole, leaves(spec, whole, texts), collector, texts, findings)
    names = {"N": whole.size, "population": _population(spec, data.study, texts, whole.size)}
    numbers = _numbers(rows)
    shown = {cell.id.removeprefix(f"{spec.id}/"): cell.text for cell in numbers if cell.id}
    body = _body(rows, shown)
    line = names["population"] if spec.population_line is None else texts.render(spec.population_line, **names)
    return Output(
        id=spec.id,
        kind=spec.kind,
        title=texts.render(spec.title, **names),
        population=str(line),
        footnotes=_footnotes(spec, rows, {**names, "cells": shown}),
        orientation=spec.orientation,
        body=body,
        cells=numbers,
    )


def _numbers(rows: Rows) -> tuple[Cell, ...]:
    """Return the cells of the output's numbers."""
    alone = rows
    if rows.output.kind != "figure":
        alone = replace(rows, leaves=[Leaf("", "", rows.whole, ColumnSpec())])
    each = [(rows if row.comparisons else alone).make([row]) for row in rows.output.numbers]
    return tuple(cell for made in each for row in made for cell in row.cells if cell.id)


def _body(rows: Rows, numbers: Mapping[str, str]) -> Body:
    """Return what the output shows."""
    spec = rows.output
    drawing = Drawing(spec, rows.whole, rows.collector, rows.texts)
    if spec.listing is not None:
        return listing(spec, rows.whole, rows.collector, rows.texts)
    if spec.waterfall is not None:
        return waterfall(drawing, spec.waterfall)
    if spec.swimmer is not None:
        return swimmer(drawing, spec.swimmer)
    if spec.kaplan_meier is not None:
        rows.conventions.update(dict.fromkeys(conventions(spec.kaplan_meier, {"lower", "upper"})))
        return curves(drawing, spec.kaplan_meier, rows.leaves, numbers)
    if spec.forest is not None:
        made, texts = forest(drawing, spec.forest, rows.leaves)
        rows.conventions.update(dict.fromkeys(texts))
        return made
    if spec.line is not None:
        rows.conventions.update(dict.fromkeys(line_conventions(spec.line)))
        return lines(drawing, spec.line, rows.leaves)
    if spec.box is not None:
        rows.conventions[BOX_CONVENTION] = None
        return boxes(drawing, spec.box, rows.leaves)
    return table(rows)


def _population(spec: OutputSpec, study: Study, texts: Texts, size: int) -> str:
    if spec.population is None:
        return ""
    return texts.render(study.analysis.populations[spec.population].label, N=size)


def _footnotes(spec: OutputSpec, rows: Rows, names: dict[str, object]) -> tuple[str, ...]:
    """Return notes, abbreviations, footnotes, the conventions followed, and what every output of the study carries."""
    study, texts = rows.whole.data.study, rows.texts
    everywhere = [Template(text, Place("specs/study.yaml")) for text in study.spec.footnotes]
    return (
        *(texts.render(note, **names) for note in spec.notes),
        *abbreviations(spec.abbreviations, study, spec.place, rows.findings),
        *(texts.render(note, **names) for note in spec.footnotes),
        *merged(rows.conventions),
        *rows.left_out_notes,
        *(texts.render(note, **names) for note in everywhere),
    )


def abbreviations(asked: tuple[str, ...], study: Study, place: Place, findings: Findings) -> list[str]:
    """Return the footnote that explains abbreviations; one that analysis.yaml lacks is a finding."""
    known = study.analysis.abbreviations
    for name in asked:
        if name not in known:
            message = f"the abbreviation {name} is not in analysis.yaml{nearest(name, known)}"
            findings.add("SPEC_REFERENCE", place, message)
    explained = "; ".join(f"{name}, {known[name]}" for name in asked if name in known)
    return [f"Abbreviations: {explained}."] if explained else []

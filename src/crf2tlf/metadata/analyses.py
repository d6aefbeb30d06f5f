"""Tables and figures with their analyses: Analysis Results Metadata 1.0.

An analysis is a row of a table with a statistic, what notes state (``numbers``), or the body of a figure. A listing
shows records and no analysis; the operating characteristics of a design come from constants, not from data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crf2tlf.analysis.blocks import inherited
from crf2tlf.analysis.data import AnalysisError, Data
from crf2tlf.analysis.methods import METHODS
from crf2tlf.analysis.scope import scope_of
from crf2tlf.analysis.templates import fields
from crf2tlf.analysis.texts import Texts
from crf2tlf.analysis.visits import line_conventions
from crf2tlf.build.result import BuildResult
from crf2tlf.findings import Findings
from crf2tlf.metadata.analysis_data import analysis_data
from crf2tlf.metadata.model import AnalysisDataset, AnalysisDisplay, AnalysisResult
from crf2tlf.metadata.program import SpecText
from crf2tlf.rules.parse import RuleError
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.comparison import COMPARISONS, Difference, GroupTest, OnlyCompared, completed
from crf2tlf.spec.figure import ForestFigure, KaplanMeierFigure, LineFigure
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import FIGURES, OutputSpec, RowSpec
from crf2tlf.spec.statistic import Count, Counted, Proportion, TwoStage
from crf2tlf.spec.template import Template


def displays_of(build: BuildResult) -> tuple[AnalysisDisplay, ...]:
    """Return the outputs of a study, each with the analyses that it shows; a listing has none."""
    describer = _Describer(build, Data(build), Texts(build.study, Findings()), SpecText(build.study.root))
    return tuple(describer.display(output) for output in build.study.outputs.values())


@dataclass(frozen=True)
class _Describer:
    """Describes outputs; faults of templates are reported where the outputs are made, and not again."""

    build: BuildResult
    data: Data
    texts: Texts
    spec_text: SpecText

    def display(self, output: OutputSpec) -> AnalysisDisplay:
        title = self.text(output, output.title)
        return AnalysisDisplay(output.id, _name(title, output.id), title, None, tuple(self._results(output, title)))

    def text(self, output: OutputSpec, template: Template | None, **names: str) -> str:
        """Return a text of an output; what only the finished output knows stays as it is written."""
        return self.texts.render(template, N=self._size(output), **names) if template is not None else ""

    def _size(self, output: OutputSpec) -> int:
        try:
            return scope_of(self.data, output).size
        except (AnalysisError, RuleError):  # reported when the output is made
            return 0

    def _results(self, output: OutputSpec, title: str) -> Iterator[AnalysisResult]:
        for key in FIGURES:
            body: SpecModel | None = getattr(output, key)
            if body is not None:
                program = self.spec_text.key(body.place, key)
                yield self._result(output, key, _subject(title), body, _of_figure(body), program, output)
        pages = self._blocks(output, (), output.pages)
        yield from self._rows(output, output.rows, (), _subject(title), pages)
        for row in output.numbers:
            yield from self._rows(output, (row,), (), f"{_subject(title)}: {(row.id or '').replace('-', ' ')}")

    def _rows(
        self,
        output: OutputSpec,
        rows: Sequence[RowSpec],
        above: tuple[str, ...],
        otherwise: str,
        around: tuple[ForEach, ...] = (),
    ) -> Iterator[AnalysisResult]:
        """Yield the analyses of rows; ``otherwise`` describes those without a label, ``around`` are the blocks."""
        for row in rows:
            blocks = self._blocks(output, around, row.for_each)
            label = self._label(output, row, blocks)
            path = (*above, label) if label else above
            if row.analysis is not None:
                key, parameters = row.analysis
                asked = key, inherited(parameters, self._of_records(output, blocks))
                yield from self._row(output, row, asked, " – ".join(path) or otherwise, blocks)
            yield from self._rows(output, row.rows, path, otherwise, blocks)

    def _label(self, output: OutputSpec, row: RowSpec, blocks: Sequence[ForEach]) -> str:
        """Return what a row is called: its label or those of its lines; a block's by the rule that it repeats for."""
        value = f"each {blocks[-1].by.text}" if blocks else None
        if row.for_each is not None:
            return str(value)
        names = {} if value is None else {"value": value}
        shown = (self.text(output, label, **names) for label in (row.label, *(line.label for line in row.lines)))
        first, *others = shown
        return first or ", ".join(others)

    def _blocks(self, output: OutputSpec, around: tuple[ForEach, ...], block: ForEach | None) -> tuple[ForEach, ...]:
        """Return the blocks around a row, with its own."""
        if block is None:
            return around
        return (*around, inherited(block, self._of_records(output, around)))

    def _of_records(self, output: OutputSpec, blocks: tuple[ForEach, ...]) -> tuple[ForEach, ...]:
        """Return the blocks that are not on the population's dataset."""
        population = self.build.study.analysis.populations.get(output.population or "")
        subjects = population.dataset if population else None
        return tuple(block for block in blocks if block.from_ not in (None, subjects))

    def _row(
        self,
        output: OutputSpec,
        row: RowSpec,
        analysis: tuple[str, SpecModel],
        shown: str,
        blocks: tuple[ForEach, ...],
    ) -> Iterator[AnalysisResult]:
        """Yield a row's own analysis, and what it shows in columns that compare others."""
        key, parameters = analysis
        program = self.spec_text.block(row.place, without=("rows",))
        if not isinstance(parameters, (TwoStage, OnlyCompared)):
            templates = [line.show for line in row.lines] or [row.show or Template(METHODS[key].show)]
            words = " ".join([_documentation(key, parameters, templates), *_of_blocks(blocks)])
            yield self._result(output, row.id or key, shown, parameters, words, program, row, blocks)
        for column, asked in row.compare.items():
            name, comparison = asked.comparison
            whole = completed(comparison, parameters)
            words = _documentation(name, whole, [asked.show or Template(METHODS[name].show)])
            words = " ".join([words, *_of_blocks(blocks)])
            yield self._result(output, f"{row.id}-{column}", f"{shown}: {column}", whole, words, program, row, blocks)

    def _result(
        self,
        output: OutputSpec,
        id: str,
        description: str,
        parameters: SpecModel,
        documentation: str,
        program: str,
        stated: OutputSpec | RowSpec,
        blocks: tuple[ForEach, ...] = (),
    ) -> AnalysisResult:
        datasets = analysis_data(self.build.study, output, parameters, blocks)
        return AnalysisResult(
            id=id,
            description=description,
            reason=stated.reason or output.reason,
            purpose=stated.purpose or output.purpose,
            parameter=_parameter(datasets),
            datasets=datasets,
            documentation=documentation,
            program=program,
            place=str(parameters.place),
        )


def _name(title: str, id: str) -> str:
    """Return an output's short name: the title up to its first point (Table 1), else the id."""
    found = re.match(r"((?:Table|Figure|Listing)\s[\w.-]*\w)[.:]\s", title)
    return found[1] if found else id


def _subject(title: str) -> str:
    """Return what a title says after the output's name."""
    return re.sub(r"^(?:Table|Figure|Listing)\s[\w.-]*\w[.:]\s+", "", title)


def _parameter(datasets: Sequence[AnalysisDataset]) -> tuple[str, str] | None:
    """Return the dataset and variable that select the parameter of the analysis, if its records are of one kind."""
    for used in datasets[:1]:
        if any(part.variable == "PARAMCD" and part.dataset == used.dataset for part in used.where):
            return used.dataset, "PARAMCD"
    return None


# Words


def _sentence(parameters: SpecModel) -> str:
    """Return what an analysis is: the documentation of its spec, without the list of its statistics."""
    text = " ".join((type(parameters).__doc__ or "").split())
    return re.split(r"\s*Statistics?:", text)[0].replace("``", "")


def _of_figure(body: SpecModel) -> str:
    """Return in words what a figure shows, and by which convention."""
    conventions: list[str] = []
    match body:
        case KaplanMeierFigure():
            conventions = METHODS["kaplan_meier"].conventions(body, {"lower"})
        case ForestFigure():
            key, parameters = body.comparison
            conventions = METHODS[key].conventions(parameters, {"lower", "upper"})
        case LineFigure():
            conventions = line_conventions(body)
    return " ".join([_sentence(body), *conventions])


def _documentation(key: str, parameters: Any, templates: Sequence[Template]) -> str:
    """Return in words what is worked out of which variable, what is shown, and by which convention."""
    method = METHODS[key]
    shown = list(dict.fromkeys(field.name for template in templates for field in fields(template)))
    if isinstance(parameters, Counted) and key not in COMPARISONS:
        texts = _counted(parameters, shown)
    else:
        variable = " ".join(method.variable(parameters).split())
        what = _compared(parameters) or _sentence(parameters).partition(";")[0].rstrip(".")
        texts = [f"{what}.", f"Variable: {variable}."]
    return " ".join([*texts, f"Shown: {', '.join(shown)}.", *method.conventions(parameters, set(shown))])


def _compared(parameters: SpecModel) -> str:
    """Return what a comparison compares, where its spec's documentation leaves it open."""
    match parameters:
        case Difference(of=None):
            return "Difference between groups in the proportion of subjects with such a record"
        case Difference():
            return "Difference between groups in the mean"
        case GroupTest(of=None, by=None):
            return "Comparison of groups by the proportion of subjects with such a record"
        case GroupTest():
            return "Comparison of groups"
    return ""


def _of_blocks(blocks: Sequence[ForEach]) -> list[str]:
    """Return in words that an analysis is done for each value of some rules."""
    return [f"For each value of {' and '.join(block.by.text for block in blocks)}."] if blocks else []


_PERCENT_OF = {
    "column": "with a record in the column",
    "row": "with a record in the row",
    "table": "with a record in the group of columns",
    "above": "with a record in the row above",
}


def _counted(parameters: Counted, shown: Sequence[str]) -> list[str]:
    """Return in words what is counted, and what percentages are of."""
    texts = [_sentence(parameters)]
    if isinstance(parameters, Count):
        by = " and ".join(" ".join(rule.text.split()) for rule in parameters.by)
        texts = [f"Numbers of {parameters.of}{f' by {by}' if by else ''}."]
        if parameters.worst is not None:
            texts.append(f"Of a subject's records in a row those with the highest {parameters.worst.text} count.")
    if "pct" in shown or isinstance(parameters, Proportion):
        chosen = parameters.denominator.where if parameters.denominator else None
        who = f"with {' '.join(chosen.text.split())}" if chosen else "of the population"
        if isinstance(parameters, Count):
            who = _PERCENT_OF.get(parameters.percent_of, who)
        texts.append(f"Percentages are of the subjects {who}.")
    return texts

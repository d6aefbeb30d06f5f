"""From rows and columns of a spec to the rows and cells of a table, and to results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.data import AnalysisError
from crf2tlf.analysis.methods import METHODS
from crf2tlf.analysis.results import Cell, Column, Row, Table
from crf2tlf.analysis.scope import Leaf, Scope
from crf2tlf.analysis.statistic import Method, Part, Statistics
from crf2tlf.analysis.templates import fields
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import Findings
from crf2tlf.spec.output import OutputSpec, RowSpec
from crf2tlf.spec.template import Template

FAILED = "ERROR"


@dataclass
class Rows:
    """Makes the rows of one output, and keeps the conventions that its cells follow."""

    output: OutputSpec
    whole: Scope
    leaves: Sequence[Leaf]
    collector: Collector
    texts: Texts
    findings: Findings
    conventions: dict[str, None] = field(default_factory=dict)

    def make(self, specs: Sequence[RowSpec], level: int = 0) -> Iterator[Row]:
        """Yield the rows of row specs, each followed by the rows under it."""
        for spec in specs:
            if spec.analysis is None:
                yield self.heading(spec, level)
            else:
                yield from self._analysed(spec, level)
            yield from self.make(spec.rows, level + 1)

    def _analysed(self, spec: RowSpec, level: int) -> list[Row]:
        """Return the rows of an analysis; where it cannot be carried out, one row that says so, and a finding."""
        assert spec.analysis is not None
        key, parameters = spec.analysis
        try:
            return _Analysis(self, spec, METHODS[key], parameters).rows(level)
        except AnalysisError as error:
            self.findings.add(error.code, error.place, f"{self.output.id}/{spec.id}: {error}")
            return [self.row(self.text(spec.label), [Cell(text=FAILED)] * len(self.leaves), level)]

    def heading(self, spec: RowSpec, level: int) -> Row:
        """Return a row without cells."""
        cells = (Cell(text=self.text(spec.label)), *[Cell(text="")] * len(self.leaves))
        return Row(cells=cells, indent=level, heading=True, rule_above=spec.rule_above)

    def row(self, label: str, cells: Sequence[Cell], level: int) -> Row:
        """Return a row with a cell for each column."""
        return Row(cells=(Cell(text=label), *cells), indent=level)

    def text(self, template: Template | str | None) -> str:
        """Return a label: templates are rendered, values of the data are taken as they are."""
        return template if isinstance(template, str) else self.texts.render(template, N=self.whole.size)


@dataclass
class _Analysis:
    """One row spec's analysis in every column."""

    table: Rows
    spec: RowSpec
    method: Method
    parameters: Any

    @property
    def missing(self) -> str:
        """What stands for a number that does not exist."""
        return self.table.collector.missing if self.spec.missing is None else self.spec.missing

    def rows(self, level: int) -> list[Row]:
        """Return a row for each part or line, under a heading where there are several."""
        parts = self.method.parts(self.parameters, self.table.whole)
        found = [self.method.compute(self.parameters, leaf.scope, parts) for leaf in self.table.leaves]
        headed = bool(self.spec.label) and (bool(self.spec.lines) or list(parts) != [Part()])
        inside = level + headed
        if self.spec.lines:
            made = self._lines(parts[0], [statistics[0] for statistics in found], inside)
        else:
            made = [
                self._part(part, [statistics[number] for statistics in found], inside)
                for number, part in enumerate(parts)
            ]
        if headed:
            return [self.table.heading(self.spec, level), *made]
        return [row.model_copy(update={"rule_above": self.spec.rule_above and row is made[0]}) for row in made]

    def _part(self, part: Part, found: Sequence[Statistics], level: int) -> Row:
        label = part.label if part.id else self.spec.label
        cells = []
        for leaf, statistics in zip(self.table.leaves, found, strict=True):
            show = self.spec.show or leaf.spec.show or Template(self.method.show, self.spec.place)
            self._add_results(leaf, part, statistics, show)
            cells.append(self._cell(leaf, part, statistics, show))
        return self.table.row(self.table.text(label), cells, level + part.level)

    def _lines(self, part: Part, found: Sequence[Statistics], level: int) -> list[Row]:
        whole = Template("".join(line.show.text for line in self.spec.lines), self.spec.place)
        for leaf, statistics in zip(self.table.leaves, found, strict=True):
            self._add_results(leaf, part, statistics, whole)
        made = []
        for line in self.spec.lines:
            pairs = zip(self.table.leaves, found, strict=True)
            cells = [self._cell(leaf, part, statistics, line.show, line.id) for leaf, statistics in pairs]
            made.append(self.table.row(self.table.text(line.label), cells, level))
        return made

    def _add_results(self, leaf: Leaf, part: Part, found: Statistics, show: Template) -> None:
        about = {
            "output": self.table.output.id,
            "analysis": self.spec.id or "",
            "analysis_set": self.table.whole.population,
            "group": leaf.id or "all",
            "variable": self.method.variable(self.parameters),
        }
        self.table.collector.add(self._id(leaf, part), about, found, show, self.missing, self.spec.place)

    def _cell(self, leaf: Leaf, part: Part, found: Statistics, show: Template, line: str = "") -> Cell:
        collector, results, id_ = self.table.collector, self._id(leaf, part), self._id(leaf, part, line)
        shown = {asked.name for asked in fields(show)}
        self.table.conventions.update(dict.fromkeys(self.method.conventions(self.parameters, shown)))
        if self.method.separator is None:
            return collector.cell(id_, results, found, show, self.missing)
        each = [collector.cell(id_, results, {"value": one}, show, self.missing) for one in found.values()]
        text = self.method.separator(self.parameters).join(cell.text for cell in each)
        return Cell(text=text or self.missing, id=id_, results=tuple(f"{results}/{name}" for name in found))

    def _id(self, leaf: Leaf, part: Part, line: str = "") -> str:
        middle = "/".join(text for text in (self.table.output.id, self.spec.id, part.id, line) if text)
        return middle + leaf.suffix


def table(rows: Rows) -> Table:
    """Return the table of an output."""
    output, size = rows.output, rows.whole.size
    made = tuple(rows.make(output.rows))
    stub = Column(label=rows.texts.render(output.stub, N=size), width=output.stub_width)
    heads = (
        Column(label=leaf.label, spanner=leaf.spanner, align=leaf.spec.align, width=leaf.spec.width)
        for leaf in rows.leaves
    )
    return Table(columns=(stub, *heads), rows=made)

"""From rows and columns of a spec to the rows and cells of a table, and to results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crf2tlf.analysis.blocks import about_subjects, block_values, inherited, inside, size_of
from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.compared import Asked, asked, check_compared, compare
from crf2tlf.analysis.data import AnalysisError
from crf2tlf.analysis.groups import called, variable_of
from crf2tlf.analysis.methods import METHODS
from crf2tlf.analysis.results import Cell, Column, Page, Row, Table
from crf2tlf.analysis.scope import Scope, joined_id
from crf2tlf.analysis.statistic import Method, Part, Statistics
from crf2tlf.analysis.templates import fields, is_missing
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import Findings
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import OutputSpec, RowSpec
from crf2tlf.spec.template import Template

FAILED = "ERROR"
_VALUE = Template("{{ value }}")


@dataclass
class Rows:
    """Makes the rows of one output, and keeps what its footnotes have to say of them.

    Inside of a block, scopes are those of the block's value; ``blocks`` are the blocks around that are about records,
    ``path`` the part of ids that tells their values apart, ``names`` what labels may name.
    """

    output: OutputSpec
    whole: Scope
    leaves: Sequence[Leaf]
    collector: Collector
    texts: Texts
    findings: Findings
    conventions: dict[str, None] = field(default_factory=dict)
    left_out: dict[float, int] = field(default_factory=dict)
    blocks: tuple[ForEach, ...] = ()
    path: tuple[str, ...] = ()
    names: Mapping[str, object] = field(default_factory=dict)

    def make(self, specs: Sequence[RowSpec], level: int = 0) -> Iterator[Row]:
        """Yield the rows of row specs, each followed by the rows under it."""
        for spec in specs:
            if spec.for_each is not None:
                yield from self._repeated(spec, spec.for_each, level)
                continue
            if spec.analysis is None:
                yield self.heading(spec, level)
            else:
                yield from self._analysed(spec, level)
            yield from self.make(spec.rows, level + 1)

    def _repeated(self, spec: RowSpec, block: ForEach, level: int) -> Iterator[Row]:
        """Yield a row and those under it for each value of a block."""
        once = spec.model_copy(update={"for_each": None, "label": spec.label or _VALUE})
        path = spec.id if spec.analysis is None else None
        try:
            each = list(self.each(block, path))
        except AnalysisError as error:
            yield self._failed(spec, error, level, block.by.text)
            return
        for rows in each:
            yield from rows.make([once], level)

    def each(self, block: ForEach, path: str | None = None) -> Iterator[Rows]:
        """Yield the rows' maker inside of each value of a block. Raises :class:`AnalysisError` for faulty rules."""
        block = inherited(block, self.blocks)
        blocks = self.blocks if about_subjects(block, self.whole) else (*self.blocks, block)
        for value in block_values(block, self.whole):
            whole = inside(self.whole, block, value)
            label = value.label if isinstance(value.label, str) else self.texts.render(value.label, N=whole.size)
            yield replace(
                self,
                whole=whole,
                leaves=[replace(leaf, scope=inside(leaf.scope, block, value)) for leaf in self.leaves],
                blocks=blocks,
                path=(*self.path, *([path] if path else []), joined_id(value.name)),
                names={"N": size_of(whole, block), "value": label},
            )

    def _analysed(self, spec: RowSpec, level: int) -> list[Row]:
        """Return the rows of an analysis; where it cannot be carried out, one row that says so, and a finding."""
        assert spec.analysis is not None
        key, parameters = spec.analysis
        try:
            return _Analysis(self, spec, key, METHODS[key], inherited(parameters, self.blocks)).rows(level)
        except AnalysisError as error:
            return [self._failed(spec, error, level)]

    def _failed(self, spec: RowSpec, error: AnalysisError, level: int, label: str | None = None) -> Row:
        name = f"{self.output.id}/{spec.id}" if spec.id else self.output.id
        self.findings.add(error.code, error.place, f"{name}: {error}")
        shown = self.text(spec.label) if label is None else label
        return self.row(shown, [Cell(text=FAILED)] * len(self.leaves), level)

    @property
    def left_out_notes(self) -> list[str]:
        """The footnotes that say how many rows were too rare to be shown."""
        return [
            f"Shown are rows with at least {minimum:g}% in any column, and the rows above them; "
            f"{number} {'row is' if number == 1 else 'rows are'} left out."
            for minimum, number in self.left_out.items()
        ]

    def heading(self, spec: RowSpec, level: int) -> Row:
        """Return a row without cells."""
        cells = (Cell(text=self.text(spec.label)), *[Cell(text="")] * len(self.leaves))
        return Row(cells=cells, indent=level, heading=True, rule_above=spec.rule_above)

    def row(self, label: str, cells: Sequence[Cell], level: int) -> Row:
        """Return a row with a cell for each column."""
        return Row(cells=(Cell(text=label), *cells), indent=level)

    def text(self, template: Template | str | None) -> str:
        """Return a label: templates are rendered, values of the data are taken as they are."""
        names = {"N": self.whole.size, **self.names}
        return template if isinstance(template, str) else self.texts.render(template, **names)


@dataclass
class _Analysis:
    """One row spec's analysis in every column."""

    table: Rows
    spec: RowSpec
    key: str
    method: Method
    parameters: Any

    @property
    def missing(self) -> str:
        """What stands for a number that does not exist."""
        return self.table.collector.missing if self.spec.missing is None else self.spec.missing

    def rows(self, level: int) -> list[Row]:
        """Return a row for each part or line, under a heading where there are several."""
        whole = self.table.whole
        parts = self.method.parts(self.parameters, whole)
        found, entered = self._found(parts)
        headed = bool(self.spec.label) and (bool(self.spec.lines) or list(parts) != [Part()])
        inside = level + headed
        if self.spec.lines:
            made = self._lines(parts[0], [statistics[0] for statistics in found], inside)
        else:
            columns = {leaf.id: one for leaf, one in zip(self.table.leaves, found, strict=True)}
            shown = self.method.arrange(self.parameters, whole, parts, columns)
            self._leave_out(len(parts) - len(shown))
            made = [self._part(parts[at], [statistics[at] for statistics in found], inside) for at in shown]
        if headed:
            return [self._entered(self.table.heading(self.spec, level), entered), *made]
        made = [row.model_copy(update={"rule_above": self.spec.rule_above and row is made[0]}) for row in made]
        return [self._entered(made[0], entered), *made[1:]] if made else made

    def _found(self, parts: Sequence[Part]) -> tuple[list[Sequence[Statistics]], dict[str, Statistics]]:
        """Return the statistics of each part in each column, and those of comparisons that are about all parts."""
        leaves = self.table.leaves
        check_compared(self.key, leaves, self.parameters)
        found: dict[str, Sequence[Statistics]] = {}
        entered: dict[str, Statistics] = {}
        for leaf in leaves:
            if self.method.compare is None and not leaf.spec.compare:
                found[leaf.id] = self.method.compute(self._asked(leaf), leaf.scope, parts)
        for leaf in (leaf for leaf in leaves if leaf.id not in found):
            what = self._what(leaf)
            made = [] if what is None else compare(what, leaf, leaves, parts, found)
            if what is not None and self.method.compare is None and (self.spec.lines or not what.each):
                entered[leaf.id], made = made[0], []
            found[leaf.id] = made or [{} for _ in parts]
        return [found[leaf.id] for leaf in leaves], entered

    def _entered(self, row: Row, entered: Mapping[str, Statistics]) -> Row:
        """Return the row with the results of comparisons that are about all rows of the analysis."""
        cells = list(row.cells)
        for at, leaf in enumerate(self.table.leaves, start=1):
            if leaf.id in entered:
                show = self._template(leaf)
                self._add_results(leaf, Part(), entered[leaf.id], show)
                cells[at] = self._cell(leaf, Part(), entered[leaf.id], show)
        return row.model_copy(update={"cells": tuple(cells)})

    def _what(self, leaf: Leaf) -> Asked | None:
        return asked(self.spec, self.key, self._asked(leaf), leaf, self.table.blocks)

    def _asked(self, leaf: Leaf) -> Any:
        """Return the analysis' parameters in a column, which may be of another variable."""
        if not isinstance(getattr(self.parameters, "of", None), Rule):
            return self.parameters
        of = variable_of(leaf, self.table.leaves)
        return self.parameters if of is None else self.parameters.model_copy(update={"of": of})

    def _leave_out(self, number: int) -> None:
        minimum = getattr(self.parameters, "minimum", None)
        if minimum is not None and number:
            self.table.left_out[minimum] = self.table.left_out.get(minimum, 0) + number

    def _template(self, leaf: Leaf) -> Template:
        """Return what a column's cells show: as the row says, the column, the study, or the analysis' default."""
        what = self._what(leaf)
        if what is None:
            return Template("", self.spec.place)
        default = self.table.collector.data.study.analysis.show.get(what.key)
        column = leaf.show if what.method.compare is None or leaf.spec.compare else None
        return what.show or column or default or Template(what.method.show, self.spec.place)

    def _part(self, part: Part, found: Sequence[Statistics], level: int) -> Row:
        label = part.label if part.id else self.spec.label
        cells = []
        for leaf, statistics in zip(self.table.leaves, found, strict=True):
            show = self._template(leaf)
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
        what = self._what(leaf)
        if what is None:
            return
        about = {
            "output": self.table.output.id,
            "analysis": self.spec.id or "",
            "analysis_set": self.table.whole.population,
            "group": leaf.id or "all",
            "variable": what.method.variable(what.parameters),
        }
        missing = self.missing if what.missing is None else what.missing
        self.table.collector.add(self._id(leaf, part), about, found, show, missing, self.spec.place)

    def _cell(self, leaf: Leaf, part: Part, found: Statistics, show: Template, line: str = "") -> Cell:
        collector, results, id_ = self.table.collector, self._id(leaf, part), self._id(leaf, part, line)
        shown = {field.name for field in fields(show)}
        what = self._what(leaf)
        if what is None or what.blank(found, shown):
            return Cell(text="")
        together = {field.name for line in self.spec.lines for field in fields(line.show)}
        named_here = together if what.method.compare is not None and line else shown
        self.table.conventions.update(dict.fromkeys(what.method.conventions(what.parameters, named_here)))
        self._explain(leaf, found, shown)
        zero = self.table.collector.data.study.analysis.zero if self.spec.zero is None else self.spec.zero
        counted = "pct" in found or ("n" in found and self.spec.zero is not None)
        if zero is not None and counted and found["n"].value == 0:
            return Cell(text=zero, id=id_, results=tuple(f"{results}/{name}" for name in sorted(shown)))
        if self.method.separator is None:
            absent = self.missing if what.missing is None else what.missing
            made = collector.cell(id_, results, found, show, absent)
            nothing = bool(shown) and all(is_missing(found[name].value) for name in shown)
            return made.model_copy(update={"text": absent}) if nothing else made
        each = [collector.cell(id_, results, {"value": one}, show, self.missing) for one in found.values()]
        text = self.method.separator(self.parameters).join(cell.text for cell in each)
        return Cell(text=text or self.missing, id=id_, results=tuple(f"{results}/{name}" for name in found))

    def _explain(self, leaf: Leaf, found: Statistics, shown: set[str]) -> None:
        """Add to the footnotes why a number that would be shown does not exist."""
        if "problem" in found and any(is_missing(found[name].value) for name in shown & set(found)):
            label = " ".join(self.table.text(self.spec.label).split()) or self.spec.id
            column = f", {called(leaf)}" if called(leaf) else ""
            self.table.conventions[f"{label}{column}: not estimable ({found['problem'].value})."] = None

    def _id(self, leaf: Leaf, part: Part, line: str = "") -> str:
        parts = (self.table.output.id, *self.table.path, self.spec.id, part.id, line)
        return "/".join(text for text in parts if text) + leaf.suffix


def table(rows: Rows) -> Table:
    """Return the table of an output."""
    output, size = rows.output, rows.whole.size
    made: list[Row] = []
    pages: list[Page] = []
    for part in [rows] if output.pages is None else rows.each(output.pages):
        if output.pages is not None:
            pages.append(Page(first=len(made), subtitle=part.text(output.pages.label or _VALUE)))
        made += part.make(output.rows)
    stub = Column(label=rows.texts.render(output.stub, N=size), width=output.stub_width)
    heads = (_head(leaf) for leaf in rows.leaves)
    return Table(
        columns=(stub, *heads),
        rows=tuple(made),
        pages=tuple(pages),
        page_rows=output.page_rows,
        page_columns=output.page_columns,
    )


def _head(leaf: Leaf) -> Column:
    return Column(
        label=leaf.label,
        spanner=leaf.spanners[-1] if leaf.spanners else None,
        align=leaf.spec.align,
        width=leaf.spec.width,
        over=leaf.spanners[:-1],
    )

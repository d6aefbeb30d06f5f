"""The rules behind a result: population, columns, blocks and the analysis itself, each with the dataset it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crf2tlf.analysis.results import Result
from crf2tlf.findings import Place
from crf2tlf.spec import Study
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.model import Rule, SpecModel
from crf2tlf.spec.output import FIGURES, ColumnSpec, OutputSpec, RowSpec
from crf2tlf.spec.statistic import Count, Selection
from crf2tlf.trace.model import RuleLine


@dataclass(frozen=True)
class Asked:
    """A rule of an analysis: what it is there for, and the dataset whose records it is about (empty: of no data).

    ``selects``: records count only if they meet it (``where``), or are of the row's ``category`` by it.
    """

    what: str
    dataset: str
    rule: Rule
    selects: Literal["", "where", "category"] = ""


@dataclass(frozen=True)
class Analysis:
    """What was asked for a result: the analysis' key with its place and its spec, and all rules.

    ``subjects`` is the dataset of the population; ``compared``: the result compares columns of the analysis.
    """

    key: str
    place: Place
    model: SpecModel
    rules: tuple[Asked, ...]
    subjects: str = ""
    compared: bool = False

    @property
    def is_ratio(self) -> bool:
        """Whether results say how many of how many: others have no numerator in the usual sense."""
        return self.key in ("count", "proportion") and not self.compared

    @property
    def lines(self) -> tuple[RuleLine, ...]:
        """The analysis and its rules in words as they stand in the specs."""
        head = RuleLine("analysis", self.key, str(self.place))
        rules = (RuleLine(asked.what, asked.rule.text, str(asked.rule.place)) for asked in self.rules)
        return (head, *dict.fromkeys(rules))


@dataclass(frozen=True)
class Analyses:
    """The analyses of a study by output and id of their row."""

    study: Study

    def of(self, result: Result) -> Analysis | None:
        """Return what was asked for a result; None where no spec asked for it."""
        output = self.study.outputs.get(result.output)
        if output is None:
            return None
        subjects, rules = self._subjects(output), self._population(output)
        row, blocks = _row(output, result.analysis)
        models: list[tuple[str, SpecModel]] = []
        if row is not None:
            models = [row.analysis] if row.analysis else []
            models += [each.comparison for name, each in row.compare.items() if name in result.group.split("/")]
        else:
            models = [(key, getattr(output, key)) for key in FIGURES if getattr(output, key) is not None]
        if not models:
            return None
        key, model = models[0]
        about = subjects
        for block in blocks:
            about = block.from_ or about
            if block.where is not None:
                rules.append(Asked("for each where", about, block.where))
            rules.append(Asked("for each", about, block.by))
        main = _dataset(model, about)
        for word, each in models:
            rules += _of_model(each, _dataset(each, about), subjects, "" if word == key else word)
        for column in _columns(self.study, output, result.group):
            rules += _of_column(column, main, subjects, certain=column.id is not None)
        selecting = tuple(_selecting(asked, model, main) for asked in rules)
        return Analysis(key, model.place, model, selecting, subjects, compared=len(models) > 1)

    def of_listing(self, name: str) -> Analysis:
        """Return what was asked for the rows of a listing: who, and which records."""
        output = self.study.outputs[name]
        assert output.listing is not None
        subjects = self._population(output)
        rules = [asked for asked in subjects if asked.dataset]
        if output.listing.where is not None:
            rules.append(Asked("where", _dataset(output.listing, self._subjects(output)), output.listing.where))
        return Analysis("listing", output.listing.place, output.listing, tuple(rules))

    def _subjects(self, output: OutputSpec) -> str:
        population = self.study.analysis.populations.get(output.population) if output.population else None
        return population.dataset if population else ""

    def _population(self, output: OutputSpec) -> list[Asked]:
        population = self.study.analysis.populations.get(output.population) if output.population else None
        if population is None or population.where is None:
            return []
        return [Asked("population", population.dataset, population.where, "where")]


def _selecting(asked: Asked, model: SpecModel, main: str) -> Asked:
    """Return a rule of an analysis with how it selects: its own `where`, and the categories of percentages of subjects.

    What it takes in another column or row, as for other percentages, is not left out by its category.
    """
    if asked.what == "where" and asked.dataset == main:
        return replace(asked, selects="where")
    by_category = isinstance(model, Count) and model.percent_of == "subjects" and asked.rule in model.by[:1]
    return replace(asked, selects="category") if by_category and asked.what == "by" else asked


def _row(output: OutputSpec, name: str) -> tuple[RowSpec | None, Sequence[ForEach]]:
    """Return the row of that id with the blocks around it, the page's among them."""
    pages = (output.pages,) if output.pages is not None else ()
    pending: list[tuple[RowSpec, tuple[ForEach, ...]]] = [(row, pages) for row in output.rows]
    pending += [(row, ()) for row in output.numbers]
    while pending:
        row, blocks = pending.pop(0)
        inside = (*blocks, row.for_each) if row.for_each is not None else blocks
        if row.id == name and row.analysis is not None:
            return row, inside
        pending += [(below, inside) for below in row.rows]
    return None, pages


def _dataset(model: SpecModel, subjects: str) -> str:
    return (model.from_ if isinstance(model, Selection) else None) or subjects


def _of_model(model: SpecModel, dataset: str, subjects: str, word: str) -> Iterator[Asked]:
    """Yield the rules of an analysis and its parts; strata are about the population."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        what = " ".join(part for part in (word, name.rstrip("_").replace("_", " ")) if part)
        for part in _parts(value):
            if isinstance(part, Rule):
                yield Asked(what, subjects if name == "strata" else dataset, part)
            elif isinstance(part, SpecModel):
                inside = (part.from_ if isinstance(part, Selection) else None) or dataset
                yield from _of_model(part, inside, subjects, what)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from _parts(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _parts(part)
    else:
        yield value


def _columns(study: Study, output: OutputSpec, group: str) -> Iterator[ColumnSpec]:
    """Yield the columns of a result's group; those that no id tells apart all count."""
    given = study.analysis.columns.get(output.columns, ()) if isinstance(output.columns, str) else output.columns
    pending = list(given)
    named = {part for part in group.split("/") if part}
    while pending:
        column = pending.pop(0)
        if column.id is None or column.id in named or column.by or column.records_by or column.columns:
            yield column
        pending += column.columns


def _of_column(column: ColumnSpec, main: str, subjects: str, *, certain: bool) -> Iterator[Asked]:
    """Yield the rules of a column; that it selects is said only where it is ``certain`` that it is the result's."""
    for what, rule, dataset in (
        ("column's subjects", column.subjects, subjects),
        ("column's records", column.records, main),
        ("columns by", column.by, subjects),
        ("columns by", column.records_by, main),
        ("column of", column.of, main),
    ):
        if rule is not None:
            selects = certain and what in ("column's subjects", "column's records")
            yield Asked(what, dataset, rule, "where" if selects else "")

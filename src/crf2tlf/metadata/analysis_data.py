"""The data that an analysis uses: datasets with their analysis variables and records, from the rules of its spec."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crf2tlf.metadata.conditions import Condition, condition, condition_of
from crf2tlf.metadata.model import AnalysisDataset, Comparison
from crf2tlf.metadata.parts import is_shown
from crf2tlf.metadata.references import tree_of
from crf2tlf.rules.parse import dotted
from crf2tlf.spec import Study
from crf2tlf.spec.analysis import PopulationSpec
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.comparison import Compared
from crf2tlf.spec.figure import ForestFigure
from crf2tlf.spec.model import Rule, SpecModel
from crf2tlf.spec.output import ColumnSpec, OutputSpec
from crf2tlf.spec.statistic import PairedT, Selection

SUBJECT = "USUBJID"


@dataclass
class Data:
    """Collects the datasets of one analysis, each with the variables that rules name there."""

    study: Study
    population: PopulationSpec | None
    variables: dict[tuple[str, Condition], dict[str, None]] = field(default_factory=dict)

    @property
    def subjects(self) -> str:
        """The dataset of the population."""
        return self.population.dataset if self.population else ""

    def add(self, dataset: str, chosen: Condition, names: Iterable[str]) -> None:
        """Enter variables of some records of a dataset; those that are in no file are left out."""
        spec = self.study.adam.get(dataset)
        if spec is not None and spec.output:
            found = self.variables.setdefault((dataset, chosen), {})
            found.update(dict.fromkeys(name for name in names if is_shown(spec, name)))

    def add_rule(self, dataset: str, chosen: Condition, rule: Rule) -> None:
        """Enter the variables that a rule on records of a dataset names, there and in other datasets."""
        tree = tree_of(rule)
        if tree is None:
            return
        pending: list[ast.AST] = [tree]
        while pending:
            node = pending.pop(0)
            name = dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
            if name is not None:
                self._add_name(dataset, chosen, name)
            elif isinstance(node, ast.Call):
                pending += self._call(node)
            else:
                pending += ast.iter_child_nodes(node)

    def _add_name(self, dataset: str, chosen: Condition, name: tuple[str, ...]) -> None:
        if len(name) == 1:
            self.add(dataset, chosen, name)
        elif name[0] != "study":
            self.add(name[0], Condition(), [name[-1]])

    def _call(self, call: ast.Call) -> list[ast.AST]:
        """Enter the records that an aggregate looks at; return the parts of the call that are about the record."""
        where = next((keyword.value for keyword in call.keywords if keyword.arg == "where"), None)
        tables = {name[0] for argument in call.args for name in _names(argument)} & set(self.study.adam)
        if where is None or len(tables) != 1:
            return [*call.args, *(k.value for k in call.keywords if k.arg not in ("order", "by"))]
        there = tables.pop()
        chosen = condition_of(self.study, there, [where])
        variables = [name[-1] for argument in call.args for name in _names(argument) if len(name) > 1]
        self.add(there, chosen, variables or [SUBJECT])
        return []

    def finished(self) -> tuple[AnalysisDataset, ...]:
        """Return the datasets in the order they were met.

        Records that are a part of others that are also used (the same conditions and more) stand with those.
        """
        for (dataset, chosen), names in list(self.variables.items()):
            wider = next((key for key in self.variables if _is_wider(key, dataset, chosen)), None)
            if wider is not None:
                own = [part.variable for part in chosen.where if part.dataset == dataset and part not in wider[1].where]
                self.variables[wider].update(dict.fromkeys([*names, *own]))
                del self.variables[dataset, chosen]
        return tuple(
            AnalysisDataset(dataset, tuple(names), chosen.where, chosen.selection)
            for (dataset, chosen), names in self.variables.items()
        )


def analysis_data(
    study: Study, output: OutputSpec, parameters: SpecModel, blocks: Sequence[ForEach] = ()
) -> tuple[AnalysisDataset, ...]:
    """Return the datasets that an analysis uses: its own first, then those that its rules look into, the population.

    ``blocks`` are those for whose values it is done.
    """
    population = study.analysis.populations.get(output.population) if output.population else None
    data = Data(study, population)
    columns = _columns(study, output)
    head = parameters.comparison[1] if isinstance(parameters, ForestFigure) else parameters
    main, chosen = _selected(data, head)
    models = sorted(_models(parameters), key=lambda model: model is not head)
    for model in models:
        where, records = (main, chosen) if model is head else _selected(data, model)
        rules = list(_rules(model))
        data.add(where, records, [])
        for rule in rules:
            data.add_rule(where, records, rule)
    for column in columns:
        asked = [column.records, column.records_by]
        asked += [column.of] if isinstance(getattr(head, "of", None), Rule) else []
        for named in asked:
            if named is not None:
                data.add_rule(main, chosen, named)
    for block in blocks:
        subjects = population.dataset if population else ""
        if (block.from_ or subjects) == main:
            data.add_rule(main, chosen, block.by)
        elif block.from_ in (None, subjects):
            data.add_rule(subjects, Condition(), block.by)
    if not data.variables.get((main, chosen), {SUBJECT: None}):
        data.add(main, chosen, [SUBJECT])
    strata = [rule for model in models if isinstance(model, Compared) for rule in model.strata]
    _add_population(data, main, chosen, columns, strata)
    return data.finished()


def _add_population(
    data: Data, main: str, chosen: Condition, columns: Iterable[ColumnSpec], strata: Iterable[Rule]
) -> None:
    """Enter the population, and what columns and strata ask of its subjects."""
    population = data.population
    if population is None:
        return
    records = chosen if main == population.dataset else condition(data.study, population.dataset, [population.where])
    if main != population.dataset:
        names = [part.variable for part in records.where if part.dataset == population.dataset]
        data.add(population.dataset, records, names or [SUBJECT])
    for column in columns:
        for rule in (column.subjects, column.by):
            if rule is not None:
                data.add_rule(population.dataset, records, rule)
    for rule in strata:
        data.add_rule(population.dataset, records, rule)


def _selected(data: Data, model: SpecModel) -> tuple[str, Condition]:
    """Return the dataset and the records that an analysis, or a part of a figure, is about."""
    given = model if isinstance(model, Selection) else Selection()
    dataset = given.from_ or data.subjects
    rules = [given.where]
    if data.population is not None and dataset == data.population.dataset:
        rules = [data.population.where, *rules]
    found = condition(data.study, dataset, rules)
    either = _either(data.study, dataset, model)
    if either is not None and not found.selection:
        found = Condition((*found.where, either))
    return dataset, found


def _either(study: Study, dataset: str, model: SpecModel) -> Comparison | None:
    """Return the two records of a paired test as one comparison, if one variable tells them apart."""
    if not isinstance(model, PairedT):
        return None
    both = [condition(study, dataset, [rule]).where for rule in (model.first, model.second)]
    if any(len(found) != 1 or found[0].comparator != "EQ" for found in both):
        return None
    (first,), (second,) = both
    if (first.dataset, first.variable) != (second.dataset, second.variable):
        return None
    return Comparison(first.dataset, first.variable, "IN", (*first.values, *second.values))


def _models(model: SpecModel) -> Iterator[SpecModel]:
    """Yield an analysis and the parts of it that choose records of their own."""
    yield model
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, SpecModel):
                yield from _models(part)


def _rules(model: SpecModel) -> Iterator[Rule]:
    """Yield the rules of an analysis but for the conditions that choose its records."""
    left_out = {"where"} if isinstance(model, Selection) else set()
    if isinstance(model, PairedT):
        left_out |= {"first", "second"}
    if isinstance(model, Compared):
        left_out |= {"strata"}  # these are about the population
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Rule) and name not in left_out:
                yield part


def _columns(study: Study, output: OutputSpec) -> list[ColumnSpec]:
    given = study.analysis.columns.get(output.columns, ()) if isinstance(output.columns, str) else output.columns
    pending, found = list(given), []
    while pending:
        found.append(pending.pop(0))
        pending = [*found[-1].columns, *pending]
    return found


def _is_wider(key: tuple[str, Condition], dataset: str, chosen: Condition) -> bool:
    """Whether some records are all those of a dataset under fewer of the same conditions."""
    there, other = key
    fewer = set(other.where) < set(chosen.where)
    return there == dataset and fewer and not other.selection and not chosen.selection


def _names(tree: ast.expr) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        name = dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if name is not None:
            yield name

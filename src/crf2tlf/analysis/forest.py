"""The forest plot's model: a comparison of two columns in subgroups of the population."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isnan

import numpy as np

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.compared_means import numbers_of
from crf2tlf.analysis.compared_shares import share
from crf2tlf.analysis.compared_times import interaction, observed
from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.figures import Drawing
from crf2tlf.analysis.groups import Groups, groups_of, named
from crf2tlf.analysis.methods import METHODS
from crf2tlf.analysis.results import Forest, ForestLine
from crf2tlf.analysis.scope import Among, joined_id
from crf2tlf.analysis.statistic import Statistic, Statistics
from crf2tlf.analysis.templates import Value, fields, fill, without_value
from crf2tlf.spec.category import label_of, values_of
from crf2tlf.spec.comparison import Difference, HazardRatio, Survival
from crf2tlf.spec.figure import ForestFigure, SubgroupSpec
from crf2tlf.spec.model import Rule, SpecModel
from crf2tlf.spec.statistic import Counted
from crf2tlf.spec.template import Template
from crf2tlf.statistics import significant, summary

_ESTIMATES = {"hazard_ratio": "hr", "difference": "difference"}
_PVALUE = Template("{p_interaction:pvalue}")


@dataclass(frozen=True)
class _Maker:
    """One forest plot being made: the two columns, the comparison, and its templates."""

    drawing: Drawing
    spec: ForestFigure
    pair: tuple[Leaf, Leaf]
    key: str
    parameters: SpecModel
    show: Template
    groups_show: Template
    problems: dict[str, None] = field(default_factory=dict)

    @property
    def missing(self) -> str:
        return self.drawing.collector.missing

    @property
    def interactions(self) -> bool:
        return any(group.interaction for group in self.spec.subgroups)


def forest(drawing: Drawing, spec: ForestFigure, leaves: Sequence[Leaf]) -> tuple[Forest, list[str]]:
    """Return the lines of a forest plot and the conventions they follow; every number shown is a result."""
    key, parameters = spec.comparison
    method = METHODS[key]
    show = spec.show or Template(method.show, spec.place)
    groups_show = spec.groups_show or Template(_groups_default(parameters), spec.place)
    maker = _Maker(drawing, spec, _pair(spec, leaves), key, parameters, show, groups_show)
    lines = tuple(line for group in spec.subgroups for line in _lines(maker, group))
    header = [drawing.text(spec.show_label)]
    if maker.interactions:
        header.append(drawing.text(spec.interaction_label) or "p (interaction)")
    figure = Forest(
        x_label=drawing.text(spec.x_label),
        stub=drawing.text(spec.stub),
        columns=(*(named(leaf) for leaf in maker.pair), *header),
        before=2,
        lines=lines,
        no_difference=0.0 if key == "difference" else 1.0,
        logarithmic=key != "difference",
        favours=tuple(drawing.text(text) for text in spec.favours or ()),
        axis=spec.axis,
    )
    conventions = method.conventions(parameters, {each.name for each in fields(show)} | {"lower", "upper"})
    if maker.interactions:
        conventions = [*conventions, "p of interactions by likelihood ratio tests."]
    return figure, [*conventions, *maker.problems]


def _pair(spec: ForestFigure, leaves: Sequence[Leaf]) -> tuple[Leaf, Leaf]:
    """Return the two columns that are compared. Raises :class:`AnalysisError` where there are none, or several."""
    found = [groups_of(leaf, leaves) for leaf in leaves]
    pairs = [groups.compared for groups in found if groups is not None and len(groups.compared) == 2]
    if len(pairs) != 1:
        message = f"a forest plot compares two columns, one with the other as `reference`; there are {len(pairs)} such"
        raise AnalysisError("ANALYSIS", spec.place, message)
    return pairs[0][0], pairs[0][1]


def _groups_default(parameters: SpecModel) -> str:
    if isinstance(parameters, Survival):
        return "{events}/{n}"
    return "{n}" if isinstance(parameters, Difference) and parameters.of is not None else "{n}/{N}"


def _lines(maker: _Maker, group: SubgroupSpec) -> Iterator[ForestLine]:
    """Yield the lines of a subgroup spec: one, or a heading and one for each value."""
    label = maker.drawing.text(group.label)
    within = tuple(replace(leaf, scope=leaf.scope.within(group.where, None)) for leaf in maker.pair)
    pair = (within[0], within[1])
    if group.by is None:
        yield _line(maker, group.id, label, pair, 0)
        return
    categories = list(_categories(maker, group, group.by))
    texts = ["", "", ""]
    if maker.interactions:
        texts.append(_interaction(maker, group, pair, [values for _, _, values in categories]))
    yield ForestLine(label=label, heading=True, texts=tuple(texts))
    for name, shown, values in categories:
        inside = tuple(replace(leaf, scope=leaf.scope.within(Among(group.by, values), None)) for leaf in pair)
        yield _line(maker, joined_id(group.id, name), shown, (inside[0], inside[1]), 1)


def _categories(maker: _Maker, group: SubgroupSpec, by: Rule) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, category in group.values.items():
        yield name, maker.drawing.text(label_of(category)), values_of(name, category)
    if not group.values:
        scope = maker.drawing.scope
        records = scope.everyone(by.place)
        numbers, texts = scope.data.categories(records.dataset, by)
        for text in (texts[number] for number in np.unique(numbers[records.positions])):
            if text is not None:
                yield text, text, (text,)


def _interaction(maker: _Maker, group: SubgroupSpec, pair: tuple[Leaf, Leaf], values: list[tuple[str, ...]]) -> str:
    if not group.interaction:
        return ""
    assert isinstance(maker.parameters, HazardRatio)
    assert group.by is not None
    found = interaction(maker.parameters, pair, group.by, values)
    _add(maker, group.id, found)
    return fill(_PVALUE, lambda name: found[name].value, maker.missing)


def _line(maker: _Maker, id_: str, label: str, pair: tuple[Leaf, Leaf], indent: int) -> ForestLine:
    """Return the line of one subgroup: the numbers of each group, and the estimate with its limits."""
    method = METHODS[maker.key]
    assert method.compare is not None
    found = method.compare(maker.parameters, Groups(pair, pair, pair[0]), None)
    _add(maker, id_, found)
    texts = []
    for leaf in pair:
        numbers = _group_numbers(maker, leaf)
        _add(maker, joined_id(id_, leaf.id), numbers)
        texts.append(_filled(maker, maker.groups_show, numbers))
    texts.append(_filled(maker, maker.show, found))
    if "problem" in found:
        maker.problems[f"{label}: not estimable ({found['problem'].value})."] = None
    name = _ESTIMATES.get(maker.key, "ratio")
    estimate, lower, upper = (_number(found[each].value) for each in (name, "lower", "upper"))
    behind = found[name].numerator
    weight = len(behind.positions) if isinstance(behind, Records) else 0
    blank = [""] if maker.interactions else []
    return ForestLine(
        label=label,
        texts=(*texts, *blank),
        estimate=estimate,
        lower=lower,
        upper=upper,
        weight=float(weight),
        indent=indent,
    )


def _group_numbers(maker: _Maker, leaf: Leaf) -> Statistics:
    """Return the numbers of one group: subjects and events, subjects with and without a record, or values."""
    parameters = maker.parameters
    if isinstance(parameters, Survival):
        seen = observed(parameters, (leaf,))
        n, events = len(seen.time), int(seen.event.sum())
        return {
            "n": Statistic(n, seen.everyone, seen.everyone),
            "events": Statistic(events, seen.events, seen.everyone),
        }
    assert isinstance(parameters, Counted)
    if isinstance(parameters, Difference) and parameters.of is not None:
        records, numbers = numbers_of(parameters, parameters.of, leaf)
        described = summary(numbers)
        names = ("n", "mean", "sd")
        return {name: Statistic(getattr(described, name), records, records) for name in names}
    some, whole = share(parameters, leaf.scope)
    n, size = leaf.scope.subject_count(some), leaf.scope.subject_count(whole)
    pct = 100 * n / size if size else None
    return {"n": Statistic(n, some, whole), "N": Statistic(size, whole, whole), "pct": Statistic(pct, some, whole)}


def _add(maker: _Maker, part: str, found: Statistics) -> None:
    variable = METHODS[maker.key].variable(maker.parameters)
    for name, statistic in found.items():
        behind = (statistic.numerator, statistic.denominator)
        maker.drawing.add(part, name, statistic.value, behind, maker.parameters, variable)


def _filled(maker: _Maker, template: Template, found: Statistics) -> str:
    def value(name: str) -> Value:
        if name not in found:
            message = f"{template.text!r}: no statistic {name}; there are {', '.join(found)}"
            raise AnalysisError("TEMPLATE", template.place, message)
        return found[name].value

    return maker.missing if without_value(template, value) else fill(template, value, maker.missing)


def _number(value: Value) -> float | None:
    if not isinstance(value, (int, float)) or isnan(value):
        return None
    return significant(float(value))

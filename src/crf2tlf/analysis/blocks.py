"""Rows and pages that come again for each value of a rule: the values, and what analyses inside take over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import Records
from crf2tlf.analysis.scope import Among, Scope
from crf2tlf.rules.grouping import ranks
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.category import label_of, values_of
from crf2tlf.spec.model import Rule, SpecModel
from crf2tlf.spec.statistic import Counted, Selection
from crf2tlf.spec.template import Template

T = TypeVar("T", bound=SpecModel)


@dataclass(frozen=True)
class BlockValue:
    """A value of a block: its part of ids, what it is called, and the condition of its records."""

    name: str
    label: Template | str
    condition: Among


def inherited(model: T, blocks: Sequence[ForEach]) -> T:
    """Return an analysis (or block) as it is inside of blocks: on their records where it says nothing else.

    ``blocks`` are those on another dataset than the population's, outermost first, themselves inherited.
    """
    if not isinstance(model, Selection) or not blocks:
        return model
    dataset = model.from_ or blocks[-1].from_
    where = [block.where for block in blocks[-1:] if block.from_ == dataset] + [model.where]
    update: dict[str, object] = {"from_": dataset, "where": _both(*(rule for rule in where if rule is not None))}
    if isinstance(model, Counted) and model.denominator is not None:
        update["denominator"] = inherited(model.denominator, blocks)
    return model.model_copy(update=update)


def _both(*rules: Rule) -> Rule | None:
    """Return the rule that all of some rules hold, at the place of the last."""
    if len(rules) < 2:
        return rules[0] if rules else None
    return Rule(" and ".join(f"({rule.text})" for rule in rules), rules[-1].place)


def about_subjects(block: ForEach, scope: Scope) -> bool:
    """Whether a block is on the population's dataset, that is on subjects."""
    return (block.from_ or scope.dataset) == scope.dataset


def block_values(block: ForEach, scope: Scope) -> Iterator[BlockValue]:
    """Yield the values of a block: those listed, or those that its records in the scope have."""
    for name, category in block.values.items():
        yield BlockValue(name, label_of(category), Among(block.by, values_of(name, category)))
    if block.values:
        return
    records = scope.select(block)
    numbers, texts = scope.data.categories(records.dataset, block.by)
    here = numbers[records.positions]
    first = pd.Series(np.arange(len(here))).groupby(here).first()
    if block.order is not None:
        by = pd.Series(ranks(scope.data.column(records.dataset, block.order).iloc[records.positions]))
        first = first.loc[by.groupby(here).min().sort_values(kind="stable").index]
    called = texts if block.named is None else scope.data.texts(records, block.named)
    for number, at in first.items():
        text = texts[int(str(number))]
        if text is not None:
            label = text if block.named is None else called[at]
            yield BlockValue(text, label or text, Among(block.by, (text,)))


def inside(scope: Scope, block: ForEach, value: BlockValue) -> Scope:
    """Return the part of a scope that a block's value is about."""
    if not about_subjects(block, scope):
        return replace(scope, block=(*scope.block, value.condition))
    narrowed = scope.within(value.condition, None)
    return narrowed if block.where is None else narrowed.within(block.where, None)


def size_of(scope: Scope, block: ForEach) -> int:
    """Return how many subjects a block's value has, by the scope of the value."""
    if about_subjects(block, scope):
        return scope.size
    records: Records = scope.select(block)
    return scope.subject_count(records)

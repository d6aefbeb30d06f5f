"""The columns of a table: their ids, headers and scopes, from column specs that may hold and repeat columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crf2tlf.analysis.data import AnalysisError
from crf2tlf.analysis.scope import Among, Scope, joined_id
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import nearest
from crf2tlf.spec.category import Pooled, label_of, values_of
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import ColumnSpec, OutputSpec
from crf2tlf.spec.template import Template


@dataclass(frozen=True, eq=False)
class Leaf:
    """A column that holds cells: the end of its ids, header, and scope; ``spanners`` are over it, outermost first.

    ``of`` is what analyses in the column are of, where the column says it; ``reference`` the id of the column that
    comparisons are against, its own in that column.
    """

    id: str
    label: str
    scope: Scope
    spec: ColumnSpec
    spanners: tuple[str, ...] = ()
    of: Rule | None = None
    show: Template | None = None
    reference: str = ""

    @property
    def suffix(self) -> str:
        """What the column adds to the ids of cells and results."""
        return f"/{self.id}" if self.id else ""


def leaves(output: OutputSpec, whole: Scope, texts: Texts) -> list[Leaf]:
    """Return the columns of an output: those with `by` become one a value, those with columns under them spread out."""
    given = output.columns
    if isinstance(given, str):
        known = whole.data.study.analysis.columns
        if given not in known:
            message = f"there are no columns {given}{nearest(given, known)}"
            raise AnalysisError("SPEC_REFERENCE", output.place, message)
        given = known[given]
    found = list(_spread(Leaf("", "", whole, ColumnSpec()), given, texts))
    ids = [leaf.id for leaf in found]
    if len(set(ids)) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1) or "(none)"
        raise AnalysisError("ANALYSIS", output.place, f"several columns have the id {twice}; each needs one of its own")
    return found


def _spread(above: Leaf, specs: Sequence[ColumnSpec], texts: Texts) -> Iterator[Leaf]:
    """Yield the columns of some specs, and those under them, within the column above."""
    for spec in specs:
        for leaf in _groups(above, spec, texts):
            if spec.columns:
                yield from _spread(replace(leaf, spanners=(*leaf.spanners, leaf.label)), spec.columns, texts)
            else:
                yield leaf


def _groups(above: Leaf, spec: ColumnSpec, texts: Texts) -> Iterator[Leaf]:
    inside = above.scope.within(spec.subjects, spec.records)
    id_ = _under(above.id, spec.id)
    base = replace(above, spec=spec, of=spec.of or above.of, show=spec.show or above.show)
    rule = spec.by or spec.records_by
    if rule is None:
        reference = _reference(above, spec, (spec.id,))
        shown = texts.render(spec.label, N=inside.size)
        yield replace(base, id=id_, label=shown, scope=inside, reference=reference)
        return
    for name, category, values in _categories(spec, rule, inside):
        condition = Among(rule, values)
        scope = inside.within(condition, None) if spec.by else inside.within(None, condition)
        shown = category if isinstance(category, str) else texts.render(category, N=scope.size)
        if spec.label is not None:
            shown = texts.render(spec.label, N=scope.size, value=shown)
        reference = _reference(above, spec, (spec.id, name))
        yield replace(base, id=_under(id_, name), label=shown, scope=scope, reference=reference)
    if spec.total is not None:
        reference = "" if spec.reference is not None else _reference(above, spec, (spec.id, "total"))
        shown = texts.render(spec.total, N=inside.size)
        yield replace(base, id=_under(id_, "total"), label=shown, scope=inside, reference=reference)


def _reference(above: Leaf, spec: ColumnSpec, own: tuple[str | None, ...]) -> str:
    """Return the id of a column's reference: the one the spec names, or its like under the reference above."""
    if spec.reference is not None:
        return _under(above.id, *((spec.id, spec.reference) if spec.by or spec.records_by else (spec.reference,)))
    return _under(above.reference, *own) if above.reference else ""


def _under(id_: str, *parts: str | None) -> str:
    """Return the id of a column under the one with an id."""
    return "/".join(part for part in (id_, joined_id(*parts)) if part)


def _categories(
    spec: ColumnSpec, rule: Rule, scope: Scope
) -> Iterator[tuple[str, Template | str, tuple[str | None, ...]]]:
    """Yield the end of the id, the label and the values of each category: those listed, or those found."""
    for name, category in spec.values.items():
        _check_pooled(name, category, spec)
        yield name, label_of(category), values_of(name, category)
    if not spec.values:
        records = scope.everyone(spec.place)
        numbers, found = scope.data.categories(records.dataset, rule)
        for text in (found[number] for number in np.unique(numbers[records.positions])):
            if text is not None:
                yield text, text, (text,)
    if spec.missing is not None:
        yield "missing", spec.missing, (None,)


def _check_pooled(name: str, category: Template | Pooled, spec: ColumnSpec) -> None:
    if isinstance(category, Pooled) and name in category.of and len(category.of) > 1:
        message = f"{name} is the name of several values and one of them; give the pooled column another name"
        raise AnalysisError("ANALYSIS", spec.place, message)

"""Which cells of tables, listings and figures show something that a change could touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np

from crf2tlf.analysis.data import as_texts
from crf2tlf.analysis.results import Output, Result, Table
from crf2tlf.analysis.scope import joined_id
from crf2tlf.analysis.templates import fields
from crf2tlf.build.planned import ROWS
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import OWN, SOURCE
from crf2tlf.spec.category import values_of
from crf2tlf.spec.model import Rule
from crf2tlf.spec.output import ListingColumn, ListingSpec
from crf2tlf.spec.statistic import Count
from crf2tlf.trace.analyses import Analysis, Asked
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.closure import Mask
from crf2tlf.trace.model import CellPlace, TouchedCell

Masks = Mapping[str, Mapping[str, Mask]]
EVERYBODY = ("population", "column's subjects")
"""Rules that say whose records count at all; the others say which."""
DRAWN = ("bar", "lane")
"""Figures' numbers of one record each: what other records are does not change them."""
SHOWN_ALWAYS = frozenset({"any", "missing", "total"})
"""Rows of a count that records of other categories count in, too."""


class TouchedCells:
    """The cells that look at values that may change: ``masks`` by table and variable.

    ``appear`` are datasets that may get records of some subjects, None: of any.
    """

    def __init__(self, chains: Chains, masks: Masks, appear: Mapping[str, set[str] | None]) -> None:
        self.chains = chains
        self.tracing = chains.tracing
        self.build = chains.tracing.build
        self.masks = masks
        self.appear = appear
        self._rules: dict[tuple[str, str], Mask] = {}
        self._chosen: dict[tuple[str, str], Mask] = {}
        self._read: dict[tuple[str, int], tuple[bool, dict[str, Mask]]] = {}
        self._inside: dict[tuple[str, str, frozenset[str]], Mask] = {}

    def cells(self) -> Iterator[TouchedCell]:
        """Yield the cells, then the numbers of figures that no cell shows, then the rows of listings."""
        found = {result.id: self.at(result) for result in self.tracing.results.results}
        shown: set[str] = set()
        for place, ids in self.chains.cells.values():
            shown.update(ids)
            here = [found[id_] for id_ in ids if id_ in found and found[id_] is not None]
            if here:
                yield TouchedCell(place, any(bool(each) for each in here))
        for result in self.tracing.results.results:
            counted = found[result.id]
            if counted is not None and result.id not in shown and result.output in self.figures:
                row = " / ".join(part for part in (result.analysis, result.group) if part)
                yield TouchedCell(CellPlace(result.output, result.id, row, result.statistic, result.text), counted)
        for output in self.tracing.results.outputs:
            if isinstance(output.body, Table) and output.body.dataset is not None:
                yield from self._listing(output, output.body)

    @cached_property
    def figures(self) -> frozenset[str]:
        """The outputs that are figures: they draw numbers that are in no cell."""
        return frozenset(output.id for output in self.tracing.results.outputs if output.kind == "figure")

    # Results

    def at(self, result: Result) -> bool | None:
        """Return whether a result counts records that may change; None where it does not even look at any."""
        analysis = self.tracing.analysis(result)
        if analysis is None:
            return None
        one = result.analysis in DRAWN and result.output in self.figures
        behind = self._behind(result.model_copy(update={"denominator": None}) if one else result)
        looks = counted = any(self.exists(name)[positions].any() for name, positions in behind.items())
        datasets = {asked.dataset for asked in analysis.rules if asked.dataset} | set(behind)
        looks = looks or any(name in self.appear for name in datasets)
        for number, asked in enumerate(analysis.rules):
            if asked.dataset and self.rule(asked.dataset, asked.rule).any():
                mask = self.rule(asked.dataset, asked.rule)
                counted = counted or (asked.dataset in behind and bool(mask[behind[asked.dataset]].any()))
                looks = looks or counted or bool((mask & self._could_count(result, analysis, number)).any())
        return bool(counted) if counted or (looks and not one) else None

    def _behind(self, result: Result) -> dict[str, Integers]:
        found: dict[str, Integers] = {}
        for name in (result.numerator, result.denominator):
            dataset, positions = self.tracing.set_positions(name)
            if dataset:
                found[dataset] = np.union1d(found.get(dataset, positions), positions)
        return found

    def _could_count(self, result: Result, analysis: Analysis, number: int) -> Mask:
        """Return for which records a changed value of a rule could matter to a result.

        It does not where another rule, of which nothing changes, leaves the record out before and after.
        """
        changed = analysis.rules[number]
        kept = np.ones(self.build.datasets[changed.dataset].size, dtype=bool)
        for other, asked in enumerate(analysis.rules):
            if other == number or asked.dataset != changed.dataset or not asked.selects:
                continue
            if changed.what in EVERYBODY and asked.what not in EVERYBODY:
                continue  # who counts decides on denominators, whatever else is selected
            inside = self._selected(asked, result, analysis)
            if inside is not None:
                kept &= inside | self.rule(asked.dataset, asked.rule)
        return kept

    def _selected(self, asked: Asked, result: Result, analysis: Analysis) -> Mask | None:
        """Return which records a rule selects for a result; None where that cannot be said."""
        try:
            if asked.selects != "category":
                return self._where(asked)
            return self._of_category(asked, result, analysis)
        except RuleError:  # reported where the output was made
            return None

    def _where(self, asked: Asked) -> Mask:
        key = asked.dataset, asked.rule.text
        if key not in self._chosen:
            self._chosen[key] = self.build.where(asked.dataset, asked.rule)
        return self._chosen[key]

    def _of_category(self, asked: Asked, result: Result, analysis: Analysis) -> Mask | None:
        """Return which records are of the category of a count's row, whose id is among the parts of the result's."""
        spec, whole = analysis.model, result.id.removesuffix(f"/{result.statistic}").removesuffix(f"/{result.group}")
        parts = frozenset(whole.split("/")[1:])
        if not isinstance(spec, Count) or parts & SHOWN_ALWAYS:
            return None
        key = asked.dataset, asked.rule.text, parts
        if key not in self._inside:
            texts = as_texts(self.build.evaluate(asked.dataset, asked.rule))
            inside = {text: bool(_rows(spec, text) & parts) for text in set(texts)}
            self._inside[key] = np.array([inside[text] for text in texts], dtype=bool)
        return self._inside[key]

    def exists(self, name: str) -> Mask:
        """Return which records of a finished dataset might cease to be."""
        return self._finished(name, [ROWS])

    def _finished(self, name: str, variables: Iterable[str]) -> Mask:
        """Return which records of a finished dataset have a value among variables that may change."""
        dataset = self.build.datasets[name]
        masks = self.masks.get(dataset.spec.dataset, {})
        found = [masks[variable] for variable in variables if variable in masks]
        if dataset.is_supplement:
            found = list(masks.values())
        whole = np.logical_or.reduce(found) if found else np.zeros(dataset.positions.max(initial=-1) + 1, dtype=bool)
        return whole[dataset.positions] if len(dataset.positions) else np.zeros(0, dtype=bool)

    def rule(self, name: str, rule: Rule) -> Mask:
        """Return for which records of a finished dataset a rule reads a value that may change."""
        key = name, rule.text
        if key not in self._rules:
            touched = np.zeros(self.build.datasets[name].size, dtype=bool)
            for reading in self.tracing.read_by(name, rule):
                table = name if reading.table in (OWN, SOURCE) else reading.table
                if table not in self.build.datasets:
                    continue
                changed = self._finished(table, [*reading.variables, ROWS])
                left, right = reading.pairs(len(touched))
                touched[left[changed[right]]] = True
                if reading.right is not None and table in self.appear:
                    touched |= self._of_subjects(name, self.appear[table])
            self._rules[key] = touched
        return self._rules[key]

    def _of_subjects(self, name: str, subjects: set[str] | None) -> Mask:
        """Return which records of a finished dataset are of some subjects; those without a subject always are."""
        frame = self.build.datasets[name].frame
        if subjects is None or SUBJECT not in frame:
            return np.ones(len(frame), dtype=bool)
        return (frame[SUBJECT].isin(subjects) | frame[SUBJECT].isna()).to_numpy(dtype=bool)

    # Listings

    def _listing(self, output: Output, body: Table) -> Iterator[TouchedCell]:
        """Yield the cells of a listing whose values may change, and one of the listing where its rows may."""
        spec = self.build.study.outputs[output.id].listing if output.id in self.build.study.outputs else None
        name = body.dataset
        if spec is None or name is None:
            return
        changed = [self._column(name, column) for column in spec.columns]
        gone = self.exists(name)
        for row in body.rows:
            at = self.tracing.sets.record_position(name, row.record)
            if at is None:
                continue
            for head, cell, mask in zip(body.columns, row.cells, changed, strict=True):
                if mask[at] or gone[at]:
                    yield TouchedCell(CellPlace(output.id, "", f"{name} {at + 1}", head.label, cell.text), True)
        if self._rows_of(output, spec, name):
            yield TouchedCell(CellPlace(output.id, "", "", "which rows there are, and their order", ""), False)

    def _column(self, name: str, column: ListingColumn) -> Mask:
        """Return for which records of a dataset a listing's column reads a value that may change."""
        rules = [column.value] if column.value is not None else []
        if column.show is not None:
            rules += [Rule(field.name, column.show.place) for field in fields(column.show)]
        changed = [self.rule(name, rule) for rule in rules]
        touched: Mask = np.any([np.zeros(self.build.datasets[name].size, dtype=bool), *changed], axis=0)
        return touched

    def _rows_of(self, output: Output, spec: ListingSpec, name: str) -> bool:
        """Whether rows of a listing may come, go or move."""
        analysis = self.tracing.analyses.of_listing(output.id)
        keys = [Rule(key, spec.place) for key in self.build.datasets[name].keys]
        order = spec.order or keys
        about = {asked.dataset for asked in analysis.rules}
        if name in self.appear or self.exists(name).any() or about & self.appear.keys():
            return True
        if any(self.exists(dataset).any() for dataset in about):
            return True
        chosen = any(self.rule(asked.dataset, asked.rule).any() for asked in analysis.rules)
        return chosen or any(self.rule(name, rule).any() for rule in order)


def _rows(spec: Count, text: str | None) -> frozenset[str]:
    """Return the ids of the rows of a count that a record with a value of its first category rule is in."""
    if spec.values:
        names = [name for name, category in spec.values.items() if text in values_of(name, category)]
        return frozenset(part for name in names for part in joined_id(name).split("/"))
    return frozenset(joined_id(text).split("/")) if text else frozenset()

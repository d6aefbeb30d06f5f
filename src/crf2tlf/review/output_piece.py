"""The piece ``output/<id>``: what cells and elements of a figure show, their rules, and the records behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Output, Result
from crf2tlf.findings import Place
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review.cell_labels import labelled_cells
from crf2tlf.review.figure_marks import Mark
from crf2tlf.review.model import Review
from crf2tlf.review.records import SUBJECT
from crf2tlf.trace.record_sets import DESIGN

STATUSES = ("agrees", "noted", "explained", "differs")
"""How a number may stand to a publication: equal, equal with a note, different with a note, different."""

_OF_A_SUBJECT = ("bar", "lane")
"""Parts of a figure whose results are groups of one subject each."""


class OutputPieces:
    """Makes the pieces of outputs; what several outputs share is worked out once."""

    def __init__(self, review: Review, subjects: pd.Index[Any]) -> None:
        self._review = review
        self._sets = review.tracing.sets
        self._numbers = subjects
        self._subjects: dict[str, Integers] = {}
        self._coded: dict[str, dict[str, Any]] = {}
        self._reconciled = reconciled(review.reconciliation)

    def piece(self, output: Output, results: Sequence[Result], marks: Sequence[Mark]) -> dict[str, Any]:
        """Return the piece of an output with all its results, shown or not."""
        cells = {
            found.id: {
                "text": found.cell.text,
                "results": list(found.cell.results),
                "row": found.row,
                "column": found.column,
            }
            for found in labelled_cells(self._review.build.study, output)
        }
        used = {each for result in results for each in (result.numerator, result.denominator) if each is not None}
        sets = {str(self._sets.numbers[name]): self._set(name) for name in sorted(used)}
        of_marks = {}
        for at, mark in enumerate(marks):
            number = None
            if mark.records is not None:
                number = len(self._sets.numbers) + at
                sets[str(number)] = self._records(mark.dataset, mark.records)
            subject = None if mark.subject is None else int(self._numbers.get_indexer(pd.Index([mark.subject]))[0])
            of_marks[mark.key] = {
                "kind": mark.kind,
                "values": dict(mark.values),
                "results": list(mark.results),
                "set": number,
                "curve": mark.curve,
                "subject": subject,
            }
        rules = _Rules(self._review)
        return {
            "cells": cells,
            "results": {result.id: self._result(result, rules) for result in results},
            "rules": rules.found,
            "sets": sets,
            "marks": of_marks,
            "reconciliation": {id_: found for id_, found in self._reconciled.items() if id_ in cells},
        }

    def _result(self, result: Result, rules: _Rules) -> dict[str, Any]:
        numbers = self._sets.numbers
        number = rules.number(result)
        return {
            "statistic": result.statistic,
            "value": result.value,
            "text": result.text,
            "variable": result.variable,
            "analysis": result.analysis,
            "group": result.group,
            "rules": number,
            "ratio": number in rules.of_ratios,
            "numerator": None if result.numerator is None else numbers[result.numerator],
            "denominator": None if result.denominator is None else numbers[result.denominator],
        }

    def _set(self, name: str) -> dict[str, Any]:
        if name not in self._coded:
            if self._sets.dataset(name) == DESIGN:
                self._coded[name] = {"constants": [self._constant(*item) for item in self._sets.constants(name)]}
            else:
                self._coded[name] = self._records(self._sets.dataset(name), self._sets.positions(name))
        return self._coded[name]

    def _records(self, dataset: str, positions: Integers) -> dict[str, Any]:
        """Return records by their numbers and subjects, each first number and then the differences."""
        if dataset not in self._subjects:
            of = self._review.build.datasets[dataset].frame[SUBJECT]
            self._subjects[dataset] = np.asarray(self._numbers.get_indexer(pd.Index(of)), dtype=np.int64)
        subjects = np.unique(self._subjects[dataset][positions])
        return {"dataset": dataset, "records": differences(positions + 1), "subjects": differences(subjects)}

    def _constant(self, name: str | float, value: str | float) -> list[str | float]:
        """Return a design constant with its place: a line of study.yaml; none where a spec gives the number itself."""
        spec = self._review.build.study.spec
        stated = spec.constants.get(str(name).removeprefix("study."))
        place = getattr(stated, "place", None)
        return [name, value, str(place) if isinstance(place, Place) else ""]


class _Rules:
    """The rules behind the results of an output, each list of them once."""

    def __init__(self, review: Review) -> None:
        self.found: list[list[list[str]]] = []
        self.of_ratios: set[int] = set()
        self._review = review
        self._known: dict[tuple[str, str], int] = {}
        self._numbers: dict[str, int] = {}

    def number(self, result: Result) -> int:
        """Return the place of a result's rules in the list; they are the same for every bar and every lane."""
        group = "" if result.analysis in _OF_A_SUBJECT else result.group
        key = result.analysis, group
        if key not in self._known:
            analysis = self._review.tracing.analysis(result)
            ratio = analysis is not None and analysis.is_ratio
            rules = [[line.what, line.text, line.place] for line in analysis.lines] if analysis is not None else []
            self._known[key] = self._numbers.setdefault(repr((ratio, rules)), len(self.found))
            if self._known[key] == len(self.found):
                self.found.append(rules)
                self.of_ratios |= {len(self.found) - 1} if ratio else set()
        return self._known[key]


def differences(numbers: Integers) -> list[int]:
    """Return ascending numbers as the first one and then the differences."""
    found: list[int] = np.diff(numbers, prepend=0).tolist()
    return found


def reconciled(rows: Iterable[ReconciliationRow]) -> Mapping[str, dict[str, str]]:
    """Return by cell what a publication says: all its numbers for the cell together, the worst status of them."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        status = _status(row)
        if row.cell in found:
            before = found[row.cell]
            status = max(status, before["status"], key=STATUSES.index)
            published = "; ".join(dict.fromkeys((before["published"], row.published)))
            found[row.cell] = {**before, "status": status, "published": published}
        elif row.cell:
            about = {"published": row.published, "computed": row.generated, "note": row.note, "label": row.label}
            found[row.cell] = {"status": status, **about}
    return found


def _status(row: ReconciliationRow) -> str:
    if row.agrees:
        return "noted" if row.note else "agrees"
    return "explained" if row.note else "differs"

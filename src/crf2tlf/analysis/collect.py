"""Results and record sets as they come up: each id once, equal sets of records once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Constants, Data, as_texts, kind_of
from crf2tlf.analysis.results import Cell, RecordSet, Result
from crf2tlf.analysis.statistic import Source, Statistic, Statistics
from crf2tlf.analysis.templates import Value, fields, fill, is_missing, show
from crf2tlf.findings import Place, nearest
from crf2tlf.spec.template import Template
from crf2tlf.statistics import significant

KeyValues = tuple[str | float, ...]


class Collector:
    """The results of all outputs and the sets of records behind them."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.missing = data.study.analysis.missing
        self.results: dict[str, Result] = {}
        self.record_sets: dict[str, RecordSet] = {}
        self._keys: dict[str, list[KeyValues]] = {}
        self._digests: dict[str, np.ndarray[Any, np.dtype[np.uint8]]] = {}
        self._known: dict[tuple[str, bytes], str] = {}

    def add(
        self, id_: str, about: Mapping[str, str], found: Statistics, show_as: Template, missing: str, place: Place
    ) -> None:
        """Add each statistic of an analysis as a result; its text is as the template shows it."""
        shapes = {field.name: field.format for field in reversed(fields(show_as))}
        for name, statistic in found.items():
            if statistic.on_request and name not in shapes:
                continue
            shape = shapes.get(name, shapes.get("value", "") if name.isdigit() else "")
            self.add_one(f"{id_}/{name}", about, name, statistic, shape, place, missing)

    def add_one(
        self,
        id_: str,
        about: Mapping[str, str],
        name: str,
        statistic: Statistic,
        shape: str,
        place: Place,
        missing: str | None = None,
    ) -> str:
        """Add one statistic as a result, and return its id."""
        if id_ in self.results:
            raise AnalysisError("ANALYSIS", place, f"two results have the id {id_}; give rows and columns other ids")
        absent = self.missing if missing is None else missing
        try:
            text = show(statistic.value, shape, absent)
        except ValueError:  # the template itself is reported where the cell is made
            text = show(statistic.value, "", absent)
        self.results[id_] = Result(
            id=id_,
            statistic=name,
            value=_plain(statistic.value),
            text=text,
            numerator=self.record_set(statistic.numerator),
            denominator=self.record_set(statistic.denominator),
            **about,
        )
        return id_

    def cell(self, id_: str, results: str, found: Statistics, show_as: Template, missing: str) -> Cell:
        """Return the cell that a template makes of statistics, whose results have ids starting with ``results``."""

        def value(name: str) -> Value:
            if name not in found:
                message = f"{show_as.text!r}: no statistic {name}{nearest(name, found)}; there are {', '.join(found)}"
                raise AnalysisError("TEMPLATE", show_as.place, message)
            return found[name].value

        text = fill(show_as, value, missing)
        asked = fields(show_as)
        names = tuple(f"{results}/{name}" for name in dict.fromkeys(field.name for field in asked))
        number = _plain(found[asked[0].name].value) if len(asked) == 1 else None
        if isinstance(number, float):
            decimals = asked[0].decimals if "." in text or not asked[0].decimals else None  # 0 for 0.0
            return Cell(text=text, id=id_, number=number, decimals=decimals, results=names)
        return Cell(text=text, id=id_, results=names)

    def record_set(self, source: Source | None) -> str | None:
        """Return the id of a set of records, adding it if it is new."""
        if source is None:
            return None
        if isinstance(source, Constants):
            values = [(name, float(v) if isinstance(v, (int, float)) else v) for name, v in source.values]
            digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()
            return self._add(f"study-{digest[:12]}", "study", ("NAME", "VALUE"), list(dict.fromkeys(values)))
        positions = np.asarray(source.positions, dtype=np.int64)
        known = source.dataset, positions.tobytes()
        if known not in self._known:
            keys = self.keys_of(source.dataset)
            digest = hashlib.sha256(self._digests[source.dataset][positions].tobytes()).hexdigest()
            records = [keys[at] for at in positions.tolist()]
            names = self.data.datasets[source.dataset].keys
            self._known[known] = self._add(f"{source.dataset}-{digest[:12]}", source.dataset, names, records)
        return self._known[known]

    def _add(self, id_: str, dataset: str, keys: tuple[str, ...], records: Sequence[KeyValues]) -> str:
        if id_ not in self.record_sets:  # made here, so not validated again
            self.record_sets[id_] = RecordSet.model_construct(dataset=dataset, keys=keys, records=tuple(records))
        return id_

    def keys_of(self, dataset: str) -> list[KeyValues]:
        """Return the key values of every record of a dataset; a missing value is the empty text."""
        if dataset not in self._keys:
            here = self.data.datasets[dataset]
            columns = [key_values(here.frame[key]) for key in here.keys if key in here.frame]
            keys: list[KeyValues] = list(zip(*columns, strict=True)) if columns else [()] * len(here.frame)
            digests = b"".join(hashlib.sha256(repr(key).encode()).digest() for key in keys)
            self._keys[dataset] = keys
            self._digests[dataset] = np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32)
        return self._keys[dataset]


def key_values(values: pd.Series[Any]) -> list[str | float]:
    """Return a key's values as results have them: numbers, else texts; a missing value is the empty text."""
    if kind_of(values) == "a number":
        return ["" if isnan(number) else number for number in values.to_numpy(dtype=np.float64).tolist()]
    return [text or "" for text in as_texts(values)]


def _plain(value: Value) -> float | str | None:
    """Return a value as it is kept: numbers with 12 significant digits, dates in ISO 8601."""
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, str):
        return value
    assert isinstance(value, (int, float, Fraction, np.number))
    return significant(float(value))

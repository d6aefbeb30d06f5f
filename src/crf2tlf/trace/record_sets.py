"""The sets of records behind results: their numbers on the site, and where their records are in the finished data."""

from __future__ import annotations

import numpy as np

from crf2tlf.analysis.collect import key_values
from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult
from crf2tlf.methods.catalogue import Integers

DESIGN = "study"
"""The dataset that sets of design constants name."""


class RecordSets:
    """The record sets of the results. Their numbers, from 0, are in the order in which ``results.json`` has them."""

    def __init__(self, build: BuildResult, results: Results) -> None:
        self._build = build
        self._sets = results.record_sets
        self.numbers: dict[str, int] = {name: number for number, name in enumerate(results.record_sets)}
        self._records: dict[str, dict[tuple[str | float, ...], list[int]]] = {}

    def dataset(self, name: str) -> str:
        """Return the dataset of a set, :data:`DESIGN` for design constants."""
        return self._sets[name].dataset

    def constants(self, name: str) -> tuple[tuple[str | float, ...], ...]:
        """Return the names and values of a set of design constants."""
        return self._sets[name].records

    def positions(self, name: str) -> Integers:
        """Return the positions in the finished dataset of a set's records, ascending.

        Where keys are not unique, all records with the keys of one of the set are among them.
        """
        found = self._sets[name]
        known = self._by_keys(found.dataset)
        return np.array(sorted({at for record in found.records for at in known[record]}), dtype=np.int64)

    def _by_keys(self, name: str) -> dict[tuple[str | float, ...], list[int]]:
        """Return the positions of a dataset's records by the values of their keys, as results give them."""
        if name not in self._records:
            dataset = self._build.datasets[name]
            columns = [key_values(dataset.frame[key]) for key in dataset.keys if key in dataset.frame]
            found: dict[tuple[str | float, ...], list[int]] = {}
            for at, key in enumerate(zip(*columns, strict=True) if columns else [()] * dataset.size):
                found.setdefault(key, []).append(at)
            self._records[name] = found
        return self._records[name]

    def record_position(self, dataset: str, record: tuple[str | float, ...]) -> int | None:
        """Return the position of the record that a listing's row names by its keys."""
        found = self._by_keys(dataset).get(record)
        return found[0] if found else None

"""Lineage as it is written: for each record its source records, for each variable the variables its rules use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.tables import DatasetTable, FormTable
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.scope import Ref


def lineage(build: BuildResult, datasets: Iterable[Dataset]) -> dict[str, dict[str, Any]]:
    """Return the lineage of finished datasets as plain data, a key a dataset.

    ``variables``: for each variable what its rules use. ``records``: for each source table an ``offsets`` and a
    ``sources`` list, so that the sources of record ``i`` (counted from 0) are ``sources[offsets[i]:offsets[i + 1]]``:
    line numbers of a form's file or of study.yaml, record numbers (counted from 1) of a dataset.
    """
    return {
        dataset.name: {
            "variables": variable_lineage(build, dataset),
            "records": {
                table: {"offsets": offsets.tolist(), "sources": _numbers(build, table)[rows].tolist()}
                for table, offsets, rows in record_lineage(build, dataset)
            },
        }
        for dataset in datasets
    }


def _numbers(build: BuildResult, table: str) -> Integers:
    """Return for each position of a table the line or record number that people see."""
    source = build.tables[table]
    if isinstance(source, FormTable):
        return source.lines
    numbers = np.zeros(source.size, dtype=np.int64)
    numbers[build.datasets[table].positions] = np.arange(1, source.size + 1)
    return numbers


def record_lineage(build: BuildResult, dataset: Dataset) -> list[tuple[str, Integers, Integers]]:
    """Return the source records of a finished dataset's records, stages taken together.

    Each entry is a source table with offsets and rows: the sources of record ``i`` are
    ``rows[offsets[i]:offsets[i + 1]]``, positions in the source's table.
    """
    links = _expanded(build, dataset.name.removeprefix("SUPP"))
    result = []
    for table, record, row in links:
        where = np.full(_size(build, dataset), -1, dtype=np.int64)
        where[dataset.positions] = np.arange(len(dataset.positions))
        at = where[record]
        kept = np.flatnonzero(at >= 0)
        order = kept[np.lexsort((row[kept], at[kept]))]
        counts = np.bincount(at[order], minlength=dataset.size)
        result.append((table, np.r_[0, np.cumsum(counts)].astype(np.int64), row[order]))
    return result


def _size(build: BuildResult, dataset: Dataset) -> int:
    return build.tables[dataset.name.removeprefix("SUPP")].size


def _expanded(build: BuildResult, name: str) -> list[tuple[str, Integers, Integers]]:
    """Return pairs of record and source position by source table; a stage's own records are replaced by theirs."""
    table = build.tables[name]
    assert isinstance(table, DatasetTable)
    pairs: dict[str, list[tuple[Integers, Integers]]] = {}
    for block in table.blocks:
        for link in block.links:
            counts = np.diff(link.offsets)
            record = np.repeat(np.arange(block.start, block.stop, dtype=np.int64), counts)
            if "@" not in link.table:
                pairs.setdefault(link.table, []).append((record, link.rows))
                continue
            for source, inner, rows in _expanded(build, link.table):
                order = np.argsort(inner, kind="stable")
                first = np.searchsorted(inner[order], link.rows, side="left")
                count = np.searchsorted(inner[order], link.rows, side="right") - first
                outer = np.repeat(record, count)
                within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
                pairs.setdefault(source, []).append((outer, rows[order[np.repeat(first, count) + within]]))
    return [
        (source, np.concatenate([r for r, _ in parts]), np.concatenate([s for _, s in parts]))
        for source, parts in pairs.items()
    ]


def variable_lineage(build: BuildResult, dataset: Dataset) -> dict[str, list[str]]:
    """Return for each variable the variables and columns its rules use, stages under the dataset's own name."""
    result = {}
    for variable in dataset.variables:
        planned = build.plan.variables.get(Ref(dataset.name, variable.name))
        needs = planned.needs if planned else frozenset()
        result[variable.name] = sorted({f"{ref.table.split('@')[0]}.{ref.variable}" for ref in needs})
    return result

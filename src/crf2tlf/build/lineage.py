"""Lineage as it is written: for each record its source records, for each variable the variables its rules use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.tables import DatasetTable, FormTable, Link
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.scope import Ref

Known = dict[str, list[Link]]
"""Links of tables that were worked out before, by table."""


def lineage(build: BuildResult, datasets: Iterable[Dataset]) -> dict[str, dict[str, Any]]:
    """Return the lineage of finished datasets as plain data, a key a dataset.

    ``variables``: for each variable what its rules use. ``records``: for each source table an ``offsets`` and a
    ``sources`` list, so that the sources of record ``i`` (counted from 0) are ``sources[offsets[i]:offsets[i + 1]]``:
    line numbers of a form's file or of study.yaml, record numbers (counted from 1) of a dataset.
    """
    known: Known = {}
    return {
        dataset.name: {
            "variables": variable_lineage(build, dataset),
            "records": {
                link.table: {
                    "offsets": link.offsets.tolist(),
                    "sources": record_numbers(build, link.table)[link.rows].tolist(),
                }
                for link in record_lineage(build, dataset, known)
            },
        }
        for dataset in datasets
    }


def record_numbers(build: BuildResult, table: str) -> Integers:
    """Return for each position of a table the line or record number that people see."""
    source = build.tables[table]
    if isinstance(source, FormTable):
        return source.lines
    numbers = np.zeros(source.size, dtype=np.int64)
    numbers[build.datasets[table].positions] = np.arange(1, source.size + 1)
    return numbers


def record_lineage(build: BuildResult, dataset: Dataset, known: Known | None = None) -> list[Link]:
    """Return the source records of a finished dataset's records, one link a source table, stages taken together.

    The rows of a link are positions in the source's table. ``known`` keeps what was worked out for other datasets.
    """
    links = _links(build, dataset.spec.dataset, {} if known is None else known)
    return [_taken(link, dataset.positions) for link in links]


def _links(build: BuildResult, name: str, known: Known) -> list[Link]:
    """Return the links of all records of a table; links to an earlier stage are replaced by that stage's own."""
    if name not in known:
        table = build.tables[name]
        assert isinstance(table, DatasetTable)
        pieces: dict[str, list[tuple[Integers, Integers]]] = {}
        for block in table.blocks:
            for link in block.links:
                record = np.repeat(np.arange(block.start, block.stop, dtype=np.int64), np.diff(link.offsets))
                inner = _links(build, link.table, known) if "@" in link.table else None
                if inner is None:
                    pieces.setdefault(link.table, []).append((record, link.rows))
                for further in inner or []:
                    composed = _taken(further, link.rows)
                    outer = np.repeat(record, np.diff(composed.offsets))
                    pieces.setdefault(further.table, []).append((outer, composed.rows))
        known[name] = [_gathered(source, parts, table.size) for source, parts in pieces.items()]
    return known[name]


def _gathered(source: str, parts: list[tuple[Integers, Integers]], size: int) -> Link:
    """Put pairs of record and source position together; a pair that stands twice counts once."""
    record, rows = np.concatenate([r for r, _ in parts]), np.concatenate([s for _, s in parts])
    pair = record * (int(rows.max(initial=0)) + 1) + rows  # one number a pair: mostly in order already, so sorted fast
    order = np.argsort(pair, kind="stable")
    record, rows = record[order], rows[order]
    new = np.ones(len(record), dtype=bool)
    new[1:] = (record[1:] != record[:-1]) | (rows[1:] != rows[:-1])
    counts = np.bincount(record[new], minlength=size)
    return Link(source, np.r_[0, np.cumsum(counts)].astype(np.int64), rows[new])


def _taken(link: Link, positions: Integers) -> Link:
    """Return the link of the records at positions, in that order."""
    first, count = link.offsets[positions], np.diff(link.offsets)[positions]
    within = np.arange(count.sum(), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    offsets = np.r_[0, np.cumsum(count)].astype(np.int64)
    return Link(link.table, offsets, link.rows[np.repeat(first, count) + within])


def variable_lineage(build: BuildResult, dataset: Dataset) -> dict[str, list[str]]:
    """Return for each variable the variables and columns its rules use, stages under the dataset's own name.

    A table whose records only are counted stands by itself. QVAL has what all supplemental qualifiers use.
    """
    result = {}
    for variable in dataset.variables:
        names = [variable.name]
        if dataset.is_supplement:
            names = list(dataset.spec.supplemental) if variable.name == "QVAL" else []
        planned = [build.plan.variables[Ref(dataset.spec.dataset, name)] for name in names]
        needs = frozenset[Ref]().union(*(variable.needs for variable in planned))
        named = {ref.table for ref in needs if ref.variable}
        used = {ref for ref in needs if ref.variable or ref.table not in named}
        result[variable.name] = sorted({f"{r.table.split('@')[0]}.{r.variable}".removesuffix(".") for r in used})
    return result

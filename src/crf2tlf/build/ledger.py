"""The ledger: where every raw record went. It ends in named datasets, or a named rule left it out; nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crf2tlf.build.planned import Plan
from crf2tlf.build.raw import RawData
from crf2tlf.build.tables import DatasetTable, FormTable, Tables
from crf2tlf.findings import Findings
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.grouping import combine


@dataclass(frozen=True)
class LedgerEntry:
    """Records of a form with one fate: ``mapped`` to datasets, ``looked up`` by rules, or ``left out`` by a rule."""

    form: str
    fate: str
    detail: str
    count: int
    lines: tuple[int, ...]


def make_ledger(plan: Plan, raw: RawData, tables: Tables, findings: Findings) -> tuple[LedgerEntry, ...]:
    """Return the fate of every raw record; a record that no rule uses or leaves out is a ``RAW_UNUSED`` finding."""
    entries: list[LedgerEntry] = []
    users = _users(tables)
    lookups = _lookups(plan)
    for name, form in raw.forms.items():
        table = f"raw.{name}"
        for (fate, detail), found in _fates(form, users.get(table, {}), lookups.get(table, set())):
            lines = form.lines[found]
            entries.append(LedgerEntry(name, fate, detail, len(lines), tuple(lines.tolist())))
            if fate == "unused":
                places = form.places(found)
                message = f"{name}: the record reached no dataset and no rule left it out; map it, or add leave_out"
                findings.add("RAW_UNUSED", places[0], message, records=places[1:], count=len(lines))
        for out in (o for o in raw.left_out if o.form == name):
            entries.append(LedgerEntry(name, "left out", out.reason, len(out.lines), tuple(out.lines.tolist())))
    return tuple(entries)


def _users(tables: Tables) -> dict[str, dict[str, Integers]]:
    """Return for each form the datasets that took records of it, with the positions taken."""
    users: dict[str, dict[str, list[Integers]]] = defaultdict(lambda: defaultdict(list))
    for dataset in tables.values():
        if isinstance(dataset, DatasetTable):
            for block in dataset.blocks:
                for link in block.links:
                    if link.table.startswith("raw."):
                        users[link.table][dataset.name.split("@")[0]].append(link.rows)
    return {
        form: {name: np.concatenate(rows) for name, rows in by_dataset.items()} for form, by_dataset in users.items()
    }


def _lookups(plan: Plan) -> dict[str, set[str]]:
    """Return for each form the variables whose rules look into it, and the datasets whose row sources do."""
    found: dict[str, set[str]] = defaultdict(set)
    for ref, variable in plan.variables.items():
        sources = {source.table for source in plan.sources[ref.table]}
        for need in variable.needs:
            if need.table.startswith("raw.") and need.table not in sources:
                found[need.table].add(f"{ref.table.split('@')[0]}.{ref.variable}")
    for table, row_sources in plan.sources.items():
        for source in row_sources:
            for need in (source.where.needs if source.where else frozenset()) | source.method_needs:
                if need.table.startswith("raw.") and need.table != source.table:
                    found[need.table].add(f"the rows of {table.split('@')[0]}")
    return found


def _fates(
    form: FormTable, users: Mapping[str, Integers], lookups: set[str]
) -> Iterator[tuple[tuple[str, str], Integers]]:
    """Yield each fate with its detail, and the positions of the records that have it."""
    names = sorted(users)
    taken = np.zeros((len(names), form.size), dtype=bool)
    for number, name in enumerate(names):
        taken[number, users[name]] = True
    patterns, _ = pd.factorize(combine([row.astype(np.int64) for row in taken], form.size))
    for pattern in range(int(patterns.max(initial=-1)) + 1):
        found = np.flatnonzero(patterns == pattern)
        datasets = [name for number, name in enumerate(names) if taken[number, found[0]]]
        if datasets:
            yield ("mapped", f"to {', '.join(datasets)}"), found
        elif lookups:
            yield ("looked up", f"by {', '.join(sorted(lookups))}"), found
        else:
            yield ("unused", ""), found

"""The ledger: where every raw record went. It ends in named datasets, or a named rule left it out; nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crf2tlf.build.planned import Plan
from crf2tlf.build.raw import RawData
from crf2tlf.build.tables import DatasetTable, FormTable, Tables
from crf2tlf.findings import Findings
from crf2tlf.methods.catalogue import Integers


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
        fates = np.array(_fates(form, users.get(table, {}), lookups.get(table, set())), dtype=object)
        for fate in dict.fromkeys(fates):
            lines = form.lines[fates == fate]
            kind, _, detail = fate.partition(": ")
            entries.append(LedgerEntry(name, kind, detail, len(lines), tuple(int(n) for n in lines)))
            if kind == "unused":
                places = form.places(np.flatnonzero(fates == fate))
                message = f"{name}: the record reached no dataset and no rule left it out; map it, or add leave_out"
                findings.add("RAW_UNUSED", places[0], message, records=places[1:], count=len(lines))
        for out in (o for o in raw.left_out if o.form == name):
            lines_out = tuple(int(n) for n in out.lines)
            entries.append(LedgerEntry(name, "left out", out.reason, len(lines_out), lines_out))
    return tuple(entries)


def _users(tables: Tables) -> dict[str, dict[str, set[int]]]:
    """Return for each form the datasets that took records of it, with the positions taken."""
    users: dict[str, dict[str, list[Integers]]] = defaultdict(lambda: defaultdict(list))
    for dataset in tables.values():
        if isinstance(dataset, DatasetTable):
            for block in dataset.blocks:
                for link in block.links:
                    if link.table.startswith("raw."):
                        users[link.table][dataset.name.split("@")[0]].append(link.rows)
    return {
        form: {name: set(np.unique(np.concatenate(rows)).tolist()) for name, rows in by_dataset.items()}
        for form, by_dataset in users.items()
    }


def _lookups(plan: Plan) -> dict[str, set[str]]:
    """Return for each form the variables whose rules look into it."""
    found: dict[str, set[str]] = defaultdict(set)
    for ref, variable in plan.variables.items():
        sources = {source.table for source in plan.sources[ref.table]}
        for need in variable.needs:
            if need.table.startswith("raw.") and need.table not in sources:
                found[need.table].add(f"{ref.table.split('@')[0]}.{ref.variable}")
    return found


def _fates(form: FormTable, users: Mapping[str, set[int]], lookups: set[str]) -> list[str]:
    looked = f"looked up: by {', '.join(sorted(lookups))}" if lookups else "unused: "
    fates = []
    for position in range(form.size):
        datasets = sorted(name for name, rows in users.items() if position in rows)
        fates.append(f"mapped: to {', '.join(datasets)}" if datasets else looked)
    return fates

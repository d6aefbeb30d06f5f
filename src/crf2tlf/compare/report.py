"""A comparison as rows of a summary, and as plain data for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from crf2tlf.compare.compare import Comparison
from crf2tlf.compare.datasets import CHANGES_KEPT, DatasetComparison

SUMMARY = (
    "dataset",
    "keys",
    "keys from",
    "old records",
    "new records",
    "added",
    "removed",
    "records changed",
    "values changed",
    "variables",
    "attributes",
)


def summary(comparison: Comparison) -> list[tuple[str | int, ...]]:
    """Return a row of :data:`SUMMARY` for each dataset that both sides have."""
    return [
        (
            found.name,
            ", ".join(found.keys) or "–",
            found.keys_from,
            *found.records,
            len(found.added),
            len(found.removed),
            found.records_changed,
            sum(found.changed.values()),
            len(found.only_old) + len(found.only_new),
            len(found.attributes),
        )
        for found in comparison.datasets
    ]


def remarks(found: DatasetComparison) -> list[str]:
    """Return what is to be said of a dataset in words: variables of one side, repeated keys, what is only counted."""
    said = []
    if found.only_old:
        said.append(f"variables only in OLD: {', '.join(found.only_old)}")
    if found.only_new:
        said.append(f"variables only in NEW: {', '.join(found.only_new)}")
    if not found.keys:
        said.append("no key tells the records apart; they are compared by position: name keys with --keys")
    if any(found.repeated):
        old, new = found.repeated
        said.append(f"records that repeat a key: {old} in OLD, {new} in NEW; they are paired in their order")
    said += [
        f"{variable}: {count:,} values changed, the first {CHANGES_KEPT:,} are shown"
        for variable, count in found.changed.items()
        if count > CHANGES_KEPT
    ]
    return said


def as_data(comparison: Comparison) -> dict[str, Any]:
    """Return everything that differs as plain data."""
    return {
        "equal": comparison.equal,
        "datasets_only_in_old": list(comparison.only_old),
        "datasets_only_in_new": list(comparison.only_new),
        "datasets": [_dataset(found) for found in comparison.datasets],
        "results_compared": comparison.results_compared,
        "cells": [asdict(cell) for cell in comparison.cells],
    }


def _dataset(found: DatasetComparison) -> dict[str, Any]:
    return {
        "name": found.name,
        "equal": found.equal,
        "keys": list(found.keys),
        "keys_from": found.keys_from,
        "records": {"old": found.records[0], "new": found.records[1]},
        "repeated_keys": {"old": found.repeated[0], "new": found.repeated[1]},
        "variables_only_in_old": list(found.only_old),
        "variables_only_in_new": list(found.only_new),
        "attributes": [asdict(attribute) for attribute in found.attributes],
        "added": plain_records(found.added),
        "removed": plain_records(found.removed),
        "records_changed": found.records_changed,
        "changed": found.changed,
        "changes": plain_records(found.changes),
    }


def plain_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the records of a frame as plain values, None where missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in record.items()} for record in plain.to_dict("records")]

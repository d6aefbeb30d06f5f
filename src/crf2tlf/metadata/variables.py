"""A variable of a dataset as an item, with value-level metadata where its records differ in what holds for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.codelists import allowed_values
from crf2tlf.build.metadata import VariableMetadata, declared
from crf2tlf.build.result import Dataset
from crf2tlf.metadata.items import (
    Context,
    Facts,
    as_item,
    codelist_cases,
    facts,
    is_result,
    kind_of,
    kind_of_values,
)
from crf2tlf.metadata.model import Item, Origin
from crf2tlf.metadata.parts import Part, as_texts
from crf2tlf.metadata.value_level import Clause, clauses, topic, topic_name
from crf2tlf.methods.catalogue import Integers

_TRACES = ("SRCDOM", "SRCVAR", "SRCSEQ")
"""Where a record comes from: by its nature different for every row source, and no matter of values."""


_IDENTIFIERS = ("STUDYID", "USUBJID", "SUBJID", "SITEID")


def described_variable(context: Context, dataset: Dataset, variable: VariableMetadata, length: int) -> Item:
    """Return a variable as an item; ``length`` is that in the transport file."""
    name = variable.name
    parts = context.origins.parts(dataset.name, name)
    present = dataset.frame[name].notna().to_numpy(dtype=bool)
    live = [part for part in parts if np.any(part.records & present)] or parts
    labels, codelists = _labels(context, dataset, variable, live, present)
    found = clauses(dataset, name, labels) if _has_values(dataset, name) else []
    kind = kind_of(dataset, variable, length)
    if not found:
        everything = np.flatnonzero(present).astype(np.int64)
        whole = facts(context, dataset, variable, live, everything, f"{dataset.name}.{name}", variable.codelists)
        return as_item(variable, variable.label, kind, whole)
    values = tuple(_value(context, dataset, variable, live, clause, codelists) for clause in found)
    whole = Facts(common_origin(values), _common({v.method for v in values}), _common({v.codelist for v in values}))
    return replace(as_item(variable, variable.label, kind, whole), values=values)


def _has_values(dataset: Dataset, name: str) -> bool:
    """Whether a variable may have value-level metadata: not what names the records."""
    return name not in (*_TRACES, *_IDENTIFIERS, topic(dataset), topic_name(dataset), "PARAMN")


def _labels(
    context: Context,
    dataset: Dataset,
    variable: VariableMetadata,
    parts: Sequence[Part],
    present: np.ndarray[Any, np.dtype[np.bool_]],
) -> tuple[Integers, list[tuple[str, ...]]]:
    """Return a label for each record with a value (-1 for the others), and the codelists that go with each label.

    Records have the same label if they are made in the same way, are in the same codelist and, for results, are of
    the same type in each topic.
    """
    made = np.full(dataset.size, -1, dtype=np.int64)
    keys = {key: number for number, key in enumerate(dict.fromkeys(_key(context, dataset, p) for p in parts))}
    for part in parts:
        made[part.records & present] = keys[_key(context, dataset, part)]
    lists, names = _codelists(context, dataset, variable)
    if len(keys) == 1 and len(names) == 1 and not is_result(dataset, variable.name):
        return np.where(made >= 0, 0, -1).astype(np.int64), names
    frame = pd.DataFrame({"made": made, "list": lists, "type": _types(dataset, variable)})
    labels = np.array(frame.groupby(["made", "list", "type"], sort=False).ngroup(), dtype=np.int64)
    labels[made < 0] = -1
    by_label = dict(zip(labels.tolist(), lists.tolist(), strict=True))
    return labels, [names[by_label.get(label, 0)] for label in range(int(labels.max(initial=-1)) + 1)]


def _key(context: Context, dataset: Dataset, part: Part) -> tuple[object, ...]:
    """Return what makes records of a part different from those of another."""
    origin = context.origins.of_parts([part])
    forms = origin.forms if is_result(dataset, part.variable) else ()
    method = context.methods.key(part) if origin.type == "Derived" else ""
    return origin.type, origin.source, origin.description, forms, method


def _codelists(
    context: Context, dataset: Dataset, variable: VariableMetadata
) -> tuple[Integers, list[tuple[str, ...]]]:
    """Return for each record the number of its codelists, and the codelists by number.

    The spec may choose by another variable; of several lists of the standard it is the first that has the value.
    """
    cases = codelist_cases(dataset, variable.name)
    numbers = np.zeros(dataset.size, dtype=np.int64)
    if cases is not None:
        chooser = as_texts(dataset, cases.by)
        names: list[tuple[str, ...]] = [(), *((name,) for name in cases.cases.values())]
        for number, value in enumerate(cases.cases, start=1):
            numbers[(chooser == value).to_numpy(dtype=bool, na_value=False)] = number
        return numbers, names
    if len(variable.codelists) < 2:
        return numbers, [variable.codelists]
    values = dataset.frame[variable.name]
    names = [variable.codelists, *((name,) for name in variable.codelists)]
    for number, name in reversed(list(enumerate(variable.codelists, start=1))):
        allowed = allowed_values(context.build.study, name)
        if allowed:
            numbers[values.isin(list(allowed[0])).to_numpy(dtype=bool)] = number
    return numbers, names


def _types(dataset: Dataset, variable: VariableMetadata) -> list[str]:
    """Return for each record of a result the type that the results of its test or parameter have."""
    code = topic(dataset)
    if code is None or not is_result(dataset, variable.name):
        return [""] * dataset.size
    values = dataset.frame[variable.name]
    types: pd.Series[Any] = pd.Series("", index=values.index, dtype="object")
    for _, group in values.dropna().groupby(dataset.frame[code]):
        kind = kind_of_values(dataset, variable, group, 0)
        types.loc[group.index] = f"{kind.data_type} {kind.significant_digits}"
    return types.tolist()


def _value(
    context: Context,
    dataset: Dataset,
    variable: VariableMetadata,
    parts: Sequence[Part],
    clause: Clause,
    codelists: list[tuple[str, ...]],
) -> Item:
    """Return the item of the values that a clause selects."""
    inside = np.zeros(dataset.size, dtype=bool)
    inside[clause.records] = True
    concerned = [part for part in parts if np.any(part.records & inside)]
    names = tuple(dict.fromkeys(name for label in clause.labels for name in codelists[label]))
    id = f"{dataset.name}.{variable.name}.{clause.where[-1].values[0]}"
    found = facts(context, dataset, variable, concerned, clause.records, id, names)
    values = dataset.frame[variable.name].iloc[clause.records]
    kind = kind_of_values(dataset, variable, values, 8)
    if found.codelist is not None and kind.data_type != "text" and variable.type == "Char":
        kind = replace(kind, data_type="text", significant_digits=None)
    return as_item(variable, _label(dataset, variable, clause), kind, found, where=clause.where)


def _label(dataset: Dataset, variable: VariableMetadata, clause: Clause) -> str:
    """Return for results, and the values of QNAM and --PARMCD, what they are of; else the variable's label."""
    if not is_result(dataset, variable.name) and variable.name not in ("QVAL", f"{dataset.name}VAL"):
        return variable.label
    code, name = topic(dataset), topic_name(dataset)
    values = [value for part in clause.where if part.variable == code for value in part.values]
    if len(values) != 1 or name is None or name not in dataset.frame:
        return variable.label
    return str(dataset.frame[name].iloc[clause.records[0]])


def common_origin(values: Sequence[Item]) -> Origin | None:
    """Return the origin that all values of a variable have, with the forms of all; None where they differ."""
    origins = [value.origin for value in values if value.origin is not None]
    if not origins or len({(o.type, o.source, o.description) for o in origins}) != 1:
        return None
    forms = tuple(dict.fromkeys(form for origin in origins for form in origin.forms))
    return replace(origins[0], forms=forms)


def _common(ids: set[str | None]) -> str | None:
    return next(iter(ids)) if len(ids) == 1 else None


def comment_of(context: Context, dataset: Dataset, item: Item) -> str | None:
    """Return the id of the comment on a variable; that of a derived one is in its method."""
    text = declared(dataset.spec, item.name).comment
    if text is None or any(part.origin and part.origin.type == "Derived" for part in (item, *item.values)):
        return None
    return context.comment(f"{dataset.name}.{item.name}", text)

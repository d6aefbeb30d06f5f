"""Codes and the names that go with them, as data and rules give them: terms for codelists."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Literal

from crf2tlf.build.metadata import VariableMetadata
from crf2tlf.build.result import Dataset
from crf2tlf.metadata.codelists import Codelists
from crf2tlf.metadata.parts import Part, as_texts
from crf2tlf.metadata.references import tree_of
from crf2tlf.metadata.value_level import topic, topic_name
from crf2tlf.methods import Kind
from crf2tlf.spec import Study


def names_of_codes(dataset: Dataset, variable: str) -> dict[str, str]:
    """Return the names that go with the codes of a dataset in its data: --TEST with --TESTCD, PARAM with PARAMCD."""
    name = topic_name(dataset)
    if name is None or variable != topic(dataset) or name not in dataset.frame:
        return {}
    return _pairs(dataset, variable, name)


def codelist_of_pairs(codelists: Codelists, dataset: Dataset, variable: VariableMetadata) -> str | None:
    """Enter the codelist that an analysis dataset's own codes make, and return its id; None for other variables.

    These are PARAMCD with PARAM, and numbers that stand for texts (AVISITN for AVISIT, AGEGR1N for AGEGR1), if the two
    go one to one in the data. Source: ADaMIG 1.3, section 3.1.1 (variables named *N).
    """
    if dataset.sdtm:
        return None
    name = variable.name
    text = {"PARAMCD": "PARAM", "PARAMN": "PARAM"}.get(name) or name.removesuffix("N")
    known = {v.name for v in dataset.variables}
    if name == text or text not in known or dataset.kinds[text] is not Kind.TEXT:
        return None
    if name != "PARAMCD" and dataset.kinds[name] is not Kind.NUMBER:
        return None
    pairs = _pairs(dataset, name, text)
    if not pairs or len(set(pairs.values())) < len(pairs) or len(_pairs(dataset, text, name)) > len(pairs):
        return None
    whole = all(value.removeprefix("-").isdigit() for value in pairs)
    kind: Literal["text", "integer", "float"] = "integer" if whole else "float"
    if name == "PARAMCD":
        kind = "text"
    return codelists.pairs(f"{dataset.name}.{name}", f"{variable.label} of {dataset.name}", pairs, kind)


def _pairs(dataset: Dataset, code: str, name: str) -> dict[str, str]:
    """Return the values of a variable in their order, each with the first value of another that goes with it.

    Parameters are in the order of PARAMN, where they have one.
    """
    order = "PARAMN" if code == "PARAMCD" else code
    found = dataset.frame.dropna(subset=[code, name]).drop_duplicates(code)
    if dataset.kinds.get(order) is Kind.NUMBER:
        found = found.sort_values(order, kind="stable")
    codes, names = (as_texts(dataset, variable)[found.index] for variable in (code, name))
    return dict(zip(codes.astype(str), names.astype(str), strict=True))


def possible_values(study: Study, part: Part) -> Iterator[str]:
    """Yield the texts that a part's map, constant, or choice of constants can give."""
    if part.constant is not None:
        yield part.constant
    table: Mapping[str, str | None] | str | None = part.given.map
    if isinstance(table, str):
        table = study.codelists.maps.get(table, {})
    if table is not None:
        yield from (value for value in table.values() if value)
    elif part.rule is not None:
        tree = tree_of(part.rule)
        yield from _outcomes(tree) if tree is not None else ()


def _outcomes(tree: ast.expr) -> Iterator[str]:
    if isinstance(tree, ast.IfExp):
        yield from _outcomes(tree.body)
        yield from _outcomes(tree.orelse)
    elif isinstance(tree, ast.Constant) and isinstance(tree.value, str) and tree.value:
        yield tree.value

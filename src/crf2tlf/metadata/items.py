"""What an item says of a variable or of some of its values: type, length, origin, method and codelist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.data_types import DataType, data_type, number_type, text_type
from crf2tlf.build.metadata import VariableMetadata, declared
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.transport import Lengths, transport_lengths
from crf2tlf.files.xpt import parse_format
from crf2tlf.findings import Findings
from crf2tlf.metadata.code_values import codelist_of_pairs, names_of_codes, possible_values
from crf2tlf.metadata.codelists import COUNTRIES, Codelists
from crf2tlf.metadata.methods import Methods
from crf2tlf.metadata.model import Comment, Item, Origin
from crf2tlf.metadata.origins import Origins
from crf2tlf.metadata.parts import Part, as_texts
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.dataset import CodelistBy
from crf2tlf.standards import sdtm_variable

MOST_DECIMALS = 7
"""Decimals that are stated of a number; a quotient such as a number of months goes on, and is kept in full."""

_RESULTS = ("ORRES", "STRESC", "STRESN")
_ANALYSED = ("AVAL", "AVALC")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass
class Context:
    """What describing the datasets of a submission needs and collects."""

    build: BuildResult
    findings: Findings
    origins: Origins
    methods: Methods
    codelists: Codelists
    comments: dict[str, Comment] = field(default_factory=dict)

    @cached_property
    def lengths(self) -> Lengths:
        """The lengths of texts in the transport files."""
        return transport_lengths(self.build)

    def comment(self, id: str, text: str | None) -> str | None:
        """Enter a comment and return its id; None without a text."""
        if not text:
            return None
        self.comments[id] = Comment(id, text)
        return id


@dataclass(frozen=True)
class Kind:
    """The type of some values: what Define-XML says of them."""

    data_type: DataType
    length: int | None
    significant_digits: int | None


def kind_of(dataset: Dataset, variable: VariableMetadata, length: int) -> Kind:
    """Return the type of a variable; ``length`` is that in the transport file."""
    found = data_type(dataset, variable)
    digits = decimals(dataset.frame[variable.name], variable.format) if found == "float" else None
    return Kind(found, length if found in ("text", "integer", "float") else None, digits)


def kind_of_values(dataset: Dataset, variable: VariableMetadata, values: pd.Series[Any], length: int) -> Kind:
    """Return the type of some values of a variable: results kept as texts may be numbers."""
    if variable.type == "Num":
        number = number_type(values, variable.format)
        return Kind(number, length, decimals(values, variable.format) if number == "float" else None)
    present = values.dropna()
    longest = max(int(present.str.len().max()) if len(present) else 1, 1)
    if is_result(dataset, variable.name) and len(present) and present.str.fullmatch(_NUMBER.pattern).all():
        digits = int(present.str.partition(".")[2].str.len().max())
        return Kind("float" if digits else "integer", longest, digits or None)
    standard = sdtm_variable(dataset.name, variable.name) if dataset.sdtm else None
    found = text_type(values, standard.value_domain if standard else "")
    return Kind(found, longest if found == "text" else None, None)


def decimals(values: pd.Series[Any], sas_format: str | None) -> int:
    """Return how many decimals numbers have: those of the display format, else those of the values, at least 1."""
    parsed = parse_format(sas_format) if sas_format else None
    if parsed and parsed[2] > 0:
        return parsed[2]
    numbers = values.dropna().astype("float64")
    for digits in range(1, MOST_DECIMALS):
        if np.allclose(numbers, numbers.round(digits), rtol=1e-12, atol=1e-12):
            return digits
    return MOST_DECIMALS


def is_result(dataset: Dataset, variable: str) -> bool:
    """Whether a variable holds results, which differ in type from one test or parameter to the next."""
    names = {f"{dataset.name}{ending}" for ending in _RESULTS} if dataset.sdtm else set(_ANALYSED)
    return variable in names


# Facts


@dataclass(frozen=True)
class Facts:
    """What holds for some values of a variable: where they come from, how they are made, what they may be."""

    origin: Origin | None
    method: str | None
    codelist: str | None


def facts(
    context: Context,
    dataset: Dataset,
    variable: VariableMetadata,
    parts: Sequence[Part],
    rows: Integers,
    name: str,
    codelists: tuple[str, ...],
) -> Facts:
    """Return what holds for records of a variable that some parts make."""
    origin = context.origins.of_parts(parts)
    method = None
    if origin.type == "Derived":
        method = context.methods.of_parts(parts, name, f"Derivation of {name}")
    return Facts(origin, method, codelist_of(context, dataset, variable, parts, rows, codelists))


def codelist_of(
    context: Context,
    dataset: Dataset,
    variable: VariableMetadata,
    parts: Sequence[Part],
    rows: Integers,
    names: tuple[str, ...],
) -> str | None:
    """Return the id of the codelist or dictionary that some values of a variable are in."""
    given = declared(dataset.spec, variable.name)
    if dataset.name == dataset.spec.dataset:
        dictionary = given.dictionary or (COUNTRIES if variable.name == "COUNTRY" else None)
        if dictionary:
            return context.codelists.dictionary(dictionary, given.place)
    values = dataset.frame[variable.name].iloc[rows]
    if not names:
        names = _flags(dataset, variable, values)
    if not names or (variable.type != "Char" and not given.codelist):
        return codelist_of_pairs(context.codelists, dataset, variable)
    texts = as_texts(dataset, variable.name).iloc[rows]
    possible = [value for part in parts for value in possible_values(context.build.study, part)]
    return context.codelists.use(names, texts, possible, names_of_codes(dataset, variable.name))


def _flags(dataset: Dataset, variable: VariableMetadata, values: pd.Series[Any]) -> tuple[str, ...]:
    """Return the codelist of an analysis dataset's flags. Source: ADaMIG 1.3, section 3.1.4 (variables named *FL)."""
    flag = not dataset.sdtm and variable.name.endswith("FL") and variable.type == "Char"
    return ("NY",) if flag and values.dropna().isin(["Y", "N"]).all() else ()


def codelist_cases(dataset: Dataset, variable: str) -> CodelistBy | None:
    """Return the codelists of a variable by the values of another, where its spec gives them so."""
    given = declared(dataset.spec, variable).codelist
    return given if isinstance(given, CodelistBy) and given.by in dataset.kinds else None


def as_item(variable: VariableMetadata, label: str, kind: Kind, found: Facts, **more: Any) -> Item:
    """Return an item of a type and facts."""
    return replace(
        Item(variable.name, label, kind.data_type, found.origin, kind.length, kind.significant_digits),
        method=found.method,
        codelist=found.codelist if kind.data_type in ("text", "integer", "float") else None,
        **more,
    )

"""The catalogue of methods: what a rule may call, with the kinds of its arguments and its result.

A method is a pure function on whole columns. Its signature is its contract: parameters annotated with a column kind
(:data:`Text`, :data:`Number`, :data:`Date`, :data:`Truth`, :data:`Any_`) take columns, all others are options that a
rule gives as constants; the docstring is the method's page in the reference.

Columns: text is pandas ``str`` (missing is NaN, never the empty text), numbers are ``float64``, dates are
``datetime64[s]`` at midnight, truth values are pandas ``boolean`` (three-valued).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Kind(StrEnum):
    """The kind of values of a column."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "truth"
    ANY = "any"


Text = Annotated[pd.Series, Kind.TEXT]
Number = Annotated[pd.Series, Kind.NUMBER]
Date = Annotated[pd.Series, Kind.DATE]
Truth = Annotated[pd.Series, Kind.TRUTH]
Any_ = Annotated[pd.Series, Kind.ANY]
"""A column of any kind; a result of this kind has the kind of the first such argument."""

Integers = NDArray[np.int64]


class Report(Protocol):
    """How a method reports records: a mask of the offending ones, a finding code, and a message.

    ``{value}`` in the message is replaced by the offending values that ``values`` gives.
    """

    def __call__(
        self, mask: pd.Series | NDArray[np.bool_], code: str, message: str, values: pd.Series | None = None
    ) -> None:
        """Report the records where ``mask`` is true."""


def unreported(mask: Any, code: str, message: str, values: Any = None) -> None:
    """Ignore what a method reports: for callers that have checked the same values before."""


@dataclass(frozen=True)
class Window:
    """How a window method sees the records: ``group`` is each record's group number, ``order`` the record positions
    sorted by group and then by the rule's order (stable), ``tied`` marks, in that sorted order, a record that equals
    its predecessor in group and order values.
    """

    group: Integers
    order: Integers
    tied: NDArray[np.bool_]

    @property
    def starts(self) -> NDArray[np.bool_]:
        """In sorted order: whether a record is the first of its group."""
        sorted_groups = self.group[self.order]
        return np.asarray(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]][: len(sorted_groups)])


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method: a column of some kind, or (``kind`` None) an option given as a constant."""

    name: str
    kind: Kind | None
    required: bool
    repeated: bool = False
    keyword_only: bool = False
    annotation: Any = None


@dataclass(frozen=True)
class Method:
    """An entry of the catalogue.

    Shape ``columns``: a value for each record from the same record. ``aggregate``: a value from other records,
    called with ``values`` sorted by group and order, ``group`` (their group numbers) and ``groups`` (how many).
    ``window``: a value for each record from its dataset, called with a :class:`Window`.
    """

    name: str
    shape: Literal["columns", "aggregate", "window"]
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    result: Kind
    reports: bool

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def signature(self) -> str:
        """The call as the reference shows it."""
        parts = []
        for p in self.parameters:
            text = f"*{p.name}" if p.repeated else p.name
            parts.append(text if p.required or p.repeated else f"{text}=…")
        return f"{self.name}({', '.join(parts)})"


CATALOGUE: dict[str, Method] = {}
_INJECTED = {"report", "window", "group", "groups"}
F = TypeVar("F", bound=Callable[..., Any])


def method(
    name: str | None = None, *, shape: Literal["columns", "aggregate", "window"] = "columns"
) -> Callable[[F], F]:
    """Enter a function into the catalogue under ``name`` (default: its own, without a trailing underscore)."""

    def enter(function: F) -> F:
        entry = describe(function, name or function.__name__.rstrip("_"), shape)
        if entry.name in CATALOGUE:
            raise ValueError(f"the catalogue already has a method {entry.name}")
        CATALOGUE[entry.name] = entry
        return function

    return enter


def describe(function: Callable[..., Any], name: str, shape: Literal["columns", "aggregate", "window"]) -> Method:
    """Read a function's contract from its signature."""
    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)
    parameters = tuple(
        Parameter(
            name=p.name.rstrip("_"),
            kind=_kind(hints.get(p.name)),
            required=p.default is p.empty and p.kind is not p.VAR_POSITIONAL,
            repeated=p.kind is p.VAR_POSITIONAL,
            keyword_only=p.kind is p.KEYWORD_ONLY,
            annotation=hints.get(p.name),
        )
        for p in signature.parameters.values()
        if p.name not in _INJECTED
    )
    result = _kind(hints["return"])
    if result is None:
        raise TypeError(f"{name}: the return annotation must be a column kind")
    return Method(name, shape, function, parameters, result, "report" in signature.parameters)


def _kind(annotation: Any) -> Kind | None:
    if get_origin(annotation) is Annotated:
        return next((a for a in get_args(annotation) if isinstance(a, Kind)), None)
    for option in get_args(annotation):  # Text | None: an optional column
        if (kind := _kind(option)) is not None:
            return kind
    return None

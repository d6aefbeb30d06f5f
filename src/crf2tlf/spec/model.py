"""The base of all spec models, the kinds of fields they share, and findings made from validation errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec.located import LocatedFloat, LocatedInt, LocatedList, LocatedMap, LocatedText

NOWHERE = Place("")


@dataclass(frozen=True)
class Rule:
    """The text of a rule and where it stands; parsed and checked by :mod:`crf2tlf.rules`."""

    text: str
    place: Place = NOWHERE

    def __str__(self) -> str:
        return self.text


def place_of(value: object) -> Place:
    """Return the place a located value was read from, or an empty place."""
    place = getattr(value, "place", NOWHERE)
    return place if isinstance(place, Place) else NOWHERE


def as_written(value: object) -> object:
    """Turn a YAML number or truth value given where text is wanted into the text as written."""
    if isinstance(value, (LocatedInt, LocatedFloat)):
        return value.written
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def as_plain(value: object) -> object:
    """Return a located value (text, number, list or mapping) as a plain one."""
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for plain in (int, float, str):
        if isinstance(value, plain):
            return plain(value)
    return value


def _as_rule(value: object) -> object:
    text = as_written(value)
    return Rule(str(text), place_of(value)) if isinstance(text, str) else value


def _as_list(value: object) -> object:
    if isinstance(value, (str, Rule, Mapping)):
        one = LocatedList([value])
        one.place = place_of(value)
        one.places = [one.place]
        return one
    return value


Text = Annotated[str, BeforeValidator(as_written)]
"""Text; a number written in the YAML is taken as it is written."""

RuleText = Annotated[
    Rule,
    BeforeValidator(_as_rule),
    WithJsonSchema({"type": ["string", "number"], "description": "An expression of the rule language."}),
]
"""An expression of the rule language, with its place."""

T = TypeVar("T")
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_as_list)]
"""One item, or a list of them."""

Name = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
"""A variable's name: upper case letters, digits and underscores, not starting with a digit."""


class SpecModel(BaseModel):
    """A frozen part of a spec that knows its place; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    place: SkipJsonSchema[Place] = Field(default=NOWHERE, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_place(cls, data: Any) -> Any:
        if isinstance(data, LocatedMap):
            return {**data, "place": data.place}
        return data


M = TypeVar("M", bound=SpecModel)


def validate(model: type[M], tree: LocatedMap, findings: Findings) -> M | None:
    """Make a model from a located tree; every validation error becomes a finding at its line."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        known = _keys_of(model)
        for problem in error.errors(include_url=False):
            _report(dict(problem), tree, known, findings)
        return None


def _report(problem: dict[str, Any], tree: LocatedMap, known: set[str], findings: Findings) -> None:
    path = tuple(problem["loc"])
    place, trail = _locate(path, tree)
    where = ".".join(trail)
    if problem["type"] == "extra_forbidden":
        key = str(path[-1])
        message = f"unknown key {key}{nearest(key, known - {key})}"
    elif problem["type"] == "missing":
        message = f"{where + ': ' if where else ''}the key {path[-1]} is required"
    else:
        found = problem.get("input")
        shown = f", found {found!s:.60}" if isinstance(found, (str, int, float)) else ""
        message = f"{where}: {problem['msg'].removeprefix('Value error, ')}{shown}"
    findings.add("SPEC_MODEL", place, message)


def _locate(path: tuple[Any, ...], tree: Any) -> tuple[Place, list[str]]:
    """Follow an error's path as far as the tree has it (union members and validators add steps of their own)."""
    here, place, trail = tree, place_of(tree), []
    for step in path:
        if isinstance(here, LocatedMap) and str(step) in here:
            place, here = here.places[str(step)], here[str(step)]
            trail.append(str(step))
        elif isinstance(here, LocatedList) and isinstance(step, int) and step < len(here):
            place, here = here.places[step], here[step]
            trail.append(str(step + 1))
    return place, trail


def _keys_of(model: type[BaseModel]) -> set[str]:
    """All keys that the model and the models inside it take."""
    keys: set[str] = set()
    pending: list[Any] = [model.model_json_schema(by_alias=True)]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            keys.update(part.get("properties", {}))
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
    return keys


def located_text(text: str, place: Place) -> LocatedText:
    """Return text that knows the given place, for specs made by the program itself."""
    result = LocatedText(text)
    result.place = place
    return result

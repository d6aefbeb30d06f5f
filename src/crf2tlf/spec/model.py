"""The base of all spec models, and the kinds of fields they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from crf2tlf.findings import Place
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
    if not isinstance(text, (str, Rule)):
        raise PydanticCustomError("string_type", "a rule is text")
    return Rule(str(text), place_of(value)) if isinstance(text, str) else text


def _as_list(value: object) -> object:
    if isinstance(value, (str, Rule, Mapping, LocatedInt, LocatedFloat)):
        one = LocatedList([value])
        one.place = place_of(value)
        one.places = [one.place]
        return one
    return value


class Shorthand:
    """Tells the JSON Schema of a field which shorter forms it also takes, so that editors do not mark them."""

    def __init__(self, *types: str, items: bool = False) -> None:
        """``types`` are JSON types taken beside the full form; ``items``: one item may stand for a list of it."""
        self.types = types
        self.items = items

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the full form's schema or that of a short form."""
        full = handler(core)
        forms: list[dict[str, Any]] = [full, *({"type": name} for name in self.types)]
        if self.items:
            forms.append(handler.resolve_ref_schema(full).get("items", {}))
        return {"anyOf": forms}


Text = Annotated[str, BeforeValidator(as_written), Shorthand("number", "boolean")]
"""Text; a number written in the YAML is taken as it is written."""

RuleText = Annotated[
    Rule,
    BeforeValidator(_as_rule),
    WithJsonSchema({"type": ["string", "number"], "description": "An expression of the rule language."}),
]
"""An expression of the rule language, with its place."""

T = TypeVar("T")
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_as_list), Shorthand(items=True)]
"""One item, or a list of them."""

Name = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
"""A variable's name: upper case letters, digits and underscores, not starting with a digit."""


class SpecFault(ValueError):
    """What is wrong in a part of a spec, and the key there that it is about."""

    def __init__(self, message: str, *keys: str | int) -> None:
        self.keys = keys
        super().__init__(message)


class SpecModel(BaseModel):
    """A frozen part of a spec that knows its place; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    place: SkipJsonSchema[Place] = Field(default=NOWHERE, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_place(cls, data: Any) -> Any:
        if isinstance(data, LocatedMap):
            if "place" in data:
                raise SpecFault("place is not a key that specs take", "place")
            return {**data, "place": data.place}
        return data


def located_text(text: str, place: Place) -> LocatedText:
    """Return text that knows the given place, for specs made by the program itself."""
    result = LocatedText(text)
    result.place = place
    return result

"""What kind of cell a field of a spec model gets, read from the model's own annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from crf2tlf.spec.located import LocatedMap
from crf2tlf.spec.model import Rule, SpecModel, place_of
from crf2tlf.spec.template import Template


class Content(StrEnum):
    """What a cell holds: how its text is read."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    LIST = "list"
    YAML = "yaml"


@dataclass(frozen=True)
class Field:
    """A key of a model: its name in YAML, what its cells hold, and whether null means that it is not given."""

    key: str
    content: Content
    annotation: Any
    description: str
    null_is_absent: bool


def fields_of(model: type[SpecModel]) -> dict[str, Field]:
    """Return the keys that a model takes in YAML, in its order."""
    return {key: _field(key, info) for key, info in _infos(model)}


def _infos(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if name != "place":
            yield info.alias or name, info


def _field(key: str, info: FieldInfo) -> Field:
    annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    absent = not info.is_required() and info.default is None
    return Field(key, content_of(annotation), annotation, info.description or "", absent)


def content_of(annotation: Any) -> Content:
    """Return what a cell for values of an annotation holds; YAML for what is no scalar and no list of texts."""
    bare = unwrapped(annotation)
    origin = get_origin(bare)
    if origin in (Union, UnionType):
        kinds = {content_of(part) for part in get_args(bare) if part is not NoneType}
        return kinds.pop() if len(kinds) == 1 else Content.YAML
    if origin is tuple:
        items = get_args(bare)
        texts = len(items) == 2 and items[1] is Ellipsis and content_of(items[0]) is Content.TEXT
        return Content.LIST if texts else Content.YAML
    if origin is Literal:
        return Content.TEXT if all(isinstance(value, str) for value in get_args(bare)) else Content.YAML
    if not isinstance(bare, type):
        return Content.YAML
    if issubclass(bare, bool):
        return Content.TRUTH
    if issubclass(bare, (int, float)) and not issubclass(bare, Enum):
        return Content.NUMBER
    return Content.TEXT if issubclass(bare, (str, Rule, Template, date, datetime)) else Content.YAML


def unwrapped(annotation: Any) -> Any:
    """Return an annotation without the metadata around it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def get_origin_of(annotation: Any) -> Any:
    """Return what an annotation is a form of (dict, tuple), or the annotation itself."""
    return get_origin(annotation) or annotation


def inside(annotation: Any, path: tuple[str, ...]) -> Any:
    """Return the annotation of the entries of a mapping or list under a model's keys, with their shorter forms."""
    for key in path:
        owner = next(
            part for part in alternatives(annotation) if isinstance(part, type) and issubclass(part, SpecModel)
        )
        annotation = fields_of(owner)[key].annotation
    container = next(part for part in alternatives(annotation) if get_origin(part) in (dict, tuple))
    return get_args(container)[1 if get_origin(container) is dict else 0]


def alternatives(annotation: Any) -> list[Any]:
    """Return the annotations that a union is of, without metadata; of anything else, itself."""
    bare = unwrapped(annotation)
    if get_origin(bare) in (Union, UnionType):
        return [inner for part in get_args(bare) for inner in alternatives(part)]
    return [bare]


def full_form(annotation: Any, value: Any) -> Any:
    """Return the mapping that a shorter form stands for, such as a rule alone for a variable; a mapping as it is."""
    if isinstance(value, dict):
        return value
    for validator in _validators(annotation):
        full = validator.func(value)  # type: ignore[call-arg]
        if isinstance(full, dict):
            located = LocatedMap(full)
            located.place = place_of(value)
            located.places = {key: place_of(value) for key in full}
            return located
    return value


def _validators(annotation: Any) -> Iterator[BeforeValidator]:
    while get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        yield from (part for part in metadata if isinstance(part, BeforeValidator))
        annotation = inner


def model_of(annotation: Any) -> type[SpecModel] | None:
    """Return the model that an annotation is about, or None."""
    for part in alternatives(annotation):
        if isinstance(part, type) and issubclass(part, SpecModel):
            return part
    return None

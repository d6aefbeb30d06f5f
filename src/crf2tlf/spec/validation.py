"""Making models from located trees; every validation error becomes a finding at its line, in words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec.located import LocatedList, LocatedMap
from crf2tlf.spec.model import SpecModel, as_written, place_of

M = TypeVar("M", bound=SpecModel)

PATTERNS = {
    r"^[A-Z_][A-Z0-9_]*$": "a name in upper case letters, digits and _, that does not start with a digit,",
    r"^[A-Z][A-Z0-9]{1,7}$": "a name of 2 to 8 upper case letters and digits, a letter first,",
    r"^[a-z][a-z0-9_]*$": "a name in lower case letters, digits and _, a letter first,",
    r"^[a-z][a-z0-9-]*$": "an id in lower case letters, digits and hyphens, a letter first,",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "an id in letters, digits, points, hyphens and _",
    r"^[A-Za-z0-9_.-]+$": "a file's name, without folders,",
    r"^[^/\\]+$": "a file's name, without folders,",
}
"""What the patterns of fields ask for, in words."""

_TEXT, _LIST, _MAPPING = "text", "a list", "a mapping of keys to values"
_SHAPES = {
    "string_type": _TEXT,
    "dataclass_type": _TEXT,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "mapping_type": _MAPPING,
}
"""Errors that say that a value has another shape than the field takes, and the shape it takes."""

_WANTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": lambda c: f"{PATTERNS.get(c['pattern'], c['pattern'])} is wanted",
    "literal_error": lambda c: f"one of {_plain_list(c['expected'])} is wanted",
    "enum": lambda c: f"one of {_plain_list(c['expected'])} is wanted",
    "greater_than_equal": lambda c: f"a number of at least {c['ge']:g} is wanted",
    "greater_than": lambda c: f"a number over {c['gt']:g} is wanted",
    "less_than_equal": lambda c: f"a number of at most {c['le']:g} is wanted",
    "less_than": lambda c: f"a number under {c['lt']:g} is wanted",
}
_NUMBER, _WHOLE, _TRUTH = "a number is wanted", "a whole number is wanted", "true or false is wanted"
_DAY, _TIME = "a day such as 2020-03-31 is wanted", "a date and time such as 2026-01-01T00:00:00 is wanted"
_FAMILIES = {"int": _WHOLE, "float": _NUMBER, "finite": _NUMBER, "bool": _TRUTH, "date": _DAY, "datetime": _TIME}
"""What errors whose type begins with a word (``int_parsing``, ``bool_type``) ask for."""


def validate(model: type[M], tree: LocatedMap, findings: Findings) -> M | None:
    """Make a model from a located tree; every validation error becomes a finding at its line."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        known = _keys_of(model)
        for problem in _one_for_each_value(error.errors(include_url=False), tree):
            _report(problem, tree, known, findings)
        return None


def in_words(problem: Mapping[str, Any]) -> str:
    """Return what an error of pydantic's says, in words for people: what is wanted, and what was found."""
    kind, context, found = str(problem["type"]), problem.get("ctx", {}), problem.get("input")
    shown = f", not {_as_shown(found)}" if found is not None else ""
    if kind == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ")
    if kind in ("too_long", "string_too_long"):
        return _size(found, f"at most {context['max_length']}")
    if kind in ("too_short", "string_too_short"):
        return _size(found, f"at least {context['min_length']}")
    if kind in _SHAPES:
        return f"{problem.get('wanted', _SHAPES[kind])} is wanted{shown}"
    if kind in ("literal_error", "enum") and isinstance(found, str):
        shown += nearest(found, str(context["expected"]).replace("' or '", "', '").strip("'").split("', '"))
    if kind in _WANTED:
        return f"{_WANTED[kind](context)}{shown}".replace(",,", ",")
    family = kind.partition("_")[0]
    return f"{_FAMILIES[family]}{shown}" if family in _FAMILIES else f"{problem['msg']}{shown}"


def _as_shown(found: object) -> str:
    if isinstance(found, (list, tuple)):
        return _LIST
    if isinstance(found, dict):
        return _MAPPING
    return f"{found!r:.60}" if isinstance(found, str) else str(as_written(found))[:60]


def _plain_list(expected: str) -> str:
    return expected.replace("'", "")


def _size(found: object, wanted: str) -> str:
    if isinstance(found, str):
        return f"the text has {len(found)} characters, {wanted} are wanted: {found!r:.60}"
    length = len(found) if isinstance(found, (list, tuple, dict)) else 0
    return f"the list has {length} items, {wanted} are wanted"


def _one_for_each_value(problems: Iterable[Any], tree: LocatedMap) -> list[dict[str, Any]]:
    """Return the errors that matter to people: of several shapes that a value may have, the one it does have.

    Where a field takes a text or a mapping, pydantic reports what is wrong with the value as either. What is wrong
    inside the shape that the value has goes before; where it has none of the shapes, one error names them all.
    """
    found = [{**problem, "trail": _located(problem["loc"], tree)} for problem in problems]
    kept: dict[object, dict[str, Any]] = {}
    for number, problem in enumerate(found):
        trail, kind = problem["trail"], problem["type"]
        if kind not in _SHAPES:
            kept[number] = problem
        elif not any(_says_more(other, trail) for other in found):
            shapes = kept.setdefault(trail, {**problem, "wanted": _SHAPES[kind]})
            if _SHAPES[kind] not in shapes["wanted"]:
                shapes["wanted"] += f" or {_SHAPES[kind]}"
    return list(kept.values())


def _says_more(problem: Mapping[str, Any], trail: tuple[str, ...]) -> bool:
    """Whether an error is about the inside of a value that has the right shape there."""
    inside: bool = problem["trail"][: len(trail)] == trail
    return inside and (len(problem["trail"]) > len(trail) or problem["type"] not in _SHAPES)


def _located(path: tuple[Any, ...], tree: LocatedMap) -> tuple[str, ...]:
    return tuple(_locate(path, tree)[1])


def _report(problem: dict[str, Any], tree: LocatedMap, known: frozenset[str], findings: Findings) -> None:
    path = (*problem["loc"], *getattr(problem.get("ctx", {}).get("error"), "keys", ()))
    place, trail = _locate(path, tree)
    where = f"{'.'.join(trail)}: " if trail else ""
    if problem["type"] == "extra_forbidden":
        key = str(path[-1])
        message = f"unknown key {key}{nearest(key, known - {key})}"
    elif problem["type"] == "missing":
        message = f"{where}the key {path[-1]} is required"
    else:
        message = f"{where}{in_words(problem)}"
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


@cache
def _keys_of(model: type[BaseModel]) -> frozenset[str]:
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
    return frozenset(keys)

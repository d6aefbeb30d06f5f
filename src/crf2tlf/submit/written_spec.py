"""Parts of specs in words: a rule with what happens to its value, and any model as named texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crf2tlf.spec.dataset import VariableSpec
from crf2tlf.spec.model import Rule, SpecModel
from crf2tlf.spec.template import Template
from crf2tlf.submit.plain_text import field

_UNMAPPED = {
    "finding": "another value is an error",
    "keep": "other values stay as they are",
    "missing": "other values become missing",
}


def one_line(rule: Rule | Template | str) -> str:
    """Return a rule or template on one line; one with a comment keeps its lines, since a comment ends with its line."""
    text = str(rule).strip()
    if "#" in text:
        return text
    return " ".join(line.strip() for line in text.replace("\n)", ")").splitlines())


def value_text(variable: VariableSpec, maps: Mapping[str, Mapping[str, str | None]]) -> str:
    """Return in words how a variable gets its value: the rule, the map and the rounding, a line each.

    Empty where the spec does not say it (the row sources do). ``maps`` are the maps of codelists.yaml.
    """
    lines: list[str] = []
    if variable.rule is not None:
        lines.append(one_line(variable.rule))
    elif variable.value is not None:
        lines.append(f"the constant {variable.value}")
    elif variable.by is not None:
        lines += [f'where {variable.by} is "{value}": {one_line(rule)}' for value, rule in variable.cases.items()]
        lines.append(f"otherwise: {one_line(variable.else_)}" if variable.else_ else "otherwise missing")
    if variable.map is not None:
        pairs = maps.get(variable.map, {}) if isinstance(variable.map, str) else variable.map
        name = f" {variable.map}" if isinstance(variable.map, str) else ""
        shown = ", ".join(f"{value} -> {target or '(missing)'}" for value, target in pairs.items())
        lines.append(f"then by the map{name}: {shown}; {_UNMAPPED[variable.unmapped]}")
    if variable.decimals is not None:
        lines.append(f"then rounded half up, decimals: {variable.decimals}")
    return "\n".join(lines)


def spec_lines(model: SpecModel, leave_out: frozenset[str] = frozenset(), indent: int = 0) -> Iterator[str]:
    """Yield all that a spec gives for a model, a key a line as in the YAML, indented by depth."""
    for depth, key, text in model_fields(model, leave_out):
        yield from field(key, text, indent + 2 * depth)


def model_fields(model: SpecModel, leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[int, str, str]]:
    """Yield depth, key and text of all that a spec gives, in the order of the model; a heading has no text."""
    for name, info in type(model).model_fields.items():
        if name in model.model_fields_set - {"place"} - leave_out:
            yield from _entry(0, info.alias or name, getattr(model, name))


def _entry(depth: int, key: str, value: object) -> Iterator[tuple[int, str, str]]:
    if isinstance(value, SpecModel):
        yield depth, key, ""
        yield from ((depth + 1 + inner, name, text) for inner, name, text in model_fields(value))
    elif isinstance(value, Mapping):
        yield depth, key, ""
        for name, part in value.items():
            yield from _entry(depth + 1, str(name), part)
    elif isinstance(value, (tuple, list)):
        yield from _listed(depth, key, value)
    else:
        yield depth, key, _scalar(value)


def _listed(depth: int, key: str, value: tuple[object, ...] | list[object]) -> Iterator[tuple[int, str, str]]:
    if all(isinstance(part, (str, int, float)) for part in value):
        yield depth, key, ", ".join(_scalar(part) for part in value)
        return
    for number, part in enumerate(value, start=1):
        yield from _entry(depth, f"{key} {number}" if len(value) > 1 else key, part)


def _scalar(value: object) -> str:
    if isinstance(value, (Rule, Template)):
        return one_line(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(missing)" if value is None else str(value)

"""The reference pages, made from the models, docstrings and catalogues themselves: ``python -m docs.generate``.

Every page is committed; a test fails when a page differs from what this module makes, or when a key or a method is
not described.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import EnumType, StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.models import OptionInfo

from crf2tlf import cli
from crf2tlf.conform.catalogue import IN_ORDER, TOPICS
from crf2tlf.findings import CODES
from crf2tlf.methods import CATALOGUE, Kind, Method
from crf2tlf.methods.best_response import best_overall_response
from crf2tlf.methods.catalogue import Parameter
from crf2tlf.methods.time_to_event import time_to_event
from crf2tlf.rules.interval import compile_interval, compile_within
from crf2tlf.spec import category, dataset, form, model, output, template
from crf2tlf.spec.schema import SCHEMAS

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by `make docs` from the program itself. Change the docstring or the description there. -->"
FILES = {
    "study": "specs/study.yaml",
    "codelists": "specs/codelists.yaml",
    "form": "specs/raw/*.yaml",
    "dataset": "specs/sdtm/*.yaml and specs/adam/*.yaml",
    "output": "specs/tlf/*.yaml",
    "analysis": "specs/analysis.yaml",
    "reconciliation": "specs/reconciliation.yaml",
    "conformance": "specs/conformance.yaml",
}


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    made = {
        "spec-keys.md": spec_keys(),
        "methods.md": methods(),
        "findings.md": findings(),
        "conformance-rules.md": conformance_rules(),
        "commands.md": commands(),
    }
    return {name: "\n".join([MADE, *lines]).rstrip("\n") + "\n" for name, lines in made.items()}


# Keys of spec files


def spec_keys() -> list[str]:
    """Return the page of all keys of all spec files."""
    lines = [
        "# Keys of the spec files",
        "",
        "One section a file, then the parts inside it. A *rule* is an expression of the rule language, a *template* a",
        "text that may hold jinja2 (`{{ N }}`), a *cell template* statistics with decimals (`{median:1}`).",
        "The [guide](../spec-language.md) has examples. `crf2tlf schema` writes the same as JSON Schema.",
    ]
    names = headings()
    for kind, found in models().items():
        for number, part in enumerate(found):
            title = f"## {FILES[kind]}" if number == 0 else f"### {names[part]}"
            lines += ["", title, "", described(part), "", "| key | value | default | meaning |", "|---|---|---|---|"]
            for key, value, default, meaning in keys(part, names):
                lines.append(f"| `{key}` | {value} | {default} | {_in_table(meaning)} |")
    return lines


def models() -> dict[str, list[type[BaseModel]]]:
    """Return for each kind of spec file its model and the models inside it that no earlier kind has."""
    seen: set[type[BaseModel]] = set()
    found: dict[str, list[type[BaseModel]]] = {}
    for kind, root in SCHEMAS.items():
        found[kind] = list(_inside(root, seen))
    return found


def _inside(part: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if part in seen:
        return
    seen.add(part)
    yield part
    for annotation in _hints(part).values():
        for inner in _models_in(annotation):
            yield from _inside(inner, seen)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _hints(part: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(part, include_extras=True)
    return {name: hints[name] for name, field in part.model_fields.items() if not field.exclude}


def headings() -> dict[type[BaseModel], str]:
    """Return a heading for each model: its class name in words, with the kind of file where two are named alike."""
    everything = [(kind, part) for kind, parts in models().items() for part in parts]
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part.__name__.removesuffix("Spec")) for _, part in everything]
    plain = [word.capitalize() for word in words]
    return {
        part: f"{word} ({kind})" if plain.count(word) > 1 else word
        for (kind, part), word in zip(everything, plain, strict=True)
    }


def keys(part: type[BaseModel], names: dict[type[BaseModel], str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield each key of a model with its kind of value, its default and its description."""
    for name, annotation in _hints(part).items():
        field = part.model_fields[name]
        meaning = field.description or next((described(inner) for inner in _models_in(annotation)), "")
        yield field.alias or name, value_of(annotation, names), _default(field), meaning


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None or default == () or default == {} or isinstance(default, (BaseModel, tuple)):
        return ""
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return f"`{default}`"


def value_of(annotation: Any, names: dict[type[BaseModel], str]) -> str:
    """Return in words which values an annotation takes; a model is a link to its section."""
    for alias, words in (
        (model.Text, "text"),
        (model.RuleText, "rule"),
        (model.Name, "variable"),
        (template.TextTemplate, "template"),
        (template.CellTemplate, "cell template"),
        (output.Id, "id"),
        (category.Category, f"template or {_link(category.Pooled, names)}"),
        (dataset.Variable, f"rule or {_link(dataset.VariableSpec, names)}"),
        (form.Column, f"label or {_link(form.ColumnSpec, names)}"),
    ):
        if annotation == alias:
            return words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        many = any(getattr(extra, "func", None) is model._as_list for extra in arguments[1:])
        inner = value_of(arguments[0], names)
        return f"{inner.removeprefix('list of ')}, or a list of them" if many else inner
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(value_of(a, names) for a in arguments if a is not NoneType)
    if origin is tuple:
        return f"list of {value_of(arguments[0], names)}"
    if origin is dict:
        return f"mapping: {value_of(arguments[0], names)} → {value_of(arguments[1], names)}"
    return _plain(annotation, names)


def _plain(annotation: Any, names: dict[type[BaseModel], str]) -> str:
    if annotation is Any:
        return "any value"
    if issubclass(annotation, BaseModel):
        return _link(annotation, names)
    if issubclass(annotation, StrEnum):
        return ", ".join(f"`{value}`" for value in annotation)
    words = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", datetime: "date and time"}
    return words.get(annotation, str(annotation.__name__))


def _link(part: type[BaseModel], names: dict[type[BaseModel], str]) -> str:
    heading = names[part]
    anchor = re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
    return f"[{heading}](#{anchor})"


# Methods

SHAPES = {
    "columns": (
        "Column methods",
        "A value for each record from the same record. They may stand in each other.",
    ),
    "aggregate": (
        "Aggregates",
        "A value for each record from records of another dataset (`first(EX.EXSTDTC, …)`), from the source records of "
        "a group (`sum(source.DIAM)`), or from the dataset's own records (`max(AVAL, …)`). All of them also take "
        "`by=[…]` (the shared keys; default: the subject), `where=…`, `order=[…]` and `expect=` "
        '(`"one"`, `"at most one"`, `"any"`).',
    ),
    "window": (
        "Windows",
        "A value for each record from its place among the dataset's own records. All of them also take `by=[…]` "
        "(default: the subject; `by=[]` is all records), `order=[…]` (default: the dataset's keys) and `where=…`.",
    ),
}
WORDS = {
    "interval(day, value, start, end)": "The value of the interval that holds the day, such as SE.EPOCH.\n\n"
    + (inspect.getdoc(compile_interval) or "").partition("\n\n")[2],
    "within(number, value, low, high)": "The value of the range that holds the number, such as the visit of the "
    "analysis window that a study day lies in.\n\n" + (inspect.getdoc(compile_within) or "").partition("\n\n")[2],
    'decode(value, "CODELIST")': "What a codelist says that a value means: the decode in codelists.yaml, else CDISC's "
    'name or preferred term, so that `decode(VSTESTCD, "VSTESTCD")` is VSTEST. A value that the codelist lacks is a '
    "finding CODELIST_VALUE.",
    'nci_code(value, "CODELIST")': "The NCI code of a value in a CDISC codelist, such as C49488 for Y in NY. "
    "`nci_code(TSVAL)`, with a variable of the dataset alone, takes the codelist that the variable has by its spec or "
    "the standard, also one that depends on another variable. A value that is not among CDISC's terms has no code.",
    "desc(value)": "In `order=[…]`: sort by this value from large to small, missing last.",
    "source_dataset()": "The name of the dataset that the record comes from (SRCDOM).",
    'source_variable("AVAL")': "The variable of the source that the named variable was taken from (SRCVAR).",
    "source_sequence()": "The sequence number (--SEQ or ASEQ) of the source record (SRCSEQ); missing for groups.",
}
RECORD_METHODS: dict[str, tuple[Callable[..., Any], tuple[type[BaseModel], ...]]] = {
    "time_to_event": (
        time_to_event,
        (dataset.TimeToEvent, dataset.DatedSource, dataset.NewTherapy, dataset.MissedAssessments),
    ),
    "best_overall_response": (best_overall_response, (dataset.BestOverallResponse, dataset.ResponseSource)),
}
"""Each record method: its function, and the models of its keys in a spec."""


def methods() -> list[str]:
    """Return the page of everything that a rule may call."""
    lines = ["# Methods", "", "What a rule may call. `name=…` marks an optional argument.", ""]
    for shape, (title, _) in SHAPES.items():
        named = sorted(name for name, entry in CATALOGUE.items() if entry.shape == shape)
        lines.append(f"- {title}: " + ", ".join(f"[{name}](#{name})" for name in named))
    for shape, (title, about) in SHAPES.items():
        lines += ["", f"## {title}", "", about]
        for _, entry in sorted(CATALOGUE.items()):
            if entry.shape == shape:
                lines += _method(entry)
    lines += ["", "## Words of the language", "", "They look like methods and are worked out when a rule is compiled."]
    for call, meaning in WORDS.items():
        lines += ["", f"### `{call}`", "", meaning]
    lines += ["", "## Record methods", "", "They stand in a row source and add columns to each of its records."]
    for name, (function, parts) in RECORD_METHODS.items():
        lines += ["", f"### {name}", "", inspect.getdoc(function) or "", *_spec_keys_of(name, parts)]
    return lines


def _spec_keys_of(name: str, parts: tuple[type[BaseModel], ...]) -> list[str]:
    """Return the table of the keys that a record method has in a spec; those of an inner part follow a dot."""
    names = headings()
    link = _link(parts[0], names).replace("(#", "(spec-keys.md#")
    lines = ["", f"In a spec these are the keys under `{name}:` of a row source ({link}):", ""]
    lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, inner in _with_inner(parts[0], parts[1:]):
        prefix = f"{key}." if inner is not parts[0] else ""
        for own, value, default, meaning in keys(inner, names):
            shown = value.replace("(#", "(spec-keys.md#")
            lines.append(f"| `{prefix}{own}` | {shown} | {default} | {_in_table(meaning)} |")
    return lines


def _with_inner(whole: type[BaseModel], parts: tuple[type[BaseModel], ...]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield "", whole
    for name, annotation in _hints(whole).items():
        for part in _models_in(annotation):
            if part in parts:
                yield whole.model_fields[name].alias or name, part


def _method(entry: Method) -> list[str]:
    kinds = ", ".join(f"`{p.name}` {_kind(p)}" for p in entry.parameters)
    result = "the kind of its first argument" if entry.result is Kind.ANY else str(entry.result)
    facts = f"Takes {kinds}. Gives {result}." if kinds else f"Takes nothing. Gives {result}."
    return ["", f"### {entry.name}", "", f"`{entry.signature}`", "", facts, "", inspect.getdoc(entry.function) or ""]


def _kind(parameter: Parameter) -> str:
    if parameter.kind is None:
        shown = re.sub(r"<class '(?:\w+\.)*(\w+)'>|typing\.", r"\1", str(parameter.annotation))
        return f"(constant: {shown})".replace("|", "or")
    words = "any kind" if parameter.kind is Kind.ANY else str(parameter.kind)
    return f"({words}, one or more)" if parameter.repeated else f"({words})"


# Findings


def findings() -> list[str]:
    """Return the page of finding codes."""
    lines = [
        "# Findings",
        "",
        "Everything that is wrong with specs, raw data or results is a finding: a place (file and line), a severity,",
        "a code and a message. An *error* stops a build in submission mode; in draft mode the build goes on and marks",
        "its outputs. A *warning* or *note* stops nothing. `severity` in `specs/study.yaml` changes the severity of a",
        "code.",
        "",
        "| code | severity | meaning |",
        "|---|---|---|",
    ]
    return lines + [f"| `{code}` | {entry.severity} | {_in_table(entry.meaning)} |" for code, entry in CODES.items()]


# Conformance rules


def conformance_rules() -> list[str]:
    """Return the page of the conformance rules by topic."""
    lines = [
        "# Conformance rules",
        "",
        f"The {len(IN_ORDER)} rules that `crf2tlf check --conformance` applies to what is submitted. `--` is the",
        "domain's prefix. [Conformance](../conformance.md) says how a finding that remains is explained. *SDTM",
        "Conformance Rules* (CG…) and *ADaM Conformance Rules* (numbers, version 5.0) are CDISC's, *FDA Validator",
        "Rules* (FB…) FDA's.",
    ]
    for topic, title in TOPICS.items():
        lines += ["", f"## {title}", "", "| rule | severity | what should hold | source |", "|---|---|---|---|"]
        for rule in (rule for rule in IN_ORDER if rule.topic == topic):
            lines.append(f"| `{rule.code}` | {rule.severity} | {_in_table(rule.text)} | {_in_table(rule.source)} |")
    return lines


# Commands


def commands() -> list[str]:
    """Return the page of the command line."""
    callback = cli.app.registered_callback
    assert callback is not None
    assert callback.callback is not None
    about = inspect.getdoc(callback.callback) or ""
    lines = ["# Commands", "", "`crf2tlf [OPTIONS] COMMAND …`", "", about, *_arguments(callback.callback)]
    for name, command in _registered(cli.app):
        lines += ["", f"## crf2tlf {name}", "", inspect.getdoc(command) or "", *_arguments(command)]
    _, exit_codes = (inspect.getdoc(cli) or "").split("Exit codes: ")
    lines += ["", "## Exit codes", ""]
    for part in exit_codes.rstrip(".").replace("\n", " ").split("; "):
        code, meaning = part.split(" ", 1)
        lines.append(f"- `{code}`: {meaning}")
    return lines


def _registered(app: typer.Typer, above: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield each command with its name, those of groups after the others."""
    for command in app.registered_commands:
        assert command.callback is not None
        yield f"{above}{command.name or command.callback.__name__}", command.callback
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from _registered(group.typer_instance, f"{above}{group.name} ")


def _arguments(command: Callable[..., Any]) -> list[str]:
    rows = []
    hints = get_type_hints(command, include_extras=True)
    for parameter in inspect.signature(command).parameters.values():
        kind, info = get_args(hints[parameter.name])
        own = f"--{parameter.name}" if isinstance(info, OptionInfo) else parameter.name
        given = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
        name = ", ".join(f"`{text}`" for text in given or [own])
        choices = ", ".join(f"`{value}`" for value in _members(kind))
        nothing = parameter.default in (None, False, inspect.Parameter.empty)
        default = "" if nothing else f"`{parameter.default}`"
        rows.append(f"| {name} | {choices} | {default} | {_in_table(info.help)} |")
    return ["", "| argument | values | default | meaning |", "|---|---|---|---|", *rows] if rows else []


def _in_table(text: str) -> str:
    """Return a text as a cell of a table: bars end no cell, and angle brackets are no HTML."""
    pieces = text.replace("|", "\\|").split("`")
    return "`".join(piece.replace("<", "\\<") if number % 2 == 0 else piece for number, piece in enumerate(pieces))


def _members(kind: Any) -> list[str]:
    members: list[Any] = list(kind) if isinstance(kind, EnumType) else []
    return [str(member) for member in members]


def described(part: type[BaseModel]) -> str:
    """Return a model's own docstring as one line."""
    return " ".join((inspect.cleandoc(part.__doc__ or "")).split())


if __name__ == "__main__":
    main()

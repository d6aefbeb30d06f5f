"""Titles, labels and footnotes: jinja2 without loops and calls, where an undefined name is a finding.

A stranger's specs are data: templates take values by name, choose with ``if``, and format numbers with the filters
``decimals(1)`` and ``percent(0)``. Whatever could call, repeat or grow is refused.
"""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crf2tlf.findings import Findings, nearest
from crf2tlf.spec import Study
from crf2tlf.spec.template import Template
from crf2tlf.statistics import format_number

_REFUSED: dict[type[nodes.Node], str] = {
    nodes.For: "a loop",
    nodes.Call: "a call",
    nodes.Macro: "a macro",
    nodes.CallBlock: "a call",
    nodes.Include: "an include",
    nodes.Import: "an import",
    nodes.FromImport: "an import",
    nodes.Extends: "extends",
    nodes.Block: "a block",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
    nodes.With: "with",
    nodes.Mul: "a multiplication",
    nodes.Pow: "a power",
    nodes.Mod: "a %",
}
_MISTAKES = (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError)


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which a dotted name means an item, never an attribute of a Python object."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        return False


class Texts:
    """Renders the texts of specs; mistakes become findings at the text's place."""

    def __init__(self, study: Study, findings: Findings) -> None:
        self.findings = findings
        self.environment = _Environment(undefined=jinja2.StrictUndefined, autoescape=False)
        self.environment.globals.clear()
        self.environment.filters = {
            **{name: self.environment.filters[name] for name in ("lower", "upper", "capitalize", "trim")},
            "decimals": lambda value, digits: format_number(float(value), int(digits)),
            "percent": lambda value, digits=0: format_number(float(value) * 100, int(digits)),
        }
        self.environment.globals["study"] = study.constants

    def render(self, template: Template | None, **names: Any) -> str:
        """Return a template's text; None is the empty text, and a mistake leaves the text as it is written."""
        if template is None:
            return ""
        if "{" not in template.text:
            return template.text
        try:
            self._check(self.environment.parse(template.text), names)
            return self.environment.from_string(template.text).render(names)
        except _MISTAKES as error:
            self.findings.add("TEMPLATE", template.place, f"{template.text!r}: {error}")
            return template.text

    def _check(self, tree: nodes.Template, names: dict[str, Any]) -> None:
        """Raise an error for what texts do not take, and for names that do not exist."""
        for kind, what in _REFUSED.items():
            if tree.find(kind) is not None:
                raise jinja2.TemplateSyntaxError(f"{what} is not taken in texts", 1)
        known = {*names, *self.environment.globals}
        for name in sorted(meta.find_undeclared_variables(tree) - known):
            raise jinja2.UndefinedError(f"unknown name {name}{nearest(name, known)}")
        constants: Any = self.environment.globals["study"]
        for part in tree.find_all(nodes.Getattr):
            if isinstance(part.node, nodes.Name) and part.node.name == "study" and part.attr not in constants:
                raise jinja2.UndefinedError(f"unknown constant study.{part.attr}{nearest(part.attr, constants)}")

"""Rules in form specs: conditions on the form's own columns, worked out on its records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crf2tlf.build.tables import FormTable, Tables
from crf2tlf.findings import Findings, nearest
from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules import columns
from crf2tlf.rules.compile import compile_rule
from crf2tlf.rules.node import Column, Node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import Ref, Scope
from crf2tlf.spec import Study
from crf2tlf.spec.form import FORM_COLUMNS, FormSpec
from crf2tlf.spec.model import Rule

SUBJECT_COLUMN, _, RECORD_COLUMN = FORM_COLUMNS


def column_kind(name: str) -> Kind:
    """Return the kind of a form's column: text, but for the number of the record in its file (1 is the first)."""
    return Kind.NUMBER if name == RECORD_COLUMN else Kind.TEXT


class FormNames:
    """Names in the rules of a form spec: the form's own columns."""

    default_order: tuple[str, ...] = ()
    grouped = False

    def __init__(self, form: FormSpec, constants: dict[str, Any]) -> None:
        self.dataset = f"raw.{form.form}"
        self._columns = form.columns
        self._known = [*form.columns, *FORM_COLUMNS]
        self._constants = constants

    def bare(self, name: str) -> Column:
        if name not in self._known:
            raise RuleError("RULE_NAME", f"unknown column {name}{nearest(name, self._known)}")
        formats = self._columns[name].formats if name in self._columns else ()
        return Column(Ref(self.dataset, name), "source", column_kind(name), formats)

    source = bare

    def table(self, _parts: tuple[str, ...]) -> str | None:
        return None

    def tables(self) -> tuple[str, ...]:
        return ()

    def member(self, table: str, variable: str) -> Column:
        raise RuleError("RULE_NAME", f"unknown name {table}.{variable}")

    def records(self, table: str) -> frozenset[Ref]:
        return frozenset({Ref(table, "")})

    def decodes(self, codelist: str) -> dict[str, str | None]:
        raise RuleError("RULE_METHOD", f"decode is not for forms (of {codelist})")

    def codelists(self, variable: str) -> tuple[str | None, dict[str | None, str]]:
        raise RuleError("RULE_METHOD", f"nci_code is not for forms (of {variable})")

    def nci_codes(self, codelist: str) -> dict[str, str]:
        raise RuleError("RULE_METHOD", f"nci_code is not for forms (of {codelist})")

    def constant(self, name: str) -> Any:
        if name not in self._constants:
            raise RuleError("RULE_NAME", f"unknown constant study.{name}{nearest(name, self._constants)}")
        return self._constants[name]

    def source_fact(self, fact: str, _variable: str | None) -> Node:
        raise RuleError("RULE_METHOD", f"{fact} is not for forms")


def selected(study: Study, form: FormSpec, table: FormTable, rule: Rule, findings: Findings) -> Any:
    """Return for which records a condition is true; a rule that cannot be used is a finding, and true for none."""
    return condition(study, form, table, rule, findings).to_numpy(dtype=bool, na_value=False)


def condition(
    study: Study, form: FormSpec, table: FormTable, rule: Rule, findings: Findings, key: str = "where"
) -> pd.Series[Any]:
    """Return a condition's three-valued truth; a rule that cannot be used is a finding, and unknown for all."""
    found = evaluate(study, form, table, rule, findings)
    if found is None:
        return columns.missing(Kind.TRUTH, table.size)
    node, value = found
    if node.kind is not Kind.TRUTH:
        findings.add("RULE_TYPE", rule.place, f"{key} takes a condition, {rule.text!r} is {node.kind}")
        return columns.missing(Kind.TRUTH, table.size)
    return columns.column(value, Kind.TRUTH, table.size)


def evaluate(
    study: Study, form: FormSpec, table: FormTable, rule: Rule, findings: Findings
) -> tuple[Node, columns.Value] | None:
    """Work a rule out on the records of a form; a mistake in it is a finding, and gives None."""

    def report(positions: Integers, code: str, message: str) -> None:
        places = table.places(positions)
        findings.add(code, places[0] if places else rule.place, message, records=places[1:], count=len(positions))

    scope = Scope(table.size, table.column, table.column, Tables(), report)
    try:
        node = compile_rule(rule, FormNames(form, study.constants))
        return node, node.evaluate(scope)
    except RuleError as error:
        findings.add(error.code, rule.place, str(error))
        return None

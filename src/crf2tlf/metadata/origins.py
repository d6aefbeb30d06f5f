"""Origins: where the values of a variable come from, read from its rules.

Source: Define-XML 2.1, section 5.3.11.3 (def:Origin), with the origin types of CDISC's codelist DDOT.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from crf2tlf.build.metadata import standard_variable
from crf2tlf.build.result import BuildResult
from crf2tlf.metadata.model import Origin, OriginSource, OriginType
from crf2tlf.metadata.parts import Mask, Part, is_shown, parts_of
from crf2tlf.metadata.references import Reference, references, resolve, tree_of

RECODING = frozenset(
    {"text", "number", "upper", "lower", "strip", "squish", "pad", "replace", "substring", "iso8601", "round", "decode"}
)
"""Methods that write a collected value in another way: it stays collected."""
CHOOSING = frozenset({"coalesce", "agree"})
"""Methods that take one of several values as it is."""


@dataclass(frozen=True)
class Found:
    """The origin of an expression: its type (None: it is always missing), with what goes into an :class:`Origin`."""

    type: OriginType | None
    forms: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()

    def also(self, other: Found) -> Found:
        """Return the origin of a value that is now this, now the other: constants count for little, Derived most."""
        if self.type is None or other.type is None:
            return other if self.type is None else self
        if self.type == other.type:
            forms, named = [*self.forms, *other.forms], [*self.predecessors, *other.predecessors]
            return Found(self.type, tuple(dict.fromkeys(forms)), tuple(dict.fromkeys(named)))
        chosen = max(self, other, key=lambda found: _WEIGHT.index(found.type or "Not Available"))
        return replace(chosen, forms=self.forms or other.forms) if chosen.type == "Collected" else chosen


_WEIGHT: list[OriginType] = ["Not Available", "Assigned", "Protocol", "Collected", "Predecessor", "Derived"]
ASSIGNED, PROTOCOL, DERIVED, MISSING = Found("Assigned"), Found("Protocol"), Found("Derived"), Found(None)


class Origins:
    """Finds the origins of a study's tabulation (``sdtm``) or analysis datasets."""

    def __init__(self, build: BuildResult, *, sdtm: bool) -> None:
        self.build = build
        self.study = build.study
        self.sdtm = sdtm
        self._parts: dict[tuple[str, str], list[Part]] = {}
        self._known: dict[int, Found] = {}
        self._active: set[int] = set()

    def parts(self, dataset: str, variable: str) -> list[Part]:
        """Return the parts of a variable."""
        key = (dataset, variable)
        if key not in self._parts:
            self._parts[key] = parts_of(self.build, self.build.datasets[dataset], variable)
        return self._parts[key]

    def of_parts(self, parts: Iterable[Part]) -> Origin:
        """Return the origin that parts of a variable have together."""
        parts = list(parts)
        found = reduce(Found.also, (self.found(part) for part in parts), MISSING)
        return self.origin(found)

    def origin(self, found: Found) -> Origin:
        """Return a found origin in the words of Define-XML, with its source."""
        if found.type is None:
            return Origin("Not Available")
        source: OriginSource | None = "Sponsor"
        if found.type in ("Predecessor", "Not Available"):
            source = None
        elif found.type == "Collected":
            sources = [self.study.forms[form].source for form in found.forms if form in self.study.forms]
            source = sources[0] if sources else "Investigator"
        forms = found.forms if found.type == "Collected" else ()
        return Origin(found.type, source, ", ".join(found.predecessors), forms)

    def found(self, part: Part) -> Found:
        """Return where a part's values come from; what the spec says goes before what its rule tells."""
        if id(part) not in self._known:
            if id(part) in self._active:  # copied from records of its own dataset, so that these say where it is from
                return MISSING
            self._active.add(id(part))
            self._known[id(part)] = self._stated(part)
            self._active.discard(id(part))
        return self._known[id(part)]

    def _stated(self, part: Part) -> Found:
        said = part.given.origin or self._general_origin(part)
        found = self._of_way(part)
        if said is None:
            return found
        return replace(found, type=said, predecessors=found.predecessors if said == "Predecessor" else ())

    def _general_origin(self, part: Part) -> OriginType | None:
        general = part.spec.variables.get(part.variable) or part.spec.supplemental.get(part.variable)
        return general.origin if general else None

    def _of_way(self, part: Part) -> Found:
        if part.way == "nothing":
            return MISSING
        if part.way == "constant":
            return ASSIGNED
        if part.way == "method":
            return DERIVED
        if part.way == "copy":
            return self._of_reference(part, Reference("source", part.source_table, part.variable))
        tree = tree_of(part.rule) if part.rule else None
        if tree is None:
            return DERIVED
        found = self._expression(part, tree)
        if part.given.map is not None:
            found = self._mapped(part, tree, found)
        if found.type == "Collected" and self._is_coded(part):
            return ASSIGNED
        return found

    def _mapped(self, part: Part, tree: ast.expr, found: Found) -> Found:
        """A recoded value; what only renames the record's parameter or test is assigned."""
        name = resolve(self.study, part, tree)
        if name and name.where == "own" and name.variable == self._topic(part):
            return ASSIGNED
        return DERIVED if found.type == "Predecessor" else found

    def _is_coded(self, part: Part) -> bool:
        """Whether a variable holds terms of a dictionary that somebody chose for the collected text."""
        general = part.spec.variables.get(part.variable)
        standard = standard_variable(self.study, part.spec, part.variable)
        coded = standard is not None and (standard.value_domain in ("MedDRA", "WHODrug"))
        return coded or bool((part.given.dictionary or (general and general.dictionary)) and _names_a_term(part))

    # Expressions

    def _expression(self, part: Part, tree: ast.expr) -> Found:
        match tree:
            case ast.Constant(value=None):
                return MISSING
            case ast.Constant():
                return ASSIGNED
            case ast.Name() | ast.Attribute():
                found = resolve(self.study, part, tree)
                return self._of_reference(part, found) if found else DERIVED
            case ast.Call(func=ast.Name(id=name)):
                return self._call(part, name, tree)
            case ast.IfExp():
                return self._conditional(part, tree)
            case ast.BinOp(left=left, right=right):
                sides = [self._expression(part, left), self._expression(part, right)]
                return ASSIGNED if all(side.type in ("Assigned", None) for side in sides) else DERIVED
            case ast.UnaryOp(operand=ast.Constant()):
                return ASSIGNED
        return DERIVED

    def _of_reference(self, part: Part, name: Reference) -> Found:
        if name.where == "constant":
            return PROTOCOL if self.sdtm else ASSIGNED
        if name.where in ("records", "unknown") or name.added:
            return DERIVED
        if name.form:
            return Found("Collected", (name.form,)) if name.variable not in ("USUBJID", "RECORD") else DERIVED
        if name.is_design:
            return PROTOCOL
        if name.where == "own":
            return self._of_variable(name.table, name.variable, part.records)
        if not self.sdtm and name.table != part.spec.dataset:
            return self._predecessor(name)
        return self._of_variable(name.table, name.variable) if name.where == "source" else DERIVED

    def _predecessor(self, name: Reference) -> Found:
        spec = self.study.datasets.get(name.table)
        if spec is None:
            return DERIVED
        if name.variable in spec.supplemental:
            return Found("Predecessor", (), (f"SUPP{name.table}.QVAL where QNAM = {name.variable}",))
        return Found("Predecessor", (), (str(name),)) if is_shown(spec, name.variable) else DERIVED

    def _of_variable(self, dataset: str, variable: str, records: Mask | None = None) -> Found:
        """Return the origin that another variable has, for the records in question."""
        if dataset not in self.build.datasets:
            return DERIVED
        found = []
        for part in self.parts(dataset, variable):
            if records is None or not len(records) or np.any(part.records & records):
                found.append(self.found(part))
        return reduce(Found.also, found, MISSING)

    def _call(self, part: Part, name: str, tree: ast.Call) -> Found:
        if name in ("source_dataset", "source_variable"):
            return ASSIGNED
        if name == "lookup" and tree.args:
            value = resolve(self.study, part, tree.args[0])
            return self._of_reference(part, value) if value and (value.form or value.is_design) else DERIVED
        if name in RECODING:
            found = self._expression(part, tree.args[0]) if tree.args else DERIVED
        elif name in CHOOSING:
            found = reduce(Found.also, (self._expression(part, argument) for argument in tree.args), MISSING)
        else:
            return DERIVED
        return DERIVED if found.type == "Predecessor" else found

    def _conditional(self, part: Part, tree: ast.IfExp) -> Found:
        """A value under a condition: a copy is then none any more, and constants are chosen by what the data say."""
        found = self._expression(part, tree.body).also(self._expression(part, tree.orelse))
        if found.type == "Assigned":
            return self._chosen(part, tree)
        return DERIVED if found.type == "Predecessor" else found

    def _chosen(self, part: Part, tree: ast.IfExp) -> Found:
        """Return the origin of a constant that is chosen.

        It is assigned where it only goes with another value (the unit of a result) or names the record's topic, and
        collected where a box of a form was ticked (``"Y" if COLUMN == "1" else None``); else the choice is derived.
        """
        if all(name.variable == self._topic(part) for name in references(self.study, part, tree)):
            return ASSIGNED
        one_sided = any(isinstance(side, ast.Constant) and side.value is None for side in (tree.body, tree.orelse))
        match tree.test:
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]) if one_sided:
                return ASSIGNED
            case ast.Compare(left=left, ops=[ast.Eq() | ast.In()]) if one_sided:
                found = self._expression(part, left)
                return found if found.type == "Collected" else DERIVED
        return DERIVED

    def _topic(self, part: Part) -> str:
        """Return the variable that names what a record is about."""
        return f"{part.spec.dataset}TESTCD" if part.spec.dataset in self.study.sdtm else "PARAMCD"


def _names_a_term(part: Part) -> bool:
    """Whether a variable of a dictionary names or classifies a term (a grade is what the investigator gave)."""
    name = part.variable.removeprefix(part.spec.dataset)
    return name in ("DECOD", "BODSYS", "SOC", "HLT", "HLGT", "LLT", "CLAS")

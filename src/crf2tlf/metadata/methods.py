"""Methods of derived variables: in words, with the rule of the spec and its place. Equal rules share one method."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from crf2tlf.build.metadata import declared, variable_names
from crf2tlf.build.result import BuildResult
from crf2tlf.metadata.model import Method
from crf2tlf.metadata.origins import Origins
from crf2tlf.metadata.parts import Part, is_shown
from crf2tlf.metadata.record_methods import record_method_words
from crf2tlf.metadata.references import Reference, references, resolve, tree_of
from crf2tlf.metadata.words import Words, calls_in, constant, explained, reference
from crf2tlf.methods import Kind
from crf2tlf.spec.model import Rule

IMPUTING = frozenset({"imputation_flag"})
_DEEPEST = 4
"""How many variables that are not submitted are followed from one to the next before the method stops telling."""


class Methods:
    """Collects the methods of a submission."""

    def __init__(self, build: BuildResult, origins: Origins) -> None:
        self.build = build
        self.study = build.study
        self.origins = origins
        self._methods: dict[tuple[str, str, str], Method] = {}

    @property
    def all(self) -> tuple[Method, ...]:
        """The methods in the order of their first use."""
        return tuple(self._methods.values())

    def of_parts(self, parts: Sequence[Part], name: str, label: str) -> str:
        """Return the id of the method that makes parts of a variable; ``name`` becomes its id if it is new."""
        parts = [self._made(part) for part in parts]
        description = self._description(parts)
        rule = "\n".join(dict.fromkeys(filter(None, map(self.rule_text, parts))))
        key = (self._type(parts), description, rule)
        if key not in self._methods:
            taken = {method.id for method in self._methods.values()}
            number = next(n for n in range(1, len(taken) + 2) if _numbered(name, n) not in taken)
            method = Method(_numbered(name, number), label, key[0], description, rule, str(parts[0].place))
            self._methods[key] = method
        elif self._methods[key].name != label:  # a name of one of its users would mislead at the others
            self._methods[key] = replace(self._methods[key], name=f"Derivation of {parts[0].variable}")
        return self._methods[key].id

    def key(self, part: Part) -> str:
        """Return what tells the part's rule from other rules: two parts with the same key are made the same way."""
        part = self._made(part)
        return f"{part.way}\0{self.rule_text(part)}\0{part.given.map}\0{self._words(part)}"

    def _made(self, part: Part) -> Part:
        """Return the part with the study's rule for USUBJID in place of a form's column USUBJID, which it makes."""
        tree = tree_of(part.rule) if part.rule else None
        name = resolve(self.study, part, tree) if tree is not None else None
        if name is None or name.form is None or name.variable != "USUBJID" or part.given.map is not None:
            return part
        rule = self.study.spec.usubjid
        return replace(part, rule=rule, source=None, place=rule.place)

    def _alike(self, parts: Iterable[Part]) -> list[list[Part]]:
        """Return parts in groups that are made in the same way."""
        groups: dict[str, list[Part]] = {}
        for part in parts:
            groups.setdefault(self.key(part), []).append(part)
        return list(groups.values())

    def rule_text(self, part: Part) -> str:
        """Return the rule as the spec has it, on one line; a constant as a rule would have it."""
        if part.way == "rule" and part.rule is not None:
            return " ".join(part.rule.text.split())
        if part.way == "constant":
            return self._constant(part)
        return f"{part.source_table}.{part.variable}" if part.way == "copy" else ""

    def _constant(self, part: Part) -> str:
        numeric = self.build.datasets[part.spec.dataset].kinds[part.variable] is Kind.NUMBER
        return str(part.constant) if numeric else constant(part.constant)

    def _type(self, parts: Iterable[Part]) -> Literal["Computation", "Imputation"]:
        """Return Imputation where a rule fills dates up, or flags that one was."""
        return "Imputation" if any(_imputes(part.rule) for part in parts if part.rule) else "Computation"

    # Words

    def _description(self, parts: Sequence[Part]) -> str:
        groups = self._alike(parts)
        texts = self._cases(groups) if len(groups) > 1 else [self._words(parts[0])]
        return " ".join(dict.fromkeys(text for text in [*texts, *self._further(parts)] if text))

    def _cases(self, groups: Iterable[Sequence[Part]]) -> list[str]:
        """Return how the values of each group of parts are made, and for which records that counts."""
        return [f"{'; '.join(dict.fromkeys(map(self._records, group)))}: {self._words(group[0])}" for group in groups]

    def _records(self, part: Part) -> str:
        """Return which records a part is about, by their row source."""
        if part.source is None:
            return "Other records" if part.given.by else "All records"
        where = part.source.spec.where
        tree = tree_of(where) if where else None
        chosen = f" where {Words(self.study, part, of_source=True).expression(tree)}" if tree else ""
        row, topic = (
            part.source.spec,
            "PARAMCD" if "PARAMCD" in variable_names(part.spec) else f"{part.spec.dataset}TESTCD",
        )
        value = row.set[topic].value if topic in row.set else row.parameter.get(topic)
        named = f"{topic} = {value}, records" if value else "Records"
        return f"{named} from {reference(Reference('records', part.source_table, ''))}{chosen}"

    def _words(self, part: Part) -> str:
        """Return how the values of a part are made, without what the methods in it mean."""
        if part.way == "method":
            return record_method_words(self.study, part)
        if part.way == "nothing":
            return f"{part.variable} is missing."
        if part.way == "constant":
            return f"{part.variable} is {self._constant(part)}."
        if part.way == "copy":
            name = Reference("source", part.source_table, part.variable)
            return f"{part.variable} is a copy of {reference(name)}."
        tree = tree_of(part.rule) if part.rule else None
        made = Words(self.study, part).expression(tree) if tree is not None else self.rule_text(part)
        if tree is not None and part.given.map is None and resolve(self.study, part, tree) is not None:
            made = f"a copy of {made}"
        return f"{part.variable} is {made}{self._recoded(part)}."

    def _recoded(self, part: Part) -> str:
        text = ""
        if part.given.map is not None:
            named = self.study.codelists.maps.get(part.given.map, {}) if isinstance(part.given.map, str) else {}
            table = named if isinstance(part.given.map, str) else part.given.map
            pairs = [f"{key} to {value}" if value else f"{key} to missing" for key, value in table.items()]
            text += f", recoded: {'; '.join(pairs)}"
        if part.given.decimals is not None:
            text += f", rounded half up to {part.given.decimals} decimals"
        return text

    def _further(self, parts: Sequence[Part]) -> list[str]:
        """Return the variable's comment, what the rules use and nobody sees, and what their methods mean."""
        comments = [declared(part.spec, part.variable).comment for part in parts]
        texts = [f"{comment.rstrip('.')}." for comment in dict.fromkeys(comments) if comment]
        hidden = self._hidden(parts)
        for several in hidden.values():
            groups = self._alike(several)
            texts += self._cases(groups) if len(groups) > 1 else [f"Here: {self._words(several[0])}"]
        used = [*parts, *(part for several in hidden.values() for part in several)]
        calls: dict[str, set[str]] = {}
        for part in used:
            tree = tree_of(part.rule) if part.rule else None
            for name, options in calls_in(tree).items() if tree is not None else ():
                calls.setdefault(name, set()).update(options)
        return texts + explained(calls)

    def _hidden(self, parts: Sequence[Part]) -> dict[tuple[str, str], list[Part]]:
        """Return the variables in no file that the rules use, with their parts: their rules belong to the method."""
        found: dict[tuple[str, str], list[Part]] = {}
        pending = list(parts)
        for _ in range(_DEEPEST):
            new: dict[tuple[str, str], list[Part]] = {}
            for part in pending:
                for name in self._hidden_names(part):
                    key = (name.table, name.variable)
                    if key not in found and key not in new:
                        new[key] = self._concerned(key, pending)
            found |= {key: several for key, several in new.items() if several}
            pending = [part for several in new.values() for part in several]
        return found

    def _concerned(self, key: tuple[str, str], users: Sequence[Part]) -> list[Part]:
        """Return the parts of a variable that give values to records of its users (all, in another dataset)."""
        parts = [part for part in self.origins.parts(*key) if part.way in ("rule", "constant", "copy")]
        own = [user.records for user in users if user.spec.dataset == key[0]]
        if own:
            inside = np.logical_or.reduce(own)
            parts = [part for part in parts if np.any(part.records & inside)] or parts
        return parts

    def _hidden_names(self, part: Part) -> Iterator[Reference]:
        tree = tree_of(part.rule) if part.rule else None
        for name in references(self.study, part, tree) if tree is not None else ():
            spec = self.study.datasets.get(name.table)
            known = spec is not None and name.variable in variable_names(spec) and not name.added
            if spec is not None and known and not is_shown(spec, name.variable) and name.variable not in spec.keys:
                yield name


def _imputes(rule: Rule) -> bool:
    tree = tree_of(rule)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree is not None else []
    return any(keyword.arg == "impute" for call in calls for keyword in call.keywords)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}.{number}"

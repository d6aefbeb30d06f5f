"""The mapping that a person wrote, as pairs of column and variable, to compare proposals with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crf2tlf.findings import Findings
from crf2tlf.propose import Proposals
from crf2tlf.spec import Study, load_study

Pair = tuple[str, str, str]
"""File, header and variable, such as ("ae_raw.csv", "IT.AETERM", "AE.AETERM")."""


def written_pairs(root: Path) -> set[Pair]:
    """The columns that the rules of a study's SDTM specs name, with the variable that each goes to."""
    study = load_study(root, None, Findings())
    assert study is not None
    return {pair for dataset in study.sdtm.values() if dataset.output for pair in _pairs(study, dataset)}


def _pairs(study: Study, dataset: Any) -> Iterator[Pair]:
    for source in dataset.rows:
        form = study.forms.get(str(source.from_).removeprefix("raw."))
        parts = [source, *source.each]
        own = {name: variable for part in parts for name, variable in part.set.items()}
        rules = [*dataset.variables.items(), *((name, rule) for part in parts for name, rule in part.set.items())]
        for name, variable in rules:
            if name in dataset.variables and dataset.variables[name].output is False:
                continue
            for text in _rules(variable):
                for table, column in _names(text):
                    named = study.forms.get(table) if table else form
                    hidden = not table and column != name and (column in dataset.variables or column in own)
                    if named is not None and column in named.columns and not hidden:
                        yield named.file, named.header(column), f"{dataset.dataset}.{name}"


def _rules(variable: Any) -> Iterable[str]:
    given = [getattr(variable, "rule", None), getattr(variable, "else_", None)]
    given += list((getattr(variable, "cases", None) or {}).values())
    return [str(rule) for rule in given if rule is not None]


def _names(rule: str) -> Iterator[tuple[str, str]]:
    """The columns that a rule names, with the form where it says so."""
    tree: ast.AST = ast.parse(rule, mode="eval").body
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Attribute):
            parts = ast.unparse(node).split(".")
            if parts[0] == "raw":
                yield parts[1], parts[2]
            elif parts[0] == "source":
                yield "", parts[1]
        elif isinstance(node, ast.Name):
            yield "", node.id
        elif isinstance(node, ast.Call):
            stack += node.args
        else:
            stack += list(ast.iter_child_nodes(node))


def proposed_pairs(made: Proposals, *, guesses: bool) -> set[Pair]:
    """The columns that something is proposed for, with the variable; the subject column of DM is DM.SUBJID."""
    subjects = {
        (form.extract.file, form.subject.header, "DM.SUBJID")
        for form in made.forms
        if form.domain == "DM" and form.repeats == "once"
    }
    return subjects | {
        (p.form.extract.file, p.column.header, f"{p.dataset}.{p.variable}")
        for p in made.columns
        if p.dataset and (guesses or p.confidence != "guess")
    }

"""The rules behind the values of a dataset: what the specs say, and which of several rules made a record's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crf2tlf.build import BuildResult, Dataset
from crf2tlf.metadata.methods import Methods
from crf2tlf.metadata.origins import Origins
from crf2tlf.metadata.parts import Part, parts_of
from crf2tlf.metadata.record_methods import record_method_words

RuleOfValues = tuple[str, str, str]
"""The table of the row source that a rule is for (empty: all), its text, and its place."""


@dataclass(frozen=True, eq=False)
class RulesOfVariable:
    """A variable's rules; ``chosen`` is the place of each record's rule among them (-1: none), if there are several."""

    rules: tuple[RuleOfValues, ...]
    chosen: npt.NDArray[np.int16] | None = None


def rules_of(build: BuildResult) -> dict[str, Mapping[str, RulesOfVariable]]:
    """Return the rules of the variables of all datasets."""
    methods = Methods(build, Origins(build, sdtm=True))
    return {
        dataset.name: {
            variable.name: _of_variable(build, methods, dataset, variable.name) for variable in dataset.variables
        }
        for dataset in build.datasets.values()
    }


def _of_variable(build: BuildResult, methods: Methods, dataset: Dataset, variable: str) -> RulesOfVariable:
    """Return a variable's rules. QVAL has those of the qualifiers; the other variables of SUPP-- are no rule's."""
    if not dataset.is_supplement:
        return _together(build, methods, parts_of(build, dataset, variable), dataset.size)
    if variable != "QVAL":
        return RulesOfVariable(())
    chosen = np.full(dataset.size, -1, dtype=np.int16)
    rules: list[RuleOfValues] = []
    for name in dataset.spec.supplemental:
        found = _together(build, methods, parts_of(build, dataset, name), dataset.size)
        concerned = (dataset.frame["QNAM"] == name).to_numpy(dtype=bool)
        own = np.zeros(dataset.size, dtype=np.int16) if found.chosen is None else found.chosen
        if found.rules:
            chosen[concerned] = np.where(own < 0, -1, own + len(rules))[concerned]
        rules += found.rules
    return RulesOfVariable(tuple(rules), chosen if len(rules) > 1 else None)


def _together(build: BuildResult, methods: Methods, parts: Iterable[Part], size: int) -> RulesOfVariable:
    places: dict[RuleOfValues, int] = {}
    chosen = np.full(size, -1, dtype=np.int16)
    for part in parts:
        text = record_method_words(build.study, part) if part.way == "method" else methods.rule_text(part)
        if text:
            rule = (part.source_table, text, str(part.place) if part.place.file else "")
            chosen[part.records] = places.setdefault(rule, len(places))
    return RulesOfVariable(tuple(places), chosen if len(places) > 1 else None)

"""Which columns are compared with which, and what comparisons share: strata, and one record a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError, Data, Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Statistic
from crf2tlf.analysis.templates import Value
from crf2tlf.findings import Place, nearest
from crf2tlf.methods.catalogue import Integers
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import Selection


@dataclass(frozen=True, eq=False)
class Groups:
    """The columns that one column compares, the reference last, and all that a common model takes.

    A reference column is alone: it is compared with nothing, but has its place in a common model.
    """

    compared: tuple[Leaf, ...]
    family: tuple[Leaf, ...]
    column: Leaf

    def pair(self, what: str, place: Place) -> tuple[Leaf, Leaf] | None:
        """Return the column compared and its reference, None in the reference; more than two are a mistake."""
        if len(self.compared) > 2:
            message = (
                f"{what} compares two columns, but {self.column.id} lists {len(self.compared)}; "
                "say in the row's `compare` which column shows it"
            )
            raise AnalysisError("ANALYSIS", place, message)
        return (self.compared[0], self.compared[1]) if len(self.compared) == 2 else None


def groups_of(leaf: Leaf, leaves: Sequence[Leaf]) -> Groups | None:
    """Return what a column compares, None where nothing. Raises :class:`AnalysisError` for a column that is none."""
    by_id = {each.id: each for each in leaves}
    if leaf.spec.compare:
        compared = tuple(_column(name, leaf, by_id) for name in leaf.spec.compare)
    elif leaf.reference:
        reference = _column(leaf.reference, leaf, by_id)
        compared = (leaf,) if reference is leaf else (leaf, reference)
    else:
        return None
    check_distinct(compared, leaf.spec.place)
    last = compared[-1]
    family = tuple(each for each in leaves if each.reference == last.id or each is last)
    return Groups(compared, family if len(family) > 1 else compared, leaf)


def variable_of(leaf: Leaf, leaves: Sequence[Leaf]) -> Rule | None:
    """Return what analyses in a column are of, where columns say it: in one that compares others, what those are of."""
    if leaf.of is not None or not leaf.spec.compare:
        return leaf.of
    by_id = {each.id: each for each in leaves}
    found = [_column(name, leaf, by_id).of for name in leaf.spec.compare]
    if len({rule.text if rule is not None else None for rule in found}) > 1:
        message = f"{leaf.id} compares columns of different variables ({', '.join(leaf.spec.compare)}); give it `of`"
        raise AnalysisError("ANALYSIS", leaf.spec.place, message)
    return found[0]


def check_distinct(leaves: Sequence[Leaf], place: Place) -> None:
    """Raise :class:`AnalysisError` where columns that are compared, or in one model, share a subject."""
    seen = np.zeros_like(leaves[0].scope.subjects)
    for leaf in leaves:
        shared = int((seen & leaf.scope.subjects).sum())
        if shared:
            names = ", ".join(each.id for each in leaves)
            who = "a subject is" if shared == 1 else f"{shared} subjects are"
            raise AnalysisError("ANALYSIS", place, f"{who} in two of the columns {names}; compare distinct groups")
        seen = seen | leaf.scope.subjects


def _column(name: str, leaf: Leaf, known: dict[str, Leaf]) -> Leaf:
    if name not in known or known[name].spec.compare:
        others = [each for each in known if not known[each].spec.compare]
        message = f"there is no column {name} to compare with{nearest(name, others)}; there are {', '.join(others)}"
        raise AnalysisError("SPEC_REFERENCE", leaf.spec.place, message)
    return known[name]


def named(leaf: Leaf) -> str:
    """Return a column's header in one line."""
    return " ".join(leaf.label.split()) or leaf.id


def called(leaf: Leaf) -> str:
    """Return how a sentence names a column: its header without the number of subjects."""
    return re.sub(r"\s*\([Nn]\s*=[^()]*\)", "", named(leaf)) or leaf.id


def joined(parts: Sequence[Records]) -> Records:
    """Return records of one dataset together, in the dataset's order."""
    positions = np.concatenate([part.positions for part in parts])
    return Records(parts[0].dataset, np.unique(positions).astype(np.int64))


def once(spec: Selection, scope: Scope) -> Records:
    """Return the records that a comparison takes. Raises :class:`AnalysisError` for several of a subject."""
    records = scope.select(spec)
    if scope.subject_count(records) < len(records.positions):
        message = f"selects several records of a subject in {records.dataset}; a comparison takes one"
        raise AnalysisError("ANALYSIS", spec.place, message)
    return records


def strata(data: Data, records: Records, rules: Sequence[Rule]) -> Integers:
    """Return the number of each record's stratum. Raises :class:`AnalysisError` for a missing value."""
    numbers = np.zeros(len(records.positions), dtype=np.int64)
    for rule in rules:
        codes, texts = data.categories(records.dataset, rule)
        codes = codes[records.positions]
        absent = int((codes == len(texts) - 1).sum())
        if absent:
            message = f"{rule.text} is missing in {absent} records of {records.dataset}: they have no stratum"
            raise AnalysisError("ANALYSIS", rule.place, message)
        numbers = numbers * len(texts) + codes
    return numbers


def statistics(values: dict[str, Value], numerator: Records, denominator: Records) -> dict[str, Statistic]:
    """Return values as statistics with the same records behind them."""
    return {name: Statistic(value, numerator, denominator) for name, value in values.items()}


STRATIFIED = ", stratified by "


def stratified(rules: Sequence[Rule], label: object) -> str:
    """Return the part of a footnote's sentence that names strata; empty without strata."""
    return f"{STRATIFIED}{told(rules, label)}" if rules else ""


def merged(sentences: Iterable[str]) -> list[str]:
    """Return sentences on conventions; two that differ in their strata only become one that names the strata."""
    found = dict.fromkeys(sentences)
    for plain in list(found):
        strata_of = {long: at for long in found if (at := _strata_in(long, plain)) is not None}
        if strata_of:
            named = "; ".join(strata_of.values())
            found = {
                each if each != plain else f"{plain.removesuffix('.')}; where stratified, by {named}.": None
                for each in found
                if each not in strata_of
            }
    return list(found)


def _strata_in(sentence: str, plain: str) -> str | None:
    """Return the strata that a sentence names if it is otherwise the plain one."""
    at = sentence.find(STRATIFIED)
    start, rest = plain[:at], plain[at:]
    if at <= 0 or not rest or not sentence.startswith(start) or not sentence.endswith(rest):
        return None
    return sentence[at + len(STRATIFIED) : len(sentence) - len(rest)] or None


def told(rules: Sequence[Rule], label: object) -> str:
    """Return how a footnote names strata or covariates: as the spec says, or by their rules."""
    return str(label) if label is not None else " and ".join(" ".join(rule.text.split()) for rule in rules)

"""Which SDTM variables each field of a form goes to, read from the compiled rules: what the annotated CRF shows.

A field goes to a variable when a rule of the variable names the field's column. Through a variable or a dataset that
only other rules use (``output: false``) the way is followed up to the first submitted variable, and not beyond: what
rules make of submitted variables is derived, not collected on the form.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crf2tlf.build.planned import PlannedSource
from crf2tlf.build.result import BuildResult
from crf2tlf.metadata.model import Submission
from crf2tlf.rules.parse import RuleError, parse
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.model import Rule

_NAMING = (("TESTCD",), ("DECOD",), ("TERM",), ("TRT",), ("CAT", "SCAT"), ("RDOMAIN",))
"""What names the kind of a record, most telling first: the first that a row source sets to a constant is shown."""

_RESULTS = ("ORRES", "STRESC", "STRESN")
"""Results are shown with their test, even where a form has only one."""


@dataclass(frozen=True)
class Condition:
    """The records that a field's value goes to: a variable that names their kind, and its values."""

    variable: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.variable} = {' or '.join(self.values)}"


@dataclass(frozen=True)
class Target:
    """A submitted variable that a field goes to; ``where`` tells which records, empty for all from the form.

    ``domain`` is the dataset whose specs make it: AE for SUPPAE. ``name`` is the variable's name in the specs, so that
    a supplemental qualifier is ``SUPPAE.QVAL`` with the name of the qualifier.
    """

    domain: str
    dataset: str
    variable: str
    name: str
    where: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        where = f" where {' and '.join(map(str, self.where))}" if self.where else ""
        return f"{self.dataset}.{self.variable}{where}"


@dataclass(frozen=True)
class Selection:
    """Records of a domain that there are, or are not, because of a field's value."""

    domain: str
    where: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        where = f" where {' and '.join(map(str, self.where))}" if self.where else ""
        return f"Selects records of {self.domain}{where}"


@dataclass(frozen=True)
class FieldUse:
    """What becomes of a field: its variables, the records that it selects, and the reasons to leave records out."""

    column: str
    targets: tuple[Target, ...]
    selects: tuple[Selection, ...] = ()
    leaves_out: tuple[str, ...] = ()
    why_not: str = ""
    """Why the field goes to no variable, if it doesn't and the form's spec says why."""

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that the field's values go to, or whose records they select."""
        named = [*(target.domain for target in self.targets), *(part.domain for part in self.selects)]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True)
class _Use:
    """A variable whose rule needs a column; ``source`` is the row source where it is the rule of only one."""

    target: Ref
    source: PlannedSource | None


def field_uses(build: BuildResult, submission: Submission | None = None) -> dict[str, tuple[FieldUse, ...]]:
    """Return for each form what becomes of its fields, in the order of the form's columns.

    With the metadata of the submission, a field that goes to a collected variable of a domain is not shown at the
    variables derived from it there, it is shown at copies of the variable that the metadata call collected too (EX made
    from EC), and variables that are not submitted are left out.
    """
    described = _described(submission) if submission else None
    finder = _Finder(build, described.collected if described else {})
    return {name: tuple(_field_uses(finder, form, described)) for name, form in build.study.forms.items()}


def _field_uses(finder: _Finder, form: FormSpec, described: _Described | None) -> Iterator[FieldUse]:
    for column in form.columns:
        targets = finder.targets(form, column)
        if described is not None:
            targets = _annotated(targets, form.form, described)
        domains = {target.domain for target in targets}
        selects = tuple(part for part in finder.selections(form, column) if part.domain not in domains)
        reasons = tuple(rule.reason for rule in form.leave_out if column in _names_in(rule.where))
        why_not = "" if targets or selects else form.columns[column].not_submitted or ""
        yield FieldUse(column, targets, selects, reasons, why_not)


@dataclass(frozen=True)
class _Described:
    """What the metadata say: the submitted variables, and the forms that collected ones are collected on.

    Names are ``AE.AETERM``, and ``SUPPAE.AEREFER`` for a qualifier.
    """

    submitted: frozenset[str]
    collected: Mapping[str, frozenset[str]]


def _described(submission: Submission) -> _Described:
    collected: dict[str, frozenset[str]] = defaultdict(frozenset)
    for dataset, item in submission.items():
        if item.origin and item.origin.type == "Collected":
            qualifiers = [value for part in item.where if part.variable == "QNAM" for value in part.values]
            for name in qualifiers or [item.name]:
                collected[f"{dataset.name}.{name}"] |= frozenset(item.origin.forms)
    return _Described(frozenset(f"{dataset.name}.{item.name}" for dataset, item in submission.items()), collected)


def _annotated(targets: tuple[Target, ...], form: str, described: _Described) -> tuple[Target, ...]:
    """Return the targets that a reader looks for: submitted, and the collected ones of a domain where it has any."""
    submitted = [target for target in targets if f"{target.dataset}.{target.variable}" in described.submitted]

    def collected(target: Target) -> bool:
        return form in described.collected.get(f"{target.dataset}.{target.name}", ())

    domains = {target.domain for target in submitted if collected(target)}
    return tuple(target for target in submitted if collected(target) or target.domain not in domains)


class _Finder:
    """Walks from the columns of forms to submitted variables of SDTM."""

    def __init__(self, build: BuildResult, collected: Mapping[str, frozenset[str]]) -> None:
        """``collected`` are the forms that variables are collected on, as the metadata say."""
        self.collected = collected
        self.specs: Mapping[str, DatasetSpec] = build.study.sdtm
        self.sources: dict[str, list[PlannedSource]] = defaultdict(list)
        for table, sources in build.plan.sources.items():
            self.sources[_dataset(table)] += [source for source in sources if not source.carried]
        self.uses: dict[Ref, list[_Use]] = defaultdict(list)
        for ref, variable in build.plan.variables.items():
            if _dataset(ref.table) in self.specs:
                self._add_uses(build, ref, variable.per_source)

    def _add_uses(self, build: BuildResult, ref: Ref, per_source: bool) -> None:
        nodes = build.plan.variables[ref].nodes
        sources = build.plan.sources[ref.table] if per_source else (None,) * len(nodes)
        for source, node in zip(sources, nodes, strict=True):
            if source is None or not source.carried:
                for need in node.needs:
                    self.uses[need].append(_Use(ref, source))

    def targets(self, form: FormSpec, column: str) -> tuple[Target, ...]:
        """Return the submitted variables that a column goes to, each once, domain by domain as the specs list them."""
        found: dict[Ref, list[PlannedSource | None]] = defaultdict(list)
        own = Ref(f"raw.{form.form}", column)
        for need, use in self._submitted(_refs(form, column), form.form, set()):
            if need != own and use.target.variable != "USUBJID":
                continue  # rules also need the subject to find records in other forms
            found[Ref(_dataset(use.target.table), use.target.variable)].append(use.source)
        targets = (target for ref, sources in found.items() for target in self._targets(ref, sources, form))
        return tuple(sorted(dict.fromkeys(targets), key=self._order))

    def selections(self, form: FormSpec, column: str) -> Iterator[Selection]:
        """Yield the submitted records that a column selects: row sources ask for it in their `where`."""
        refs = set(_refs(form, column))
        for name, spec in self.specs.items():
            asking = [source for source in self.sources[name] if source.where and source.where.needs & refs]
            if spec.output and asking:
                kinds = [tuple(_kind_of_record(source, name)) for source in asking]
                yield from (Selection(name, kind) for kind in _joined(kinds))

    def _submitted(self, refs: Iterable[Ref], form: str, seen: set[tuple[Ref, int]]) -> Iterator[tuple[Ref, _Use]]:
        """Yield the uses of columns by submitted variables, each with the column; follow the others on.

        A submitted variable is followed to its copies: those that the metadata call collected on the form too.
        """
        for ref in refs:
            for use in self.uses.get(ref, ()):
                submitted = self._is_submitted(use.target)
                if submitted:
                    yield ref, use
                if (use.target, id(use.source)) in seen:
                    continue
                seen.add((use.target, id(use.source)))
                for _, further in self._submitted([use.target], form, seen):
                    same = _dataset(further.target.table) == _dataset(use.target.table)
                    if not submitted or self._is_copy(use, further, form, same):
                        yield ref, _Use(further.target, further.source or (use.source if same else None))

    def _is_copy(self, use: _Use, further: _Use, form: str, same: bool) -> bool:
        """Whether a variable made from a submitted one is a copy of it, on records that come from the form."""
        if not all(form in self.collected.get(self._name(part.target), ()) for part in (use, further)):
            return False
        if same:
            return use.source is None or further.source is None or use.source is further.source
        return len(self.sources[_dataset(use.target.table)]) == 1  # else another dataset may take other records

    def _name(self, ref: Ref) -> str:
        """Return the name under which the metadata have a variable; qualifiers by their own names."""
        domain = _dataset(ref.table)
        return f"{'SUPP' if ref.variable in self.specs[domain].supplemental else ''}{domain}.{ref.variable}"

    def _is_submitted(self, ref: Ref) -> bool:
        spec = self.specs[_dataset(ref.table)]
        variable = spec.variables.get(ref.variable)
        return spec.output and (variable is None or variable.output)

    def _targets(self, ref: Ref, sources: list[PlannedSource | None], form: FormSpec) -> list[Target]:
        """Return a variable, once for each kind of records of it that the form gives."""
        domain, name = ref.table, ref.variable
        if name in self.specs[domain].supplemental:
            return [Target(domain, f"SUPP{domain}", "QVAL", name, (Condition("QNAM", (name,)),))]
        everywhere = [s for s in self.sources[domain] if s.table == f"raw.{form.form}"]
        all_of_form = all(any(s is own for own in sources) for s in everywhere)
        if None in sources or (all_of_form and name.removeprefix(domain) not in _RESULTS):
            return [Target(domain, domain, name, name)]
        kinds = [tuple(_kind_of_record(source, domain)) for source in sources if source is not None]
        return [Target(domain, domain, name, name, kind) for kind in _joined(kinds)]

    def _order(self, target: Target) -> tuple[int, int, str, str]:
        spec = self.specs[target.domain]
        names = [*spec.variables, *spec.supplemental]
        at = names.index(target.name) if target.name in names else len(names)
        return list(self.specs).index(target.domain), at, target.name, str(target)


def _dataset(table: str) -> str:
    """Return the dataset of a stage: ADRS for ADRS@1."""
    return table.split("@")[0]


def _refs(form: FormSpec, column: str) -> list[Ref]:
    """Return what rules call a column: the subject's column also stands behind SUBJECT and USUBJID."""
    names = [column, "SUBJECT", "USUBJID"] if column == form.subject else [column]
    return [Ref(f"raw.{form.form}", name) for name in dict.fromkeys(names)]


def _names_in(rule: Rule) -> set[str]:
    try:
        tree = parse(rule)
    except RuleError:  # reported when the forms are read
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _kind_of_record(source: PlannedSource, domain: str) -> Iterator[Condition]:
    """Yield the constants that name the kind of a row source's records, at the most telling level that has any."""
    constants = {name: str(value.value) for name, value in source.spec.set.items() if value.value is not None}
    constants |= {name: str(value) for name, value in source.spec.parameter.items()}
    for level in _NAMING:
        names = [name for part in level for name in (f"{domain}{part}", part) if name in constants]
        if names:
            yield from (Condition(name, (constants[name],)) for name in names)
            return


def _joined(kinds: list[tuple[Condition, ...]]) -> list[tuple[Condition, ...]]:
    """Put kinds of records together that one variable tells apart: TRTESTCD = LDIAM or LPERP."""
    if () in kinds:
        return [()]
    alone = [kind[0] for kind in kinds if len(kind) == 1]
    together = [
        (Condition(name, tuple(dict.fromkeys(part.values[0] for part in alone if part.variable == name))),)
        for name in dict.fromkeys(part.variable for part in alone)
    ]
    return [*together, *dict.fromkeys(kind for kind in kinds if len(kind) > 1)]

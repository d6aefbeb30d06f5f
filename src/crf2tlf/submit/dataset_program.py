"""The program of a dataset as a listing that people read: where its records come from, and how each variable is made.

Everything in it comes from the compiled plan and the specs that were carried out, so it cannot differ from them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crf2tlf.build import BuildResult
from crf2tlf.build.lineage import variable_lineage
from crf2tlf.build.metadata import declared, describe, variable_names
from crf2tlf.build.planned import ROWS, PlannedSource, PlannedVariable
from crf2tlf.build.stages import Stage, variable_rules
from crf2tlf.metadata.model import Comparison, DatasetMetadata, Item, Method, Origin, Submission, WhereClause
from crf2tlf.methods import CATALOGUE
from crf2tlf.rules.parse import RuleError, parse
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.model import Rule
from crf2tlf.submit.plain_text import field, fields, heading, paragraph
from crf2tlf.submit.written_spec import one_line, spec_lines, value_text

COMPARED = {"EQ": "=", "NE": "is not", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "IN": "in", "NOTIN": "not in"}


@dataclass(frozen=True)
class DatasetProgram:
    """What a listing is made from: a dataset's spec, the build that carried it out, and its metadata if it has any."""

    build: BuildResult
    spec: DatasetSpec
    submission: Submission | None

    @property
    def stages(self) -> list[Stage]:
        """The stages the dataset is built in, the last one with all its records."""
        return [stage for stage in self.build.plan.stages.values() if stage.spec.dataset == self.spec.dataset]

    @property
    def sources(self) -> list[PlannedSource]:
        """The row sources in their order."""
        planned = self.build.plan.sources
        return [source for stage in self.stages for source in planned[stage.name] if not source.carried]

    @property
    def metadata(self) -> DatasetMetadata | None:
        """The dataset's metadata; None where it is not submitted."""
        datasets = self.submission.datasets if self.submission else ()
        return next((dataset for dataset in datasets if dataset.name == self.spec.dataset), None)

    @property
    def methods(self) -> dict[str, Method]:
        """The methods of the submission by their ids."""
        return {method.id: method for method in self.submission.methods} if self.submission else {}

    def item(self, variable: str) -> Item | None:
        """Return the metadata of a variable; None where it is not submitted."""
        items = self.metadata.items if self.metadata else ()
        return next((item for item in items if item.name == variable), None)

    @property
    def rules(self) -> Iterator[Rule]:
        """All rules of the dataset's variables and row sources."""
        for variable in (*self.spec.variables.values(), *self.spec.supplemental.values()):
            yield from variable_rules(variable)
        for source in self.sources:
            yield from (rule for variable in source.spec.set.values() for rule in variable_rules(variable))
            yield from ((source.spec.where,) if source.spec.where else ())


def listing(program: DatasetProgram) -> Iterator[str]:
    """Yield the lines of the listing of a dataset's program."""
    yield from _facts(program)
    yield from heading("RECORDS")
    yield from _records(program)
    yield from heading("VARIABLES, in the order in which they are worked out")
    yield from _variables(program)
    if program.spec.checks:
        yield from heading("DATA CHECKS on the finished records")
        for check in program.spec.checks:
            yield ""
            yield from spec_lines(check)


def called_methods(rules: Iterable[Rule]) -> set[str]:
    """Return the names of the catalogue's methods that rules call."""
    called: set[str] = set()
    for rule in rules:
        try:
            tree = parse(rule)
        except RuleError:  # a finding of the plan
            continue
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        called |= {name.id for name in calls if isinstance(name, ast.Name)} & CATALOGUE.keys()
    return called


def _facts(program: DatasetProgram) -> Iterator[str]:
    spec, metadata = program.spec, program.metadata
    called = ", ".join(sorted(called_methods(program.rules)))
    dataset = program.build.datasets.get(spec.dataset)
    yield f"{spec.dataset}: {dataset.label if dataset else spec.label or ''}"
    yield ""
    yield from fields(
        [
            ("Spec", spec.place.file),
            ("File", f"{spec.dataset.lower()}.xpt" if spec.output else "none: only other datasets use it"),
            ("Structure", metadata.structure if metadata else ""),
            ("Keys", ", ".join(spec.keys)),
            ("Records from", ", ".join(dict.fromkeys(_table(source) for source in program.sources))),
            ("Rules read", ", ".join(_tables_read(program))),
            ("Constants", _constants(program)),
            ("Methods called", f"{called} (see methods.txt)" if called else ""),
            ("Comment", spec.comment or ""),
        ]
    )


def _table(source: PlannedSource) -> str:
    return source.table.split("@")[0]


def _tables_read(program: DatasetProgram) -> list[str]:
    """Return the tables whose columns the rules use, without the dataset itself."""
    planned = program.build.plan.variables
    own = {stage.name for stage in program.stages}
    needs = {ref.table.split("@")[0] for ref, variable in planned.items() if ref.table in own for ref in variable.needs}
    return sorted(needs - {program.spec.dataset})


def _constants(program: DatasetProgram) -> str:
    known = program.build.study.constants
    named = set(re.findall(r"\bstudy\.(\w+)", " ".join(rule.text for rule in program.rules)))
    return "\n".join(f"study.{name} = {value}" for name, value in known.items() if name in named)


def _records(program: DatasetProgram) -> Iterator[str]:
    stages = program.stages
    number = 0
    for count, stage in enumerate(stages, start=1):
        if len(stages) > 1:
            yield from ["", f"Stage {count} of {len(stages)}"]
            yield from paragraph(_stage_words(program, stage, last=count == len(stages)), 2)
        for source in program.build.plan.sources[stage.name]:
            if not source.carried:
                number += 1
                yield from _source(program, number, source)


def _stage_words(program: DatasetProgram, stage: Stage, *, last: bool) -> str:
    carried = "The records so far stay. " if stage.earlier else ""
    if last:
        return carried + "The row sources below add theirs, then all variables are worked out."
    steps = [ref.variable for ref in program.build.plan.steps if ref.table == stage.name and ref.variable != ROWS]
    worked = f"then these variables, which the next stage needs: {', '.join(steps)}." if steps else ""
    return f"{carried}The row sources below add theirs, {worked}"


def _source(program: DatasetProgram, number: int, source: PlannedSource) -> Iterator[str]:
    row, maps = source.spec, program.build.study.codelists.maps
    each = "one record for each group of records of" if row.group else "one record for each record of"
    yield from ["", f"Row source {number}: {each} {row.from_}  [{row.place}]"]
    yield from fields(
        [
            ("where", one_line(row.where) if row.where else ""),
            ("grouped by", ", ".join(row.group)),
            ("copied", ", ".join(row.keep)),
        ],
        2,
    )
    for name, method in (("time_to_event", row.time_to_event), ("best_overall_response", row.best_overall_response)):
        if method is not None:
            yield from paragraph(f"{name} (see methods.txt), which gives {', '.join(source.added)}", 2)
            yield from spec_lines(method, indent=4)
    for name, text in row.parameter.items():
        yield from field(name, f"the constant {text}", 2)
    for name, variable in row.set.items():
        yield from field(name, value_text(variable, maps), 2)


def _variables(program: DatasetProgram) -> Iterator[str]:
    spec = program.spec
    steps = [ref.variable for ref in program.build.plan.steps if ref.table == spec.dataset and ref.variable != ROWS]
    ordered = dict.fromkeys([*steps, *variable_names(spec)])
    dataset = program.build.datasets.get(spec.dataset)
    lineage = variable_lineage(program.build, dataset) if dataset else {}
    for number, name in enumerate(ordered, start=1):
        planned = program.build.plan.variables[Ref(spec.dataset, name)]
        yield ""
        yield from _variable(program, number, planned, lineage.get(name))


def _variable(
    program: DatasetProgram, number: int, planned: PlannedVariable, lineage: list[str] | None
) -> Iterator[str]:
    spec, name = program.spec, planned.name
    known = describe(program.build.study, spec, name, planned.kind)
    given, item = declared(spec, name), program.item(name)
    yield f"{number:>3}. {name}: {known.label or '(no label)'}  [{planned.place}]"
    if lineage is None:
        needs = {f"{ref.table.split('@')[0]}.{ref.variable}".removesuffix(".") for ref in planned.needs}
        lineage = sorted(needs)
    yield from fields(
        [
            ("kind", f"{planned.kind}{_where_written(spec, name)}"),
            ("value", _value(program, planned)),
            ("uses", ", ".join(lineage)),
            ("codelist", ", ".join(known.codelists)),
            ("dictionary", given.dictionary or ""),
            ("required", "yes" if given.required else ""),
            *_words(program, item),
            *(pair for part in (item.values if item else ()) for pair in _words(program, part)),
            ("comment", given.comment or ""),
        ],
        5,
    )


def _where_written(spec: DatasetSpec, name: str) -> str:
    if name in spec.supplemental:
        return f", a supplemental qualifier in supp{spec.dataset.lower()}.xpt"
    return "" if declared(spec, name).output and spec.output else ", used by other rules only; not in the file"


def _value(program: DatasetProgram, planned: PlannedVariable) -> str:
    """Return how a variable gets its value; where row sources say it themselves, which of them do."""
    spec, name = program.spec, planned.name
    general = spec.variables.get(name) or spec.supplemental.get(name)
    text = value_text(general, program.build.study.codelists.maps) if general else ""
    sets = [number for number, source in enumerate(program.sources, start=1) if _is_set(source, name, bool(text))]
    if not sets:
        return text or "missing"
    numbers = ", ".join(map(str, sets))
    listed = f"as row sources {numbers} say" if len(sets) > 1 else f"as row source {numbers} says"
    others = len(sets) < len(program.sources)
    return f"{listed}\nfor other records: {text or 'missing'}" if others else listed


def _is_set(source: PlannedSource, name: str, has_rule: bool) -> bool:
    """Whether a row source says itself what a variable is."""
    row = source.spec
    return name in row.set or name in row.parameter or name in row.keep or (name in source.added and not has_rule)


def _words(program: DatasetProgram, item: Item | None) -> Iterator[tuple[str, str]]:
    """Yield origin and method as the define file has them; those of some values with their where clause."""
    if item is None:
        return
    where = f"where {where_words(item.where)}: " if item.where else ""
    if item.origin:
        yield "origin", where + origin_words(item.origin)
    method = program.methods.get(item.method or "")
    if method and method.description:
        yield "in words", where + method.description


def origin_words(origin: Origin) -> str:
    """Return an origin in words, such as ``Predecessor: DM.AGE``."""
    source = f" ({origin.source})" if origin.source else ""
    details = ", ".join([*([origin.description] if origin.description else []), *(f"form {f}" for f in origin.forms)])
    return f"{origin.type}{source}{': ' + details if details else ''}"


def where_words(where: WhereClause) -> str:
    """Return a where clause in words."""
    return " and ".join(map(_compared, where))


def _compared(part: Comparison) -> str:
    values = ", ".join(f'"{value}"' for value in part.values)
    return f"{part.dataset}.{part.variable} {COMPARED[part.comparator]} {values}"

"""The rule that made a value, as it stands in the specs."""

from __future__ import annotations

from crf2tlf.build.planned import PlannedSource
from crf2tlf.build.result import BuildResult
from crf2tlf.build.tables import DatasetTable
from crf2tlf.rules.scope import Ref
from crf2tlf.spec.dataset import VariableSpec
from crf2tlf.spec.model import NOWHERE
from crf2tlf.trace.model import RuleLine


def source_of(build: BuildResult, table: str, position: int, variable: str = "") -> tuple[str, PlannedSource]:
    """Return the stage and row source that a record comes from; a carried record's is that of the earlier stage.

    A variable that a later stage makes by itself, with one rule for all records, is that stage's.
    """
    while True:
        here = build.tables[table]
        assert isinstance(here, DatasetTable)
        number = next(n for n, block in enumerate(here.blocks) if block.start <= position < block.stop)
        source = build.plan.sources[table][number]
        planned = build.plan.variables.get(Ref(table, variable))
        if not source.carried or (planned is not None and not planned.per_source):
            return table, source
        table = source.table


def rule_at(build: BuildResult, table: str, variable: str, position: int) -> RuleLine:
    """Return the rule that made a variable's value for the record at a position of a dataset's table."""
    _, source = source_of(build, table, position, variable)
    spec = build.study.datasets[table.split("@")[0]]
    row = source.spec
    general = spec.variables.get(variable) or spec.supplemental.get(variable)
    if variable in row.set:
        return _line(row.set[variable], str(row.place))
    if variable in row.parameter:
        return RuleLine("constant", repr(str(row.parameter[variable])), str(row.place))
    if variable in row.keep or (variable in source.added and not (general and general.has_rule)):
        method = "time_to_event" if row.time_to_event else "best_overall_response"
        return RuleLine(
            "method" if variable in source.added else "kept", method if source.added else variable, str(row.place)
        )
    if general is None:
        return RuleLine("none", "", str(spec.place))
    return _line(general, str(general.place if general.place != NOWHERE else spec.place))


def _line(variable: VariableSpec, place: str) -> RuleLine:
    if variable.value is not None:
        return RuleLine("constant", repr(str(variable.value)), place)
    text = variable.rule.text if variable.rule else ""
    if variable.by is not None:
        cases = [f"{value}: {rule.text}" for value, rule in variable.cases.items()]
        cases += [f"else: {variable.else_.text}"] if variable.else_ else []
        text = f"by {variable.by} ({'; '.join(cases)})"
    if isinstance(variable.map, str):
        text += f", map {variable.map}"
    elif variable.map:
        text += ", mapped"
    return RuleLine("rule", text, place)

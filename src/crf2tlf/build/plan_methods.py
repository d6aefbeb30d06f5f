"""Compiling what the record methods of row sources need: the origin, the dated records, and the responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crf2tlf.build.names import SourceNames, missing_value
from crf2tlf.build.planned import PlannedDates, PlannedSource
from crf2tlf.findings import nearest
from crf2tlf.methods import Kind
from crf2tlf.rules.compile import SUBJECT, compile_rule
from crf2tlf.rules.node import Node
from crf2tlf.spec.dataset import BestOverallResponse, DatedSource, ResponseSource, RowSource, TimeToEvent
from crf2tlf.spec.model import Rule

if TYPE_CHECKING:
    from crf2tlf.build.plan import Planner


def compile_method(planner: Planner, row: RowSource, names: SourceNames) -> dict[str, object]:
    """Compile the record method of a row source, as fields of its planned source; every mistake is a finding."""
    if not row.time_to_event and not row.best_overall_response:
        return {}
    if planner.reported(row.place, lambda: names.source(SUBJECT)) is None:
        return {}
    if row.time_to_event:
        return _time_to_event(planner, row.time_to_event, names)
    assert row.best_overall_response is not None
    return _best_overall_response(planner, row.best_overall_response, names)


def _time_to_event(planner: Planner, method: TimeToEvent, names: SourceNames) -> dict[str, object]:
    rules = {"start": _date(planner, method.start, names)}
    if method.new_therapy:
        rules["new_therapy"] = _date(planner, method.new_therapy.date, names)
    events, censor = (
        tuple(planned for given in part if (planned := _dates(planner, names, given, {"date": given.date})))
        for part in (method.events, method.censor)
    )
    given = {"missed_days": method.missed_assessments.days} if method.missed_assessments else {}
    days = _days(planner, given, names)
    return {"method_rules": rules, "method_days": days, "events": events, "censor": censor}


def _best_overall_response(planner: Planner, method: BestOverallResponse, names: SourceNames) -> dict[str, object]:
    rules = {"start": _date(planner, method.start, names)}
    if method.until:
        rules["until"] = _date(planner, method.until, names)
    given = method.responses
    planned = _dates(planner, names, given, {"response": given.response, "date": given.date})
    limits = {"stable_days": method.stable_days}
    if method.confirm_days:
        limits["confirm_days"] = method.confirm_days
    days = _days(planner, limits, names)
    return {"method_rules": rules, "method_days": days, "events": (planned,) if planned else ()}


def _dates(
    planner: Planner, names: SourceNames, given: DatedSource | ResponseSource, columns: dict[str, str]
) -> PlannedDates | None:
    """Compile the records of a dataset that a record method uses; `where` is about that dataset's variables."""
    table = names.table((given.from_,))
    if table is None or table not in planner.stages:
        message = f"there is no dataset {given.from_}{nearest(given.from_, planner.study.datasets)}"
        planner.findings.add("SPEC_REFERENCE", given.place, message)
        return None
    if planner.reported(given.place, lambda: planner.rows(table)) is None:
        return None
    there = SourceNames(planner, names.dataset, PlannedSource(names.row_source.spec, table, (), {}), names.itself)
    for word, variable in [*columns.items(), ("subject", SUBJECT)]:
        found = planner.reported(given.place, lambda variable=variable: there.source(variable))  # type: ignore[misc]
        if found is None:
            return None
        wanted = Kind.DATE if word == "date" else Kind.TEXT
        if found.kind is not wanted:
            message = f"{given.from_}.{variable} is {found.kind}, not a {wanted}"
            planner.findings.add("RULE_TYPE", given.place, message)
            return None
    where = planner.condition(given.where, there)
    if given.where is not None and where is None:  # without its condition a source would take every record
        return None
    described = (given.description, given.censor) if isinstance(given, DatedSource) else ("", 0)
    return PlannedDates(table, where, columns, planner.sequence_of(table), *described)


def _days(planner: Planner, given: dict[str, Rule], names: SourceNames) -> dict[str, int]:
    """Work out limits in days: whole numbers, or constants of the study."""
    days = {}
    for name, rule in given.items():
        node = planner.reported(rule.place, lambda rule=rule: compile_rule(rule, names))  # type: ignore[misc]
        if node is None:
            continue
        value = node.constant
        if isinstance(value, float) and value >= 0 and value.is_integer():
            days[name] = int(value)
        else:
            message = f"{name} takes a whole number of days or a constant study.NAME, not {rule.text!r}"
            planner.findings.add("RULE_TYPE", rule.place, message)
    return days


def _date(planner: Planner, rule: Rule, names: SourceNames) -> Node:
    node = planner.reported(rule.place, lambda: compile_rule(rule, names))
    if node and node.kind not in (Kind.DATE, Kind.ANY):
        planner.findings.add("RULE_TYPE", rule.place, f"a date is wanted, {rule.text!r} is {node.kind}")
        node = None
    return node or missing_value(Kind.DATE)

"""Properties of the rule language on random inputs: compared with plain Python, record by record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules.columns import DTYPES, Constant, column
from crf2tlf.rules.compile import compile_rule
from crf2tlf.rules.node import Column, Node
from crf2tlf.rules.parse import RuleError, parse
from crf2tlf.rules.scope import Ref, Scope
from crf2tlf.spec.model import Rule

Record = dict[str, Any]

LEFT = {"USUBJID": Kind.TEXT, "V": Kind.TEXT, "N": Kind.NUMBER, "M": Kind.NUMBER, "D": Kind.DATE, "T": Kind.TEXT}


@dataclass(frozen=True)
class Records:
    """A table of records with the columns of LEFT."""

    records: list[Record]

    @property
    def size(self) -> int:
        return len(self.records)

    def column(self, name: str) -> pd.Series[Any]:
        return pd.Series([r[name] for r in self.records], dtype=DTYPES[LEFT[name]])


@dataclass
class Names:
    """The current records are those of A, and R is another table; both have the columns of LEFT."""

    dataset: str = "A"
    default_order: tuple[str, ...] = ("N",)
    grouped: bool = False
    planned: set[Ref] = field(default_factory=set)

    def bare(self, name: str) -> Column:
        return self.member("A", name, "own")

    def source(self, name: str) -> Column:
        return self.bare(name)

    def table(self, parts: tuple[str, ...]) -> str | None:
        return "R" if parts[0] == "R" else None

    def tables(self) -> list[str]:
        return ["R"]

    def member(self, table: str, variable: str, where: Any = "other") -> Column:
        if variable not in LEFT:
            raise RuleError("RULE_NAME", f"unknown name {variable}")
        return Column(Ref(table, variable), where, LEFT[variable])

    def records(self, table: str) -> frozenset[Ref]:
        return frozenset({Ref(table, "")})

    def decodes(self, codelist: str) -> dict[str, str | None]:
        return {"a": codelist}

    def codelists(self, variable: str) -> tuple[str | None, dict[str | None, str]]:
        return None, {None: variable}

    def nci_codes(self, codelist: str) -> dict[str, str]:
        return {"a": codelist}

    def constant(self, name: str) -> Constant:
        raise RuleError("RULE_NAME", name)

    def source_fact(self, fact: str, variable: str | None) -> Node:
        raise RuleError("RULE_METHOD", f"{fact} {variable}")


def evaluate(rule: str, current: list[Record], other: Iterable[Record] = ()) -> list[Any]:
    """The values of a rule for each current record, as Python values; missing ones are None."""
    here = Records(current)
    tables = {"A": here, "R": Records(list(other))}
    scope = Scope(here.size, here.column, here.column, tables, lambda *_found: None)
    node = compile_rule(Rule(rule), Names())
    values = column(node.evaluate(scope), node.kind, here.size)
    assert len(values) == here.size
    return [None if pd.isna(value) else value for value in values.astype(object)]


numbers = st.none() | st.integers(-3, 3).map(float)
texts = st.none() | st.sampled_from(["a", "b", "B"])
records = st.fixed_dictionaries(
    {
        "USUBJID": st.none() | st.sampled_from(["S1", "S2", "S3"]),
        "V": texts,
        "N": numbers,
        "M": numbers,
        "D": st.none() | st.integers(0, 40).map(lambda n: pd.Timestamp("2020-02-10") + pd.Timedelta(days=n)),
        "T": texts,
    }
)
tables = st.lists(records, max_size=9)


# Reading


@given(st.text(max_size=80))
@example("A) + (B")
@example("x for x in y")
@example("1" * 5000)
@example("1e999")
@example("9" * 400)
@example("(" * 300)
@example("-" * 3000 + "1")
@example("+".join("A" for _ in range(1500)))
@example("A\0B")
@example('"\\ud800"')
@example("A # comment")
@example("*A")
@example("A, B")
@example("a=1")
@example("")
def test_reading_a_rule_gives_a_tree_or_a_rule_error(text: str) -> None:
    with suppress(RuleError):
        compile_rule(Rule(text), Names())


def _call(name: str, arguments: list[str], options: list[str]) -> str:
    return f"{name}({', '.join([*arguments, *options])})"


ANY_LEAVES = [
    "N",
    "V",
    "D",
    "R.N",
    "R.V",
    "R",
    "None",
    "True",
    "1",
    "-2",
    '"a"',
    '"2020-01-01"',
    "[1, 2]",
    "[]",
    '["a"]',
]
METHODS = sorted({*CATALOGUE, "interval", "within", "decode", "desc", "nothing"})
OPTIONS = ["by=[]", "by=[V]", "by=N", "where=R.N > 1", "where=N > 1", "order=[desc(N)]", "order=[R.D]", 'expect="one"']
any_expressions = st.recursive(
    st.sampled_from(ANY_LEAVES),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from([*"+-*/<", "==", "and", "or"]), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({}{})".format, st.sampled_from(["not ", "-"]), inner),
        st.builds("({} is None)".format, inner),
        st.builds("({} in [{}])".format, inner, inner),
        st.builds(
            _call, st.sampled_from(METHODS), st.lists(inner, max_size=4), st.lists(st.sampled_from(OPTIONS), max_size=2)
        ),
    ),
    max_leaves=8,
)


@given(any_expressions)
@settings(max_examples=1500, deadline=None)
def test_any_expression_has_a_value_or_is_refused(rule: str) -> None:
    """However its kinds and arguments are mixed up; ``evaluate`` asserts one value for each record."""
    blank = dict.fromkeys(LEFT)
    current = [{**blank, "USUBJID": "S1", "N": 1.0, "V": "a"}, {**blank, "D": pd.Timestamp("2020-01-01")}]
    with suppress(RuleError):
        evaluate(rule, current, [*current, blank])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the rule is empty"),
        ("  # nothing", "is not one expression"),
        ("A) + (B", "is not one expression"),
        ("A, B", "is not one expression"),
        ("A=1", "is not one expression"),
        ("A B", "cannot read the rule"),
        ("1e999", "a number in the rule is too large"),
        ("9" * 400, "a number in the rule is too large"),
        ("+".join("A" for _ in range(150)), "nested too deeply"),
        ("A" * 4001, "longer than 4000 characters"),
        ("1j", "the constant 1j is not text"),
        ("f'{A}'", "not part of the rule language"),
        ("A if B", "expected 'else' after 'if' expression"),
        ("upper(*A)", "not part of the rule language"),
        ("upper(**A)", "one by one"),
        ("A ** 2", "not part of the rule language"),
    ],
)
def test_what_a_rule_error_says(text: str, message: str) -> None:
    with pytest.raises(RuleError) as raised:
        parse(Rule(text))
    assert message in str(raised.value)
    assert raised.value.code == "RULE_SYNTAX"


def test_a_rule_may_go_over_lines_and_hold_comments() -> None:
    current = [dict.fromkeys(LEFT) | {"N": 2.0}]
    assert evaluate("N # the number\n  + 1  # and one", current) == [3.0]


# Expressions against three-valued logic record by record

Value = Any
Case = tuple[str, Callable[[Record], Value]]


def _binary(sign: str, one: Case, other: Case) -> Case:
    def work(record: Record) -> Value:
        a, b = one[1](record), other[1](record)
        if a is None or b is None or (sign == "/" and b == 0):
            return None
        result = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[sign]()
        return result if math.isfinite(result) else None

    return f"({one[0]} {sign} {other[0]})", work


def _compare(sign: str, one: Case, other: Case) -> Case:
    def work(record: Record) -> Value:
        a, b = one[1](record), other[1](record)
        if a is None or b is None:
            return None
        signs = {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
        return signs[sign]

    return f"({one[0]} {sign} {other[0]})", work


def _logic(word: str, one: Case, other: Case) -> Case:
    decided = word == "or"  # the value that decides, whatever the other is

    def work(record: Record) -> Value:
        a, b = one[1](record), other[1](record)
        if decided in (a, b):
            return decided
        return None if a is None or b is None else not decided

    return f"({one[0]} {word} {other[0]})", work


def _not(one: Case) -> Case:
    return f"(not {one[0]})", lambda r: None if one[1](r) is None else not one[1](r)


def _choice(test: Case, one: Case, other: Case) -> Case:
    def work(record: Record) -> Value:
        chosen = test[1](record)
        return None if chosen is None else one[1](record) if chosen else other[1](record)

    return f"({one[0]} if {test[0]} else {other[0]})", work


def _presence(one: Case) -> Case:
    return f"({one[0]} is None)", lambda r: one[1](r) is None


def _member(one: Case, members: list[float], negate: bool) -> Case:
    word = "not in" if negate else "in"

    def work(record: Record) -> Value:
        value = one[1](record)
        return None if value is None else (value in members) is not negate

    return f"({one[0]} {word} {members})", work


number_leaves = st.sampled_from(["N", "M"]).map(lambda name: (name, lambda r: r[name])) | st.integers(0, 3).map(
    lambda n: (str(n), lambda _r: float(n))
)


def _numbers(truths: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    return st.recursive(
        number_leaves,
        lambda inner: (
            st.builds(_binary, st.sampled_from("+-*/"), inner, inner) | st.builds(_choice, truths, inner, inner)
        ),
        max_leaves=5,
    )


comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
simple_truths = st.builds(_compare, comparisons, number_leaves, number_leaves)
number_cases = _numbers(simple_truths)
truth_leaves = (
    st.builds(_compare, comparisons, number_cases, number_cases)
    | st.builds(_presence, number_cases)
    | st.builds(_member, number_cases, st.lists(st.integers(-2, 2).map(float), max_size=3), st.booleans())
)
truth_cases = st.recursive(
    truth_leaves,
    lambda inner: (
        st.builds(_logic, st.sampled_from(["and", "or"]), inner, inner)
        | st.builds(_not, inner)
        | st.builds(_choice, inner, inner, inner)
    ),
    max_leaves=6,
)


@given(number_cases | truth_cases, tables)
@settings(max_examples=300, deadline=None)
def test_an_expression_equals_its_value_record_by_record(case: Case, table: list[Record]) -> None:
    rule, work = case
    assert evaluate(rule, table) == pytest.approx([work(record) for record in table], nan_ok=False)


# Aggregates and windows against plain loops


def _rank(value: Value) -> tuple[bool, Value]:
    """What a value sorts by: missing first."""
    return (False, 0) if value is None else (True, value)


def _aggregate(name: str, found: list[Record]) -> Value:
    """An aggregate of N over records that stand in their order."""
    values = [r["N"] for r in found]
    present = [v for v in values if v is not None]
    return {
        "first": lambda: values[0] if values else None,
        "last": lambda: values[-1] if values else None,
        "min": lambda: min(present, default=None),
        "max": lambda: max(present, default=None),
        "sum": lambda: sum(present) if present else None,
        "mean": lambda: sum(present) / len(present) if present else None,
        "count": lambda: len(values),
        "exists": lambda: bool(values),
    }[name]()


AGGREGATES = ["first", "last", "min", "max", "sum", "mean", "count", "exists"]
KEYS = [["USUBJID"], ["USUBJID", "V"], ["V"], ["D"], []]
WHERES: list[tuple[str, Callable[[Record, Record], bool]]] = [
    ("True", lambda _here, _there: True),
    ("R.M > 0", lambda _here, there: there["M"] is not None and there["M"] > 0),
    ("R.M >= M", lambda here, there: None not in (here["M"], there["M"]) and there["M"] >= here["M"]),
    ("R.T == T or R.V is None", lambda here, there: (here["T"] == there["T"] and here["T"]) or there["V"] is None),
]


@given(tables, tables, st.sampled_from(AGGREGATES), st.sampled_from(KEYS), st.sampled_from(WHERES), st.booleans())
@settings(max_examples=300, deadline=None)
def test_an_aggregate_equals_a_loop_over_all_pairs(
    current: list[Record], other: list[Record], name: str, by: list[str], where: Any, descending: bool
) -> None:
    def expected(here: Record) -> Value:
        found = [
            there
            for there in other
            if all(here[k] is not None and here[k] == there[k] for k in by) and where[1](here, there)
        ]
        found.sort(key=lambda r: _rank(r["M"]))
        if descending:  # stable: records of the same M stay in their order
            found.sort(key=lambda r: _rank(r["M"]), reverse=True)
            found = [
                r
                for m in dict.fromkeys(str(r["M"]) for r in found)
                for r in other
                if str(r["M"]) == m and any(r is f for f in found)
            ]
        return _aggregate(name, found)

    order = "desc(R.M)" if descending else "R.M"
    rule = f"{name}(R.N, by=[{', '.join(by)}], order=[{order}], where={where[0]})"
    other = [dict(record) for record in other]  # so that records are told apart
    assert evaluate(rule, current, other) == pytest.approx([expected(here) for here in current])


@given(tables, st.sampled_from(AGGREGATES), st.sampled_from(KEYS), st.booleans())
@settings(max_examples=200, deadline=None)
def test_an_aggregate_of_own_records_equals_a_loop(
    table: list[Record], name: str, by: list[str], filtered: bool
) -> None:
    def expected(here: Record) -> Value:
        found = [r for r in table if all(here[k] == r[k] for k in by)]
        found = [r for r in found if not filtered or (r["M"] is not None and r["M"] > 0)]
        return _aggregate(name, sorted(found, key=lambda r: _rank(r["M"])))

    rule = f"{name}(N, by=[{', '.join(by)}], order=[M]{', where=M > 0' if filtered else ''})"
    assert evaluate(rule, table) == pytest.approx([expected(here) for here in table])


WINDOWS: dict[str, Callable[[list[Record], int], Value]] = {
    "sequence({})": lambda _group, at: at + 1,
    "previous(N, {})": lambda group, at: group[at - 1]["N"] if at else None,
    "running_min(N, {})": lambda group, at: min((r["N"] for r in group[:at] if r["N"] is not None), default=None),
    "running_max(N, {})": lambda group, at: max((r["N"] for r in group[:at] if r["N"] is not None), default=None),
    "first_flag(N > 0, {})": lambda group, at: (
        "Y" if [r for r in group if (r["N"] or 0) > 0][:1] == [group[at]] else None
    ),
}


@given(tables, st.sampled_from(sorted(WINDOWS)), st.sampled_from(KEYS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_window_equals_a_loop_over_its_group(table: list[Record], rule: str, by: list[str], filtered: bool) -> None:
    table = [{**record, "T": str(n)} for n, record in enumerate(table)]  # so that records are told apart
    expected: list[Value] = []
    for here in table:
        group = [r for r in table if all(r[k] == here[k] for k in by)]
        group = [r for r in group if not filtered or (r["M"] is not None and r["M"] > 0)]
        group.sort(key=lambda r: _rank(r["M"]))
        at = next((n for n, r in enumerate(group) if r is here), None)
        expected.append(None if at is None else WINDOWS[rule](group, at))
    options = f"by=[{', '.join(by)}], order=[M]" + (", where=M > 0" if filtered else "")
    assert evaluate(rule.format(options).replace("(, ", "("), table) == expected


@given(tables, tables)
@settings(max_examples=200, deadline=None)
def test_a_subjects_value_is_that_of_its_first_record(current: list[Record], other: list[Record]) -> None:
    first = {r["USUBJID"]: r["N"] for r in reversed(other)}
    assert evaluate("R.N", current, other) == [first.get(h["USUBJID"]) if h["USUBJID"] else None for h in current]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=4), st.integers(0, 50))
@settings(max_examples=300, deadline=None)
def test_an_interval_holds_the_days_from_its_start_to_before_its_end(spans: list[tuple[int, int]], day: int) -> None:
    origin = pd.Timestamp("2020-01-01")
    blank = {**dict.fromkeys(LEFT), "USUBJID": "S1"}
    dated = [(start, start + length) for start, length in spans]
    other = [
        {**blank, "N": float(n), "D": origin + pd.Timedelta(days=s), "M": float(e - s)}
        for n, (s, e) in enumerate(dated)
    ]
    found = evaluate("interval(D, R.N, R.D, R.D + R.M)", [{**blank, "D": origin + pd.Timedelta(days=day)}], other)
    last = max((end for _, end in dated), default=None)
    holds = [n for n, (s, e) in enumerate(dated) if s <= day < e or (s <= day == e == last)]
    assert found == [holds[0] if holds else None]


def test_days_beyond_the_calendar_are_missing() -> None:
    record = {**dict.fromkeys(LEFT), "D": pd.Timestamp("2020-01-31"), "N": 1.5}
    shifts = [1.0, -1.5, 2e5, 1e7, -1e6, 1e300]
    expected = ["2020-02-01", "2020-01-29", "2567-08-31", None, None, None]
    found = evaluate("D + N", [{**record, "N": n} for n in shifts])
    assert [value and str(value)[:10] for value in found] == expected
    assert np.isnan(evaluate("D - D", [record])[0]) == np.False_

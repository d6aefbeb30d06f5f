"""Which variable a column may go to: every reason that speaks for one, with a weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from crf2tlf.propose.facts import ColumnFacts
from crf2tlf.propose.forms import Form
from crf2tlf.propose.names import ALIAS, CDASH_SUFFIX, DEMOGRAPHICS, HINTS
from crf2tlf.propose.terms import generic, known_share
from crf2tlf.standards import Variable, codelist, sdtm_dataset, sdtm_variable, sdtm_variables

SURE, LIKELY, GUESS = 0.9, 0.7, 0.5
"""From these scores on a proposal is called sure, likely or a guess; below it is none."""

MADE = {"STUDYID", "DOMAIN", "USUBJID", "VISITDY", "EPOCH", "TAETORD", "RFSTDTC", "RFENDTC", "RFPENDTC", "AGEU"}
"""Variables that no column of a form gives."""

_DATES = ("date", "datetime")
_SMALL_WORDS = frozenset(("of", "the", "or", "and", "in", "a", "to", "for", "is", "from", "by", "name", "it"))


@dataclass(frozen=True)
class Candidate:
    """A variable that a column may go to: the score from 0 to 1, and why."""

    variable: str
    score: float
    why: str

    @property
    def confidence(self) -> str:
        """The score in a word."""
        return "sure" if self.score >= SURE else "likely" if self.score >= LIKELY else "guess"


def candidates(form: Form, column: ColumnFacts, domain: str) -> list[Candidate]:
    """Return the variables of the domain that a column may go to, the best first."""
    variables = possible_variables(domain)
    reasons: dict[str, list[tuple[float, str]]] = {}
    for name, score, why in _evidence(form, column, domain, variables):
        if name in variables:
            reasons.setdefault(name, []).append((score, why))
    found = [_candidate(column, variables[name], given) for name, given in reasons.items()]
    return sorted((c for c in found if c.score >= GUESS), key=lambda c: (-c.score, c.variable))


@cache
def possible_variables(domain: str) -> Mapping[str, Variable]:
    """Return the variables of a domain that forms may give: those of its table, and what the model lends it."""
    listed = {name: v for name, v in sdtm_variables(domain).items() if name not in MADE and not name.endswith("SEQ")}
    lent = ("VISITNUM", "VISIT", f"{domain}DTC", f"{domain}SPID", f"{domain}REFID") if domain != "DM" else ()
    for name in lent:
        variable = sdtm_variable(domain, name)
        if variable is not None:
            listed.setdefault(name, variable)
    return listed


def _candidate(column: ColumnFacts, variable: Variable, given: list[tuple[float, str]]) -> Candidate:
    """Put the reasons for a variable together: the best one counts, each further one adds a little."""
    given = sorted({why: (score, why) for score, why in given}.values(), reverse=True)
    score = given[0][0] + 0.08 * (len(given) - 1) - _misfit(column, variable)
    return Candidate(variable.name, round(min(score, 1.0), 3), "; ".join(why for _, why in given))


def _misfit(column: ColumnFacts, variable: Variable) -> float:
    """How much the values speak against a variable: dates for what is none, texts for numbers, terms it lacks, more
    values than its codelist has.
    """
    is_date = column.kind in _DATES
    if is_date != variable.name.endswith("DTC") and not (is_date and variable.name.endswith(("TPT", "DUR"))):
        return 0.6
    if variable.type == "Num" and column.kind not in ("integer", "number"):
        return 0.4
    worded = [value for value in column.values if not value.replace(".", "").isdigit()]
    if variable.codelists and worded and known_share(variable, worded) < 0.3:
        return 0.15
    lists = [one for name in variable.codelists if (one := codelist(name)) is not None]
    room = sum(len(one.terms) for one in lists)
    if lists and not any(one.extensible for one in lists) and len({v.casefold() for v in column.values}) > room:
        return 0.45
    return 0.0


def _evidence(
    form: Form, column: ColumnFacts, domain: str, variables: Mapping[str, Variable]
) -> Iterator[tuple[str, float, str]]:
    yield from _by_name(column.bare, domain, variables)
    yield from _by_own_prefix(form, column, domain, variables)
    yield from _by_words(column, domain, variables)
    yield from _by_likeness(column.bare, domain, variables)
    yield from _by_values(column, variables)
    dates = [c for c in form.mapped if c.kind in _DATES]
    if [column] == dates and domain == form.domain:
        yield f"{domain}{_date_of(domain)}", 0.72, "the form's only date"
    if column is form.visit:
        yield "VISIT", 0.9, "its values are visits"


def _by_name(bare: str, domain: str, variables: Mapping[str, Variable]) -> Iterator[tuple[str, float, str]]:
    joined = bare.replace("_", "")
    if bare in variables:
        yield bare, 1.0, "the variable's own name"
    elif joined in variables:
        yield joined, 0.95, "the variable's own name"
    if domain == "DM" and joined in DEMOGRAPHICS:
        yield DEMOGRAPHICS[joined], 0.95, f"{bare} is a usual name of it"
    if domain + joined in variables:
        yield domain + joined, 0.85, "the variable's name without the domain"
    for code in (domain, *ALIAS.get(domain, ())):
        rest = joined.removeprefix(code)
        if rest == joined or not rest:
            continue
        if rest in CDASH_SUFFIX:
            yield domain + CDASH_SUFFIX[rest], 0.95 if code == domain else 0.9, f"{bare} is its name in CDASH"
        elif code != domain and domain + rest in variables:
            yield domain + rest, 0.9, f"{bare} is its name in {code}"


def _by_own_prefix(
    form: Form, column: ColumnFacts, domain: str, variables: Mapping[str, Variable]
) -> Iterator[tuple[str, float, str]]:
    """Names that share letters of the form's own, such as PTTRT and PTSTDAT of prior therapies."""
    rest = column.bare.removeprefix(form.prefix)
    if not form.prefix or rest == column.bare or form.prefix == domain:
        return
    why = f"{column.bare} without the form's {form.prefix}"
    if domain + rest in variables:
        yield domain + rest, 0.85, why
    elif rest in CDASH_SUFFIX:
        suffix = CDASH_SUFFIX[rest]
        yield domain + (_date_of(domain) if suffix == "DTC" else suffix), 0.8, why


def _date_of(domain: str) -> str:
    """The date that matters of a domain: of the start for what happens, of the collection for what is found."""
    dataset = sdtm_dataset(domain)
    return "STDTC" if dataset is not None and dataset.observation_class in ("Events", "Interventions") else "DTC"


def _by_words(column: ColumnFacts, domain: str, variables: Mapping[str, Variable]) -> Iterator[tuple[str, float, str]]:
    text = f"{column.bare.replace('_', ' ')} {column.label.upper()}"
    for pattern, target in HINTS:
        found = re.search(pattern, text)
        if found:
            yield target.replace("--", domain), 0.7, f"the word {found.group(0).strip().lower()}"
    words = column.words - _SMALL_WORDS
    for name, variable in variables.items():
        label = frozenset(re.findall(r"[a-z]+", variable.label.lower())) - _SMALL_WORDS
        shared = words & label
        if shared and len(shared) >= 0.6 * len(label) and max(map(len, shared)) > 3:
            yield name, 0.5 + 0.25 * len(shared) / len(words | label), f"its label is {variable.label!r}"


def _by_likeness(bare: str, domain: str, variables: Mapping[str, Variable]) -> Iterator[tuple[str, float, str]]:
    joined = bare.replace("_", "")
    for name in variables if joined not in variables else ():
        stem = name.removeprefix(domain)
        if len(stem) >= 3 and len(joined) > len(name) and joined.startswith(name):
            yield name, 0.75, f"{bare} begins with {name}"
        for one, other in ((joined, name), (joined, stem)):
            ratio = SequenceMatcher(None, one, other).ratio()
            if one != other and min(len(one), len(other)) >= 4 and ratio >= 0.75:
                yield name, 0.4 + 1.4 * (ratio - 0.75), f"{bare} looks like {name}"
                break


def _by_values(column: ColumnFacts, variables: Mapping[str, Variable]) -> Iterator[tuple[str, float, str]]:
    if not column.values or len(column.values) > 200:
        return
    for name, variable in variables.items():
        if variable.codelists and known_share(variable, column.values) >= 0.75:
            lists = ", ".join(variable.codelists)
            yield name, 0.35 if generic(variable) else 0.68, f"its values are terms of {lists}"

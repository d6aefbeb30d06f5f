"""Which column goes to which variable: the best of all candidates first, each variable from one column of a form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crf2tlf.propose.facts import ColumnFacts
from crf2tlf.propose.forms import Form, test_of
from crf2tlf.propose.match import GUESS, SURE, Candidate, candidates, possible_variables
from crf2tlf.propose.names import ALIAS, SYSTEM, TIME_SUFFIX
from crf2tlf.propose.terms import terms_of
from crf2tlf.standards import codelist

VITAL_SIGNS = "VS"
YES = {"y": "ONGOING", "yes": "ONGOING", "true": "ONGOING", "ongoing": "ONGOING", "n": "", "no": "", "false": ""}
"""Answers to the question whether something goes on; an empty text stands for nothing."""

_TEST_PARTS = {"LOC": "LOC", "POS": "POS", "LAT": "LAT", "METHOD": "METHOD", "UNIT": "ORRESU", "U": "ORRESU"}
"""What follows a test's name in the names of further columns about it."""


ARMS = ("ARM", "ARMCD", "ACTARM", "ACTARMCD")
_NO_ARM = {"SCRNFAIL": "SCREEN FAILURE", "NOTASSGN": "NOT ASSIGNED"}
"""Codes in place of an arm's, and the reason that they stand for. Source: SDTMIG 3.2, DM assumption 4."""


@dataclass(frozen=True)
class ColumnProposal:
    """What is proposed for a column: variable and rule, with a map where values change; no dataset where nothing is.

    ``test`` is the test code of the records that a result column makes, or that a further column is about.
    """

    form: Form
    column: ColumnFacts
    dataset: str | None = None
    variable: str = ""
    test: str | None = None
    rule: str = ""
    map: tuple[tuple[str, str], ...] = ()
    unmapped: tuple[str, ...] = ()
    candidate: Candidate | None = None
    alternatives: tuple[Candidate, ...] = ()
    note: str = ""

    @property
    def target(self) -> str:
        """The variable with its dataset, and the test in brackets."""
        if self.dataset is None:
            return ""
        return f"{self.dataset}.{self.variable}" + (f" ({self.test})" if self.test else "")

    @property
    def confidence(self) -> str:
        """How sure the proposal is, in a word."""
        return self.candidate.confidence if self.candidate else ""


def propose_columns(forms: Sequence[Form]) -> list[ColumnProposal]:
    """Return a proposal for each column of each form, in their order."""
    home = next((form for form in forms if form.domain == "DM" and form.repeats == "once"), None)
    return [proposal for form in forms for proposal in _propose(form, form is home)]


def _propose(form: Form, home: bool) -> Iterator[ColumnProposal]:
    chosen = {c.header: proposal for c in form.mapped if (proposal := _as_test(form, c)) is not None}
    rest = [c for c in form.mapped if c.header not in chosen]
    chosen |= {c.header: p for c in rest if (p := _about_test(form, c, list(chosen.values()))) is not None}
    options = {c.header: _options(form, c) for c in rest if c.header not in chosen}
    taken: dict[str, str] = {}
    ranked = sorted(
        ((candidate, dataset, header) for header, found in options.items() for dataset, candidate in found),
        key=lambda option: -option[0].score,
    )
    by_header = {c.header: c for c in form.columns}
    for candidate, dataset, header in ranked:
        target = f"{dataset}.{candidate.variable}"
        if header not in chosen and target not in taken:
            taken[target] = header
            others = [c for _, c in options[header] if c.variable != candidate.variable]
            chosen[header] = _filled(form, by_header[header], dataset, candidate, others)
    _pair_times(form, chosen)
    targets = {p.target for p in chosen.values()}
    blank = (_of_blank(form, c) for c in form.columns if c.empty)
    chosen |= {p.column.header: p for p in blank if p is not None and p.target not in targets}
    for column in form.columns:
        yield chosen.get(column.header) or ColumnProposal(form, column, note=_why_not(form, column, home))


def _of_blank(form: Form, column: ColumnFacts) -> ColumnProposal | None:
    """Return the proposal for a column without any value, which only its name can speak for."""
    if form.domain is None or column.bare not in possible_variables(form.domain):
        return None
    candidate = Candidate(column.bare, SURE, "the variable's own name; always blank")
    variable = possible_variables(form.domain)[column.bare]
    rule = f"number({column.name})" if variable.type == "Num" else column.name
    return ColumnProposal(form, column, form.domain, column.bare, None, rule, candidate=candidate)


def _options(form: Form, column: ColumnFacts) -> list[tuple[str, Candidate]]:
    """Return the candidates of the form's domain, and those of DM for a form that a subject has once."""
    own = [(form.domain, c) for c in candidates(form, column, form.domain)] if form.domain else []
    if form.domain == "DM" or form.repeats != "once":
        return own
    general = [("DM", c) for c in candidates(form, column, "DM") if c.score >= SURE]
    return sorted([*own, *general], key=lambda option: -option[1].score)


def _as_test(form: Form, column: ColumnFacts) -> ColumnProposal | None:
    """Return the proposal for a column with the results of one test, in the form's domain or in VS."""
    for domain in dict.fromkeys([form.domain if form.findings else None, VITAL_SIGNS]):
        test = test_of(domain, column) if domain else None
        if domain is None or test is None or (domain != form.domain and test != column.bare):
            continue
        score = 1.0 if column.bare.replace("_", "") == test else 0.9
        candidate = Candidate(f"{domain}ORRES", score, f"its name is that of the test {test}")
        return ColumnProposal(form, column, domain, f"{domain}ORRES", test, column.name, candidate=candidate)
    return None


def _about_test(form: Form, column: ColumnFacts, tests: Sequence[ColumnProposal]) -> ColumnProposal | None:
    """Return the proposal for a column that tells more about a test's result, such as TEMP_LOC."""
    for proposal in tests:
        first, _, part = column.bare.rpartition("_")
        if proposal.dataset and first == proposal.column.bare and part in _TEST_PARTS:
            name = proposal.dataset + _TEST_PARTS[part]
            if name in possible_variables(proposal.dataset):
                candidate = Candidate(name, 0.9, f"{column.bare} is about {first}")
                return _filled(form, column, proposal.dataset, candidate, (), proposal.test)
    return None


def _filled(
    form: Form,
    column: ColumnFacts,
    dataset: str,
    candidate: Candidate,
    others: Sequence[Candidate],
    test: str | None = None,
) -> ColumnProposal:
    """Return the proposal with the rule that turns the cells into the variable's values."""
    variable = possible_variables(dataset)[candidate.variable]
    cell = _cell(form, column, dataset, candidate.variable)
    rule: str = cell
    pairs: tuple[tuple[str, str], ...] = ()
    unmapped: tuple[str, ...] = ()
    if variable.name.endswith("DTC"):
        rule = f"iso8601({cell})"
    elif variable.type == "Num":
        rule = f"number({cell})"
    elif variable.name == "VISIT":
        rule = f"upper(squish({cell}))"
    elif variable.name.endswith("ENRTPT"):
        pairs, unmapped = _ongoing(column.values)
    elif dataset == "DM" and variable.name in ARMS and any(map(not_an_arm, column.values)):
        pairs = tuple((value, "" if not_an_arm(value) else value) for value in column.values)
    elif variable.codelists and len(column.values) <= 200:
        rule, pairs, unmapped = _as_terms(cell, terms_of(variable, column.values))
    return ColumnProposal(
        form, column, dataset, variable.name, test, rule, pairs, unmapped, candidate, tuple(others[:3])
    )


def _cell(form: Form, column: ColumnFacts, dataset: str, variable: str) -> str:
    """Return how a rule names the column: by its form where the dataset is made from another one."""
    if dataset == "DM" and form.domain != "DM":
        return f"raw.{form.name}.{column.name}"
    hidden = column.name != variable and column.name in possible_variables(dataset)
    return f"source.{column.name}" if hidden else column.name


def not_an_arm(value: str) -> str | None:
    """Return the reason why there is no arm that stands in an arm's place, a term of ARMNULRS, or None."""
    reasons = codelist("ARMNULRS")
    term = reasons.find(value) if reasons else None
    return term.value if term is not None else _NO_ARM.get(value.strip().upper())


def _ongoing(values: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the map of answers to the question whether something goes on; numbers do not tell which means yes."""
    known = {value: YES.get(value.casefold()) for value in values}
    pairs = tuple((value, term) for value, term in known.items() if term is not None)
    return pairs, tuple(value for value, term in known.items() if term is None)


def _as_terms(cell: str, terms: dict[str, str | None]) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return a rule, and a map where the values are other words than the terms; without any term the cell as it is."""
    unknown = tuple(value for value, term in terms.items() if term is None)
    if len(unknown) == len(terms):
        return cell, (), unknown
    if not unknown and all(value == term for value, term in terms.items()):
        return cell, (), ()
    if not unknown and all(value.upper() == term for value, term in terms.items()):
        return f"upper({cell})", (), ()
    known = {value.casefold(): (value, term) for value, term in reversed(terms.items()) if term is not None}
    return cell, tuple(reversed(known.values())), unknown


def _pair_times(form: Form, chosen: dict[str, ColumnProposal]) -> None:
    """Add the time of day of another column to a date, where its name says that the two belong together."""
    times = {c.bare: c for c in form.mapped if c.kind == "time"}
    for header, proposal in list(chosen.items()):
        prefixes = {proposal.variable[:2], *ALIAS.get(proposal.dataset or "", ()), form.prefix}
        suffix = proposal.variable[2:]
        names = [f"{prefix}{end}" for prefix in sorted(prefixes) for end in TIME_SUFFIX.get(suffix, ())]
        time = next((times[name] for name in names if name in times), None)
        if time is None or not proposal.rule.startswith("iso8601("):
            continue
        rule = f"iso8601({proposal.column.name}, {time.name})"
        chosen[header] = replace(proposal, rule=rule)
        why = Candidate(proposal.variable, 0.95, f"the time of day of {proposal.column.name}")
        chosen[time.header] = ColumnProposal(
            form, time, proposal.dataset, proposal.variable, proposal.test, rule, candidate=why
        )


def _why_not(form: Form, column: ColumnFacts, home: bool) -> str:
    if column is form.subject:
        return "the subject: USUBJID" + (", DM.SUBJID" if home else "")
    if column.bare in SYSTEM:
        return SYSTEM[column.bare]
    if column.empty:
        return "always blank"
    return f"nothing reaches {GUESS}" if form.domain else "the form's domain is not known"

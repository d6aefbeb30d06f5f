"""What can be told of a form: its subject column, how often it is filled in, its visits, and its domain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crf2tlf.propose.extract import Extract
from crf2tlf.propose.facts import ColumnFacts, facts_of
from crf2tlf.propose.names import ALIAS, CDASH_SUFFIX, DEMOGRAPHICS, DOMAINS, SUBJECT_NAMES, SYSTEM, VISIT_NAMES
from crf2tlf.spec.form import FORM_COLUMNS
from crf2tlf.standards import codelist, sdtm_dataset, sdtm_variables

FINDINGS_CLASS = "Findings"
_LEAST = 3.0
_CODES = {*map(str, range(21)), "88", "98", "99"}
"""Numbers that codes usually are."""

_NUMBERED = re.compile(r"(SPID|SEQ|NUM|NO|LINE|REC|ID)$")
_ORDER = re.compile(r"(screen|run-?in)|(baseline)|(?:week|day|month|cycle|visit)\s*(-?[0-9.]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """A file of the raw folder as a form.

    ``name`` is its name in rules, ``subject`` the column of the subject, ``visit`` that of the visit; ``domain`` the
    domain that most of its columns seem to go to, with the reason; None where nothing tells.
    """

    extract: Extract
    name: str
    columns: tuple[ColumnFacts, ...]
    subject: ColumnFacts
    visit: ColumnFacts | None
    repeats: str
    domain: str | None
    why: str

    @property
    def prefix(self) -> str:
        """The letters that most of the form's own columns begin with, such as PT; empty where there are none."""
        names = [c.bare for c in self.mapped if c is not self.visit and c.bare != "VISITNUM"]
        for length in (4, 3, 2):
            found = Counter(name[:length] for name in names if len(name) > length).most_common(1)
            letters, times = found[0] if found else ("", 0)
            if times >= 3 and times > 0.6 * len(names):
                return letters
        return ""

    @property
    def findings(self) -> bool:
        """Whether the form's domain has a record a test."""
        dataset = sdtm_dataset(self.domain) if self.domain else None
        return dataset is not None and dataset.observation_class == FINDINGS_CLASS

    @property
    def mapped(self) -> list[ColumnFacts]:
        """The columns that may go to a variable: those with values, but for the subject and the EDC's own."""
        return [c for c in self.columns if c is not self.subject and not c.empty and c.bare not in SYSTEM]

    def is_code(self, column: ColumnFacts) -> bool:
        """Whether the column's few values are a code list."""
        if column is self.subject or column is self.visit or not column.codes or _NUMBERED.search(column.bare):
            return False
        numbers = all(value.isdigit() for value in column.codes)
        return all(value in _CODES for value in column.codes) if numbers else column.bare not in SYSTEM


def forms_of(extracts: Sequence[Extract]) -> list[Form]:
    """Return the forms of the extracts; a file without any column that could be a subject's is none."""
    all_facts = {extract.file: facts_of(extract) for extract in extracts}
    header = subject_header(all_facts.values())
    forms = []
    taken: Counter[str] = Counter()
    for extract in extracts:
        facts = all_facts[extract.file]
        subject = next((c for c in facts if c.header == header), None) or _best_subject(facts)
        if subject is None:
            continue
        name = _form_name(extract.stem)
        taken[name] += 1
        name = name if taken[name] == 1 else f"{name}_{taken[name]}"
        visit = _visit(facts)
        domain, why = domain_of(extract, facts)
        repeats = _repeats(extract, subject, visit)
        forms.append(Form(extract, name, tuple(facts), subject, visit, repeats, domain, why))
    return forms


def _form_name(stem: str) -> str:
    name = re.sub(r"[^a-z0-9_]", "", stem)
    name = re.sub(r"_(raw|data|export|extract|form|crf)$|^(raw|export|crf)_", "", name) or "form"
    return name if name[0].isalpha() else f"form_{name}"


def subject_header(facts: Iterable[Sequence[ColumnFacts]]) -> str | None:
    """Return the header that most files have among those that may be the subject's, the usual names first."""
    counts = Counter(c.header for columns in facts for c in columns if _rank(c) is not None)
    ranks = {c.header: _rank(c) or 0 for columns in facts for c in columns}
    return max(counts, key=lambda header: (counts[header], -ranks[header]), default=None)


def _rank(column: ColumnFacts) -> int | None:
    bare = column.bare.replace("_", "")
    return SUBJECT_NAMES.index(bare) if bare in SUBJECT_NAMES else None


def _best_subject(facts: Sequence[ColumnFacts]) -> ColumnFacts | None:
    named = [c for c in facts if _rank(c) is not None]
    return min(named, key=lambda c: _rank(c) or 0, default=None)


def _visit(facts: Sequence[ColumnFacts]) -> ColumnFacts | None:
    named = [c for c in facts if c.bare in VISIT_NAMES and not c.empty]
    return next((c for c in named if c.looks_like_visits), None) or next(
        (c for c in facts if c.looks_like_visits and c.required), named[0] if named else None
    )


def _repeats(extract: Extract, subject: ColumnFacts, visit: ColumnFacts | None) -> str:
    frame = extract.frame
    if not frame[subject.header].duplicated().any():
        return "once"
    if visit is not None and not frame[[subject.header, visit.header]].duplicated().any():
        return "visit"
    return "log"


def schedule_of(visit: ColumnFacts) -> list[str]:
    """Return the planned visits in their order: screening, baseline, numbered ones, then the rest as in the file."""

    def place(indexed: tuple[int, str]) -> tuple[int, float, int]:
        index, value = indexed
        found = _ORDER.search(value)
        if not found:
            return (3, 0.0, index)
        screening, baseline, number = found.groups()
        return (0, 0.0, index) if screening else (1, 0.0, index) if baseline else (2, float(number.strip(".")), index)

    names = {value.casefold(): value for value in reversed(visit.values)}
    planned = [value for value in names.values() if "unsched" not in value.casefold()][::-1]
    return [value for _, value in sorted(enumerate(planned), key=place)]


def domain_of(extract: Extract, facts: Sequence[ColumnFacts]) -> tuple[str | None, str]:
    """Return the domain that file name, constant cells and column names speak for, with the reason."""
    scores = {domain: _domain_score(domain, extract.stem, facts) for domain in DOMAINS}
    best = max(scores, key=lambda domain: scores[domain][0])
    points, reasons = scores[best]
    return (best, "; ".join(reasons)) if points >= _LEAST else (None, "neither its name nor its columns tell")


def _domain_score(domain: str, stem: str, facts: Sequence[ColumnFacts]) -> tuple[float, list[str]]:
    letters = (domain, *ALIAS.get(domain, ()))
    score, reasons = 0.0, []
    if set(stem.split("_")) & {code.lower() for code in letters}:
        score, reasons = 4.0, [f"the file is called {stem}"]
    elif any(re.search(rf"(^|_){word}", stem) for word in DOMAINS[domain]):
        score, reasons = 3.0, [f"the file is called {stem}"]
    constants = "_".join(
        c.values[0].lower().replace(" ", "_") for c in facts if c.bare in SYSTEM and len(c.values) == 1
    )
    if any(re.search(rf"(^|_){word}", constants) for word in DOMAINS[domain]):
        score, reasons = score + 3, [*reasons, "the form's name in its cells"]
    named = [c.bare for c in facts if _speaks_for(domain, letters, c)]
    tests = [c.bare for c in facts if test_of(domain, c)]
    score += len(named) + 1.5 * len(tests)
    reasons += [f"columns such as {', '.join([*named, *tests][:3])}"] if named or tests else []
    return score, reasons


def _speaks_for(domain: str, letters: Sequence[str], column: ColumnFacts) -> bool:
    bare = column.bare
    if domain == "DM":
        return bare.replace("_", "") in DEMOGRAPHICS or bare in {"SEX", "RACE", "ETHNIC", "AGE", "ARM", "BRTHDTC"}
    prefixed = next((code for code in letters if bare.startswith(code) and len(bare) > 3), None)
    return bool(prefixed) and (
        domain + bare[2:] in sdtm_variables(domain) or bare[2:] in CDASH_SUFFIX or bare[2:] in ("YN", "COM")
    )


def test_of(domain: str, column: ColumnFacts) -> str | None:
    """Return the test code of a findings domain that a numeric column is the result of, by its name or label."""
    codes = codelist(f"{domain}TESTCD")
    if codes is None or column.kind not in ("integer", "number") or column.bare in FORM_COLUMNS:
        return None
    bare = re.sub(rf"_?({domain})?(ORRES|RES|RESULT|VALUE)$", "", column.bare).removeprefix(f"{domain}_")
    joined = bare.replace("_", "")
    for name in (joined, joined.removeprefix(domain)):
        if name in codes.terms:
            return name
    text = bare.replace("_", " ")
    for words in (text, re.sub(r"\s*\(.*\)", "", column.label), f"{text} rate"):
        term = codes.find(words)
        if term is not None:
            return term.value
    return None

"""The text of a proposed SDTM dataset spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from crf2tlf.propose.assign import ColumnProposal, not_an_arm
from crf2tlf.propose.form_text import DECIDE
from crf2tlf.propose.forms import Form
from crf2tlf.propose.scalars import as_yaml
from crf2tlf.standards import codelist, sdtm_dataset, sdtm_order, sdtm_variables

MOST_BLANK = 0.05
"""A column with a larger share of blank cells is not proposed as a key."""

_KEYS = {
    "Events": ("DECOD", "TERM", "STDTC", "SPID"),
    "Interventions": ("TRT", "STDTC", "SPID"),
    "Findings": ("TESTCD", "VISITNUM", "VISIT", "DTC", "TPT"),
}
_LAST_DATES = {"DS": "DS.DSSTDTC", "EX": "EX.EXENDTC"}
_WIDTH = 60


def dataset_text(domain: str, proposals: Sequence[ColumnProposal], all_domains: Sequence[str]) -> str:
    """Return the spec of a domain as YAML; each line of a variable says how sure it is and why.

    Guesses stand in comments: they are not taken until somebody takes the sign away. ``all_domains`` are those that
    something is proposed for: rules name only them.
    """
    forms = list(dict.fromkeys(p.form.name for p in proposals if domain != "DM" or p.form.domain == "DM"))
    tests = [p for p in proposals if p.variable == f"{domain}ORRES" and p.test]
    by_source = len(forms) > 1
    lines = _Variables(domain, proposals, bool(tests), by_source, all_domains)
    name = domain.lower()
    header = [
        f"# PROPOSED from {', '.join(f'raw.{form}' for form in forms)}. Read it, correct it, and take it:",
        f"#   crf2tlf init . --accept sdtm/{name}              all of it",
        f"#   crf2tlf init . --accept sdtm/{name}.VARIABLE     this variable only",
        f"dataset: {domain}",
        f"keys: [{', '.join(lines.keys)}]",
        "rows:",
    ]
    rows = [line for form in forms for line in _rows(domain, form, proposals, by_source)]
    return "\n".join([*header, *rows, "variables:", *lines.text(), *_lacking(domain, lines.names)]) + "\n"


def _rows(domain: str, form: str, proposals: Sequence[ColumnProposal], by_source: bool) -> Iterator[str]:
    """Yield the lines of a form's row source: a kind of record for each test, and its own rules where forms differ."""
    mine = [p for p in proposals if p.form.name == form]
    tests = [p for p in mine if p.variable == f"{domain}ORRES" and p.test]
    own = [p for p in mine if not p.test and p.confidence != "guess"]
    yield f"  - from: raw.{form}"
    if by_source and own:
        yield "    set:"
        yield from (f"      {_line(p)}" for p in own)
    if tests:
        yield "    each:"
    for test in tests:
        about = [p for p in mine if p.test == test.test and p is not test]
        unit = unit_of(test)
        constants = f"{domain}TESTCD: {test.test}" + (f", {domain}ORRESU: {as_yaml(unit)}" if unit else "")
        rules = ", ".join([f"{domain}ORRES: {test.column.name}", *(f"{p.variable}: {_value(p)}" for p in about)])
        yield (
            f"      - {{where: {test.column.name} is not None, parameter: {{{constants}}}, set: {{{rules}}}}}"
            f"   # {test.confidence}: {test.candidate.why if test.candidate else ''}"
            + ("" if unit else f"; {DECIDE}: the unit, under parameter as {domain}ORRESU")
        )


def unit_of(proposal: ColumnProposal) -> str | None:
    """Return the unit that stands in brackets in the label, where CDISC has it."""
    found = re.search(r"[(\[]([^)\]]+)[)\]]", f"{proposal.column.header} {proposal.column.label}")
    units = codelist("UNIT")
    term = units.find(found.group(1)) if found and units else None
    return term.value if term else None


def _line(proposal: ColumnProposal) -> str:
    """Return a variable's line: rule, and in a comment how sure it is, why, and what is to be decided."""
    why = proposal.candidate.why if proposal.candidate else ""
    notes = [f"{proposal.confidence}: {'; '.join(why.split('; ')[:2])}"]
    if proposal.alternatives:
        notes.append("or " + ", ".join(candidate.variable for candidate in proposal.alternatives))
    blank = proposal.column.records - proposal.column.filled
    variable = sdtm_variables(proposal.dataset or "").get(proposal.variable)
    if blank and variable is not None and variable.core == "Req":
        of = proposal.column.records
        notes.append(f"{DECIDE}: blank in {blank} of {of} records, and the standard requires it")
    if proposal.unmapped:
        shown = ", ".join(proposal.unmapped[:6]) + (", …" if len(proposal.unmapped) > 6 else "")
        notes.append(f"{DECIDE}: a map for {shown}")
    if proposal.column.ambiguous:
        notes.append(f"{DECIDE}: the order of day and month, in the form")
    return f"{proposal.variable}: {_value(proposal)}".ljust(_WIDTH) + f" # {'; '.join(notes)}"


def _value(proposal: ColumnProposal) -> str:
    return _mapped(proposal.rule, proposal.map)


def _mapped(text: str, pairs_of: Sequence[tuple[str, str]]) -> str:
    """Return a rule as YAML, with its map where there is one; an empty term stands for a missing value.

    YAML reads a blank after a colon inside braces as part of the key, so null is written out.
    """
    rule = text if re.fullmatch(r"[\w.()]+", text) else as_yaml(text)
    if not pairs_of:
        return rule
    pairs = ", ".join(f"{as_yaml(value)}: {as_yaml(term) if term else 'null'}" for value, term in pairs_of)
    return f"{{rule: {rule}, map: {{{pairs}}}}}"


class _Variables:
    """The lines under ``variables``, in the order of the standard."""

    def __init__(
        self,
        domain: str,
        proposals: Sequence[ColumnProposal],
        has_tests: bool,
        by_source: bool,
        all_domains: Sequence[str],
    ) -> None:
        self._domain, self._proposals = domain, proposals
        self._lines: dict[str, str] = {"STUDYID": "STUDYID: study.STUDYID", "USUBJID": "USUBJID: USUBJID"}
        self._lines["DOMAIN"] = f"DOMAIN: {{value: {domain}}}"
        if domain != "DM":
            self._lines[f"{domain}SEQ"] = f"{domain}SEQ: sequence()"
        for proposal in proposals:
            stands = by_source or proposal.test
            self._lines.setdefault(proposal.variable, f"{proposal.variable}:" if stands else _commented(proposal))
        self._add_made(has_tests, all_domains)
        self.keys = self._find_keys()

    @property
    def names(self) -> set[str]:
        """The variables that are not only guesses."""
        return {name for name, line in self._lines.items() if not line.startswith("#")}

    def text(self) -> Iterator[str]:
        """Yield the lines."""
        yield from (f"  {self._lines[name]}" for name in sdtm_order(self._domain, self._lines))

    def _add(self, name: str, rule: str, needs: Sequence[str] = ()) -> None:
        if name in sdtm_variables(self._domain) and name not in self.names and set(needs) <= self.names:
            self._lines[name] = f"{name}: {rule}".ljust(_WIDTH) + " # made by a rule"

    def _add_made(self, has_tests: bool, all_domains: Sequence[str]) -> None:
        """Add what no column gives but a rule."""
        domain = self._domain
        if domain == "DM":
            return self._add_demographics(all_domains)
        if "VISIT" in self.names and "VISITNUM" not in self.names:
            rule = "VISITNUM: number(lookup(study.visits.VISITNUM, by=[VISIT]))"
            self._lines["VISITNUM"] = f"{rule} # made by a rule; the visits stand in study.yaml"
        if has_tests:
            self._lines[f"{domain}TESTCD"] = f"{domain}TESTCD:"
            self._lines[f"{domain}ORRESU"] = f"{domain}ORRESU:"
            self._add(f"{domain}TEST", f'decode({domain}TESTCD, "{domain}TESTCD")')
            self._add(f"{domain}STRESN", f"number({domain}ORRES)")
            self._add(f"{domain}STRESC", f"text({domain}STRESN)")
            self._add(f"{domain}STRESU", f"{domain}ORRESU")
        if {"DM", "EX"} <= set(all_domains):
            for date, day in (("DTC", "DY"), ("STDTC", "STDY"), ("ENDTC", "ENDY")):
                self._add(domain + day, f"study_day({domain}{date}, DM.RFSTDTC)", [domain + date])
        return None

    def _add_demographics(self, all_domains: Sequence[str]) -> None:
        subject = next(p.form.subject.name for p in self._proposals if p.form.domain == "DM")
        self._add("SUBJID", subject)
        last = [f"max({ends})" for domain, ends in _LAST_DATES.items() if domain in all_domains]
        if last:
            self._add("RFPENDTC", last[0] if len(last) == 1 else f"greatest({', '.join(last)})")
        if "EX" in all_domains:
            self._add("RFSTDTC", "RFXSTDTC")
            self._add("RFENDTC", "RFXENDTC")
            self._add("RFXSTDTC", "min(EX.EXSTDTC)")
            self._add("RFXENDTC", "max(EX.EXENDTC)")
        self._add("ARMCD", "lookup(study.arms.ARMCD, by=[ARM])", ["ARM"])
        self._add("ARM", "lookup(study.arms.ARM, by=[ARMCD])", ["ARMCD"])
        arm = next((p for p in self._proposals if p.variable == "ARM" and p.map and p.confidence != "guess"), None)
        if arm is not None:
            reasons = [(value, not_an_arm(value) or "") for value, _ in arm.map]
            self._add("ARMNRS", _mapped(arm.rule, reasons))
        self._add("AGE", "years_between(BRTHDTC, RFICDTC)", ["BRTHDTC", "RFICDTC"])
        self._add("AGEU", "{value: YEARS}", ["AGE"])

    def _find_keys(self) -> list[str]:
        """Return keys that tell the records apart, with the sequence number where nothing else does."""
        seldom = {p.variable for p in self._proposals if not p.test and _often_blank(p)}
        dataset = sdtm_dataset(self._domain)
        parts = _KEYS.get(dataset.observation_class, ()) if dataset and self._domain != "DM" else ()
        named = [name for part in parts for name in (self._domain + part, part) if name in self.names - seldom]
        if f"{self._domain}DECOD" in named and f"{self._domain}TERM" in named:
            named.remove(f"{self._domain}TERM")
        if "VISITNUM" in named and "VISIT" in named:
            named.remove("VISIT")
        if self._domain != "DM" and not self._are_keys(named):
            number = f"{self._domain}SEQ"
            self._lines[number] = f"{number}: sequence()".ljust(_WIDTH) + " # a key: no others tell the records apart"
            named.append(number)
        return ["STUDYID", "USUBJID", *named]

    def _are_keys(self, names: Sequence[str]) -> bool:
        """Whether the columns behind the variables tell the records of the raw files apart."""
        behind = {"VISIT", *names} if "VISITNUM" in names else set(names)
        parts = []
        for form in {p.form.name: p.form for p in self._proposals}.values():
            columns = {p.variable: p.column.header for p in _of(self._proposals, form) if p.variable in behind}
            frame = pd.DataFrame({"subject": form.extract.frame[form.subject.header]})
            for variable, header in sorted(columns.items()):
                frame[variable] = form.extract.frame[header].str.strip().str.upper()
            parts.append(frame)
        return not pd.concat(parts, ignore_index=True).duplicated().any()


def _often_blank(proposal: ColumnProposal) -> bool:
    return proposal.column.filled < (1 - MOST_BLANK) * proposal.column.records


def _of(proposals: Sequence[ColumnProposal], form: Form) -> list[ColumnProposal]:
    return [p for p in proposals if p.form is form and not p.test]


def _commented(proposal: ColumnProposal) -> str:
    line = _line(proposal)
    return f"# {line}" if proposal.confidence == "guess" else line


def _lacking(domain: str, names: set[str]) -> Iterator[str]:
    """Yield comments that name what the standard requires or expects and no column gives."""
    for core, word in (("Req", "requires"), ("Exp", "expects")):
        absent = [v.name for v in sdtm_variables(domain).values() if v.core == core and v.name not in names]
        if absent:
            yield f"  # {DECIDE}: the standard {word} {', '.join(absent)}"

"""What both reviewer's guides say: purpose, acronyms, standards, protocol, and conformance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from crf2tlf.conform.model import Conformance, ConformanceFinding, RuleOutcome
from crf2tlf.documents.authored import ACRONYMS
from crf2tlf.documents.model import Block, Column, Document, Line, Section, Table, Text, paragraph, table, texts
from crf2tlf.findings import Finding, Severity
from crf2tlf.metadata.model import Submission
from crf2tlf.spec import Study

MEANINGS = {
    "aCRF": "Annotated case report form",
    "ADaM": "Analysis Data Model",
    "ADaMIG": "ADaM Implementation Guide",
    "ADRG": "Analysis data reviewer's guide",
    "ADSL": "Subject-level analysis dataset",
    "BDS": "Basic data structure",
    "CDISC": "Clinical Data Interchange Standards Consortium",
    "CORE": "CDISC Open Rules Engine",
    "CRF": "Case report form",
    "cSDRG": "Clinical study data reviewer's guide",
    "CT": "Controlled terminology",
    "CTCAE": "Common Terminology Criteria for Adverse Events",
    "eCTD": "Electronic common technical document",
    "EDC": "Electronic data capture",
    "FDA": "Food and Drug Administration",
    "MedDRA": "Medical Dictionary for Regulatory Activities",
    "NCI": "National Cancer Institute",
    "OCCDS": "Occurrence data structure",
    "PHUSE": "Pharmaceutical Users Software Exchange",
    "PMDA": "Pharmaceuticals and Medical Devices Agency",
    "RECIST": "Response Evaluation Criteria in Solid Tumors",
    "RELREC": "Related records",
    "SAP": "Statistical analysis plan",
    "SDTM": "Study Data Tabulation Model",
    "SDTMIG": "SDTM Implementation Guide",
    "SUPP--": "Supplemental qualifiers of a domain",
    "WHODrug": "WHO Drug Dictionary",
    "XPT": "SAS transport file, version 5",
    "YAML": "A text format for data that people write and read",
}
"""Acronyms that a guide may use, with what they stand for; those that a guide does use are listed in it."""

NOT_EXPLAINED = Text("Not explained", bold=True)


def questions(rows: Iterable[tuple[str, str | Line]]) -> Table:
    """Return a table of questions and their answers."""
    return table((Column("Question", 3), Column("Answer", 2)), rows)


def yes(answer: bool) -> str:
    """Return the answer as a word."""
    return "Yes" if answer else "No"


def listed(names: Iterable[str]) -> str:
    """Return names with commas between them, or "None"."""
    return ", ".join(names) or "None"


# Introduction and protocol


def acronyms_section() -> Section:
    """Return the place of the acronyms; :func:`with_acronyms` fills it when the text is complete."""
    return Section(ACRONYMS)


def with_acronyms(document: Document) -> Document:
    """Return the document with the acronyms that it uses, in a table under "Acronyms" of its first section."""
    words = {word for text in texts(document) for word in re.findall(r"[A-Za-z]+(?:--)?", text)}
    rows = [(Text(name, bold=True), meaning) for name, meaning in MEANINGS.items() if name in words]
    found = table((Column("Acronym", 1), Column("Meaning", 4)), rows)
    first = document.sections[0]
    inner = tuple(
        replace(section, blocks=(*section.blocks, found)) if section.title == ACRONYMS else section
        for section in first.sections
    )
    return replace(document, sections=(replace(first, sections=inner), *document.sections[1:]))


def standards_section(submission: Submission) -> Section:
    """Return the standards and dictionaries with their versions."""
    model = "SDTM" if submission.sdtm else "ADaM"
    rows = [(f"{model} implementation guide", f"{s.name} {s.version}") for s in submission.standards if s.type == "IG"]
    rows += [
        (f"Controlled terminology, {s.publishing_set}", f"{s.name} {s.publishing_set} {s.version}")
        for s in submission.standards
        if s.type == "CT"
    ]
    rows.append(("Data definitions", "Define-XML 2.1" + ("" if submission.sdtm else ", Analysis Results Metadata 1.0")))
    rows.append(("Datasets", "SAS transport files, version 5 (XPT)"))
    dictionaries = {(codelist.dictionary, codelist.version) for codelist in submission.codelists if codelist.dictionary}
    rows += [
        (f"Dictionary {name}", f"{name} {version or ''}".strip()) for name, version in sorted(dictionaries, key=str)
    ]
    return Section(
        "Study Data Standards and Dictionary Inventory",
        (table((Column("Standard or dictionary", 2), Column("Version", 3)), rows),),
    )


def protocol_section(submission: Submission) -> Section:
    """Return number and title of the protocol."""
    rows = [("Protocol number", submission.protocol), ("Protocol title", submission.title)]
    return Section("Protocol Number and Title", (table((Column("Item", 1), Column("Value", 3)), rows),))


# Conformance


def conformance_section(submission: Submission, conformance: Conformance, checks: Iterable[Finding]) -> Section:
    """Return how the datasets were checked and what was found; ``checks`` are findings of the study's data checks."""
    names = {dataset.name for dataset in submission.datasets}
    found = [finding for finding in conformance.findings if not finding.dataset or finding.dataset in names]
    wide = bool(found)  # the table of issues needs the width; what stands before it is turned too, to fill the page
    before = (_inputs(submission, conformance, found), _issues(found))
    inner = (*(replace(part, landscape=wide) for part in before), _details(conformance, list(checks)))
    return Section("Data Conformance Summary", sections=inner, landscape=wide)


def _inputs(submission: Submission, conformance: Conformance, found: list[ConformanceFinding]) -> Section:
    terminology = [f"{s.publishing_set} {s.version}" for s in submission.standards if s.type == "CT"]
    rows: list[tuple[str, str | Line]] = [
        ("Was the Define-XML document checked?", "Yes, against the schemas of Define-XML 2.1"),
        ("Which controlled terminology was used?", listed(terminology)),
        ("Which engines were used?", listed(f"{engine} {version}".strip() for engine, version in conformance.engines)),
    ]
    return Section("Conformance Inputs", (questions(rows), *_outcomes(conformance, found)))


def _outcomes(conformance: Conformance, found: list[ConformanceFinding]) -> Iterator[Block]:
    """Yield how many rules had which outcome in the guide's datasets, in which a rule may find nothing.

    An engine may name only the rules that found something.
    """
    finding = {(part.engine, part.rule) for part in found}
    engines = dict.fromkeys([*(name for name, _ in conformance.engines), *(rule.engine for rule in conformance.rules)])
    rows, silent = [], []
    for engine in engines:
        rules = [rule for rule in conformance.rules if rule.engine == engine]
        quiet = sum(rule.status == "findings" and (engine, rule.rule) not in finding for rule in rules)
        count = Counter(rule.status for rule in rules)
        told = bool(count["passed"] or count["not applicable"])
        silent += [] if told else [engine]
        count.update({"passed": quiet, "findings": -quiet})
        passed, inapplicable = (str(count[s]) if told else "–" for s in ("passed", "not applicable"))
        rows.append((engine, passed, str(count["findings"]), inapplicable, str(count["not run"])))
    numbers = ("Passed", "With findings", "Not applicable", "Not run")
    columns = (Column("Engine", 3), *(Column(title, 1.4, "right") for title in numbers))
    if rows:
        yield table(columns, rows, "Rules by outcome")
    if silent:
        yield paragraph(f"{listed(silent)} names only the rules with findings and those that it did not run.")


def _issues(found: list[ConformanceFinding]) -> Section:
    """Return the findings, those with the same message and explanation in one row."""
    if not found:
        return Section("Issues Summary", (paragraph("No rule has a finding in these datasets."),))
    groups: dict[tuple[str, str, Severity, str, str | None], list[ConformanceFinding]] = {}
    for finding in found:
        key = (finding.engine, finding.rule, finding.severity, finding.message, finding.explanation)
        groups.setdefault(key, []).append(finding)
    columns = (
        Column("Rule", 1.5),
        Column("Datasets", 1.8),
        Column("Severity", 1),
        Column("Message", 3.5),
        Column("Count", 0.8, "right"),
        Column("Explanation", 4),
    )
    rows = [
        (
            f"{rule}\n{engine}",
            _datasets(group),
            str(severity),
            message,
            str(sum(finding.count for finding in group)),
            explanation or NOT_EXPLAINED,
        )
        for (engine, rule, severity, message, explanation), group in groups.items()
    ]
    return Section("Issues Summary", (table(columns, rows),))


def _datasets(group: list[ConformanceFinding]) -> str:
    """Return the datasets of findings: those without variables on one line, each of the others on its own."""
    whole = [finding.dataset or "All" for finding in group if not finding.variables]
    others = [f"{finding.dataset or 'All'}: {', '.join(finding.variables)}" for finding in group if finding.variables]
    return "\n".join([", ".join(dict.fromkeys(whole)), *dict.fromkeys(others)] if whole else dict.fromkeys(others))


def _details(conformance: Conformance, checks: list[Finding]) -> Section:
    text = "Every rule that applies was run, and the study's own checks of these datasets have no findings."
    nothing = paragraph(text)
    return Section("Additional Conformance Details", tuple(_detail_blocks(conformance.rules, checks)) or (nothing,))


def _detail_blocks(rules: Iterable[RuleOutcome], checks: list[Finding]) -> Iterator[Block]:
    not_run = [rule for rule in rules if rule.status == "not run"]
    if not_run:
        why = (Column("Rule", 1.3), Column("Engine", 1.2), Column("What it checks", 3), Column("Why it did not run", 2))
        rows = [(rule.rule, rule.engine, rule.text, rule.reason) for rule in not_run]
        yield table(why, rows, "Rules that did not run")
    if checks:
        columns = (Column("Finding", 6), Column("Severity", 1), Column("Records", 1, "right"))
        counts = [(finding.message, str(finding.severity), str(finding.count)) for finding in checks]
        yield table(columns, counts, "Findings of the study's own data checks")


def data_checks(findings: Iterable[Finding], study: Study, *, sdtm: bool) -> list[Finding]:
    """Return the findings of the checks in the specs of tabulation or of analysis datasets."""
    names = study.sdtm if sdtm else study.adam
    return [f for f in findings if f.code == "CHECK_FAILED" and f.message.split(":")[0] in names]

"""The proposals as tables for people: one for each form in Markdown, and all of them as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from crf2tlf.propose.assign import ColumnProposal
from crf2tlf.propose.forms import Form

HEADINGS = ("form", "column", "header", "target", "rule", "map", "confidence", "why", "alternatives", "note")


def report_text(forms: Sequence[Form], proposals: Sequence[ColumnProposal]) -> str:
    """Return the tables as Markdown, and how to go on."""
    counts = Counter(p.confidence or "none" for p in proposals)
    lines = [
        "# Proposals",
        "",
        "What the program made of the columns of the raw files, by their names and values. Nothing of it is used until",
        "somebody takes it: read the files in `specs/proposed/`, correct them there, and",
        "",
        "```",
        "crf2tlf init . --accept raw/ae             # a form",
        "crf2tlf init . --accept sdtm/ae            # a dataset",
        "crf2tlf init . --accept sdtm/ae.AETERM     # one variable of it",
        "crf2tlf init . --accept all                # everything",
        "crf2tlf check                              # what is still open",
        "```",
        "",
        f"{counts['sure']} columns are sure, {counts['likely']} likely, {counts['guess']} guesses, and",
        f"{counts['none']} go nowhere. Guesses stand in comments. `DECIDE` marks what only a person can tell.",
    ]
    for form in forms:
        mine = [p for p in proposals if p.form is form]
        visits = f", visits in {form.visit.name}" if form.visit else ""
        domain = f"{form.domain}, since {form.why}" if form.domain else f"not known: {form.why}"
        lines += [
            "",
            f"## {form.name} ({form.extract.file})",
            "",
            f"{len(form.extract.frame)} records; subject {form.subject.name}{visits}; repeats: {form.repeats}.",
            f"Domain: {domain}.",
            "",
            "| column | goes to | rule | confidence | why | or |",
            "|---|---|---|---|---|---|",
        ]
        lines += ["| " + " | ".join(_cell(text) for text in _shown(p)) + " |" for p in mine]
    return "\n".join(lines) + "\n"


def _shown(proposal: ColumnProposal) -> list[str]:
    why = proposal.candidate.why if proposal.candidate else proposal.note
    unmapped = f"; no term for {', '.join(proposal.unmapped[:5])}" if proposal.unmapped else ""
    others = ", ".join(candidate.variable for candidate in proposal.alternatives)
    rule = f"`{proposal.rule}`" + (" and a map" if proposal.map else "") if proposal.rule else ""
    return [proposal.column.header, proposal.target, rule, proposal.confidence, why + unmapped, others]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def report_csv(proposals: Iterable[ColumnProposal]) -> str:
    """Return the proposals as CSV, a line a column."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for p in proposals:
        pairs = "; ".join(f"{value} = {term}" for value, term in p.map)
        others = ", ".join(candidate.variable for candidate in p.alternatives)
        why = p.candidate.why if p.candidate else ""
        writer.writerow(
            [p.form.name, p.column.name, p.column.header, p.target, p.rule, pairs, p.confidence, why, others, p.note]
        )
    return text.getvalue()

"""The text of a proposed form spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crf2tlf.propose.assign import ColumnProposal
from crf2tlf.propose.facts import ColumnFacts
from crf2tlf.propose.forms import Form, schedule_of
from crf2tlf.propose.names import SYSTEM
from crf2tlf.propose.scalars import as_list, as_yaml
from crf2tlf.standards import sdtm_dataset, sdtm_variable

DECIDE = "DECIDE"
"""Stands in comments where only a person can tell; the program counts them."""


def form_text(form: Form, proposals: Sequence[ColumnProposal]) -> str:
    """Return the form spec as YAML; comments say what was assumed and what is to be decided."""
    extract = form.extract
    dataset = sdtm_dataset(form.domain) if form.domain else None
    lines = [
        f"# PROPOSED from raw/{extract.file}: {len(extract.frame)} records. Read it, correct it, and take it:",
        f"#   crf2tlf init . --accept raw/{form.name}",
        f"form: {form.name}",
        f"label: {as_yaml(dataset.label if dataset else form.name.replace('_', ' ').capitalize())}",
        f"file: {as_yaml(extract.file)}",
    ]
    if extract.sheet:
        lines.append(f"sheet: {as_yaml(extract.sheet)}")
    if extract.encoding != "utf-8":
        lines.append(f"encoding: {extract.encoding}".ljust(40) + " # told from the characters in the file")
    if extract.delimiter != "," and not (extract.delimiter == "\t" and extract.file.lower().endswith(".tsv")):
        lines.append(f"delimiter: {as_yaml(extract.delimiter)}")
    lines += [f"subject: {form.subject.name}", f"repeats: {form.repeats}"]
    if form.repeats == "visit" and form.visit is not None:
        others = ", others: ignore" if any("unsched" in value.casefold() for value in form.visit.values) else ""
        schedule = as_list(schedule_of(form.visit))
        lines.append(f"visits: {{column: {form.visit.name}, schedule: {schedule}{others}}}")
    by_column = {proposal.column.header: proposal for proposal in proposals}
    lines.append("columns:")
    lines += [_column(form, column, by_column) for column in form.columns]
    return "\n".join(lines) + "\n"


def _column(form: Form, column: ColumnFacts, proposals: Mapping[str, ColumnProposal]) -> str:
    """Return the line of a column."""
    keys: list[str] = []
    notes: list[str] = []
    if column.header != column.name:
        keys.append(f"from: {as_yaml(column.header)}")
    keys.append(f"label: {as_yaml(_label(column, proposals.get(column.header)))}")
    if column.ambiguous and column.dates is not None:
        both = " and ".join([column.dates.formats[0], *column.dates.others])
        notes.append(f"{DECIDE}: {both} read all values; give it its formats: type: date, formats: …")
    elif column.dates is not None:
        keys += [f"type: {column.kind}", f"formats: {as_list(column.dates.formats)}"]
        if column.dates.unread:
            notes.append(f"{DECIDE}: no format reads {column.dates.unread} of the values")
    elif form.is_code(column) and not column.codes[0].isdigit():
        keys.append("codes: {" + ", ".join(f"{as_yaml(code)}: {as_yaml(code)}" for code in column.codes) + "}")
    elif form.is_code(column):
        listed = ", ".join(sorted(column.codes))
        notes.append(f"{DECIDE}: {listed} may be codes; give their meaning: codes: {{{column.codes[0]}: …}}")
    elif column.kind in ("integer", "number") and column is not form.subject:
        keys.append(f"type: {column.kind}")
    if column.required or column is form.subject:
        keys.append("required: true")
    if column.bare in SYSTEM:
        keys.append(f"not_submitted: {as_yaml(SYSTEM[column.bare])}")
    if column.empty:
        notes.append("always blank")
    return f"  {column.name}: {{{', '.join(keys)}}}" + (f"   # {'; '.join(notes)}" if notes else "")


def _label(column: ColumnFacts, proposal: ColumnProposal | None) -> str:
    """Return the column's own label; where it is only the name, that of the variable it goes to."""
    own = column.label.replace(" ", "").casefold() != column.bare.replace("_", "").casefold()
    if own or proposal is None or proposal.dataset is None:
        return column.label
    variable = sdtm_variable(proposal.dataset, proposal.variable)
    return variable.label if variable is not None and not proposal.test else column.label

"""Proposals for a raw folder, written to ``specs/proposed/``: the build does not read them, and says that they wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crf2tlf.findings import Findings, Place
from crf2tlf.propose.assign import ColumnProposal, propose_columns
from crf2tlf.propose.dataset_text import dataset_text
from crf2tlf.propose.design import Found, arms_of, study_of
from crf2tlf.propose.extract import read_extracts
from crf2tlf.propose.form_text import form_text
from crf2tlf.propose.forms import Form, forms_of, schedule_of
from crf2tlf.propose.report import report_csv, report_text
from crf2tlf.spec.load import PROPOSED

FOLDER = Path("specs") / PROPOSED


@dataclass(frozen=True)
class Proposals:
    """What is proposed for a raw folder."""

    forms: tuple[Form, ...]
    columns: tuple[ColumnProposal, ...]

    @property
    def domains(self) -> list[str]:
        """The domains that something more than a guess is proposed for."""
        found = {p.dataset for p in self.columns if p.dataset and p.confidence != "guess"}
        if not any(form.domain == "DM" and form.repeats == "once" for form in self.forms):
            found.discard("DM")
        return sorted(found)

    @property
    def visits(self) -> list[str]:
        """The visits that the forms name, in capitals and in order, those of the form with most of them first."""
        schedules = [schedule_of(form.visit) for form in self.forms if form.visit and form.visit.looks_like_visits]
        longest = max(schedules, key=len, default=[])
        names = [visit for schedule in (longest, *schedules) for visit in schedule]
        return list(dict.fromkeys(" ".join(visit.upper().split()) for visit in names))

    @property
    def study(self) -> Found:
        """The study's identifier, where the forms name one."""
        return study_of(self.forms)

    @property
    def arms(self) -> Found:
        """The arms as texts CODE=Name, where a form has them."""
        return arms_of(self.columns)

    def texts(self) -> dict[str, str]:
        """Return the files of the proposals by their paths in the folder of proposals."""
        files = {}
        for form in self.forms:
            files[f"raw/{form.name}.yaml"] = form_text(form, [p for p in self.columns if p.form is form])
        for domain in self.domains:
            mine = [p for p in self.columns if p.dataset == domain]
            files[f"sdtm/{domain.lower()}.yaml"] = dataset_text(domain, mine, self.domains)
        files["proposals.md"] = report_text(self.forms, self.columns)
        files["proposals.csv"] = report_csv(self.columns)
        return files


def propose(raw: Path, findings: Findings) -> Proposals:
    """Return proposals for the files of a raw folder; what cannot be read is a finding."""
    extracts = read_extracts(raw, findings)
    forms = forms_of(extracts)
    named = {form.extract.file for form in forms}
    for extract in extracts:
        if extract.file not in named:
            message = "no column looks like the subject's, such as SUBJID; write this form's spec by hand"
            findings.add("PROPOSAL_OPEN", Place(f"raw/{extract.file}", 1), message)
    return Proposals(tuple(forms), tuple(propose_columns(forms)))


def write_proposals(study: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files of proposals; those of an earlier run are replaced. Raises ``OSError``."""
    written = []
    for name, text in texts.items():
        path = study / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written

"""The clinical study data reviewer's guide, in the sections of the PHUSE template."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.conform.model import Conformance
from crf2tlf.documents.facts import comment_of, in_words, is_supplement, needs, parent_of, sources, subjects
from crf2tlf.documents.fields import field_uses
from crf2tlf.documents.guide_parts import (
    acronyms_section,
    conformance_section,
    data_checks,
    listed,
    protocol_section,
    questions,
    standards_section,
    yes,
)
from crf2tlf.documents.model import Block, Column, Document, Line, Section, Text, line, paragraph, table
from crf2tlf.metadata.model import DatasetMetadata, Submission
from crf2tlf.standards import sdtm_dataset

NAME = "Clinical Study Data Reviewer's Guide"
TRIAL_DESIGN = "TRIAL DESIGN"


def csdrg(build: BuildResult, submission: Submission, conformance: Conformance) -> Document:
    """Return the guide to the tabulation datasets, without its authored text."""
    spec = build.study.spec
    sections = [
        _introduction(submission),
        _protocol(build, submission),
        Section(
            "Subject Data Description",
            sections=(_overview(build, submission), _acrf(build, submission), _domains(build, submission)),
        ),
        conformance_section(submission, conformance, data_checks(build.findings, build.study, sdtm=True)),
        *_criteria(build.datasets.get("TI")),
    ]
    return Document(
        NAME,
        submission.study,
        submission.title,
        submission.release,
        (("Study", submission.study), ("Protocol", submission.protocol), ("Date", submission.release[:10])),
        spec.footnotes,
        tuple(sections),
        submission.draft,
    )


def _introduction(submission: Submission) -> Section:
    purpose = (
        "This document gives context for the tabulation datasets and their terminology where the Define-XML document "
        "(define.xml) alone does not suffice, and summarises their conformance with the standards."
    )
    return Section(
        "Introduction",
        sections=(Section("Purpose", (paragraph(purpose),)), acronyms_section(), standards_section(submission)),
    )


# 2 Protocol description


def _protocol(build: BuildResult, submission: Submission) -> Section:
    design = [dataset for dataset in submission.datasets if dataset.observation_class == TRIAL_DESIGN]
    answer = questions([("Are trial design datasets included in the submission?", yes(bool(design)))])
    return Section(
        "Protocol Description",
        sections=(
            protocol_section(submission),
            Section("Protocol Design", tuple(_arms(build.datasets.get("TA")))),
            Section("Trial Design Datasets", (answer,), tuple(_design(build, submission, item) for item in design)),
        ),
    )


def _arms(arms: Dataset | None) -> Iterator[Block]:
    """Yield the planned elements of each arm, as TA has them."""
    if arms is None or not {"ARM", "TAETORD", "ELEMENT", "EPOCH"} <= set(arms.frame):
        return
    columns = (Column("Arm", 3), Column("Order", 1, "right"), Column("Element", 3), Column("Epoch", 2))
    frame = arms.frame[["ARM", "TAETORD", "ELEMENT", "EPOCH"]].astype(object)
    rows = [(str(arm), f"{order:g}", str(element), str(epoch)) for arm, order, element, epoch in frame.to_numpy()]
    yield table(columns, rows, "Planned arms and elements (TA)")


def _design(build: BuildResult, submission: Submission, dataset: DatasetMetadata) -> Section:
    count = f"{dataset.records} record{'' if dataset.records == 1 else 's'}"
    text = f"{dataset.structure}; {count}."
    remark = comment_of(submission, dataset.comment) or (build.study.sdtm[dataset.name].comment or "")
    blocks = [paragraph(text), *([paragraph(remark)] if remark else [])]
    if dataset.name == "TI":
        blocks.append(paragraph("The criteria stand in full in ", Text("Appendix I", link="#criteria"), "."))
    return Section(_title(dataset), tuple(blocks), id=_id(dataset), aliases=(dataset.name,))


def _title(dataset: DatasetMetadata) -> str:
    return f"{dataset.name} – {dataset.label}"


def _id(dataset: DatasetMetadata) -> str:
    return f"dataset-{dataset.name.lower()}"


# 3 Subject data description


def _overview(build: BuildResult, submission: Submission) -> Section:
    adam = build.study.adam
    from_raw = sorted(name for name in adam for table in needs(build, name) if table.startswith("raw."))
    empty = [dataset.name for dataset in submission.datasets if dataset.records == 0]
    frame = build.datasets["DM"].frame if "DM" in build.datasets else None
    failures = frame is not None and "ARMNRS" in frame and (frame["ARMNRS"] == "SCREEN FAILURE").any()
    cutoff = build.study.spec.data_cutoff
    rows: list[tuple[str, str | Line]] = [
        (
            "Is there a data cut-off?",
            f"Yes, {cutoff.isoformat()}: dated records after it are left out" if cutoff else "No",
        ),
        (
            "Were the SDTM datasets used as sources of the analysis datasets?",
            "No analysis datasets" if not adam else "Yes" if not from_raw else f"Not for all: {listed(from_raw)}",
        ),
        ("Do the datasets include screen failures?", yes(bool(failures))),
        ("Were domains planned and not submitted because no data were collected?", listed(empty)),
        ("Are the submitted data a subset of the collected data?", _subset(build, submission)),
    ]
    return Section("Overview", (questions(rows),))


def _subset(build: BuildResult, submission: Submission) -> str | Line:
    if any((*_fields_left_out(build, submission), *_records_left_out(build))):
        return line("Yes; what is left out is in ", Text("Annotated CRF", link="#acrf"))
    return "No"


def _acrf(build: BuildResult, submission: Submission) -> Section:
    intro = paragraph(
        "The annotated CRF (",
        Text("acrf.pdf", link="acrf.pdf"),
        f") shows the {len(build.study.forms)} forms from their specifications, and the variables of each field.",
    )
    return Section(
        "Annotated CRF",
        (intro, *_not_submitted(build, submission), *_left_out(build)),
        id="acrf",
        aliases=("Annotated CRFs",),
    )


def _fields_left_out(build: BuildResult, submission: Submission) -> list[tuple[str | Text, ...]]:
    """Return the fields that go to no variable: form and page, field, question, why, the records that it leaves out."""
    uses = field_uses(build, submission)
    return [
        (
            f"{form.label or name}, page {listed(map(str, submission.pages[name]))}",
            Text(use.column, code=True),
            form.columns[use.column].label or "",
            use.why_not,
            "; ".join(use.leaves_out),
        )
        for name, form in build.study.forms.items()
        for use in uses[name]
        if not use.targets and not use.selects
    ]


def _not_submitted(build: BuildResult, submission: Submission) -> Iterator[Block]:
    rows = _fields_left_out(build, submission)
    columns = [Column("Form", 2), Column("Field", 1.2), Column("Question", 2.4)]
    columns += [Column("Reason", 2), Column("Records it leaves out", 2)]
    given = [at < 3 or any(row[at] for row in rows) for at in range(len(columns))]
    columns = list(compress(columns, given))
    shown = (tuple(compress(row, given)) for row in rows)
    yield table(columns, shown, "Fields that are not submitted") if rows else paragraph("All fields are submitted.")


def _records_left_out(build: BuildResult) -> list[tuple[str, str, str]]:
    """Return the records of forms that are in no dataset: form, reason, and how many."""
    forms = build.study.forms
    return [
        (forms[entry.form].label or entry.form, entry.detail, str(entry.count))
        for entry in build.ledger
        if entry.fate == "left out"
    ]


def _left_out(build: BuildResult) -> Iterator[Block]:
    rows = _records_left_out(build)
    columns = (Column("Form", 2), Column("Reason", 5), Column("Records", 1, "right"))
    if rows:
        yield table(columns, rows, "Collected records that are in no dataset")


def _domains(build: BuildResult, submission: Submission) -> Section:
    shown = [d for d in submission.datasets if d.observation_class != TRIAL_DESIGN and not is_supplement(d.name)]
    return Section(
        "SDTM Subject Domains",
        (_domain_table(build, submission, shown),),
        tuple(_domain(build, submission, dataset) for dataset in shown),
    )


def _domain_table(build: BuildResult, submission: Submission, shown: list[DatasetMetadata]) -> Block:
    supplements = {parent_of(d.name): d for d in submission.datasets if is_supplement(d.name)}
    related = set(build.datasets["RELREC"].frame["RDOMAIN"].dropna()) if "RELREC" in build.datasets else set()
    columns = (
        Column("Dataset", 4),
        Column("Class", 2.4),
        Column("Records", 1.2, "right"),
        Column("Subjects", 1.2, "right"),
        Column("SUPP--", 1.1),
        Column("RELREC", 1.2),
        Column("Custom", 1.1),
    )
    rows = [
        (
            Text(_title(dataset), link=f"#{_id(dataset)}"),
            dataset.observation_class.capitalize(),
            str(dataset.records),
            _count(subjects(build, dataset.name)),
            "X" if dataset.name in supplements else "",
            "X" if dataset.name in related else "",
            "" if sdtm_dataset(dataset.name) else "X",
        )
        for dataset in shown
    ]
    return table(columns, rows)


def _count(number: int | None) -> str:
    return "–" if number is None else str(number)


def _domain(build: BuildResult, submission: Submission, dataset: DatasetMetadata) -> Section:
    made_of = in_words(build, sources(build, dataset.name))
    sized = subjects(build, dataset.name)
    of_subjects = f" of {sized} subject{'' if sized == 1 else 's'}" if sized is not None else ""
    facts = (
        f"{dataset.structure}. {dataset.records} record{'' if dataset.records == 1 else 's'}{of_subjects}. "
        f"Keys: {listed(dataset.keys)}. Source: {made_of}."
    )
    comment = comment_of(submission, dataset.comment) or build.study.sdtm[dataset.name].comment
    blocks = [
        paragraph(facts),
        *([paragraph(comment)] if comment else []),
        *_qualifiers(build, dataset.name),
        *_remarks(submission, dataset),
    ]
    return Section(_title(dataset), tuple(blocks), id=_id(dataset), aliases=(dataset.name,))


def _qualifiers(build: BuildResult, domain: str) -> Iterator[Block]:
    supplement = build.datasets.get(f"SUPP{domain}")
    if supplement is None:
        return
    counts = supplement.frame["QNAM"].value_counts()
    columns = (Column("QNAM", 1.2), Column("Label", 3), Column("Origin", 1.3), Column("Records", 1, "right"))
    rows = [
        (name, variable.label or name, variable.origin or "Collected", str(counts.get(name, 0)))
        for name, variable in build.study.sdtm[domain].supplemental.items()
    ]
    yield table(columns, rows, f"Supplemental qualifiers (SUPP{domain})")


def _remarks(submission: Submission, dataset: DatasetMetadata) -> Iterator[Block]:
    rows = []
    for described in submission.datasets:
        if described.name in (dataset.name, f"SUPP{dataset.name}"):
            for item in described.items:
                for part in (item, *item.values):
                    named = [value for comparison in part.where for value in comparison.values]
                    text = comment_of(submission, part.comment)
                    if text:
                        rows.append((", ".join(named) or part.name, text))
    if rows:
        yield table((Column("Variable", 1), Column("Remark", 5)), dict.fromkeys(rows), "Remarks on variables")


# Appendix


def _criteria(criteria: Dataset | None) -> Iterator[Section]:
    if criteria is None or not {"IETESTCD", "IETEST", "IECAT"} <= set(criteria.frame):
        return
    columns = (Column("Category", 1.3), Column("Code", 1.1), Column("Criterion", 5))
    frame = criteria.frame.sort_values(["IECAT", "IETESTCD"], ascending=[False, True], kind="stable")
    rows = [
        (str(category).capitalize(), str(code), str(text))
        for category, code, text in frame[["IECAT", "IETESTCD", "IETEST"]].to_numpy()
    ]
    yield Section("Inclusion and Exclusion Criteria", (table(columns, rows),), appendix=True, id="criteria")

"""The analysis data reviewer's guide, in the sections of the PHUSE template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crf2tlf.build.result import BuildResult
from crf2tlf.conform.model import Conformance
from crf2tlf.documents.adrg_datasets import dataset_sections, programs_section
from crf2tlf.documents.facts import core_variables, in_words, label_of, needs, subjects
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
from crf2tlf.documents.model import Block, Column, Document, Line, Section, Text, paragraph, table
from crf2tlf.metadata.model import Submission

NAME = "Analysis Data Reviewer's Guide"
_TREATMENT = re.compile(r"TRT\d\d[PA]N?|TRT[PA]N?|TRTSEQ[PA]N?|TR\d\dP?G\d[PA]?N?|TRTSDT(M)?|TRTEDT(M)?|AP\w+")
_SELECTION = re.compile(r"ANL\d\dFL|ABLFL|AVISITN?|AWTARGET|AWRANGE|AWTDIFF|AWLO|AWHI|AWU|DTYPE|BASETYPE")


def adrg(build: BuildResult, submission: Submission, conformance: Conformance, programs: Mapping[str, str]) -> Document:
    """Return the guide to the analysis datasets, without its authored text.

    ``programs`` are the files with the program listings, by the names of datasets and outputs.
    """
    sections = (
        _introduction(build, submission),
        Section(
            "Protocol Description",
            sections=(
                protocol_section(submission),
                Section("Protocol Design in Relation to ADaM Concepts", tuple(_populations(build, submission))),
            ),
        ),
        _considerations(build, submission),
        _processing(build, submission),
        dataset_sections(build, submission),
        conformance_section(submission, conformance, data_checks(build.findings, build.study, sdtm=False)),
        programs_section(submission, programs),
        Section("Directory Structure", tuple(_directories(submission))),
    )
    return Document(
        NAME,
        submission.study,
        submission.title,
        submission.release,
        (("Study", submission.study), ("Protocol", submission.protocol), ("Date", submission.release[:10])),
        build.study.spec.footnotes,
        sections,
        submission.draft,
    )


def _introduction(build: BuildResult, submission: Submission) -> Section:
    purpose = (
        "This document gives context for the analysis datasets and their terminology where the Define-XML document "
        "(define.xml) alone does not suffice, and summarises their conformance with the standards."
    )
    tables = sorted({table for dataset in submission.datasets for table in needs(build, dataset.name)})
    sources = [table for table in tables if table in build.study.sdtm]
    others = [table for table in tables if "." in table]
    text = f"The analysis datasets are made from the SDTM datasets {listed(sources)}."
    if others:
        text += f" Their rules also take values from the {in_words(build, others)}."
    return Section(
        "Introduction",
        sections=(
            Section("Purpose", (paragraph(purpose),)),
            acronyms_section(),
            standards_section(submission),
            Section("Source Data Used for Analysis Dataset Creation", (paragraph(text),)),
        ),
    )


def _populations(build: BuildResult, submission: Submission) -> Iterator[Block]:
    """Yield the population flags of ADSL with the numbers of subjects."""
    adsl = next((dataset for dataset in submission.datasets if dataset.name == "ADSL"), None)
    if adsl is None:
        return
    frame = build.datasets["ADSL"].frame
    rows = [
        (item.name, item.label, f"{int((frame[item.name] == 'Y').sum())} of {len(frame)}")
        for item in adsl.items
        if item.name.endswith("FL") and set(frame[item.name].dropna()) <= {"Y", "N"}
    ]
    columns = (Column("Flag", 1), Column("Label", 3), Column("Subjects with Y", 1.2, "right"))
    if rows:
        yield table(columns, rows, "Flags of subjects in ADSL")


# 3 Analysis considerations


def _considerations(build: BuildResult, submission: Submission) -> Section:
    return Section(
        "Analysis Considerations Related to Multiple Analysis Datasets",
        sections=(
            Section("Core Variables", tuple(_core(submission))),
            Section("Treatment Variables", tuple(_treatment(build, submission))),
            Section("Subject Issues that Require Special Analysis Rules"),
            Section(
                "Use of Visit Windowing, Unscheduled Visits, and Record Selection",
                tuple(_where_used(submission, _SELECTION, "Variables that place or select records")),
                aliases=("Visit Windowing", "Record Selection"),
            ),
            Section("Imputation/Derivation Methods", tuple(_imputations(submission)), aliases=("Imputation Methods",)),
        ),
    )


def _core(submission: Submission) -> Iterator[Block]:
    core = core_variables(submission)
    if not core:
        yield paragraph("No variable of ADSL is in all analysis datasets.")
        return
    adsl = next(dataset for dataset in submission.datasets if dataset.name == "ADSL")
    yield paragraph("These variables of ADSL are in every analysis dataset.")
    yield table((Column("Variable", 1), Column("Label", 4)), ((name, label_of(adsl, name)) for name in core))


def _treatment(build: BuildResult, submission: Submission) -> Iterator[Block]:
    rows: list[tuple[str, str | Line]] = []
    dm = build.datasets["DM"].frame if "DM" in build.datasets else None
    if dm is not None and {"ARM", "ACTARM"} <= set(dm):
        treated = dm[dm["ACTARM"].notna()]
        rows.append(
            (
                "Are ARM and ACTARM the same for every treated subject?",
                yes(bool((treated["ARM"] == treated["ACTARM"]).all())),
            )
        )
    if "ADSL" in build.datasets and {"TRT01P", "TRT01A"} <= set(build.datasets["ADSL"].frame):
        adsl = build.datasets["ADSL"].frame
        treated = adsl[adsl["TRT01A"].notna()]
        rows.append(
            (
                "Are TRT01P and TRT01A the same for every treated subject?",
                yes(bool((treated["TRT01P"] == treated["TRT01A"]).all())),
            )
        )
    if rows:
        yield questions(rows)
    yield from _where_used(submission, _TREATMENT, "Treatment variables")


def _where_used(submission: Submission, pattern: re.Pattern[str], caption: str) -> Iterator[Block]:
    """Yield a table of the variables of a kind, with the datasets that have them."""
    found: dict[str, tuple[str, list[str]]] = {}
    for dataset in submission.datasets:
        for item in dataset.items:
            if pattern.fullmatch(item.name):
                found.setdefault(item.name, (item.label, []))[1].append(dataset.name)
    rows = [(name, label, listed(datasets)) for name, (label, datasets) in sorted(found.items())]
    if rows:
        yield table((Column("Variable", 1.2), Column("Label", 3), Column("Datasets", 3)), rows, caption)


def _imputations(submission: Submission) -> Iterator[Block]:
    rows = [
        (_names(method.id), Text(method.rule, code=True), method.place)
        for method in submission.methods
        if method.type == "Imputation"
    ]
    if not rows:
        yield paragraph("No value is imputed.")
        return
    yield paragraph("All derivations are in define.xml, in words and as rules. These impute parts of dates or values:")
    yield table((Column("Variable", 2), Column("Rule", 4), Column("Place in the specifications", 2)), rows)


def _names(method: str) -> str:
    """Return the variable of a method's id, with what tells its values apart after it."""
    dataset, _, rest = method.partition(".")
    variable, _, part = rest.partition(".")
    return f"{dataset}.{variable}" + (f"\n{part}" if part else "")


# 4 Creation and processing


def _processing(build: BuildResult, submission: Submission) -> Section:
    used = {name for dataset in submission.datasets for name in needs(build, dataset.name)}
    helpers = [name for name, spec in build.study.datasets.items() if not spec.output and name in used]
    split = (
        "No dataset is split by a variable. Transport files above the size limit of the package also stand in pieces "
        "in the folder split."
    )
    return Section(
        "Analysis Data Creation and Processing Issues",
        sections=(
            Section("Split Datasets", (paragraph(split),)),
            Section("Data Dependencies", tuple(_dependencies(build, submission))),
            Section("Intermediate Datasets", (_intermediate(build, helpers),)),
        ),
    )


def _dependencies(build: BuildResult, submission: Submission) -> Iterator[Block]:
    yield paragraph(
        "The order of the derivations follows from the rules, variable by variable. By datasets, this is what each one "
        "takes values from:"
    )
    rows = []
    for dataset in submission.datasets:
        found = needs(build, dataset.name)
        rows.append(
            (
                dataset.name,
                listed(name for name in found if name in build.study.adam),
                _sentence(in_words(build, [name for name in found if name not in build.study.adam])),
            )
        )
    yield table((Column("Dataset", 1), Column("Analysis datasets", 2), Column("Other data", 4)), rows)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _intermediate(build: BuildResult, helpers: list[str]) -> Block:
    if not helpers:
        return paragraph("There are no intermediate datasets.")
    rows = [
        (name, build.study.datasets[name].comment or "", listed(_users(build, name)), _subjects(build, name))
        for name in helpers
    ]
    columns = (Column("Dataset", 1.2), Column("What it is", 3), Column("Used by", 2), Column("Subjects", 1, "right"))
    return table(columns, rows, "Datasets that only other datasets use; they are not submitted")


def _users(build: BuildResult, helper: str) -> list[str]:
    return [name for name in build.study.adam if helper in needs(build, name)]


def _subjects(build: BuildResult, dataset: str) -> str:
    number = subjects(build, dataset)
    return "" if number is None else str(number)


# 8 Directories


def _directories(submission: Submission) -> Iterator[Block]:
    study = re.sub("[^a-z0-9]+", "-", submission.study.lower()).strip("-")
    home = f"m5/datasets/{study}"
    rows = [
        (f"{home}/tabulations/sdtm", "SDTM datasets, define.xml with its stylesheet, acrf.pdf, csdrg.pdf"),
        (f"{home}/analysis/adam/datasets", "Analysis datasets, define.xml with its stylesheet, adrg.pdf"),
        (f"{home}/analysis/adam/programs", "Specifications and program listings"),
    ]
    cells = ((Text(folder, code=True), text) for folder, text in rows)
    yield table((Column("Folder", 3), Column("Contents", 3)), cells)

"""Commands that build a study, check it, package it, and compare its results with a publication."""

from __future__ import annotations

import os
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crf2tlf.cli.console import Chosen, app, out, reporting, showing_progress
from crf2tlf.findings import Findings, Place

if TYPE_CHECKING:
    from crf2tlf.workflow import Outcome

CORE_HELP = "Run CDISC CORE too, by the command in CRF2TLF_CORE."


class Stop(StrEnum):
    """Where a build stops."""

    SDTM = "sdtm"
    ADAM = "adam"
    TLF = "tlf"


class Mode(StrEnum):
    """What errors do to a build."""

    SUBMISSION = "submission"
    DRAFT = "draft"


@app.command()
def build(
    stop: Annotated[Stop, typer.Argument(help="How far to build.")] = Stop.TLF,
    mode: Annotated[Mode, typer.Option(help="submission: errors stop; draft: outputs are marked.")] = Mode.SUBMISSION,
) -> None:
    """Build SDTM, ADaM, and tables, listings and figures, and write them into the study's folder."""
    from crf2tlf import workflow

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        outcome = workflow.build(
            Chosen.study,
            Chosen.raw,
            stop.value,
            mode.value,
            progress,
            findings,
            own_methods=Chosen.own_methods,
        )
    _show_written(outcome)
    if findings.errors:
        out.print("the outputs are marked DRAFT: the study has errors")
        raise typer.Exit(1)


@app.command()
def check(
    conformance: Annotated[bool, typer.Option("--conformance", help="Check the project's conformance rules.")] = False,
    core: Annotated[bool, typer.Option("--core", help=CORE_HELP)] = False,
) -> None:
    """Check specs and raw data; build everything in memory. Writes nothing but conformance.xlsx, where asked."""
    from crf2tlf import workflow
    from crf2tlf.cli.conformance import show_conformance

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        if conformance or core:
            outcome = workflow.conformance(
                Chosen.study, Chosen.raw, core_command(core), progress, findings, own_methods=Chosen.own_methods
            )
            unexplained = show_conformance(outcome)
        else:
            workflow.compute(Chosen.study, Chosen.raw, "tlf", progress, findings, own_methods=Chosen.own_methods)
            unexplained = 0
        findings.stop_on_errors()
    if unexplained:
        out.print(f"{unexplained} conformance findings that specs/conformance.yaml does not explain")
        raise typer.Exit(1)
    out.print("no errors")


@app.command()
def package(
    mode: Annotated[Mode, typer.Option(help="submission: errors stop; draft: all is marked.")] = Mode.SUBMISSION,
    core: Annotated[bool, typer.Option("--core", help=CORE_HELP)] = False,
    dataset_json: Annotated[bool, typer.Option("--dataset-json", help="Add Dataset-JSON beside m5.")] = False,
) -> None:
    """Build everything, check its conformance, and write the package for the gateway into STUDY/submission."""
    from crf2tlf import workflow

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        outcome = workflow.package(
            Chosen.study,
            Chosen.raw,
            mode.value,
            core_command(core),
            progress,
            findings,
            dataset_json=dataset_json,
            own_methods=Chosen.own_methods,
        )
    _show_written(outcome)
    if mode is Mode.DRAFT:
        out.print("the package is marked DRAFT")
    if findings.errors:
        raise typer.Exit(1)


@app.command()
def reconcile() -> None:
    """Compare the results with the published numbers; exit 1 when a row disagrees without a note."""
    from crf2tlf import workflow

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        outcome = workflow.compute(Chosen.study, Chosen.raw, "tlf", progress, findings, own_methods=Chosen.own_methods)
        if outcome.build.study.reconciliation is None:
            message = "is missing; it says which results the published numbers are compared with"
            findings.add("SPEC_REFERENCE", Place("specs/reconciliation.yaml"), message)
        rows = outcome.reconciliation
        for row in (row for row in rows if not row.agrees or row.note):
            out.print(f"{row.label}: published {row.published}, generated {row.generated}. {row.note}")
        agree, noted = sum(row.agrees for row in rows), sum(bool(row.note) and not row.agrees for row in rows)
        out.print(f"{agree + noted} of {len(rows)} rows: {agree} agree, {noted} differ with an explained note")
        findings.stop_on_errors()


@app.command()
def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.", file_okay=False)] = Path("schemas"),
) -> None:
    """Write JSON Schemas of the spec files, for editors."""
    from crf2tlf.spec.schema import write_schemas

    for path in write_schemas(folder):
        out.print(str(path))


def core_command(asked: bool) -> str | None:
    """Return the command of the CORE engine where it is asked for; without a command that is a finding later on."""
    from crf2tlf.conform import VARIABLE

    return os.environ.get(VARIABLE, "") if asked else None


def _show_written(outcome: Outcome) -> None:
    for folder, count in Counter(path.parent for path in outcome.written).items():
        out.print(f"{folder}: {count} files")
    if Chosen.verbose:
        for path in outcome.written:
            out.print(str(path))

"""``crf2tlf review``: the site for a sponsor's data review."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crf2tlf.cli.building import CORE_HELP, core_command
from crf2tlf.cli.console import Chosen, app, out, reporting, showing_progress
from crf2tlf.findings import Findings


class Language(StrEnum):
    """The language that the site opens in."""

    EN = "en"
    JA = "ja"


@app.command()
def review(
    language: Annotated[Language, typer.Option(help="The language that the site opens in.")] = Language.EN,
    against: Annotated[
        Path | None, typer.Option(exists=True, help="The raw data of an older cut: the site shows what changed since.")
    ] = None,
    core: Annotated[bool, typer.Option("--core", help=CORE_HELP)] = False,
) -> None:
    """Write the review site into STUDY/review: every number down to its CRF lines, without a server or network."""
    from crf2tlf import workflow

    findings = Findings()
    with reporting(findings), showing_progress() as progress:
        outcome = workflow.review(
            Chosen.study,
            Chosen.raw,
            language.value,
            against,
            core_command(core),
            progress,
            findings,
            own_methods=Chosen.own_methods,
        )
    out.print(f"{len(outcome.written)} files in {Chosen.study / 'review'}; open index.html")
    if findings.errors:
        out.print("the site is marked DRAFT: the study has errors")
        raise typer.Exit(1)

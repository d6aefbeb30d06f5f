"""The command that writes a made-up extract from the form specs alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crf2tlf.cli.console import Chosen, app, out, reporting
from crf2tlf.findings import Findings, StudyError


@app.command()
def simulate(
    subjects: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many subjects.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other data; the same seed, the same bytes.")] = 1,
    raw: Annotated[
        Path | None, typer.Option(help="Where to write, if not the study's raw folder.", file_okay=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
) -> None:
    """Write a plausible raw extract, made from the form specs alone. The data are synthetic: of no person."""
    from crf2tlf import workflow
    from crf2tlf.build.raw import read_forms
    from crf2tlf.simulate import simulate as simulated
    from crf2tlf.simulate import size_of, write_extract
    from crf2tlf.spec import load_study

    findings = Findings()
    with reporting(findings):
        study = load_study(Chosen.study, raw or Chosen.raw, findings)
        if study is None:
            raise StudyError(findings.items)
        extract = simulated(study, subjects, seed, findings)
        findings.stop_on_errors()
        with workflow.writing(Chosen.study, findings):
            paths = write_extract(study, extract, study.raw, findings, force=force)
        read_forms(study, findings)
        out.print(f"{study.raw}: {len(paths)} files, {size_of(extract)} records of {subjects} subjects, seed {seed}")
        out.print("the data are synthetic: drawn at random from the form specs, of no person")
        findings.stop_on_errors()

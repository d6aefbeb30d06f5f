"""``crf2tlf init``: a new study folder, from nothing or from raw data that are there."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crf2tlf.cli.console import app, reporting
from crf2tlf.findings import Findings

if TYPE_CHECKING:
    from crf2tlf.propose import NewStudy, Proposals


class DesignChoice(StrEnum):
    """The designs that there are templates for."""

    SINGLE_ARM = "single-arm"
    PARALLEL = "parallel"
    ONCOLOGY = "oncology"


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The study's folder, new or empty.", file_okay=False)],
    study_id: Annotated[str | None, typer.Option(help="The study's identifier; DIR's name if not given.")] = None,
    title: Annotated[str | None, typer.Option(help="The study's title.")] = None,
    arms: Annotated[
        list[str] | None, typer.Option(help='An arm as CODE=Name, such as "A=Drug A"; once for each arm.')
    ] = None,
    design: Annotated[
        DesignChoice | None, typer.Option(help="The kind of study; without it the number of arms decides.")
    ] = None,
    raw: Annotated[
        Path | None,
        typer.Option(help="Raw data, a folder or zip archive: copied to DIR/raw; specs are proposed.", exists=True),
    ] = None,
    accepted: Annotated[
        list[str] | None,
        typer.Option("--accept", help="Take a proposal: raw/ae, sdtm/ae, sdtm/ae.AETERM, sdtm, all."),
    ] = None,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing; examples stand for what is missing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="DIR need not be empty; its files stay as they are.")] = False,
) -> None:
    """Make a study folder that builds at once; or propose specs for raw data, and take what was proposed."""
    from crf2tlf.cli import new_folder
    from crf2tlf.workflow import writing

    findings = Findings()
    with reporting(findings), writing(folder, findings):
        if accepted:
            new_folder.accept_proposals(folder, accepted, findings)
            findings.stop_on_errors()
            return
        is_study = (folder / "specs" / "study.yaml").is_file()
        if folder.is_dir() and any(folder.iterdir()) and not force and not (is_study and raw):
            raise typer.BadParameter(f"{folder} is not empty; name a new folder, or add --force to add what is missing")
        asking = sys.stdin.isatty() and not no_input
        kind = design.value if design else None
        if raw is None:
            new_folder.write(folder, new_folder.chosen_study(folder, study_id, title, arms or [], kind, asking))
            new_folder.show_next(folder)
        else:

            def asked(made: Proposals) -> NewStudy:
                named, planned = study_id or new_folder.found_study(made), arms or new_folder.found_arms(made)
                return new_folder.chosen_study(folder, named, title, planned, kind, asking)

            new_folder.propose_specs(folder, raw, None if is_study else asked, findings)
        findings.stop_on_errors()

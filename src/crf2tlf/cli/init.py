"""``crf2tlf init``: a new study folder, from nothing or from raw data that are there."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from click import Choice

from crf2tlf.cli.console import app, out
from crf2tlf.propose import DESIGNS, NewStudy, new_study, write_study


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
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing; examples stand for what is missing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="DIR need not be empty; files in it stay as they are.")
    ] = False,
) -> None:
    """Make a study folder that builds at once; nothing that exists is overwritten."""
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise typer.BadParameter(f"{folder} is not empty; name a new folder, or add --force to fill in what is missing")
    asking = sys.stdin.isatty() and not no_input
    study = _asked(folder, study_id, title, arms or [], design.value if design else None, asking)
    written, kept = write_study(folder, study)
    for path in kept:
        out.print(f"{path}: is there and stays as it is")
    out.print(f"{folder}: {len(written)} files")
    here = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    out.print(f"next: {here}crf2tlf simulate --subjects 50 && make tlf")


def _asked(
    folder: Path, study_id: str | None, title: str | None, arms: list[str], design: str | None, asking: bool
) -> NewStudy:
    """Return the study of the flags, asking a person for what they lack."""
    named = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._").upper()[:20] or "STUDY"
    if asking and study_id is None:
        study_id = typer.prompt("Study identifier", default=named)
    if asking and design is None and not arms:
        design = typer.prompt("Design", default="parallel", type=Choice(DESIGNS))
    if asking and not arms:
        example = "A=Drug A" if design == "single-arm" else "A=Drug A, P=Placebo"
        arms = [part.strip() for part in typer.prompt("Arms, as CODE=Name", default=example).split(",")]
    usual = f"A study of {arms[0].partition('=')[2].strip() or 'Drug A'}" if arms else "A study of Drug A"
    if asking and title is None:
        title = typer.prompt("Title", default=usual)
    try:
        return new_study(study_id or named, title or usual, arms, design)  # type: ignore[arg-type]
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None

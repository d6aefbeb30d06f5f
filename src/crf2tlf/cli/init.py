"""``crf2tlf init``: a new study folder, from nothing or from raw data that are there."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crf2tlf import workflow
from crf2tlf.cli.console import app, out, reporting
from crf2tlf.files.archive import raw_folder
from crf2tlf.findings import Findings, Place
from crf2tlf.propose import (
    NewStudy,
    Proposals,
    accept,
    needed,
    new_study,
    open_proposals,
    propose,
    write_proposals,
    write_study,
)


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
    findings = Findings()
    with reporting(findings), workflow.writing(folder, findings):
        if accepted:
            _accept(folder, accepted, findings)
            findings.stop_on_errors()
            return
        is_study = (folder / "specs" / "study.yaml").is_file()
        if folder.is_dir() and any(folder.iterdir()) and not force and not (is_study and raw):
            raise typer.BadParameter(f"{folder} is not empty; name a new folder, or add --force to add what is missing")
        asking = sys.stdin.isatty() and not no_input
        kind = design.value if design else None
        if raw is None:
            _write(folder, _asked(folder, study_id, title, arms or [], kind, asking))
            out.print(f"next: {_change_to(folder)}crf2tlf simulate --subjects 50 && make tlf")
        else:

            def asked(made: Proposals) -> NewStudy:
                named, planned = study_id or _found_study(made), arms or _found_arms(made)
                return _asked(folder, named, title, planned, kind, asking)

            _propose(folder, raw, None if is_study else asked, findings)
        findings.stop_on_errors()


def _write(folder: Path, study: NewStudy) -> None:
    written, kept = write_study(folder, study)
    for path in kept:
        out.print(f"{path}: is there and stays as it is")
    out.print(f"{folder}: {len(written)} files")


def _propose(folder: Path, raw: Path, asked: Callable[[Proposals], NewStudy] | None, findings: Findings) -> None:
    """Copy the raw files, and write proposals for them; a new study's other specs too. Without a form, nothing."""
    target = folder / "raw"
    with raw_folder(raw, findings) as source:
        if source is None:
            return
        made = propose(source, findings)
        if not made.forms:
            if not findings.errors:
                message = f"{raw} has no file of a form with a subject column; nothing was written"
                findings.add("RAW_FILE_MISSING", Place("raw"), message)
            return
        study = asked(made) if asked is not None else None
        if source.resolve() != target.resolve():
            copied = _copy(source, target)
            out.print(f"{target}: {copied} files copied from {raw}")
            if {path.name for path in target.iterdir()} != {path.name for path in source.iterdir()}:
                made = propose(target, Findings())  # the study's own files and the new ones
    if study is not None:
        _write(folder, replace(study, from_raw=True, found_visits=tuple(made.visits)))
    write_proposals(folder, made.texts())
    _show(folder, made)


def _found_study(made: Proposals) -> str | None:
    """Return the study's identifier that the data have, and say where it is from."""
    if not made.study.texts:
        return None
    out.print(f"study {made.study.texts[0]}: as {', '.join(made.study.columns)} of the data has it")
    return made.study.texts[0]


def _found_arms(made: Proposals) -> list[str]:
    """Return the arms that the data have, and say where they are from."""
    if made.arms.texts:
        out.print(f"arms {', '.join(made.arms.texts)}: as {', '.join(made.arms.columns)} of the data have them")
    else:
        out.print("arms: no column tells them; without --arms those of study.yaml are an EXAMPLE to be replaced")
    return list(made.arms.texts)


def _copy(source: Path, target: Path) -> int:
    """Copy the files of a folder; one that is there stays. Return how many were copied."""
    target.mkdir(parents=True, exist_ok=True)
    files = [path for path in sorted(source.iterdir()) if path.is_file() and not path.name.startswith(".")]
    new = [path for path in files if not (target / path.name).exists()]
    for path in new:
        shutil.copyfile(path, target / path.name)
    return len(new)


def _show(folder: Path, made: Proposals) -> None:
    counts = Counter(column.confidence or "none" for column in made.columns)
    for form in made.forms:
        out.print(f"{form.extract.file}: raw.{form.name}, {form.domain or 'domain not known'} ({form.why})")
    shown = ", ".join(f"{counts[word]} {word}" for word in ("sure", "likely", "guess", "none"))
    out.print(f"{len(made.columns)} columns: {shown}")
    out.print(f"read {folder / 'specs' / 'proposed' / 'proposals.md'}; then: {_change_to(folder)}crf2tlf check")


def _accept(folder: Path, names: list[str], findings: Findings) -> None:
    for done in accept(folder, names, findings):
        out.print(f"accepted: {done}")
    for file, other in needed(folder, names):
        name = other.partition("/")[2]
        what = f"raw.{name}" if other.startswith("raw/") else name.upper()
        out.print(f"note: {file} needs {what}, still a proposal: crf2tlf init {folder} --accept {other}")
    waiting = open_proposals(folder)
    out.print(f"still proposed: {', '.join(waiting)}" if waiting else "no proposals wait")


def _change_to(folder: Path) -> str:
    return "" if folder.resolve() == Path.cwd() else f"cd {folder} && "


def _asked(
    folder: Path, study_id: str | None, title: str | None, arms: list[str], design: str | None, asking: bool
) -> NewStudy:
    """Return the study of the flags, asking a person for what they lack."""
    named = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._").upper()[:20] or "STUDY"
    if asking and study_id is None:
        study_id = typer.prompt("Study identifier", default=named)
    if asking and design is None and not arms:
        design = str(typer.prompt("Design", default="parallel", type=DesignChoice))
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

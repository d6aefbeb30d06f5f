"""The steps of ``crf2tlf init``, and what it asks and says on the way."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import typer

from crf2tlf.cli.console import out
from crf2tlf.cli.init import DesignChoice
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


def write(folder: Path, study: NewStudy) -> None:
    """Write a new study's files; what is there stays."""
    written, kept = write_study(folder, study)
    for path in kept:
        out.print(f"{path}: is there and stays as it is")
    out.print(f"{folder}: {len(written)} files")


def show_next(folder: Path) -> None:
    """Say how a new study without data goes on."""
    out.print(f"next: {_change_to(folder)}crf2tlf simulate --subjects 50 && make tlf")


def propose_specs(folder: Path, raw: Path, asked: Callable[[Proposals], NewStudy] | None, findings: Findings) -> None:
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
        write(folder, replace(study, from_raw=True, found_visits=tuple(made.visits)))
    write_proposals(folder, made.texts())
    _show(folder, made)


def found_study(made: Proposals) -> str | None:
    """Return the study's identifier that the data have, and say where it is from."""
    if not made.study.texts:
        return None
    out.print(f"study {made.study.texts[0]}: as {', '.join(made.study.columns)} of the data has it")
    return made.study.texts[0]


def found_arms(made: Proposals) -> list[str]:
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


def accept_proposals(folder: Path, names: list[str], findings: Findings) -> None:
    """Take proposals, and say what they need and what still waits."""
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


def chosen_study(
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

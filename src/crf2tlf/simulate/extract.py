"""A simulated extract: all forms of a study as tables, and as files in a raw folder."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.form_checks import VISIT_COLUMN
from crf2tlf.findings import Findings, Place
from crf2tlf.rules.parse import RuleError
from crf2tlf.simulate.columns import draw_column, draw_counts
from crf2tlf.simulate.world import World, make_world
from crf2tlf.spec import Study
from crf2tlf.spec.form import FormSpec, Visits

WRITTEN = (".csv", ".txt", ".tsv", ".dat")
"""Kinds of files that are written."""


def simulate(study: Study, subjects: int, seed: int, findings: Findings) -> dict[str, pd.DataFrame]:
    """Return a plausible extract of some subjects: for each form a table with the file's headers, all cells texts.

    The same study, number and seed give the same tables on every machine; a further form, or a further column, does not
    change the others. Missing cells are NaN. A hint that cannot be followed is a finding at its line, and leaves the
    column blank.
    """
    forms = {name: _with_visits(study, form) for name, form in study.forms.items()}
    study = replace(study, forms=MappingProxyType(forms))
    world = make_world(study, subjects, seed, findings, draw_column, draw_counts)
    return {name: _frame(world, form) for name, form in forms.items()}


def _with_visits(study: Study, form: FormSpec) -> FormSpec:
    """Return a form that names visits with the visits of the study, where it does not say so itself."""
    if form.visits or VISIT_COLUMN not in form.columns or not study.spec.tables.get("visits"):
        return form
    number = "VISITNUM" if "VISITNUM" in form.columns else None
    return form.model_copy(update={"visits": Visits(column=VISIT_COLUMN, number=number)})


def _frame(world: World, form: FormSpec) -> pd.DataFrame:
    try:
        size = world.records(form).size
    except RuleError as error:
        place = form.simulate.place if form.simulate else form.place
        world.findings.add(error.code, place, f"simulate: {error}")
        return pd.DataFrame({form.header(name): pd.Series([], dtype="str") for name in form.columns})
    cells = {name: world.cells(form, name).values for name in form.columns}
    frame = pd.DataFrame(cells, index=range(size), dtype="str")
    if form.duplicates:
        frame = frame[~frame.duplicated(list(form.duplicates.by))].reset_index(drop=True)
    return frame.rename(columns={name: form.header(name) for name in form.columns})


def write_extract(
    study: Study, extract: dict[str, pd.DataFrame], folder: Path, findings: Findings, *, force: bool = False
) -> list[Path]:
    """Write the forms' files into a folder, which is made if need be; return their paths.

    A file that is there already is only replaced with ``force``: otherwise each is a finding and nothing is written.
    Findings are OUTPUT_FILE for these, for kinds of files that cannot be written and for texts that the form's encoding
    lacks.
    """
    contents: dict[Path, bytes] = {}
    for name, frame in extract.items():
        form = study.forms[name]
        content = _content(form, frame, findings)
        path = folder / form.file
        if path.exists() and not force:
            message = "is there already; --force replaces it, --raw DIR writes elsewhere"
            findings.add("OUTPUT_FILE", Place(f"{folder.name}/{form.file}"), message)
        if content is not None:
            contents[path] = content
    findings.stop_on_errors()
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        path.write_bytes(content)
    return list(contents)


def _content(form: FormSpec, frame: pd.DataFrame, findings: Findings) -> bytes | None:
    place = Place(form.place.file or form.file)
    if Path(form.file).suffix.lower() not in WRITTEN:
        message = f"{form.file}: simulated data are written as text files; name a file such as {form.form}.csv"
        findings.add("OUTPUT_FILE", place, message)
        return None
    try:
        codecs.lookup(form.encoding)
        text: Any = frame.to_csv(index=False, sep=form.delimiter, lineterminator="\n")
        return str(text).encode(form.encoding)
    except LookupError:
        findings.add("OUTPUT_FILE", place, f"there is no encoding {form.encoding}")
    except UnicodeEncodeError as error:
        lacking = text[error.start : error.end]
        findings.add("OUTPUT_FILE", place, f"the encoding {form.encoding} lacks {lacking!r}, which a hint gives")
    return None


def size_of(extract: dict[str, pd.DataFrame]) -> int:
    """Return how many records there are in all forms."""
    return int(np.sum([len(frame) for frame in extract.values()], dtype=np.int64))

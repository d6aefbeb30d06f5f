"""A new extract against the last one, under the form specs: what has drifted, and where the specs need a change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.files.archive import raw_folder
from crf2tlf.files.raw import READABLE, read_tables
from crf2tlf.files.raw_table import RawTable
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods import CATALOGUE
from crf2tlf.methods.catalogue import unreported
from crf2tlf.spec import Study
from crf2tlf.spec.form import DATES, ColumnSpec, FormSpec

FEW_VALUES = 30
"""A text with at most so many different values in the old extract is taken as a list of choices."""
BLANK_POINTS, BLANK_RECORDS = 10, 5
"""The share of blanks has drifted by so many percentage points, if that is so many records."""
SHOWN = 8
"""Values and subjects that a drift names; the others are counted."""
RECORD_NUMBERS = r".*(SPID|SEQ|LNKID|RECNO)"
SITES = r"SITE(ID|NO|NUM|CD)?"


@dataclass(frozen=True)
class Drift:
    """One thing that is not as it was: its kind, where, what was and what is; ``spec``: the specs must be changed."""

    kind: str
    form: str
    place: str
    old: str
    new: str
    spec: bool = False


@dataclass(frozen=True)
class Extract:
    """The files of an extract and the records of its forms, by header; blanks around cells are taken off."""

    files: frozenset[str]
    forms: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def read_extract(study: Study, raw: Path, findings: Findings) -> Extract:
    """Read the extract in a raw folder or zip archive by the form specs; what cannot be read is a finding.

    A study folder stands for the raw folder in it.
    """
    inside = raw / "raw"
    with raw_folder(inside if (raw / "specs").is_dir() and inside.is_dir() else raw, findings) as folder:
        if folder is None:
            return Extract(frozenset())
        files = frozenset(path.name for path in folder.iterdir() if path.is_file())
        if not files & {form.file for form in study.forms.values()}:
            message = f"{raw} has none of the files that specs/raw names, so that there is nothing to compare"
            findings.add("RAW_FILE_MISSING", Place(raw.name), message)
        tables = read_tables(folder, [form for form in study.forms.values() if form.file in files], findings)
        forms = {name: _trimmed(table) for name, table in tables.items() if table is not None}
    return Extract(files, forms)


def _trimmed(table: RawTable) -> pd.DataFrame:
    columns = {name: table.frame[name].str.strip() for name in table.frame}
    return pd.DataFrame({name: column.where(column != "") for name, column in columns.items()}).reset_index(drop=True)


def compare_extracts(study: Study, old: Extract, new: Extract) -> tuple[Drift, ...]:
    """Return what has drifted from an extract to a later one, form by form in the order of the specs.

    A change of the specs is needed for a file or column that no spec declares, for one that is declared and gone, for a
    code or visit that the spec does not list, and for dates that no declared format reads. The rest is to be looked at.
    """
    found = [*_files(study, old, new), *_subjects(study, old, new)]
    for name, form in study.forms.items():
        if name in old.forms and name in new.forms:
            found += _form(study, form, (old.forms[name], new.forms[name]), (old, new))
        elif name in new.forms:
            found.append(Drift("records", name, "", "0", str(len(new.forms[name]))))
    return tuple(found)


def _files(study: Study, old: Extract, new: Extract) -> Iterator[Drift]:
    declared = {form.file: form.form for form in study.forms.values()}
    for name in sorted(old.files - new.files):
        if name in declared:
            yield Drift(
                "lost file", declared[name], name, "there", f"missing{nearest(name, new.files - old.files)}", True
            )
    for name in sorted(new.files - old.files):
        known = name in declared
        if known or name.lower().endswith(READABLE):
            yield Drift("new file", declared.get(name, ""), name, "missing", "there", not known)


def _subjects(study: Study, old: Extract, new: Extract) -> Iterator[Drift]:
    before, after = (_all_subjects(study, extract) for extract in (old, new))
    for kind, names in (("subjects removed", before - after), ("subjects added", after - before)):
        if names:
            yield Drift(kind, "", "", str(len(before)), f"{len(after)}: {_listed(sorted(names))}")


def _all_subjects(study: Study, extract: Extract) -> set[str]:
    found: set[str] = set()
    for name, frame in extract.forms.items():
        header = study.forms[name].header(study.forms[name].subject)
        found |= set(frame[header].dropna()) if header in frame else set()
    return found


Frames = tuple[pd.DataFrame, pd.DataFrame]


def _form(study: Study, form: FormSpec, frames: Frames, extracts: tuple[Extract, Extract]) -> Iterator[Drift]:
    yield from _columns(form, frames)
    yield from _counts(study, form, frames, extracts)
    yield from _records(form, frames)
    for name, column in form.columns.items():
        header = form.header(name)
        if header in frames[0] and header in frames[1]:
            yield from _values(form, name, column, (frames[0][header], frames[1][header]))


def _columns(form: FormSpec, frames: Frames) -> Iterator[Drift]:
    declared = {form.header(name) for name in form.columns}
    old, new = frames
    before, after = list(map(str, old)), list(map(str, new))
    gained, lost = [c for c in after if c not in before], [c for c in before if c not in after]
    for header in lost:
        guess = _renamed(header, old, new, gained)
        now = f"perhaps renamed to {guess}" if guess else "missing"
        yield Drift("lost column", form.form, header, "there", now, header in declared)
    for header in gained:
        undeclared = header not in declared and form.other_columns == "finding"
        yield Drift("new column", form.form, header, "missing", "there", undeclared)


def _renamed(header: str, old: pd.DataFrame, new: pd.DataFrame, gained: list[str]) -> str | None:
    """Return the new column that a lost one has become: one with mostly the same values, else the nearest name."""
    values = set(old[header].dropna())
    for other in gained:
        theirs = set(new[other].dropna())
        if values and theirs and len(values & theirs) > 0.8 * min(len(values), len(theirs)):
            return other
    found = re.search(r"did you mean (.*)\?\)$", nearest(header, gained))
    return found.group(1) if found else None


# Counts and records


def _counts(study: Study, form: FormSpec, frames: Frames, extracts: tuple[Extract, Extract]) -> Iterator[Drift]:
    before, after = (len(frame) for frame in frames)
    if before != after:
        yield Drift("records", form.form, "", str(before), str(after))
    if form.visits and all(form.header(form.visits.column) in frame for frame in frames):
        counted = [frame[form.header(form.visits.column)].value_counts() for frame in frames]
        yield from _fewer(form, f"visit {form.visits.column}", *counted)
    sites = [_sites(study, form, frame, extract) for frame, extract in zip(frames, extracts, strict=True)]
    yield from _fewer(form, "site", *(site.value_counts() for site in sites))


def _fewer(form: FormSpec, what: str, before: pd.Series[Any], after: pd.Series[Any]) -> Iterator[Drift]:
    """Report the groups that have fewer records than before, or are there for the first time."""
    for name in sorted({*before.index, *after.index}):
        old, new = int(before.get(name, 0)), int(after.get(name, 0))
        if new < old or not old:
            yield Drift("records", form.form, f"{what} {name}", str(old), str(new))


def _sites(study: Study, form: FormSpec, frame: pd.DataFrame, extract: Extract) -> pd.Series[Any]:
    """Return the site of each record: by the form that has the sites of the subjects."""
    for name, other in study.forms.items():
        column = next((c for c in other.columns if re.fullmatch(SITES, c, re.IGNORECASE)), None)
        theirs, subject = extract.forms.get(name), form.header(form.subject)
        if column and theirs is not None and subject in frame and {other.header(column)} <= set(theirs):
            by_subject = theirs.drop_duplicates(other.header(other.subject)).set_index(other.header(other.subject))
            return frame[subject].map(by_subject[other.header(column)])
    return pd.Series([], dtype="str")


def record_keys(form: FormSpec) -> tuple[str, ...]:
    """Return the columns that tell the records of a form apart; none where its spec does not tell."""
    if form.repeats == "once":
        return (form.subject,)
    if form.repeats == "visit" and form.visits:
        return (form.subject, form.visits.column, *([form.item] if form.item else []))
    numbered = [name for name in form.columns if re.fullmatch(RECORD_NUMBERS, name, re.IGNORECASE)]
    visit = (form.visits.column,) if form.visits else ()
    tells = form.item or (numbered[0] if numbered else None)
    return (form.subject, *visit, tells) if tells else ()


def _records(form: FormSpec, frames: Frames) -> Iterator[Drift]:
    keys = [form.header(name) for name in record_keys(form)]
    if not keys or any(key not in frame for key in keys for frame in frames):
        return
    old, new = (frame.drop_duplicates(keys).set_index(keys) for frame in frames)
    if any(len(frame) < len(given) for frame, given in zip((old, new), frames, strict=True)):
        yield Drift("keys", form.form, ", ".join(keys), "", "records share these keys; the first is compared")
    gone = old.index.difference(new.index)
    if len(gone):
        shown = _listed([" ".join(map(str, k)) if isinstance(k, tuple) else str(k) for k in gone])
        yield Drift("records removed", form.form, "", str(len(old)), f"{len(gone)} removed: {shown}")
    both = old.index.intersection(new.index)
    for header in map(str, old.columns.intersection(new.columns, sort=False)):
        one, other = (frame[header].loc[both].fillna("").to_numpy() for frame in (old, new))
        changed = np.flatnonzero(one != other)
        if len(changed):
            first = f"{one[changed[0]] or 'blank'} → {other[changed[0]] or 'blank'}"
            yield Drift("values changed", form.form, header, str(len(both)), f"{len(changed)} changed, first {first}")


# Values of a column


def _values(
    form: FormSpec, name: str, column: ColumnSpec, values: tuple[pd.Series[Any], pd.Series[Any]]
) -> Iterator[Drift]:
    old, new = values
    header = form.header(name)
    yield from _new_values(form, name, column, old, new)
    if column.kind in (*DATES, "time"):
        yield from _formats(form, header, column, old, new)
    elif column.kind != "code":
        yield from _numbers(form, header, old, new)
    blanks = [series.isna().mean() * 100 if len(series) else 0.0 for series in values]
    moved = abs(blanks[1] - blanks[0])
    if len(old) and len(new) and moved >= BLANK_POINTS and moved / 100 * len(new) >= BLANK_RECORDS:
        yield Drift("blanks", form.form, header, f"{blanks[0]:.0f} %", f"{blanks[1]:.0f} %")


def _new_values(
    form: FormSpec, name: str, column: ColumnSpec, old: pd.Series[Any], new: pd.Series[Any]
) -> Iterator[Drift]:
    header, known = form.header(name), set(old.dropna())
    unseen = sorted(set(new.dropna()) - known)
    if column.codes:
        codes = {code.casefold() for code in column.codes}
        unlisted = [value for value in unseen if value.casefold() not in codes]
        listed = [value for value in unseen if value.casefold() in codes]
        if unlisted:
            yield Drift("new code", form.form, header, "not in the spec", _listed(unlisted), True)
        if listed:
            yield Drift("code seen first", form.form, header, "in the spec", _listed(listed))
    elif form.visits and name == form.visits.column:
        planned = {visit.casefold() for visit in form.visits.schedule}
        strange = [value for value in unseen if planned and value.casefold() not in planned]
        if strange:
            yield Drift(
                "new visit", form.form, header, "not scheduled", _listed(strange), form.visits.others == "finding"
            )
    elif column.kind == "text" and name != form.subject and unseen and _are_choices(old):
        yield Drift("new value", form.form, header, f"{len(known)} values", _listed(unseen))


def _are_choices(values: pd.Series[Any]) -> bool:
    """Whether texts look like a list of choices: few different ones, each of them often, and not only numbers."""
    given = values.dropna()
    few = 0 < given.nunique() <= FEW_VALUES and given.nunique() < len(given) / 2
    return few and not _read(given).notna().all()


def _numbers(form: FormSpec, header: str, old: pd.Series[Any], new: pd.Series[Any]) -> Iterator[Drift]:
    """Report numbers outside those seen before, and texts where there were only numbers."""
    before, after = _read(old.dropna()), _read(new.dropna())
    if not len(before) or before.isna().any() or not len(after):
        return
    texts = sorted(set(new.dropna()[after.isna()]))
    if texts:
        yield Drift("type", form.form, header, "numbers", f"texts: {_listed(texts)}")
    low, high = before.min(), before.max()
    outside = after[(after < low) | (after > high)]
    names = re.fullmatch(RECORD_NUMBERS, header, re.IGNORECASE) or old.str.match("0[0-9]").any()  # 01 names a site
    if len(outside) and not names and header != form.header(form.subject):
        now = f"{len(outside)} outside, {after.min():g} to {after.max():g}"
        yield Drift("range", form.form, header, f"{low:g} to {high:g}", now)


def _read(values: pd.Series[Any]) -> pd.Series[Any]:
    found: pd.Series[Any] = CATALOGUE["number"].function(values, report=unreported)
    return found


def _formats(
    form: FormSpec, header: str, column: ColumnSpec, old: pd.Series[Any], new: pd.Series[Any]
) -> Iterator[Drift]:
    """Report the share of dates in each declared format where a format appears or is gone, and what none reads."""
    shares = [_by_format(series, column.formats) for series in (old, new)]
    for layout in (*column.formats, ""):
        before, after = (len(share.get(layout, ())) for share in shares)
        if layout and bool(before) != bool(after) and len(new.dropna()):
            yield Drift("date format", form.form, header, f"{before} as {layout}", f"{after} as {layout}")
        elif not layout and after and sorted(set(shares[1][""]) - set(shares[0].get("", ()))):
            unread = sorted(set(shares[1][""]) - set(shares[0].get("", ())))
            yield Drift("date format", form.form, header, " or ".join(column.formats), _listed(unread), True)


def _by_format(values: pd.Series[Any], formats: Iterable[str]) -> dict[str, list[str]]:
    """Return the dates by the first format that reads them; under the empty text those that none reads."""
    left = values.dropna()
    found: dict[str, list[str]] = {}
    for layout in formats:
        bad = pd.Series(False, index=left.index)

        def report(mask: Any, *_: Any, bad: pd.Series[Any] = bad) -> None:
            bad[:] = bad.to_numpy() | np.asarray(mask, dtype=bool)

        CATALOGUE["iso8601"].function(left, formats=(layout,), report=report)
        found[layout] = left[~bad].tolist()
        left = left[bad]
    found[""] = left.tolist()
    return found


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return ", ".join(values[:SHOWN]) + more

"""A workbook into spec files: what would change, checked before anything is written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from crf2tlf.build.codelists import check_codelists
from crf2tlf.build.plan import plan
from crf2tlf.files.atomic import staged
from crf2tlf.findings import Finding, Findings, Place, Severity, StudyError
from crf2tlf.spec import Study, load_study
from crf2tlf.spec.analysis import AnalysisSpec
from crf2tlf.spec.conformance import ConformanceSpec
from crf2tlf.spec.load import spec_files
from crf2tlf.spec.located import LocatedMap, load_yaml, yaml_value
from crf2tlf.spec.study import CodelistsSpec
from crf2tlf.spec.validation import validate
from crf2tlf.workbook.annotate import with_notes
from crf2tlf.workbook.changes import Change, changes_between
from crf2tlf.workbook.complete import complete, is_own, require
from crf2tlf.workbook.digests import report_changed_information
from crf2tlf.workbook.fold import fold
from crf2tlf.workbook.read import read_book
from crf2tlf.workbook.sheets import own_key
from crf2tlf.workbook.skeleton import skeleton
from crf2tlf.workbook.skeleton_variables import Notes
from crf2tlf.workbook.unfold import root_of, unfold
from crf2tlf.workbook.values import plain, same
from crf2tlf.workbook.yaml_edit import UneditableError, edited, whole_file


@dataclass(frozen=True)
class Import:
    """What a workbook changes: values, and the new text of each file that changes (None: it goes)."""

    changes: tuple[Change, ...]
    texts: Mapping[str, str | None]


def prepare_import(root: Path, workbook: Path, findings: Findings, *, draft: bool = False) -> Import:
    """Return what a workbook changes in the specs of a study folder; nothing is written.

    Raises :class:`StudyError` when the workbook or the specs that it makes have errors. Errors of rules that the specs
    had before do not count; with ``draft`` no error of a rule does.
    """
    old = read_specs(root, findings)
    book = read_book(workbook, findings)
    if book is None:
        raise StudyError(findings.items)
    before = unfold(old)
    as_it_is = fold(before, Findings())
    notes: dict[str, Notes] = {}
    if is_own(book):
        report_changed_information(book, findings)
        complete(book, before, workbook.name, findings)
        trees = fold(book, findings)
    else:
        require(book, ("Datasets", "Variables"), workbook.name, findings)
        trees, notes = skeleton(book, as_it_is, workbook.name, findings)
    study = _study(root, trees, workbook.name, findings)
    findings.stop_on_errors()
    then = {name: plain(tree) for name, tree in as_it_is.items()}
    now = {name: plain(tree) for name, tree in trees.items()}
    if study is not None and is_own(book) and not same(then, now):
        _check_rules(root, study, findings, draft=draft)
    texts = _texts(root, then, now, findings)
    for name, text in texts.items():
        if text is not None and name in notes:
            texts[name] = with_notes(text, notes[name], new=name not in then)
    _load_copy(root, texts, findings)
    findings.stop_on_errors()
    return Import(changes_between(then, now), texts)


def apply_import(root: Path, prepared: Import) -> list[Path]:
    """Write the files of an import and return their paths; each is replaced as a whole, or none."""
    gone = {Path(name) for name, text in prepared.texts.items() if text is None}
    with staged(root / "specs", lambda path: path not in gone) as folder:
        for name, text in prepared.texts.items():
            if text is not None:
                _write(folder / name, text)
    return [root / "specs" / name for name in prepared.texts]


def read_specs(root: Path, findings: Findings) -> dict[str, LocatedMap]:
    """Return the spec files of a study folder by their path in specs/; none where there is no such folder.

    Raises :class:`StudyError` when they cannot be loaded: what they say cannot be compared then.
    """
    specs = root / "specs"
    files = [*spec_files(specs), *(p for name in ("raw", "sdtm", "adam", "tlf") for p in spec_files(specs / name))]
    found: dict[str, LocatedMap] = {}
    for path in files:
        name = path.relative_to(specs).as_posix()
        kind = root_of(name)
        tree = load_yaml(path, f"specs/{name}", findings) if kind else None
        if kind and tree is not None and validate(kind.model, tree, findings) is not None:
            found[name] = tree
    findings.stop_on_errors()
    return found


def _study(root: Path, trees: Mapping[str, LocatedMap], workbook: str, findings: Findings) -> Study | None:
    """Return the study that the workbook describes; what is wrong with it is found at its cell."""
    if "study.yaml" not in trees:
        findings.add("WORKBOOK_SHEET", Place(workbook), "the sheet Study is missing; it says what the study is")
    models: dict[str, dict[str, Any]] = {}
    for name, tree in trees.items():
        kind = root_of(name)
        assert kind is not None
        model = validate(kind.model, tree, findings)
        folder = name.partition("/")[0] if "/" in name else "."
        if model is not None:
            models.setdefault(folder, {})[str(tree.get(own_key(kind), name)) if kind.table else kind.name] = model
    one = models.get(".", {})
    if findings.errors or "study" not in one:
        return None
    frozen = MappingProxyType
    return Study(
        root,
        root / "raw",
        one["study"],
        one.get("codelists") or CodelistsSpec(),
        frozen(models.get("raw", {})),
        frozen(models.get("sdtm", {})),
        frozen(models.get("adam", {})),
        frozen(models.get("tlf", {})),
        one.get("analysis") or AnalysisSpec(),
        one.get("reconciliation"),
        one.get("conformance") or ConformanceSpec(),
    )


def _check_rules(root: Path, study: Study, findings: Findings, *, draft: bool) -> None:
    """Report what is wrong with rules, at their cells; what was wrong before weighs no more than a warning."""
    known: set[tuple[str, str]] = set()
    quiet = Findings()
    before = load_study(root, None, quiet) if (root / "specs").is_dir() else None
    if before is not None:
        _check_names(before, quiet)
        known = {(item.code, item.message) for item in quiet}
    found = Findings(study.spec.severity)
    _check_names(study, found)
    for item in found:
        lenient = draft or (item.code, item.message) in known
        weight = Severity.WARNING if lenient and item.severity is Severity.ERROR else item.severity
        _report(findings, replace(item, severity=weight))


def _check_names(study: Study, findings: Findings) -> None:
    """Report what is wrong with rules, and codelists that do not exist."""
    plan(study, findings)
    check_codelists(study, findings)


def _report(findings: Findings, item: Finding) -> None:
    places = item.records
    findings.add(item.code, item.place, item.message, severity=item.severity, records=places, count=item.count)


def _texts(root: Path, then: Mapping[str, Any], now: Mapping[str, Any], findings: Findings) -> dict[str, str | None]:
    """Return the new text of every file that changes."""
    texts: dict[str, str | None] = {}
    for name in (*then, *(name for name in now if name not in then)):
        if name not in now:
            texts[name] = None
        elif name not in then:
            texts[name] = whole_file(in_model_order(name, now[name]))
        elif not same(then[name], now[name]):
            texts[name] = _edited(root / "specs" / name, name, then[name], now[name], findings)
    return texts


def _edited(path: Path, name: str, old: Any, new: Any, findings: Findings) -> str:
    """Return a file's text with its changes; one whose layout does not let them be made is written anew."""
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        result = edited(text, old, new)
        if _says(name, result, new):
            return result
        reason = "of its layout"
    except (UneditableError, ValueError) as error:
        reason = str(error)
    message = f"is written anew and loses its comments, because {reason}"
    findings.add("WORKBOOK_FILE", Place(f"specs/{name}"), message, severity=Severity.WARNING)
    return whole_file(in_model_order(name, new))


def _says(name: str, text: str, value: Any) -> bool:
    """Whether a spec file with this text says the given value."""
    tree = yaml_value(text, Place(name))
    found = fold(unfold({name: tree}), Findings()).get(name) if isinstance(tree, LocatedMap) else None
    return found is not None and same(plain(found), value)


def in_model_order(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a file's value with its keys in the order in which the model lists them."""
    kind = root_of(name)
    assert kind is not None
    order = [info.alias or key for key, info in kind.model.model_fields.items()]
    return {key: value[key] for key in sorted(value, key=order.index)}


def _load_copy(root: Path, texts: Mapping[str, str | None], findings: Findings) -> None:
    """Load the specs as they will be, from a copy; the specs in the study folder stay as they are."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "specs"
        if (root / "specs").is_dir():
            shutil.copytree(root / "specs", folder)
        for name, text in texts.items():
            if text is None:
                (folder / name).unlink(missing_ok=True)
            else:
                _write(folder / name, text)
        folder.mkdir(exist_ok=True)
        found = Findings()
        load_study(Path(scratch), None, found)
        for item in found:
            if item.severity is Severity.ERROR:
                _report(findings, item)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)


__all__ = ["Import", "StudyError", "apply_import", "prepare_import", "read_specs"]

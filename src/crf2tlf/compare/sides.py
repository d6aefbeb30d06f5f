"""What stands on one side of a comparison: the datasets of a study, a folder, a file, or the forms of raw data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from crf2tlf.compare.table import EXTENSIONS, Table, read_table
from crf2tlf.files.archive import raw_folder
from crf2tlf.files.dataset_json import read_dataset_json
from crf2tlf.files.raw import read_tables
from crf2tlf.findings import Findings
from crf2tlf.spec import Study, load_study

BUILT = ("sdtm", "adam")
RESULTS = "tlf/results.json"
_START = 4_096
_NAMESPACE = "{http://www.cdisc.org/ns/odm/v1.3}"


@dataclass(frozen=True)
class Side:
    """The datasets of one side by name, each read when asked for, and the keys that are stated for them."""

    tables: Mapping[str, Callable[[], Table | None]]
    keys: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    """For a dataset its keys, and what states them."""
    results: Path | None = None


def open_side(path: Path, findings: Findings) -> Side:
    """Return what stands on a side.

    A file is one dataset. A folder with ``sdtm`` or ``adam`` in it is a study: the datasets there, and
    ``tlf/results.json``. Any other folder holds datasets. Their names are those of the files. Keys are stated by the
    specs of the study, else by a define.xml beside the datasets, else by Dataset-JSON.
    """
    if path.is_file():
        files = {path.stem.upper(): path}
        folders = [path.parent]
    else:
        folders = [path / name for name in BUILT if (path / name).is_dir()] or [path]
        files = {name: file for folder in folders for name, file in _datasets_in(folder).items()}
    root = next((p for p in (path, *folders, folders[0].parent) if (p / "specs").is_dir()), None)
    keys: dict[str, tuple[tuple[str, ...], str]] = {name: (k, "Dataset-JSON") for name, k in _keys_in_json(files)}
    for folder in folders:
        keys |= {name: (stated, "define.xml") for name, stated in _keys_in_define(folder / "define.xml").items()}
    if root is not None and (study := load_study(root, None, Findings())) is not None:
        keys |= {name: (dataset.keys, "specs") for name, dataset in study.datasets.items()}
    results = path / RESULTS
    return Side(
        {name: _reader(file, name, path, findings) for name, file in files.items()},
        keys,
        results if results.is_file() else None,
    )


def open_forms(path: Path, study: Study, findings: Findings) -> Side:
    """Return the forms of a study as a side, read from a raw folder or archive."""
    with raw_folder(path, findings) as folder:
        present = [f for f in study.forms.values() if folder and (folder / f.file).is_file()]
        tables = read_tables(folder, present, findings) if folder else {}
    forms = {name: Table(name, table.frame) for name, table in tables.items() if table is not None}
    keys = {
        form.form: (tuple(map(form.header, form.duplicates.by)), "duplicates.by of the form")
        for form in study.forms.values()
        if form.duplicates
    }
    return Side({name: _given(table) for name, table in forms.items()}, keys)


def _given(table: Table) -> Callable[[], Table | None]:
    return lambda: table


def _reader(file: Path, name: str, side: Path, findings: Findings) -> Callable[[], Table | None]:
    shown = file.name if file == side else f"{side.name}/{file.relative_to(side).as_posix()}"
    return lambda: read_table(file, name, findings, shown=shown)


def _datasets_in(folder: Path) -> dict[str, Path]:
    """Return the datasets of a folder; of files with one name the first kind, in the order of their names."""
    files = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in EXTENSIONS and _is_dataset(p)]
    names = sorted({p.stem.upper() for p in files})
    by_kind = sorted(files, key=lambda p: EXTENSIONS.index(p.suffix.lower()))
    return {name: next(p for p in by_kind if p.stem.upper() == name) for name in names}


def _is_dataset(path: Path) -> bool:
    """Return whether a file holds a dataset: JSON has to say so, and the ledger of a build is none."""
    if path.suffix.lower() in (".json", ".ndjson"):
        with path.open("rb") as file:
            return b"datasetJSONVersion" in file.read(_START)
    return path.is_file() and path.name != "ledger.csv"


def _keys_in_json(files: Mapping[str, Path]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the keys that Dataset-JSON files state, where there is no other file of the dataset."""
    found = []
    for name, path in files.items():
        if path.suffix.lower() not in (".json", ".ndjson"):
            continue
        try:
            columns = read_dataset_json(path)[1].columns
        except (ValueError, OSError):
            continue  # the reader of the dataset reports it
        keys = sorted((c.key, c.name) for c in columns if c.key)
        if keys:
            found.append((name, tuple(name for _, name in keys)))
    return found


def _keys_in_define(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the keys of datasets by a define.xml; none if it is not there or cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.parse(str(path), parser).getroot()
    except (OSError, etree.XMLSyntaxError):
        return {}
    names = {item.get("OID"): item.get("Name", "") for item in root.iter(f"{_NAMESPACE}ItemDef")}
    keys = {}
    for group in root.iter(f"{_NAMESPACE}ItemGroupDef"):
        numbered = [
            (int(ref.get("KeySequence", "0")), names.get(ref.get("ItemOID"), ""))
            for ref in group.iter(f"{_NAMESPACE}ItemRef")
            if ref.get("KeySequence", "").isdigit()
        ]
        keys[group.get("Name", "").upper()] = tuple(name for _, name in sorted(numbered))
    return {name: stated for name, stated in keys.items() if stated}

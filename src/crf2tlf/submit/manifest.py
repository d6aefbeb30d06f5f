"""The manifest: every file of a package with its size and SHA-256, and what the package was made from.

``manifest.sha256`` is in the form that ``sha256sum -c`` reads; ``manifest.json`` also has the facts. Neither has a time
or a name of a machine in it, so the same study gives the same manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from crf2tlf.files.json import json_text
from crf2tlf.findings import Findings, Place

SUMS, FACTS = "manifest.sha256", "manifest.json"


@dataclass(frozen=True)
class Entry:
    """A file: its path inside the folder, its size in bytes and its SHA-256 in hexadecimal digits."""

    path: str
    size: int
    sha256: str


def entries(folder: Path, files: Iterable[Path] | None = None) -> tuple[Entry, ...]:
    """Return the files in a folder (all of them if not given), sorted by their paths."""
    chosen = [path for path in folder.rglob("*") if path.is_file()] if files is None else list(files)
    return tuple(_entry(folder, path) for path in sorted(chosen, key=lambda path: path.relative_to(folder).as_posix()))


def _entry(folder: Path, path: Path) -> Entry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Entry(path.relative_to(folder).as_posix(), path.stat().st_size, digest)


def write_manifest(folder: Path, facts: Mapping[str, object]) -> list[Path]:
    """Write both manifests of the files that are in a folder now; ``facts`` come first in ``manifest.json``."""
    for name in (SUMS, FACTS):
        (folder / name).unlink(missing_ok=True)
    listed = {**facts, "files": [asdict(entry) for entry in entries(folder)]}
    (folder / FACTS).write_text(json_text(listed), encoding="utf-8", newline="\n")
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries(folder))
    (folder / SUMS).write_text(sums, encoding="utf-8", newline="\n")
    return [folder / FACTS, folder / SUMS]


def verify_manifest(folder: Path, findings: Findings) -> None:
    """Report every file that the manifest lists and the folder lacks, that differs from it, or that it lacks.

    Finding: SUBMIT_MANIFEST, also where there is no manifest or it cannot be read.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        listed = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
        sizes = {file["path"]: file["size"] for file in json.loads((folder / FACTS).read_text("utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        findings.add("SUBMIT_MANIFEST", Place(SUMS), f"cannot be read: {error}; make the package again")
        return
    found = {entry.path: entry for entry in entries(folder) if entry.path != SUMS}
    for path in sorted(listed.keys() - found.keys()):
        findings.add("SUBMIT_MANIFEST", Place(path), "is in the manifest and not in the folder")
    for path in sorted(found.keys() - listed.keys()):
        findings.add("SUBMIT_MANIFEST", Place(path), "is in the folder and not in the manifest")
    for path in sorted(found.keys() & listed.keys()):
        entry = found[path]
        if entry.sha256 != listed[path] or entry.size != sizes.get(path, entry.size):
            message = f"has another content than the manifest says: SHA-256 {entry.sha256}, {entry.size} bytes"
            findings.add("SUBMIT_MANIFEST", Place(path), message)

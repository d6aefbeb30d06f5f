"""A zip archive in place of the raw folder: unpacked within limits into a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo

from crf2tlf.findings import Findings, Place

LARGEST = 8 * 2**30
"""Bytes that an archive may hold when unpacked."""
LARGEST_UNCHECKED = 64 * 2**20
LARGEST_RATIO = 300
"""How many times its packed size a file above ``LARGEST_UNCHECKED`` bytes may have; text hardly packs better."""

_ENCRYPTED = 0x1
_NOT_DATA = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@contextmanager
def raw_folder(path: Path, findings: Findings) -> Iterator[Path | None]:
    """Give the folder with the raw files: ``path`` itself, or what a zip archive holds, unpacked for the time being.

    The archive's files are at its top, or in one folder that holds them all. Gives None if there is nothing to read.
    Findings: RAW_FILE_MISSING (neither folder nor file), RAW_FILE_FORMAT (no zip archive, a damaged or encrypted one,
    paths that lead out of it, links, files that would fill the disk). An entry with a fault is not unpacked.
    """
    if path.is_dir():
        yield path
    elif not path.is_file():
        findings.add("RAW_FILE_MISSING", Place(path.name), f"there is no raw folder {path}, and no zip archive")
        yield None
    else:
        with TemporaryDirectory() as scratch:
            folder = Path(scratch)
            yield folder if _unpack(path, folder, findings) else None


def size_fault(entries: list[ZipInfo]) -> str | None:
    """Return why an archive must not be unpacked, judged by the sizes that it states, or None."""
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST:
        return f"it would unpack to {total:,} bytes, more than {LARGEST:,}"
    for entry in entries:
        if entry.file_size > LARGEST_UNCHECKED and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
            return f"{entry.filename} would unpack to {entry.file_size:,} bytes from {entry.compress_size:,}"
    return None


def _unpack(path: Path, folder: Path, findings: Findings) -> bool:
    """Unpack the archive's data files into a folder; return whether the archive can be read at all."""
    place = Place(path.name)
    try:
        with ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and _is_data(entry)]
            if fault := size_fault(entries):
                findings.add("RAW_FILE_FORMAT", place, f"the archive is not unpacked: {fault}")
                return False
            safe = [entry for entry in entries if _is_safe(entry, place, findings)]
            for entry, name in _named(safe):
                if name:
                    _extract(archive, entry, folder / name, place, findings)
                else:
                    message = f"{entry.filename} is in a folder of the archive, where no form's file is read from"
                    findings.add("RAW_FILE_EXTRA", place, message)
    except (BadZipFile, OSError, NotImplementedError, UnicodeError) as problem:
        findings.add("RAW_FILE_FORMAT", place, f"the file is no zip archive that can be read ({problem})")
        return False
    return True


def _is_data(entry: ZipInfo) -> bool:
    return not any(part in _NOT_DATA for part in PurePosixPath(entry.filename).parts)


def _is_safe(entry: ZipInfo, place: Place, findings: Findings) -> bool:
    """Report an entry that leads out of the archive, is a link, or is encrypted."""
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    fault = ""
    if name.startswith("/") or ".." in parts or ":" in name or any(not c.isprintable() for c in name):
        fault = "its path leads out of the archive, or is none that every system takes"
    elif stat.S_ISLNK(entry.external_attr >> 16):
        fault = "it is a link, not a file"
    elif entry.flag_bits & _ENCRYPTED:
        fault = "it is encrypted; unpack the archive with its password, and name the folder"
    if fault:
        findings.add("RAW_FILE_FORMAT", place, f"{entry.filename} is not read: {fault}")
    return not fault


def _named(entries: list[ZipInfo]) -> Iterator[tuple[ZipInfo, str]]:
    """Yield the entries with their file names; those deeper than the top, or the one top folder, have none."""
    paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
    tops = {path.parts[0] for path in paths}
    level = 2 if len(tops) == 1 and all(len(path.parts) > 1 for path in paths) else 1
    for entry, path in zip(entries, paths, strict=True):
        yield entry, path.name if len(path.parts) == level else ""


def _extract(archive: ZipFile, entry: ZipInfo, target: Path, place: Place, findings: Findings) -> None:
    """Unpack one file; no more bytes are taken than the archive states, which :func:`size_fault` has judged."""
    if target.exists():
        findings.add("RAW_FILE_FORMAT", place, f"the archive holds more than one file {entry.filename}")
        return
    try:
        with archive.open(entry) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file)
    except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as problem:
        target.unlink(missing_ok=True)
        findings.add("RAW_FILE_FORMAT", place, f"{entry.filename} is damaged or packed in an unknown way ({problem})")

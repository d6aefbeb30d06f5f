"""Replacing the files of an output folder only when the new ones are complete.

Outputs are written to a folder beside the real one and moved into place at the end, each by a rename, which either
happens or does not. Whatever fails before that leaves the last good outputs untouched; if the process is killed while
the files are being moved, each file is whole, an old one or a new one.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Keep = Callable[[Path], bool]
"""Says of a file, by its path inside the folder, whether it stays although the new set lacks it."""

STAGING = re.compile(r"^\.(.+)-[^-]+\.staged$")
"""The name of a folder where outputs wait; the group is the folder that they are for."""


@contextmanager
def staged(folder: Path, keep: Keep) -> Iterator[Path]:
    """Give an empty folder to write new outputs to; when the block ends well they become the files of ``folder``.

    The folder given is beside ``folder``, on the same disk, and is gone afterwards. If the block raises, ``folder``
    stays as it was. See :func:`replace_folder_files` for what ``keep`` says.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=".staged", dir=folder.parent))
    try:
        yield staging
        replace_folder_files(staging, folder, keep)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def replace_folder_files(staging: Path, folder: Path, keep: Keep) -> None:
    """Move every file of ``staging`` to its place in ``folder``, then remove the files that ``staging`` lacked.

    Both folders are on one disk; sub-folders are kept. A file that the new set lacks is removed unless ``keep``
    answers True for its path inside the folder; folders left empty go too. Links are replaced or removed, never
    followed. Raises FileExistsError, before anything is moved, if a folder stands where a file should go or a file
    where a folder should.
    """
    new = _files(staging)
    for file in new:
        _refuse_obstacle(folder, file)
    folder.mkdir(parents=True, exist_ok=True)
    for file in new:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / file, folder / file)
    for file in set(_files(folder)) - set(new):
        if not keep(file):
            (folder / file).unlink()
            _remove_empty_parents(folder, file)


def _files(folder: Path) -> list[Path]:
    """The files and links in a folder and its sub-folders, by their paths inside it, sorted."""
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        linked = [name for name in folders if (here / name).is_symlink()]
        found += [(here / name).relative_to(folder) for name in [*files, *linked]]
    return sorted(found)


def _refuse_obstacle(folder: Path, file: Path) -> None:
    target = folder / file
    if target.is_dir() and not target.is_symlink():
        raise FileExistsError(errno.EEXIST, "a folder stands where a file is to be written", str(target))
    for parent in file.parents:
        if (folder / parent).exists() and not (folder / parent).is_dir():
            raise FileExistsError(errno.EEXIST, "a file stands where a folder is needed", str(folder / parent))


def _remove_empty_parents(folder: Path, file: Path) -> None:
    """Remove the sub-folders of a removed file that hold nothing any more."""
    for parent in file.parents:
        path = folder / parent
        if path == folder or any(path.iterdir()):
            return
        path.rmdir()

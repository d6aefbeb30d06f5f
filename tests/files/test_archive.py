"""The raw folder as a zip archive: what is unpacked, and what is refused."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from crf2tlf.files.archive import raw_folder
from crf2tlf.findings import Findings


def unpacked(path: Path):
    """The files with their contents (None: nothing to read), and the findings as (code, place)."""
    findings = Findings()
    with raw_folder(path, findings) as folder:
        found = None if folder is None else {p.name: p.read_text() for p in sorted(folder.iterdir())}
    return found, [f.code for f in findings], [str(f) for f in findings]


def archive(folder: Path, **files: str) -> Path:
    path = folder / "raw.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name.replace("__", "/"), content)
    return path


# what the archive holds, what is unpacked, findings
HELD = [
    ({"ae.csv": "a", "dm.csv": "d"}, {"ae.csv": "a", "dm.csv": "d"}, []),
    ({"export__ae.csv": "a", "export__dm.csv": "d"}, {"ae.csv": "a", "dm.csv": "d"}, []),  # one top folder
    ({"ae.csv": "a", "notes__x.csv": "x"}, {"ae.csv": "a"}, ["RAW_FILE_EXTRA"]),
    ({"ae.csv": "a", "__MACOSX__.ae.csv".lstrip("_"): "m"}, {"ae.csv": "a"}, ["RAW_FILE_EXTRA"]),
    ({"ae.csv": "a", "..__ae.csv": "evil"}, {"ae.csv": "a"}, ["RAW_FILE_FORMAT"]),
    ({"__tmp__evil.csv": "evil", "ae.csv": "a"}, {"ae.csv": "a"}, ["RAW_FILE_FORMAT"]),
    ({"C:\\evil.csv": "evil", "ae.csv": "a"}, {"ae.csv": "a"}, ["RAW_FILE_FORMAT"]),
    ({"..\\evil.csv": "evil", "ae.csv": "a"}, {"ae.csv": "a"}, ["RAW_FILE_FORMAT"]),
]


@pytest.mark.parametrize(("files", "expected", "codes"), HELD)
def test_what_is_unpacked(tmp_path, files, expected, codes):
    assert unpacked(archive(tmp_path, **files))[:2] == (expected, codes)
    assert list(tmp_path.rglob("evil*")) == []


def test_a_folder_is_read_as_it_is(tmp_path):
    (tmp_path / "ae.csv").write_text("a")
    assert unpacked(tmp_path) == ({"ae.csv": "a"}, [], [])


def test_nothing_there(tmp_path):
    assert unpacked(tmp_path / "raw")[:2] == (None, ["RAW_FILE_MISSING"])


def test_no_archive(tmp_path):
    (tmp_path / "raw.zip").write_text("A,B\n")
    assert unpacked(tmp_path / "raw.zip")[:2] == (None, ["RAW_FILE_FORMAT"])


def test_what_the_system_adds_is_skipped(tmp_path):
    with zipfile.ZipFile(tmp_path / "raw.zip", "w") as new:
        for name in ("raw/ae.csv", "__MACOSX/raw/._ae.csv", "raw/.DS_Store"):
            new.writestr(name, "a")
    assert unpacked(tmp_path / "raw.zip")[:2] == ({"ae.csv": "a"}, [])


def test_a_link_is_not_followed(tmp_path):
    entry = zipfile.ZipInfo("ae.csv")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "raw.zip", "w") as new:
        new.writestr(entry, "/etc/passwd")
    found, codes, texts = unpacked(tmp_path / "raw.zip")
    assert (found, codes) == ({}, ["RAW_FILE_FORMAT"])
    assert "it is a link" in texts[0]


def test_an_encrypted_entry(tmp_path):
    content = bytearray(archive(tmp_path, **{"ae.csv": "a", "dm.csv": "d"}).read_bytes())
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + at] |= 1
    (tmp_path / "raw.zip").write_bytes(bytes(content))
    found, codes, texts = unpacked(tmp_path / "raw.zip")
    assert (found, codes) == ({"dm.csv": "d"}, ["RAW_FILE_FORMAT"])
    assert "ae.csv is not read: it is encrypted" in texts[0]


def test_a_bomb_is_not_unpacked(tmp_path):
    found, codes, texts = unpacked(archive(tmp_path, **{"ae.csv": "0" * (100 * 2**20)}))
    assert (found, codes) == (None, ["RAW_FILE_FORMAT"])
    assert "would unpack to 104,857,600 bytes" in texts[0]


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = archive(tmp_path, **{"ae.csv": "0" * (2 * 2**20)})
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = content.index(signature) + at
        content[start : start + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    found, codes, _ = unpacked(path)
    assert (found, codes) == ({}, ["RAW_FILE_FORMAT"])


def test_a_damaged_archive_is_no_traceback(tmp_path):
    content = archive(tmp_path, **{"ae.csv": "SUBJ,A\n1,2\n", "dm.csv": "SUBJ\n1\n"}).read_bytes()
    for start in range(len(content)):
        (tmp_path / "raw.zip").write_bytes(content[:start] + b"\xff" + content[start + 1 :])
        unpacked(tmp_path / "raw.zip")
        (tmp_path / "raw.zip").write_bytes(content[:start])
        assert unpacked(tmp_path / "raw.zip")[1] == ["RAW_FILE_FORMAT"]
